"""The sound of a film, and what reacts to it."""

from typing import Annotated, Any, Literal, Self

from pydantic import Base64Bytes, Field, model_validator

from cppnvid.recipe.base import NamedFile, Part, Real, Text
from cppnvid.recipe.canvas import Fps

# Hertz, divided as on mixing desks: kick drum and bass lie below 150, voices between 400 and 2500,
# cymbals and consonants above.
BANDS: dict[str, tuple[float, float]] = {
    "bass": (20.0, 150.0),
    "low-mids": (150.0, 400.0),
    "mids": (400.0, 2500.0),
    "highs": (2500.0, 16000.0),
    "all": (20.0, 16000.0),
}
# Numbers that stay above 0 are multiplied: an amount of 1 doubles them. To others it is added.
FACTORS = ("zoom", "size", "radius", "contrast", "frequency", "speed")


class SoundFile(NamedFile):
    """A file with sound; its name alone is enough."""

    form = "the name of a file with sound"


class Reaction(Part):
    """One feature of the sound, and one number that it drives."""

    band: Literal["bass", "low-mids", "mids", "highs", "all"] = "all"
    """Frequency band: bass 20 to 150 Hz, low-mids to 400, mids to 2500, highs above."""
    feature: Literal["loudness", "onset", "beat", "bar"] = "loudness"
    """`loudness`: relative to the quietest and loudest parts of the track. `onset`: a jump where a
    note or beat begins, which then decays. `beat` and `bar`: the same on each beat, or the first of
    each bar, of `tempo`; they need no sound, and have no band."""
    drives: Text
    """The number to drive: any that can have keyframes, such as `camera.zoom`, `palette.hue`,
    `camera.warps.0.angle` or `morph.speed`; or the latent `z`."""
    amount: Annotated[Real, Field(ge=-1000, le=1000)]
    """Change at the loudest moment, added in the number's unit. Speed, zoom, size, radius, contrast
    and frequency are multiplied instead: 0.5 makes them half as large again, -0.5 half."""
    smooth: Annotated[Real, Field(ge=0, le=10)] = 0.1
    """Seconds over which loudness is averaged, before and after alike so that it does not lag, or
    in which an onset or a beat falls to a third."""
    curve: Annotated[Base64Bytes | None, Field(repr=False)] = None
    """The analysed feature, 0 to 1, as 16-bit little-endian numbers, one per moment."""

    @property
    def on_beat(self) -> bool:
        """Whether it follows the tempo and not the sound."""
        return self.feature in ("beat", "bar")

    @model_validator(mode="after")
    def _can_be_driven(self) -> Self:
        if self.drives.rpartition(".")[2] in FACTORS and not -0.95 <= self.amount <= 20:
            raise self.mistake("amount, drives", allowed="from -0.95 to 20 for a factor")
        if self.curve is not None and (len(self.curve) % 2 or not self.curve):
            problem = f"must be two bytes for each moment, given {len(self.curve)}"
            raise self.mistake("curve", problem)
        return self


# Chosen by eye: every beat is seen, and none of them hurts.
BEAT_REACTIONS: tuple[dict[str, Any], ...] = (
    {"feature": "beat", "drives": "camera.zoom", "amount": 0.1, "smooth": 0.15},
    {"feature": "bar", "drives": "palette.hue", "amount": 30, "smooth": 0.4},
    {"feature": "beat", "drives": "morph.speed", "amount": 3, "smooth": 0.2},
)
# Chosen by ear and eye: the picture breathes with the bass, flashes in colour at onsets, and moves
# faster in busy passages.
DEFAULT_REACTIONS: tuple[dict[str, Any], ...] = (
    {"band": "bass", "drives": "camera.zoom", "amount": 0.15, "smooth": 0.05},
    {"band": "highs", "feature": "onset", "drives": "palette.hue", "amount": 25, "smooth": 0.15},
    {"band": "mids", "drives": "morph.speed", "amount": 2, "smooth": 0.2},
)


class Sound(Part):
    """The sound of a film, and what reacts to it."""

    file: SoundFile | None = None
    """The sound file; the film contains its sound if the format can."""
    react: Annotated[tuple[Reaction, ...], Field(max_length=32)] = ()
    """Reactions to the sound; `default` suits most music, and `beats` needs only a tempo."""
    rate: Fps | None = None
    """Moments per second of the analysed curves."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take `default` for the reactions that suit most music, `beats` for those to a tempo."""
        named = {"default": DEFAULT_REACTIONS, "beats": BEAT_REACTIONS}
        if isinstance(data, dict) and isinstance(data.get("react"), str):
            return data | {"react": named.get(data["react"], data["react"])}
        return data

    @model_validator(mode="after")
    def _curves_have_a_rate(self) -> Self:
        if self.rate is None and any(reaction.curve for reaction in self.react):
            problem = "sound.rate is missing: curves need their number of moments per second"
            raise self.mistake("rate, react", problem)
        return self

    @property
    def unheard(self) -> bool:
        """Whether a reaction still needs the sound to be analysed."""
        return any(r.curve is None and not r.on_beat for r in self.react)

    @property
    def listens(self) -> bool:
        """Whether a reaction is one to the sound, and not to a tempo."""
        return any(not reaction.on_beat for reaction in self.react)

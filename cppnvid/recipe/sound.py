"""What a film sounds like, and what in it moves to the sound."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Base64Bytes, Field, model_serializer, model_validator

from cppnvid.recipe.base import NAME_BESIDE, Part, Real, Text
from cppnvid.recipe.canvas import Fps

# Hertz. Where mixing desks and ears part them: a kick drum and a bass below 150, voices between 400
# and 2500, cymbals and consonants above.
BANDS: dict[str, tuple[float, float]] = {
    "bass": (20.0, 150.0), "low-mids": (150.0, 400.0), "mids": (400.0, 2500.0),
    "highs": (2500.0, 16000.0), "all": (20.0, 16000.0),
}  # fmt: skip
# Numbers that stay above 0 and are multiplied, so that 1 is "twice"; the others are added to.
FACTORS = ("zoom", "size", "radius", "contrast", "frequency", "speed")


class SoundFile(Part):
    """A file with sound; only the name need be written."""

    form = "the name of a file with sound"
    short: ClassVar[dict[str, Any]] = NAME_BESIDE
    name: Annotated[Text, Field(min_length=1)]
    """Any file that ffmpeg finds sound in, in the recipe's own folder or below it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Of the file that was heard."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for the file."""
        return {"name": data} if isinstance(data, str) else data

    @model_serializer(mode="wrap")
    def _plain_as_name(self, handler: Any) -> Any:
        return self.name if self.sha256 is None else handler(self)


class Reaction(Part):
    """One thing that is heard, and one that moves to it."""

    band: Literal["bass", "low-mids", "mids", "highs", "all"] = "all"
    """Which part of the sound: bass 20 to 150 Hz, low-mids to 400, mids to 2500, highs above."""
    feature: Literal["loudness", "onset"] = "loudness"
    """`loudness`: how loud it is, from the track's own quiet to its own loud. `onset`: a jump where
    a note or beat begins, which then dies away."""
    drives: Text
    """What moves: any number that can have keyframes, such as `camera.zoom`, `palette.hue`,
    `camera.warps.0.angle` or `morph.speed`, the walk's own; or `z`."""
    amount: Annotated[Real, Field(ge=-1000, le=1000)]
    """How much it moves at the loudest: so much is added, in its own unit. Of speed, zoom,
    size, radius, contrast and frequency, 0.5 is half as much again, and -0.5 half."""
    smooth: Annotated[Real, Field(ge=0, le=10)] = 0.1
    """Seconds: over how long loudness is averaged, before and after alike, so that it does not lag;
    in how long an onset has fallen to a third."""
    curve: Base64Bytes | None = None
    """What was heard, once it was: 16 bits for every moment, little-endian, 0 to 1."""

    @model_validator(mode="after")
    def _can_be_driven(self) -> Self:
        if self.drives.rpartition(".")[2] in FACTORS and not -0.95 <= self.amount <= 20:
            raise self.mistake("amount, drives", allowed="from -0.95 to 20 for a factor")
        if self.curve is not None and (len(self.curve) % 2 or not self.curve):
            problem = f"must be two bytes for each moment, given {len(self.curve)}"
            raise self.mistake("curve", problem)
        return self


# Chosen by ear and eye: a breath with the bass, a glint of colour where something begins, and a
# walk that hurries when there is much to hear.
DEFAULT_REACTIONS: tuple[dict[str, Any], ...] = (
    {"band": "bass", "drives": "camera.zoom", "amount": 0.15, "smooth": 0.05},
    {"band": "highs", "feature": "onset", "drives": "palette.hue", "amount": 25, "smooth": 0.15},
    {"band": "mids", "drives": "morph.speed", "amount": 2, "smooth": 0.2},
)


class Sound(Part):
    """What a film sounds like, and what in it moves to the sound."""

    file: SoundFile | None = None
    """What is heard, as `--audio` names it; the film has it where its format can."""
    react: Annotated[tuple[Reaction, ...], Field(max_length=32)] = ()
    """What moves to it. `default` is a mapping that does for most music, as is `--react`."""
    rate: Fps | None = None
    """Moments a second of the curves, once the sound was heard."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take `default` for the reactions that suit most music."""
        if isinstance(data, dict) and data.get("react") == "default":
            return data | {"react": DEFAULT_REACTIONS}
        return data

    @model_validator(mode="after")
    def _curves_have_a_rate(self) -> Self:
        if self.rate is None and any(reaction.curve for reaction in self.react):
            problem = "is missing: curves need their number of moments per second"
            raise self.mistake("rate, react", problem)
        return self

    @property
    def unheard(self) -> bool:
        """Whether something is to move to a sound that was not listened to yet."""
        return any(reaction.curve is None for reaction in self.react)

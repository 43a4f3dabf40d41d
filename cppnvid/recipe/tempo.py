"""The tempo of a film, and the length that a number of bars gives it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from cppnvid.errors import Setting
from cppnvid.recipe.base import Part, Real, Whole, plain


class Tempo(Part):
    """Beats and bars: a length for the film, times for keyframes, a pulse for what reacts."""

    bpm: Annotated[Real, Field(ge=1, le=1000)] | None = None
    """Beats per minute."""
    bars: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """Length of the film in bars, in place of `output.frames`: the nearest whole number of frames.
    The beats divide that evenly, so that a loop closes exactly on its last beat."""
    beats_per_bar: Annotated[Whole, Field(ge=1, le=64)] = 4
    """Beats in each bar: 4 for 4/4, 3 for a waltz."""

    @model_validator(mode="after")
    def _has_a_tempo(self) -> Self:
        written = {"bars": self.bars is not None, "beats_per_bar": self.beats_per_bar != 4}
        for key in (key for key, given in written.items() if given and self.bpm is None):
            tempo = Setting("tempo.bpm", 120)
            raise self.mistake(key, "needs a tempo: add {tempo}", tempo=tempo)
        return self

    @property
    def beats(self) -> int | None:
        """Length of the film in beats; None if it is not given in bars."""
        return None if self.bars is None else self.bars * self.beats_per_bar

    @property
    def seconds(self) -> Fraction | None:
        """Length of the bars in seconds; None if the film's length is not given in bars."""
        return None if self.beats is None else self.beats * self.beat_seconds

    @property
    def beat_seconds(self) -> Fraction:
        """Length of a beat in seconds, where there is a tempo."""
        return 60 / Fraction(str(self.bpm))

    def fits(self, frames: Fraction, fps: Fraction) -> bool:
        """Tell whether a film is as long as its bars.

        It may differ by a frame, as where a length in frames was rounded for two frame rates.
        """
        return self.seconds is None or abs(frames - self.seconds * fps) <= 1


def tempo_of(data: Mapping[str, object]) -> Tempo | None:
    """Return the tempo in a recipe's data; None without one, or with a mistake in it."""
    try:
        tempo = Tempo.model_validate(plain(data.get("tempo", {})))
    except ValueError:
        return None  # validation reports the mistake at its own key
    return tempo if tempo.bpm is not None else None

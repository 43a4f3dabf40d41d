"""Times of keyframes in seconds, beats and bars, and the shares of the film that they are.

A recipe keeps a time as it was written, so that `3 beats` stay three beats at any other length.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field, PlainSerializer, ValidatorFunctionWrapHandler, WithJsonSchema
from pydantic.functional_validators import WrapValidator

from cppnvid.errors import Setting
from cppnvid.recipe.base import Real, mistake
from cppnvid.recipe.rules import Data, length_of, put, value_of
from cppnvid.recipe.tempo import Tempo, tempo_of

_WRITTEN = re.compile(r"\s*(\d{1,6}(?:\.\d{1,9})?)\s*(s|beats?|bars?)\s*")
_FORMS = "from 0 to 1, or a time such as 2.5 s, 3 beats or 1 bar"


class Time(float):
    """A share of the film, 0 to 1, that was written in another unit.

    Attributes:
        written: as it was written: `3 beats`.
    """

    written: str

    def __new__(cls, share: float, written: str) -> Self:
        """Make one of a share and what it was written as."""
        time = super().__new__(cls, share)
        time.written = written
        return time

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        """Return what makes an equal one, for pickle and copies."""
        return float(self), self.written


def as_written(time: float) -> float | str:
    """Return a time as a recipe has it."""
    return time.written if isinstance(time, Time) else time


def _keep(time: Any, check: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(time, str):  # which a recipe that is right has made a share of
        raise mistake("", given=time, allowed=_FORMS)
    checked = check(time)
    return time if isinstance(time, Time) else checked  # pydantic makes a plain float of it


Moment = Annotated[
    Annotated[Real, Field(ge=0, le=1)],
    WrapValidator(_keep),
    PlainSerializer(as_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^\\s*\\d+(\\.\\d+)?\\s*(s|beats?|bars?)\\s*$"},
            ]
        }
    ),
]


def with_shares(data: Data) -> dict[str, Any]:
    """Return a recipe's data in which every time in another unit is a `Time`.

    Raises:
        PydanticCustomError: a time is in beats and there is no tempo, or lies after the film's end.
    """
    data = dict(data)
    if (length := length_of(data)) is None:
        return data  # validation reports the mistake at its own key
    clock = _Clock(*length, tempo_of(data), value_of(data, "morph.loop") or "closed")
    for part in ("camera", "palette"):
        if isinstance(data.get(part), Mapping):
            data[part] = clock.tracks(data[part], part)
    if speed := value_of(data, "morph.speed"):
        data = put(data, "morph.speed", clock.track(speed, "morph.speed"))
    times = value_of(data, "morph.times")
    if isinstance(times, list | tuple):
        shares = [clock.share(time, f"morph.times.{i}") for i, time in enumerate(times)]
        data = put(data, "morph.times", shares)
    return data


class _Clock:
    """What turns times of one film into shares."""

    def __init__(self, frames: Fraction, fps: Fraction, tempo: Tempo | None, loop: str) -> None:
        self._frames, self._fps, self._tempo = frames, fps, tempo
        # From a share of 0 to one of 1: a ping-pong's keyframes are on its way there, and the last
        # frame of an open film is its end.
        self._steps = {"open": max(frames - 1, Fraction(1)), "ping-pong": frames / 2}.get(
            loop, frames
        )
        self._ends = frames / 2 if loop == "ping-pong" else frames

    def tracks(self, part: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return the data of a part, and of the warps in it, with shares in its tracks."""
        made = {name: self.track(value, f"{where}.{name}") for name, value in part.items()}
        warps = part.get("warps")
        if isinstance(warps, list | tuple):
            made["warps"] = [
                self.tracks(warp, f"{where}.warps.{i}") if isinstance(warp, Mapping) else warp
                for i, warp in enumerate(warps)
            ]
        return made

    def track(self, track: Any, where: str) -> Any:
        """Return the data of a track with shares; anything else as it is."""
        keys = track.get("keys") if isinstance(track, Mapping) else None
        if not isinstance(keys, list | tuple):
            return track
        made = [self._key(key, f"{where}.keys.{i}") for i, key in enumerate(keys)]
        return {**track, "keys": made}

    def _key(self, key: Any, where: str) -> Any:
        if isinstance(key, list | tuple) and len(key) == 2:
            return [self.share(key[0], f"{where}.time"), key[1]]
        if isinstance(key, Mapping) and "time" in key:
            return {**key, "time": self.share(key["time"], f"{where}.time")}
        return key

    def share(self, time: Any, where: str) -> Any:
        """Return the share of a time in another unit; anything else as it is."""
        written = time.written if isinstance(time, Time) else time
        if not isinstance(written, str) or not (found := _WRITTEN.fullmatch(written)):
            return time
        number, unit = Fraction(found[1]), found[2]
        frames = number * self._fps if unit == "s" else number * self._beat(unit, written, where)
        if frames > self._ends + Fraction(1, 2):
            end = "turning point" if self._ends < self._frames else "end"
            lasts = float(self._ends / self._fps)
            problem = f"{written} lies after the film's {end} at {lasts:.4g} s"
            raise mistake(where, problem, written)
        return Time(float(min(frames / self._steps, Fraction(1))), written)

    def _beat(self, unit: str, written: str, where: str) -> Fraction:
        """Return the length of a beat, or of a bar, in frames."""
        if self._tempo is None:
            raise mistake(
                f"{where}, tempo.bpm",
                "{given} needs a tempo: add {tempo}",
                written,
                tempo=Setting("tempo.bpm", 120),
            )
        beats = self._tempo.beats_per_bar if unit.startswith("bar") else 1
        if self._tempo.beats is not None:  # which divide the film evenly
            return beats * self._frames / self._tempo.beats
        return beats * self._tempo.beat_seconds * self._fps

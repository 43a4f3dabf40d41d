"""What a platform makes of a recipe: the overrides that make it fit, or why it cannot.

Each key has the value that the user named or, if none was named, one that suits the platform; then
every limit is checked. This is arithmetic: no file is read and nothing is drawn.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from cppnvid.encode import Coding, Container, coded, coding_of, container_for
from cppnvid.errors import RecipeError
from cppnvid.platforms.limits import SIDES, length, misfit, shape, wrong_size
from cppnvid.platforms.table import Platform
from cppnvid.presets import Override
from cppnvid.recipe import Recipe

_USUAL_FPS = 30  # for a recipe whose own rate is too slow
_ROUNDED = 1e-6  # frames: a third of a second at 100/3 a second is as good as 11
_CODING = ("output.codec", "output.depth", "output.lossless", "output.dither")
_LENGTH = ("output.frames", "output.seconds", "tempo.bars")


@dataclass(frozen=True)
class Fitted:
    """What a platform asks for: overrides, the most bytes (None for any), keys not to give up."""

    overrides: tuple[Override, ...]
    most_bytes: int | None
    keep: tuple[str, ...]


@dataclass(frozen=True)
class Wishes:
    """What the user named: overrides, the file, its largest size in bytes, a sound.

    `least_seconds` is how long the file must play at least. The last override of `output.repeat`
    then follows from it, and may change.
    """

    overrides: Sequence[Override]
    output: str
    max_size: int | None = None
    sound: bool = False
    least_seconds: Fraction | None = None

    def naming(self, *keys: str) -> Override | None:
        """Return the last override of one of these keys, or of the part that holds it."""
        meant = {*keys, *(key.partition(".")[0] for key in keys)}
        return next((each for each in reversed(self.overrides) if each.key in meant), None)


def fit(platform: Platform, recipe: Recipe, wishes: Wishes) -> Fitted:
    """Return what to lay over a recipe to make it fit a platform.

    Args:
        platform: where the film is posted.
        recipe: with the user's overrides laid on it.
        wishes: what the user named.

    Raises:
        RecipeError: the user named something that the platform does not take.
    """
    container = container_for(wishes.output, codec=recipe.output.codec)
    fitting = _Fitting(platform, recipe, wishes, container)
    wanted = fitting.wanted()
    for error in fitting.misfits(wanted):
        raise error
    changed = {key: value for key, value in wanted.items() if value != _value(recipe, key)}
    if "output.fps" in changed:  # which alone would keep the length in seconds
        changed["output.frames"] = wanted["output.frames"]
    overrides = tuple(Override(key, value, platform.name) for key, value in changed.items())
    demands = {"canvas.size": SIDES, "output.fps": ("fps",)}
    keep = {key for key, facts in demands.items() if any(platform.range_of(f)[0] for f in facts)}
    keep |= {"canvas.size"} if platform["exact"] else set()
    seconds = wanted["output.frames"] * wanted["output.repeat"] / wanted["output.fps"]
    most = min(platform.range_of("bytes")[1], platform.range_of("bit_rate")[1] * float(seconds) / 8)
    most = min(most, math.inf if wishes.max_size is None else wishes.max_size)
    return Fitted(overrides, None if most == math.inf else math.floor(most), tuple(sorted(keep)))


def _value(recipe: Recipe, key: str) -> Any:
    part, _, name = key.partition(".")
    return getattr(getattr(recipe, part), name)


def _coding_of(recipe: Recipe) -> Coding:
    return coding_of(recipe.output, alpha=recipe.palette.alpha is not None)


@dataclass(frozen=True)
class _Fitting:
    platform: Platform
    recipe: Recipe
    wishes: Wishes
    container: Container

    def wanted(self) -> dict[str, Any]:
        """Return the keys that a platform may change, with what they are to be."""
        platform, wishes = self.platform, self.wishes
        wanted: dict[str, Any] = {
            "canvas.size": platform["size"] or self._shrunk(),
            "output.fps": self._fps(),
            "output.sound_rate": self._sound_rate(),
        }
        if self.container.sound_delay:
            wanted["output.edit_list"] = platform["edit_list"]
        if wishes.naming(*_CODING) is None and self._other_codec():
            usual = type(self.recipe.output).model_fields
            wanted |= {key: usual[key.partition(".")[2]].default for key in _CODING}
        wanted |= {key: _value(self.recipe, key) for key in wanted if wishes.naming(key)}
        frames, repeat = self._length(wanted["canvas.size"], wanted["output.fps"])
        return wanted | {"output.frames": frames, "output.repeat": repeat}

    def misfits(self, wanted: dict[str, Any]) -> Iterator[RecipeError]:
        """Yield an error for everything that the platform does not take."""
        platform, wishes, size = self.platform, self.wishes, wanted["canvas.size"]
        endings = platform["endings"]
        if Path(wishes.output).suffix.lower() not in endings:
            words = platform.refusal("endings", " or ".join(endings), wishes.output)
            yield self._error(words, "path", given=wishes.output)
        if wishes.sound and platform["sound"] is False:
            yield self._error(platform.refusal("sound", "no sound"), "audio")
        if wishes.naming(*_CODING) and (codec := self._other_codec()):
            words = platform.refusal("codecs", " or ".join(platform["codecs"]), codec)
            yield self._error(words, *_CODING)
        if wanted.get("output.edit_list") and platform["edit_list"] is False:
            yield self._error(platform.refusal("edit_list", "no edit list"), "output.edit_list")
        if wrong := wrong_size(platform, size):
            yield self._error(wrong, "canvas.size", given=size)
        plays, fps = wanted["output.frames"] * wanted["output.repeat"], wanted["output.fps"]
        lengths = ("output.repeat",) if wishes.naming("output.repeat") else _LENGTH
        limited: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
            (shape(size), ("canvas.size",)),
            ({"fps": fps}, ("output.fps",)),
            ({"seconds": self._least}, ("least_seconds",)),
            (length(size, plays, plays / fps), lengths),
            ({"sound_rate": wanted["output.sound_rate"] or self._rate}, ("output.sound_rate",)),
            ({"bytes": wishes.max_size}, ("max_size",)),
        )
        for values, keys in limited:
            for fact, value in values.items():
                if value is not None and (wrong := misfit(platform, fact, float(value))):
                    yield self._error(wrong, *keys, given=value)

    def _error(self, words: str, *keys: str, given: object = None) -> RecipeError:
        """Return the error of the last override of these keys, else of the first key."""
        named = self.wishes.naming(*keys)
        return named.mistake(words) if named else RecipeError(words, key=keys[0], given=given)

    def _other_codec(self) -> str:
        """Return how the file is coded if the platform does not take that, else nothing."""
        try:
            codec = coded(self.container, _coding_of(self.recipe)).codec
        except RecipeError:
            if self.wishes.naming(*_CODING):
                raise
            return "unknown"  # it was meant for another kind of file
        return "" if codec.startswith(self.platform["codecs"]) else codec  # as prores4444 does

    @property
    def _rate(self) -> int | None:
        """The usual rate of the sound in kilobits per second, None where there is no sound."""
        return max(self.container.sound_rates, default=None)

    @property
    def _least(self) -> Fraction:
        """How many seconds the file must play at least."""
        least = Fraction(str(self.platform.range_of("seconds")[0]))
        return max(least, self.wishes.least_seconds or least)

    def _sound_rate(self) -> int | None:
        given, rates = self.recipe.output.sound_rate, self.container.sound_rates
        if not rates or misfit(self.platform, "sound_rate", given or max(rates)) is None:
            return given
        return max(rate for rate in rates if misfit(self.platform, "sound_rate", rate) is None)

    def _shrunk(self) -> tuple[int, int]:
        """Return the recipe's size, made smaller if the platform asks for that.

        A platform with one longer side has it, whether that is smaller or larger.
        """
        has, size = shape(self.recipe.canvas.size), self.recipe.canvas.size
        most = {fact: self.platform.range_of(fact)[1] / has[fact] for fact in has}
        scale = min(1.0, *(most[side] for side in SIDES), math.sqrt(most["frame_pixels"]))
        least, longest = self.platform.range_of("longer")
        if least == longest:
            scale = longest / max(size)

        def scaled(side: int, *, even: bool) -> int:
            step = 2 if even else 1
            return max(step, step * math.floor(side * scale / step + 1e-6))

        even, even_width = self.container.even_size, self.container.even_width
        return scaled(size[0], even=even or even_width), scaled(size[1], even=even)

    def _fps(self) -> Fraction:
        fps = min(self.recipe.output.fps, self.platform["usual_fps"] or self.recipe.output.fps)
        least, most = self.platform.range_of("fps")
        if fps < least:
            return Fraction(str(max(least, min(_USUAL_FPS, most))))
        return Fraction(str(most)) if fps > most else fps

    def _length(self, size: tuple[int, int], fps: Fraction) -> tuple[int, int]:
        """Return how many frames are drawn, and how often they play in the file."""
        named = self.wishes.naming("output.repeat")
        # What was derived at the recipe's own rate may be a turn too many at this one.
        if self.wishes.least_seconds is not None:
            named = None
        repeat = self.recipe.output.repeat if named else 1
        frames = self._frames(size, fps, repeat)
        if named is None or named.key != "output.repeat":
            repeat = max(repeat, math.ceil(self._least * fps / frames))
        return frames, repeat

    def _frames(self, size: tuple[int, int], fps: Fraction, repeat: int) -> int:
        output, platform = self.recipe.output, self.platform
        kept = self.wishes.naming("output.frames") is not None
        frames = output.frames if kept else max(1, round(output.frames / output.fps * fps))
        # With an odd number, a ping-pong would show its turning point twice.
        step = 1 if kept or self.recipe.morph.loop != "ping-pong" else 2
        if self.wishes.naming(*_LENGTH) is None:
            seconds, plays, pixels = (platform.range_of(fact)[1] for fact in length(size, 1, 1))
            most = min(seconds * float(fps), plays, pixels / (size[0] * size[1])) / repeat
            usual = platform["usual_seconds"] or math.inf
            shorter = math.floor(min(most, usual * float(fps), frames) + _ROUNDED)
            frames = min(frames, max(1, shorter))
            if repeat == 1:
                frames = _turning(frames, self._least * fps, most + _ROUNDED, step)
        return frames if step == 1 else max(2, frames - frames % 2)


def _turning(frames: int, least: Fraction, most: float, step: int) -> int:
    """Return the most frames, up to `frames`, whose turns fill `least` and do not pass `most`.

    No film is made shorter than half for this: `frames` where no number will do.
    """
    longest = frames - frames % step
    for count in range(longest, frames // 2, -step):
        if math.ceil(least / count) * count <= most:
            return count
    return frames

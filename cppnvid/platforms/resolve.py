"""What a platform makes of a recipe: the overrides that let it fit, or why it cannot.

What the user named stands if it fits; the rest follows the platform. Everything here is numbers: no
file is looked at and nothing is drawn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cppnvid.encode import coded, coding_of, container_for
from cppnvid.errors import RecipeError
from cppnvid.platforms.limits import SIDES, measures, misfit
from cppnvid.platforms.table import Platform
from cppnvid.presets import Override
from cppnvid.recipe import Recipe

_USUAL_FPS = 30  # where a recipe's own rate is too slow
_ROUNDED = 1e-6  # frames: a third of a second at 100/3 a second is as good as 11


@dataclass(frozen=True)
class Fitted:
    """What a platform asks for.

    `overrides` go over the recipe, `most_bytes` is the cap of the file, None being none, and `keep`
    are the keys that may not be given up for it.
    """

    overrides: tuple[Override, ...]
    most_bytes: int | None
    keep: tuple[str, ...]


@dataclass(frozen=True)
class Wishes:
    """What the user named: overrides by their labels, the file, its largest size, a sound.

    `least_seconds` is how long the file lasts at least, a loop being repeated until it does.
    """

    overrides: Sequence[Override]
    output: str
    max_size: int | None = None
    sound: bool = False
    least_seconds: Fraction | None = None

    def label(self, *keys: str) -> str | None:
        """Return what the last override of one of these keys, or of their part, is called."""
        meant = {*keys, *(key.partition(".")[0] for key in keys)}
        found = [override.name for override in self.overrides if override.key in meant]
        return found[-1] if found else None


def fit(platform: Platform, recipe: Recipe, wishes: Wishes) -> Fitted:
    """Return what must be laid over a recipe so that a platform takes it.

    Args:
        platform: which.
        recipe: with the user's overrides laid on it.
        wishes: what the user named.

    Raises:
        RecipeError: something the user named is not what the platform takes.
    """
    _check_file(platform, wishes)
    size = _size(platform, recipe, wishes)
    fps = _fps(platform, recipe, wishes)
    frames, repeat = _length(platform, recipe, wishes, size=size, fps=fps)
    label = f"--for {platform.name}"
    output = recipe.output
    overrides = []
    if not _takes_codec(platform, recipe, wishes):
        usual = {"codec": None, "depth": None, "lossless": False, "dither": None}
        overrides += [Override(f"output.{key}", value, label) for key, value in usual.items()]
    edit_list = _edit_list(platform, recipe, wishes)
    if edit_list != output.edit_list:
        overrides.append(Override("output.edit_list", edit_list, label))
    sound_rate = _sound_rate(platform, recipe, wishes)
    if sound_rate != output.sound_rate:
        overrides.append(Override("output.sound_rate", sound_rate, label))
    if size != recipe.canvas.size:
        overrides.append(Override("canvas.size", f"{size[0]}x{size[1]}", label))
    if fps != output.fps:
        overrides.append(Override("output.fps", str(fps), label))
    if (fps, frames) != (output.fps, output.frames):
        overrides.append(Override("output.frames", frames, label))
    if repeat != output.repeat:
        overrides.append(Override("output.repeat", repeat, label))
    keep = [
        key
        for key, facts in (("canvas.size", SIDES), ("output.fps", ("fps",)))
        if any(platform.range_of(fact)[0] for fact in facts)
    ]
    if platform.exact is not None:
        keep.append("canvas.size")
    most = _most_bytes(platform, wishes, frames * repeat / fps)
    return Fitted(tuple(overrides), most, tuple(dict.fromkeys(keep)))


def _check_file(platform: Platform, wishes: Wishes) -> None:
    endings = platform.endings.value
    if not set(endings) & set(container_for(wishes.output).suffixes):
        raise _refusal(platform, wishes.output, "endings", " or ".join(endings))
    if wishes.sound and platform.sound is not None and not platform.sound.value:
        raise _refusal(platform, "--audio", "sound", "no sound")


def _takes_codec(platform: Platform, recipe: Recipe, wishes: Wishes) -> bool:
    """Tell whether the platform takes how the file is coded; refuse it if the user named it."""
    label = wishes.label(*(f"output.{key}" for key in ("codec", "depth", "lossless", "dither")))
    try:
        codec = coded(container_for(wishes.output), coding_of(recipe.output)).codec
    except RecipeError:
        if label is not None:
            raise
        return False  # it was another kind of file's
    taken = platform.codecs.value
    if codec.startswith(taken):  # prores is prores4444 too
        return True
    if label is not None:
        raise _refusal(platform, label, "codecs", f"{' or '.join(taken)}, given {codec}")
    return False


def _edit_list(platform: Platform, recipe: Recipe, wishes: Wishes) -> bool | None:
    """Return whether an MP4 with sound is to have an edit list; None is as usual."""
    given, label = recipe.output.edit_list, wishes.label("output.edit_list")
    if container_for(wishes.output).name != "MP4":
        return given
    takes = None if platform.edit_list is None else platform.edit_list.value
    if label is None:
        return takes
    if given and takes is False:
        raise _refusal(platform, label, "edit_list", "no edit list")
    return given


def _sound_rate(platform: Platform, recipe: Recipe, wishes: Wishes) -> int | None:
    """Return the rate of a film's sound, in kilobits a second; None is the usual one."""
    given, label = recipe.output.sound_rate, wishes.label("output.sound_rate")
    rates = container_for(wishes.output).sound_rates
    wrong = misfit(platform, "sound_rate", given or max(rates)) if rates else None
    if wrong is None:
        return given
    if label is not None:
        raise RecipeError(f"{label}: {wrong}")
    return max(rate for rate in rates if misfit(platform, "sound_rate", rate) is None)


def _refusal(platform: Platform, what: str, fact: str, takes: str) -> RecipeError:
    return RecipeError(f"{what}: {platform.name} takes {takes} ({platform.source_of(fact)})")


def _check(platform: Platform, what: str, fact: str, value: float) -> None:
    words = misfit(platform, fact, value)
    if words is not None:
        raise RecipeError(f"{what}: {words}")


# ------------------------------------------------------------------ size, rate


def _size(platform: Platform, recipe: Recipe, wishes: Wishes) -> tuple[int, int]:
    label, size = wishes.label("canvas.size"), recipe.canvas.size
    if label is None:
        size = _shrunk(platform, size, wishes) if platform.size is None else platform.size.value
    if platform.exact is not None and platform.size is not None and size != platform.size.value:
        width, height = platform.size.value
        takes = f"exactly {width}x{height}, given {size[0]}x{size[1]}"
        raise _refusal(platform, label or "size", "exact", takes)
    for fact, value in measures(size).items():
        _check(platform, label or f"the recipe's size {size[0]}x{size[1]}", fact, value)
    return size


def _shrunk(platform: Platform, size: tuple[int, int], wishes: Wishes) -> tuple[int, int]:
    """Return the recipe's size, smaller if the platform asks for it; or of its one longer side."""
    has = measures(size)
    scale = min(1.0, *(platform.range_of(fact)[1] / has[fact] for fact in SIDES))
    scale = min(scale, math.sqrt(platform.range_of("frame_pixels")[1] / has["frame_pixels"]))
    least, most = platform.range_of("longer")
    if least == most:
        scale = most / max(size)
    step = 2 if container_for(wishes.output).even_size else 1
    width, height = (max(step, step * math.floor(side * scale / step + 1e-6)) for side in size)
    return width, height


def _fps(platform: Platform, recipe: Recipe, wishes: Wishes) -> Fraction:
    label, fps = wishes.label("output.fps"), recipe.output.fps
    if label is not None:
        _check(platform, label, "fps", float(fps))
        return fps
    if platform.usual_fps is not None:
        fps = min(fps, platform.usual_fps.value)
    least, most = platform.range_of("fps")
    if fps < least:
        return Fraction(str(max(least, min(_USUAL_FPS, most))))
    return Fraction(str(most)) if fps > most else fps


# ------------------------------------------------------------------ length


def _length(
    platform: Platform,
    recipe: Recipe,
    wishes: Wishes,
    *,
    size: tuple[int, int],
    fps: Fraction,
) -> tuple[int, int]:
    """Return how many frames are drawn, and how often they play in the file."""
    label = wishes.label("output.frames", "output.seconds")
    often = wishes.label("output.repeat")
    output = recipe.output
    kept = wishes.label("output.frames") is not None
    frames = output.frames if kept else max(1, round(output.frames / output.fps * fps))
    # What `--min-seconds` made of the recipe's own rate may be a turn too many at this one.
    repeat = 1 if often in (None, "--min-seconds") else output.repeat
    least = Fraction(str(platform.range_of("seconds")[0]))
    if wishes.least_seconds is not None:
        least = max(least, wishes.least_seconds)
        _check(platform, "--min-seconds", "seconds", float(least))
    step = 1 if kept or recipe.morph.loop != "ping-pong" else 2
    if label is None:
        most = _most_frames(platform, size, fps) / repeat
        usual = math.inf
        if platform.usual_seconds is not None:
            usual = float(platform.usual_seconds.value * fps)
        frames = min(frames, max(1, math.floor(min(most, usual, frames) + _ROUNDED)))
        if repeat == 1:
            frames = _turning(frames, least * fps, most + _ROUNDED, step)
    # Or its turning point would stand twice.
    frames = frames if step == 1 else max(2, frames - frames % 2)
    enough = math.ceil(least * fps / frames)
    if often == "--repeat":
        _check(platform, often, "seconds", float(repeat * frames / fps))
    repeat = max(repeat, enough)
    what = often or label or "the film"
    _check(platform, what, "seconds", float(repeat * frames / fps))
    _check(platform, what, "frames", repeat * frames)
    _check(platform, what, "total_pixels", repeat * frames * size[0] * size[1])
    return frames, repeat


def _turning(frames: int, least: Fraction, most: float, step: int) -> int:
    """Return the most frames, of at most so many, whose turns fill `least` and not over `most`.

    A film is not made shorter than half for it: `frames` where none will do.
    """
    longest = frames - frames % step
    for count in range(longest, frames // 2, -step):
        if math.ceil(least / count) * count <= most:
            return count
    return frames


def _most_frames(platform: Platform, size: tuple[int, int], fps: Fraction) -> float:
    seconds, frames, pixels = (
        platform.range_of(fact)[1] for fact in ("seconds", "frames", "total_pixels")
    )
    return min(seconds * float(fps), frames, pixels / (size[0] * size[1]))


def _most_bytes(platform: Platform, wishes: Wishes, seconds: Fraction) -> int | None:
    if wishes.max_size is not None:
        _check(platform, "--max-size", "bytes", wishes.max_size)
    caps = [
        platform.range_of("bytes")[1],
        platform.range_of("bit_rate")[1] * float(seconds) / 8,
        math.inf if wishes.max_size is None else wishes.max_size,
    ]
    return None if min(caps) == math.inf else math.floor(min(caps))

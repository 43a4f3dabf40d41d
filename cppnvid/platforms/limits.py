"""Compare what a recipe or a file measures with what a platform takes, and put misfits in words."""

from fractions import Fraction
from pathlib import Path

from cppnvid.encode import probe
from cppnvid.platforms.table import Platform

SIDES = ("width", "height", "longer", "shorter")
_WORDS = {
    "width": "a width of {} pixels",
    "height": "a height of {} pixels",
    "longer": "a longer side of {} pixels",
    "shorter": "a shorter side of {} pixels",
    "aspect": "a width of {} times the height",
    "frame_pixels": "{} pixels",
    "fps": "{} frames per second",
    "seconds": "{} seconds",
    "frames": "{} frames",
    "total_pixels": "{} pixels in all frames",
    "bytes": "{} bytes",
    "bit_rate": "{} bits per second",
    "sound_rate": "sound of {} kilobits per second",
}
LIMITED = frozenset(_WORDS)
# Files round sides to even numbers, and times to milliseconds.
_SLACK = {"aspect": 0.005, "seconds": 0.001}


def shape(size: tuple[int, int]) -> dict[str, float]:
    """Return everything that a platform may limit about a size, by the names of the facts."""
    width, height = size
    sides = {"width": width, "height": height, "longer": max(size), "shorter": min(size)}
    return sides | {"aspect": width / height, "frame_pixels": width * height}


def length(size: tuple[int, int], frames: int, seconds: Fraction | float) -> dict[str, float]:
    """Return everything that a platform may limit about a film's length, as `shape` does."""
    pixels = frames * size[0] * size[1]
    return {"seconds": float(seconds), "frames": frames, "total_pixels": pixels}


def misfit(platform: Platform, fact: str, value: float) -> str | None:
    """Return what a platform takes instead of a value, and its source; None if it takes it."""
    least, most = platform.range_of(fact)
    slack = _SLACK.get(fact, 0.0)
    if least * (1 - slack) <= value <= most * (1 + slack):
        return None
    bound = "exactly" if least == most else "at least" if value < least else "at most"
    limit = _number(least if value < least else most)
    return platform.refusal(fact, _WORDS[fact].format(f"{bound} {limit}"), _number(value))


def wrong_size(platform: Platform, size: tuple[int, int]) -> str | None:
    """Return the one size that a platform takes if this is another; None if it takes this one."""
    if not platform["exact"] or size == platform["size"]:
        return None
    taken, given = ("x".join(map(str, sides)) for sides in (platform["size"], size))
    return platform.refusal("exact", f"exactly {taken}", given)


def misfits(platform: Platform, path: Path) -> list[str]:
    """Return in words everything about a finished file that a platform would refuse."""
    info, weight = probe(path), path.stat().st_size
    size = (info.width, info.height)
    values = shape(size) | length(size, max(info.frames, 1), info.seconds) | {"bytes": weight}
    if info.fps is not None:
        values["fps"] = float(info.fps)
    if info.seconds:
        values["bit_rate"] = 8 * weight / info.seconds
    kinds = {"endings": info.path.suffix.lower(), "codecs": info.codec}
    wrong = [
        platform.refusal(fact, " or ".join(platform[fact]), given)
        for fact, given in kinds.items()
        if given not in platform[fact]
    ]
    found = [misfit(platform, fact, value) for fact, value in values.items()]
    return [*wrong, *filter(None, [wrong_size(platform, size), *found])]


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) and value >= 10_000 else f"{value:.4g}"

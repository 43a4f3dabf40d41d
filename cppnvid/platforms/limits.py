"""Whether a number lies within what a platform takes, and how that is said if not."""

from cppnvid.platforms.table import Platform

SIDES = ("width", "height", "longer", "shorter")
_WORDS = {
    "width": "a width of {} pixels", "height": "a height of {} pixels",
    "longer": "a longer side of {} pixels", "shorter": "a shorter side of {} pixels",
    "aspect": "a width of {} times the height", "frame_pixels": "{} pixels",
    "fps": "{} frames a second", "seconds": "{} seconds", "frames": "{} frames",
    "total_pixels": "{} pixels in all frames", "bytes": "{} bytes", "bit_rate": "{} bits a second",
    "sound_rate": "sound of {} kilobits a second",
}  # fmt: skip
# Of what is rounded on its way into a file: sides to even numbers, times to milliseconds.
_SLACK = {"aspect": 0.005, "seconds": 0.001}


def measures(size: tuple[int, int]) -> dict[str, float]:
    """Return what the facts about a size are about: width, height, aspect and the like."""
    width, height = size
    return {
        "width": width, "height": height, "longer": max(size), "shorter": min(size),
        "aspect": width / height, "frame_pixels": width * height,
    }  # fmt: skip


def misfit(platform: Platform, fact: str, value: float) -> str | None:
    """Return what a platform takes instead of a value, and on whose word; None if it takes it."""
    least, most = platform.range_of(fact)
    slack = _SLACK.get(fact, 0.0)
    if least * (1 - slack) <= value <= most * (1 + slack):
        return None
    bound = "exactly" if least == most else "at least" if value < least else "at most"
    limit = least if value < least else most
    words = _WORDS[fact].format(f"{bound} {_number(limit)}")
    source = platform.source_of(fact)
    return f"{platform.name} takes {words}, given {_number(value)} ({source})"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) and value >= 10_000 else f"{value:.4g}"

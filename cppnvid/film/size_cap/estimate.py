"""Estimate which settings fit a cap, with few looks at how large a file becomes.

A file's size is predicted from a few short stretches of its frames. Of many settings, the finest
that fits is then found by their expected shares of the size.
"""

from collections.abc import Callable, Sequence
from math import log

from cppnvid.encode import Container
from cppnvid.encode.coding import quality_of
from cppnvid.encode.commands import longest_segment
from cppnvid.encode.segments import segments_of
from cppnvid.recipe import Recipe

# Where pictures are coded nearly alone: four times three of them predict a GIF within 3 %.
_PLACES, _LENGTH = 4, 3
# Video has segments, which open with a large picture: two lengths show how many bytes that has, and
# how many each further picture. Both are longer than the ends of a segment, which get more bits.
_SHORT, _LONG = 18, 30
_VIDEO_PLACES = 2
_MOST_SAMPLED = 0.4  # of a film; beyond this, encoding it whole is better

# Clips of 256 px take up to 0.76 bits per pixel in H.264 at its default crf, 0.2 in VP9, and larger
# ones less; each crf finer takes up to an eighth more.
_MOST_BITS, _FINER = 2.0, 1.15
_MOST_SOUND = 40_000  # bytes per second: nearly twice what AAC is given

_AIM = 0.95  # of the cap: sizes are smooth, but not exactly known beforehand
_FULL = 0.85  # of the cap: a file that fills as much is not tried more finely

Size = Callable[[Sequence[int]], int]


def surely_fits(recipe: Recipe, container: Container, cap: int) -> bool:
    """Return whether a video is so far below a cap, in bytes, that it needs no sample.

    The finished file is weighed nevertheless. Without a crf nothing is sure.
    """
    crf = quality_of(container, recipe.output.crf) if container.max_crf is not None else None
    if crf is None or container.default_crf is None or container.lossless:
        return False
    width, height = recipe.canvas.size
    output = recipe.output
    bits = _MOST_BITS * _FINER ** max(container.default_crf - crf, 0)
    pictures = output.frames * width * height * bits / 8
    return output.repeat * (pictures + output.seconds * _MOST_SOUND) < cap


def predicted_size(recipe: Recipe, container: Container, size: Size) -> float | None:
    """Return how many bytes a recipe's file will have, or None for a film too short to sample.

    Args:
        recipe: of the film.
        container: of the file.
        size: returns the bytes of a file that has only the frames of these numbers.
    """
    frames, repeat = recipe.output.frames, recipe.output.repeat
    if container.max_crf is None:  # every picture alone, or nearly
        if _MOST_SAMPLED * frames < _PLACES * _LENGTH:
            return None
        numbers = [
            start + step for start in _starts(frames, _PLACES, _LENGTH) for step in range(_LENGTH)
        ]
        return repeat * size(numbers) * frames / len(numbers)
    if _MOST_SAMPLED * frames < _VIDEO_PLACES * _LONG:
        return None
    longest = longest_segment(container, recipe.output.fps)
    total = 0.0
    for start in _starts(frames, _VIDEO_PLACES, _LONG):
        short, long = (size(range(start, start + length)) for length in (_SHORT, _LONG))
        each = max(long - short, 1) / (_LONG - _SHORT)
        opening = max(short - _SHORT * each, 0.0)
        total += sum(opening + each * len(part) for part in segments_of(frames, longest))
    return repeat * total / _VIDEO_PLACES


def _starts(frames: int, places: int, length: int) -> list[int]:
    """Return the first frames of stretches spread over the film."""
    return [round((place + 0.5) * frames / places - length / 2) for place in range(places)]


def finest(
    shares: Sequence[float],
    measure: Callable[[int], float],
    cap: float,
    *,
    start: int = 0,
    tries: int = 6,
) -> int | None:
    """Return the index of the finest setting found whose size is at most `cap`, or None.

    The sizes of the last two settings suggest the next, which lies between the coarsest that was
    too large and the finest that fitted.

    Args:
        shares: expected size with each setting, falling, in any unit.
        measure: returns the size with a setting, in bytes.
        cap: in bytes.
        start: index of the setting to measure first.
        tries: number of settings to measure at most once one fits.
    """
    too_large, fits = -1, len(shares)
    index = min(max(start, 0), len(shares) - 1)
    sizes: dict[int, float] = {}
    while True:
        size = sizes[index] = max(measure(index), 1.0)
        if size <= cap:
            fits = min(fits, index)
            if size >= _FULL * cap or fits <= too_large + 1 or len(sizes) >= tries:
                return fits
        else:
            too_large = max(too_large, index)
            if too_large + 1 >= len(shares):
                return None
        index = _next(shares, sizes, _AIM * cap)
        index = min(max(index, too_large + 1), max(fits - 1, too_large + 1))
        if index in sizes or index >= fits:
            return fits


def _next(shares: Sequence[float], sizes: dict[int, float], goal: float) -> int:
    """Return the finest setting expected to have `goal` bytes: sizes are a power of shares."""
    *before, last = sizes
    power = 1.0
    if before:
        rise = log(sizes[last] / sizes[before[-1]]) / log(shares[last] / shares[before[-1]])
        power = min(max(rise, 0.4), 2.5)
    share = shares[last] * (goal / sizes[last]) ** (1 / power)
    return next((i for i, each in enumerate(shares) if each <= share), len(shares) - 1)

"""Predict a file's size: from a few short stretches of its frames, or as far below a cap."""

from collections.abc import Callable, Sequence

from cppnvid.encode import Container
from cppnvid.encode.coding import quality_of
from cppnvid.encode.commands import longest_segment
from cppnvid.encode.segments import segments_of
from cppnvid.recipe import Recipe

# Of pictures that are coded nearly alone: four times three predict a GIF within 3 %.
_PLACES, _LENGTH = 4, 3
# Of video, whose segments open with a large picture: two lengths tell what it takes, and what each
# further picture. Both are longer than the ends of a segment, which get more bits.
_SHORT, _LONG = 18, 30
_VIDEO_PLACES = 2
_MOST_SAMPLED = 0.4  # of a film; what is more had better be encoded whole

# Clips of 256 px take up to 0.76 bits a pixel in H.264 at its usual crf, 0.2 in VP9, and larger
# ones less; each crf finer up to an eighth more.
_MOST_BITS, _FINER = 2.0, 1.15
_MOST_SOUND = 40_000  # bytes a second: twice what AAC is told, nearly

Size = Callable[[Sequence[int]], int]


def surely_fits(recipe: Recipe, container: Container, cap: int) -> bool:
    """Return whether a video is so far below a cap, in bytes, that no sample need tell.

    It is weighed when it is finished nevertheless. Of formats without a crf nothing is sure.
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
        size: returns the bytes of a file of only these frames.
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
    """Return where stretches begin, spread over the film."""
    return [round((place + 0.5) * frames / places - length / 2) for place in range(places)]

"""Predict a file's size from a few short stretches of its frames."""

from collections.abc import Callable, Sequence

from cppnvid.encode import Container
from cppnvid.encode.arguments import longest_segment
from cppnvid.encode.segments import segments_of
from cppnvid.recipe import Recipe

# Of pictures that are coded nearly alone: four times three predict a GIF within 3 %.
_PLACES, _LENGTH = 4, 3
# Of video, whose segments open with a large picture: two lengths tell what it takes, and what each
# further picture. Both are longer than the ends of a segment, which get more bits.
_SHORT, _LONG = 18, 30
_VIDEO_PLACES = 2
_MOST_SAMPLED = 0.4  # of a film; what is more had better be encoded whole

Size = Callable[[Sequence[int]], int]


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

"""A film as a list of segments: closed pieces that are encoded apart and joined without loss.

Each segment is made by one encoder of one thread, so that several are made at once and the file is
the same however many that are: what a segment is depends on the film's frames alone. A picture in
one segment refers to none in another, so segments could as well be made later, or elsewhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

from cppnvid.encode.ffmpeg import run

LIST_NAME = "segments.ffconcat"


@dataclass(frozen=True)
class Segment:
    """Frames `start` to `stop` of a film, the latter not included."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def segments_of(frames: int, longest: int | None) -> tuple[Segment, ...]:
    """Divide a film into the fewest segments of at most `longest` frames, as equal as can be."""
    count = 1 if longest is None else -(-frames // longest)
    bounds = [frames * index // count for index in range(count + 1)]
    return tuple(Segment(*pair) for pair in pairwise(bounds))


def in_turn(
    segments: Sequence[Segment], at_once: int, kept: Collection[int] = ()
) -> list[tuple[int, int]]:
    """Return (segment, frame) in the order in which frames keep `at_once` encoders busy.

    Segments are taken `at_once` at a time, and their frames one of each in turn: no frame waits
    for more than its encoder. Those of the numbers `kept` are there already.
    """
    order = []
    missing = [index for index in range(len(segments)) if index not in kept]
    for first in range(0, len(missing), at_once):
        group = missing[first : first + at_once]
        for step in range(max(len(segments[index]) for index in group)):
            order += [
                (index, segments[index].start + step)
                for index in group
                if step < len(segments[index])
            ]
    return order


def segment_name(index: int, suffix: str) -> str:
    """Return the name of a segment's file."""
    return f"{index:05}{suffix}"


def join(
    folder: Path,
    segments: Sequence[Segment],
    *,
    fps: Fraction,
    suffix: str,
    repeat: int,
    inputs: Sequence[str],
    target: Sequence[str],
) -> None:
    """Join the segments in `folder`, every packet as it is, and lay other inputs beside them.

    Args:
        folder: holds the segments, by `segment_name`.
        segments: in their order.
        fps: frames a second.
        suffix: of the segments' names.
        repeat: how many times all of them play.
        inputs: ffmpeg's arguments for inputs after the film; relative names lie in `folder`.
        target: those for the output: what it takes from the inputs, its muxer and place.

    Raises:
        EncodeError: when ffmpeg fails, with its exit code and last words.
    """
    film = ["-i", segment_name(0, suffix)]
    if len(segments) * repeat > 1:
        film = ["-f", "concat", "-i", LIST_NAME]
        (folder / LIST_NAME).write_text(_listed(segments, fps, suffix, repeat), encoding="ascii")
    run([*film, *inputs, "-c:v", "copy", *target], directory=folder)


def _listed(segments: Sequence[Segment], fps: Fraction, suffix: str, repeat: int) -> str:
    """Return the list of segments that ffmpeg's concat reads."""
    lines = ["ffconcat version 1.0"]
    for time, (index, segment) in product(range(repeat), enumerate(segments)):
        # Without a length each would begin a few microseconds off; from rounded starts, so that
        # the roundings of a thousand segments do not add up.
        before = time * segments[-1].stop
        start, stop = (
            round((before + frame) / fps * 1_000_000) for frame in (segment.start, segment.stop)
        )
        length = (stop - start) / 1_000_000
        lines += [f"file {segment_name(index, suffix)}", f"duration {length:.6f}"]
    return "\n".join(lines) + "\n"

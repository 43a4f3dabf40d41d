"""Frames to ffmpeg: to one, or to several at once that each encode a segment of the film."""

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from cppnvid.encode.frame_feed import FrameFeed
from cppnvid.encode.segments import Segment, in_turn


class Feeds:
    """Hand each frame to the ffmpeg whose segment it is of; start and end them as frames come.

    Args:
        segments: of the film, in their order.
        at_once: how many take frames in turn. As many more may be writing their last ones.
        command: returns ffmpeg's arguments for a segment, given its number.
        directory: where ffmpeg runs.
        telling: its arguments let it tell which frames it has taken; see `FrameFeed`.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        at_once: int,
        command: Callable[[int], list[str]],
        *,
        directory: Path | None = None,
        telling: bool = False,
    ) -> None:
        self._segments = segments
        self._at_once = at_once
        self._command = command
        self._directory = directory
        self._telling = telling
        self._turns = iter(in_turn(segments, at_once))
        self._open: dict[int, FrameFeed] = {}
        self._ending: deque[FrameFeed] = deque()
        self._start(0)  # before the first frame is drawn, so that a missing ffmpeg shows at once

    def put(self, frame: bytes) -> None:
        """Hand over the next frame, in the order of `in_turn`; wait while its queue is full.

        Raises:
            EncodeError: when an ffmpeg has failed, with its exit code and last words.
        """
        index, number = next(self._turns)
        if index not in self._open:
            while len(self._ending) > self._at_once:
                self._wait_for_oldest()
            self._start(index)
        self._open[index].put(frame)
        if number + 1 == self._segments[index].stop:
            # Not waited for: the next segment is drawn while ffmpeg writes what it still holds.
            self._open[index].end()
            self._ending.append(self._open.pop(index))

    def finish(self) -> None:
        """Wait until every segment is written.

        Raises:
            EncodeError: when an ffmpeg fails, with its exit code and last words.
        """
        while self._ending:
            self._wait_for_oldest()

    def abort(self) -> None:
        """Leave no process, thread or open file behind, whatever happened before."""
        with contextlib.ExitStack() as stack:
            for feed in (*self._open.values(), *self._ending):
                stack.callback(feed.abort)

    def _start(self, index: int) -> None:
        self._open[index] = FrameFeed(
            self._command(index), directory=self._directory, telling=self._telling
        )

    def _wait_for_oldest(self) -> None:
        self._ending[0].finish()
        self._ending.popleft().abort()

"""Frames to ffmpeg: to one, or to several at once that each encode a segment of the film."""

import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from cppnvid.encode.frame_feed import FrameFeed
from cppnvid.encode.segments import Segment


class Feeds:
    """Hand each frame to the ffmpeg whose segment it is of; start and end them as frames come.

    Args:
        segments: of the film, in their order.
        turns: (segment, frame) of every frame that will be put, from `in_turn`.
        at_once: how many take frames in turn. As many more may be writing their last ones.
        command: returns ffmpeg's arguments for a segment, given its number.
        directory: where ffmpeg runs.
        telling: its arguments let it tell which frames it has taken; see `FrameFeed`.
        done: called with the number of each segment that is complete.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        turns: Sequence[tuple[int, int]],
        at_once: int,
        command: Callable[[int], list[str]],
        *,
        directory: Path | None = None,
        telling: bool = False,
        done: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._segments = segments
        self._at_once = at_once
        self._command = command
        self._directory = directory
        self._telling = telling
        self._done = done
        self._turns = iter(turns)
        self._open: dict[int, FrameFeed] = {}
        self._ending: deque[tuple[int, FrameFeed]] = deque()
        if turns:
            self._start(
                turns[0][0]
            )  # before the first frame is drawn, so that a missing ffmpeg shows at once

    def put(self, frame: bytes) -> None:
        """Hand over the next frame, in the order of `in_turn`; wait while its queue is full.

        Raises:
            EncodeError: when an ffmpeg has failed, with its exit code and last words.
        """
        while self._ending and self._ending[0][1].has_ended:
            self._wait_for_oldest()  # it is told at once that a segment is complete
        index, number = next(self._turns)
        if index not in self._open:
            while len(self._ending) > self._at_once:
                self._wait_for_oldest()
            self._start(index)
        self._open[index].put(frame)
        if number + 1 == self._segments[index].stop:
            # Not waited for: the next segment is drawn while ffmpeg writes what it still holds.
            self._open[index].end()
            self._ending.append((index, self._open.pop(index)))

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
            for feed in (*self._open.values(), *(feed for _, feed in self._ending)):
                stack.callback(feed.abort)

    def _start(self, index: int) -> None:
        self._open[index] = FrameFeed(
            self._command(index), directory=self._directory, telling=self._telling
        )

    def _wait_for_oldest(self) -> None:
        index, feed = self._ending[0]
        feed.finish()
        self._ending.popleft()
        feed.abort()
        self._done(index)

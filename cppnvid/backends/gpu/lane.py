"""A ring that is opened when something is to be drawn, and again, smaller, where memory lacks.

What is drawn is cut as small as a device, its driver's watchdog and its free memory ask for. Pieces
that a ring had under way when memory ran out are cut and drawn again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment
from cppnvid.backends.gpu.adapters import Adapter, OutOfMemory
from cppnvid.backends.gpu.pieces import Kind, Piece, Room
from cppnvid.backends.gpu.program import Program, program_for
from cppnvid.backends.gpu.ring import Ring
from cppnvid.backends.shader.architecture import lacking
from cppnvid.errors import BackendError, BackendUnavailable, Setting

BYTES_A_PIXEL = 12  # of the largest binding, at most
FEWEST_PIXELS = 1024  # of a piece: less would not help


@dataclass(frozen=True, eq=False)
class Whole:
    """What may be drawn in pieces.

    Attributes:
        moment: of the scene.
        count: of its lines: rows of a frame, or pixels or points of a list.
        cut: returns the piece from one line to another.
        begin: what its first line is numbered.
    """

    moment: Moment
    count: int
    cut: Callable[[int, int], Piece]
    begin: int = 0


class _Cutting:
    """Wholes on their way through a ring: what is not yet cut, and what has not come back."""

    def __init__(self, wholes: Iterable[Whole]) -> None:
        self._coming = (whole for whole in wholes if whole.count)
        self._rest = deque[tuple[Whole, int]]()
        self._away = deque[tuple[Whole, int]]()

    def first(self) -> Whole | None:
        """Return what is cut next, or None after the last."""
        if not self._rest:
            self._rest.extend((whole, 0) for whole in (next(self._coming, None),) if whole)
        return self._rest[0][0] if self._rest else None

    def pieces(self, most: Callable[[], int]) -> Iterator[Piece]:
        """Yield pieces of so many lines at most, which is asked for each."""
        while self.first() is not None:
            whole, top = self._rest.popleft()
            bottom = min(top + most(), whole.count)
            if bottom < whole.count:
                self._rest.appendleft((whole, bottom))
            self._away.append((whole, top))
            yield whole.cut(top, bottom)

    def landed(self) -> int:
        """Return the number of the first line of the piece that comes back."""
        whole, top = self._away.popleft()
        return whole.begin + top

    def again(self) -> None:
        """Take what has not come back as not yet cut."""
        tops: dict[Whole, int] = {}
        for whole, top in (*self._away, *self._rest):
            tops.setdefault(whole, top)
        self._rest, self._away = deque(tops.items()), deque()


class Lane:
    """Draws what is of one kind.

    Args:
        adapter: to draw on.
        kind: of the pieces.
        pixels: of a piece, at most.
        line: pixels of a line.
        unit: lines that stay together.
    """

    def __init__(
        self, adapter: Adapter, kind: Kind, pixels: int, *, line: int = 1, unit: int = 1
    ) -> None:
        self._adapter, self._kind = adapter, kind
        self._line, self._unit = line, unit
        self._room = Room(pixels)
        self._ring: Ring | None = None

    def draw(self, wholes: Iterable[Whole]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield the number of its first line and the bytes of every piece, in order.

        Args:
            wholes: of one architecture; read as far ahead as there is room.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory even for small pieces.
        """
        cutting = _Cutting(wholes)
        while (whole := cutting.first()) is not None:
            whole_ring = False
            try:
                ring = self._opened(whole.moment)
                for made in ring.through(cutting.pieces(self._most)):
                    yield cutting.landed(), made
                whole_ring = True
            except OutOfMemory as error:
                self._shrink(error)
                cutting.again()
            finally:
                if not whole_ring:  # it has pieces under way
                    self.close()

    def close(self) -> None:
        """Give the ring's memory back."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    def _opened(self, moment: Moment) -> Ring:
        program = program_of(self._adapter, moment)
        if self._ring is not None and self._ring.program is not program:
            self.close()
        if self._ring is None:
            binding = program.device.limits["max-storage-buffer-binding-size"]
            most = min(self._room.pixels, binding // BYTES_A_PIXEL)
            self._room = Room(self._lines(most) * self._line, self._room.slots)
            self._ring = Ring(self._adapter, program, self._kind, self._room, moment)
        return self._ring

    def _lines(self, pixels: int) -> int:
        """Return how many lines so many pixels are: whole units, and at least one."""
        return max(pixels // (self._line * self._unit), 1) * self._unit

    def _most(self) -> int:
        """Return how many lines the next piece may have."""
        assert self._ring is not None
        quick = self._ring.program.pace.points() // self._kind.samples**2
        return self._lines(min(quick, self._room.pixels))

    def _shrink(self, error: OutOfMemory) -> None:
        least = max(self._lines(0) * self._line, min(FEWEST_PIXELS, self._room.pixels))
        smaller = Room(max(self._room.pixels // 2, least), max(self._room.slots - 1, 1))
        if smaller == self._room:
            raise BackendError(
                "{why}, also in pieces of {pixels:,} pixels",
                instead=Setting("backend", "cpu"),
                why=error.why,
                pixels=least,
            ) from error
        self._room = smaller


def program_of(adapter: Adapter, moment: Moment) -> Program:
    """Return the compiled program that draws a moment.

    Raises:
        BackendUnavailable: this backend cannot draw such a scene.
        BackendError: the driver does not compile it.
    """
    reason = lacking(moment)
    if reason:
        raise BackendUnavailable(
            "backend gpu cannot draw this: {reason}",
            instead=Setting("backend", "torch:cpu"),
            reason=reason,
        )
    return program_for(adapter, moment)

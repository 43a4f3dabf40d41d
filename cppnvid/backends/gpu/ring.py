"""Work on its way through a device: pieces of frames in, their bytes out, in order.

A piece is rows of one frame, pixels of a list, or points. As many small ones share a submission as
a dispatch may take. Three submissions are under way at once, each with a buffer of its own to read
from, so that drawing, copying and whatever the caller does with a picture overlap.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment
from cppnvid.backends.gpu.adapters import Adapter, driver_words
from cppnvid.backends.gpu.kernels import GROUP
from cppnvid.backends.gpu.pieces import Kind, Piece, Room, size_of
from cppnvid.backends.gpu.program import Program, packer_for
from cppnvid.errors import BackendError

MOST_TOGETHER = 16  # pieces of a submission
BYTES_TOGETHER = 2**21  # below that a submission costs more than what it draws
MOST_ACROSS = 65535  # workgroups of a dimension


class _Seat:
    """The buffers of one piece's numbers, and its bindings."""

    def __init__(self, ring: Ring, moment: Moment) -> None:
        program = ring.program
        self._ring = ring
        self.settings = ring.buffer(10 * 4, "UNIFORM")
        self.weights = ring.buffer(
            16 * program.layout.vectors, "UNIFORM" if program.uniform else "STORAGE"
        )
        self.numbers = ring.buffer(program.numbers_of(moment).nbytes, "STORAGE")
        self.gradient = ring.buffer(program.gradient_of(moment).nbytes, "STORAGE")
        self.listed = ring.buffer(8 * ring.most_listed, "STORAGE")
        inputs = (self.settings, self.weights, self.numbers, self.gradient)
        self.drawing = ring.bound(
            program.groups, dict(enumerate((*inputs, ring.places, self.listed, ring.drawn)))
        )
        if ring.packer is not None:
            self.packing = ring.bound(
                ring.packer[1], {0: self.settings, 6: ring.drawn, 7: ring.packed}
            )

    def fill(self, piece: Piece) -> None:
        """Hand a piece's numbers over."""
        ring, write = self._ring, self._ring.write
        if piece.given is not None:
            words = np.zeros((piece.pixels, 4), np.uint16)
            words[:, :3] = piece.given
            write(ring.drawn, words)
            return
        program = ring.program
        write(self.weights, program.weights_of(piece.moment))
        write(self.numbers, program.numbers_of(piece.moment))
        write(self.gradient, program.gradient_of(piece.moment))
        if piece.listed is not None:
            write(self.listed, piece.listed)
        if piece.places is not None:
            write(ring.places, piece.places.joined())


@dataclass
class _Flight:
    """A submission under way."""

    staging: Any
    mapped: Any
    sizes: list[int]
    points: int
    began: float


class Ring:
    """The buffers through which pieces of one kind pass.

    Args:
        adapter: to draw on.
        program: that draws them.
        kind: of the pieces.
        room: for how many.
        moment: any of the film's.

    Raises:
        OutOfMemory: the device has not so much; what was taken is given back.
        BackendError: it was lost.
    """

    def __init__(
        self, adapter: Adapter, program: Program, kind: Kind, room: Room, moment: Moment
    ) -> None:
        self.program, self._made = program, list[Any]()
        self._kind = kind
        drawn = kind.pixel_format != "float32"
        self.packer = packer_for(adapter, kind.pixel_format) if drawn else None
        self.most_listed = room.pixels if kind.listed else 1
        whole = _words(size_of(kind.pixel_format, room.pixels))
        self._together = max(min(BYTES_TOGETHER // (4 * whole), MOST_TOGETHER), 1)
        try:
            with driver_words(f"taking memory for {room.pixels:,} pixels"):
                self._take(room, whole, moment)
        except BackendError:
            self.close()
            raise

    def _take(self, room: Room, words: int, moment: Moment) -> None:
        if self._kind.places is None:
            self.places = self.buffer(8 * room.pixels, "STORAGE")
        else:
            places = self._kind.places.joined()
            self.places = self.buffer(places.nbytes, "STORAGE")
            self.write(self.places, places)
        self.drawn = self.buffer((8 if self.packer else 12) * room.pixels, "STORAGE", "COPY_SRC")
        self.packed = self.buffer(4 * words, "STORAGE", "COPY_SRC") if self.packer else None
        self._free = [
            (
                self.buffer(4 * words * self._together, "MAP_READ"),
                [_Seat(self, moment) for _ in range(self._together)],
            )
            for _ in range(room.slots)
        ]

    def close(self) -> None:
        """Give the memory back, also of what is under way."""
        for buffer in self._made:
            buffer.destroy()

    # -------------------------------------------------------------- buffers

    def buffer(self, size: int, *usages: str) -> Any:
        """Return a new buffer of so many bytes, or a little more."""
        import wgpu

        flags = wgpu.BufferUsage.COPY_DST
        for usage in usages:
            flags |= getattr(wgpu.BufferUsage, usage)
        made = self.program.device.create_buffer(size=max(-(-size // 16) * 16, 16), usage=flags)
        self._made.append(made)
        return made

    def write(self, buffer: Any, values: NDArray[Any]) -> None:
        """Hand values over to a buffer, before what is submitted next."""
        self.program.device.queue.write_buffer(buffer, 0, np.ascontiguousarray(values))

    def bound(self, groups: Any, buffers: dict[int, Any]) -> Any:
        """Return a group of bindings."""
        entries = [
            {"binding": number, "resource": {"buffer": each, "offset": 0, "size": each.size}}
            for number, each in buffers.items()
        ]
        return self.program.device.create_bind_group(layout=groups, entries=entries)

    def settings_of(self, piece: Piece, begin: int, end: int) -> NDArray[np.uint32]:
        """Return the `Settings` of a piece that is drawn from one pixel to another."""
        words = _words(size_of(self._kind.pixel_format, piece.pixels))
        rows = piece.pixels // piece.width
        places = piece.places or self._kind.places
        below = 0 if places is None else len(places.columns)
        numbers = (piece.width, piece.top, rows, end, self._kind.samples, piece.way)
        return np.array([*numbers, below, 0, words, begin], np.uint32)

    # ------------------------------------------------------------------ work

    def through(self, pieces: Iterable[Piece]) -> Iterator[NDArray[np.uint8]]:
        """Yield the bytes of each piece, in order; `pieces` is read as far ahead as there is room.

        Raises:
            BackendError: the device was lost, or lacks the memory.
        """
        flying: deque[tuple[_Flight, list[_Seat]]] = deque()
        waiting = iter(pieces)
        for first in waiting:
            if not self._free:
                yield from self._landed(*flying.popleft())
            batch = [first]
            budget = self.program.pace.points() - self._points(first)
            if first.given is not None or first.places is not None:
                budget = 0  # they share the buffer that they are written to
            while len(batch) < self._together and budget > 0:
                more = next(waiting, None)
                if more is None:
                    break
                budget -= self._points(more)
                batch.append(more)
            staging, seats = self._free.pop()
            with driver_words("drawing"):
                flying.append((self._submitted(batch, staging, seats), seats))
        while flying:
            yield from self._landed(*flying.popleft())

    def _points(self, piece: Piece) -> int:
        return 0 if piece.given is not None else piece.pixels * self._kind.samples**2

    def _submitted(self, batch: list[Piece], staging: Any, seats: list[_Seat]) -> _Flight:
        import wgpu

        encoder = self.program.device.create_command_encoder()
        sizes, at = [], 0
        for piece, seat in zip(batch, seats, strict=False):
            seat.fill(piece)
            encoder = self._drawn(encoder, piece, seat)
            size = size_of(self._kind.pixel_format, piece.pixels)
            made = self.drawn
            if self.packer is not None:
                _run(encoder, self.packer[0], seat.packing, _words(size))
                made = self.packed
            encoder.copy_buffer_to_buffer(made, 0, staging, at, 4 * _words(size))
            sizes.append(size)
            at += 4 * _words(size)
        self.program.device.queue.submit([encoder.finish()])
        points = sum(self._points(piece) for piece in batch)
        mapped = staging.map_async(wgpu.MapMode.READ, 0, at)
        return _Flight(staging, mapped, sizes, points, time.monotonic())

    def _drawn(self, encoder: Any, piece: Piece, seat: _Seat) -> Any:
        """Draw a piece; return what encodes the rest of its submission.

        Even a row may take longer than a driver's watchdog allows. It is then drawn in strokes, of
        which all but the last are submitted here.
        """
        device, begin, end = self.program.device, 0, piece.pixels
        stroke = max(self.program.pace.points() // self._kind.samples**2, GROUP)
        while piece.given is None and begin < end:
            if begin > 0:
                device.queue.submit([encoder.finish()])
                encoder = device.create_command_encoder()
            count = min(stroke, end - begin)
            self.write(seat.settings, self.settings_of(piece, begin, begin + count))
            _run(encoder, self.program.pipeline, seat.drawing, count)
            begin += count
        if piece.given is not None:
            self.write(seat.settings, self.settings_of(piece, 0, end))
        return encoder

    def _landed(self, flight: _Flight, seats: list[_Seat]) -> Iterator[NDArray[np.uint8]]:
        with driver_words("drawing"):
            flight.mapped.sync_wait()
            # With others before it in the queue, or a caller that came late, this is too long.
            self.program.pace.saw(flight.points, time.monotonic() - flight.began)
            # One copy in one pass: drivers may hand over memory that is slow to read.
            read = sum(4 * _words(size) for size in flight.sizes)
            view = flight.staging.read_mapped(0, read, copy=False)
            copied = np.frombuffer(view, np.uint8).copy()
            del view
            flight.staging.unmap()
        self._free.append((flight.staging, seats))
        at = 0
        for size in flight.sizes:
            yield copied[at : at + size]
            at += 4 * _words(size)


def _words(size: int) -> int:
    return -(-size // 4)


def _run(encoder: Any, pipeline: Any, bindings: Any, count: int) -> None:
    """Dispatch as many invocations as asked, or a few more."""
    groups = max(-(-count // GROUP), 1)
    across = min(groups, MOST_ACROSS)
    one = encoder.begin_compute_pass()
    one.set_pipeline(pipeline)
    one.set_bind_group(0, bindings)
    one.dispatch_workgroups(across, -(-groups // across))
    one.end()

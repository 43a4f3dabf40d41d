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
from cppnvid.backends.gpu.kernels import GRID, GROUP
from cppnvid.backends.gpu.program import Program, packer_for

SLOTS = 3
MOST_TOGETHER = 16  # pieces of a submission
BYTES_TOGETHER = 2**21  # below that a submission costs more than what it draws
MOST_ACROSS = 65535  # workgroups of a dimension

# Of a pixel, times two.
_BYTES = {"rgb24": 6, "rgb48": 12, "yuv420p": 3, "float32": 24}


@dataclass(frozen=True)
class Places:
    """Where the pixels of a frame lie: x of every sub-column, y of every sub-row, float32."""

    columns: NDArray[np.float32]
    rows: NDArray[np.float32]
    samples: int


@dataclass(frozen=True)
class Piece:
    """What one dispatch draws.

    Attributes:
        moment: of the scene.
        pixels: how many.
        width: of a row, where it is rows.
        top: the first of them.
        listed: uint32 [pixels, 2], a column and a row for each; None where it is rows.
        given: uint16 [pixels, 3], colours that were drawn before and are packed only.
        way: `kernels.GRID`, `LIST` or `POINTS`.
    """

    moment: Moment
    pixels: int
    width: int
    top: int = 0
    listed: NDArray[np.uint32] | None = None
    given: NDArray[np.uint16] | None = None
    way: int = GRID


def size_of(pixel_format: str, pixels: int) -> int:
    """Return how many bytes so many pixels are."""
    return _BYTES[pixel_format] * pixels // 2


class _Seat:
    """The buffers of one piece's numbers, and its bindings."""

    def __init__(self, ring: Ring, moment: Moment) -> None:
        program = ring.program
        self._ring = ring
        self.settings = ring.buffer(9 * 4, "UNIFORM")
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
        write(self.settings, ring.settings_of(piece))
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
        places: of their pixels.
        pixel_format: what they become, or `float32`: colours as they are.
        capacity: pixels of the largest piece.
        moment: any of the film's.
        listed: whether pieces are lists.

    Raises:
        BackendError: the device lacks the memory.
    """

    def __init__(
        self,
        adapter: Adapter,
        program: Program,
        places: Places,
        pixel_format: str,
        capacity: int,
        moment: Moment,
        *,
        listed: bool = False,
    ) -> None:
        self.program, self._made = program, list[Any]()
        self._format, self._samples, self._below = pixel_format, places.samples, len(places.columns)
        self.packer = None if pixel_format == "float32" else packer_for(adapter, pixel_format)
        self.most_listed = capacity if listed else 1
        whole = _words(size_of(pixel_format, capacity))
        self._together = max(min(BYTES_TOGETHER // (4 * whole), MOST_TOGETHER), 1)
        with driver_words(f"taking memory for {capacity:,} pixels"):
            self.places = self.buffer(4 * (len(places.columns) + len(places.rows)), "STORAGE")
            self.write(self.places, np.concatenate((places.columns, places.rows)))
            self.drawn = self.buffer((8 if self.packer else 12) * capacity, "STORAGE", "COPY_SRC")
            self.packed = self.buffer(4 * whole, "STORAGE", "COPY_SRC") if self.packer else None
            self._free = [
                (
                    self.buffer(4 * whole * self._together, "MAP_READ"),
                    [_Seat(self, moment) for _ in range(self._together)],
                )
                for _ in range(SLOTS)
            ]

    def __enter__(self) -> Ring:
        return self

    def __exit__(self, *_: object) -> None:
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

    def settings_of(self, piece: Piece) -> NDArray[np.uint32]:
        """Return a piece's `Settings`."""
        words = _words(size_of(self._format, piece.pixels))
        rows = piece.pixels // piece.width
        numbers = (piece.width, piece.top, rows, piece.pixels, self._samples, piece.way)
        return np.array([*numbers, self._below, 0, words], np.uint32)

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
            if first.given is not None:  # they share the buffer that they are written to
                budget = 0
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
        return 0 if piece.given is not None else piece.pixels * self._samples**2

    def _submitted(self, batch: list[Piece], staging: Any, seats: list[_Seat]) -> _Flight:
        import wgpu

        encoder = self.program.device.create_command_encoder()
        sizes, at = [], 0
        for piece, seat in zip(batch, seats, strict=False):
            seat.fill(piece)
            if piece.given is None:
                _run(encoder, self.program.pipeline, seat.drawing, piece.pixels)
            size = size_of(self._format, piece.pixels)
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

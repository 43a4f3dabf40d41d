"""One GPU: numbers in, kernels, pictures out, with nobody waiting for another.

Each piece of work goes to the next of a few streams. In a stream, copying in, drawing and copying
out follow each other; beside it, the next stream draws while this one's picture travels. Memory
comes from torch's caching allocators, which hand none out again before the stream that used it, or
the array that was made of it, is done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any

import numpy as np
import torch
import triton
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.animation.scene import Moment
from cppnvid.backends import adaptive
from cppnvid.backends.triton.architecture import Architecture
from cppnvid.backends.triton.kernel import draw
from cppnvid.backends.triton.plan import Capability, constants, plan_for
from cppnvid.backends.triton.refining import gather, mark
from cppnvid.backends.triton.yuv import planes
from cppnvid.errors import BackendError, Setting

STREAMS = 3  # one draws, one copies, and one is ready to draw

Finish = Callable[[], NDArray[Any]]  # waits for a picture and returns it

_SCRATCH = 2**26  # floats of all programs of a launch: 256 MB
_DEPTHS = {"rgb24": torch.uint8, "float32": torch.float32}
_STEPS = {torch.uint8: 255, torch.uint16: 65535}
_POINTS = 128  # of a tile of the kernels that only read and write, one for each thread


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the points of a frame lie, or of some of its rows, or scattered points."""

    columns: NDArray[np.float32]  # [width · samples], x of every sub-column
    lines: NDArray[np.float32]  # [height · samples], y of every sub-row
    samples: int
    scattered: bool = False  # then a line of pixels with the x and y of each

    @property
    def width(self) -> int:
        """In pixels."""
        return len(self.columns) // self.samples

    @property
    def height(self) -> int:
        """In pixels."""
        return 1 if self.scattered else len(self.lines) // self.samples

    def rows(self, top: int, bottom: int) -> Grid:
        """Return the grid of these rows of pixels alone."""
        return replace(self, lines=self.lines[top * self.samples : bottom * self.samples])


@dataclass(frozen=True, eq=False)
class Work:
    """Some frames, or one band of a frame, to draw in one go."""

    moments: list[Moment]  # all of one architecture
    architecture: Architecture
    precision: str
    grid: Grid  # of all pixels
    finer: tuple[Grid, ...]  # under `auto`: for pixels that need few points, and all
    pixel_format: str  # rgb24, rgb48, yuv420p, or float32 for colours that nobody rounds
    wanted: slice = field(default_factory=lambda: slice(None))  # rows; others help to judge them


class Card:
    """One GPU.

    Args:
        device: `cuda:0` and so on; on `cpu` Triton's interpreter draws, for tests.
        capability: of the card.
    """

    def __init__(self, device: torch.device, capability: Capability) -> None:
        self.device = device
        self.capability = capability
        count = STREAMS if device.type == "cuda" else 1
        self._streams = cycle([Stream(device) for _ in range(count)])

    def submit(self, work: Work) -> Finish:
        """Start some work and return at once what waits for its frames, as `render` has them.

        Raises:
            BackendError: the card lacks the memory for it.
        """
        stream = next(self._streams)
        try:
            with stream.running():
                launch, out = self.prepare(work, stream)
                launch()
                return stream.fetch(out)
        except (torch.OutOfMemoryError, triton.runtime.errors.OutOfResources) as error:
            raise BackendError(
                "{device} lacks the memory for this: {error}",
                instead=Setting("backend", "torch:cuda"),
                device=self.device,
                error=error,
            ) from error

    def prepare(self, work: Work, stream: Stream) -> tuple[Callable[[], None], Tensor]:
        """Return what launches the kernels, and the frames they draw, as `render` has them."""
        frames, width, height = len(work.moments), work.grid.width, work.grid.height
        depth = _DEPTHS.get(work.pixel_format, torch.uint16)
        rgb = torch.empty((frames, height, width, 3), dtype=depth, device=self.device)
        launches = [self._drawing(work, work.grid, rgb, stream)]
        if work.finer:
            launches.append(self._refining(work, rgb, stream))
        out = rgb[:, work.wanted]
        if work.pixel_format == "yuv420p":
            out = rgb.new_empty((frames, height * 3 // 2, width), dtype=torch.uint8)
            launches.append(_converting(rgb, out))

        def launch() -> None:
            for each in launches:
                each()

        return launch, out

    def _drawing(
        self,
        work: Work,
        grid: Grid,
        rgb: Tensor,
        stream: Stream,
        listed: tuple[Tensor, Tensor] | None = None,
    ) -> Callable[[], None]:
        """Return what draws into `rgb`, [frames, height, width, 3], all pixels or those listed."""
        supersampled = grid.samples > 1
        plan = plan_for(
            work.architecture, work.precision, self.capability, supersampled=supersampled
        )
        layout = plan.layout(work.architecture)
        compiled_in = constants(
            work.architecture,
            plan,
            _STEPS.get(rgb.dtype, 1),
            supersampled=supersampled,
            listed=listed is not None,
            scattered=grid.scattered,
        )
        frames, width, pixels = len(work.moments), grid.width, grid.width * grid.height
        parameters = stream.upload(layout.pack(work.moments))
        columns, lines = stream.upload(grid.columns), stream.upload(grid.lines)
        where, found = listed or (rgb.new_empty(1, dtype=torch.int32),) * 2
        tiles = -(-pixels // plan.points)
        own = 2 * plan.points * layout.pitch if plan.chunk else 0
        at_once = min(tiles, max(_SCRATCH // (own * frames or 1), 1))
        scratch = torch.empty(own * frames * at_once or 1, device=self.device)

        def launch() -> None:
            for first in range(0, tiles, at_once):
                draw[(min(at_once, tiles - first), frames)](
                    parameters,
                    columns,
                    lines,
                    where,
                    found,
                    rgb,
                    scratch,
                    width,
                    pixels,
                    first,
                    grid.samples,
                    **compiled_in,
                    num_warps=plan.warps,
                    maxnreg=plan.registers,
                    enable_fp_fusion=True,
                )

        return launch

    def _refining(self, work: Work, rgb: Tensor, stream: Stream) -> Callable[[], None]:
        """Return what draws those pixels of `rgb` again whose neighbourhood needs it."""
        frames, height, width, _ = rgb.shape
        top = work.wanted.start or 0
        marks = rgb.new_empty((frames, height, width), dtype=torch.uint8)
        crowds = rgb.new_empty((frames, 1 - (top - height) // adaptive.BLOCK), dtype=torch.int32)
        where = rgb.new_empty((frames, height * width), dtype=torch.int32)
        found = rgb.new_empty(frames, dtype=torch.int32)
        redraws = [self._drawing(work, grid, rgb, stream, (where, found)) for grid in work.finer]
        programs = -(-height * width // _POINTS), frames
        compiled_in = {"BLOCK": adaptive.BLOCK, "POINTS": _POINTS}

        def launch() -> None:
            crowds.zero_()
            mark[programs](
                rgb, marks, crowds, width, height, top, LIMITS=adaptive.LIMITS, **compiled_in
            )
            for all_points, redraw in zip((False, True), redraws, strict=True):
                found.zero_()
                gather[programs](
                    marks,
                    crowds,
                    where,
                    found,
                    width,
                    height,
                    top,
                    ALL=all_points,
                    CROWDED=adaptive.CROWDED,
                    **compiled_in,
                )
                redraw()

        return launch


def _converting(rgb: Tensor, out: Tensor) -> Callable[[], None]:
    """Return what makes planes [frames, height · 3/2, width] of colours."""
    frames, height, width, _ = rgb.shape
    tiles = -(-height * width // 4 // _POINTS)
    return lambda: planes[(tiles, frames)](rgb, out, width, height, POINTS=_POINTS)


class Stream:
    """What runs in order on a GPU; on the processor everything does."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send what is started within to this stream, on its card."""
        if self._stream is None:
            yield
        else:
            with torch.cuda.device(self._device), torch.cuda.stream(self._stream):
                yield

    def upload(self, array: NDArray[np.float32]) -> Tensor:
        """Copy an array to the card, behind what this stream does already."""
        tensor = torch.from_numpy(array)
        if self._stream is None:
            return tensor
        return tensor.pin_memory().to(self._device, non_blocking=True)

    def fetch(self, out: Tensor) -> Finish:
        """Copy what the stream has drawn by then to the host; return what waits for that."""
        if self._stream is None:
            return out.numpy
        host = torch.empty(out.shape, dtype=out.dtype, pin_memory=True)
        host.copy_(out, non_blocking=True)
        done = self._stream.record_event()

        def finish() -> NDArray[Any]:
            done.synchronize()  # before this, the memory holds some older picture
            array: NDArray[Any] = host.numpy()
            return array

        return finish

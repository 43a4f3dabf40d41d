"""One GPU: numbers in, kernel, pictures out, with nobody waiting for another.

Each piece of work goes to the next of a few streams. In a stream, copying in, drawing and copying
out follow each other; beside it, the next stream draws while this one's picture travels. Memory
comes from torch's caching allocators, which hand none out again before the stream that used it, or
the array that was made of it, is done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import torch
import triton
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.backends.triton.architecture import Architecture
from cppnvid.backends.triton.kernel import draw
from cppnvid.backends.triton.plan import Capability, constants, plan_for
from cppnvid.errors import BackendError
from cppnvid.scene import Moment

STREAMS = 3  # one draws, one copies, and one is ready to draw

Finish = Callable[[], NDArray[np.uint8]]  # waits for a picture and returns it

_MOST_PAIRS = 65535  # CUDA's limit to the second number of a grid
_SCRATCH = 2**26  # floats of all programs of a launch: 256 MB


@dataclass(frozen=True, eq=False)
class Work:
    """Some frames, or one band of a frame, to draw in one go."""

    moments: list[Moment]  # all of one architecture
    architecture: Architecture
    precision: str
    columns: NDArray[np.float32]  # [width · samples], x of every sub-column
    lines: NDArray[np.float32]  # [height · samples], y of every sub-row
    samples: int
    pixel_format: str  # rgb24 or yuv420p

    @property
    def width(self) -> int:
        """In pixels."""
        return len(self.columns) // self.samples

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.lines) // self.samples


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
        """Start some work and return at once what waits for its bytes, uint8 [frames, bytes].

        Raises:
            BackendError: the card has not the memory for it.
        """
        stream = next(self._streams)
        try:
            with stream.running():
                launch, out = self.prepare(work, stream)
                launch()
                return stream.fetch(out)
        except (torch.OutOfMemoryError, triton.runtime.errors.OutOfResources) as error:
            raise BackendError(
                f"{self.device} has not the memory for this: {error}. "
                "Free some, or draw with --backend torch:cuda"
            ) from error

    def prepare(self, work: Work, stream: Stream) -> tuple[Callable[[], None], Tensor]:
        """Return what launches the kernel, and the pictures it draws: uint8 [frames, bytes]."""
        supersampled = work.samples > 1
        plan = plan_for(
            work.architecture, work.precision, self.capability, supersampled=supersampled
        )
        layout = plan.layout(work.architecture)
        compiled_in = constants(
            work.architecture, plan, work.pixel_format, supersampled=supersampled
        )
        frames, width, height = len(work.moments), work.width, work.height
        parameters = stream.upload(layout.pack(work.moments))
        columns, lines = stream.upload(work.columns), stream.upload(work.lines)
        size = frames, frame_bytes(width, height, work.pixel_format)
        out = torch.empty(size, dtype=torch.uint8, device=self.device)
        across, pairs = -(-width // (plan.points // 2)), -(-height // 2)
        own = 2 * plan.points * layout.pitch if plan.chunk else 0
        at_once = min(_MOST_PAIRS, pairs, max(_SCRATCH // (own * across * frames or 1), 1))
        scratch = torch.empty(own * across * frames * at_once or 1, device=self.device)

        def launch() -> None:
            for top in range(0, pairs, at_once):
                draw[(across, min(at_once, pairs - top), frames)](
                    parameters, columns, lines, out, scratch, width, height, top, work.samples,
                    **compiled_in, num_warps=plan.warps, enable_fp_fusion=True,
                )  # fmt: skip

        return launch, out


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

        def finish() -> NDArray[np.uint8]:
            done.synchronize()  # before this, the memory holds some older picture
            array: NDArray[np.uint8] = host.numpy()
            return array

        return finish


def frame_bytes(width: int, height: int, pixel_format: str) -> int:
    """Return the size of a frame."""
    if pixel_format == "rgb24":
        return 3 * width * height
    return width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)

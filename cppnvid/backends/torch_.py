"""Drawing with plain torch, on any device that it knows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.animation.scene import Moment
from cppnvid.backends.tiles import TiledBackend, TiledLayer
from cppnvid.errors import BackendError, Setting

FEWEST_POINTS = 256
# Not every device has uint16.
_KINDS = {np.uint8: torch.uint8, np.uint16: torch.int32, np.float32: torch.float32}


class TorchBackend(TiledBackend):
    """Draw scenes with plain torch.

    Args:
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        threads: on the CPU, how many tiles are drawn at once; None is as many as torch uses.
    """

    def __init__(self, device: str = "cpu", threads: int | None = None) -> None:
        self.device = torch.device(device)
        on_cpu = self.device.type == "cpu"
        super().__init__(f"torch:{device}", (threads or torch.get_num_threads()) if on_cpu else 1)
        self.interpolates = on_cpu
        self._scratch = threading.local()

    def _array(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values.astype(np.float32, copy=False)).to(self.device)

    def _host(self, values: Tensor, kind: type[Any]) -> NDArray[Any]:
        array: NDArray[Any] = values.to(_KINDS[kind]).cpu().numpy()
        return array

    def _sums(self, layer: TiledLayer, hidden: Tensor, index: int) -> Tensor:
        """Sum into one of two buffers, which each thread keeps from tile to tile."""
        if not hasattr(self._scratch, "buffers"):
            self._scratch.buffers = {}
        buffers: dict[tuple[int, int], Tensor] = self._scratch.buffers
        width = len(layer.bias)
        size, key = len(hidden) * width, (index % 2, width)
        if key not in buffers or buffers[key].numel() < size:
            buffers[key] = hidden.new_empty(size)
        out = buffers[key][:size].view(len(hidden), width)
        return torch.addmm(layer.bias, hidden, layer.weight, out=out)

    def _drawing(self) -> AbstractContextManager[Any]:
        return torch.inference_mode()

    def _one_thread_each(self) -> AbstractContextManager[Any]:
        # With torch's own threads, which meet at a barrier some thirty times a tile, drawing was
        # eight times slower on two cores that another program used too.
        return one_thread() if self.device.type == "cpu" else nullcontext()

    def _points_per_tile(self, moment: Moment) -> int:
        """Return how many points a tile may hold: by the CPU's cache or the GPU's memory."""
        if self.device.type == "cpu":
            return super()._points_per_tile(moment)
        widest: int = max(max(layer.weight.shape) for layer in moment.layers)
        bytes_a_point = 4 * (3 * widest + 64)
        return min(max(_free_memory(self.device) // 4 // bytes_a_point, FEWEST_POINTS), 2**22)

    def _fewer(self, points: int, error: RuntimeError) -> int:
        """Return half the points after the device ran out of memory; raise any other error."""
        if not isinstance(error, torch.OutOfMemoryError) and "memory" not in str(error):
            raise error
        if points // 2 < FEWEST_POINTS:
            raise BackendError(
                "{name} lacks the memory for {points} points of this network: {error}. "
                "Free some, or use fewer neurons",
                instead=Setting("backend", "torch:cpu"),
                name=self.name,
                points=points,
                error=error,
            ) from error
        self._scratch = threading.local()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        return points // 2


def _free_memory(device: torch.device) -> int:
    """Return the free memory of a GPU in bytes."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return 2**30


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread for each operation, and give back as many as there were."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

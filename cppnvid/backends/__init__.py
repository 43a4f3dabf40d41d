"""Backends: what draws a scene, one class for each technology, and how one is chosen.

A backend asked for by name works or raises. Only `auto` chooses, and says what it chose and why not
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cppnvid.errors import BackendUnavailable, RecipeError
from cppnvid.recipe import unknown
from cppnvid.scene import Moment, Scene


class Backend(Protocol):
    """Draws scenes. Frames are C-contiguous uint8 in host memory."""

    name: str

    def render(
        self, scene: Scene, times: Iterable[float], *, width: int, height: int, samples: int = 1
    ) -> Iterator[NDArray[np.uint8]]:
        """Draw a frame for each time, in order, as batches [n, height, width, 3]."""
        ...

    def bands(
        self, moment: Moment, *, width: int, height: int, samples: int = 1
    ) -> Iterator[NDArray[np.uint8]]:
        """Draw one frame from top to bottom as bands [rows, width, 3], whatever its size."""
        ...


@dataclass(frozen=True)
class Report:
    """Whether a backend is usable here, and on what or why not."""

    name: str
    usable: bool
    detail: str


def report() -> list[Report]:
    """Return what every backend would do on this machine, best first, as `auto` considers them."""
    return [Report(f"torch:{name}", *probe()) for name, probe in _TORCH_DEVICES.items()]


def choose(name: str = "auto", note: Callable[[str], None] = lambda _: None) -> Backend:
    """Return the backend with this name.

    Args:
        name: `auto` (the best usable here), `torch` (its best device), or `torch:cpu`,
            `torch:cuda`, `torch:cuda:1`, `torch:mps`.
        note: told what `auto` chose and why not the others.

    Raises:
        RecipeError: no backend has this name.
        BackendUnavailable: the backend exists and is not usable here.
    """
    from cppnvid.backends.reference import TorchBackend

    family, _, device = name.partition(":")
    if name in ("auto", "torch"):
        reports = report()
        best = next(entry for entry in reports if entry.usable)
        passed = [f"{entry.name}: {entry.detail}" for entry in reports if not entry.usable]
        if name == "auto":
            note(f"drawing with {best.name} ({best.detail}); not with {'; '.join(passed)}")
        return TorchBackend(best.name.partition(":")[2])
    kind = device.partition(":")[0]
    if family != "torch" or kind not in _TORCH_DEVICES:
        raise RecipeError(unknown("backend", name, ("auto", "torch", *(r.name for r in report()))))
    usable, detail = _TORCH_DEVICES[kind]()
    if not usable:
        others = ", ".join(entry.name for entry in report() if entry.usable)
        raise BackendUnavailable(f"backend {name} is not usable here: {detail}. Usable: {others}")
    if kind == "cuda" and ":" in device:
        _check_cuda_index(name, device)
    return TorchBackend(device)


def _cuda() -> tuple[bool, str]:
    import torch

    if torch.cuda.is_available():
        return True, torch.cuda.get_device_name(0)
    if torch.version.cuda is None and torch.version.hip is None:
        return False, f"this torch {torch.__version__} was built without CUDA"
    return False, "torch finds no CUDA device"


def _check_cuda_index(name: str, device: str) -> None:
    import torch

    index = device.partition(":")[2]
    if not index.isdigit() or int(index) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise BackendUnavailable(f"backend {name}: this machine has {count} CUDA device(s), from 0")


def _mps() -> tuple[bool, str]:
    import torch

    if torch.backends.mps.is_available():
        return True, "Apple GPU"
    return False, "no Apple GPU here"


def _cpu() -> tuple[bool, str]:
    import torch

    return True, f"{torch.get_num_threads()} threads"


_TORCH_DEVICES: dict[str, Callable[[], tuple[bool, str]]] = {
    "cuda": _cuda,
    "mps": _mps,
    "cpu": _cpu,
}

"""What this machine can draw with, and why not with the rest."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# What the drivers of NVIDIA's and AMD's cards put there, NVIDIA's under Windows' Linux and Tegra's.
DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg", "/dev/nvhost-gpu", "/dev/nvgpu")


@dataclass(frozen=True)
class Report:
    """Whether a backend is usable here, and on what or why not."""

    name: str
    usable: bool
    detail: str


def report() -> list[Report]:
    """Return what every backend would do on this machine, best first, as `auto` considers them."""
    return [Report(name, *probe()) for name, probe in BACKENDS.items()]


def could_be_here(name: str) -> bool:
    """Return whether this machine may have what a backend needs, so that it is worth a look.

    A laptop without a graphics card needs no word about CUDA in every run; nor does it need torch
    loaded, two seconds, to be told that there is none.
    """
    if name == "torch:mps":
        return sys.platform == "darwin"
    if name in ("gpu", "torch:cuda"):
        return shutil.which("nvidia-smi") is not None or any(Path(p).exists() for p in DEVICES)
    return True


def _triton() -> tuple[bool, str]:
    usable, detail = _cuda()
    if not usable:
        return False, detail
    try:
        from cppnvid.backends.triton import backend as gpu
    except (ImportError, OSError, AttributeError) as error:
        return False, f"Triton cannot be loaded ({error}); pip install triton"
    import torch

    cards = gpu.usable_cards()
    reason = gpu.check() if cards else gpu.why_no_card()
    names = ", ".join(torch.cuda.get_device_name(card.device) for card in cards)
    return reason is None, reason or f"Triton {version('triton')}, {names}"


def _halide() -> tuple[bool, str]:
    try:
        import halide as hl

        from cppnvid.backends.halide.backend import check
    except (ImportError, OSError, AttributeError) as error:
        return False, f"Halide cannot be loaded ({error}); pip install halide"
    reason = check()
    return reason is None, reason or f"Halide {version('halide')}, {hl.get_host_target()}"


def _cuda() -> tuple[bool, str]:
    import torch

    if torch.cuda.is_available():
        return True, torch.cuda.get_device_name(0)
    if torch.version.cuda is None and torch.version.hip is None:
        return False, f"this torch {torch.__version__} was built without CUDA"
    return False, "torch finds no CUDA device"


def _mps() -> tuple[bool, str]:
    import torch

    if torch.backends.mps.is_available():
        return True, "Apple GPU"
    return False, "no Apple GPU here"


def _cpu() -> tuple[bool, str]:
    import torch

    return True, _threads(torch.get_num_threads())


def _numpy() -> tuple[bool, str]:
    return True, f"{_threads(os.cpu_count() or 1)}, for small jobs"


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


# Best first, as `auto` tries them: name, and whether it is usable here and on what or why not. For
# a small job it takes the last, which needs nothing loaded.
BACKENDS: dict[str, Callable[[], tuple[bool, str]]] = {
    "gpu": _triton,
    "torch:cuda": _cuda,
    "torch:mps": _mps,
    "cpu": _halide,
    "torch:cpu": _cpu,
    "numpy": _numpy,
}

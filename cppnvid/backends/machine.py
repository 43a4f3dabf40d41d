"""What this machine can draw with, and why not with the rest: one row for each backend."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cppnvid.animation.scene import Moment
from cppnvid.backends.protocol import Backend, Job

# What the drivers of NVIDIA's and AMD's cards put there, NVIDIA's under Windows' Linux and Tegra's.
RENDERERS = "/dev/dri"  # where Mesa's put theirs
DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg", "/dev/nvhost-gpu", "/dev/nvgpu")


@dataclass(frozen=True)
class Report:
    """Whether a backend is usable here, and on what or why not."""

    name: str
    usable: bool
    detail: str


def _never(*_: Any) -> str | None:
    return None


@dataclass(frozen=True)
class Technology:
    """What is known of a backend before anything of it is loaded.

    Attributes:
        probe: returns whether it is usable here, and on what or why not.
        make: makes it, from its name and how many threads may draw.
        could_be_here: whether this machine may have what it needs, so that `auto` looks at it. A
            laptop without a graphics card needs no word about CUDA in every run, nor torch loaded,
            two seconds, to learn that there is none.
        declines: returns why it cannot draw a moment, or None.
        does_not_pay: returns why it is not worth its compiling for a job, or None.
        only_by_name: returns why `auto` does not take what a name stands for though it is usable,
            or None.
        devices: returns what it may draw on, for a number after its name, such as `gpu:1` for the
            second; None where a name takes no number.
    """

    probe: Callable[[], tuple[bool, str]]
    make: Callable[[str, int | None], Backend]
    could_be_here: Callable[[], bool] = lambda: True
    declines: Callable[[Moment], str | None] = _never
    does_not_pay: Callable[[Moment, Job], str | None] = _never
    only_by_name: Callable[[str], str | None] = _never
    devices: Callable[[], list[str]] | None = None


def report() -> list[Report]:
    """Return what every backend would do on this machine, best first, as `auto` considers them."""
    rows = []
    for name, row in BACKENDS.items():
        rows.append(Report(name, *row.probe()))
        if rows[-1].usable and row.devices is not None:
            others = list(enumerate(row.devices()))[1:]
            rows += [Report(f"{name}:{index}", True, device) for index, device in others]
    return rows


def described(backend: Backend) -> str:
    """Return what draws with its version and device, in words that change with its pictures."""
    row = BACKENDS.get(backend.name) or BACKENDS.get(backend.name.partition(":")[0])
    return backend.name if row is None else f"{backend.name}: {row.probe()[1]}"


def _has_graphics() -> bool:
    """Return whether a driver of graphics may be here; on Linux each puts a device there."""
    if not sys.platform.startswith("linux"):
        return True
    return any(Path(RENDERERS).glob("renderD*")) or any(Path(path).exists() for path in DEVICES)


def _has_card() -> bool:
    return shutil.which("nvidia-smi") is not None or any(Path(path).exists() for path in DEVICES)


def _triton() -> tuple[bool, str]:
    usable, detail = _cuda()
    if not usable:
        return False, detail
    try:
        from cppnvid.backends.triton import backend as triton
    except (ImportError, OSError, AttributeError) as error:
        return False, f"Triton cannot be loaded ({error}); pip install triton"
    import torch

    cards = triton.usable_cards()
    reason = triton.check() if cards else triton.why_no_card()
    names = ", ".join(torch.cuda.get_device_name(card.device) for card in cards)
    return reason is None, reason or f"Triton {version('triton')}, {names}"


def _wgpu() -> tuple[bool, str]:
    """Return whether the best adapter draws; software is tried when it is taken, by its name."""
    try:
        from cppnvid.backends.gpu.adapters import adapters

        found = adapters()
    except (ImportError, OSError, AttributeError, RuntimeError) as error:
        return False, f"wgpu cannot be loaded ({error}); pip install wgpu"
    if not found:
        return False, "wgpu finds no Vulkan, Metal or Direct3D 12 here"
    if not found[0].software:
        from cppnvid.backends.gpu.backend import check

        reason = check(found[0])
        if reason is not None:
            return False, reason
    return True, f"wgpu {version('wgpu')}, {found[0]}"


def _adapters() -> list[str]:
    from cppnvid.backends.gpu.adapters import adapters

    return [str(adapter) for adapter in adapters()]


def _only_software(name: str) -> str | None:
    from cppnvid.backends.gpu.adapters import adapter_of

    adapter = adapter_of(name)
    return f"{adapter.name} is software, which cpu outruns" if adapter.software else None


def _cuda_devices() -> list[str]:
    import torch

    return [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]


def _halide() -> tuple[bool, str]:
    try:
        import halide as hl

        from cppnvid.backends.halide.backend import check
    except (ImportError, OSError, AttributeError) as error:
        return False, f"Halide cannot be loaded ({error}); pip install halide"
    reason = check()
    return reason is None, reason or f"Halide {version('halide')}, {hl.get_host_target()}"


def _with_torch(probe: Callable[[], tuple[bool, str]]) -> Callable[[], tuple[bool, str]]:
    """Let a probe say where PyTorch cannot be loaded: a new Python may have no wheel of it yet."""

    @wraps(probe)
    def probed() -> tuple[bool, str]:
        try:
            import torch  # noqa: F401
        except (ImportError, OSError) as error:
            return False, f"PyTorch cannot be loaded ({error}); pip install torch"
        return probe()

    return probed


@_with_torch
def _cuda() -> tuple[bool, str]:
    import torch

    if torch.cuda.is_available():
        return True, torch.cuda.get_device_name(0)
    if torch.version.cuda is None and torch.version.hip is None:
        return False, f"this torch {torch.__version__} was built without CUDA"
    return False, "torch finds no CUDA device"


@_with_torch
def _mps() -> tuple[bool, str]:
    import torch

    if torch.backends.mps.is_available():
        return True, "Apple GPU"
    return False, "no Apple GPU here"


@_with_torch
def _cpu() -> tuple[bool, str]:
    import torch

    return True, _threads(torch.get_num_threads())


def _numpy() -> tuple[bool, str]:
    return True, f"{_threads(os.cpu_count() or 1)}, for small jobs"


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


# ------------------------------------------------------------------ one by one


def _make_triton(_: str, __: int | None) -> Backend:
    from cppnvid.backends.triton.backend import CudaBackend

    return CudaBackend()


def _make_wgpu(name: str, _: int | None) -> Backend:
    from cppnvid.backends.gpu.backend import GpuBackend

    return GpuBackend(name)


def _make_halide(_: str, threads: int | None) -> Backend:
    from cppnvid.backends.halide.backend import CpuBackend

    return CpuBackend(threads)


def _make_torch(name: str, threads: int | None) -> Backend:
    from cppnvid.backends.torch_ import TorchBackend

    return TorchBackend(name.removeprefix("torch:"), threads)


def _make_numpy(_: str, threads: int | None) -> Backend:
    from cppnvid.backends.numpy_ import NumpyBackend

    return NumpyBackend(threads)


def _triton_declines(moment: Moment) -> str | None:
    from cppnvid.backends.triton.backend import unsupported

    return unsupported(moment)


def _wgpu_declines(moment: Moment) -> str | None:
    from cppnvid.backends.shader.architecture import lacking

    return lacking(moment)


def _halide_declines(moment: Moment) -> str | None:
    from cppnvid.backends.halide.backend import unsupported

    return unsupported(moment)


def _triton_does_not_pay(moment: Moment, job: Job) -> str | None:
    """Return that torch has drawn the whole job on a GPU before Triton has compiled it, or None.

    On a GPU torch writes and reads each neuron twice, 16 bytes, at 300 GB/s on a small card
    (computed, not measured). Triton compiles in 1 s and another second for each run of equal
    layers; and as often again what draws the pixels of a list, where `samples` is `auto`.
    """
    if job.points is None:
        return None
    from cppnvid.backends.triton.architecture import architecture_of

    drawing = job.points * sum(len(layer.bias) for layer in moment.layers) * 16 / 300e9
    compiling = (1.0 + len(architecture_of(moment).runs)) * (2 if job.compiles_twice else 1)
    if drawing > compiling:
        return None
    return f"for a job this small ({drawing:.1f} s) compiling takes longer ({compiling:.1f} s)"


def by_numpy(moment: Moment, points: int) -> float:
    """Return about how many seconds numpy takes for a job.

    On a core at 2.4 GHz 3 ns for each neuron of a point, 0.06 ns for each weight, and for the
    point's place and colour 150 ns, through Oklab 400; torch takes as long.
    """
    neurons = sum(len(layer.bias) for layer in moment.layers)
    weights = sum(layer.weight.size for layer in moment.layers)
    through_oklab = moment.colouring.mode in ("gradient", "oklch") or moment.colouring.hue
    each = (400e-9 if through_oklab else 150e-9) + 3e-9 * neurons + 0.06e-9 * weights
    return points * each / (os.cpu_count() or 1)


def until_halide_draws(moment: Moment, job: Job) -> float:
    """Return about how many seconds Halide compiles: that is how long numpy may take.

    It is 1 s, another 0.1 s for each layer, as often again where `samples` is `auto`, and 0.4 s for
    planes. To load torch takes 2 s.
    """
    once = 1.0 + 0.1 * len(moment.layers)
    return once * (2 if job.compiles_twice else 1) + (0.4 if job.planes else 0.0)


# Best first, as `auto` tries them. For a small job it takes the last, which needs nothing loaded.
# No card was met yet: the order of the first three is by what was counted in compiled code. Both
# fused kernels keep a point's values in registers, and torch writes and reads each of them twice;
# `cuda` has tensor cores and several frames a launch beside that, and `gpu` has not.
BACKENDS: dict[str, Technology] = {
    "cuda": Technology(_triton, _make_triton, _has_card, _triton_declines, _triton_does_not_pay),
    "gpu": Technology(
        _wgpu,
        _make_wgpu,
        _has_graphics,
        declines=_wgpu_declines,
        only_by_name=_only_software,
        devices=_adapters,
    ),
    "torch:cuda": Technology(_cuda, _make_torch, _has_card, devices=_cuda_devices),
    "torch:mps": Technology(_mps, _make_torch, lambda: sys.platform == "darwin"),
    "cpu": Technology(_halide, _make_halide, declines=_halide_declines),
    "torch:cpu": Technology(_cpu, _make_torch),
    "numpy": Technology(_numpy, _make_numpy),
}

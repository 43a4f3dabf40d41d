"""How a backend is chosen.

One asked for by name works or raises. Only `auto` chooses, and says what it chose and why not the
others.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from cppnvid.animation.scene import Moment
from cppnvid.backends import machine
from cppnvid.backends.adaptive import points_a_pixel
from cppnvid.backends.machine import could_be_here
from cppnvid.backends.protocol import Backend
from cppnvid.callbacks import Note, silent
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendUnavailable, RecipeError
from cppnvid.recipe import unknown


@dataclass(frozen=True)
class Job:
    """What is to be drawn, as far as a backend is chosen by it.

    Args:
        moment: of the scene; None asks for a backend whatever the scene.
        raster: of every frame; None asks for a backend whatever the size of the job.
        frames: how many are drawn; a share of them where several architectures divide a film.
        threads: how many draw on the processor at most; None is all.
        planes: whether frames are taken as yuv420p from a backend that has it.
    """

    moment: Moment | None = None
    raster: Raster | None = None
    frames: float = 1
    threads: int | None = None
    planes: bool = False

    @property
    def points(self) -> int | None:
        """How many points are drawn in all, about."""
        if self.raster is None:
            return None
        pixels = self.frames * self.raster.width * self.raster.height
        return int(pixels * points_a_pixel(self.raster.samples))

    @property
    def pixel_format(self) -> str:
        """Return the format that the backend must have."""
        return self.raster.pixel_format if self.raster else "rgb24"

    @property
    def compiles_twice(self) -> bool:
        """Whether fused backends compile one kernel for all pixels and one for a list of them."""
        return self.raster is not None and self.raster.samples == "auto"


def choose(name: str | Backend = "auto", job: Job = Job(), note: Note = silent) -> Backend:
    """Return the backend with this name, or the backend itself.

    Args:
        name: `auto` (the best usable here for this job), `gpu`, `cpu`, `torch` (its best device),
            `torch:cpu`, `torch:cuda`, `torch:cuda:1`, `torch:mps`, or `numpy`; or a backend.
        job: what is to be drawn.
        note: told what `auto` chose and why not the others.

    Raises:
        RecipeError: no backend has this name.
        BackendUnavailable: the backend exists and is not usable here, or not for this scene or
            pixel format.
    """
    if not isinstance(name, str):
        return name
    if name in ("auto", "torch"):
        return _best(name, job, note)
    kind = ":".join(name.split(":")[:2])
    if kind not in machine.BACKENDS:
        raise RecipeError(unknown("backend", name, ("auto", "torch", *machine.BACKENDS)))
    usable, detail = machine.BACKENDS[kind]()
    if usable and job.moment is not None:
        reason = _cannot_draw(kind, job.moment)
        usable, detail = reason is None, reason or detail
    if not usable:
        others = ", ".join(r.name for r in machine.report() if r.usable and r.name != kind)
        raise BackendUnavailable(f"backend {name} is not usable here: {detail}. Usable: {others}")
    if kind == "torch:cuda" and name != kind:
        _check_cuda_index(name, name.removeprefix("torch:"))
    made = _made(name, job.threads)
    lacking = _lacks(made, job.pixel_format)
    if lacking is not None:
        others = ", ".join(
            entry.name
            for entry in machine.report()
            if entry.usable and _lacks(_made(entry.name, job.threads), job.pixel_format) is None
        )
        raise BackendUnavailable(f"backend {name} {lacking}. Usable: {others}")
    return made


def _best(name: str, job: Job, note: Note) -> Backend:
    """Return the first that is usable; `auto` says why not those before it, if they might be."""
    moment = job.moment
    if name == "auto" and moment is not None and job.points is not None:
        drawing = _by_numpy(moment, job.points)
        if drawing <= _until_halide_draws(moment, job):
            note(f"drawing with numpy, as the job is small ({drawing:.1f} s)")
            return _made("numpy", job.threads)
    passed: list[tuple[str, str]] = []
    for kind, probe in machine.BACKENDS.items():
        if not kind.startswith("torch:") if name == "torch" else not could_be_here(kind):
            continue
        usable, detail = probe()
        why_not = None if usable else detail
        if why_not is None and moment is not None:
            why_not = _cannot_draw(kind, moment) or _not_worth_it(kind, moment, job)
        if why_not is None:
            made = _made(kind, job.threads)
            why_not = _lacks(made, job.pixel_format)
            if why_not is None:
                if name == "auto":
                    not_with = f"; not with {_reasons(passed)}" if passed else ""
                    note(f"drawing with {kind} ({detail}){not_with}")
                return made
        passed.append((kind, why_not))
    raise BackendUnavailable(f"no backend is usable here: {_reasons(passed)}")


def _reasons(passed: list[tuple[str, str]]) -> str:
    """Return why each was passed over, neighbours with the same reason in one."""
    return "; ".join(
        f"{', '.join(kind for kind, _ in kinds)}: {why}"
        for why, kinds in groupby(passed, key=itemgetter(1))
    )


def _lacks(backend: Backend, pixel_format: str) -> str | None:
    """Return that a backend does not draw a pixel format, or None."""
    if pixel_format in backend.pixel_formats:
        return None
    return "draws 8 bits a channel alone" if pixel_format == "rgb48" else f"has no {pixel_format}"


def _made(name: str, threads: int | None) -> Backend:
    if name == "gpu":
        from cppnvid.backends.triton.backend import GpuBackend

        return GpuBackend()
    if name == "cpu":
        from cppnvid.backends.halide.backend import CpuBackend

        return CpuBackend(threads)
    if name == "numpy":
        from cppnvid.backends.numpy_ import NumpyBackend

        return NumpyBackend(threads)
    from cppnvid.backends.torch_ import TorchBackend

    return TorchBackend(name.removeprefix("torch:"), threads)


def _cannot_draw(name: str, moment: Moment) -> str | None:
    """Return why a backend that is usable cannot draw this moment, or None."""
    if name == "gpu":
        from cppnvid.backends.triton.backend import unsupported
    elif name == "cpu":
        from cppnvid.backends.halide.backend import unsupported
    else:
        return None
    return unsupported(moment)


def _not_worth_it(name: str, moment: Moment, job: Job) -> str | None:
    """Return that torch has drawn the whole job on a GPU before Triton has compiled it, or None.

    On a GPU torch writes and reads each neuron twice, 16 bytes, at 300 GB/s on a small card
    (computed, not measured). Triton compiles in 1 s and another second for each run of equal
    layers; and as often again what draws the pixels of a list, where `samples` is `auto`.
    """
    if job.points is None or name != "gpu":
        return None
    from cppnvid.backends.triton.architecture import architecture_of

    drawing = job.points * sum(len(layer.bias) for layer in moment.layers) * 16 / 300e9
    compiling = (1.0 + len(architecture_of(moment).runs)) * (2 if job.compiles_twice else 1)
    if drawing > compiling:
        return None
    return f"for a job this small ({drawing:.1f} s) compiling takes longer ({compiling:.1f} s)"


def _by_numpy(moment: Moment, points: int) -> float:
    """Return about how many seconds numpy takes for a job.

    On a core at 2.4 GHz 3 ns for each neuron of a point, 0.06 ns for each weight, and for the
    point's place and colour 150 ns, through Oklab 400; torch takes as long.
    """
    neurons = sum(len(layer.bias) for layer in moment.layers)
    weights = sum(layer.weight.size for layer in moment.layers)
    through_oklab = moment.colouring.mode in ("gradient", "oklch") or moment.colouring.hue
    each = (400e-9 if through_oklab else 150e-9) + 3e-9 * neurons + 0.06e-9 * weights
    return points * each / (os.cpu_count() or 1)


def _until_halide_draws(moment: Moment, job: Job) -> float:
    """Return about how many seconds Halide compiles: that is how long numpy may take.

    It is 1 s, another 0.1 s for each layer, as often again where `samples` is `auto`, and 0.4 s for
    planes. To load torch takes 2 s.
    """
    once = 1.0 + 0.1 * len(moment.layers)
    return once * (2 if job.compiles_twice else 1) + (0.4 if job.planes else 0.0)


def _check_cuda_index(name: str, device: str) -> None:
    import torch

    index = device.partition(":")[2]
    if not index.isdigit() or int(index) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise BackendUnavailable(f"backend {name}: this machine has {count} CUDA device(s), from 0")

"""How a backend is chosen.

One asked for by name works or raises. Only `auto` chooses, and says what it chose and why not the
others.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

from cppnvid.animation.scene import Moment
from cppnvid.backends import machine
from cppnvid.backends.machine import could_be_here
from cppnvid.backends.protocol import Backend
from cppnvid.errors import BackendUnavailable, RecipeError
from cppnvid.recipe import Samples, unknown


def choose(
    name: str = "auto",
    note: Callable[[str], None] = lambda _: None,
    *,
    moment: Moment | None = None,
    points: int | None = None,
    samples: Samples = 1,
    threads: int | None = None,
    pixel_format: str = "rgb24",
    planes: bool = False,
) -> Backend:
    """Return the backend with this name.

    Args:
        name: `auto` (the best usable here for this job), `gpu`, `cpu`, `torch` (its best device),
            `torch:cpu`, `torch:cuda`, `torch:cuda:1`, `torch:mps`, or `numpy`.
        note: told what `auto` chose and why not the others.
        moment: of the scene that is to be drawn, for backends that cannot draw every scene.
        points: how many are to be drawn in all, for backends that pay only for larger jobs.
        samples: of a pixel's side; fused backends compile twice for `auto`.
        threads: how many draw on the processor at most; None is all.
        pixel_format: that it must be able to draw.
        planes: whether frames are taken as yuv420p from a backend that has it, which compiles too.

    Raises:
        RecipeError: no backend has this name.
        BackendUnavailable: the backend exists and is not usable here, or not for this scene or
            pixel format.
    """
    if name in ("auto", "torch"):
        return _best(name, note, moment, points, samples, threads, pixel_format, planes)
    kind = ":".join(name.split(":")[:2])
    if kind not in machine.BACKENDS:
        raise RecipeError(unknown("backend", name, ("auto", "torch", *machine.BACKENDS)))
    usable, detail = machine.BACKENDS[kind]()
    if usable and moment is not None:
        reason = _cannot_draw(kind, moment)
        usable, detail = reason is None, reason or detail
    if not usable:
        others = ", ".join(r.name for r in machine.report() if r.usable and r.name != kind)
        raise BackendUnavailable(f"backend {name} is not usable here: {detail}. Usable: {others}")
    if kind == "torch:cuda" and name != kind:
        _check_cuda_index(name, name.removeprefix("torch:"))
    made = _made(name, threads)
    lacking = _lacks(made, pixel_format)
    if lacking is not None:
        others = ", ".join(
            entry.name
            for entry in machine.report()
            if entry.usable and _lacks(_made(entry.name, threads), pixel_format) is None
        )
        raise BackendUnavailable(f"backend {name} {lacking}. Usable: {others}")
    return made


def _best(
    name: str,
    note: Callable[[str], None],
    moment: Moment | None,
    points: int | None,
    samples: Samples,
    threads: int | None,
    pixel_format: str,
    planes: bool,
) -> Backend:
    """Return the first that is usable; `auto` says why not those before it, if they might be."""
    if name == "auto" and moment is not None and points is not None:
        drawing = _by_numpy(moment, points)
        if drawing <= _until_halide_draws(moment, samples, planes):
            note(f"drawing with numpy, as the job is small ({drawing:.1f} s)")
            return _made("numpy", threads)
    passed: list[tuple[str, str]] = []
    for kind, probe in machine.BACKENDS.items():
        if not kind.startswith("torch:") if name == "torch" else not could_be_here(kind):
            continue
        usable, detail = probe()
        why_not = None if usable else detail
        if why_not is None and moment is not None:
            why_not = _cannot_draw(kind, moment) or _not_worth_it(kind, moment, points, samples)
        if why_not is None:
            made = _made(kind, threads)
            why_not = _lacks(made, pixel_format)
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

    return TorchBackend(name.removeprefix("torch:"), threads=threads)


def _cannot_draw(name: str, moment: Moment) -> str | None:
    """Return why a backend that is usable cannot draw this moment, or None."""
    if name == "gpu":
        from cppnvid.backends.triton.backend import unsupported
    elif name == "cpu":
        from cppnvid.backends.halide.backend import unsupported
    else:
        return None
    return unsupported(moment)


def _not_worth_it(name: str, moment: Moment, points: int | None, samples: Samples) -> str | None:
    """Return that torch has drawn the whole job on a GPU before Triton has compiled it, or None.

    On a GPU torch writes and reads each neuron twice, 16 bytes, at 300 GB/s on a small card
    (computed, not measured). Triton compiles in 1 s and another second for each run of equal
    layers; and as often again what draws the pixels of a list, where `samples` is `auto`.
    """
    if points is None or name != "gpu":
        return None
    from cppnvid.backends.triton.architecture import architecture_of

    drawing = points * sum(len(layer.bias) for layer in moment.layers) * 16 / 300e9
    compiling = (1.0 + len(architecture_of(moment).runs)) * (2 if samples == "auto" else 1)
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


def _until_halide_draws(moment: Moment, samples: Samples, planes: bool) -> float:
    """Return about how many seconds Halide compiles: that is how long numpy may take.

    It is 1 s, another 0.1 s for each layer, as often again where `samples` is `auto`, and 0.4 s for
    planes. To load torch takes 2 s.
    """
    once = 1.0 + 0.1 * len(moment.layers)
    return once * (2 if samples == "auto" else 1) + (0.4 if planes else 0.0)


def _check_cuda_index(name: str, device: str) -> None:
    import torch

    index = device.partition(":")[2]
    if not index.isdigit() or int(index) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise BackendUnavailable(f"backend {name}: this machine has {count} CUDA device(s), from 0")

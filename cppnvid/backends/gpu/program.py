"""Compiled kernels: one of `draw` for each architecture, one of `pack` for each pixel format."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.palette import GRADIENT_STEPS
from cppnvid.animation.scene import Moment
from cppnvid.backends.gpu import kernels
from cppnvid.backends.gpu.adapters import Adapter, device_of, driver_words, forget_device
from cppnvid.backends.shader.architecture import Architecture, numbers_of
from cppnvid.backends.shader.layout import Layout

# What a device is taken to do until its first bands are timed: multiplications and additions a
# second. Lavapipe did 3e8 on two cores; graphics within a processor are said to do 1e11.
FIRST_RATE = 2e9
# Drivers stop what runs for two seconds (Windows) or some more; half a second is asked for, and
# half of that aimed at.
SECONDS_A_DISPATCH = 0.25

WORK_A_NEURON = 17  # a tanh takes as many instructions beside its sums, counted for AMD's gfx1030
UNIFORM, STORAGE, READ_ONLY = "uniform", "storage", "read-only-storage"

MOST_PROGRAMS = 32
_PROGRAMS: dict[tuple[Adapter, Architecture], Program] = {}
_COMPILING = threading.Lock()


@dataclass
class Pace:
    """How fast a device draws an architecture, as far as it was seen.

    Attributes:
        rate: multiplications and additions a second.
        work: those of one point.
    """

    work: int
    rate: float = FIRST_RATE

    def points(self) -> int:
        """Return how many points a dispatch may hold."""
        return max(int(self.rate * SECONDS_A_DISPATCH / self.work), 1)

    def saw(self, points: int, seconds: float) -> None:
        """Learn from so many points; what waited for something else was slower, never faster."""
        self.rate = max(self.rate, points * self.work / max(seconds, 1e-3))


@dataclass(eq=False)
class Program:
    """An architecture's `draw`, compiled for a device."""

    device: Any
    architecture: Architecture
    layout: Layout
    pace: Pace
    uniform: bool
    groups: Any = field(repr=False)  # wgpu's bind group layout
    pipeline: Any = field(repr=False)

    def weights_of(self, moment: Moment) -> NDArray[np.float32]:
        """Return a moment's weights as the kernel reads them, [vectors, 4]."""
        return self.layout.pack(moment.layers)

    @staticmethod
    def numbers_of(moment: Moment) -> NDArray[np.float32]:
        """Return its other numbers."""
        return np.array(numbers_of(moment), np.float32)

    @staticmethod
    def gradient_of(moment: Moment) -> NDArray[np.float32]:
        """Return its gradient, [GRADIENT_STEPS, 4]; of another colour mode one vector of zeros."""
        gradient = moment.colouring.gradient
        if gradient is None:
            return np.zeros((1, 4), np.float32)
        padded = np.zeros((GRADIENT_STEPS, 4), np.float32)
        padded[:, :3] = gradient
        return padded


def program_for(adapter: Adapter, moment: Moment) -> Program:
    """Return the compiled program that draws a moment; compile it if it is the first such.

    Raises:
        BackendError: the driver does not compile it.
    """
    key = adapter, Architecture.of(moment)
    with _COMPILING:
        if key not in _PROGRAMS:
            while len(_PROGRAMS) >= MOST_PROGRAMS:
                del _PROGRAMS[next(iter(_PROGRAMS))]
            _PROGRAMS[key] = _program(*key, moment)
        return _PROGRAMS[key]


def forget_programs(adapter: Adapter) -> None:
    """Let an adapter's device and all that it compiled go: it was lost, or soon will be."""
    with _COMPILING:
        for key in [key for key in _PROGRAMS if key[0] == adapter]:
            del _PROGRAMS[key]
        packer_for.cache_clear()
        forget_device(adapter)


def _program(adapter: Adapter, architecture: Architecture, moment: Moment) -> Program:
    device, layout = device_of(adapter), Layout.of(moment)
    work = sum(layer.weight.size + WORK_A_NEURON * len(layer.bias) for layer in moment.layers)
    uniform = 16 * layout.vectors <= device.limits["max-uniform-buffer-binding-size"]
    kinds = [UNIFORM, UNIFORM if uniform else READ_ONLY, *[READ_ONLY] * 4, STORAGE]
    source = kernels.draw_source(architecture, uniform=uniform)
    with driver_words("compiling the network"):
        groups = _groups(device, dict(enumerate(kinds)))
        pipeline = _compiled(device, source, groups)
    return Program(device, architecture, layout, Pace(work), uniform, groups, pipeline)


@lru_cache(maxsize=16)
def packer_for(adapter: Adapter, pixel_format: str) -> tuple[Any, Any]:
    """Return the compiled `pack` of a pixel format, and its layout of bindings."""
    device = device_of(adapter)
    with driver_words(f"compiling {pixel_format}"):
        groups = _groups(device, {0: UNIFORM, 6: READ_ONLY, 7: STORAGE})
        return _compiled(device, kernels.pack_source(pixel_format), groups), groups


def _groups(device: Any, kinds: dict[int, str]) -> Any:
    """Return a layout of bindings, also of those that a network leaves out."""
    return device.create_bind_group_layout(
        entries=[
            {"binding": number, "visibility": 4, "buffer": {"type": kind}}  # 4: compute
            for number, kind in kinds.items()
        ]
    )


def _compiled(device: Any, source: str, groups: Any) -> Any:
    return device.create_compute_pipeline(
        layout=device.create_pipeline_layout(bind_group_layouts=[groups]),
        compute={"module": device.create_shader_module(code=source), "entry_point": "main"},
    )

"""Fused drawing on any vendor's graphics through wgpu; `torch_.py` is its readable twin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View, Warp
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import definition
from cppnvid.backends.gpu.adapters import Adapter, adapter_of
from cppnvid.backends.gpu.drawing import Drawing, colours_at
from cppnvid.backends.gpu.program import forget_programs
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.uniforms import check_format
from cppnvid.colour.pixels import Pixels, Raster
from cppnvid.errors import BackendError, BackendUnavailable

PIXEL_FORMATS = ("rgb24", "rgb48", "yuv420p")


class GpuBackend:
    """Draw scenes with wgpu.

    Args:
        name: `gpu` for the best adapter, `gpu:1` for the second.

    Raises:
        BackendUnavailable: there is none, or it does not draw what it should.
    """

    def __init__(self, name: str = "gpu") -> None:
        self.name = name
        self.adapter = adapter_of(name)
        self.pixel_formats: tuple[str, ...] = PIXEL_FORMATS
        self.interpolates = False
        reason = check(self.adapter)
        if reason is not None:
            raise BackendUnavailable("backend {name} is not usable: {why}", name=name, why=reason)

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time, in order: see `Backend.render`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory.
            ValueError: for another pixel format, or an odd size in yuv420p.
        """
        check_format(raster, PIXEL_FORMATS)
        with self._device(), Drawing(self.adapter, raster) as drawing:
            for _, moments in groupby((scene.at(time) for time in times), Architecture.of):
                yield from drawing.frames(moments)

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory.
        """
        with self._device(), Drawing(self.adapter, raster) as drawing:
            for _, band in drawing.bands([moment]):
                yield band

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points: see `Backend.colours`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory.
        """
        with self._device():
            places = x.astype(np.float32), y.astype(np.float32)
            return colours_at(self.adapter, moment, *places)

    @contextmanager
    def _device(self) -> Iterator[None]:
        """Let the next film open the device again if this one loses it."""
        try:
            yield
        except BackendUnavailable:
            raise
        except BackendError:
            forget_programs(self.adapter)
            raise


# ------------------------------------------------------------------ the machine

_SMALL = Raster(9, 7, 2)


@lru_cache(maxsize=8)
def check(adapter: Adapter) -> str | None:
    """Return why an adapter is refused, or None: one small picture, beside the definition's.

    Once in a process; a driver keeps what it compiled on the disk. It has every elementary function
    that drivers get wrong, a warp, Oklab and averaged light.
    """
    moment = small_moment()
    try:
        with Drawing(adapter, _SMALL) as drawing:
            made = np.concatenate([band for _, band in drawing.bands([moment])])
    except BackendError as error:
        return str(error)
    off = int(np.abs(made.astype(int) - definition.picture(moment, _SMALL)).max())
    return f"{adapter} draws a test picture up to {off} of 255 levels off" if off > 1 else None


def small_moment() -> Moment:
    """Return a scene of three layers, each value of which counts."""
    weights = np.sin(np.arange(8 * 2 + 8 * 8 + 8 * 8 + 3 * 8, dtype=np.float32))
    first, second, third, output = np.split(weights, [16, 80, 144])
    zeros = np.zeros(8)
    layers = (
        SceneLayer(first.reshape(8, 2) * 3, zeros, "sin", residual=False),
        SceneLayer(second.reshape(8, 8), zeros, "tanh", residual=True),
        SceneLayer(third.reshape(8, 8), zeros, "gaussian", residual=False),
        SceneLayer(output.reshape(3, 8), zeros[:3], "sigmoid", residual=False),
    )
    swirl = Warp("swirl", {"angle": 1.0, "radius": 0.5})
    view = View(1.0, 0.3, (0.1, 0.0), (swirl,))
    return Moment(("x", "y"), layers, "centres", view, Colouring("oklch", None, 0.5))

"""Drawing in numpy, which needs nothing loaded or compiled: for a picture that is wanted at once.

To load torch takes two seconds and 150 MB. In that time numpy has drawn five million points of
nine layers of sixteen neurons; from there on, whatever is compiled is faster.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from cppnvid.animation.camera import axes
from cppnvid.animation.interpolation import SceneLayer
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.adaptive import FEW, SAMPLES, Redraw, refined
from cppnvid.backends.colours import colour
from cppnvid.backends.warps import to_field
from cppnvid.colour.oklab import from_linear, to_linear
from cppnvid.colour.pixels import LEVELS, Pixels, Raster
from cppnvid.networks.sampling import ACTIVATIONS, OUTPUT_FUNCTIONS

T = TypeVar("T")
R = TypeVar("R")
Values = NDArray[np.float32]


class NumpyBackend:
    """Draw scenes with numpy.

    Args:
        threads: how many tiles are drawn at once; None is one for each core.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.name = "numpy"
        self.pixel_formats: tuple[str, ...] = ("rgb24", "rgb48")
        self._workers = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="cppnvid-draw")

    def colours(self, moment: Moment, x: Values, y: Values) -> Values:
        """Return the colours at points of the screen.

        Args:
            moment: the scene at one time.
            x: float32 [n], in the convention of `moment.coordinates`.
            y: float32 [n].

        Returns:
            float32 [n, 3], sRGB-encoded, in [0, 1].
        """
        (colours,) = self.looks([moment], x, y)
        return colours

    def looks(self, moments: Iterable[Moment], x: Values, y: Values) -> Iterator[Values]:
        """Yield the colours at the same points of the screen at one moment after another.

        Several moments are drawn at once. Arguments and colours are those of `colours`.
        """
        moments = iter(moments)
        while batch := list(islice(moments, 4 * self._workers)):
            yield from self._map(lambda moment: _colours(moment, x, y), batch)

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time: [1, height, width, 3], sRGB.

        uint8 in rgb24, uint16 in rgb48.
        """
        for time in times:
            yield np.concatenate(list(self.bands(scene.at(time), raster)))[None]

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom in bands of rows [rows, width, 3], sRGB.

        uint8 in rgb24, uint16 in rgb48.
        """
        width, height, samples = raster.width, raster.height, raster.samples
        kind = LEVELS[raster.pixel_format]
        if samples == "auto":
            drawn = self.bands(moment, replace(raster, samples=1))
            yield from refined(drawn, height, self._redraw(moment, width, height, kind))
            return
        columns, rows = _places(moment, width, height, samples)
        pixels = max(_points_per_tile(moment) // samples**2, 1)
        down = max(pixels // width, 1)
        across = max(pixels // down, 1)
        for top in range(0, height, down * self._workers):
            band = np.empty((min(down * self._workers, height - top), width, 3), dtype=kind)

            def draw(corner: tuple[int, int], top: int = top, band: Pixels = band) -> None:
                above, left = corner
                x, y = columns[left : left + across], rows[top + above : top + len(band)][:down]
                block = band[above : above + down, left : left + across]
                block[:] = self._pixels(moment, x[None, :], y[:, None], kind)

            self._map(
                draw,
                [(r, c) for r in range(0, len(band), down) for c in range(0, width, across)],
            )
            yield band

    def _redraw(self, moment: Moment, width: int, height: int, kind: type[Any]) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        places = {samples: _places(moment, width, height, samples) for samples in (FEW, SAMPLES)}

        def redraw(rows: NDArray[np.intp], across: NDArray[np.intp], samples: int) -> Pixels:
            columns, lines = places[samples]
            step = max(_points_per_tile(moment) // samples**2, 1)
            drawn = np.empty((len(rows), 3), dtype=kind)

            def draw(start: int) -> None:
                part = slice(start, start + step)
                drawn[part] = self._pixels(moment, columns[across[part]], lines[rows[part]], kind)

            self._map(draw, list(range(0, len(rows), step)))
            return drawn

        return redraw

    def _pixels(self, moment: Moment, x: Values, y: Values, kind: type[Any]) -> Pixels:
        """Draw pixels, each the mean of its points in linear light.

        Args:
            moment: the scene at one time.
            x: [..., samples], where the points of each pixel lie across.
            y: [..., samples], and down; of shapes that broadcast.
            kind: of the levels.

        Returns:
            [..., 3].
        """
        x, y = np.broadcast_arrays(x[..., None, :], y[..., :, None])
        rgb = _colours(moment, x.reshape(-1), y.reshape(-1))
        if x.shape[-1] > 1:
            light = to_linear(rgb).reshape(-1, x.shape[-1] ** 2, 3)
            rgb = from_linear(light.mean(axis=1))
        most = np.iinfo(kind).max
        return (rgb * np.float32(most) + np.float32(0.5)).astype(kind).reshape(*x.shape[:-2], 3)

    def _map(self, draw: Callable[[T], R], parts: list[T]) -> list[R]:
        """Draw parts of the work, each worker one at a time.

        The library of matrices would share out each small product among threads of its own; on two
        cores that took 1.8 times as long.
        """
        with _libraries().limit(limits=1, user_api="blas"):
            if self._workers == 1 or len(parts) == 1:
                return [draw(part) for part in parts]
            return list(self._pool.map(draw, parts))


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def _colours(moment: Moment, x: Values, y: Values) -> Values:
    # What is too large for a float is black in the end, as torch has it, and no warning.
    with np.errstate(all="ignore"):
        x, y = to_field(x, y, moment.view)
        inputs = {"x": x, "y": y}
        if "r" in moment.inputs:
            inputs["r"] = np.sqrt(x * x + y * y)
        hidden: Values = np.empty((len(x), len(moment.inputs)), np.float32)
        for column, name in enumerate(moment.inputs):
            hidden[:, column] = inputs[name]
        *layers, output = moment.layers
        for layer in layers:
            before = hidden
            hidden = ACTIVATIONS[layer.activation](_summed(layer, before))
            if layer.residual:
                hidden += before
        values = OUTPUT_FUNCTIONS[output.activation](_summed(output, hidden))
        return colour(np.nan_to_num(values, copy=False, nan=0.0), moment.colouring)


def _summed(layer: SceneLayer, hidden: Values) -> Values:
    """Return what a layer's neurons have summed up, before their function: [n, neurons]."""
    sums = hidden @ layer.weight.T
    sums += layer.bias.astype(np.float32)
    return sums


def _places(moment: Moment, width: int, height: int, samples: int) -> tuple[Values, Values]:
    """Return where the points of columns and of rows lie: float32 [width or height, samples]."""
    columns, rows = axes(moment.coordinates, width, height, samples)
    return (
        columns.astype(np.float32).reshape(-1, samples),
        rows.astype(np.float32).reshape(-1, samples),
    )


def _points_per_tile(moment: Moment) -> int:
    """Return how many points a tile has: a layer's values stay in the processor's cache."""
    widest: int = max(max(layer.weight.shape) for layer in moment.layers)
    return min(max(2**18 // widest, 1024), 2**15)

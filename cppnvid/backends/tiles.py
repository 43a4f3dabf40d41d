"""Drawing in tiles of points with a library of arrays: all that numpy and torch have in common.

A frame is a set of points, and a tile is as many of them as the device holds comfortably, so memory
depends neither on the size of a frame nor on how many there are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import sparse
from cppnvid.backends.adaptive import FEW, SAMPLES, Redraw, refined
from cppnvid.backends.colours import colour
from cppnvid.backends.lattice import Scratch
from cppnvid.backends.thin import thin
from cppnvid.backends.warps import to_field
from cppnvid.colour.arrays import library_of
from cppnvid.colour.oklab import from_linear, to_linear
from cppnvid.colour.pixels import LEVELS, Pixels, Raster, eight_bits
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.networks.inputs import inputs_at

T = TypeVar("T")
R = TypeVar("R")
Values = NDArray[np.float32]
Array = Any  # of the backend's library


@dataclass(frozen=True, eq=False)
class TiledLayer:
    """A layer as a backend multiplies by it."""

    weight: Array  # float32 [in, out]
    bias: Array  # float32 [out]
    activation: str
    residual: bool


class TiledBackend(ABC):
    """Draw scenes with a library of arrays.

    Args:
        name: of the backend.
        workers: how many tiles are drawn at once, by a single thread each: the library's own
            threads would meet at a barrier at every operation.
    """

    pixel_formats: tuple[str, ...] = ("rgb24", "rgb48")
    interpolates = True
    # Whether points follow each other pixel by pixel, or line by line. The last digits of sums
    # depend on it, and with them the frames of films that are there already.
    _pixel_by_pixel = False

    def __init__(self, name: str, workers: int) -> None:
        self.name = name
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="cppnvid-draw")

    # ------------------------------------------------------------- what a library does its own way

    @abstractmethod
    def _array(self, values: NDArray[Any]) -> Array:
        """Return numbers as a float32 array of the library, on the device."""

    @abstractmethod
    def _host(self, values: Array, kind: type[Any]) -> NDArray[Any]:
        """Return an array of the library as one of numpy, cut to whole numbers if `kind` is one."""

    @abstractmethod
    def _sums(self, layer: TiledLayer, hidden: Array, index: int) -> Array:
        """Return what the neurons of layer number `index` sum up: [n, out]."""

    @abstractmethod
    def _drawing(self) -> AbstractContextManager[Any]:
        """Return what a tile is drawn within."""

    @abstractmethod
    def _one_thread_each(self) -> AbstractContextManager[Any]:
        """Return what keeps the library from using threads of its own."""

    def _points_per_tile(self, moment: Moment) -> int:
        """Return how many points a tile has: a layer's values stay in the processor's cache.

        2**18 values, 1 MB, are faster than a quarter and than four times that at 9×16.
        """
        widest: int = max(max(layer.weight.shape) for layer in moment.layers)
        return min(max(2**18 // widest, 1024), 2**15)

    def _fewer(self, points: int, error: RuntimeError) -> int:
        """Return to how few points a tile shrinks after an error, or raise that."""
        del points
        raise error

    # ------------------------------------------------------------------------------- drawing

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> Values:
        """Return the colours at points: see `Backend.colours`."""
        layers = self._layers(moment)
        made = np.empty((len(x), 3), np.float32)

        def draw(part: slice) -> None:
            with self._drawing():
                places = self._array(x[part]), self._array(y[part])
                made[part] = self._host(self._colours(layers, moment, *places), np.float32)

        self._in_parts(draw, len(made), moment)
        return made

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time: see `Backend.render`."""
        scratch = Scratch()
        for time in times:
            yield np.concatenate(list(self._bands(scene.at(time), raster, scratch)))[None]

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`."""
        return self._bands(moment, raster, Scratch())

    def _bands(self, moment: Moment, raster: Raster, scratch: Scratch) -> Iterator[Pixels]:
        if raster.samples == "auto":
            drawn = self._bands(moment, replace(raster, samples=1), scratch)
            yield from refined(drawn, raster.height, self._redraw(moment, raster))
            return
        width, height, samples = raster.width, raster.height, raster.samples
        kind = LEVELS[raster.pixel_format]
        if self.interpolates and sparse.interpolates(raster):
            frame = self._sparse(moment, (width, height), samples, scratch)
            if frame is not None:
                yield frame if kind is np.uint16 else eight_bits(frame)
                return
        layers = self._layers(moment)
        columns, rows = self._places(moment, raster, samples)
        points = self._points_per_tile(moment)
        top = 0
        while top < height:
            pixels = max(points // samples**2, 1)
            down = max(pixels // width, 1)
            across = max(pixels // down, 1)
            band = np.empty((min(down * self._workers, height - top), width, 3), dtype=kind)

            def draw(
                corner: tuple[int, int],
                top: int = top,
                band: Pixels = band,
                down: int = down,
                across: int = across,
            ) -> None:
                above, left = corner
                x, y = columns[left : left + across], rows[top + above : top + len(band)][:down]
                block = band[above : above + down, left : left + across]
                block[:] = self._pixels(layers, moment, x[None], y, kind)

            try:
                self._map(
                    draw,
                    [(r, c) for r in range(0, len(band), down) for c in range(0, width, across)],
                )
            except RuntimeError as error:
                points = self._fewer(points, error)
                continue
            yield band
            top += len(band)

    def _redraw(self, moment: Moment, raster: Raster) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        kind = LEVELS[raster.pixel_format]
        layers = self._layers(moment)
        places = {samples: self._places(moment, raster, samples) for samples in (FEW, SAMPLES)}

        def redraw(rows: NDArray[np.intp], across: NDArray[np.intp], samples: int) -> Pixels:
            return self._listed(layers, moment, (places[samples], (rows, across)), kind)

        return redraw

    def _sparse(
        self, moment: Moment, size: tuple[int, int], samples: int, scratch: Scratch
    ) -> NDArray[np.uint16] | None:
        """Draw a frame where it bends: see `sparse.sparse`."""
        columns, rows = sparse.places(moment.coordinates, *size, samples)
        places, layers = (self._array(columns), self._array(rows)), self._layers(moment)

        def draw(below: NDArray[np.intp], beside: NDArray[np.intp]) -> NDArray[np.uint16]:
            return self._listed(layers, moment, (places, (below, beside)), np.uint16)

        hidden = thin(moment, columns.mean(axis=1), rows.mean(axis=1))
        return sparse.sparse(size, draw, hidden, scratch)

    def _listed(
        self,
        layers: Sequence[TiledLayer],
        moment: Moment,
        pixels: tuple[tuple[Array, Array], tuple[NDArray[np.intp], NDArray[np.intp]]],
        kind: type[Any],
    ) -> Pixels:
        """Draw pixels from anywhere in a frame: [n, 3].

        Args:
            layers: of the moment.
            moment: the scene at one time.
            pixels: the places of the points of columns and rows, [width or height, samples]; and
                the rows and columns of the pixels, [n] each.
            kind: of the levels.
        """
        (columns, lines), (rows, across) = pixels
        drawn = np.empty((len(rows), 3), dtype=kind)

        def draw(part: slice) -> None:
            x, y = columns[across[part]], lines[rows[part]]
            drawn[part] = self._pixels(layers, moment, x[:, None], y, kind)[:, 0]

        self._in_parts(draw, len(rows), moment, columns.shape[1] ** 2)
        return drawn

    def _pixels(
        self, layers: Sequence[TiledLayer], moment: Moment, x: Array, y: Array, kind: type[Any]
    ) -> Pixels:
        """Draw pixels, each the mean of its points in linear light.

        Args:
            layers: of the moment.
            moment: the scene at one time.
            x: [rows or 1, columns, samples], where the points of each pixel lie across.
            y: [rows, samples], and down.
            kind: of the levels.

        Returns:
            [rows, columns, 3].
        """
        (rows, samples), columns = y.shape, x.shape[1]
        shape, own = (rows, samples, columns, samples), (1, 3)
        with self._drawing():
            library = library_of(x)
            x = library.broadcast_to(x[:, None], shape)
            y = library.broadcast_to(y[:, :, None, None], shape)
            if self._pixel_by_pixel:
                x, y, own = x.swapaxes(1, 2), y.swapaxes(1, 2), (2, 3)
            rgb = self._colours(layers, moment, x.reshape(-1), y.reshape(-1))
            if samples > 1:
                rgb = from_linear(to_linear(rgb).reshape(*x.shape, 3).mean(axis=own))
            levels = self._host(rgb * float(np.iinfo(kind).max) + 0.5, kind)
        return levels.reshape(rows, columns, 3)

    def _colours(self, layers: Sequence[TiledLayer], moment: Moment, x: Array, y: Array) -> Array:
        """Return colours at points [n], all in one go."""
        hidden = inputs_at(moment.inputs, *to_field(x, y, moment.view))
        *_, output = layers
        for index, layer in enumerate(layers[:-1]):
            before = hidden
            hidden = ACTIVATIONS[layer.activation](self._sums(layer, before, index))
            if layer.residual:
                hidden += before
        values = OUTPUT_FUNCTIONS[output.activation](self._sums(output, hidden, len(layers) - 1))
        # A network of unbounded activations and huge weights overflows: that is black, no crash.
        return colour(library_of(values).nan_to_num(values, nan=0.0), moment.colouring)

    def _layers(self, moment: Moment) -> list[TiledLayer]:
        return [
            TiledLayer(
                self._array(layer.weight).T,
                self._array(layer.bias),
                layer.activation,
                layer.residual,
            )
            for layer in moment.layers
        ]

    def _places(self, moment: Moment, raster: Raster, samples: int) -> tuple[Array, Array]:
        """Return where the points of columns and of rows lie: [width or height, samples]."""
        columns, rows = axes(moment.coordinates, raster.width, raster.height, samples)
        return (
            self._array(columns.reshape(-1, samples)),
            self._array(rows.reshape(-1, samples)),
        )

    def _in_parts(
        self, draw: Callable[[slice], None], count: int, moment: Moment, points_each: int = 1
    ) -> None:
        """Draw a list in parts that are as large as a tile."""
        points = self._points_per_tile(moment)
        while True:
            step = max(points // points_each, 1)
            try:
                self._map(draw, [slice(at, at + step) for at in range(0, count, step)])
            except RuntimeError as error:
                points = self._fewer(points, error)
            else:
                return

    def _map(self, draw: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        """Draw parts of the work, each worker one at a time."""
        with self._one_thread_each():
            if self._workers == 1 or len(parts) == 1:
                return [draw(part) for part in parts]
            return list(self._pool.map(draw, parts))

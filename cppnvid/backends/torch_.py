"""The definition of a pixel: plain torch, in tiles, on any device.

Fused backends are compared with this one. A frame is a set of points; a tile is as many of them as
the device holds comfortably, so memory depends neither on the frame nor on how many there are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.animation.camera import axes
from cppnvid.animation.interpolation import SceneLayer
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.adaptive import FEW, SAMPLES, Redraw, refined
from cppnvid.backends.colours import colour
from cppnvid.backends.functions import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.backends.warps import to_field
from cppnvid.colour.oklab import from_linear, to_linear
from cppnvid.colour.pixels import LEVELS, Pixels, Raster
from cppnvid.errors import BackendError

T = TypeVar("T")
FEWEST_POINTS = 256


class TorchBackend:
    """Draw scenes with plain torch.

    Args:
        device: `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: float32; float64 tells how far float32 is from exact.
        threads: on the CPU, how many tiles are drawn at once; None is as many as torch uses.
    """

    def __init__(
        self, device: str = "cpu", dtype: torch.dtype = torch.float32, threads: int | None = None
    ) -> None:
        self.name = f"torch:{device}"
        self.pixel_formats: tuple[str, ...] = ("rgb24", "rgb48")
        self.device = torch.device(device)
        self.dtype = dtype
        threads = threads or torch.get_num_threads()
        self._workers = threads if self.device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="cppnvid-draw")
        self._scratch = threading.local()

    def colours(self, moment: Moment, x: Tensor, y: Tensor) -> Tensor:
        """Return the colours at points of the screen.

        Args:
            moment: the scene at one time.
            x: [n], on the backend's device, in the convention of `moment.coordinates`.
            y: [n].

        Returns:
            [n, 3], sRGB-encoded, in [0, 1].
        """
        return self._colours(_upload(moment.layers, self.device, self.dtype), moment, x, y, {})

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time: [1, height, width, 3], sRGB, in host memory.

        uint8 in rgb24, uint16 in rgb48.
        """
        for time in times:
            yield np.concatenate(list(self.bands(scene.at(time), raster)))[None]

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom in bands of rows [rows, width, 3], sRGB.

        uint8 in rgb24, uint16 in rgb48.

        Raises:
            BackendError: the device has not even the memory for 256 points.
        """
        width, height, samples = raster.width, raster.height, raster.samples
        kind = LEVELS[raster.pixel_format]
        if samples == "auto":
            drawn = self.bands(moment, replace(raster, samples=1))
            yield from refined(drawn, height, self._redraw(moment, width, height, kind))
            return
        layers = _upload(moment.layers, self.device, self.dtype)
        columns, rows = (
            torch.from_numpy(axis).to(self.device, self.dtype)
            for axis in axes(moment.coordinates, width, height, samples)
        )
        points = self._points_per_tile(moment)
        row = 0
        while row < height:
            # A band is as many tiles as there are workers, each `down` pixels high.
            down = min(max(points // (width * samples**2), 1), height - row)
            step = max(points // (down * samples**2), 1)
            band_height = min(down * self._workers, height - row)
            corners = [
                (top, left) for top in range(0, band_height, down) for left in range(0, width, step)
            ]

            def draw(corner: tuple[int, int], row: int = row, down: int = down) -> Tensor:
                top, left = corner
                x = columns[left * samples : (left + step) * samples]  # noqa: B023 - drawn at once
                bottom = min(top + down, band_height)  # noqa: B023
                y = rows[(row + top) * samples : (row + bottom) * samples]
                return self._tile(layers, moment, x, y, samples, kind)

            try:
                tiles = self._map(draw, corners)
            except RuntimeError as error:
                points = self._halved(points, error)
                self._scratch = threading.local()
                continue
            across = -(-width // step)
            lines = [torch.cat(tiles[k : k + across], dim=1) for k in range(0, len(tiles), across)]
            yield torch.cat(lines).cpu().numpy().astype(kind, copy=False)
            row += band_height

    def _redraw(self, moment: Moment, width: int, height: int, kind: type[Any]) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        layers = _upload(moment.layers, self.device, self.dtype)
        places = {
            samples: [
                torch.from_numpy(axis.reshape(-1, samples)).to(self.device, self.dtype)
                for axis in axes(moment.coordinates, width, height, samples)
            ]
            for samples in (FEW, SAMPLES)
        }

        def redraw(rows: NDArray[np.intp], across: NDArray[np.intp], samples: int) -> Pixels:
            columns, lines = places[samples]

            def draw(pixels: tuple[Tensor, Tensor]) -> Tensor:
                rows, across = pixels
                shape = len(rows), samples, samples
                x = columns[across][:, None, :].expand(shape).reshape(-1)
                y = lines[rows][:, :, None].expand(shape).reshape(-1)
                with torch.inference_mode():
                    rgb = self._colours(layers, moment, x, y, self._buffers())
                    light = to_linear(rgb).reshape(len(rows), samples**2, 3)
                    return _whole(from_linear(light.mean(dim=1)), kind)

            points = self._points_per_tile(moment)
            pixels = [torch.from_numpy(index).to(self.device) for index in (rows, across)]
            while True:
                tiles = zip(
                    *(torch.split(index, points // samples**2) for index in pixels), strict=True
                )
                try:
                    drawn = torch.cat(self._map(draw, list(tiles))).cpu().numpy()
                    return drawn.astype(kind, copy=False)
                except RuntimeError as error:
                    points = self._halved(points, error)
                    self._scratch = threading.local()

        return redraw

    def _map(self, draw: Callable[[T], Tensor], corners: list[T]) -> list[Tensor]:
        """Draw tiles: on the CPU one worker draws a whole tile, each with a single thread.

        Torch's own way, all threads at every operation of one tile, meets at a barrier some thirty
        times a tile: on two cores that another program used too it was eight times slower.
        """
        if self._workers == 1:
            return [draw(corner) for corner in corners]
        with one_thread():
            return list(self._pool.map(draw, corners))

    def _tile(
        self, layers: tuple[_Layer, ...], moment: Moment, x: Tensor, y: Tensor, samples: int,
        kind: type[Any],
    ) -> Tensor:  # fmt: skip
        """Draw the pixels of a block of sub-columns and sub-rows: levels [rows, columns, 3]."""
        across, down = len(x), len(y)
        with torch.inference_mode():
            rgb = self._colours(
                layers, moment, x.repeat(down), y.repeat_interleave(across), self._buffers()
            )
            rgb = rgb.reshape(down, across, 3)
            if samples > 1:
                light = to_linear(rgb).reshape(
                    down // samples, samples, across // samples, samples, 3
                )
                rgb = from_linear(light.mean(dim=(1, 3)))
            return _whole(rgb, kind)

    def _buffers(self) -> dict[tuple[int, int], Tensor]:
        """Return this thread's buffers, which one tile leaves to the next."""
        if not hasattr(self._scratch, "buffers"):
            self._scratch.buffers = {}
        buffers: dict[tuple[int, int], Tensor] = self._scratch.buffers
        return buffers

    def _colours(
        self, layers: tuple[_Layer, ...], moment: Moment, x: Tensor, y: Tensor,
        scratch: dict[tuple[int, int], Tensor],
    ) -> Tensor:  # fmt: skip
        with torch.inference_mode():
            x, y = to_field(x, y, moment.view)
            inputs = {"x": x, "y": y}
            if "r" in moment.inputs:
                inputs["r"] = torch.sqrt(x * x + y * y)
            columns = [inputs[name] for name in moment.inputs]
            hidden = torch.stack(columns, dim=-1) if columns else x.new_empty(len(x), 0)
            return colour(_evaluate(layers, hidden, scratch), moment.colouring)

    def _points_per_tile(self, moment: Moment) -> int:
        """Return how many points a tile may hold: by the CPU's cache or the GPU's memory."""
        widest: int = max(max(layer.weight.shape) for layer in moment.layers)
        if self.device.type == "cpu":
            # 2**18 values a layer, 1 MB: faster than a quarter and than four times that at 9×16.
            return min(max(2**18 // widest, 1024), 2**15)
        bytes_a_point = 4 * (3 * widest + 64)
        return min(max(_free_memory(self.device) // 4 // bytes_a_point, FEWEST_POINTS), 2**22)

    def _halved(self, points: int, error: RuntimeError) -> int:
        """Return half the points after the device ran out of memory; raise if that is not it."""
        if not isinstance(error, torch.OutOfMemoryError) and "memory" not in str(error):
            raise error
        if points // 2 < FEWEST_POINTS:
            raise BackendError(
                f"{self.name} has not the memory for {points} points of this network: {error}. "
                "Free some, use fewer neurons, or draw with --backend torch:cpu"
            ) from error
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        return points // 2


class _Layer:
    """A layer's tensors on the device, the weight as the product wants it."""

    def __init__(self, layer: SceneLayer, device: torch.device, dtype: torch.dtype) -> None:
        self.weight = torch.from_numpy(layer.weight).to(device, dtype).T
        self.bias = torch.from_numpy(layer.bias).to(device, dtype)
        self.activation = layer.activation
        self.residual = layer.residual


def _upload(
    layers: tuple[SceneLayer, ...], device: torch.device, dtype: torch.dtype
) -> tuple[_Layer, ...]:
    return tuple(_Layer(layer, device, dtype) for layer in layers)


def _evaluate(
    layers: tuple[_Layer, ...], hidden: Tensor, scratch: dict[tuple[int, int], Tensor]
) -> Tensor:
    """Run the network on [n, inputs]; two buffers in turn hold the hidden layers' values."""
    for index, layer in enumerate(layers[:-1]):
        before = hidden
        hidden = torch.addmm(
            layer.bias, before, layer.weight, out=_buffer(scratch, index, before, layer)
        )
        hidden = ACTIVATIONS[layer.activation](hidden)
        if layer.residual:
            hidden = hidden.add_(before)
    last = layers[-1]
    values = OUTPUT_FUNCTIONS[last.activation](torch.addmm(last.bias, hidden, last.weight))
    # A network of unbounded activations and huge weights overflows: that is black, not a crash.
    return values.nan_to_num_(nan=0.0)


def _buffer(
    scratch: dict[tuple[int, int], Tensor], index: int, hidden: Tensor, layer: _Layer
) -> Tensor:
    size = len(hidden) * len(layer.bias)
    key = (index % 2, layer.weight.shape[1])
    if key not in scratch or scratch[key].numel() < size:
        scratch[key] = hidden.new_empty(size)
    return scratch[key][:size].view(len(hidden), len(layer.bias))


def _whole(rgb: Tensor, kind: type[Any]) -> Tensor:
    """Round to levels of 8 or 16 bits; the latter as int32, since not every device has uint16."""
    if kind is np.uint8:
        return (rgb * 255.0 + 0.5).to(torch.uint8)
    return (rgb * 65535.0 + 0.5).to(torch.int32)


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

"""Fused drawing on the processor with Halide; `torch_.py` is its readable twin.

A pipeline is compiled for each architecture, once in a process: a second or two, after which every
frame, seed and size of that architecture is drawn several times faster than torch can.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import halide as hl
import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View, axes
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import adaptive, sparse
from cppnvid.backends.adaptive import FEW, SAMPLES, Level, Marker, Redraw, refined
from cppnvid.backends.halide.antialias import marks
from cppnvid.backends.halide.architecture import Architecture, architecture_of
from cppnvid.backends.halide.colour import MODES
from cppnvid.backends.halide.doubling import doubled
from cppnvid.backends.halide.field import WARPS
from cppnvid.backends.halide.functions import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.backends.halide.pipeline import Pipeline
from cppnvid.backends.halide.yuv import planes_of, yuv_pipeline
from cppnvid.backends.lattice import Frame, Scratch
from cppnvid.backends.thin import thin
from cppnvid.backends.uniforms import missing_row
from cppnvid.colour.pixels import LEVELS, Pixels, Raster, eight_bits
from cppnvid.errors import BackendUnavailable, Setting
from cppnvid.networks.sampling import fan_out

# A layer takes 0.1 s to compile whatever its width, and from some 40 on each takes longer.
DEEPEST = 32
# A layer's values are on a thread's stack, 96 bytes each with AVX2; macOS gives 512 kB.
WIDEST = 1024

# Ctrl-C waits for a band, and 2^33 multiplications take a core some 0.3 s.
_WORK_A_BAND = 2**33
_POINTS_A_BAND = 2**22
# Of a list of pixels: the colours of a line's points stay in the second cache, 49 kB with AVX-512.
_TILES_A_LINE = 4
_LINES_A_STRIP = 4  # at least: to wake another thread for fewer costs more than they take

_BUILDING = threading.Lock()
Number = TypeVar("Number", np.uint8, np.uint16, np.float32)


class CpuBackend:
    """Draw scenes with Halide.

    Args:
        threads: how many draw at most; left out, all of Halide's pool: one for each core, or as
            the environment's HL_NUM_THREADS says.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.name = "cpu"
        self.threads = threads
        self.pixel_formats: tuple[str, ...] = ("rgb24", "rgb48", "yuv420p")
        self.interpolates = True

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time: see `Backend.render`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
        """
        scratch = Scratch()
        for time in times:
            moment = scene.at(time)
            if raster.pixel_format == "yuv420p":
                yield self._yuv420p(moment, raster, scratch)[None]
                continue
            kind = LEVELS[raster.pixel_format]
            frame = np.empty((1, raster.height, raster.width, 3), dtype=kind)
            row = 0
            for band in self._bands(moment, raster, kind, self._marks, scratch):
                frame[0, row : row + len(band)] = band
                row += len(band)
            yield frame

    def _yuv420p(self, moment: Moment, raster: Raster, scratch: Scratch) -> NDArray[np.uint8]:
        frame = np.empty((raster.height * 3 // 2, raster.width), dtype=np.uint8)
        luma, *chroma = planes_of(frame, raster.height)
        row = 0
        for band in self._bands(moment, raster, np.uint16, self._marks, scratch):
            rows, half = slice(row, row + len(band)), slice(row // 2, (row + len(band)) // 2)
            planes = (luma[rows], *(plane[half] for plane in chroma))
            yuv_pipeline().convert(band, planes, _strips(self.threads))
            row += len(band)
        return frame

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
        """
        # A single picture is judged by numpy in less time than Halide takes to compile.
        kind = LEVELS[raster.pixel_format]
        yield from self._bands(moment, raster, kind, adaptive.marks, Scratch())

    def _marks(self, rgb: NDArray[Level]) -> NDArray[np.uint8]:
        return marks(rgb, _strips(self.threads))

    def _bands(
        self,
        moment: Moment,
        raster: Raster,
        kind: type[Level],
        marker: Marker[Level],
        scratch: Scratch,
    ) -> Iterator[NDArray[Level]]:
        width, height, samples = raster.width, raster.height, raster.samples
        if samples == "auto":
            drawn = self._bands(moment, replace(raster, samples=1), kind, marker, scratch)
            yield from refined(drawn, height, self._redraw(moment, width, height, kind), marker)
            return
        if sparse.interpolates(raster):
            frame = self._sparse(moment, (width, height), samples, scratch)
            if frame is not None:
                yield frame if kind is np.uint16 else eight_bits(frame)  # type: ignore[misc]
                return
        for rows in _bands(moment, width, height, samples):
            band = np.empty((rows.stop - rows.start, width, 3), dtype=kind)
            self._draw(band, moment, rows, height, samples)
            yield band

    def _sparse(
        self, moment: Moment, size: tuple[int, int], samples: int, scratch: Scratch
    ) -> NDArray[np.uint16] | None:
        """Draw a frame where it bends: see `sparse.sparse`."""
        columns, rows = sparse.places(moment.coordinates, *size, samples)
        across, down = (np.ascontiguousarray(a.T, dtype=np.float32) for a in (columns, rows))

        def draw(below: NDArray[np.intp], beside: NDArray[np.intp]) -> NDArray[np.uint16]:
            return self._listed(moment, across[:, beside], down[:, below], np.uint16)

        hidden = thin(moment, columns.mean(axis=1), rows.mean(axis=1))
        strips = _strips(self.threads)

        def double(points: Frame, scratch: Scratch) -> Frame:
            return doubled(points, scratch, strips)

        return sparse.sparse(size, draw, hidden, scratch, double)

    def _redraw(self, moment: Moment, width: int, height: int, kind: type[Level]) -> Redraw[Level]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        places = {
            samples: [
                np.ascontiguousarray(axis.reshape(-1, samples).T, dtype=np.float32)
                for axis in axes(moment.coordinates, width, height, samples)
            ]
            for samples in (FEW, SAMPLES)
        }

        def redraw(
            rows: NDArray[np.intp], across: NDArray[np.intp], samples: int
        ) -> NDArray[Level]:
            columns, lines = places[samples]
            return self._listed(moment, columns[:, across], lines[:, rows], kind)

        return redraw

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points: see `Backend.colours`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
        """
        return self._listed(
            moment, x[None].astype(np.float32), y[None].astype(np.float32), np.float32
        )

    def _listed(
        self, moment: Moment, x: NDArray[np.float32], y: NDArray[np.float32], kind: type[Number]
    ) -> NDArray[Number]:
        """Draw pixels from anywhere: [n, 3].

        Args:
            moment: the scene at one time.
            x: [samples, n], where the sub-columns of each pixel lie.
            y: [samples, n], and its sub-rows.
            kind: uint8 or uint16, or float32 for colours that nobody rounds.
        """
        samples, total = x.shape
        drawn = np.empty((total, 3), dtype=kind)
        pipeline = pipeline_for(moment, samples, bits=8 * drawn.itemsize, listed=True)
        in_line = _TILES_A_LINE * pipeline.schedule.tile
        at_once = max(_points_at_once(moment) // (in_line * samples**2), 2 * _cores()) * in_line
        for start in range(0, total, at_once):
            part = slice(start, min(start + at_once, total))
            count = -(-(part.stop - start) // in_line)
            out = np.empty((count * in_line, 3), dtype=kind)
            pipeline.draw(
                out.reshape(count, in_line, 3),
                moment=moment,
                samples=samples,
                strips=min(_strips(self.threads), max(count // _LINES_A_STRIP, 1)),
                columns=_in_lines(x[:, part], count, in_line),
                rows=_in_lines(y[:, part], count, in_line),
            )
            drawn[part] = out[: part.stop - start]
        return drawn

    def _draw(
        self,
        out: NDArray[np.unsignedinteger[Any]],
        moment: Moment,
        rows: slice,
        height: int,
        samples: int,
    ) -> None:
        """Draw these rows of a frame of this height into `out`, 8 or 16 bits [rows, width, 3]."""
        width = out.shape[1]
        pipeline = pipeline_for(moment, samples, bits=8 * out.itemsize)
        columns, lines = (
            axis.astype(np.float32) for axis in axes(moment.coordinates, width, height, samples)
        )
        tile = pipeline.schedule.tile
        wide = out if width >= tile else np.empty((len(out), tile, 3), dtype=out.dtype)
        pipeline.draw(
            wide,
            moment=moment,
            columns=columns,
            rows=lines[rows.start * samples : rows.stop * samples],
            samples=samples,
            strips=_strips(self.threads),
        )
        if wide is not out:
            out[:] = wide[:, :width]


def pipeline_for(moment: Moment, samples: int, bits: int = 8, *, listed: bool = False) -> Pipeline:
    """Return the compiled pipeline that draws a moment; compile it if it is the first such.

    With `listed` it draws pixels from anywhere in a frame.

    Raises:
        BackendUnavailable: this backend cannot draw such a scene.
    """
    reason = unsupported(moment)
    if reason:
        raise BackendUnavailable(
            "backend cpu cannot draw this: {reason}",
            instead=Setting("backend", "torch:cpu"),
            reason=reason,
        )
    with _BUILDING:
        return compiled(architecture_of(moment, samples, bits, listed=listed))


@lru_cache(maxsize=32)
def compiled(architecture: Architecture) -> Pipeline:
    """Return an architecture's pipeline, compiled on first use."""
    return Pipeline(architecture)


def unsupported(moment: Moment) -> str | None:
    """Return why this backend cannot draw a moment, or None if it can."""
    *hidden, _ = moment.layers
    if len(hidden) > DEEPEST:
        return f"{len(hidden)} hidden layers take too long to compile, {DEEPEST} at most"
    widest = max((fan_out(len(layer.bias), layer.activation) for layer in hidden), default=0)
    if widest > WIDEST:
        return f"a layer hands on {widest} values, {WIDEST} at most"
    return missing_row(
        moment,
        inputs=("x", "y", "r"),
        activations=(*ACTIVATIONS, "atan_pair"),
        output_functions=OUTPUT_FUNCTIONS,
        warps=WARPS,
        palettes=MODES,
    )


@lru_cache(maxsize=1)
def check() -> str | None:
    """Return why Halide does not work on this machine, or None: compile and draw two pixels."""
    layers = (
        SceneLayer(np.full((5, 2), 2.0, np.float32), np.zeros(5, np.float32), "tanh", False),
        SceneLayer(np.full((3, 5), 0.2, np.float32), np.zeros(3, np.float32), "clip", False),
    )
    moment = Moment(
        ("x", "y"), layers, "endpoints", View(1.0, 0.0, (0.0, 0.0), ()), Colouring("rgb", None, 0.0)
    )
    try:
        drawn = np.concatenate(list(CpuBackend(1).bands(moment, Raster(2, 1))))
    except (hl.HalideError, RuntimeError, OSError) as error:
        return f"Halide cannot compile here: {str(error).strip().splitlines()[0]}"
    expected = round(255 * float(np.tanh(2.0)))  # both pixels: y is 0, x is −1 and 1
    if drawn.ravel().tolist() != [0, 0, 0, expected, expected, expected]:
        return f"Halide draws {drawn.ravel().tolist()} where {expected} is right"
    return None


def _bands(moment: Moment, width: int, height: int, samples: int) -> Iterator[slice]:
    """Yield the rows of a frame in bands, so that neither Ctrl-C nor memory waits for a frame."""
    count = max(_points_at_once(moment) // (width * samples**2), 2 * _cores())
    count += count % 2  # the rows of a chroma value stay together
    for top in range(0, height, count):
        yield slice(top, min(top + count, height))


def _in_lines(places: NDArray[np.float32], count: int, length: int) -> NDArray[np.float32]:
    """Return places [samples, n] in lines [count · samples, length]; the last one is repeated."""
    samples, total = places.shape
    lines = np.empty((samples, count * length), dtype=np.float32)
    lines[:, :total] = places
    lines[:, total:] = places[:, -1:]
    return lines.reshape(samples, count, length).swapaxes(0, 1).reshape(-1, length)


def _points_at_once(moment: Moment) -> int:
    work = sum(layer.weight.size for layer in moment.layers) + 1
    return min(_WORK_A_BAND // work, _POINTS_A_BAND)


def _strips(threads: int | None) -> int:
    """Return how many strips of rows Halide's pool shares.

    A limit below the cores is kept by having no more strips than that; without one there are eight
    for each core, so that a core that is also encoding takes fewer.
    """
    return threads if threads is not None and threads < _cores() else 8 * _cores()


def _cores() -> int:
    return os.cpu_count() or 1

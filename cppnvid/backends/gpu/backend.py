"""Fused drawing on any vendor's graphics through wgpu; `torch_.py` is its readable twin.

A frame is drawn in pieces of whole rows, none of which takes a driver's watchdog long, and none of
which is larger than a binding may be; so pictures have any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View, Warp, axes
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import definition
from cppnvid.backends.adaptive import FEW, SAMPLES, Redraw, refined
from cppnvid.backends.gpu.adapters import Adapter, adapter_of
from cppnvid.backends.gpu.kernels import LIST, POINTS
from cppnvid.backends.gpu.program import Program, program_for
from cppnvid.backends.gpu.ring import Piece, Places, Ring
from cppnvid.backends.shader.architecture import Architecture, lacking
from cppnvid.colour.pixels import LEVELS, Pixels, Raster
from cppnvid.errors import BackendError, BackendUnavailable, Setting

PIXEL_FORMATS = ("rgb24", "rgb48", "yuv420p")

# Of a piece, at most: 64 MiB as they are drawn. A binding has 128 MiB, and 4K is one piece.
MOST_PIXELS = 2**23


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
        if raster.pixel_format not in PIXEL_FORMATS:
            formats = ", ".join(PIXEL_FORMATS)
            raise ValueError(f"pixel format {raster.pixel_format!r} is none of {formats}")
        if raster.pixel_format == "yuv420p" and (raster.width % 2 or raster.height % 2):
            raise ValueError(f"yuv420p takes even sizes, given {raster.width}x{raster.height}")
        drawing = _Drawing(self.adapter, raster)
        for _, moments in groupby((scene.at(time) for time in times), Architecture.of):
            yield from drawing.frames(moments)

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory.
        """
        drawing = _Drawing(self.adapter, raster)
        if raster.samples == "auto":
            yield from drawing.refined_bands(moment)
            return
        for _, band in drawing.bands([moment]):
            yield band

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points: see `Backend.colours`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: the device was lost, or lacks the memory.
        """
        colours = np.empty((len(x), 3), np.float32)
        program = _program(self.adapter, moment)
        at = 0
        while at < len(x):
            count = min(program.pace.points(), MOST_PIXELS, len(x) - at)
            here = slice(at, at + count)
            places = Places(x[here].astype(np.float32), y[here].astype(np.float32), 1)
            with Ring(self.adapter, program, places, "float32", count, moment) as ring:
                (made,) = ring.through([Piece(moment, count, count, way=POINTS)])
            colours[here] = made.view(np.float32).reshape(-1, 3)
            at += count
        return colours


class _Drawing:
    """The frames of one raster on one adapter."""

    def __init__(self, adapter: Adapter, raster: Raster) -> None:
        self.adapter, self.raster = adapter, raster
        self._unit = 2 if raster.pixel_format == "yuv420p" else 1  # rows that stay together
        most = max(MOST_PIXELS // (raster.width * self._unit), 1) * self._unit
        self._most_rows = min(most, raster.height)

    def frames(self, moments: Iterable[Moment]) -> Iterator[Pixels]:
        """Yield every moment's frame as a batch of one; their architecture is the same."""
        if self.raster.samples == "auto":
            for moment in moments:
                if self.raster.pixel_format == "yuv420p":
                    yield self._together(self._planes(moment))
                else:
                    yield np.concatenate(list(self.refined_bands(moment)))[None]
            return
        bands = self.bands(moments)
        for top, band in bands:
            if top == 0 and self._rows_of(band) == self.raster.height:
                yield band[None]
            else:
                yield self._together(self._one_frame(top, band, bands))

    def bands(self, moments: Iterable[Moment]) -> Iterator[tuple[int, Pixels]]:
        """Yield the first row and the pixels of every piece, frame after frame."""
        raster = self.raster
        pieces, first = _peeked(moments)
        if first is None:
            return
        samples = int(raster.samples)
        program = _program(self.adapter, first)
        places = _places(first, raster, samples)
        tops: list[int] = []

        def pieces_of(moments: Iterable[Moment]) -> Iterator[Piece]:
            for moment in moments:
                top = 0
                while top < raster.height:
                    rows = program.pace.points() // (raster.width * samples**2 * self._unit)
                    rows = min(max(rows, 1) * self._unit, self._most_rows, raster.height - top)
                    tops.append(top)
                    yield Piece(moment, rows * raster.width, raster.width, top)
                    top += rows

        capacity = self._most_rows * raster.width
        with Ring(self.adapter, program, places, raster.pixel_format, capacity, first) as ring:
            for made in ring.through(pieces_of(pieces)):
                yield tops.pop(0), self._shaped(made)

    def refined_bands(self, moment: Moment) -> Iterator[Pixels]:
        """Yield a frame of `samples: auto` from top to bottom, in rgb24 or rgb48."""
        pixel_format = "rgb24" if self.raster.pixel_format == "rgb24" else "rgb48"
        once = _Drawing(self.adapter, replace(self.raster, samples=1, pixel_format=pixel_format))
        drawn = (band for _, band in once.bands([moment]))
        yield from refined(drawn, self.raster.height, self._redraw(moment, pixel_format))

    def _redraw(self, moment: Moment, pixel_format: str) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        program = _program(self.adapter, moment)
        places = {count: _places(moment, self.raster, count) for count in (FEW, SAMPLES)}

        def redraw(rows: NDArray[np.intp], across: NDArray[np.intp], samples: int) -> Pixels:
            listed = np.stack((across, rows), axis=1).astype(np.uint32)
            drawn = np.empty((len(listed), 3), LEVELS[pixel_format])
            most = min(max(program.pace.points() // samples**2, 1), MOST_PIXELS, len(listed))
            parts = (listed[at : at + most] for at in range(0, len(listed), most))
            pieces = (Piece(moment, len(p), len(p), listed=p, way=LIST) for p in parts)
            kind = (places[samples], pixel_format, most, moment)
            at = 0
            with Ring(self.adapter, program, *kind, listed=True) as ring:
                for made in ring.through(pieces):
                    part = made.view(drawn.dtype).reshape(-1, 3)
                    drawn[at : at + len(part)] = part
                    at += len(part)
            return drawn

        return redraw

    def _planes(self, moment: Moment) -> Iterator[tuple[int, Pixels]]:
        """Yield the planes of a refined frame, band by band."""
        width = self.raster.width
        program = _program(self.adapter, moment)
        places = _places(moment, self.raster, 1)
        capacity = self._most_rows * width
        top = 0
        with Ring(self.adapter, program, places, "yuv420p", capacity, moment) as ring:
            for band in self.refined_bands(moment):
                for at in range(0, len(band), self._most_rows):
                    part = band[at : at + self._most_rows].reshape(-1, 3)
                    for made in ring.through([Piece(moment, len(part), width, given=part)]):
                        yield top, self._shaped(made)
                    top += len(part) // width

    def _shaped(self, made: NDArray[np.uint8]) -> Pixels:
        """Return a piece's bytes as pixels, or as planes one below the other."""
        if self.raster.pixel_format == "yuv420p":
            return made.reshape(-1, self.raster.width)
        pixels: Pixels = made.view(LEVELS[self.raster.pixel_format])
        return pixels.reshape(-1, self.raster.width, 3)

    def _rows_of(self, band: Pixels) -> int:
        return len(band) * 2 // 3 if self.raster.pixel_format == "yuv420p" else len(band)

    def _one_frame(
        self, top: int, band: Pixels, bands: Iterator[tuple[int, Pixels]]
    ) -> Iterator[tuple[int, Pixels]]:
        """Yield a frame's first band, and its others from those that follow."""
        yield top, band
        while top + self._rows_of(band) < self.raster.height:
            top, band = next(bands)
            yield top, band

    def _together(self, bands: Iterable[tuple[int, Pixels]]) -> Pixels:
        """Return one frame of its bands, as a batch."""
        width, height = self.raster.width, self.raster.height
        if self.raster.pixel_format != "yuv420p":
            return np.concatenate([band for _, band in bands])[None]
        frame = np.empty(width * height * 3 // 2, np.uint8)
        for top, band in bands:
            pixels, parts = self._rows_of(band) * width, band.reshape(-1)
            start, blue = top * width, width * height
            red = blue + blue // 4
            frame[start : start + pixels] = parts[:pixels]
            quarter = pixels // 4
            for plane, part in ((blue, parts[pixels : pixels + quarter]), (red, parts[-quarter:])):
                frame[plane + start // 4 : plane + start // 4 + quarter] = part
        return frame.reshape(1, -1, width)


def _peeked(moments: Iterable[Moment]) -> tuple[Iterator[Moment], Moment | None]:
    """Return the moments again, and the first of them."""
    waiting = iter(moments)
    first = next(waiting, None)

    def again() -> Iterator[Moment]:
        if first is not None:
            yield first
            yield from waiting

    return again(), first


def _places(moment: Moment, raster: Raster, samples: int) -> Places:
    columns, rows = axes(moment.coordinates, raster.width, raster.height, samples)
    return Places(columns.astype(np.float32), rows.astype(np.float32), samples)


def _program(adapter: Adapter, moment: Moment) -> Program:
    reason = unsupported(moment)
    if reason:
        raise BackendUnavailable(
            "backend gpu cannot draw this: {reason}. Use {other}",
            reason=reason,
            other=Setting("backend", "torch:cpu"),
        )
    return program_for(adapter, moment)


def unsupported(moment: Moment) -> str | None:
    """Return why this backend cannot draw a moment, or None if it can."""
    return lacking(moment)


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
        made = np.concatenate([band for _, band in _Drawing(adapter, _SMALL).bands([moment])])
    except BackendError as error:
        return str(error)
    off = int(np.abs(made.astype(int) - definition.picture(moment, _SMALL)).max())
    return f"{adapter} draws values that are {off} of 255 steps off" if off > 1 else None


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

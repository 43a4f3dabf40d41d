"""The frames of one raster, drawn in pieces of whole rows.

No piece takes a driver's watchdog long, and none is larger than a binding may be; so pictures have
any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.adaptive import FEW, SAMPLES, Redraw, refined
from cppnvid.backends.gpu.adapters import Adapter
from cppnvid.backends.gpu.kernels import LIST
from cppnvid.backends.gpu.program import Program, program_for
from cppnvid.backends.gpu.ring import Piece, Places, Ring
from cppnvid.backends.shader.architecture import lacking
from cppnvid.colour.pixels import LEVELS, Pixels, Raster
from cppnvid.errors import BackendUnavailable, Setting

# Of a piece, at most: 64 MiB as they are drawn. A binding has 128 MiB, and 4K is one piece.
MOST_PIXELS = 2**23


class Drawing:
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
        program = program_of(self.adapter, first)
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
        once = Drawing(self.adapter, replace(self.raster, samples=1, pixel_format=pixel_format))
        drawn = (band for _, band in once.bands([moment]))
        yield from refined(drawn, self.raster.height, self._redraw(moment, pixel_format))

    def _redraw(self, moment: Moment, pixel_format: str) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with FEW² or SAMPLES² points."""
        program = program_of(self.adapter, moment)
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
        program = program_of(self.adapter, moment)
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


def program_of(adapter: Adapter, moment: Moment) -> Program:
    """Return the compiled program that draws a moment.

    Raises:
        BackendUnavailable: this backend cannot draw such a scene.
        BackendError: the driver does not compile it.
    """
    reason = lacking(moment)
    if reason:
        raise BackendUnavailable(
            "backend gpu cannot draw this: {reason}",
            instead=Setting("backend", "torch:cpu"),
            reason=reason,
        )
    return program_for(adapter, moment)

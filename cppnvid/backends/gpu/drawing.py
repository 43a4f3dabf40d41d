"""The frames of one raster, drawn in pieces of whole rows, so that pictures have any size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, tee
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.adaptive import Redraw, refined
from cppnvid.backends.gpu.adapters import Adapter
from cppnvid.backends.gpu.kernels import LIST, POINTS
from cppnvid.backends.gpu.lane import Lane, Whole
from cppnvid.backends.gpu.pieces import Kind, Piece, Places
from cppnvid.colour.pixels import LEVELS, Pixels, Raster

# Of a piece, at most: 64 MiB as they are drawn. A binding has 128 MiB, and 4K is one piece.
MOST_PIXELS = 2**23
MOST_LISTED = 2**18  # a list needs 56 bytes for each, and so many points fill any card

# The top row and the pixels of a part of a frame: [rows, width, 3], or planes [rows · 3/2, width].
Band = tuple[int, Pixels]


class Drawing:
    """The frames of one raster on one adapter; its memory is kept from frame to frame."""

    def __init__(self, adapter: Adapter, raster: Raster) -> None:
        self._adapter, self.raster = adapter, raster
        self._lanes: dict[tuple[str, int, bool, str], Lane] = {}

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self._lanes.values():
            lane.close()

    def frames(self, moments: Iterable[Moment]) -> Iterator[Pixels]:
        """Yield every moment's frame as a batch of one; their architecture is the same."""
        bands = self.bands(moments)
        for top, band in bands:
            if top + _rows_of(band) == self.raster.height and top == 0:
                yield band[None]
            else:
                yield self._together([(top, band), *self._rest_of_frame(bands)])

    def bands(self, moments: Iterable[Moment]) -> Iterator[Band]:
        """Yield all frames from top to bottom, one after the other."""
        raster = self.raster
        if raster.samples != "auto":
            yield from self._rows(moments, raster.pixel_format, raster.samples)
        elif raster.pixel_format == "yuv420p":
            yield from self._planes(self._refined(moments, "rgb48"))
        else:
            for _, band in self._refined(moments, raster.pixel_format):
                yield band

    def _rows(self, moments: Iterable[Moment], pixel_format: str, samples: int) -> Iterator[Band]:
        """Yield frames that take the same samples everywhere."""
        width, height = self.raster.width, self.raster.height

        def whole(moment: Moment) -> Whole:
            def cut(top: int, bottom: int) -> Piece:
                return Piece(moment, (bottom - top) * width, width, top)

            return Whole(moment, height, cut)

        waiting = iter(moments)
        first = next(waiting, None)
        if first is None:
            return
        lane = self._lane(first, pixel_format, samples)
        for top, made in lane.draw(map(whole, chain((first,), waiting))):
            yield top, _shaped(made, width, pixel_format)

    def _refined(
        self, moments: Iterable[Moment], pixel_format: str
    ) -> Iterator[tuple[Moment, Band]]:
        """Yield frames of `samples: auto`; while one is looked at, the next are drawn."""
        moments, ahead = tee(moments)
        drawn = self._rows(ahead, pixel_format, 1)
        for moment in moments:
            once = (band for _, band in self._rest_of_frame(drawn))
            top = 0
            for band in refined(once, self.raster.height, self._redraw(moment, pixel_format)):
                yield moment, (top, band)
                top += len(band)

    def _redraw(self, moment: Moment, pixel_format: str) -> Redraw[Any]:
        """Return what draws a list of a frame's pixels with more points."""

        def redraw(rows: NDArray[np.intp], across: NDArray[np.intp], samples: int) -> Pixels:
            listed = np.stack((across, rows), axis=1).astype(np.uint32)
            drawn = np.empty((len(listed), 3), LEVELS[pixel_format])

            def cut(begin: int, end: int) -> Piece:
                return Piece(moment, end - begin, 1, listed=listed[begin:end], way=LIST)

            lane = self._lane(moment, pixel_format, samples, listed=True)
            for at, made in lane.draw([Whole(moment, len(listed), cut)]):
                part = made.view(drawn.dtype).reshape(-1, 3)
                drawn[at : at + len(part)] = part
            return drawn

        return redraw

    def _planes(self, bands: Iterable[tuple[Moment, Band]]) -> Iterator[Band]:
        """Yield the planes of bands in rgb48."""
        width = self.raster.width

        def whole(moment: Moment, top: int, band: Pixels) -> Whole:
            def cut(begin: int, end: int) -> Piece:
                given = band[begin:end].reshape(-1, 3)
                return Piece(moment, len(given), width, given=given)

            return Whole(moment, len(band), cut, top)

        for moment, (top, band) in bands:
            # One at a time: a frame may come in bands, the last of which is not yet drawn.
            lane = self._lane(moment, "yuv420p", 1)
            for at, made in lane.draw([whole(moment, top, band)]):
                yield at, _shaped(made, width, "yuv420p")

    def _lane(
        self, moment: Moment, pixel_format: str, samples: int, *, listed: bool = False
    ) -> Lane:
        """Return what draws so; one for all frames."""
        key = pixel_format, samples, listed, moment.coordinates
        if key not in self._lanes:
            width, height = self.raster.width, self.raster.height
            columns, rows = axes(moment.coordinates, width, height, samples)
            places = Places(columns.astype(np.float32), rows.astype(np.float32))
            kind = Kind(pixel_format, samples, places, listed=listed)
            pixels = min(width * height, MOST_PIXELS)
            if listed:
                lane = Lane(self._adapter, kind, min(pixels, MOST_LISTED))
            else:
                unit = 2 if pixel_format == "yuv420p" else 1
                lane = Lane(self._adapter, kind, pixels, line=width, unit=unit)
            self._lanes[key] = lane
        return self._lanes[key]

    def _rest_of_frame(self, bands: Iterator[Band]) -> Iterator[Band]:
        """Yield what follows up to a frame's last row."""
        for top, band in bands:
            yield top, band
            if top + _rows_of(band) == self.raster.height:
                return

    def _together(self, bands: Iterable[Band]) -> Pixels:
        """Return one frame of its bands, as a batch."""
        width, height = self.raster.width, self.raster.height
        if self.raster.pixel_format != "yuv420p":
            return np.concatenate([band for _, band in bands])[None]
        frame = np.empty(width * height * 3 // 2, np.uint8)
        for top, band in bands:
            pixels, parts = _rows_of(band) * width, band.reshape(-1)
            start, blue = top * width, width * height
            red = blue + blue // 4
            frame[start : start + pixels] = parts[:pixels]
            quarter = pixels // 4
            for plane, part in ((blue, parts[pixels : pixels + quarter]), (red, parts[-quarter:])):
                frame[plane + start // 4 : plane + start // 4 + quarter] = part
        return frame.reshape(1, -1, width)


def colours_at(
    adapter: Adapter, moment: Moment, x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the colours at points of the screen, [n, 3]."""
    colours = np.empty((len(x), 3), np.float32)

    def cut(begin: int, end: int) -> Piece:
        places = Places(x[begin:end], y[begin:end])
        return Piece(moment, end - begin, 1, places=places, way=POINTS)

    lane = Lane(adapter, Kind("float32", 1, None), min(MOST_LISTED, len(x)))
    try:
        for at, made in lane.draw([Whole(moment, len(x), cut)]):
            part = made.view(np.float32).reshape(-1, 3)
            colours[at : at + len(part)] = part
    finally:
        lane.close()
    return colours


def _shaped(made: NDArray[np.uint8], width: int, pixel_format: str) -> Pixels:
    """Return a piece's bytes as pixels, or as planes one below the other."""
    if pixel_format == "yuv420p":
        return made.reshape(-1, width)
    pixels: Pixels = made.view(LEVELS[pixel_format])
    return pixels.reshape(-1, width, 3)


def _rows_of(band: Pixels) -> int:
    """Return how many rows of a frame pixels or planes are."""
    return len(band) * 2 // 3 if band.ndim == 2 else len(band)

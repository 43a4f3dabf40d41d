"""Lattices of points of a frame: finer ones predicted from coarser ones, and marks on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint16]  # [rows, columns, 3]
Places = NDArray[np.intp]
Cells = tuple[Places, Places]  # rows and columns of the upper left corners of squares of points


class Scratch:
    """Arrays that each frame of a film uses again.

    At 1080×1080 the pages of fresh ones cost as much again as all that is written into them.
    """

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, tuple[int, ...]], NDArray[Any]] = {}

    def empty(self, name: str, shape: tuple[int, ...], kind: type[Any]) -> NDArray[Any]:
        """Return an array of any values; it is the same one for the same name and shape."""
        if (name, shape) not in self._arrays:
            self._arrays[name, shape] = np.empty(shape, dtype=kind)
        return self._arrays[name, shape]


class Marks:
    """Points of a lattice that are marked, in lists and in a mask.

    A point's place is its number in the mask, which has a border of one point, so that neighbours
    need no look at where the lattice ends. What is outside is marked and never listed.

    Args:
        rows: of the lattice.
        columns: of the lattice.
        name: of the mask in `scratch`.
        scratch: where the mask is.
    """

    def __init__(self, rows: int, columns: int, name: str, scratch: Scratch) -> None:
        self.rows, self.columns = rows, columns
        self._pitch = columns + 2
        self._mask = scratch.empty(name, (rows + 2, self._pitch), np.bool_)
        self._mask[:] = False
        self._flat = self._mask.reshape(-1)
        self._surround(marked=True)
        above, below = -self._pitch, self._pitch
        self._beside = (above - 1, above, above + 1, -1, 1, below - 1, below, below + 1)

    def places(self, rows: Places, columns: Places) -> Places:
        """Return the places of points."""
        return (rows + 1) * self._pitch + (columns + 1)

    def points(self, places: Places) -> tuple[Places, Places]:
        """Return the rows and columns of places."""
        lines = places // self._pitch
        return lines - 1, places - lines * self._pitch - 1

    def beside(self, places: Places) -> Places:
        """Return the eight neighbours of each place."""
        return np.concatenate([places + step for step in self._beside])

    def mark_beside(self, places: Places) -> None:
        """Mark the eight neighbours of places."""
        for step in self._beside:
            self._flat[places + step] = True

    def mark_around(self, places: Places) -> None:
        """Mark places and their neighbours."""
        self._flat[places] = True
        self.mark_beside(places)

    def mark_corners(self, cells: Cells) -> None:
        """Mark the four corners of cells."""
        places = self.places(*cells)
        for step in (0, 1, self._pitch, self._pitch + 1):
            self._flat[places + step] = True

    def mark(self, places: Places) -> Places:
        """Mark places, and return those that were not marked before, each once and in order."""
        places = np.sort(places[~self._flat[places]])
        self._flat[places] = True
        first = np.ones(len(places), dtype=np.bool_)
        np.not_equal(places[1:], places[:-1], out=first[1:])
        return places[first]

    def listed(self) -> Places:
        """Return the places of all points that are marked, in order."""
        self._surround(marked=False)
        places = np.flatnonzero(self._flat)
        self._surround(marked=True)
        return places

    def _surround(self, *, marked: bool) -> None:
        self._mask[[0, -1]] = marked
        self._mask[:, [0, -1]] = marked


def doubled(lattice: Frame, scratch: Scratch) -> Frame:
    """Return a lattice of half the distance: a cubic's midpoints between the points.

    That is (9 · (b + c) − a − d) / 16 of four neighbours in a row, as Catmull and Rom's spline has
    it ("A class of local interpolating splines", 1974), first down, then across. Beyond its borders
    the lattice goes on straight.

    Args:
        lattice: uint16 [rows, columns, 3].
        scratch: where faster ways to the same keep what they return.

    Returns:
        uint16 [2 · rows − 1, 2 · columns − 1, 3], contiguous. Faster ways to the same may return
        one more column, of no meaning.
    """
    wide = _halved(bordered(lattice, scratch).astype(np.int32), 0)
    return np.clip(_halved(wide, 1), 0, 65535).astype(np.uint16)


def bordered(lattice: Frame, scratch: Scratch, spare: int = 0) -> Frame:
    """Return a lattice with a point more on each side, where it goes on straight.

    Args:
        lattice: uint16 [rows, columns, 3].
        scratch: where it is returned.
        spare: how many columns of any value follow.
    """
    rows, columns, _ = lattice.shape
    whole: Frame = scratch.empty("bordered", (rows + 2, columns + 2 + spare, 3), np.uint16)
    wide = whole[:, : columns + 2]
    wide[1:-1, 1:-1] = lattice
    for axis in (wide.swapaxes(0, 1)[:, 1:-1], wide):  # the columns, then the rows with corners
        for border, first, second in ((0, 1, 2), (-1, -2, -3)):
            straight = 2 * axis[first].astype(np.int32) - axis[second]
            axis[border] = np.clip(straight, 0, 65535)
    return whole


def _halved(points: NDArray[np.int32], axis: int) -> NDArray[np.int32]:
    """Return points at half the distance along an axis, without the border on either side."""
    points = np.moveaxis(points, axis, 0)
    middles = 9 * (points[1:-2] + points[2:-1]) - points[:-3] - points[3:] + 8
    middles >>= 4
    halved = np.empty((2 * len(points) - 5, *points.shape[1:]), dtype=np.int32)
    halved[::2], halved[1::2] = points[1:-1], middles
    return np.ascontiguousarray(np.moveaxis(halved, 0, axis))


def distance(predicted: Frame, drawn: Frame) -> NDArray[np.uint16]:
    """Return how far colours are from their prediction, the most of the three channels."""
    away = np.maximum(predicted, drawn) - np.minimum(predicted, drawn)
    most: NDArray[np.uint16] = np.maximum(np.maximum(away[..., 0], away[..., 1]), away[..., 2])
    return most

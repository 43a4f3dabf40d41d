"""Sparse drawing: the network is evaluated where the picture bends, and the rest is interpolated.

A frame is drawn on a lattice of every 8th pixel. A cubic through the lattice predicts the lattice
of every 4th pixel; where the one before was predicted badly, its points are drawn, elsewhere the
prediction is taken; and so on to every 2nd pixel and to every one. A point that turns out other
than predicted makes its neighbours be drawn too, so that an edge is followed wherever it leads.
Halving the distance divides a cubic's error by 16, so what is predicted to within 1.5 steps of 8
bits is interpolated to within a tenth of one, but for edges.

All numbers are colours as the eye gets them, in whole steps of 16 bits: every backend decides
alike, and a frame depends neither on the number of threads nor on the frames before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.lattice import Cells, Frame, Marks, Places, Scratch, distance, doubled
from cppnvid.colour.pixels import Raster

Draw = Callable[[Places, Places], Frame]
Double = Callable[[Frame, Scratch], Frame]

STEPS = (8, 4, 2)  # pixels between the points of the lattices before that of all pixels
COARSEST = STEPS[0]
SMALLEST = 64  # pixels of a side, below which a frame is mostly lattice and borders
LARGEST = 2**24  # pixels of a frame, twice 4K: larger ones are drawn in bands, to save memory
# How far a point may be from its prediction, in steps of 16 bits (257 are one of 8 bits), by the
# distance of the lattice that predicted it: 1.5 steps of 8 bits, but 1 where the last two meet.
LIMITS = {16: 386, 8: 386, 4: 257, 2: 386}
# A frame is drawn whole where more than this share of the first lattice is further than FAR from
# its prediction; that has cost a 64th more. Of the presets at 1080 pixels these are article/
# plus-minus-3 (0.37 of it is), sixteen-layers (0.41) and pollock (0.68), of which 0.7 to 1 of all
# points would be drawn; article/eight-by-32, the next one, has 0.17, and takes half the points.
CROWDED = 0.3
FAR = 32 * 257
# What is drawn of a frame, about, counting the time that the rest takes: of the artworks at 1080
# pixels 0.02 to 0.28.
SHARE = 0.2
# Interpolating takes some 10 ns a pixel, and 3 ms a frame: as long as Halide evaluates so many
# weights. At 1080 pixels paper-cut (360) takes 1.1 times as long as exactly drawn, and sonar (576),
# the next one, a third; a frame of 560×560 of the house style is the smallest that gains.
CHEAPEST = 512  # weights of a pixel
LEAST = 2**28  # weights of a frame


def interpolates(raster: Raster) -> bool:
    """Return whether a frame is drawn sparsely: if that was asked for and its size allows it."""
    sides = raster.width, raster.height
    return raster.drawing == "adaptive" and min(sides) >= SMALLEST and math.prod(sides) <= LARGEST


def pays(moment: Moment, raster: Raster) -> bool:
    """Return whether sparse drawing is likely to take less time, by the fastest backend."""
    weights = sum(layer.weight.size for layer in moment.layers)
    weights *= 1 if raster.samples == "auto" else raster.samples**2
    pixels = raster.width * raster.height
    enough = weights >= CHEAPEST and weights * pixels >= LEAST
    return enough and interpolates(replace(raster, drawing="adaptive"))


def lattice_side(pixels: int) -> int:
    """Return how many pixels the lattices cover: from the first to beyond the last."""
    return -(-(pixels - 1) // (2 * COARSEST)) * 2 * COARSEST + 1


def places(
    coordinates: str, width: int, height: int, samples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the points of columns and rows lie, as far as the lattices reach.

    Arguments are those of `animation.camera.axes`.

    Returns:
        float64 [lattice_side(width), samples] and [lattice_side(height), samples].
    """

    def reached(axis: NDArray[np.float64], pixels: int) -> NDArray[np.float64]:
        within = axis.reshape(pixels, samples)
        beyond = np.arange(1, lattice_side(pixels) - pixels + 1)[:, None]
        return np.concatenate([within, within[-1] + beyond * (within[1] - within[0])])

    columns, rows = axes(coordinates, width, height, samples)
    return reached(columns, width), reached(rows, height)


def sparse(
    size: tuple[int, int],
    draw: Draw,
    thin: Iterable[Cells],
    scratch: Scratch,
    double: Double = doubled,
) -> Frame | None:
    """Draw a frame where it bends, and interpolate the rest.

    Args:
        size: width and height in pixels, for which drawing so is worth it.
        draw: takes the rows and columns of pixels, [n] each, which may lie beyond the frame by less
            than `2 * COARSEST`, and returns their colours, uint16 [n, 3], sRGB.
        thin: for each of `STEPS` the cells between whose points a lattice of that distance might
            miss something, by row and column: see `thin.thin`.
        scratch: of one film, whose frames are drawn one after the other.
        double: `lattice.doubled`, or a faster way to the same.

    Returns:
        uint16 [height, width, 3], of which the next frame with this `scratch` may be drawn over; or
        None if so much of the frame bends that all of it is better drawn at once.
    """
    width, height = size
    first = lattice_side(height) // COARSEST + 1, lattice_side(width) // COARSEST + 1
    rows, columns = np.indices(first).reshape(2, -1)
    lattice = draw(COARSEST * rows, COARSEST * columns).reshape(*first, 3)
    predicted = double(lattice[::2, ::2], scratch)[:, : first[1]]
    away = distance(predicted, lattice)
    if np.count_nonzero(away > FAR) > CROWDED * away.size:
        return None
    cells = Marks(*first, name="bent", scratch=scratch)
    cells.mark_around(cells.places(*np.nonzero(away > LIMITS[2 * COARSEST])))
    for step, hidden in zip(STEPS, thin, strict=True):
        cells.mark_corners(hidden)
        lattice, cells = _finer(lattice, cells, step, draw, double, scratch)
    return lattice[:height, :width]


def _finer(
    lattice: Frame, cells: Marks, step: int, draw: Draw, double: Double, scratch: Scratch
) -> tuple[Frame, Marks]:
    """Return the lattice of half the distance, and which of its points to look around.

    Args:
        lattice: [rows, columns, 3].
        cells: the points around which the finer lattice is drawn; more are marked here.
        step: pixels between the points of `lattice`.
        draw: see `sparse`, as are the others.
        double: see `draw`.
        scratch: see `draw`.
    """
    finer, half = double(lattice, scratch), step // 2
    colours, pitch = finer.reshape(-1, 3), finer.shape[1]
    known = Marks(2 * cells.rows - 1, 2 * cells.columns - 1, "known", scratch)
    bent = Marks(known.rows, known.columns, "bent", scratch)
    known.mark_beside(_in_finer(cells.listed(), cells, known))
    fresh = known.listed()
    while len(fresh):
        rows, columns = known.points(fresh)
        drawn = draw(half * rows, half * columns)
        numbers = rows * pitch + columns
        away = distance(colours[numbers], drawn)
        colours[numbers] = drawn
        if half > 1:  # the last lattice is all pixels
            bent.mark_around(fresh[away > LIMITS[half]])
        fresh = _onwards(fresh[away > LIMITS[step]], cells, known)
    return finer[:, : known.columns], bent


def _in_finer(places: Places, cells: Marks, finer: Marks) -> Places:
    """Return which places of the finer lattice places of the coarser one are."""
    rows, columns = cells.points(places)
    return finer.places(2 * rows, 2 * columns)


def _onwards(surprising: Places, cells: Marks, known: Marks) -> Places:
    """Return the places beside those that surprised, which are not known yet, and mark them so.

    Args:
        surprising: places of the finer lattice.
        cells: of the coarser lattice, around which the finer one is drawn; more are marked here.
        known: of the finer lattice, what is drawn; more are marked here.
    """
    rows, columns = known.points(surprising)
    corners = [
        cells.places(row, column)
        for row in (rows // 2, (rows + 1) // 2)
        for column in (columns // 2, (columns + 1) // 2)
    ]
    centres = _in_finer(cells.mark(np.concatenate(corners)), cells, known)
    return known.mark(known.beside(centres))

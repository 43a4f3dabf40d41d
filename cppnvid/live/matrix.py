"""A film as a matrix: a row of numbers for every frame, and what the numbers mean.

Python looks at the scene in every frame, so that whatever plays the rows needs to know nothing of
paths, paces, holds, easing or sound. Between rows it goes by a cubic, a straight line or a step,
whichever is nearest to the film half way; where that shows, there are more rows than frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.numpy_ import NumpyBackend, one_thread_each
from cppnvid.backends.shader.architecture import numbers_of
from cppnvid.backends.uniforms import CAMERA_NUMBERS, COLOUR_NUMBERS
from cppnvid.live.factors import factored
from cppnvid.recipe import Recipe

Values = NDArray[np.float64]

# Rows for each frame at most: with 4, the wildest of our films are within 3 levels half way.
MOST_ROWS = 4
LOOKED = 24  # intervals that are drawn half way, those that miss most
SIDE = 16  # pixels across and down of what is drawn there
CALM = 20.0  # levels: where frames differ by more, nobody sees what is between
SEEN = 2.0  # levels that it may miss
FEW = 1e-3  # share of the points that may miss more: edges as sharp as a knife


def _cubic(before: Values, start: Values, end: Values, after: Values) -> Values:
    """Return the middles of Catmull and Rom's cubic."""
    middles: Values = (9.0 * (start + end) - before - after) / 16.0
    return middles


# Ways from row to row, in the order of their numbers: the middles, from the rows [intervals,
# numbers] before, at the start, at the end and after.
WAYS: tuple[Callable[[Values, Values, Values, Values], Values], ...] = (
    _cubic,
    lambda _, start, end, __: (start + end) / 2.0,
    lambda _, start, __, ___: start,
    lambda _, __, end, ___: end,
)


@dataclass(frozen=True, eq=False)
class Matrix:
    """A film as rows of numbers.

    A row holds the shares of all directions, tensor by tensor, then the numbers of the view and the
    colours (`numbers_of`). Row k is the film at k / (rows − 1). In a loop the last row is the first
    again, but for angles, which have gone on.

    Attributes:
        rows: float32 [rows, numbers].
        ways: how to go from each row to the next, as numbers of `WAYS`: uint8 [rows − 1].
        directions: of the bias and the weights of each layer in turn: float32 [rank, numbers].
        density: rows for each frame.
        loop: as in the recipe: `closed`, `ping-pong` or `open`.
        first: the film's first moment; all have its form.
    """

    rows: NDArray[np.float32]
    ways: NDArray[np.uint8]
    directions: tuple[NDArray[np.float32], ...]
    density: int
    loop: str
    first: Moment

    @classmethod
    def of(cls, recipe: Recipe, scene: Timeline, *, calm: float = CALM) -> Self:
        """Look at a recipe's film in every frame, more often if it is wild between them.

        Args:
            recipe: frames, loop and canvas.
            scene: the recipe's, at its pace.
            calm: levels by which two frames may differ where it matters what is between them;
                infinite for frames that are farther apart than a film's.
        """
        density = 1
        while True:
            with one_thread_each():
                matrix, errors = cls._with(recipe, scene, density)
            if density >= MOST_ROWS or not matrix._misses(recipe, scene, errors, calm):
                return matrix
            density *= 2

    @classmethod
    def _with(cls, recipe: Recipe, scene: Timeline, density: int) -> tuple[Self, Values]:
        """Return the matrix with so many rows a frame, and how far each way misses: [rows − 1]."""
        loop, frames = recipe.morph.loop, recipe.output.frames
        steps = density * max(frames - (loop == "open"), 1)
        times = [k / (2 * steps) for k in range(2 * steps + 1)]  # of every row, and half way
        found = factored(scene, times)
        numbers = [numbers_of(scene.at(time)) for time in times]
        table = np.concatenate([*found.shares, np.array(numbers)], axis=1)
        rows, halves = table[::2], table[1::2]
        before, after = beyond(rows, loop)
        around = np.vstack([before, rows, after])
        size = np.abs(rows).max(axis=0) + 1e-12
        misses = np.stack(
            [
                np.abs((way(around[:-3], rows[:-1], rows[1:], around[3:]) - halves) / size)
                for way in WAYS
            ]
        ).max(axis=2)
        misses[0] -= 1e-9  # the cubic where all are alike
        matrix = cls(
            rows.astype(np.float32),
            misses.argmin(axis=0).astype(np.uint8),
            tuple(directions.astype(np.float32) for directions in found.directions),
            density,
            loop,
            scene.at(0.0),
        )
        return matrix, misses.min(axis=0)

    @property
    def shares(self) -> int:
        """How many numbers of a row are shares of directions; they come first."""
        return sum(map(len, self.directions))

    def row_at(self, time: float) -> Values:
        """Return the numbers at a time in [0, 1], as whatever plays the film finds them."""
        place = min(max(time, 0.0), 1.0) * len(self.ways)
        if abs(place - round(place)) < 1e-6:  # or 1/3 of 24 rows could be before a cut, not after
            row: Values = self.rows[round(place)].astype(np.float64)
            return row
        index = min(int(place), len(self.ways) - 1)
        share = place - index
        around = self._around(index)
        match int(self.ways[index]):
            case 0:
                return _catmull_rom(around, share)
            case 1:
                straight: Values = around[1] + share * (around[2] - around[1])
                return straight
            case way:
                end: Values = around[way - 1]
                return end

    def moment_at(self, time: float, like: Moment) -> Moment:
        """Return the moment of the numbers at a time, with the warps of another, which is there."""
        row = self.row_at(time)
        layers, at = [], 0
        tensors = []
        for rows in self.directions:
            tensors.append(row[at : at + len(rows)] @ rows.astype(np.float64))
            at += len(rows)
        for layer, bias, weight in zip(like.layers, tensors[::2], tensors[1::2], strict=True):
            shaped = weight.astype(np.float32).reshape(layer.weight.shape)
            layers.append(replace(layer, bias=bias, weight=shaped))
        cos, sin, scale, x, y = row[-CAMERA_NUMBERS - COLOUR_NUMBERS : -COLOUR_NUMBERS]
        hue_cos, hue_sin, contrast = row[-COLOUR_NUMBERS:]
        return replace(
            like,
            layers=tuple(layers),
            view=replace(
                like.view,
                angle=float(np.arctan2(sin, cos)),
                scale=float(scale),
                pan=(float(x), float(y)),
            ),
            colouring=replace(
                like.colouring, hue=float(np.arctan2(hue_sin, hue_cos)), contrast=float(contrast)
            ),
        )

    def _around(self, index: int) -> Values:
        """Return the rows before, at the start, at the end and after an interval: [4, numbers]."""
        rows = self.rows.astype(np.float64)
        before, after = beyond(rows, self.loop)
        places = range(index - 1, index + 3)
        return np.stack([before if k < 0 else after if k == len(rows) else rows[k] for k in places])

    def _misses(self, recipe: Recipe, scene: Timeline, errors: Values, calm: float) -> bool:
        """Tell whether it shows between rows that the film was not looked at there.

        Drawn small, in those intervals that miss most.
        """
        worst = [int(k) for k in np.argsort(errors)[: -LOOKED - 1 : -1] if errors[k] > 1e-6]
        if not worst:
            return False
        x, y = points(recipe)
        count = len(self.ways)
        moments = []
        for index in worst:
            half = scene.at((index + 0.5) / count)
            found = self.moment_at((index + 0.5) / count, half)
            moments += [scene.at(index / count), half, found, scene.at((index + 1) / count)]
        looks = 255.0 * np.stack(list(NumpyBackend(threads=1).looks(moments, x, y)))
        near = np.abs(looks[3::4] - looks[::4]).max(axis=-1) < calm
        missed = np.abs(looks[2::4] - looks[1::4]).max(axis=-1) > SEEN
        return float((near & missed).mean()) > FEW


def _catmull_rom(around: Values, share: float) -> Values:
    """Return the cubic through the inner two of four rows, at a share of the way between them."""
    a, b, c, d = around
    bend = 2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)
    value: Values = b + share / 2 * (c - a + share * bend)
    return value


def beyond(rows: Values, loop: str) -> tuple[Values, Values]:
    """Return the row before the first and the row after the last.

    A loop goes on from its other end, where angles are a turn more or less.
    """
    match loop:
        case "closed":
            return rows[-2] + rows[0] - rows[-1], rows[1] + rows[-1] - rows[0]
        case "ping-pong":
            return rows[1], rows[-2]
        case _:
            return 2 * rows[0] - rows[1], 2 * rows[-1] - rows[-2]


def points(recipe: Recipe) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x and y of points spread over the picture: float32 [points] each."""
    columns, rows = (
        axis[:: max(len(axis) // SIDE, 1)].astype(np.float32)
        for axis in axes(recipe.camera.coordinates, *recipe.canvas.size)
    )
    return np.tile(columns, len(rows)), np.repeat(rows, len(columns))

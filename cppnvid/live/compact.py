"""A film's matrix with fewer numbers and digits, for hosts that take a text of limited length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Timeline
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.live.matrix import CALM, FEW, LOOKED, SEEN, WAYS, Matrix, points
from cppnvid.recipe import Recipe

Values = NDArray[np.float64]


def thinned(matrix: Matrix, stride: int) -> Matrix:
    """Return the matrix with every `stride`-th row alone; `stride` divides its intervals.

    It goes from row to row by the way that is nearest to a row that was left out.
    """
    if stride == 1:
        return matrix
    rows = matrix.rows[::stride]
    count, middle = len(rows) - 1, stride // 2
    left_out = matrix.rows[middle::stride][:count]
    size = np.abs(matrix.rows).max(axis=0) + 1e-12
    misses = []
    for way in range(len(WAYS)):
        tried = replace(matrix, rows=rows, ways=np.full(count, way, np.uint8))
        found = [tried.row_at((index + middle / stride) / count) for index in range(count)]
        misses.append((np.abs(np.stack(found) - left_out) / size).max(axis=1))
    return replace(matrix, rows=rows, ways=np.argmin(misses, axis=0).astype(np.uint8))


def rounded(matrix: Matrix, decimals: int) -> Matrix:
    """Return the matrix with so many decimals in its directions and in shares that change.

    Directions are scaled to at most 1, so that decimals mean the same in all of them. Those whose
    shares stay the same become one.
    """
    columns, directions, at = [], [], 0
    rows = matrix.rows.astype(np.float64)
    for tensor in matrix.directions:
        shares = rows[:, at : at + len(tensor)]
        at += len(tensor)
        shares, tensor_rows = _still_as_one(shares, tensor.astype(np.float64))
        sizes = np.maximum(np.abs(tensor_rows).max(axis=1, initial=0.0), 1e-30)
        shares = shares * sizes
        columns.append(np.where(changing(shares), np.round(shares, decimals), shares))
        directions.append(np.round(tensor_rows / sizes[:, None], decimals).astype(np.float32))
    made = np.hstack([*columns, rows[:, at:]]).astype(np.float32)
    return replace(matrix, rows=made, directions=tuple(directions))


def changing(table: Values) -> NDArray[np.bool_]:
    """Tell which columns of a table hold more than one number."""
    found: NDArray[np.bool_] = np.ptp(table, axis=0) > 0.0
    return found


def faithful(recipe: Recipe, scene: Timeline, matrix: Matrix) -> bool:
    """Tell whether what a matrix makes is within `SEEN` levels of the film.

    In up to `LOOKED` frames, and half-way to the next one where the two differ by less than `CALM`.
    """
    frames = recipe.output.frames
    steps = max(frames - (recipe.morph.loop == "open"), 1)
    chosen = sorted({round(place) for place in np.linspace(0, steps - 1, LOOKED)})
    moments = []
    for frame in chosen:
        start, half = scene.at(frame / steps), scene.at((frame + 0.5) / steps)
        moments += [start, matrix.moment_at(frame / steps, start)]
        moments += [half, matrix.moment_at((frame + 0.5) / steps, half)]
        moments.append(scene.at((frame + 1) / steps))
    looks = 255.0 * np.stack(list(NumpyBackend(threads=1).looks(moments, *points(recipe))))
    frame, frame_made, between, between_made, following = (looks[k::5] for k in range(5))
    missed = np.abs(frame_made - frame).max(axis=-1) > SEEN
    calm = np.abs(following - frame).max(axis=-1) < CALM
    missed_between = calm & (np.abs(between_made - between).max(axis=-1) > SEEN)
    return bool(max(missed.mean(), missed_between.mean()) <= FEW)


def _still_as_one(shares: Values, directions: Values) -> tuple[Values, Values]:
    """Return shares and directions where those that never change are one, with a share of 1."""
    moving = changing(shares)
    if moving.all():
        return shares, directions
    still = shares[:1, ~moving] @ directions[~moving]
    ones = np.ones((len(shares), 1))
    return np.hstack([ones, shares[:, moving]]), np.vstack([still, directions[moving]])

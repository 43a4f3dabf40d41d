"""Thin lines: where the first neurons may do something between the points of a lattice.

A line thinner than the distance of a lattice shows at few of its points. It takes a neuron whose
sum changes much from point to point where its function is not flat, which is known without drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View
from cppnvid.animation.scene import Moment
from cppnvid.backends.lattice import Cells
from cppnvid.backends.sparse import STEPS
from cppnvid.backends.warps import to_field
from cppnvid.networks.activations import ACTIVATIONS
from cppnvid.networks.inputs import inputs_at

# How much the sum of a first neuron may change between two points of a lattice before its function
# might do something between them that neither shows. A bell is some two units wide.
STEEPEST = 1.0
AT_ONCE = 2**12  # cells, whose sums stay in the processor's cache

_NOWHERE: Cells = (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))
_HALVES = ((0, 0), (0, 1), (1, 0), (1, 1))
Values = NDArray[np.float32]


@dataclass(frozen=True)
class _Neurons:
    """The first layer's neurons, and between which sums their function is not flat."""

    inputs: tuple[str, ...]
    weight: Values  # [neurons, inputs]
    bias: Values  # [neurons]
    ends: tuple[float, float]

    @cached_property
    def gain(self) -> float:
        """By how much a sum changes at most where x and y change by one."""
        # Of both together r changes by more than by either, but not by twice as much.
        return 2.0 * float(np.abs(self.weight).sum(axis=1).max(initial=0.0))

    def crossed(self, x: Values, y: Values) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return where a sum changes from where its function is flat to where it is not.

        Args:
            x: of nine points of each cell, [3, 3, n], in the field.
            y: of the same.

        Returns:
            [4, n] for the cell's quarters that may hide something, and [n] for whole cells.
        """
        read = inputs_at(self.inputs, x.ravel(), y.ravel())
        columns = read.T.reshape(read.shape[1], *x.shape)
        quarters = np.zeros((4, x.shape[2]), dtype=np.bool_)
        whole = np.zeros(x.shape[2], dtype=np.bool_)
        for weight, bias in zip(self.weight, self.bias, strict=True):
            sums = np.full(x.shape, bias, dtype=np.float32)
            for share, column in zip(weight, columns, strict=True):
                sums += share * column
            across = np.minimum(sums[:, :-1], sums[:, 1:]), np.maximum(sums[:, :-1], sums[:, 1:])
            low = np.minimum(across[0][:-1], across[0][1:]).reshape(4, -1)
            high = np.maximum(across[1][:-1], across[1][1:]).reshape(4, -1)
            quarters |= self._reaches(low, high)
            whole |= self._reaches(low.min(axis=0), high.max(axis=0))
        return quarters, whole

    def _reaches(self, low: Values, high: Values) -> NDArray[np.bool_]:
        change = high - low
        # The distance from the centre has its least between points: by so much a sum may go beyond
        # what it is at them.
        reaches = (low - change < self.ends[1]) & (high + change > self.ends[0])
        return reaches & (change > STEEPEST)


def thin(
    moment: Moment, columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> Iterator[Cells]:
    """Yield for each of `STEPS` the cells of its lattice that may hide something.

    Args:
        moment: the scene at one time.
        columns: x of every pixel that lattices cover, before the camera.
        rows: y of the same.
    """
    neurons = _steep(moment)
    if neurons is None or not _changes(neurons, moment.view, (rows, columns)):
        yield from [_NOWHERE] * len(STEPS)
        return
    shape = [len(axis) // (2 * STEPS[0]) for axis in (rows, columns)]
    down, across = np.indices(shape).reshape(2, -1)
    for step in STEPS:
        axes = tuple(axis[::step].astype(np.float32) for axis in (rows, columns))
        looks = [_look(neurons, moment.view, axes, part) for part in _parts((down, across))]
        yield _joined([hidden for hidden, _ in looks])
        down, across = _joined([suspect for _, suspect in looks])


def _steep(moment: Moment) -> _Neurons | None:
    """Return the first neurons, or None if what they do shows on both sides of where they do it."""
    first = moment.layers[0]
    function = ACTIVATIONS.get(first.activation)
    if function is None or len(moment.layers) == 1:
        return None
    ends = (-math.inf, math.inf) if function.period else function.steep
    if ends is None or (math.inf in ends and not function.period):
        return None  # a bend in a slope shows on both sides of it
    return _Neurons(tuple(moment.inputs), first.weight, first.bias.astype(np.float32), ends)


def _changes(
    neurons: _Neurons, view: View, axes: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> bool:
    """Return whether a sum may change by much anywhere: without warps, it does so everywhere."""
    apart = 2.0 * STEPS[0] * view.scale * max(abs(axis[1] - axis[0]) for axis in axes)
    return bool(view.warps or neurons.gain * math.sqrt(2.0) * apart > STEEPEST)


def _look(
    neurons: _Neurons, view: View, axes: tuple[Values, ...], cells: Cells
) -> tuple[Cells, Cells]:
    """Return which quarters of cells may hide something, and which of them to look into.

    Args:
        neurons: the first.
        view: the camera.
        axes: y of the rows and x of the columns of the lattice of half the distance.
        cells: of the lattice whose cells have quarters.
    """
    rows, columns = (2 * place for place in cells)
    three = np.arange(3)
    y = np.broadcast_to(axes[0][rows + three[:, None]][:, None], (3, 3, len(rows)))
    x = np.broadcast_to(axes[1][columns + three[:, None]][None], y.shape)
    with np.errstate(all="ignore"):
        x, y = (place.reshape(y.shape) for place in to_field(x.ravel(), y.ravel(), view))
        apart = np.maximum(np.ptp(x, axis=(0, 1)), np.ptp(y, axis=(0, 1)))
        suspect = neurons.gain * apart > STEEPEST
        quarters, whole = neurons.crossed(x[..., suspect], y[..., suspect])
    rows, columns = rows[suspect], columns[suspect]
    hidden = [
        (rows[at] + down, columns[at] + across)
        for at, (down, across) in zip(quarters, _HALVES, strict=True)
    ]
    inside = [(rows[whole] + down, columns[whole] + across) for down, across in _HALVES]
    return _joined(hidden), _joined(inside)


def _parts(cells: Cells) -> Iterator[Cells]:
    for start in range(0, len(cells[0]), AT_ONCE):
        yield cells[0][start : start + AT_ONCE], cells[1][start : start + AT_ONCE]


def _joined(lists: list[Cells]) -> Cells:
    if not lists:
        return _NOWHERE
    rows, columns = zip(*lists, strict=True)
    return np.concatenate(rows), np.concatenate(columns)

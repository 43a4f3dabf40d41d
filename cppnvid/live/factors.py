"""Factors of a film: every tensor of its network over time as few directions and their shares.

A walk through three seeds has three directions, whatever its path, pace, hold or ease: what a
tensor is at a time are three numbers. They are found from a few moments spread over the film, and
where another moment misses, from more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Timeline

Values = NDArray[np.float64]

SPREAD = 32  # moments that directions are first taken from
TOLERANCE = 1e-7  # of the largest singular value: smaller ones are the rounding of weights
# Of a tensor's largest number: what its directions may miss. Rounding a weight to float32 misses
# 6e-8, and the moments that directions come from are rounded too.
MISS = 5e-7


@dataclass(frozen=True, eq=False)
class Factors:
    """The tensors of a film over time.

    Attributes:
        directions: of the bias and the weights of each layer in turn: float64 [rank, numbers].
        shares: of each direction at each time: float64 [times, rank] for each tensor.
    """

    directions: tuple[Values, ...]
    shares: tuple[Values, ...]


def tensors_of(moment: Moment) -> list[Values]:
    """Return the bias and the weights of each layer in turn, flat."""
    return [
        tensor.ravel().astype(np.float64)
        for layer in moment.layers
        for tensor in (layer.bias, layer.weight)
    ]


def factored(scene: Timeline, times: Sequence[float]) -> Factors:
    """Factor a film at these times; no more than `SPREAD` moments and what they add are kept."""
    chosen = set(np.linspace(0, len(times) - 1, min(SPREAD, len(times))).astype(int).tolist())
    while True:
        kept = [tensors_of(scene.at(times[place])) for place in sorted(chosen)]
        directions = [_directions(np.stack(rows)) for rows in zip(*kept, strict=True)]
        shares, misses = _projected((scene.at(time) for time in times), directions)
        misses[list(chosen)] = 0.0  # rounding is all that they miss
        worst = np.argsort(misses)[: -len(chosen) - 1 : -1]
        more = [int(place) for place in worst if misses[place] > MISS]
        if not more:
            return Factors(tuple(directions), tuple(shares))
        chosen.update(more)


def _directions(rows: Values) -> Values:
    """Return the directions [rank, numbers] of a tensor at several times, [times, numbers]."""
    if (rows == rows[0]).all():
        return rows[:1]  # with a share of 1 at any time
    _, sizes, right = np.linalg.svd(rows, full_matrices=False)
    kept: Values = right[: max(1, int(np.sum(sizes > TOLERANCE * sizes[0])))]
    return kept


def _projected(
    moments: Iterable[Moment], directions: Sequence[Values]
) -> tuple[list[Values], Values]:
    """Return the shares of each tensor's directions, and what they miss at each time: [times]."""
    # A tensor that is the same at all chosen moments is its own direction, of any length.
    lengths = [np.maximum((rows * rows).sum(axis=1), 1e-300) for rows in directions]
    shares: list[list[Values]] = [[] for _ in directions]
    misses = []
    for moment in moments:
        missed = 0.0
        for tensor, rows, length, found in zip(
            tensors_of(moment), directions, lengths, shares, strict=True
        ):
            share = rows @ tensor / length
            found.append(share)
            largest = np.abs(tensor).max(initial=1e-30)
            missed = max(missed, float(np.abs(tensor - share @ rows).max(initial=0.0) / largest))
        misses.append(missed)
    return [np.stack(found) for found in shares], np.array(misses)

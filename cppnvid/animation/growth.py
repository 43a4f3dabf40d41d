"""Growth: layers and neurons enter gradually, in a network that any backend draws.

A crossfade of two pictures is not a network. A layer that has not entered yet passes on what it
reads: its weights are the identity, so small that its activation is nearly straight where it is
steepest, and its reader compensates for both. From there its weights turn to its own and grow, and
with them its bend. Only numbers change, so the whole film has one architecture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.networks.activations import ACTIVATIONS
from cppnvid.networks.sampling import fan_out

# Size of a layer that only passes on. Its square is how much tanh bends there; float32 rounds an
# offset by its inverse: both stay below a fiftieth of a level of 255.
FAINT = 3e-3


@dataclass(frozen=True, eq=False)
class _Read:
    """How to read what a layer passes on: `scale · (value − offset)`."""

    scale: NDArray[np.float64]  # [values]
    offset: NDArray[np.float64]  # [values]

    @classmethod
    def plain(cls, count: int) -> Self:
        return cls(np.ones(count), np.zeros(count))

    def by(self, layer: SceneLayer, weight: NDArray[np.float64], bias: float | Bias) -> SceneLayer:
        """Return a layer that acts as one with these weights on plain values."""
        scaled = (weight * self.scale).astype(np.float32)
        return replace(layer, weight=scaled, bias=bias - scaled.astype(np.float64) @ self.offset)


Bias = NDArray[np.float64]


def deepen(layers: Sequence[SceneLayer], depth: float) -> tuple[SceneLayer, ...]:
    """Return the network of only the first hidden layers, the next one faded in.

    Args:
        layers: hidden layers and the output.
        depth: number of hidden layers, from 1 to all, with a fraction for the one that enters.

    Returns:
        Layers of the same architecture at any depth, equal to `layers` at the full depth. A layer
        that is missing passes on as many values as it has neurons.
    """
    first, *others, output = layers
    made, read = [first], _Read.plain(_values(first))
    for index, layer in enumerate(others, start=1):
        entered, read = _enter(layer, min(max(depth - index, 0.0), 1.0), read)
        made.append(entered)
    return *made, read.by(output, output.weight.astype(np.float64), output.bias)


def fade_in(
    hidden: Sequence[SceneLayer], shallow: SceneLayer, deep: SceneLayer, share: float
) -> tuple[SceneLayer, ...]:
    """Return the network in which the last hidden layer has entered by a share.

    Args:
        hidden: two hidden layers or more.
        shallow: the output layer as it reads the last but one of them.
        deep: the output layer as it reads the last.
        share: 0 is the network without the last layer, 1 the network with it.

    Returns:
        Layers of one architecture at any share; its ends are those two networks.
    """
    *below, last = hidden
    old, new = _values(below[-1]), len(last.bias)
    count = max(old, new)  # neurons, so that everything the layer reads can be passed on
    pad = (0, count - new)
    wide = replace(last, weight=np.pad(last.weight, (pad, (0, 0))), bias=np.pad(last.bias, pad))
    entered, read = _enter(wide, share, _Read.plain(old))
    reading = np.zeros((len(deep.bias), _values(wide)))
    reading[:, :old] = (1.0 - share) * shallow.weight
    for half in range(_values(last) // new):
        columns = slice(half * count, half * count + new)
        reading[:, columns] += share * deep.weight[:, half * new : (half + 1) * new]
    return *below, entered, read.by(deep, reading, (1 - share) * shallow.bias + share * deep.bias)


def _enter(layer: SceneLayer, share: float, read: _Read) -> tuple[SceneLayer, _Read]:
    """Return a layer that has entered by a share, and how to read it."""
    own = layer.weight.astype(np.float64)
    count = len(layer.bias)
    if layer.residual:
        # Without weights it adds only a constant to what it reads.
        entered = read.by(layer, share * own, share * layer.bias)
        rest = (1.0 - share) * _at(layer, np.zeros(count))
        return entered, _Read(read.scale, read.offset + rest)
    if share == 1.0:
        return read.by(layer, own, layer.bias), _Read.plain(_values(layer))
    # By a turn, because a straight line from the identity would lose much of the size.
    turn = share * math.pi / 2
    size = FAINT + (1.0 - FAINT) * share
    straight = (1.0 - share) * ACTIVATIONS[layer.activation].straight
    weight = math.cos(turn) * np.eye(count, own.shape[1]) + math.sin(turn) * own
    bias = size * math.sin(turn) * layer.bias + straight
    middle = np.full(count, straight)
    middle_value = _at(layer, middle)
    slope = (_at(layer, middle + 1e-5) - _at(layer, middle - 1e-5)) / 2e-5
    scale = 1.0 / (size * ((1.0 - share) * slope[:count] + share))
    # At share 1 the offset is 0; the cube keeps what remains small beside the size.
    offset = middle_value[:count] - size**3 * _at(layer, np.zeros(count))[:count]
    squares = _values(layer) - count  # of neurons that pass on two values: the second
    return read.by(layer, size * weight, bias), _Read(
        np.append(scale, np.full(squares, math.sin(turn))), np.append(offset, np.zeros(squares))
    )


def thin(
    layers: Sequence[SceneLayer], share: float, *, fewest: int = 1, louder: bool
) -> tuple[SceneLayer, ...]:
    """Return the network with only the first neurons of each hidden layer, the next one faded in.

    Args:
        layers: hidden layers and the output.
        share: 0 is the fewest neurons of each layer, 1 all; equal steps multiply by equal factors.
        fewest: that number; a layer that has no more keeps all.
        louder: let the few be as loud together as all are, for weights that were drawn smaller the
            more of them are summed.
    """
    widths = [len(layer.bias) for layer in layers[:-1]]
    thinned = [layers[0]]
    present = widths_at(widths, share, fewest)
    for before, layer, width, few in zip(layers, layers[1:], widths, present, strict=False):
        heard = np.clip(few - np.arange(width), 0.0, 1.0)
        columns = np.tile(heard, fan_out(1, before.activation)).astype(np.float32)
        weight = layer.weight * columns
        if louder:
            weight = (weight * np.sqrt(width / few)).astype(np.float32)
        thinned.append(replace(layer, weight=weight))
    return tuple(thinned)


def widths_at(widths: Sequence[int], share: float, fewest: int = 1) -> list[float]:
    """Return the number of neurons that `thin` leaves in each layer, with fractions."""
    return [width**share * min(width, fewest) ** (1.0 - share) for width in widths]


def _values(layer: SceneLayer) -> int:
    return fan_out(len(layer.bias), layer.activation)


def _at(layer: SceneLayer, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the neurons pass on for these sums."""
    handed: NDArray[np.float64] = ACTIVATIONS[layer.activation](sums.copy())
    return handed

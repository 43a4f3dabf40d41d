"""Let layers and neurons come in little by little, in a network that any backend draws.

A crossfade of two pictures is no network. A layer that is not yet there hands on what it reads: its
weights are the identity, so small that its activation is as good as straight where it is steepest,
and whoever reads it makes up for both. From there its weights turn to its own and grow, and with
them its bend. Only numbers change, so all of a film is one architecture.
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

# Of a layer that only hands on. Squared it is how much tanh bends in that; divided by it float32
# rounds an offset: both stay below a fiftieth of a level of 255.
FAINT = 3e-3


@dataclass(frozen=True, eq=False)
class _Read:
    """What a layer hands on, as its reader must take it: `scale · (value − offset)`."""

    scale: NDArray[np.float64]  # [values]
    offset: NDArray[np.float64]  # [values]

    @classmethod
    def plain(cls, count: int) -> Self:
        return cls(np.ones(count), np.zeros(count))

    def by(self, layer: SceneLayer, weight: NDArray[np.float64], bias: float | Bias) -> SceneLayer:
        """Return a layer of these weights and this bias, had it read plain values."""
        scaled = (weight * self.scale).astype(np.float32)
        return replace(layer, weight=scaled, bias=bias - scaled.astype(np.float64) @ self.offset)


Bias = NDArray[np.float64]


def deepen(layers: Sequence[SceneLayer], depth: float) -> tuple[SceneLayer, ...]:
    """Return the network of only the first hidden layers, the next one come in by a fraction.

    Args:
        layers: hidden layers and the output.
        depth: how many hidden layers there are, from 1 to all of them.

    Returns:
        Layers of the same architecture, whatever the depth; at the whole depth the same layers. One
        that is missing hands on as many values as it has neurons.
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
    """Return the network in which the last hidden layer has come in by a share.

    Args:
        hidden: two hidden layers or more.
        shallow: the output layer as it reads the last but one of them.
        deep: the output layer as it reads the last.
        share: 0 is the network without the last layer, 1 the network with it.

    Returns:
        Layers of one architecture, whatever the share; its ends are those two networks.
    """
    *below, last = hidden
    old, new = _values(below[-1]), len(last.bias)
    count = max(old, new)  # neurons, so that all that the layer reads can be handed on
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
    """Return a layer that has come in by a share, and how to read it."""
    own = layer.weight.astype(np.float64)
    count = len(layer.bias)
    if layer.residual:
        # Without weights it adds only a constant to what it reads.
        entered = read.by(layer, share * own, share * layer.bias)
        rest = (1.0 - share) * _at(layer, np.zeros(count))
        return entered, _Read(read.scale, read.offset + rest)
    if share == 1.0:
        return read.by(layer, own, layer.bias), _Read.plain(_values(layer))
    # By a turn, because on a straight way from the identity much of the size would be lost.
    turn = share * math.pi / 2
    size = FAINT + (1.0 - FAINT) * share
    straight = (1.0 - share) * ACTIVATIONS[layer.activation].straight
    weight = math.cos(turn) * np.eye(count, own.shape[1]) + math.sin(turn) * own
    bias = size * math.sin(turn) * layer.bias + straight
    middle = np.full(count, straight)
    middle_value = _at(layer, middle)
    slope = (_at(layer, middle + 1e-5) - _at(layer, middle - 1e-5)) / 2e-5
    scale = 1.0 / (size * ((1.0 - share) * slope[:count] + share))
    # At share 1 nothing is taken off; the cube keeps what is left over small beside the size.
    offset = middle_value[:count] - size**3 * _at(layer, np.zeros(count))[:count]
    squares = _values(layer) - count  # of neurons that hand on two values: the second
    return read.by(layer, size * weight, bias), _Read(
        np.append(scale, np.full(squares, math.sin(turn))), np.append(offset, np.zeros(squares))
    )


def thin(
    layers: Sequence[SceneLayer], share: float, *, fewest: int = 1, louder: bool
) -> tuple[SceneLayer, ...]:
    """Return the network with a part of the neurons of each hidden layer: 0 is fewest, 1 is all.

    Args:
        layers: hidden layers and the output.
        share: of the way from the fewest neurons a layer to all, each step multiplying by as much.
        fewest: how many that is; a layer that has no more keeps all it has.
        louder: let the few that are left be as loud together as all are, as weights are that were
            drawn smaller the more of them are summed.
    """
    widths = [len(layer.bias) for layer in layers[:-1]]
    present = widths_at(widths, share, fewest)
    thinned = mute_neurons(layers, present)
    if not louder:
        return thinned
    return thinned[0], *(
        replace(layer, weight=(layer.weight * np.sqrt(width / few)).astype(np.float32))
        for layer, width, few in zip(thinned[1:], widths, present, strict=True)
    )


def widths_at(widths: Sequence[int], share: float, fewest: int = 1) -> list[float]:
    """Return how many neurons of each layer `thin` leaves, a fraction counting."""
    return [width**share * min(width, fewest) ** (1.0 - share) for width in widths]


def mute_neurons(layers: Sequence[SceneLayer], present: Sequence[float]) -> tuple[SceneLayer, ...]:
    """Return the network of only the first neurons of each hidden layer, the next one faded in.

    Args:
        layers: hidden layers and the output.
        present: for each hidden layer, how many of its neurons are heard, a fraction counting.
    """
    muted = [layers[0]]
    for before, layer, count in zip(layers, layers[1:], present, strict=False):
        heard = np.clip(count - np.arange(len(before.bias)), 0.0, 1.0)
        columns = np.tile(heard, fan_out(1, before.activation)).astype(np.float32)
        muted.append(replace(layer, weight=layer.weight * columns))
    return tuple(muted)


def _values(layer: SceneLayer) -> int:
    return fan_out(len(layer.bias), layer.activation)


def _at(layer: SceneLayer, sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the neurons hand on at these sums."""
    handed: NDArray[np.float64] = ACTIVATIONS[layer.activation](sums.copy())
    return handed

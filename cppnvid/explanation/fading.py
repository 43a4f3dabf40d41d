"""Let a layer or a neuron come in little by little, as a network that any backend draws.

A crossfade of two pictures is no network. Here what is blended is what the output reads: with share
s it reads (1 − s) of the values before a layer and s of those after, so that forms move, and
nothing jumps at either end. To have both at hand, the layer is widened by neurons that pass its
input on: a residual layer adds its input to its activation, which of no input is a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from cppnvid.network import ACTIVATIONS, fan_out
from cppnvid.scene import SceneLayer

Weights = NDArray[np.float32]


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
        Layers of one architecture, whatever the share; both ends equal those networks exactly.
    """
    *below, last = hidden
    carried = below[-1]
    start = len(below) - 1
    while below[start].residual:  # what adds its input needs that to be as wide
        start -= 1
    chain = below[start:]
    old, new = _values(carried), _values(last)
    pairs = any(_per_neuron(layer) == 2 for layer in chain)
    size = _size(old, last, pairs=pairs)
    carry = _carry(old, size, pairs=pairs)
    grown, constants = [], np.zeros(size)
    for index, layer in enumerate(chain):
        widened = _widened(layer, carry, size, of_chain=index > 0)
        constants = _at_rest(layer, size) + (constants if layer.residual else 0.0)
        grown.append(widened)
    neurons, arriving = _free(last, carry, size)
    per = _per_neuron(last)
    weight = np.zeros((size // per, size), np.float32)
    weight[np.ix_(neurons, carry)] = last.weight
    bias = np.zeros(size // per)
    bias[neurons] = last.bias
    joined = SceneLayer(weight, bias, last.activation, residual=True)

    reading = np.zeros((len(deep.bias), size))
    reading[:, carry] += (1.0 - share) * shallow.weight
    reading[:, arriving] += share * deep.weight
    if last.residual:
        reading[:, carry] += share * deep.weight
    offset = np.zeros(size)
    offset[carry] = _at_rest(last, size)[carry]
    offset[arriving] = constants[arriving]
    out = (1.0 - share) * shallow.bias + share * deep.bias - reading @ offset
    output = replace(deep, weight=reading.astype(np.float32), bias=out)
    assert new == len(arriving) == deep.weight.shape[1]
    return (*below[:start], *grown, joined, output)


def mute_neurons(layers: Sequence[SceneLayer], present: Sequence[float]) -> tuple[SceneLayer, ...]:
    """Return the network of only the first neurons of each hidden layer, the next one faded in.

    Args:
        layers: hidden layers and the output.
        present: for each hidden layer, how many of its neurons are heard, a fraction counting.
    """
    muted = [layers[0]]
    for before, layer, count in zip(layers, layers[1:], present, strict=False):
        heard = np.clip(count - np.arange(len(before.bias)), 0.0, 1.0)
        columns = np.tile(heard, _per_neuron(before)).astype(np.float32)
        muted.append(replace(layer, weight=layer.weight * columns))
    return tuple(muted)


def _values(layer: SceneLayer) -> int:
    return fan_out(len(layer.bias), layer.activation)


def _per_neuron(layer: SceneLayer) -> int:
    return fan_out(1, layer.activation)


def _size(old: int, last: SceneLayer, *, pairs: bool) -> int:
    """Return how many values are handed on by the widened layers: room for the old and the new."""
    size = old + _values(last)
    while size % 2 or len(_free(last, _carry(old, size, pairs=pairs), size)[0]) < len(last.bias):
        size += 1
    return size


def _carry(old: int, size: int, *, pairs: bool) -> NDArray[np.int64]:
    """Return where the old values stand: of neurons that hand on two, half are in each half."""
    if not pairs:
        return np.arange(old)
    return np.concatenate([np.arange(old // 2), size // 2 + np.arange(old // 2)])


def _free(
    last: SceneLayer, carry: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which neurons the new layer takes, and where the values they hand on stand."""
    per = _per_neuron(last)
    count = size // per
    neurons = np.setdiff1d(np.arange(count), carry % count)[: len(last.bias)]
    return neurons, np.concatenate([neurons + half * count for half in range(per)])


def _widened(
    layer: SceneLayer, carry: NDArray[np.int64], size: int, *, of_chain: bool
) -> SceneLayer:
    """Return the layer with neurons of no weight added, its own where `carry` says."""
    count = size // _per_neuron(layer)
    neurons = carry[carry < count][: len(layer.bias)]
    columns = carry if of_chain else np.arange(layer.weight.shape[1])
    weight = np.zeros((count, size if of_chain else layer.weight.shape[1]), np.float32)
    weight[np.ix_(neurons, columns)] = layer.weight
    bias = np.zeros(count)
    bias[neurons] = layer.bias
    return replace(layer, weight=weight, bias=bias)


def _at_rest(layer: SceneLayer, size: int) -> NDArray[np.float64]:
    """Return what neurons without input hand on: [size]."""
    nothing = torch.zeros(1, size // _per_neuron(layer), dtype=torch.float64)
    rest: NDArray[np.float64] = ACTIVATIONS[layer.activation](nothing)[0].numpy()
    return rest

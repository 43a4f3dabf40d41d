"""Where each weight and bias of a network lies in the block of numbers that a shader reads.

A shader computes four neurons at once. So a layer is cut into blocks of four neurons, and a block
is a row of vectors of four floats, one float for each neuron: their biases, then their weights of
each value that they read.

    block of neurons 0-3:  bias | weights of value 0 | weights of value 1 | …
    block of neurons 4-7:  bias | weights of value 0 | …

The last block of a layer is filled up with zeros, and so are the values that the next one reads.
The first layer reads its inputs alone, which are not filled up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.shader.architecture import Architecture


def blocks(count: int) -> int:
    """Return how many vectors of four hold so many numbers."""
    return -(-count // 4)


@dataclass(frozen=True)
class Block:
    """The vectors of one layer.

    Attributes:
        start: the vector at which it begins.
        neurons: which it has.
        reads: how many values it reads, filled up.
    """

    start: int
    neurons: int
    reads: int

    @property
    def stride(self) -> int:
        """Vectors from one four of its neurons to the next."""
        return 1 + self.reads

    @property
    def end(self) -> int:
        """The vector after its last."""
        return self.start + blocks(self.neurons) * self.stride


def layer_blocks(architecture: Architecture) -> list[Block]:
    """Return every layer's vectors, the output's last."""
    made = [Block(0, 0, 0)]
    reads = len(architecture.inputs)
    for layer in architecture.hidden:
        made.append(Block(made[-1].end, layer.neurons, reads))
        reads = 4 * blocks(layer.values)
    made.append(Block(made[-1].end, architecture.channels, reads))
    return made[1:]


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the numbers of a network lie.

    Attributes:
        vectors: how many vectors of four floats there are.
        places: for each layer the places of its biases, int32 [out], and of its weights, int32
            [out, in]: indices of floats in the block.
    """

    vectors: int
    places: tuple[tuple[NDArray[np.int32], NDArray[np.int32]], ...]

    @classmethod
    def of(cls, moment: Moment) -> Self:
        """Return the layout of a moment's network; every moment of a film has the same."""
        made = layer_blocks(Architecture.of(moment))
        places = []
        for block, layer in zip(made, moment.layers, strict=True):
            neuron = np.arange(block.neurons, dtype=np.int32)
            bias = 4 * (block.start + neuron // 4 * block.stride) + neuron % 4
            read = np.arange(layer.weight.shape[1], dtype=np.int32)
            places.append((bias, bias[:, None] + 4 * (1 + read)))
        return cls(made[-1].end, tuple(places))

    def pack(self, layers: Sequence[SceneLayer]) -> NDArray[np.float32]:
        """Return the block for a network's layers: float32 [vectors, 4]."""
        packed = np.zeros(4 * self.vectors, dtype=np.float32)
        for (bias, weight), layer in zip(self.places, layers, strict=True):
            packed[bias], packed[weight] = layer.bias, layer.weight
        return packed.reshape(-1, 4)

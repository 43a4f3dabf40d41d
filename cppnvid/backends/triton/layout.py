"""How the numbers of a frame are laid out for the kernel.

A frame is one row of float32: numbers of camera and hue, the gradient if there is one, then every
layer's weights [in, out] and biases, filled up with zeros to powers of two. Where each part begins
depends on the architecture alone and is compiled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import GRADIENT_STEPS
from cppnvid.animation.scene import Moment
from cppnvid.backends.triton.architecture import Architecture, LayerKind
from cppnvid.backends.uniforms import colouring_numbers, view_numbers
from cppnvid.networks.activations import ACTIVATIONS

_CAMERA_NUMBERS = 5
_COLOUR_NUMBERS = 3
_ALIGNED = 16  # floats, 64 bytes: every part begins where memory is read in whole pieces


@dataclass(frozen=True)
class Layout:
    """Where an architecture's numbers are.

    Args:
        architecture: whose.
        narrowest: the least that a layer is filled up to, a power of two.
    """

    architecture: Architecture
    narrowest: int

    def filled(self, count: int) -> int:
        """Return what a layer that hands on this many values is filled up to."""
        return max(1 << (count - 1).bit_length(), self.narrowest)

    @property
    def pitch(self) -> int:
        """Values of the widest layer, filled up."""
        return self.filled(max(self.architecture.widest, 1))

    @property
    def _last_fan_in(self) -> int:
        """Values that the output reads: filled up, unless they are the coordinates."""
        hidden = self.architecture.hidden
        return self.filled(hidden[-1].values) if hidden else len(self.architecture.inputs)

    def places(self) -> dict[str, object]:
        """Return where each part begins, by the names of the kernel's constants.

        Lists are flat: Triton 3.7 loses the text in a tuple of tuples.
        """
        warps: list[object] = []
        place = 0
        for name, count in self.architecture.warps:
            warps += [name, place]
            place += count
        camera, hue = place, place + _CAMERA_NUMBERS
        gradient = _aligned(hue + _COLOUR_NUMBERS)
        place = gradient
        if self.architecture.mode == "gradient":
            place += _aligned(3 * GRADIENT_STEPS)
        first: tuple[object, ...] = ()
        if self.architecture.hidden:
            kind = self.architecture.hidden[0]
            width = self.filled(kind.values)
            first = (place, width, kind.values, kind.activation)
            place += _aligned((len(self.architecture.inputs) + 1) * width)
        runs: list[object] = []
        for kind, count in self.architecture.runs:
            fan_in, width = self.filled(kind.fan_in), self.filled(kind.values)
            runs += [place, count, fan_in, width, kind.values, kind.activation, kind.residual]
            place += _aligned(count * (fan_in + 1) * width)
        fan_in, channels = self._last_fan_in, self.architecture.channels
        return {
            "WARPS": tuple(warps),
            "CAMERA": camera,
            "COLOURING": (
                self.architecture.mode,
                self.architecture.turned,
                self.architecture.contrasted,
                hue,
                gradient,
            ),
            "FIRST": first,
            "RUNS": tuple(runs),
            "OUTPUT": (place, fan_in, channels, self.architecture.output),
            "SIZE": place + _aligned(channels * (fan_in + 1)),
        }

    def pack(self, moments: Sequence[Moment]) -> NDArray[np.float32]:
        """Return the parameters of frames of this architecture: float32 [frames, SIZE]."""
        return np.stack([self._packed(moment) for moment in moments])

    def _packed(self, moment: Moment) -> NDArray[np.float32]:
        numbers = [*view_numbers(moment.view), *colouring_numbers(moment.colouring)]
        parts = [_part(np.array(numbers, dtype=np.float32))]
        if moment.colouring.gradient is not None:
            parts.append(_part(moment.colouring.gradient))
        hidden = iter(zip(moment.layers[:-1], self.architecture.hidden, strict=True))
        for layer, kind in islice(hidden, 1):
            parts.append(_part(*self._layer(layer, kind, fan_in=kind.fan_in)))
        for _, count in self.architecture.runs:
            run = [
                self._layer(layer, kind, fan_in=self.filled(kind.fan_in))
                for layer, kind in islice(hidden, count)
            ]
            parts.append(_part(*chain.from_iterable(run)))
        output = moment.layers[-1]
        missing = self._last_fan_in - output.weight.shape[1]
        weight = np.pad(output.weight, ((0, 0), (0, missing)))
        parts.append(_part(weight, output.bias.astype(np.float32)))
        return np.concatenate(parts, dtype=np.float32)

    def _layer(
        self, layer: SceneLayer, kind: LayerKind, *, fan_in: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return weights [in, out] and biases [out] with zeros beyond the layer's own."""
        weight, bias = layer.weight, layer.bias.astype(np.float32)
        # A neuron that hands on two values is summed up for each.
        values = ACTIVATIONS[layer.activation].values
        weight, bias = np.tile(weight, (values, 1)), np.tile(bias, values)
        across = self.filled(kind.values) - len(bias)
        down = fan_in - weight.shape[1]
        return np.pad(weight.T, ((0, down), (0, across))), np.pad(bias, (0, across))


def _part(*arrays: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return arrays one after the other, filled up to where the next part begins."""
    flat = np.concatenate([array.ravel() for array in arrays])
    return np.pad(flat, (0, _aligned(len(flat)) - len(flat)))


def _aligned(place: int) -> int:
    return -(-place // _ALIGNED) * _ALIGNED

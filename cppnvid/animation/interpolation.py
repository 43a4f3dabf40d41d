"""The tensors of a moment: each is a sum over the control points, weighed by a place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.path import Place


@dataclass(frozen=True, eq=False)
class SceneLayer:
    """One layer at one moment; the latent is already in the first one's bias."""

    weight: NDArray[np.float32]  # [out, in]
    # [out]. Float64, because z is folded into it: rounded to float32 it moved the sharpest of the
    # published networks by 6e-5 of the range, and parity with their formulas is to be 1e-5.
    bias: NDArray[np.float64]
    activation: str  # of network.ACTIVATIONS; the last layer's of OUTPUT_FUNCTIONS
    residual: bool


@dataclass(frozen=True, eq=False)
class ControlTensor:
    """One tensor at every control point, and its size there."""

    values: NDArray[np.float64]  # [control points, ...]
    sizes: NDArray[np.float64]  # [control points], root mean square

    @classmethod
    def of(cls, tensors: Sequence[NDArray[np.float32]]) -> Self:
        """Gather one tensor from every control point: equal shapes."""
        values = np.stack(tensors).astype(np.float64)
        return cls(values, np.array([_size(tensor) for tensor in values]))


def blend(tensor: ControlTensor, place: Place, *, keep_size: bool = True) -> NDArray[np.float32]:
    """Return a tensor at a place on the path.

    Args:
        tensor: its value at every control point.
        place: from `place_at`.
        keep_size: scale the sum to the root mean square of its control points, which a plain sum
            halves on the way, and with it the picture's detail; unless the place keeps none.

    Returns:
        float32, the shape of one value.
    """
    coefficients = _turn(tensor, place) if place.turns else place.coefficients
    total = np.zeros(tensor.values.shape[1:])
    for values, coefficient in zip(tensor.values, coefficients, strict=True):
        if coefficient:
            total += coefficient * values
    if keep_size and place.size_coefficients is not None:
        total *= _gain(_size(total), tensor, place.size_coefficients)
    return total.astype(np.float32)


def _turn(tensor: ControlTensor, place: Place) -> NDArray[np.float64]:
    """Return the coefficients that turn from start to end by an even angle (Shoemake, 1985)."""
    first, last = tensor.sizes[place.start], tensor.sizes[place.end]
    coefficients = place.coefficients
    if first and last and place.start != place.end:
        start, end = tensor.values[place.start], tensor.values[place.end]
        angle = math.acos(min(max(float(np.mean(start * end)) / (first * last), -1.0), 1.0))
        # Else they point in the same direction, or in opposite ones with no shorter way between.
        if math.sin(angle) > 1e-6:
            size = first ** (1.0 - place.share) * last**place.share / math.sin(angle)
            coefficients = np.zeros(len(tensor.sizes))
            coefficients[place.start] = size * math.sin((1.0 - place.share) * angle) / first
            coefficients[place.end] = size * math.sin(place.share * angle) / last
    return coefficients


def _gain(size: float, tensor: ControlTensor, size_coefficients: NDArray[np.float64]) -> float:
    """Return the factor that gives a sum of this size its control points' geometric mean size.

    At most 2: independent tensors need up to √2, and more is asked for only where a tensor of a few
    numbers passes near zero on its way to the other sign, which must stay a passage and not a jump.
    """
    if not tensor.sizes.size or tensor.sizes.min() == 0.0:
        return 1.0
    target = math.exp(float(size_coefficients @ np.log(tensor.sizes)))
    return target / max(size, target / 2)


def _size(tensor: NDArray[np.float64]) -> float:
    return math.sqrt(float(np.vdot(tensor, tensor)) / tensor.size) if tensor.size else 0.0

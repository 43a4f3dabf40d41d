"""The tensors of a moment: each is the sum of its corners that a place on the path weighs."""

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
class Corners:
    """One tensor at every corner of the path, and how large it is there."""

    values: NDArray[np.float64]  # [corners, ...]
    sizes: NDArray[np.float64]  # [corners], root mean square

    @classmethod
    def of(cls, tensors: Sequence[NDArray[np.float32]]) -> Self:
        """Gather one tensor of every corner: equal shapes."""
        values = np.stack(tensors).astype(np.float64)
        return cls(values, np.array([_size(tensor) for tensor in values]))


def blend(corners: Corners, place: Place, path: str, *, keep_size: bool) -> NDArray[np.float32]:
    """Return one tensor at a place of the path.

    Args:
        corners: that tensor at every corner.
        place: from `place_at`.
        path: a kind of path; `slerp` turns from corner to corner, the others weigh all corners.
        keep_size: scale the sum to the root mean square its corners have, which a straight blend
            halves on the way and with it the picture's detail. A `linear` path stays straight.

    Returns:
        float32, the corners' shape.
    """
    coefficients = _turn(corners, place) if path == "slerp" else place.coefficients
    total = np.zeros(corners.values.shape[1:])
    for values, coefficient in zip(corners.values, coefficients, strict=True):
        if coefficient:
            total += coefficient * values
    if keep_size and path != "linear":
        total *= _gain(_size(total), corners, place.size_coefficients)
    return total.astype(np.float32)


def _turn(corners: Corners, place: Place) -> NDArray[np.float64]:
    """Return the coefficients that turn from start to end by an even angle (Shoemake, 1985)."""
    first, last = corners.sizes[place.start], corners.sizes[place.end]
    coefficients = place.coefficients
    if first and last and place.start != place.end:
        start, end = corners.values[place.start], corners.values[place.end]
        angle = math.acos(min(max(float(np.mean(start * end)) / (first * last), -1.0), 1.0))
        # Else they lie in one direction, or in opposite ones with no shorter way between.
        if math.sin(angle) > 1e-6:
            size = first ** (1.0 - place.share) * last**place.share / math.sin(angle)
            coefficients = np.zeros(len(corners.sizes))
            coefficients[place.start] = size * math.sin((1.0 - place.share) * angle) / first
            coefficients[place.end] = size * math.sin(place.share * angle) / last
    return coefficients


def _gain(size: float, corners: Corners, size_coefficients: NDArray[np.float64]) -> float:
    """Return the factor that gives a sum of this size its corners' size, weighed geometrically.

    At most 2: independent corners need up to √2, and more is asked for only where a tensor of a few
    numbers passes near zero on its way to the other sign, which must stay a passage and not a jump.
    """
    if not corners.sizes.size or corners.sizes.min() == 0.0:
        return 1.0
    target = math.exp(float(size_coefficients @ np.log(corners.sizes)))
    return target / max(size, target / 2)


def _size(tensor: NDArray[np.float64]) -> float:
    return math.sqrt(float(np.vdot(tensor, tensor)) / tensor.size) if tensor.size else 0.0

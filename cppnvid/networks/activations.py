"""Activations and output functions: one row each, with all that the project needs to know of one.

The formula is written once, for arrays of numpy and of torch, and defines what the name means. A
new row is also a name in `recipe/network.py` and, for the fused backends, a formula in
`backends/halide/functions.py` and `backends/triton/functions.py`; they decline it until then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.arrays import Array, library_of


@dataclass(frozen=True)
class Function:
    """A function of numbers.

    Attributes:
        name: what recipes call it.
        formula: takes what neurons have summed up, [..., neurons] of any real type, and may write
            over it: fresh memory for every layer takes longer than many of these.
        torch: the name of torch's own function that does the same, where there is one.
    """

    name: str
    formula: Callable[[Any], Any]
    torch: str = ""

    def __call__(self, u: Array) -> Array:
        """Apply the function to an array of numpy or torch, which it may write over."""
        if self.torch and not isinstance(u, np.ndarray):
            made: Array = attrgetter(self.torch)(library_of(u))(u)
            return made
        done: Array = self.formula(u)
        return done


@dataclass(frozen=True)
class Activation(Function):
    """The function of a hidden layer.

    Attributes:
        values: how many each neuron hands on; the halves of a layer's output, if two.
        straight: where the function is straight: its turning point, or where it has become a line.
        steep: between these its slope is 1/25 or more; beyond them it is flat for good, so that a
            neuron there passes no change on. None if it has no such end.
        period: after which it repeats itself; None if it never does.
    """

    values: int = 1
    straight: float = 0.0
    steep: tuple[float, float] | None = None
    period: float | None = None


def _gaussian(u: Array) -> Array:
    library = library_of(u)
    library.negative(library.square(u, out=u), out=u)
    bell: Array = library.exp(u, out=u)
    return bell


def _gelu(u: NDArray[Any]) -> NDArray[Any]:
    from scipy.special import ndtr  # a tenth of a second that only this activation is worth

    gated: NDArray[Any] = u * ndtr(u)
    return gated


def _sigmoid(u: Array) -> Array:
    half: Array = 0.5 + 0.5 * library_of(u).tanh(0.5 * u)  # where exp(-u) overflows, this does not
    return half


def _atan_pair(u: Array) -> Array:
    """Lucid's: both halves have about unit size for u ~ N(0, 1), hence its divisors."""
    angle = library_of(u).atan(u)
    pair: Array = library_of(u).concat([angle / 0.67, angle**2 / 0.6], axis=-1)
    return pair


_FOREVER = math.inf

ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("tanh", lambda u: library_of(u).tanh(u, out=u), steep=(-2.3, 2.3)),
        Activation("sin", lambda u: library_of(u).sin(u, out=u), period=2 * math.pi),
        Activation(
            "cos", lambda u: library_of(u).cos(u, out=u), straight=-math.pi / 2, period=2 * math.pi
        ),
        Activation("gaussian", _gaussian, straight=-math.sqrt(0.5), steep=(-2.2, 2.2)),
        Activation(
            "relu", lambda u: np.maximum(u, 0.0, out=u), "relu_",
            straight=1.0, steep=(0.0, _FOREVER),
        ),
        Activation(
            "leaky_relu", lambda u: np.where(u > 0.0, u, 0.01 * u), "nn.functional.leaky_relu_",
            straight=1.0, steep=(0.0, _FOREVER),
        ),
        Activation(
            "elu", lambda u: np.where(u > 0.0, u, np.expm1(np.minimum(u, 0.0))),
            "nn.functional.elu_", straight=1.0, steep=(-3.2, _FOREVER),
        ),
        Activation("gelu", _gelu, "nn.functional.gelu", straight=4.0, steep=(-2.6, _FOREVER)),
        Activation(
            "softplus", lambda u: np.logaddexp(u, 0.0), "nn.functional.softplus",
            straight=4.0, steep=(-3.2, _FOREVER),
        ),
        Activation("sigmoid", _sigmoid, "sigmoid_", steep=(-3.2, 3.2)),
        Activation("abs", lambda u: library_of(u).abs(u, out=u), straight=1.0),
        Activation("identity", lambda u: u),
        Activation("atan_pair", _atan_pair, values=2, steep=(-6.0, 6.0)),
    )
}  # fmt: skip

OUTPUT_FUNCTIONS: dict[str, Function] = {
    row.name: row
    for row in (
        Function("sigmoid", _sigmoid, "sigmoid_"),
        Function("sine", lambda u: 0.5 * library_of(u).sin(u) + 0.5),
        Function("ridge", lambda u: library_of(u).sqrt(1.0 - abs(library_of(u).tanh(u)))),
        Function("clip", lambda u: library_of(u).clip(u, 0.0, 1.0)),
    )
}

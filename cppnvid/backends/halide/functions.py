"""Elementary functions in Halide, and the twins of the tables in `networks/activations.py`.

Halide calls the C library for each lane of a vector, which costs more than the rest of the network.
These are polynomials of only additions and multiplications, within 1 to 5 units in the last place
of float32. Its own `fast_` functions keep 19 of 24 bits, too few for networks that amplify errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

Expr = Any  # hl.Expr: halide ships no types

# Keeps values in memory as a function of their own. Halide copies an expression wherever it is
# used, and a palette written as one expression took 45 s to compile, not 0.3 s.
Keep = Callable[..., tuple[Expr, ...]]


def polynomial(x: Expr, *coefficients: float) -> Expr:
    """Evaluate by Horner's rule, the highest power's coefficient first."""
    total = hl.f32(coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + hl.f32(coefficient)
    return total


def minus_multiple(x: Expr, count: Expr, *parts: float) -> Expr:
    """Return x − count · sum(parts), one part after the other.

    Strict, or the compiler adds the parts up again and with them loses what they were split for
    (Cody and Waite 1980).
    """
    for part in parts:
        x = x - count * hl.f32(part)
    return hl.strict_float(x)


def nearest(x: Expr) -> Expr:
    """Return the nearest whole number, the same wherever it is used.

    Strict, because it is used in strict expressions and in others, and between two whole numbers
    each would round its own way: one point in 100,000 was wrong by a factor of two, or in its sign.
    """
    return hl.strict_float(hl.round(x))


def tanh(x: Expr) -> Expr:
    """Odd 9th over even 8th degree, the coefficients of Eigen's float tanh (MPL 2).

    Mean error 3.5e-8, at most 3.3e-7. The longer 13th over 6th degree is off by 2.7e-7 wherever
    tanh is 1, which is where most neurons of these networks are.
    """
    limit = 8.6643397569656372
    x = hl.clamp(x, hl.f32(-limit), hl.f32(limit))
    square = x * x
    above = polynomial(square, 1.394553628e-8, 2.102733560e-5, 3.520756727e-3, 1.340216100e-1, 1.0)
    below = polynomial(square, 8.015776984e-7, 3.326951409e-4, 2.597254514e-2, 4.673548340e-1, 1.0)
    return x * above / below


def exp(x: Expr) -> Expr:
    """Cephes' expf: 2^n times a polynomial of the rest; below −87.3 it stays at 1e-38."""
    x = hl.clamp(x, hl.f32(-87.3), hl.f32(88.3))
    power = nearest(x * hl.f32(1.44269504088896341))
    rest = minus_multiple(x, power, 0.693359375, -2.12194440e-4)
    series = polynomial(
        rest,
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
    scale = hl.reinterpret(hl.Float(32), (hl.i32(power) + 127) << 23)
    return (series * rest * rest + rest + hl.f32(1.0)) * scale


def log(x: Expr) -> Expr:
    """Cephes' logf, for normal positive numbers."""
    bits = hl.reinterpret(hl.Int(32), x)
    exponent = hl.f32((bits >> 23) - 126)
    mantissa = hl.reinterpret(hl.Float(32), (bits & 0x007FFFFF) | 0x3F000000)
    low = mantissa < hl.f32(0.707106781186547524)
    exponent = hl.select(low, exponent - hl.f32(1.0), exponent)
    m = hl.select(low, mantissa + mantissa, mantissa) - hl.f32(1.0)
    square = m * m
    series = polynomial(
        m,
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
    small = series * m * square + exponent * hl.f32(-2.12194440e-4) - hl.f32(0.5) * square
    return m + small + exponent * hl.f32(0.693359375)


def power(x: Expr, exponent: float) -> Expr:
    """Raise a positive number, at least 1e-30, to a power."""
    return exp(log(x) * hl.f32(exponent))


def _sine_series(rest: Expr, half_turns: Expr) -> Expr:
    """Return (−1)^half_turns · sin(rest) for |rest| up to π/2, SLEEF's coefficients (Boost)."""
    square = rest * rest
    series = polynomial(
        square,
        2.6083159809786593541503e-06,
        -0.0001981069071916863322258,
        0.00833307858556509017944336,
        -0.166666597127914428710938,
    )
    sine = square * (series * rest) + rest
    return hl.reinterpret(hl.Float(32), hl.reinterpret(hl.Int(32), sine) ^ (half_turns << 31))


# π in parts whose products with whole numbers up to some 12,000 are exact.
_PI = (3.140625, 0.0009670257568359375, 6.2771141529083251953e-07, 1.2154201256553420762e-10)


def sin(x: Expr) -> Expr:
    """Sine of radians; beyond ±39,000 float32's own steps are larger than its error."""
    half_turns = nearest(x * hl.f32(0.318309886183790671538))
    return _sine_series(minus_multiple(x, half_turns, *_PI), hl.i32(half_turns))


def cos(x: Expr) -> Expr:
    """Cosine of radians, as the sine from the nearest odd quarter turn."""
    half_turns = nearest(x * hl.f32(0.318309886183790671538) - hl.f32(0.5))
    odd_quarters = half_turns * hl.f32(2.0) + hl.f32(1.0)
    rest = minus_multiple(x, odd_quarters, *(part / 2 for part in _PI))
    return _sine_series(rest, hl.i32(half_turns) + 1)


def _atan_series(x: Expr) -> Expr:
    """Arc tangent of a number in [0, 1], SLEEF's coefficients."""
    square = x * x
    series = polynomial(
        square,
        0.00282363896258175373077393,
        -0.0159569028764963150024414,
        0.0425049886107444763183594,
        -0.0748900920152664184570312,
        0.106347933411598205566406,
        -0.142027363181114196777344,
        0.199926957488059997558594,
        -0.333331018686294555664062,
    )
    return x + x * (square * series)


_HALF_PI = 1.57079632679489661923


def atan(x: Expr) -> Expr:
    """Arc tangent, radians."""
    size = hl.abs(x)
    steep = size > hl.f32(1.0)
    angle = _atan_series(hl.select(steep, hl.f32(1.0) / hl.max(size, hl.f32(1.0)), size))
    angle = hl.select(steep, hl.f32(_HALF_PI) - angle, angle)
    return hl.select(x < hl.f32(0.0), -angle, angle)


def atan2(y: Expr, x: Expr) -> Expr:
    """Angle of the point (x, y) in −π…π radians, 0 at the centre."""
    across, down = hl.abs(x), hl.abs(y)
    angle = _atan_series(hl.min(across, down) / hl.max(hl.max(across, down), hl.f32(1e-30)))
    angle = hl.select(down > across, hl.f32(_HALF_PI) - angle, angle)
    angle = hl.select(x < hl.f32(0.0), hl.f32(2 * _HALF_PI) - angle, angle)
    return hl.select(y < hl.f32(0.0), -angle, angle)


def _sigmoid(u: Expr) -> Expr:
    return tanh(u * hl.f32(0.5)) * hl.f32(0.5) + hl.f32(0.5)


def _softplus(u: Expr) -> Expr:
    return hl.max(u, hl.f32(0.0)) + log(hl.f32(1.0) + exp(-hl.abs(u)))


def _gelu(u: Expr) -> Expr:
    return hl.f32(0.5) * u * (hl.f32(1.0) + hl.erf(u * hl.f32(0.70710678118654752440)))


def _ridge(u: Expr) -> Expr:
    # 1 − |tanh u| = 2 / (e^2|u| + 1), without the difference that leaves few digits.
    return hl.sqrt(hl.f32(2.0) / (exp(hl.abs(u) * hl.f32(2.0)) + hl.f32(1.0)))


ACTIVATIONS: dict[str, Callable[[Expr], Expr]] = {
    "tanh": tanh,
    "sin": sin,
    "cos": cos,
    "gaussian": lambda u: exp(-(u * u)),
    "relu": lambda u: hl.max(u, hl.f32(0.0)),
    "leaky_relu": lambda u: hl.max(u, u * hl.f32(0.01)),
    "elu": lambda u: hl.select(u > hl.f32(0.0), u, exp(u) - hl.f32(1.0)),
    "gelu": _gelu,
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    "abs": hl.abs,
    "identity": lambda u: u,
}
ATAN_PAIR: tuple[Callable[[Expr], Expr], Callable[[Expr], Expr]] = (
    lambda u: atan(u) * hl.f32(1 / 0.67),
    lambda u: atan(u) * atan(u) * hl.f32(1 / 0.6),
)
OUTPUT_FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    "sigmoid": _sigmoid,
    "sine": lambda u: hl.f32(0.5) * sin(u) + hl.f32(0.5),
    "ridge": _ridge,
    "clip": lambda u: hl.clamp(u, hl.f32(0.0), hl.f32(1.0)),
}

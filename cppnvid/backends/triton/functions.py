"""Elementary functions in Triton, and the twins of the tables in `networks/activations.py`.

Errors are a few units in the last place of a number near 1: exp2, log2 and reciprocals of the
special function unit keep 22 of 24 bits, tanh and sigmoid end within 3e-7. Its sine does not, and
the C library's is slow, so sine and arc tangent are polynomials. Triton's interpreter, which the
tests run on, knows neither inline assembly nor libdevice: one instruction below is all there is.
"""

import triton
import triton.language as tl

_INTERPRETED = tl.constexpr(triton.knobs.runtime.interpret)

# Added and taken away again, this rounds a float32 of less than 2^22 to the nearest whole number,
# and leaves that number's lowest bits in the sum's: two additions, where `floor` is a slow one.
_ROUND = tl.constexpr(12582912.0)  # 1.5 · 2^23

# π in parts whose products with whole numbers up to some 12,000 are exact (Cody and Waite 1980).
_PI_1 = tl.constexpr(3.140625)
_PI_2 = tl.constexpr(0.0009670257568359375)
_PI_3 = tl.constexpr(6.2771141529083251953e-07)
_PI_4 = tl.constexpr(1.2154201256553420762e-10)
_HALF_PI = tl.constexpr(1.57079632679489661923)


@triton.jit
def reciprocal(x):
    """Return 1 / x for x of at least 1, within one unit in the last place; of infinity 0.

    Triton's division checks the range of x and takes four instructions where this is one; tanh then
    takes five, beside sixteen for the products of 16 weights.
    """
    if _INTERPRETED:
        return 1.0 / x
    else:
        return tl.inline_asm_elementwise(
            "rcp.approx.ftz.f32 $0, $1;", "=f,f", [x], dtype=tl.float32, is_pure=True, pack=1
        )


@triton.jit
def tanh(u):
    """Where e^2u overflows, 2 / infinity is 0 and tanh 1."""
    return 1.0 - 2.0 * reciprocal(1.0 + tl.exp2(u * 2.8853900817779268))


@triton.jit
def sigmoid(u):
    """Logistic function, 0 to 1."""
    return reciprocal(1.0 + tl.exp2(u * -1.4426950408889634))


@triton.jit
def power(x, EXPONENT: tl.constexpr):
    """Raise a positive number to a power."""
    return tl.exp2(tl.log2(x) * EXPONENT)


@triton.jit
def _sine_series(rest, half_turns):
    """Return (−1)^half_turns · sin(rest) for |rest| up to π/2, SLEEF's coefficients (Boost).

    Clamped, so that where float32's steps are whole turns a sine is still one.
    """
    rest = tl.minimum(tl.maximum(rest, -1.5708), 1.5708)
    square = rest * rest
    series = square * 2.6083159809786593541503e-06 - 0.0001981069071916863322258
    series = series * square + 0.00833307858556509017944336
    series = series * square - 0.166666597127914428710938
    sine = square * (series * rest) + rest
    sign = half_turns.to(tl.int32, bitcast=True) << 31
    return (sine.to(tl.int32, bitcast=True) ^ sign).to(tl.float32, bitcast=True)


@triton.jit
def sin(x):
    """Sine of radians; beyond ±39,000 float32's own steps are larger than its error."""
    rounded = x * 0.318309886183790671538 + _ROUND
    count = rounded - _ROUND
    rest = ((x - count * _PI_1) - count * _PI_2) - count * _PI_3 - count * _PI_4
    return _sine_series(rest, rounded)


@triton.jit
def cos(x):
    """Cosine of radians, as the sine from the nearest odd quarter turn."""
    rounded = (x * 0.318309886183790671538 - 0.5) + _ROUND
    odd = (rounded - _ROUND) * 2.0 + 1.0
    rest = ((x - odd * (_PI_1 / 2)) - odd * (_PI_2 / 2)) - odd * (_PI_3 / 2) - odd * (_PI_4 / 2)
    return _sine_series(rest, rounded + 1.0)


@triton.jit
def _atan_series(x):
    """Arc tangent of a number in [0, 1], SLEEF's coefficients (Boost)."""
    square = x * x
    series = square * 0.00282363896258175373077393 - 0.0159569028764963150024414
    series = series * square + 0.0425049886107444763183594
    series = series * square - 0.0748900920152664184570312
    series = series * square + 0.106347933411598205566406
    series = series * square - 0.142027363181114196777344
    series = series * square + 0.199926957488059997558594
    series = series * square - 0.333331018686294555664062
    return x + x * (square * series)


@triton.jit
def atan(x):
    """Arc tangent, radians."""
    size = tl.abs(x)
    steep = size > 1.0
    angle = _atan_series(tl.where(steep, 1.0 / tl.maximum(size, 1.0), size))
    angle = tl.where(steep, _HALF_PI - angle, angle)
    return tl.where(x < 0.0, -angle, angle)


@triton.jit
def atan2(y, x):
    """Angle of the point (x, y) in −π…π radians, 0 at the centre."""
    across = tl.abs(x)
    down = tl.abs(y)
    larger = tl.maximum(tl.maximum(across, down), 1e-30)
    angle = _atan_series(tl.div_rn(tl.minimum(across, down), larger))
    angle = tl.where(down > across, _HALF_PI - angle, angle)
    angle = tl.where(x < 0.0, 2 * _HALF_PI - angle, angle)
    return tl.where(y < 0.0, -angle, angle)


@triton.jit
def activate(
    u, neuron, WIDTH: tl.constexpr, VALUES: tl.constexpr, NAME: tl.constexpr
):  # fmt: skip
    """Apply an activation of `activations.ACTIVATIONS`.

    Args:
        u: [points, neurons], some of the layer's.
        neuron: [1, neurons], each one's number in the layer.
        WIDTH: of the layer, filled up.
        VALUES: that the layer hands on; `atan_pair` sums up every neuron twice.
        NAME: of the activation.
    """
    if WIDTH != VALUES:
        # Zero weights do not silence a value that overflowed: 0 · infinity is no number.
        u = tl.where(neuron < VALUES, u, 0.0)
    if NAME == "tanh":
        return tanh(u)
    elif NAME == "sin":
        return sin(u)
    elif NAME == "cos":
        return cos(u)
    elif NAME == "gaussian":
        return tl.exp2(u * u * -1.4426950408889634)
    elif NAME == "relu":
        return tl.maximum(u, 0.0)
    elif NAME == "leaky_relu":
        return tl.maximum(u, u * 0.01)
    elif NAME == "elu":
        return tl.where(u > 0.0, u, tl.exp2(tl.minimum(u, 0.0) * 1.4426950408889634) - 1.0)
    elif NAME == "gelu":
        return 0.5 * u * (1.0 + tl.erf(u * 0.70710678118654752440))
    elif NAME == "softplus":
        small = tl.exp2(tl.abs(u) * -1.4426950408889634)
        return tl.maximum(u, 0.0) + tl.log2(1.0 + small) * 0.69314718055994531
    elif NAME == "sigmoid":
        return sigmoid(u)
    elif NAME == "abs":
        return tl.abs(u)
    elif NAME == "identity":
        return u
    else:
        tl.static_assert(NAME == "atan_pair", "no such activation")
        angle = atan(u)
        return tl.where(neuron < VALUES // 2, angle * (1 / 0.67), angle * angle * (1 / 0.6))


@triton.jit
def finish(u, NAME: tl.constexpr):
    """Apply an output function of `activations.OUTPUT_FUNCTIONS`; NaN becomes 0."""
    if NAME == "sigmoid":
        value = sigmoid(u)
    elif NAME == "sine":
        value = 0.5 * sin(u) + 0.5
    elif NAME == "ridge":
        # 1 − |tanh u| = 2 / (e^2|u| + 1), without the difference that leaves few digits.
        value = tl.sqrt(2.0 * reciprocal(tl.exp2(tl.abs(u) * 2.8853900817779268) + 1.0))
    else:
        tl.static_assert(NAME == "clip", "no such output function")
        value = tl.minimum(tl.maximum(u, 0.0), 1.0)
    return tl.where(u == u, value, 0.0)


# What `activate` and `finish` know; other rows of `networks/activations.py` are declined.
ACTIVATIONS = (
    "tanh", "sin", "cos", "gaussian", "relu", "leaky_relu", "elu", "gelu", "softplus", "sigmoid",
    "abs", "identity", "atan_pair",
)  # fmt: skip
OUTPUT_FUNCTIONS = ("sigmoid", "sine", "ridge", "clip")

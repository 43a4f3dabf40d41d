"""Elementary functions of a shader, and the twins of the tables in `networks/activations.py`.

Graphics drivers' own tanh, sin and exp are not used: some give NaN where e^u overflows, and a sine
may be off by 2^-11, which networks amplify. These have the coefficients of `halide/functions.py`
and work on four numbers at once.
"""

from __future__ import annotations

from dataclasses import dataclass

# Cody and Waite's reduction for sin4 and cos4: π in parts whose products with halves of whole
# numbers up to some 6,000 are exact. Beyond ±39,000 float32's own steps are larger than the error.
ELEMENTARY = """
// Odd 9th over even 8th degree, Eigen's; at most 3.3e-7 off.
vec4 tanh4(vec4 u) {
    vec4 x = clamp(u, vec4(-8.66433976), vec4(8.66433976));
    vec4 s = x * x;
    vec4 above = (((1.394553628e-8 * s + 2.102733560e-5) * s + 3.520756727e-3) * s
        + 1.340216100e-1) * s + 1.0;
    vec4 below = (((8.015776984e-7 * s + 3.326951409e-4) * s + 2.597254514e-2) * s
        + 4.673548340e-1) * s + 1.0;
    return x * above / below;
}

// u less so many times pi, part by part (Cody and Waite). The clamp keeps huge numbers a picture.
vec4 less_half_turns(vec4 u, vec4 count) {
    vec4 a = opaque(u - count * 3.140625);
    vec4 b = opaque(a - count * 0.000967025756835937500);
    vec4 c = opaque(b - count * 6.2771141529083251953e-7);
    return clamp(c - count * 1.2154201256553420762e-10, vec4(-1.5707964), vec4(1.5707964));
}

vec4 sine_series(vec4 x) {
    vec4 s = x * x;
    vec4 t = ((2.60831598e-6 * s - 0.000198106907) * s + 0.00833307859) * s - 0.166666597;
    return s * (t * x) + x;
}

// 1 for even whole numbers, -1 for odd ones.
vec4 sign_of_turns(vec4 count) {
    return 1.0 - 2.0 * (count - 2.0 * floor(count * 0.5));
}

vec4 sin4(vec4 u) {
    vec4 count = opaque(floor(u * 0.318309886 + 0.5));
    return sine_series(less_half_turns(u, count)) * sign_of_turns(count);
}

vec4 cos4(vec4 u) {
    vec4 count = opaque(floor(u * 0.318309886));
    return -sine_series(less_half_turns(u, count + 0.5)) * sign_of_turns(count);
}

// Cephes': 2^n times a polynomial of the rest.
vec4 exp4(vec4 u) {
    vec4 x = clamp(u, vec4(-87.3), vec4(88.3));
    vec4 n = opaque(floor(x * 1.44269504 + 0.5));
    vec4 rest = opaque(x - n * 0.693359375) + n * 2.12194440e-4;
    vec4 p = ((((1.9875691500e-4 * rest + 1.3981999507e-3) * rest + 8.3334519073e-3) * rest
        + 4.1665795894e-2) * rest + 1.6666665459e-1) * rest + 5.0000001201e-1;
    return (p * rest * rest + rest + 1.0) * power_of_two(n);
}

// Cephes', for normal positive numbers.
vec4 log4(vec4 u) {
    vec4 half_up = mantissa_of(u);
    vec4 n = select4(exponent_of(u), exponent_of(u) - 1.0, half_up, vec4(0.707106781));
    vec4 m = select4(half_up, half_up + half_up, half_up, vec4(0.707106781)) - 1.0;
    vec4 p = ((((((((7.0376836292e-2 * m - 1.1514610310e-1) * m + 1.1676998740e-1) * m
        - 1.2420140846e-1) * m + 1.4249322787e-1) * m - 1.6668057665e-1) * m + 2.0000714765e-1) * m
        - 2.4999993993e-1) * m + 3.3333331174e-1) * m * m * m;
    return m + (p - n * 2.12194440e-4 - 0.5 * m * m) + n * 0.693359375;
}

// Of numbers in [0, 1], SLEEF's.
vec4 atan_series(vec4 x) {
    vec4 s = x * x;
    vec4 p = ((((((0.00282363896 * s - 0.0159569029) * s + 0.0425049886) * s - 0.0748900921) * s
        + 0.106347933) * s - 0.142027363) * s + 0.199926957) * s - 0.333331019;
    return x + x * (s * p);
}

vec4 atan4(vec4 u) {
    vec4 size = abs(u);
    vec4 angle = atan_series(min(size, vec4(1.0)) / max(size, vec4(1.0)));
    return sign(u) * select4(angle, 1.57079633 - angle, vec4(1.0), size);
}

// The angle of a point, from -pi to pi; 0 at the centre.
float angle_of(vec2 p) {
    vec2 size = abs(p);
    float angle = atan_series(vec4(min(size.x, size.y) / max(max(size.x, size.y), 1e-30))).x;
    if (size.y > size.x) {
        angle = 1.57079633 - angle;
    }
    if (p.x < 0.0) {
        angle = 3.14159265 - angle;
    }
    if (p.y < 0.0) {
        angle = -angle;
    }
    return angle;
}

// Gauss's error function, Abramowitz and Stegun's 7.1.26: at most 1.5e-7 off.
vec4 erf4(vec4 u) {
    vec4 a = abs(u);
    vec4 t = 1.0 / (1.0 + 0.3275911 * a);
    vec4 p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t
        + 0.254829592) * t;
    return sign(u) * (1.0 - p * exp4(-a * a));
}
"""


@dataclass(frozen=True)
class Formula:
    """A function of four neurons' sums.

    Attributes:
        values: the expression for what they hand on, of the vec4 `u`.
        second: likewise for a second value of each, where there is one.
        bounded: whether that stays finite whatever the sums are.
        periodic: whether it has no value at infinity.
    """

    values: str
    second: str = ""
    bounded: bool = True
    periodic: bool = False


_SIGMOID = "0.5 + 0.5 * tanh4(0.5 * u)"

ACTIVATIONS: dict[str, Formula] = {
    "tanh": Formula("tanh4(u)"),
    "sin": Formula("sin4(u)", periodic=True),
    "cos": Formula("cos4(u)", periodic=True),
    "gaussian": Formula("exp4(-u * u)"),
    "relu": Formula("max(u, vec4(0.0))", bounded=False),
    "leaky_relu": Formula("max(u, 0.01 * u)", bounded=False),
    "elu": Formula("select4(exp4(u) - 1.0, u, vec4(0.0), u)", bounded=False),
    "gelu": Formula("0.5 * u * (1.0 + erf4(0.707106781 * u))", bounded=False),
    "softplus": Formula("max(u, vec4(0.0)) + log4(1.0 + exp4(-abs(u)))", bounded=False),
    "sigmoid": Formula(_SIGMOID),
    "abs": Formula("abs(u)", bounded=False),
    "identity": Formula("u", bounded=False),
    "atan_pair": Formula("atan4(u) / 0.67", "atan4(u) * atan4(u) / 0.6"),
}

OUTPUT_FUNCTIONS: dict[str, Formula] = {
    "sigmoid": Formula(_SIGMOID),
    "sine": Formula("0.5 * sin4(u) + 0.5", periodic=True),
    # 1 − |tanh u| = 2 / (e^2|u| + 1), without the difference that leaves few digits.
    "ridge": Formula("sqrt(2.0 / (exp4(2.0 * abs(u)) + 1.0))"),
    "clip": Formula("clamp(u, vec4(0.0), vec4(1.0))"),
}

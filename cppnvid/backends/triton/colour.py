"""Network output to colour in Triton, the twin of `colours.py`, with the same constants."""

import math

import triton
import triton.language as tl

from cppnvid.animation import palette
from cppnvid.backends.triton.functions import cos, power, sin
from cppnvid.colour import modes, oklab

_LMS = tl.constexpr(tuple(map(tuple, oklab.LMS.tolist())))
_LAB = tl.constexpr(tuple(map(tuple, oklab.LAB.tolist())))
_LMS_INVERSE = tl.constexpr(tuple(map(tuple, oklab.LMS_INVERSE.tolist())))
_LAB_INVERSE = tl.constexpr(tuple(map(tuple, oklab.LAB_INVERSE.tolist())))
_LUMA = tl.constexpr(modes.LUMA)
_TURN_OF_HUE = tl.constexpr(2.0 * math.pi)
_GREY = tl.constexpr(oklab.GREY)
_MAX_CHROMA = tl.constexpr(modes.MAX_CHROMA)
_SHADE = tl.constexpr(4.0 * palette.SHADE)
_TINT = tl.constexpr(palette.TINT)
_TURN = tl.constexpr(palette.TURN)
_STEPS = tl.constexpr(palette.GRADIENT_STEPS)


@triton.jit
def colour(first, second, third, fourth, numbers, CHANNELS: tl.constexpr, COLOURING: tl.constexpr):
    """Make colour of the network's output.

    Args:
        first: [points] in [0, 1]; so are the next three, of which `CHANNELS` say anything.
        second: the second channel.
        third: the third channel.
        fourth: the fourth channel.
        numbers: pointer to the frame's numbers.
        CHANNELS: 1, 3 or 4.
        COLOURING: the mode; whether the hue turns (see `colours.turns`) and whether the contrast is
            other than 1; and where in the numbers `uniforms.colouring_numbers` begin, and the
            gradient, float32 Oklab [steps, 3], which only its mode reads.

    Returns:
        Red, green, blue: sRGB-encoded, in [0, 1].
    """
    MODE: tl.constexpr = COLOURING[0]
    hue = numbers + COLOURING[3]
    if COLOURING[2]:
        contrast = tl.load(hue + 2)
        first = _spread(first, contrast)
        second = _spread(second, contrast)
        third = _spread(third, contrast)
        fourth = _spread(fourth, contrast)
    if MODE == "gradient":
        lightness, a, b = _along_gradient(first, second, third, numbers + COLOURING[4], CHANNELS)
        return from_oklab(lightness, a, b, hue)
    elif MODE == "oklch":
        if CHANNELS == 1:
            second = tl.full(first.shape, 0.5, tl.float32)
            third = second
        angle = _TURN_OF_HUE * third
        chroma = _MAX_CHROMA * second
        return from_oklab(first, chroma * cos(angle), chroma * sin(angle), hue)
    elif MODE == "grey":
        grey = first
        if CHANNELS == 3:
            grey = _dot(_LUMA[0], _LUMA[1], _LUMA[2], first, second, third)
        return grey, grey, grey
    else:
        red, green, blue = _fixed(first, second, third, fourth, CHANNELS, MODE)
        if COLOURING[1]:
            lightness, a, b = to_oklab(red, green, blue)
            red, green, blue = from_oklab(lightness, a, b, hue)
        return red, green, blue


@triton.jit
def _spread(value, contrast):
    away = 2.0 * value - 1.0
    return 0.5 + 0.5 * contrast * away / (1.0 + (contrast - 1.0) * tl.abs(away))


@triton.jit
def _fixed(first, second, third, fourth, CHANNELS: tl.constexpr, MODE: tl.constexpr):
    """Make sRGB of a mode that is a plain formula of its channels."""
    if MODE == "cmyk":
        black = 1.0 - fourth
        return (1.0 - first) * black, (1.0 - second) * black, (1.0 - third) * black
    elif MODE == "hsv":
        if CHANNELS == 1:
            second = tl.full(first.shape, 1.0, tl.float32)
            third = second
        return (
            _hsv(first, second, third, 5.0),
            _hsv(first, second, third, 3.0),
            _hsv(first, second, third, 1.0),
        )
    elif MODE == "hsl":
        if CHANNELS == 1:
            second = tl.full(first.shape, 1.0, tl.float32)
            third = tl.full(first.shape, 0.5, tl.float32)
        return (
            _hsl(first, second, third, 0.0),
            _hsl(first, second, third, 8.0),
            _hsl(first, second, third, 4.0),
        )
    else:
        tl.static_assert(MODE == "rgb", "no such colour mode")
        if CHANNELS == 1:
            return first, first, first
        else:
            return first, second, third


@triton.jit
def _dot(one: tl.constexpr, two: tl.constexpr, three: tl.constexpr, first, second, third):
    return one * first + two * second + three * third


@triton.jit
def _times(MATRIX: tl.constexpr, first, second, third):
    return (
        _dot(MATRIX[0][0], MATRIX[0][1], MATRIX[0][2], first, second, third),
        _dot(MATRIX[1][0], MATRIX[1][1], MATRIX[1][2], first, second, third),
        _dot(MATRIX[2][0], MATRIX[2][1], MATRIX[2][2], first, second, third),
    )


@triton.jit
def _along_gradient(first, second, third, gradient, CHANNELS: tl.constexpr):
    position = first * (_STEPS - 1)
    below = tl.minimum(position.to(tl.int32), _STEPS - 2)
    share = position - below.to(tl.float32)
    stop = gradient + below * 3
    lightness = _between(stop, share)
    a = _between(stop + 1, share)
    b = _between(stop + 2, share)
    if CHANNELS == 3:
        shade = _SHADE * (second - 0.5)
        lightness = lightness + shade * lightness * (1.0 - lightness)
        tint = 1.0 + _TINT * (third - 0.5)
        turn = _TURN * (third - 0.5)
        a, b = tint * a - turn * b, tint * b + turn * a
    return lightness, a, b


@triton.jit
def _between(stop, share):
    lower = tl.load(stop)
    return lower + share * (tl.load(stop + 3) - lower)


@triton.jit
def to_linear(value):
    """Decode sRGB in [0, 1] to linear light."""
    curve = power((tl.maximum(value, 0.04045) + 0.055) * (1.0 / 1.055), 2.4)
    return tl.where(value <= 0.04045, value * (1.0 / 12.92), curve)


@triton.jit
def from_linear(light):
    """Encode linear light as sRGB in [0, 1], clipped."""
    light = tl.minimum(tl.maximum(light, 0.0), 1.0)
    curve = 1.055 * power(tl.maximum(light, 0.0031308), 1.0 / 2.4) - 0.055
    return tl.where(light <= 0.0031308, light * 12.92, curve)


@triton.jit
def to_oklab(red, green, blue):
    """Turn sRGB in [0, 1] into Oklab."""
    long, middle, short = _times(_LMS, to_linear(red), to_linear(green), to_linear(blue))
    return _times(_LAB, _root(long), _root(middle), _root(short))


@triton.jit
def _root(cone):
    return power(tl.maximum(cone, 1e-30), 1.0 / 3.0)


@triton.jit
def from_oklab(lightness, a, b, hue):
    """Turn Oklab, its hue by the angle at `hue`, into sRGB; what that lacks goes towards `GREY`."""
    cosine = tl.load(hue)
    sine = tl.load(hue + 1)
    a, b = cosine * a - sine * b, sine * a + cosine * b
    long, middle, short = _times(_LAB_INVERSE, lightness, a, b)
    long, middle, short = long * long * long, middle * middle * middle, short * short * short
    red, green, blue = _times(_LMS_INVERSE, long, middle, short)
    above = (tl.maximum(tl.maximum(red, green), blue) - _GREY) * (1.0 / (1.0 - _GREY))
    below = (tl.minimum(tl.minimum(red, green), blue) - _GREY) * (-1.0 / _GREY)
    share = 1.0 / tl.maximum(tl.maximum(above, below), 1.0)
    return (
        from_linear(share * (red - _GREY) + _GREY),
        from_linear(share * (green - _GREY) + _GREY),
        from_linear(share * (blue - _GREY) + _GREY),
    )


@triton.jit
def _wrapped(position, PERIOD: tl.constexpr):
    """Return a position in [0, 2 · period) modulo its period."""
    return tl.where(position >= PERIOD, position - PERIOD, position)


@triton.jit
def _hsv(hue, saturation, value, OFFSET: tl.constexpr):
    k = _wrapped(OFFSET + 6.0 * hue, 6.0)
    share = tl.minimum(tl.maximum(tl.minimum(k, 4.0 - k), 0.0), 1.0)
    return value - value * saturation * share


@triton.jit
def _hsl(hue, saturation, lightness, OFFSET: tl.constexpr):
    k = _wrapped(OFFSET + 12.0 * hue, 12.0)
    rise = tl.minimum(tl.maximum(tl.minimum(k - 3.0, 9.0 - k), -1.0), 1.0)
    return lightness - saturation * tl.minimum(lightness, 1.0 - lightness) * rise


# What `colour` knows.
MODES = ("gradient", "oklch", "grey", "rgb", "hsv", "hsl", "cmyk")

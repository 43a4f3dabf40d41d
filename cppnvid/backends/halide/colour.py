"""Network output to colour in Halide, the twin of `colours.py`, with the same constants."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import halide as hl

from cppnvid.animation.palette import GRADIENT_STEPS, SHADE, TINT, TURN
from cppnvid.backends.halide.functions import Expr, Keep, cos, power, sin
from cppnvid.colour.modes import LUMA, MAX_CHROMA
from cppnvid.colour.oklab import GREY, LAB, LAB_INVERSE, LMS, LMS_INVERSE

Triple = tuple[Expr, ...]  # three


def colour(
    values: list[Expr],
    mode: str,
    *,
    turned: bool,
    contrasted: bool,
    gradient: hl.ImageParam,
    numbers: Iterator[Expr],
    keep: Keep,
) -> Triple:
    """Make colour of the network's output.

    Args:
        values: 1, 3 or 4 channels in [0, 1].
        mode: of `Colouring`.
        turned: whether the hue turns; see `packing.turns`.
        contrasted: whether the contrast is other than 1.
        gradient: float32 Oklab [3, steps], read by the gradient mode only.
        numbers: `packing.colouring_numbers`, read back.
        keep: keeps what is used more than once.

    Returns:
        Red, green, blue: sRGB-encoded, in [0, 1].
    """
    turn, contrast = (next(numbers), next(numbers)), next(numbers)
    if contrasted:
        values = [keep(_spread(value, contrast))[0] for value in values]
    single = len(values) == 1
    match mode:
        case "gradient":
            return from_oklab(_turn(_along_gradient(values, gradient, keep), turn), keep)
        case "oklch":
            lightness, chroma, hue = [values[0], hl.f32(0.5), hl.f32(0.5)] if single else values
            angle, chroma = hl.f32(2.0 * math.pi) * hue, hl.f32(MAX_CHROMA) * chroma
            lab = keep(lightness, chroma * cos(angle), chroma * sin(angle))
            return from_oklab(_turn(lab, turn), keep)
        case "cmyk":
            white = hl.f32(1.0)
            cyan, magenta, yellow, black = (white - value for value in values)
            rgb = cyan * black, magenta * black, yellow * black
        case "hsv":
            rgb = _from_hsv(*([values[0], hl.f32(1.0), hl.f32(1.0)] if single else values))
        case "hsl":
            rgb = _from_hsl(*([values[0], hl.f32(1.0), hl.f32(0.5)] if single else values))
        case "grey":
            grey = values[0] if single else _dot(LUMA, tuple(values))
            return grey, grey, grey
        case _:
            rgb = (values[0],) * 3 if single else (values[0], values[1], values[2])
    return from_oklab(_turn(to_oklab(keep(*rgb), keep), turn), keep) if turned else rgb


def _spread(value: Expr, contrast: Expr) -> Expr:
    away = hl.f32(2.0) * value - hl.f32(1.0)
    slope = hl.f32(1.0) + (contrast - hl.f32(1.0)) * hl.abs(away)
    return hl.f32(0.5) + hl.f32(0.5) * contrast * away / slope


def _dot(row: Sequence[float], values: Triple) -> Expr:
    return hl.f32(row[0]) * values[0] + hl.f32(row[1]) * values[1] + hl.f32(row[2]) * values[2]


def _times(matrix: list[list[float]], values: Triple) -> Triple:
    return _dot(matrix[0], values), _dot(matrix[1], values), _dot(matrix[2], values)


def _along_gradient(values: list[Expr], gradient: hl.ImageParam, keep: Keep) -> Triple:
    (position,) = keep(values[0] * hl.f32(GRADIENT_STEPS - 1))
    below = hl.clamp(hl.i32(position), 0, GRADIENT_STEPS - 2)
    share = position - hl.f32(below)
    lightness, a, b = (
        gradient[index, below] + share * (gradient[index, below + 1] - gradient[index, below])
        for index in range(3)
    )
    if len(values) == 3:
        lightness, a, b = keep(lightness, a, b)
        shade = hl.f32(4.0 * SHADE) * (values[1] - hl.f32(0.5))
        lightness = lightness + shade * lightness * (hl.f32(1.0) - lightness)
        tint = hl.f32(1.0) + hl.f32(TINT) * (values[2] - hl.f32(0.5))
        turn = hl.f32(TURN) * (values[2] - hl.f32(0.5))
        a, b = tint * a - turn * b, tint * b + turn * a
    return keep(lightness, a, b)


def _turn(lab: Triple, turn: tuple[Expr, Expr]) -> Triple:
    cosine, sine = turn
    return lab[0], cosine * lab[1] - sine * lab[2], sine * lab[1] + cosine * lab[2]


def to_linear(value: Expr) -> Expr:
    """Decode sRGB in [0, 1] to linear light."""
    curve = power((value + hl.f32(0.055)) * hl.f32(1.0 / 1.055), 2.4)
    return hl.select(value <= hl.f32(0.04045), value * hl.f32(1.0 / 12.92), curve)


def from_linear(light: Expr) -> Expr:
    """Encode linear light as sRGB in [0, 1], clipped."""
    light = hl.clamp(light, hl.f32(0.0), hl.f32(1.0))
    straight = hl.f32(0.0031308)
    curve = hl.f32(1.055) * power(hl.max(light, straight), 1.0 / 2.4) - hl.f32(0.055)
    return hl.select(light <= straight, light * hl.f32(12.92), curve)


def to_oklab(rgb: Triple, keep: Keep) -> Triple:
    """Turn sRGB in [0, 1] into Oklab."""
    light = keep(*(to_linear(value) for value in rgb))
    cones = keep(*_times(LMS.tolist(), light))
    roots = keep(*(power(hl.max(cone, hl.f32(1e-30)), 1.0 / 3.0) for cone in cones))
    return keep(*_times(LAB.tolist(), roots))


def from_oklab(lab: Triple, keep: Keep) -> Triple:
    """Turn Oklab into sRGB in [0, 1]; what sRGB does not have goes towards `GREY`."""
    roots = keep(*_times(LAB_INVERSE.tolist(), lab))
    cones = keep(*(root * root * root for root in roots))
    light = keep(*_times(LMS_INVERSE.tolist(), cones))
    grey = hl.f32(GREY)
    above = (hl.max(*light) - grey) * hl.f32(1.0 / (1.0 - GREY))
    below = (grey - hl.min(*light)) * hl.f32(1.0 / GREY)
    (share,) = keep(hl.f32(1.0) / hl.max(above, below, hl.f32(1.0)))
    return keep(*(from_linear(grey + share * (value - grey)) for value in light))


def _wrapped(position: Expr, period: float) -> Expr:
    """Return a position in [0, 2 · period) modulo its period."""
    return hl.select(position >= hl.f32(period), position - hl.f32(period), position)


def _from_hsv(hue: Expr, saturation: Expr, value: Expr) -> Triple:
    def channel(offset: float) -> Expr:
        k = _wrapped(hl.f32(offset) + hl.f32(6.0) * hue, 6.0)
        share = hl.clamp(hl.min(k, hl.f32(4.0) - k), hl.f32(0.0), hl.f32(1.0))
        return value - value * saturation * share

    return channel(5.0), channel(3.0), channel(1.0)


def _from_hsl(hue: Expr, saturation: Expr, lightness: Expr) -> Triple:
    reach = saturation * hl.min(lightness, hl.f32(1.0) - lightness)

    def channel(offset: float) -> Expr:
        k = _wrapped(hl.f32(offset) + hl.f32(12.0) * hue, 12.0)
        rise = hl.clamp(hl.min(k - hl.f32(3.0), hl.f32(9.0) - k), hl.f32(-1.0), hl.f32(1.0))
        return lightness - reach * rise

    return channel(0.0), channel(8.0), channel(4.0)


# What `colour` knows; a mode that `colour/modes.py` gains is declined until it is written here.
MODES = ("gradient", "oklch", "cmyk", "hsv", "hsl", "grey", "rgb")

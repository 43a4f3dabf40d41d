"""Screen to field in Halide, the twin of `backends/warps.py`.

Each warp reads back, one by one, the numbers that `backends/uniforms.py` packed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import halide as hl

from cppnvid.backends.halide.functions import Expr, Keep, atan2, cos, exp, log, sin
from cppnvid.backends.warps import NEAREST

Point = tuple[Expr, Expr]


def to_field(
    x: Expr, y: Expr, kinds: tuple[str, ...], numbers: Iterator[Expr], keep: Keep
) -> Point:
    """Return where in the field a point of the screen lies: warps in order, then the camera.

    Rotation and pan are always done: by cosine 1, sine 0 and zero they change no bit.
    """
    for kind in kinds:
        x, y = keep(*WARPS[kind](x, y, numbers))
    x, y = _turned(x, y, next(numbers), next(numbers))
    scale = next(numbers)
    return x * scale + next(numbers), y * scale + next(numbers)


def _turned(x: Expr, y: Expr, cosine: Expr, sine: Expr) -> Point:
    return cosine * x + sine * y, cosine * y - sine * x


def _remainder(x: Expr, size: tuple[Expr, Expr, Expr]) -> Expr:
    """Return x modulo size in [0, size]; size is (whole, upper half of its digits, lower half).

    The halves make the products exact, and strict division never rounds below a whole number.
    A tile's two ends are one rounding error apart, and a wrong side is a column of wrong pixels.
    """
    whole, upper, lower = size
    count = hl.floor(hl.strict_float(x / whole))
    rest = hl.strict_float(x - count * upper - count * lower)
    return hl.select(rest < hl.f32(0.0), rest + whole, rest)  # where division rounded up


def _mirror(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    across, down, offset = next(numbers), next(numbers), next(numbers)
    distance = x * across + y * down - offset
    back = hl.abs(distance) - distance
    return x + back * across, y + back * down


def _kaleidoscope(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    start, half = next(numbers), next(numbers)
    wedge = next(numbers), next(numbers), next(numbers)
    radius = hl.sqrt(x * x + y * y)
    angle = hl.abs(_remainder(atan2(y, x) - start, wedge) - half) + start
    return radius * cos(angle), radius * sin(angle)


def _tile(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    half = next(numbers)
    size = next(numbers), next(numbers), next(numbers)
    return _remainder(x + half, size) - half, _remainder(y + half, size) - half


def _tile_mirrored(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    half, size = next(numbers), next(numbers)
    double = next(numbers), next(numbers), next(numbers)
    return (
        hl.abs(_remainder(x - half, double) - size) - half,
        hl.abs(_remainder(y - half, double) - size) - half,
    )


def _swirl(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    angle, squared_radius = next(numbers), next(numbers)
    turn = angle * exp(-(x * x + y * y) / squared_radius)
    return _turned(x, y, cos(turn), sin(turn))


def _wave(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    along, across, turns, phase, amplitude = (next(numbers) for _ in range(5))
    push = amplitude * sin(turns * (x * along + y * across) - phase)
    return x - push * across, y + push * along


def _endless(x: Expr, y: Expr, numbers: Iterator[Expr]) -> Point:
    turns, arms, start, middle, depth, twist = (next(numbers) for _ in range(6))
    angle = atan2(y, x)
    squared = hl.max(x * x + y * y, hl.f32(NEAREST**2))
    phase = turns * log(squared) + arms * angle - start
    radius = middle * exp(depth * cos(phase))
    angle = angle + twist * sin(phase)
    return radius * cos(angle), radius * sin(angle)


WARPS: dict[str, Callable[[Expr, Expr, Iterator[Expr]], Point]] = {
    "mirror": _mirror,
    "kaleidoscope": _kaleidoscope,
    "tile": _tile,
    "tile_mirrored": _tile_mirrored,
    "swirl": _swirl,
    "wave": _wave,
    "endless": _endless,
}

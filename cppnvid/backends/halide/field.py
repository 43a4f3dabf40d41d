"""Screen to field in Halide, the twin of `backends/warps.py`.

Each warp is two functions that agree on a list: `numbers` packs what a moment gives it, already in
the form a pixel needs (cosines rather than angles), and `apply` reads them back one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import halide as hl
import numpy as np

from cppnvid.backends.halide.functions import Expr, Keep, atan2, cos, exp, sin
from cppnvid.camera import View, Warp

Point = tuple[Expr, Expr]


def view_numbers(view: View) -> list[float]:
    """Pack a view: every warp's numbers in order, then the camera's."""
    packed = [number for warp in view.warps for number in WARPS[kind_of(warp)].numbers(warp)]
    return [*packed, math.cos(view.angle), math.sin(view.angle), view.scale, *view.pan]


def to_field(
    x: Expr, y: Expr, kinds: tuple[str, ...], numbers: Iterator[Expr], keep: Keep
) -> Point:
    """Return where in the field a point of the screen lies: warps in order, then the camera.

    Rotation and pan are always done: by cosine 1, sine 0 and zero they change no bit.
    """
    for kind in kinds:
        x, y = keep(*WARPS[kind].apply(x, y, numbers))
    x, y = _turned(x, y, next(numbers), next(numbers))
    scale = next(numbers)
    return x * scale + next(numbers), y * scale + next(numbers)


def kind_of(warp: Warp) -> str:
    """Return the name in `WARPS`, where a tile that is mirrored is another one."""
    return "tile_mirrored" if warp.kind == "tile" and warp.numbers["mirrored"] else warp.kind


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


def _halves(size: float) -> list[float]:
    whole = np.float32(size)
    upper = (whole.view(np.uint32) & np.uint32(0xFFFFF000)).view(np.float32)
    return [float(whole), float(upper), float(whole - upper)]


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


@dataclass(frozen=True)
class _Fold:
    """One kind of warp: how its numbers are packed, and what it does with them."""

    numbers: Callable[[Warp], list[float]]
    apply: Callable[[Expr, Expr, Iterator[Expr]], Point]


def _direction(warp: Warp) -> list[float]:
    return [math.cos(warp.numbers["angle"]), math.sin(warp.numbers["angle"])]


def _wedge(warp: Warp) -> list[float]:
    wedge = 2.0 * math.pi / warp.numbers["segments"]
    return [warp.numbers["angle"], wedge / 2, *_halves(wedge)]


WARPS: dict[str, _Fold] = {
    "mirror": _Fold(lambda warp: [*_direction(warp), warp.numbers["offset"]], _mirror),
    "kaleidoscope": _Fold(_wedge, _kaleidoscope),
    "tile": _Fold(
        lambda warp: [warp.numbers["size"] / 2, *_halves(warp.numbers["size"])], _tile
    ),
    "tile_mirrored": _Fold(
        lambda warp: [
            warp.numbers["size"] / 2, warp.numbers["size"], *_halves(2 * warp.numbers["size"])
        ],
        _tile_mirrored,
    ),
    "swirl": _Fold(
        lambda warp: [warp.numbers["angle"], warp.numbers["radius"] ** 2], _swirl
    ),
    "wave": _Fold(
        lambda warp: [
            *_direction(warp), 2.0 * math.pi * warp.numbers["frequency"], warp.numbers["phase"],
            warp.numbers["amplitude"],
        ],
        _wave,
    ),
}  # fmt: skip

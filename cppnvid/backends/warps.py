"""Screen to field: the warps fold the screen, then the camera chooses what lies on it.

One table holds each warp's formula, for arrays of numpy and of torch, and the numbers that the
fused backends read for it. A new row is also a model in `recipe/camera.py` and a twin in
`halide/field.py` and `triton/field.py`; these decline it until then.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cppnvid.animation.camera import View
from cppnvid.colour.arrays import Array, library_of

Numbers = dict[str, float]  # a warp's, by name: see `animation.camera.Warp`

NEAREST = 1e-6  # to the centre of an endless zoom, whose logarithm must remain finite


@dataclass(frozen=True)
class Folding:
    """What one kind of warp does.

    Attributes:
        formula: from the x and y [n] of points and the warp's numbers to where these points lie.
        packed: the numbers in the form in which fused backends read them: whatever is the same for
            all pixels is computed once a frame, in float64.
    """

    formula: Callable[[Any, Any, Numbers], tuple[Any, Any]]
    packed: Callable[[Numbers], list[float]]


def to_field(x: Array, y: Array, view: View) -> tuple[Array, Array]:
    """Return where in the field points [n] of the screen lie: warps in order, then the camera."""
    for warp in view.warps:
        x, y = WARPS[warp.kind].formula(x, y, warp.numbers)
    if view.angle:
        x, y = _turned(x, y, view.angle)
    x, y = x * view.scale, y * view.scale
    if any(view.pan):
        x, y = x + view.pan[0], y + view.pan[1]
    return x, y


def _turned(x: Array, y: Array, angle: float | Array) -> tuple[Array, Array]:
    """Sample the field turned against the clock, which turns the picture clockwise."""
    functions = math if isinstance(angle, float) else library_of(angle)
    cos, sin = functions.cos(angle), functions.sin(angle)
    return cos * x + sin * y, cos * y - sin * x


def _mirror(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Reflect what lies behind the line, so that the distance d from it becomes |d|."""
    across, down = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    distance = x * across + y * down - numbers["offset"]
    back = abs(distance) - distance
    return x + back * across, y + back * down


def _kaleidoscope(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Fold the angle into half a wedge, like two mirrors."""
    wedge = 2.0 * math.pi / numbers["segments"]
    library = library_of(x)
    radius = library.sqrt(x * x + y * y)
    angle = library.remainder(library.atan2(y, x) - numbers["angle"], wedge)
    angle = abs(angle - wedge / 2) + numbers["angle"]
    return radius * library.cos(angle), radius * library.sin(angle)


def _tile(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Repeat the square of side `size` around the centre."""
    size = numbers["size"]
    remainder = library_of(x).remainder
    return remainder(x + size / 2, size) - size / 2, remainder(y + size / 2, size) - size / 2


def _tile_mirrored(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Repeat the square of side `size`, every other one mirrored."""
    size = numbers["size"]
    remainder = library_of(x).remainder
    across, down = (remainder(place - size / 2, 2 * size) - size for place in (x, y))
    return abs(across) - size / 2, abs(down) - size / 2


def _swirl(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Turn by `angle` at the centre, by 1/e of it at `radius`."""
    falloff = library_of(x).exp(-(x * x + y * y) / numbers["radius"] ** 2)
    return _turned(x, y, numbers["angle"] * falloff)


def _wave(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Push points across the direction in which the wave travels."""
    along, across = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    phase = 2.0 * math.pi * numbers["frequency"] * (x * along + y * across) - numbers["phase"]
    push = numbers["amplitude"] * library_of(x).sin(phase)
    return x - push * across, y + push * along


def _endless(x: Array, y: Array, numbers: Numbers) -> tuple[Array, Array]:
    """Walk round a closed curve in the field as the logarithm of the radius grows.

    In (log radius, angle) it is an ellipse around the circle of `radius`, so that nothing is
    mirrored and nothing rests; and it has no edge, because only the sine and cosine of the
    logarithm and of a whole multiple of the angle are used.
    """
    library = library_of(x)
    angle = library.atan2(y, x)
    squared = library.clip(x * x + y * y, NEAREST**2, None)
    turns = math.pi / math.log(numbers["period"])
    phase = turns * library.log(squared) + numbers["arms"] * angle - numbers["phase"]
    radius = numbers["radius"] * library.exp(numbers["depth"] * library.cos(phase))
    angle = angle + numbers["twist"] * library.sin(phase)
    return radius * library.cos(angle), radius * library.sin(angle)


def _halves(size: float) -> list[float]:
    """Return a size, the upper half of its digits and the lower, for products without rounding."""
    whole = np.float32(size)
    upper = (whole.view(np.uint32) & np.uint32(0xFFFFF000)).view(np.float32)
    return [float(whole), float(upper), float(whole - upper)]


def _direction(numbers: Numbers) -> list[float]:
    return [math.cos(numbers["angle"]), math.sin(numbers["angle"])]


def _packed_kaleidoscope(numbers: Numbers) -> list[float]:
    wedge = 2.0 * math.pi / numbers["segments"]
    return [numbers["angle"], wedge / 2, *_halves(wedge)]


def _packed_wave(numbers: Numbers) -> list[float]:
    turns = 2.0 * math.pi * numbers["frequency"]
    return [*_direction(numbers), turns, numbers["phase"], numbers["amplitude"]]


def _packed_endless(numbers: Numbers) -> list[float]:
    others = ("arms", "phase", "radius", "depth", "twist")
    return [math.pi / math.log(numbers["period"]), *(numbers[name] for name in others)]


# By `Warp.kind`, where a mirrored tile is a kind of its own.
WARPS: dict[str, Folding] = {
    "mirror": Folding(_mirror, lambda n: [*_direction(n), n["offset"]]),
    "kaleidoscope": Folding(_kaleidoscope, _packed_kaleidoscope),
    "tile": Folding(_tile, lambda n: [n["size"] / 2, *_halves(n["size"])]),
    "tile_mirrored": Folding(
        _tile_mirrored, lambda n: [n["size"] / 2, n["size"], *_halves(2 * n["size"])]
    ),
    "swirl": Folding(_swirl, lambda n: [n["angle"], n["radius"] ** 2]),
    "wave": Folding(_wave, _packed_wave),
    "endless": Folding(_endless, _packed_endless),
}

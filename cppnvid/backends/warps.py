"""Screen to field: the warps fold the screen, then the camera chooses what lies on it."""

import math

from cppnvid.animation.camera import View
from cppnvid.backends.uniforms import NEAREST
from cppnvid.colour.arrays import Array, library_of


def to_field(x: Array, y: Array, view: View) -> tuple[Array, Array]:
    """Return where in the field points [n] of the screen lie: warps in order, then the camera."""
    for warp in view.warps:
        x, y = _WARPS[warp.kind](x, y, warp.numbers)
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


def _mirror(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Reflect what lies behind the line, so that the distance d from it becomes |d|."""
    across, down = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    distance = x * across + y * down - numbers["offset"]
    back = abs(distance) - distance
    return x + back * across, y + back * down


def _kaleidoscope(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Fold the angle into half a wedge, like two mirrors."""
    wedge = 2.0 * math.pi / numbers["segments"]
    library = library_of(x)
    radius = library.sqrt(x * x + y * y)
    angle = library.remainder(library.atan2(y, x) - numbers["angle"], wedge)
    angle = abs(angle - wedge / 2) + numbers["angle"]
    return radius * library.cos(angle), radius * library.sin(angle)


def _tile(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Repeat the square of side `size` around the centre."""
    size = numbers["size"]
    remainder = library_of(x).remainder

    def fold(position: Array) -> Array:
        if numbers["mirrored"]:
            folded: Array = abs(remainder(position - size / 2, 2 * size) - size)
        else:
            folded = remainder(position + size / 2, size)
        return folded - size / 2

    return fold(x), fold(y)


def _swirl(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Turn by `angle` at the centre, by 1/e of it at `radius`."""
    falloff = library_of(x).exp(-(x * x + y * y) / numbers["radius"] ** 2)
    return _turned(x, y, numbers["angle"] * falloff)


def _wave(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Push points across the direction in which the wave travels."""
    along, across = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    phase = 2.0 * math.pi * numbers["frequency"] * (x * along + y * across) - numbers["phase"]
    push = numbers["amplitude"] * library_of(x).sin(phase)
    return x - push * across, y + push * along


def _endless(x: Array, y: Array, numbers: dict[str, float]) -> tuple[Array, Array]:
    """Walk round a closed curve in the field as the logarithm of the radius grows.

    In (log radius, angle) it is an ellipse around the circle of `radius`, so that nothing is
    mirrored and nothing stands still; and it has no edge, because all that is ever taken of the
    logarithm and of the angle's whole multiple is a sine and a cosine.
    """
    library = library_of(x)
    angle = library.atan2(y, x)
    squared = library.clip(x * x + y * y, NEAREST**2, None)
    turns = math.pi / math.log(numbers["period"])
    phase = turns * library.log(squared) + numbers["arms"] * angle - numbers["phase"]
    radius = numbers["radius"] * library.exp(numbers["depth"] * library.cos(phase))
    angle = angle + numbers["twist"] * library.sin(phase)
    return radius * library.cos(angle), radius * library.sin(angle)


_WARPS = {
    "mirror": _mirror,
    "kaleidoscope": _kaleidoscope,
    "tile": _tile,
    "swirl": _swirl,
    "wave": _wave,
    "endless": _endless,
}

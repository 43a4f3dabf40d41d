"""Screen to field in Triton, the twin of `backends/warps.py`.

Each warp reads the numbers that `backends/uniforms.py` packed for it, from where they begin.
"""

import triton
import triton.language as tl

from cppnvid.backends.triton.functions import atan2, cos, sin
from cppnvid.backends.warps import NEAREST

_NEAREST_SQUARED = tl.constexpr(NEAREST**2)


@triton.jit
def to_field(x, y, numbers, WARPS: tl.constexpr, CAMERA: tl.constexpr):
    """Return where in the field points of the screen lie: warps in order, then the camera.

    Rotation and pan are always done: by cosine 1, sine 0 and zero they change no bit.

    Args:
        x: [points].
        y: [points].
        numbers: pointer to the frame's numbers.
        WARPS: of each warp two in a row: its kind, and where its numbers begin.
        CAMERA: where the camera's begin.
    """
    for index in tl.static_range(0, len(WARPS), 2):
        x, y = _warped(x, y, numbers + WARPS[index + 1], WARPS[index])
    camera = numbers + CAMERA
    x, y = _turned(x, y, tl.load(camera), tl.load(camera + 1))
    scale = tl.load(camera + 2)
    return x * scale + tl.load(camera + 3), y * scale + tl.load(camera + 4)


@triton.jit
def _warped(x, y, numbers, KIND: tl.constexpr):
    if KIND == "mirror":
        return _mirror(x, y, numbers)
    elif KIND == "kaleidoscope":
        return _kaleidoscope(x, y, numbers)
    elif KIND == "tile":
        return _tile(x, y, numbers)
    elif KIND == "tile_mirrored":
        return _tile_mirrored(x, y, numbers)
    elif KIND == "swirl":
        return _swirl(x, y, numbers)
    elif KIND == "wave":
        return _wave(x, y, numbers)
    else:
        tl.static_assert(KIND == "endless", "no such warp")
        return _endless(x, y, numbers)


@triton.jit
def _turned(x, y, cosine, sine):
    return cosine * x + sine * y, cosine * y - sine * x


@triton.jit
def _remainder(x, size):
    """Return x modulo a size in [0, size]; at `size` are the size, its upper digits and its lower.

    The halves make the products exact, and division to the nearest never rounds below a whole
    number. A tile's two ends are one rounding error apart, and a wrong side is a column of wrong
    pixels.
    """
    whole = tl.load(size)
    count = tl.floor(tl.div_rn(x, whole + tl.zeros_like(x)))
    rest = x - count * tl.load(size + 1) - count * tl.load(size + 2)
    return tl.where(rest < 0.0, rest + whole, rest)  # where division rounded up


@triton.jit
def _mirror(x, y, numbers):
    across = tl.load(numbers)
    down = tl.load(numbers + 1)
    distance = x * across + y * down - tl.load(numbers + 2)
    back = tl.abs(distance) - distance
    return x + back * across, y + back * down


@triton.jit
def _kaleidoscope(x, y, numbers):
    start = tl.load(numbers)
    half = tl.load(numbers + 1)
    radius = tl.sqrt(x * x + y * y)
    angle = tl.abs(_remainder(atan2(y, x) - start, numbers + 2) - half) + start
    return radius * cos(angle), radius * sin(angle)


@triton.jit
def _tile(x, y, numbers):
    half = tl.load(numbers)
    return _remainder(x + half, numbers + 1) - half, _remainder(y + half, numbers + 1) - half


@triton.jit
def _tile_mirrored(x, y, numbers):
    half = tl.load(numbers)
    size = tl.load(numbers + 1)
    return (
        tl.abs(_remainder(x - half, numbers + 2) - size) - half,
        tl.abs(_remainder(y - half, numbers + 2) - size) - half,
    )


@triton.jit
def _swirl(x, y, numbers):
    turn = tl.load(numbers) * tl.exp(-(x * x + y * y) / tl.load(numbers + 1))
    return _turned(x, y, cos(turn), sin(turn))


@triton.jit
def _wave(x, y, numbers):
    along = tl.load(numbers)
    across = tl.load(numbers + 1)
    phase = tl.load(numbers + 2) * (x * along + y * across) - tl.load(numbers + 3)
    push = tl.load(numbers + 4) * sin(phase)
    return x - push * across, y + push * along


@triton.jit
def _endless(x, y, numbers):
    angle = atan2(y, x)
    squared = tl.maximum(x * x + y * y, _NEAREST_SQUARED)
    phase = tl.load(numbers) * tl.log(squared) + tl.load(numbers + 1) * angle
    phase = phase - tl.load(numbers + 2)
    radius = tl.load(numbers + 3) * tl.exp(tl.load(numbers + 4) * cos(phase))
    angle = angle + tl.load(numbers + 5) * sin(phase)
    return radius * cos(angle), radius * sin(angle)


# What `to_field` knows, by the kinds of `backends/warps.py`.
WARPS = ("mirror", "kaleidoscope", "tile", "tile_mirrored", "swirl", "wave", "endless")

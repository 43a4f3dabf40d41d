"""Screen to field: the warps fold the screen, then the camera chooses what lies on it."""

import math

import torch
from torch import Tensor

from cppnvid.backends.packing import NEAREST
from cppnvid.camera import View


def to_field(x: Tensor, y: Tensor, view: View) -> tuple[Tensor, Tensor]:
    """Return where in the field points [n] of the screen lie: warps in order, then the camera."""
    for warp in view.warps:
        x, y = _WARPS[warp.kind](x, y, warp.numbers)
    if view.angle:
        x, y = _turned(x, y, view.angle)
    x, y = x * view.scale, y * view.scale
    if any(view.pan):
        x, y = x + view.pan[0], y + view.pan[1]
    return x, y


def _turned(x: Tensor, y: Tensor, angle: float | Tensor) -> tuple[Tensor, Tensor]:
    """Sample the field turned against the clock, which turns the picture clockwise."""
    if isinstance(angle, Tensor):
        cos, sin = angle.cos(), angle.sin()
        return cos * x + sin * y, cos * y - sin * x
    return (
        math.cos(angle) * x + math.sin(angle) * y,
        math.cos(angle) * y - math.sin(angle) * x,
    )


def _mirror(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Reflect what lies behind the line, so that the distance d from it becomes |d|."""
    across, down = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    distance = x * across + y * down - numbers["offset"]
    back = distance.abs() - distance
    return x + back * across, y + back * down


def _kaleidoscope(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Fold the angle into half a wedge, like two mirrors."""
    wedge = 2.0 * math.pi / numbers["segments"]
    radius = torch.sqrt(x * x + y * y)
    angle = torch.remainder(torch.atan2(y, x) - numbers["angle"], wedge)
    angle = (angle - wedge / 2).abs() + numbers["angle"]
    return radius * angle.cos(), radius * angle.sin()


def _tile(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Repeat the square of side `size` around the centre."""
    size = numbers["size"]

    def fold(position: Tensor) -> Tensor:
        if numbers["mirrored"]:
            return (torch.remainder(position - size / 2, 2 * size) - size).abs() - size / 2
        return torch.remainder(position + size / 2, size) - size / 2

    return fold(x), fold(y)


def _swirl(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Turn by `angle` at the centre, by 1/e of it at `radius`."""
    falloff = torch.exp(-(x * x + y * y) / numbers["radius"] ** 2)
    return _turned(x, y, numbers["angle"] * falloff)


def _wave(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Push points across the direction in which the wave travels."""
    along, across = math.cos(numbers["angle"]), math.sin(numbers["angle"])
    phase = 2.0 * math.pi * numbers["frequency"] * (x * along + y * across) - numbers["phase"]
    push = numbers["amplitude"] * torch.sin(phase)
    return x - push * across, y + push * along


def _endless(x: Tensor, y: Tensor, numbers: dict[str, float]) -> tuple[Tensor, Tensor]:
    """Walk round a closed curve in the field as the logarithm of the radius grows.

    In (log radius, angle) it is an ellipse around the circle of `radius`, so that nothing is
    mirrored and nothing stands still; and it has no edge, because all that is ever taken of the
    logarithm and of the angle's whole multiple is a sine and a cosine.
    """
    angle = torch.atan2(y, x)
    squared = (x * x + y * y).clamp_min(NEAREST**2)
    turns = math.pi / math.log(numbers["period"])
    phase = turns * squared.log() + numbers["arms"] * angle - numbers["phase"]
    radius = numbers["radius"] * torch.exp(numbers["depth"] * phase.cos())
    angle = angle + numbers["twist"] * phase.sin()
    return radius * angle.cos(), radius * angle.sin()


_WARPS = {
    "mirror": _mirror,
    "kaleidoscope": _kaleidoscope,
    "tile": _tile,
    "swirl": _swirl,
    "wave": _wave,
    "endless": _endless,
}

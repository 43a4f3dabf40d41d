"""The few numbers of a frame that are no weights, in the form in which fused backends read them.

Whatever is the same for all pixels is computed here, once a frame and in float64: cosines rather
than angles. Each backend reads the numbers back one by one, in this order.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from cppnvid.animation.camera import View, Warp
from cppnvid.animation.palette import Colouring


def view_numbers(view: View) -> list[float]:
    """Pack a view: every warp's numbers in order, then the camera's."""
    packed = [number for warp in view.warps for number in WARP_NUMBERS[kind_of(warp)](warp)]
    return [*packed, math.cos(view.angle), math.sin(view.angle), view.scale, *view.pan]


def colouring_numbers(colouring: Colouring) -> list[float]:
    """Pack what a pixel needs of a palette beside its gradient: the hue's turn and the contrast."""
    return [math.cos(colouring.hue), math.sin(colouring.hue), colouring.contrast]


def turns(colouring: Colouring) -> bool:
    """Return whether colours go through Oklab for their hue's sake alone.

    Gradients and oklch are there anyway and turn by zero; the others would change by rounding.
    """
    return colouring.hue != 0.0 and colouring.mode not in ("gradient", "oklch", "grey")


def kind_of(warp: Warp) -> str:
    """Return the name in `WARP_NUMBERS`, where a tile that is mirrored is another one."""
    return "tile_mirrored" if warp.kind == "tile" and warp.numbers["mirrored"] else warp.kind


NEAREST = 1e-6  # to the centre of an endless zoom, whose logarithm must stay a number


def _halves(size: float) -> list[float]:
    """Return a size, the upper half of its digits and the lower, for products without rounding."""
    whole = np.float32(size)
    upper = (whole.view(np.uint32) & np.uint32(0xFFFFF000)).view(np.float32)
    return [float(whole), float(upper), float(whole - upper)]


def _direction(warp: Warp) -> list[float]:
    return [math.cos(warp.numbers["angle"]), math.sin(warp.numbers["angle"])]


def _wedge(warp: Warp) -> list[float]:
    wedge = 2.0 * math.pi / warp.numbers["segments"]
    return [warp.numbers["angle"], wedge / 2, *_halves(wedge)]


WARP_NUMBERS: dict[str, Callable[[Warp], list[float]]] = {
    "mirror": lambda warp: [*_direction(warp), warp.numbers["offset"]],
    "kaleidoscope": _wedge,
    "tile": lambda warp: [warp.numbers["size"] / 2, *_halves(warp.numbers["size"])],
    "tile_mirrored": lambda warp: [
        warp.numbers["size"] / 2, warp.numbers["size"], *_halves(2 * warp.numbers["size"])
    ],
    "swirl": lambda warp: [warp.numbers["angle"], warp.numbers["radius"] ** 2],
    "wave": lambda warp: [
        *_direction(warp), 2.0 * math.pi * warp.numbers["frequency"], warp.numbers["phase"],
        warp.numbers["amplitude"],
    ],
    "endless": lambda warp: [
        math.pi / math.log(warp.numbers["period"]),
        *(warp.numbers[name] for name in ("arms", "phase", "radius", "depth", "twist")),
    ],
}  # fmt: skip

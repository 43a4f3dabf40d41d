"""The numbers of a frame, other than weights, in the form in which fused backends read them.

Whatever is the same for all pixels is computed here, once a frame and in float64: cosines rather
than angles. Each backend reads the numbers back one by one, in this order.
"""

from __future__ import annotations

import math

from cppnvid.animation.camera import View
from cppnvid.animation.palette import Colouring
from cppnvid.backends.warps import WARPS


def view_numbers(view: View) -> list[float]:
    """Pack a view: every warp's numbers in order, then the camera's."""
    packed = [number for warp in view.warps for number in WARPS[warp.kind].packed(warp.numbers)]
    return [*packed, math.cos(view.angle), math.sin(view.angle), view.scale, *view.pan]


def colouring_numbers(colouring: Colouring) -> list[float]:
    """Pack what a pixel needs of a palette beside its gradient: the hue's turn and the contrast."""
    return [math.cos(colouring.hue), math.sin(colouring.hue), colouring.contrast]

"""What fused backends share: the numbers of a frame other than weights, and what they refuse.

Whatever is the same for all pixels is computed here, once a frame and in float64: cosines rather
than angles. Each backend reads the numbers back one by one, in this order.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from cppnvid.animation.camera import View
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment
from cppnvid.backends.warps import WARPS
from cppnvid.colour.pixels import Raster

# The last numbers of a frame: the camera's (cosine, sine, scale and pan), then those of colour.
CAMERA_NUMBERS = 5
COLOUR_NUMBERS = 3


def view_numbers(view: View) -> list[float]:
    """Pack a view: every warp's numbers in order, then the camera's."""
    packed = [number for warp in view.warps for number in WARPS[warp.kind].packed(warp.numbers)]
    return [*packed, math.cos(view.angle), math.sin(view.angle), view.scale, *view.pan]


def colouring_numbers(colouring: Colouring) -> list[float]:
    """Pack what a pixel needs of a palette beside its gradient: the hue's turn and the contrast."""
    return [math.cos(colouring.hue), math.sin(colouring.hue), colouring.contrast]


def missing_row(moment: Moment, **known: Iterable[str]) -> str | None:
    """Return the first row of a table that a moment needs and a backend lacks, or None.

    `known` are the names that the backend has formulas for: its `inputs`, `activations`,
    `output_functions`, `warps` and `palettes`.
    """
    *hidden, output = moment.layers
    needed = {
        "inputs": moment.inputs,
        "activations": [layer.activation for layer in hidden],
        "output_functions": [output.activation],
        "warps": [warp.kind for warp in moment.view.warps],
        "palettes": [moment.colouring.mode],
    }
    for table, names in needed.items():
        lacking = sorted(set(names) - set(known[table]))
        if lacking:
            return f"it has no {table.replace('_', ' ').removesuffix('s')} {', '.join(lacking)}"
    return None


def check_format(raster: Raster, pixel_formats: Collection[str]) -> None:
    """Refuse a raster whose pixel format is none of these, or whose size the format lacks.

    Raises:
        ValueError: says which.
    """
    if raster.pixel_format not in pixel_formats:
        formats = ", ".join(pixel_formats)
        raise ValueError(f"pixel format {raster.pixel_format!r} is none of {formats}")
    if raster.pixel_format == "yuv420p" and (raster.width % 2 or raster.height % 2):
        raise ValueError(f"yuv420p takes even sizes, given {raster.width}x{raster.height}")

"""What fused backends share: the numbers of a frame other than weights, and the rows they lack.

Whatever is the same for all pixels is computed here, once a frame and in float64: cosines rather
than angles. Each backend reads the numbers back one by one, in this order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from cppnvid.animation.camera import View
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment
from cppnvid.backends.warps import WARPS


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

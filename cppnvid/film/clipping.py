"""Clipping: how much of a picture is flat because its colours are at the ends of their range.

One channel at 0 or 255 is a strong colour, and neighbours still differ; with two or three there,
hue is gone and patches run together. It is measured on few points, whatever the file's format.
"""

from collections.abc import Iterable

import numpy as np

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.errors import Message, Setting

# Of our presets, overprint has most: 0.26, where inks lie on white paper, the others under 0.05 and
# the house style's seeds none. Of the published, patterns-c has 0.87 and article/mondrian all.
NOTEWORTHY = 1 / 3

_SIDE = 64  # points across and down, whatever the size


def clipped_share(moments: Iterable[Moment], width: int, height: int) -> float:
    """Return the share of points, 0 to 1, with two or three channels at 0 or 255.

    Args:
        moments: of a film; one for a still.
        width: of the picture in pixels; at most 64 columns and 64 rows are measured.
        height: of the picture in pixels.
    """
    backend = NumpyBackend(threads=1)
    shares = []
    for moment in moments:
        columns, rows = (
            axis[:: max(len(axis) // _SIDE, 1)].astype(np.float32)
            for axis in axes(moment.coordinates, width, height)
        )
        x, y = np.tile(columns, len(rows)), np.repeat(rows, len(columns))
        levels = backend.colours(moment, x, y) * 255.0
        at_end = (levels < 0.5) | (levels >= 254.5)
        shares.append(float(np.mean(at_end.sum(axis=1) >= 2)))
    return sum(shares) / len(shares)


def clipping_note(moments: Iterable[Moment], width: int, height: int) -> Message | None:
    """Return a warning that a third of the picture or more is clipped, if it is."""
    share = clipped_share(moments, width, height)
    if share < NOTEWORTHY:
        return None
    return Message(
        "{share:.0%} of the picture is flat because its colours are clipped; a smaller {output} "
        "softens it",
        share=share,
        output=Setting("network.init.output"),
    )

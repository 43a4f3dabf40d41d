"""What passes through a ring: pieces of frames, of lists and of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment
from cppnvid.backends.gpu.kernels import GRID

SLOTS = 3
# Of a pixel, times two.
_BYTES = {"rgb24": 6, "rgb48": 12, "yuv420p": 3, "float32": 24}


@dataclass(frozen=True)
class Places:
    """Where pixels lie: x of every sub-column, y of every sub-row, or both of points; float32."""

    columns: NDArray[np.float32]
    rows: NDArray[np.float32]

    def joined(self) -> NDArray[np.float32]:
        """Return them as a kernel reads them."""
        return np.concatenate((self.columns, self.rows))


@dataclass(frozen=True, eq=False)
class Kind:
    """What the pieces of a ring have in common.

    Attributes:
        pixel_format: what they become, or `float32`: colours as they are.
        samples: points on each side of a pixel.
        places: of the pixels of a frame; None where each piece brings its own.
        listed: whether pieces are lists.
    """

    pixel_format: str
    samples: int
    places: Places | None
    listed: bool = False


@dataclass(frozen=True)
class Room:
    """How much a ring holds: pixels of its largest piece, and submissions under way at once."""

    pixels: int
    slots: int = SLOTS


@dataclass(frozen=True)
class Piece:
    """What one dispatch draws.

    Attributes:
        moment: of the scene.
        pixels: how many.
        width: of a row, where it is rows.
        top: the first of them.
        listed: uint32 [pixels, 2], a column and a row for each; None where it is rows.
        given: uint16 [pixels, 3], colours that were drawn before and are packed only.
        places: of points.
        way: `kernels.GRID`, `LIST` or `POINTS`.
    """

    moment: Moment
    pixels: int
    width: int
    top: int = 0
    listed: NDArray[np.uint32] | None = None
    given: NDArray[np.uint16] | None = None
    places: Places | None = None
    way: int = GRID


def size_of(pixel_format: str, pixels: int) -> int:
    """Return how many bytes so many pixels are."""
    return _BYTES[pixel_format] * pixels // 2

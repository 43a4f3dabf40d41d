"""Rasters of pixels: what a frame is drawn on, how its levels are stored, and how it is shrunk."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]  # uint8, or uint16 in rgb48
Samples = int | Literal["auto"]
LEVELS: dict[str, type[Any]] = {"rgb24": np.uint8, "rgb48": np.uint16}


@dataclass(frozen=True)
class Raster:
    """The grid that a scene is drawn on.

    Args:
        width: in pixels.
        height: in pixels.
        samples: points on each side of a pixel, whose light is averaged; with `auto` each pixel
            takes as many as its neighbourhood needs.
        pixel_format: `rgb24`, `rgb48` with 16 bits a channel, or `yuv420p`.
    """

    width: int
    height: int
    samples: Samples = 1
    pixel_format: str = "rgb24"


def shrink(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture, uint8 [height, width, 3], at another width and height, as area means."""
    from PIL import Image  # which drawing does without

    if frame.shape[1::-1] == size:
        return frame
    picture = Image.fromarray(np.ascontiguousarray(frame))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))

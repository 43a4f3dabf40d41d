"""Rasters of pixels: what a frame is drawn on, how its levels are stored, and how it is shrunk."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[Any]  # uint8, or uint16 in rgb48
Samples = int | Literal["auto"]
Drawing = Literal["exact", "adaptive"]
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
        drawing: `adaptive` lets a backend interpolate where the picture is smooth; one that cannot
            draws every pixel, as with `exact`.
    """

    width: int
    height: int
    samples: Samples = 1
    pixel_format: str = "rgb24"
    drawing: Drawing = "exact"


def eight_bits(rgb: Pixels) -> NDArray[np.uint8]:
    """Return colours of 8 or 16 bits in the nearest level of 8 bits."""
    if rgb.dtype == np.uint8:
        return rgb
    made = np.empty(rgb.shape, dtype=np.uint8)
    rows = max(2**15 // max(math.prod(rgb.shape[1:]), 1), 1)  # stay in the processor's cache
    for top in range(0, len(rgb), rows):
        wide = rgb[top : top + rows].astype(np.uint32)
        wide *= 255
        wide += 32895  # half of 65536, and 127 that make up for dividing by it and not by 65535
        wide >>= 16
        made[top : top + rows] = wide
    return made


def shrink(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture, uint8 [height, width, 3], at another width and height, as area means."""
    from PIL import Image  # which drawing does without

    if frame.shape[1::-1] == size:
        return frame
    picture = Image.fromarray(np.ascontiguousarray(frame))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))

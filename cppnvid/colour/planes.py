"""BT.709's planes of frames that were drawn as RGB: what fused backends make on their way."""

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.pixels import Pixels

_GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)


def planes_of(frames: Pixels) -> NDArray[np.uint8]:
    """Return the planes of yuv420p: Y, then U and V, of limited range, chroma left of two columns.

    Args:
        frames: uint8 or uint16 [n, height, width, 3], sRGB, of even sides.

    Returns:
        [n, height · 3/2, width].
    """
    count, height, width, _ = frames.shape
    rgb = frames.astype(np.float32) / np.float32(np.iinfo(frames.dtype).max)
    before = np.concatenate((rgb[:, :, :1], rgb[:, :, 1:-1:2]), axis=2)
    mean = (before + 2 * rgb[:, :, ::2] + rgb[:, :, 1::2]) / 4
    mean = mean.reshape(count, height // 2, 2, width // 2, 3).mean(axis=2)
    grey = mean @ _GREY
    values = [rgb @ _GREY * 219 + 16]
    values += [(mean[..., c] - grey) / (2 * (1 - _GREY[c])) * 224 + 128 for c in (2, 0)]
    flat = np.concatenate([plane.reshape(count, -1) for plane in values], axis=1)
    return (flat + 0.5).astype(np.uint8).reshape(count, -1, width)

"""Dither: colours of 16 bits to 8, so that slow gradients have no bands.

A level between two is drawn as some pixels of one and some of the other. Which ones, static blue
noise says: they lie as far apart as they can, so the eye sees neither pattern nor grain, and an
area's mean is exact. Colours that are whole levels stay as they are.
"""

import io
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

_FILE = files("cppnvid.colour") / "blue_noise.npy"  # made by docs/make_blue_noise.py
_STEP = 257  # 16-bit levels in an 8-bit one: 65535 / 255, with no remainder
# A third of the square apart, so that channels do not step at the same pixels and show as grey.
_OFFSETS = ((0, 0), (21, 43), (43, 21))  # rows and columns of red, green and blue


def dithered(colours: NDArray[np.uint16], top: int = 0) -> NDArray[np.uint8]:
    """Return colours with 8 bits a channel: floor(colour / 257 + threshold).

    Args:
        colours: uint16 [rows, width, 3], sRGB; a frame, or a band of one.
        top: the frame's row that the first one is.

    Returns:
        uint8 [rows, width, 3].
    """
    rows, width, _ = colours.shape
    levels = np.empty(colours.shape, dtype=np.uint8)
    thresholds = _thresholds(width)
    side = len(thresholds)
    start = 0
    while start < rows:  # a square's height at a time, which stays in the processor's cache
        first = (top + start) % side
        count = min(side - first, rows - start)
        here = colours[start : start + count]
        total = here + thresholds[first : first + count]
        carried = total < here  # past 65535, where 255 is reached
        total -= total >> 8
        total >>= 8  # with the line before, divided by 257
        levels[start : start + count] = total
        levels[start : start + count][carried] = 255
        start += count
    return levels


def dithered_frames(frames: Iterable[NDArray[np.uint16]]) -> Iterator[NDArray[np.uint8]]:
    """Dither batches of frames, uint16 [n, height, width, 3]; the noise does not move."""
    for batch in frames:
        yield np.stack([dithered(frame) for frame in batch])


def dithered_bands(bands: Iterable[NDArray[np.uint16]]) -> Iterator[NDArray[np.uint8]]:
    """Dither the bands of a frame, uint16 [rows, width, 3] from top to bottom."""
    top = 0
    for band in bands:
        yield dithered(band, top)
        top += len(band)


@lru_cache(maxsize=4)
def _thresholds(width: int) -> NDArray[np.uint16]:
    """Return the thresholds of a width's rows, in 16-bit levels from 0 to 256: [side, width, 3]."""
    ranks = np.load(io.BytesIO(_FILE.read_bytes()), allow_pickle=False).astype(np.uint32)
    square = ranks * _STEP // ranks.size
    across = np.arange(width) % len(ranks)
    shifted = [np.roll(square, offset, axis=(0, 1))[:, across] for offset in _OFFSETS]
    return np.ascontiguousarray(np.stack(shifted, axis=-1), dtype=np.uint16)

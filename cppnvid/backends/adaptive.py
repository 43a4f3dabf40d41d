"""Adaptive antialiasing: which pixels of a frame want sixteen points, and how they get them.

A point in the middle of a pixel already is its mean wherever the picture is straight, however
steep; it is wrong by about a twelfth of how much the picture bends from pixel to pixel. So a frame
is drawn with one point a pixel, and drawn again where it bends: 4×4 points, averaged in linear
light. Every backend goes through `refined`, and so bends are judged alike: on 8-bit colours, in
whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cppnvid.recipe import Samples

Level = TypeVar("Level", np.uint8, np.uint16)
Redraw = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[Level]]
Judge = Callable[[NDArray[Level], int], NDArray[np.bool_]]

SAMPLES = 4  # of each side of a pixel that is drawn again

# Both in steps of the 8-bit output, chosen by benchmarks/adaptive.py over the artworks at 256
# pixels. There 32 draws 0 to 8 % of the pixels again, 2 % on average, and leaves 0.39 steps RMS and
# 6 at most; 12 draws up to 25 % for 0.27. At 1080p it is 0 to 1 %.
BENT = 32
# An edge also takes part in pixels beside those where it shows. Without this pixel more, the lines
# of article/mondrian at 320 pixels are wrong by 3.6 steps RMS, with it by 1.4; elsewhere it costs
# 1 % of the pixels. Lines that all points around a pixel miss stay broken.
EDGE = 64
REACH = 2  # rows that a pixel's neighbourhood has on each side: one for an edge, one for its bend


def points_a_pixel(samples: Samples) -> int:
    """Return how many points are drawn for a pixel; under `auto`, about how many to expect."""
    return 3 if samples == "auto" else samples**2


def everywhere(samples: Samples) -> int:
    """Return the samples for whoever draws all pixels alike; `auto` is what it comes close to."""
    return SAMPLES if samples == "auto" else samples


def can_judge(width: int, height: int) -> bool:
    """Return whether bends show: a side of one or two pixels has no neighbourhood to judge by."""
    return min(width, height) >= 3


def needy(rgb: NDArray[Level], height: int) -> NDArray[np.bool_]:
    """Return which pixels of a frame need more points: those that bend, and beside edges.

    Where bends cannot be judged all do.

    Args:
        rgb: uint8 or uint16 [rows, width, 3], sRGB; judged in 8 bits.
        height: of the frame.

    Returns:
        [rows, width].
    """
    if not can_judge(rgb.shape[1], height):
        return np.ones(rgb.shape[:2], dtype=bool)
    bend = bends(_eight_bits(rgb))
    more, edge = bend > BENT, bend > EDGE
    beside = edge.copy()
    beside[1:] |= edge[:-1]
    beside[:-1] |= edge[1:]
    more |= beside
    more[:, 1:] |= beside[:, :-1]
    more[:, :-1] |= beside[:, 1:]
    return more


def refined(
    bands: Iterable[NDArray[Level]],
    height: int,
    redraw: Redraw[Level],
    judge: Judge[Level] = needy,
) -> Iterator[NDArray[Level]]:
    """Draw again those pixels of a frame whose neighbourhood needs it.

    Args:
        bands: of the frame drawn with one sample, from top to bottom, uint8 or uint16 [rows, width,
            3], sRGB; an even number of rows in each but the last makes it even in what is yielded.
        height: of the frame.
        redraw: told the row and the column of pixels, returns them drawn with SAMPLES × SAMPLES
            points averaged in linear light, [n, 3], of the bands' type.
        judge: `needy`, or a faster way to the same.

    Yields:
        The same frame from top to bottom, in bands that end up to two rows earlier.
    """
    top = done = 0  # the frame's row that `window` begins with, and the first not yet yielded
    window: NDArray[Level] | None = None
    for band in bands:
        window = band if window is None else np.concatenate((window, band))
        reached = top + len(window)
        ready = height if reached == height else reached - REACH
        if ready <= done:
            continue
        rows = slice(done - top, ready - top)
        where = np.nonzero(judge(window, height)[rows])
        picture = window[rows].copy()
        if len(where[0]):
            picture[where] = redraw(where[0] + done, where[1])
        yield picture
        done = ready
        above = max(done - REACH, 0)
        window, top = window[above - top :], above


def bends(rgb: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return how much the picture bends at each pixel of [rows, width, 3]: int16 [rows, width].

    That is |before − 2 · here + after|, the most of three channels and of four directions: across,
    down, and both diagonals. Beyond the border the picture goes on as it ends.
    """
    rows, width, _ = rgb.shape
    bend = np.empty((rows, width), dtype=np.int16)
    padded = np.pad(rgb, ((1, 1), (1, 1), (0, 0)), mode="edge")
    # A few rows at a time stay in the processor's cache.
    step = max(2**16 // (width * 3), 1)
    for top in range(0, rows, step):
        part = padded[top : top + step + 2].astype(np.int16)
        here = part[1:-1, 1:-1] * 2
        most = np.zeros_like(here)
        for before, after in (
            (part[1:-1, :-2], part[1:-1, 2:]),
            (part[:-2, 1:-1], part[2:, 1:-1]),
            (part[:-2, :-2], part[2:, 2:]),
            (part[:-2, 2:], part[2:, :-2]),
        ):
            change = before + after
            change -= here
            np.abs(change, out=change)
            np.maximum(most, change, out=most)
        red, green, blue = most[..., 0], most[..., 1], most[..., 2]
        np.maximum(np.maximum(red, green), blue, out=bend[top : top + step])
    return bend


def _eight_bits(band: NDArray[Level]) -> NDArray[np.uint8]:
    if band.dtype == np.uint8:
        return band.astype(np.uint8, copy=False)
    return ((band.astype(np.uint32) * 255 + 32895) >> 16).astype(np.uint8)

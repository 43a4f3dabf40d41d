"""Adaptive antialiasing: which pixels of a frame need more points, how many, and how they get them.

A point in the middle of a pixel already is its mean wherever the picture is straight, however
steep; it is wrong by about a twelfth of how much the picture bends from pixel to pixel. So a frame
is drawn with one point a pixel, and drawn again where it bends: with 2×2 points, which leave a
quarter of that error, or with 4×4 where it bends more; averaged in linear light. Where edges are
everywhere, they say little about what one point a pixel missed, and all is drawn with 4×4. Every
backend goes through `refined`, and so bends are judged alike: on 8-bit colours, in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.pixels import Samples, eight_bits

Level = TypeVar("Level", np.uint8, np.uint16)
Redraw = Callable[[NDArray[np.intp], NDArray[np.intp], int], NDArray[Level]]
Marker = Callable[[NDArray[Level]], NDArray[np.uint8]]

# Of each side of a pixel that is drawn again.
FEW = 2
SAMPLES = 4

# How much a pixel bends, in steps of the 8-bit output, chosen over all presets by
# benchmarks/adaptive.py, which prints what others would give. An edge also takes part in pixels
# beside those where it shows: without the last limit article/mondrian at 256 pixels would be wrong
# by 3.9 steps RMS rather than 1.8. Lines that all points around a pixel miss stay broken.
LIMITS = (
    32,  # beyond this it takes few points,
    64,  # and so do those beside it;
    128,  # it takes all,
    250,  # and so do those beside it: a hard edge, over nearly the whole range
)
# Rows, counted from the frame's top, in which all pixels take all points if more than a fifth are
# hard edges; a line across them is three rows. article/normalised has so many lines, and most so
# thin, that at 320 pixels it would be wrong by 4.2 steps RMS; so it is by 1.0, with a quarter 2.4.
BLOCK = 16
CROWDED = 5
REACH = 2  # rows that a pixel's neighbourhood has on each side: one for an edge, one for its bend


def points_a_pixel(samples: Samples) -> int:
    """Return how many points are drawn for a pixel; under `auto`, about how many to expect."""
    return 3 if samples == "auto" else samples**2


def everywhere(samples: Samples) -> int:
    """Return the samples for drawing all pixels alike; `auto` takes what it approximates."""
    return SAMPLES if samples == "auto" else samples


def can_judge(width: int, height: int) -> bool:
    """Return whether bends show: a side of one or two pixels has no neighbourhood to judge by."""
    return min(width, height) >= 3


def marks(rgb: NDArray[Level]) -> NDArray[np.uint8]:
    """Return how many of the LIMITS each pixel's bend exceeds.

    Args:
        rgb: uint8 or uint16 [rows, width, 3], sRGB; judged in 8 bits.

    Returns:
        [rows, width], 0 to 4.
    """
    bend = bends(eight_bits(rgb))
    marked = np.zeros(bend.shape, dtype=np.uint8)
    for limit in LIMITS:
        marked += bend > limit
    return marked


def needy(marked: NDArray[np.uint8], rows: slice = slice(None)) -> NDArray[np.uint8]:
    """Return the samples on each side that pixels need: 1, FEW or SAMPLES.

    Args:
        marked: what `marks` returns of a frame, or of a part that has REACH rows more than wanted.
        rows: of `marked`, the wanted ones: whole blocks.

    Returns:
        [rows, width].
    """
    around = marked.copy()
    np.maximum(around[1:], marked[:-1], out=around[1:])
    np.maximum(around[:-1], marked[1:], out=around[:-1])
    lines = around[rows]
    here, around = marked[rows], lines.copy()
    np.maximum(around[:, 1:], lines[:, :-1], out=around[:, 1:])
    np.maximum(around[:, :-1], lines[:, 1:], out=around[:, :-1])
    samples = np.ones(here.shape, dtype=np.uint8)
    samples[(here >= 1) | (around >= 2)] = FEW
    samples[(here >= 3) | (around >= 4)] = SAMPLES
    hard = here == len(LIMITS)
    for top in range(0, len(hard), BLOCK):
        block = hard[top : top + BLOCK]
        if np.count_nonzero(block) * CROWDED > block.size:
            samples[top : top + BLOCK] = SAMPLES
    return samples


def refined(
    bands: Iterable[NDArray[Level]],
    height: int,
    redraw: Redraw[Level],
    marker: Marker[Level] = marks,
) -> Iterator[NDArray[Level]]:
    """Draw again those pixels of a frame whose neighbourhood needs it.

    Args:
        bands: of the frame drawn with one sample, from top to bottom, uint8 or uint16 [rows, width,
            3], sRGB.
        height: of the frame.
        redraw: takes the rows and columns of pixels and the samples on each side, and returns them
            drawn with samples² points averaged in linear light, [n, 3], of the bands' type.
        marker: `marks`, or a faster way to the same.

    Yields:
        The same frame from top to bottom, in whole blocks of BLOCK rows but for the last.
    """
    top = done = 0  # the frame's row that `window` begins with, and the first not yet yielded
    window: NDArray[Level] | None = None
    for band in bands:
        window = band if window is None else np.concatenate((window, band))
        reached = top + len(window)
        ready = height if reached == height else (reached - REACH) // BLOCK * BLOCK
        if ready <= done:
            continue
        rows = slice(done - top, ready - top)
        picture = window[rows].copy()
        if can_judge(window.shape[1], height):
            samples = needy(marker(window), rows)
        else:
            samples = np.full(picture.shape[:2], SAMPLES, dtype=np.uint8)
        for side in (FEW, SAMPLES):
            where = np.nonzero(samples == side)
            if len(where[0]):
                picture[where] = redraw(where[0] + done, where[1], side)
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

"""Transparency made from finished colours, so that every backend has it: straight alpha.

Straight means that colours are not darkened by their alpha: what lies behind shines through, and
no edge has a fringe of the colour that was there before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.dither import dithered
from cppnvid.colour.modes import LUMA

# Of `edge`: how square its rounded square is, and where it begins to fade; both by eye.
_SQUARE, _FADES = 4, 0.8
_MOST = np.float32(65535)

Levels = NDArray[np.uint16]


def with_alpha(
    colours: Levels,
    alpha: str,
    *,
    place: tuple[int, int] = (0, 0),
    channel: Levels | None = None,
) -> Levels:
    """Return a picture, or a band of one, with its transparency.

    Args:
        colours: [rows, width, 3], sRGB.
        alpha: of `modes.ALPHAS`; or a colour such as `#000000` to remove: over that, the result is
            the picture again.
        place: the band's first row in the picture, and the picture's height; (0, 0) is the whole.
        channel: for `channel`, what the network put out, [rows, width, 3], of which the last is
            the alpha.

    Returns:
        uint16 [rows, width, 4], red, green, blue and alpha; 65535 is opaque.
    """
    made = np.empty((*colours.shape[:2], 4), dtype=np.uint16)
    made[..., :3] = colours
    if alpha == "luminance":
        made[..., 3] = colours.astype(np.float32) @ np.array(LUMA, np.float32) + 0.5
    elif alpha == "edge":
        top, height = place
        rows = np.arange(top, top + len(colours))
        made[..., 3] = _vignette(rows, height or len(colours), colours.shape[1]) * _MOST + 0.5
    elif alpha == "channel":
        assert channel is not None
        made[..., 3] = channel[..., 2]
    else:
        key = np.array([int(alpha[i : i + 2], 16) for i in (1, 3, 5)], np.float32) * 257
        made[:] = _without(colours.astype(np.float32), key) + 0.5
    return made


def _vignette(rows: NDArray[np.intp], height: int, width: int) -> NDArray[np.float32]:
    """Return a soft rounded square that reaches the picture's sides: [rows, width] in [0, 1]."""
    y = np.abs((2.0 * rows + 1.0) / height - 1.0)[:, None]
    x = np.abs((2.0 * np.arange(width) + 1.0) / width - 1.0)
    radius = (x**_SQUARE + y**_SQUARE) ** (1.0 / _SQUARE)
    share = np.clip((1.0 - radius) / (1.0 - _FADES), 0.0, 1.0)
    smooth: NDArray[np.float32] = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return smooth


def _without(colours: NDArray[np.float32], key: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return [rows, width, 4], the least opaque that makes `colours` over the key."""
    away = colours - key
    room = np.where(away > 0.0, _MOST - key, key)
    alpha = np.max(np.abs(away) / np.maximum(room, 1.0), axis=-1, keepdims=True)
    straight = key + away / np.maximum(alpha, 0.5 / _MOST)
    # What is clear has no colour of its own; codecs and scalers mix it into its neighbours'.
    straight = np.where(alpha < 0.5 / _MOST, _spread(straight, alpha), straight)
    return np.concatenate([np.clip(straight, 0.0, _MOST), alpha * _MOST], axis=-1)


def _spread(straight: NDArray[np.float32], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what lies around each pixel, weighted by its alpha: of ever larger squares."""
    if min(alpha.shape[:2]) < 2 or not (alpha < 0.5 / _MOST).any():
        return straight
    rows, width = alpha.shape[0] // 2 * 2, alpha.shape[1] // 2 * 2

    def halved(values: NDArray[np.float32]) -> NDArray[np.float32]:
        cut = values[:rows, :width]
        mean: NDArray[np.float32] = cut.reshape(rows // 2, 2, width // 2, 2, -1).mean(axis=(1, 3))
        return mean

    weight = halved(alpha)
    around: Any = halved(straight * alpha) / np.maximum(weight, np.float32(1e-9))
    around = np.where(weight < 0.5 / _MOST, _spread(around, weight), around)
    whole = around.repeat(2, axis=0).repeat(2, axis=1)
    beside = [(0, a - b) for a, b in zip(alpha.shape[:2], whole.shape[:2], strict=True)]
    return np.pad(whole, (*beside, (0, 0)), mode="edge")


def in_bytes(levels: Levels, *, dither: bool, top: int = 0) -> NDArray[np.uint8]:
    """Return a picture with alpha, or a band from row `top` on, of 8 bits a channel."""
    made: NDArray[np.uint8] = ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if dither:
        made[..., :3] = dithered(np.ascontiguousarray(levels[..., :3]), top)
    return made

"""The numbers that turn a network's output into colour: a mode, or a gradient even in Oklab.

`backends/colours.py`, and each fused backend, applies them to pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import track_at
from cppnvid.colour.gradients import GRADIENTS, LIBRARY
from cppnvid.colour.oklab import from_oklab, to_oklab
from cppnvid.recipe import COLOUR_MODES, Palette

GRADIENT_STEPS = 1024  # neighbours differ by under 1/255 on the steepest gradient we ship

# How far a gradient's second and third channel bend its colour: chosen by eye, so that forms gain
# light and depth and the gradient stays recognisable. The second is light, the third paint.
SHADE = 0.45  # lightness, at mid grey, from 0 to 1 of the second channel; at most 0.5
TINT = 0.5  # chroma, as a share of itself, from 0 to 1 of the third
TURN = 1.0  # hue, about radians, from 0 to 1 of the third


@dataclass(frozen=True, eq=False)
class Colouring:
    """How a network's output becomes colour at one moment."""

    mode: str  # a colour mode, or "gradient"
    gradient: NDArray[np.float32] | None  # Oklab [steps, 3]
    hue: float  # radians, added to every colour's
    contrast: float = 1.0  # of the network's output, over 0


def colouring_at(palette: Palette, time: float, *, closed: bool) -> Colouring:
    """Return the palette's numbers at a film time in [0, 1]."""
    hue = math.radians(track_at(palette.hue, time, closed=closed))
    contrast = track_at(palette.contrast, time, closed=closed)
    if palette.name in COLOUR_MODES:
        return Colouring(palette.name, None, hue, contrast)
    table = _joined(palette.colours) if palette.colours else _named(palette.name)
    return Colouring("gradient", table, hue, contrast)


@lru_cache(maxsize=64)
def _named(name: str) -> NDArray[np.float32]:
    """Return a named gradient, even to the eye: float32 Oklab [GRADIENT_STEPS, 3]."""
    if name in GRADIENTS:
        return _evened(from_oklab(_joined(GRADIENTS[name]).astype(np.float64)))
    from cmap import Colormap  # takes 0.1 s, which only its own gradients need

    return _evened(Colormap(LIBRARY[name]).lut(GRADIENT_STEPS)[:, :3])


@lru_cache(maxsize=64)
def _joined(colours: tuple[str, ...]) -> NDArray[np.float32]:
    """Join evenly spaced colour stops smoothly in Oklab: float32 [GRADIENT_STEPS, 3]."""
    from coloraide import Color  # takes 0.1 s, which only gradients need

    join = Color.interpolate(list(colours), space="oklab", method="monotone")
    steps = np.linspace(0.0, 1.0, GRADIENT_STEPS)
    return np.array([join(step).coords() for step in steps], dtype=np.float32)


def _evened(rgb: NDArray[np.floating]) -> NDArray[np.float32]:
    """Respace a gradient's colours, sRGB [n, 3], at equal distances in Oklab: [n, 3].

    As its stops are written, the largest step is 1.4 to 1.9 times the mean. A user's own colours
    are not respaced: they are where they were asked for, and a colour written twice is a flat.
    """
    lab = to_oklab(rgb.astype(np.float64))
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))])
    steps = np.linspace(0.0, way[-1], len(lab))
    return np.stack([np.interp(steps, way, column) for column in lab.T], axis=1).astype(np.float32)

"""What the poster, the page and the films share: colours, type, and how a neuron is shown.

Blue is negative, orange positive, and zero as dark as the page, so that what carries no signal is
not seen. The scale never shrinks from one layer to the next, so that a signal is seen to fade.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from cppnvid.animation.palette import GRADIENT_STEPS, Colouring
from cppnvid.colour.oklab import to_oklab
from cppnvid.explanation.measure import Grid, Measurement
from cppnvid.explanation.verdict import Findings


class Ink(StrEnum):
    """Colours of reports and films; the page's style has a variable for each."""

    PAGE = "#0d1017"
    INK = "#f2efe8"
    QUIET = "#a3a7b3"
    FAINT = "#5d6270"
    LINE = "#262b36"
    WARM = "#ff9d5c"
    COOL = "#6cc3ff"
    GOLD = "#ffd27a"


_STOPS = ("#d4f1ff", "#6cc3ff", "#23598f", "#12161f", "#96451f", "#ff9d5c", "#ffe9c9")
_LUT_STEPS = 1023  # odd: zero has a colour of its own

Pixels = NDArray[np.uint8]


@lru_cache(maxsize=1)
def _lookup() -> Pixels:
    """Return the colours from −1 to 1, uint8 [_LUT_STEPS, 3], joined in Oklab."""
    from coloraide import Color

    join = Color.interpolate(list(_STOPS), space="oklab", method="monotone")
    steps = [join(step).convert("srgb").coords() for step in np.linspace(0, 1, _LUT_STEPS)]
    return to_levels(np.array(steps, dtype=np.float32))


@lru_cache(maxsize=1)
def signed_colouring() -> Colouring:
    """Return how a neuron's values become colours: 0.5 is zero, 0 and 1 are the brightest."""
    lab = to_oklab(_lookup() / np.float32(255))
    places = np.linspace(0.0, _LUT_STEPS - 1, GRADIENT_STEPS)
    columns = [np.interp(places, np.arange(_LUT_STEPS), column) for column in lab.T]
    return Colouring("gradient", np.stack(columns, axis=1).astype(np.float32), 0.0)


def signed_colours(values: NDArray[np.float32], scale: float) -> Pixels:
    """Return values [...] as colours uint8 [..., 3]; ±scale and beyond are the brightest."""
    half = _LUT_STEPS // 2
    tame = np.nan_to_num(values.astype(np.float64) / max(scale, 1e-300), nan=0.0)
    found: Pixels = _lookup()[(np.clip(tame, -1.0, 1.0) * half + half + 0.5).astype(np.int64)]
    return found


def scales(measured: Measurement) -> list[float]:
    """Return for every hidden layer the value that is shown brightest.

    Nine tenths of its neurons stay below it, and it is never less than that of the layer before.
    """
    found: list[float] = []
    for layer in measured.layers:
        extremes = np.abs(np.nan_to_num(layer.pictures)).max(axis=(1, 2))
        own = float(np.quantile(extremes, 0.9)) if extremes.size else 0.0
        found.append(max(own, found[-1] if found else 0.0))
    return found


def resized(picture: Pixels, width: int, height: int) -> Pixels:
    """Return a picture uint8 [h, w, 3] at another size, sharp."""
    if picture.shape[:2] == (height, width):
        return picture
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def to_levels(rgb: NDArray[np.float32]) -> Pixels:
    """Return colours in [0, 1] as uint8."""
    return (np.clip(np.nan_to_num(rgb), 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def draw_picture(findings: Findings, side: int) -> Pixels:
    """Draw the explained picture, its longer side `side`: uint8 [height, width, 3]."""
    width, height = findings.recipe.canvas.size
    wide, high = fitted(width / height, side, side)
    grid = Grid.of(findings.moment, (width, height), wide * high)
    return resized(to_levels(grid.drawn(findings.moment)), wide, high)


def fitted(aspect: float, width: float, height: float) -> tuple[int, int]:
    """Return the largest size of an aspect (width / height) within a box, at least 1 x 1."""
    wide = min(width, height * aspect)
    return max(round(wide), 1), max(round(wide / aspect), 1)


def _font_path(name: str = "DejaVuSans") -> str:
    """Return a font file that matplotlib brings, so that every machine sets the same letters."""
    import matplotlib

    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"))


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font for drawing on pixels, `size` in pixels."""
    return ImageFont.truetype(_font_path("DejaVuSans-Bold" if bold else "DejaVuSans"), size)


@lru_cache(maxsize=1)
def _known_characters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_font_path()).get_charmap())


def settable(text: str, most: int = 120) -> str:
    """Return text as one line the font can set, cut to a length, □ for what the font lacks."""
    line = " ".join(text.split())
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return "".join(c if ord(c) in _known_characters() else "□" for c in line)

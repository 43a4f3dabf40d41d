"""What the poster, the page and the film share: colours, type, and how a neuron's picture is shown.

Blue is below zero, orange above, and zero is the dark of the page: what carries no signal is not
seen. The scale never shrinks from a layer to the next, so that a signal which fades is seen to.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from cppnvid.animation.palette import GRADIENT_STEPS
from cppnvid.colour.oklab import to_oklab
from cppnvid.explanation.findings import Findings
from cppnvid.explanation.layers import grid_of
from cppnvid.explanation.measure import Measurement, draw_on

PAGE, INK, QUIET, FAINT, LINE = "#0d1017", "#f2efe8", "#a3a7b3", "#5d6270", "#262b36"
WARM, COOL, GOLD = "#ff9d5c", "#6cc3ff", "#ffd27a"

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
def signed_gradient() -> NDArray[np.float32]:
    """Return the same colours as a palette's gradient: Oklab [GRADIENT_STEPS, 3]."""
    lab = to_oklab(_lookup() / np.float32(255))
    places = np.linspace(0.0, _LUT_STEPS - 1, GRADIENT_STEPS)
    columns = [np.interp(places, np.arange(_LUT_STEPS), column) for column in lab.T]
    return np.stack(columns, axis=1).astype(np.float32)


def signed_colours(values: NDArray[np.float32], scale: float) -> Pixels:
    """Return values [...] as colours uint8 [..., 3]; ±scale and beyond are the brightest."""
    half = _LUT_STEPS // 2
    tame = np.nan_to_num(values.astype(np.float64) / max(scale, 1e-300), nan=0.0)
    found: Pixels = _lookup()[(np.clip(tame, -1.0, 1.0) * half + half + 0.5).astype(np.int64)]
    return found


def scales(measured: Measurement) -> list[float]:
    """Return for every hidden layer the value that is shown brightest.

    Of nine tenths of its neurons' extremes, and never less than the layer's before.
    """
    found: list[float] = []
    for layer in measured.layers:
        extremes = np.abs(np.nan_to_num(layer.pictures)).max(axis=(1, 2))
        own = float(np.quantile(extremes, 0.9)) if extremes.size else 0.0
        found.append(max(own, found[-1] if found else 0.0))
    return found


def resized(picture: Pixels, width: int, height: int) -> Pixels:
    """Return a picture uint8 [h, w, 3] at another size, as sharp as it can be."""
    if picture.shape[:2] == (height, width):
        return picture
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def to_levels(rgb: NDArray[np.float32]) -> Pixels:
    """Return colours in [0, 1] as uint8."""
    return (np.clip(np.nan_to_num(rgb), 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def draw_picture(explanation: Findings, side: int) -> Pixels:
    """Draw the explained picture, its longer side `side`: uint8 [height, width, 3]."""
    width, height = explanation.recipe.canvas.size
    wide, high = fitted(width / height, side, side)
    coordinates = explanation.moment.coordinates
    grid = grid_of(coordinates, (width, height), wide * high)
    return resized(to_levels(draw_on(explanation.moment, grid).numpy()), wide, high)


def fitted(aspect: float, width: float, height: float) -> tuple[int, int]:
    """Return the largest size of an aspect (width / height) within a box, at least 1 x 1."""
    wide = min(width, height * aspect)
    return max(round(wide), 1), max(round(wide / aspect), 1)


# ------------------------------------------------------------------ type


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
    """Return text as the font can set it: one line, at most so long, □ for what it has not."""
    line = " ".join(text.split())
    line = line if len(line) <= most else line[: most - 1].rstrip() + "…"
    return "".join(c if ord(c) in _known_characters() else "□" for c in line)

"""The colour modes: how the channels of a network's output are read as a colour, one row each.

Loads neither numpy nor torch, so that a recipe can check a name in no time. A new mode also needs
its formula in `backends/halide/colour.py` and `backends/triton/colour.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cppnvid.colour.arrays import Array, constant_like, library_of

# Where transparency is made from; see `alpha.py`.
ALPHAS = ("luminance", "edge", "channel")
MAX_CHROMA = 0.26  # of oklch: beyond it most hues leave sRGB
LUMA = (0.2126, 0.7152, 0.0722)  # BT.709's


@dataclass(frozen=True)
class ColourMode:
    """How channels are read as a colour.

    Attributes:
        name: what recipes call it.
        function: turns values [n, 1, 3 or 4] in [0, 1] into colours [n, 3].
        oklab: whether those are in Oklab; otherwise they are sRGB-encoded, in [0, 1].
        has_hue: whether the colours have a hue that can be turned.
    """

    name: str
    function: Callable[[Any], Any]
    oklab: bool = False
    has_hue: bool = True


def _as_rgb(values: Array) -> Array:
    """Show a single channel as grey."""
    rgb: Array = library_of(values).broadcast_to(values, (len(values), 3))
    return rgb


def _grey(values: Array) -> Array:
    if values.shape[1] == 1:
        return _as_rgb(values)
    grey: Array = values @ constant_like([[share] for share in LUMA], values)
    return _as_rgb(grey)


def _cmyk(values: Array) -> Array:
    inks: Array = (1.0 - values[:, :3]) * (1.0 - values[:, 3:])
    return inks


def _hsv(values: Array) -> Array:
    """Hue, saturation and value (Smith 1978, in its closed form)."""
    hue, saturation, value = _columns(values, 1.0, 1.0)
    library = library_of(values)
    k = (constant_like((5.0, 3.0, 1.0), values) + 6.0 * hue) % 6.0
    rgb: Array = value - value * saturation * library.clip(library.minimum(k, 4.0 - k), 0.0, 1.0)
    return rgb


def _hsl(values: Array) -> Array:
    """Hue, saturation and lightness (Joblove and Greenberg 1978)."""
    hue, saturation, lightness = _columns(values, 1.0, 0.5)
    library = library_of(values)
    k = (constant_like((0.0, 8.0, 4.0), values) + 12.0 * hue) % 12.0
    reach = saturation * library.minimum(lightness, 1.0 - lightness)
    rgb: Array = lightness - reach * library.clip(library.minimum(k - 3.0, 9.0 - k), -1.0, 1.0)
    return rgb


def _oklch(values: Array) -> Array:
    lightness, chroma, hue = _columns(values, 0.5, 0.5)
    library = library_of(values)
    angle, chroma = 2.0 * math.pi * hue, MAX_CHROMA * chroma
    lab: Array = library.concat(
        [lightness, chroma * library.cos(angle), chroma * library.sin(angle)], axis=1
    )
    return lab


def _columns(values: Array, second: float, third: float) -> tuple[Array, Array, Array]:
    """Return three channels [n, 1] each; these stand in for those that a network lacks."""
    if values.shape[1] != 1:
        return values[:, :1], values[:, 1:2], values[:, 2:3]
    full = library_of(values).full_like
    return values, full(values, second), full(values, third)


MODES: dict[str, ColourMode] = {
    mode.name: mode
    for mode in (
        ColourMode("rgb", _as_rgb),
        ColourMode("grey", _grey, has_hue=False),
        ColourMode("hsv", _hsv),
        ColourMode("hsl", _hsl),
        ColourMode("cmyk", _cmyk),
        ColourMode("oklch", _oklch, oklab=True),
    )
}

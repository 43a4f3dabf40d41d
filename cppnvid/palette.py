"""Network output to colour: colour modes, and gradients that are even in Oklab.

Fixed colours go through coloraide; only what happens to every pixel is written here, in torch, with
the matrices of Oklab's author (Ottosson 2020, https://bottosson.github.io/posts/oklab/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.gradients import GRADIENTS, LIBRARY
from cppnvid.motion import track_at
from cppnvid.recipe import COLOUR_MODES, Palette

GRADIENT_STEPS = 1024  # neighbours differ by under 1/255 on the steepest gradient we ship
MAX_CHROMA = 0.26  # of the oklch mode: beyond it most hues leave sRGB
# Linear light of Oklab's lightness 0.5: where colours go that sRGB does not have. Towards the grey
# of their own lightness, flames turned to pale skin; this keeps most colour, for a little light.
GREY = 0.125

# How far a gradient's second and third channel bend its colour: chosen by looking, so that forms
# gain light and depth and the gradient stays recognisable. The second is light, the third paint.
SHADE = 0.45  # lightness, at mid grey, from 0 to 1 of the second channel; at most 0.5
TINT = 0.5  # chroma, as a share of itself, from 0 to 1 of the third
TURN = 1.0  # hue, about radians, from 0 to 1 of the third

_LMS = torch.tensor(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = torch.tensor(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LUMA = torch.tensor([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, eq=False)
class Colouring:
    """How output becomes colour at one moment."""

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
        return _evened(from_oklab(torch.from_numpy(_joined(GRADIENTS[name])).double()))
    from cmap import Colormap  # a tenth of a second that only its own gradients are worth

    return _evened(torch.from_numpy(Colormap(LIBRARY[name]).lut(GRADIENT_STEPS)[:, :3]))


@lru_cache(maxsize=64)
def _joined(colours: tuple[str, ...]) -> NDArray[np.float32]:
    """Join colour stops at even distances smoothly in Oklab: float32 [GRADIENT_STEPS, 3]."""
    from coloraide import Color  # a tenth of a second that only gradients are worth

    join = Color.interpolate(list(colours), space="oklab", method="monotone")
    steps = np.linspace(0.0, 1.0, GRADIENT_STEPS)
    return np.array([join(step).coords() for step in steps], dtype=np.float32)


def _evened(rgb: Tensor) -> NDArray[np.float32]:
    """Space a gradient's colours, sRGB [n, 3], so that all are as far apart in Oklab: [n, 3].

    As stops were written, the largest step was 1.4 to 1.9 times the mean. Colours of one's own are
    not evened: where they stand is what was asked for, and a colour written twice is a flat.
    """
    lab = to_oklab(rgb.double()).numpy()
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))])
    steps = np.linspace(0.0, way[-1], len(lab))
    return np.stack([np.interp(steps, way, column) for column in lab.T], axis=1).astype(np.float32)


def colour(values: Tensor, colouring: Colouring) -> Tensor:
    """Make colour of the network's output.

    Args:
        values: float32 [n, channels] in [0, 1]; 1, 3 or 4 channels.
        colouring: the palette at this moment.

    Returns:
        float32 [n, 3], sRGB-encoded, in [0, 1].
    """
    if colouring.contrast != 1.0:
        values = _spread(values, colouring.contrast)
    match colouring.mode:
        case "gradient":
            return _along_gradient(values, colouring)
        case "oklch":
            lightness, chroma, hue = _three(values, 0.5, 0.5).unbind(-1)
            angle = 2.0 * math.pi * hue
            chroma = MAX_CHROMA * chroma
            lab = torch.stack([lightness, chroma * angle.cos(), chroma * angle.sin()], dim=-1)
            return from_oklab(_turn(lab, colouring.hue))
        case "cmyk":
            rgb = (1.0 - values[:, :3]) * (1.0 - values[:, 3:])
        case "hsv":
            rgb = _from_hsv(_three(values, 1.0, 1.0))
        case "hsl":
            rgb = _from_hsl(_three(values, 1.0, 0.5))
        case "grey":
            grey = values if values.shape[1] == 1 else values @ _LUMA.to(values)[:, None]
            return grey.expand(-1, 3)
        case _:
            rgb = values.expand(-1, 3)
    return from_oklab(_turn(to_oklab(rgb), colouring.hue)) if colouring.hue else rgb


def _spread(values: Tensor, contrast: float) -> Tensor:
    """Give values in [0, 1] contrast around one half: ends and middle stay, nothing is clipped.

    Schlick's gain (Graphics Gems IV, 1994), written around zero: the slope in the middle is the
    contrast, at the ends one over it, and two contrasts are their product.
    """
    away = 2.0 * values - 1.0
    return 0.5 + 0.5 * contrast * away / (1.0 + (contrast - 1.0) * away.abs())


def _three(values: Tensor, second: float, third: float) -> Tensor:
    """Take a single channel as the first of three, with the other two at these values."""
    if values.shape[1] != 1:
        return values
    rest = [torch.full_like(values, value) for value in (second, third)]
    return torch.cat([values, *rest], dim=1)


def _along_gradient(values: Tensor, colouring: Colouring) -> Tensor:
    """Take the first channel's place on the gradient; the others bend that colour."""
    gradient = torch.from_numpy(colouring.gradient).to(values)
    position = values[:, 0] * (len(gradient) - 1)
    below = position.long().clamp_(max=len(gradient) - 2)
    share = (position - below)[:, None]
    lab = torch.lerp(gradient[below], gradient[below + 1], share)
    if values.shape[1] == 3:
        lightness, a, b = lab.unbind(-1)
        # Like a gamma, so that shade never clips: black and white stay, the middle moves most.
        shade = 4.0 * SHADE * (values[:, 1] - 0.5)
        lightness = lightness + shade * lightness * (1.0 - lightness)
        # Neighbouring hues are what makes one gradient look like many paints. A small turn needs
        # no sine: along the tangent it is at most 12 % more colourful.
        tint = 1.0 + TINT * (values[:, 2] - 0.5)
        turn = TURN * (values[:, 2] - 0.5)
        lab = torch.stack([lightness, tint * a - turn * b, tint * b + turn * a], dim=-1)
    return from_oklab(_turn(lab, colouring.hue))


def _turn(lab: Tensor, hue: float) -> Tensor:
    """Turn the hue of Oklab colours [n, 3] by radians."""
    if not hue:
        return lab
    cos, sin = math.cos(hue), math.sin(hue)
    lightness, a, b = lab.unbind(-1)
    return torch.stack([lightness, cos * a - sin * b, sin * a + cos * b], dim=-1)


def to_linear(rgb: Tensor) -> Tensor:
    """Decode sRGB in [0, 1] to linear light (IEC 61966-2-1)."""
    return torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055).pow(2.4))


def from_linear(light: Tensor) -> Tensor:
    """Encode linear light as sRGB in [0, 1], clipped (IEC 61966-2-1)."""
    light = light.clamp(0.0, 1.0)
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.pow(1.0 / 2.4) - 0.055)


def to_oklab(rgb: Tensor) -> Tensor:
    """Turn sRGB [n, 3] in [0, 1] into Oklab [n, 3]."""
    lms = to_linear(rgb) @ _LMS.to(rgb).T
    return lms.clamp(min=0.0).pow(1.0 / 3.0) @ _LAB.to(rgb).T


def from_oklab(lab: Tensor) -> Tensor:
    """Turn Oklab [n, 3] into sRGB [n, 3] in [0, 1].

    A colour that sRGB does not have goes, as light, straight towards `GREY` until its last channel
    is within [0, 1]. Clipped channel by channel, strong colours ran together in flat patches.
    """
    light = (lab @ _LAB_INVERSE.to(lab).T).pow(3) @ _LMS_INVERSE.to(lab).T
    above = (light.amax(dim=1, keepdim=True) - GREY) / (1.0 - GREY)
    below = (GREY - light.amin(dim=1, keepdim=True)) / GREY
    share = 1.0 / torch.maximum(above, below).clamp(min=1.0)
    return from_linear(GREY + share * (light - GREY))


_LAB_INVERSE = torch.linalg.inv(_LAB.double()).float()
_LMS_INVERSE = torch.linalg.inv(_LMS.double()).float()


def _from_hsv(hsv: Tensor) -> Tensor:
    """Turn hue, saturation, value in [0, 1] into sRGB (Smith 1978, in its closed form)."""
    hue, saturation, value = hsv[:, :1], hsv[:, 1:2], hsv[:, 2:3]
    k = (torch.tensor([5.0, 3.0, 1.0], device=hsv.device) + 6.0 * hue) % 6.0
    return value - value * saturation * torch.minimum(k, 4.0 - k).clamp(0.0, 1.0)


def _from_hsl(hsl: Tensor) -> Tensor:
    """Turn hue, saturation, lightness in [0, 1] into sRGB (Joblove and Greenberg 1978)."""
    hue, saturation, lightness = hsl[:, :1], hsl[:, 1:2], hsl[:, 2:3]
    k = (torch.tensor([0.0, 8.0, 4.0], device=hsl.device) + 12.0 * hue) % 12.0
    reach = saturation * torch.minimum(lightness, 1.0 - lightness)
    return lightness - reach * torch.minimum(k - 3.0, 9.0 - k).clamp(-1.0, 1.0)

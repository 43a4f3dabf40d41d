"""Network output to colour at every pixel, for arrays of numpy or torch."""

import math

import numpy as np

from cppnvid.animation.palette import LUMA, MAX_CHROMA, SHADE, TINT, TURN, Colouring
from cppnvid.colour.arrays import Array, constant_like, library_of
from cppnvid.colour.oklab import from_oklab, to_oklab

_HSV = np.array([5.0, 3.0, 1.0], dtype=np.float32)
_HSL = np.array([0.0, 8.0, 4.0], dtype=np.float32)


def colour(values: Array, colouring: Colouring) -> Array:
    """Make colour of the network's output.

    Args:
        values: float32 [n, channels] in [0, 1]; 1, 3 or 4 channels.
        colouring: the palette at this moment.

    Returns:
        float32 [n, 3], sRGB-encoded, in [0, 1].
    """
    library = library_of(values)
    if colouring.contrast != 1.0:
        values = _spread(values, colouring.contrast)
    match colouring.mode:
        case "gradient":
            return _along_gradient(values, colouring)
        case "oklch":
            lightness, chroma, hue = _columns(_three(values, 0.5, 0.5))
            angle = 2.0 * math.pi * hue
            chroma = MAX_CHROMA * chroma
            lab: Array = library.stack(
                [lightness, chroma * library.cos(angle), chroma * library.sin(angle)], axis=-1
            )
            return from_oklab(_turn(lab, colouring.hue))
        case "cmyk":
            rgb = (1.0 - values[:, :3]) * (1.0 - values[:, 3:])
        case "hsv":
            rgb = _from_hsv(_three(values, 1.0, 1.0))
        case "hsl":
            rgb = _from_hsl(_three(values, 1.0, 0.5))
        case "grey":
            rgb = values if values.shape[1] == 1 else values @ constant_like(LUMA[:, None], values)
            return _as_rgb(rgb)
        case _:
            rgb = _as_rgb(values)
    return from_oklab(_turn(to_oklab(rgb), colouring.hue)) if colouring.hue else rgb


def _spread(values: Array, contrast: float) -> Array:
    """Give values in [0, 1] contrast around one half: ends and middle stay, nothing is clipped.

    Schlick's gain (Graphics Gems IV, 1994), written around zero: the slope in the middle is the
    contrast, at the ends one over it, and two contrasts are their product.
    """
    away = 2.0 * values - 1.0
    return 0.5 + 0.5 * contrast * away / (1.0 + (contrast - 1.0) * abs(away))


def _three(values: Array, second: float, third: float) -> Array:
    """Take a single channel as the first of three, with the other two at these values."""
    if values.shape[1] != 1:
        return values
    library = library_of(values)
    full = library.full_like
    three: Array = library.concat([values, full(values, second), full(values, third)], axis=1)
    return three


def _along_gradient(values: Array, colouring: Colouring) -> Array:
    """Take the first channel's place on the gradient; the others bend that colour."""
    library = library_of(values)
    assert colouring.gradient is not None
    gradient = constant_like(colouring.gradient, values)
    position = values[:, 0] * (len(gradient) - 1)
    step = library.floor(library.clip(position, 0, len(gradient) - 2))
    share = (position - step)[:, None]
    below = library.asarray(step, dtype=library.int64)
    lab: Array = gradient[below] + share * (gradient[below + 1] - gradient[below])
    if values.shape[1] == 3:
        lightness, a, b = _columns(lab)
        # Like a gamma, so that shade never clips: black and white stay, the middle moves most.
        shade = 4.0 * SHADE * (values[:, 1] - 0.5)
        lightness = lightness + shade * lightness * (1.0 - lightness)
        # Neighbouring hues are what makes one gradient look like many paints. A small turn needs
        # no sine: along the tangent it is at most 12 % more colourful.
        tint = 1.0 + TINT * (values[:, 2] - 0.5)
        turn = TURN * (values[:, 2] - 0.5)
        lab = library.stack([lightness, tint * a - turn * b, tint * b + turn * a], axis=-1)
    return from_oklab(_turn(lab, colouring.hue))


def _turn(lab: Array, hue: float) -> Array:
    """Turn the hue of Oklab colours [n, 3] by radians."""
    if not hue:
        return lab
    cos, sin = math.cos(hue), math.sin(hue)
    lightness, a, b = _columns(lab)
    turned: Array = library_of(lab).stack(
        [lightness, cos * a - sin * b, sin * a + cos * b], axis=-1
    )
    return turned


def _columns(values: Array) -> tuple[Array, Array, Array]:
    return values[:, 0], values[:, 1], values[:, 2]


def _as_rgb(values: Array) -> Array:
    """Show a single channel as grey."""
    rgb: Array = library_of(values).broadcast_to(values, (len(values), 3))
    return rgb


def _from_hsv(hsv: Array) -> Array:
    """Turn hue, saturation, value in [0, 1] into sRGB (Smith 1978, in its closed form)."""
    hue, saturation, value = hsv[:, :1], hsv[:, 1:2], hsv[:, 2:3]
    library = library_of(hsv)
    k = (constant_like(_HSV, hsv) + 6.0 * hue) % 6.0
    rgb: Array = value - value * saturation * library.clip(library.minimum(k, 4.0 - k), 0.0, 1.0)
    return rgb


def _from_hsl(hsl: Array) -> Array:
    """Turn hue, saturation, lightness in [0, 1] into sRGB (Joblove and Greenberg 1978)."""
    hue, saturation, lightness = hsl[:, :1], hsl[:, 1:2], hsl[:, 2:3]
    library = library_of(hsl)
    k = (constant_like(_HSL, hsl) + 12.0 * hue) % 12.0
    reach = saturation * library.minimum(lightness, 1.0 - lightness)
    rgb: Array = lightness - reach * library.clip(library.minimum(k - 3.0, 9.0 - k), -1.0, 1.0)
    return rgb

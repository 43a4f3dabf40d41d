"""Network output to colour at every pixel, for arrays of numpy or torch."""

import math

from cppnvid.animation.palette import SHADE, TINT, TURN, Colouring
from cppnvid.colour.arrays import Array, constant_like, library_of
from cppnvid.colour.modes import MODES
from cppnvid.colour.oklab import from_oklab, to_oklab


def colour(values: Array, colouring: Colouring) -> Array:
    """Turn the network's output into colours.

    Args:
        values: [n, channels] in [0, 1]; 1, 3 or 4 channels.
        colouring: the palette at this moment.

    Returns:
        [n, 3], sRGB-encoded, in [0, 1].
    """
    if colouring.contrast != 1.0:
        values = _spread(values, colouring.contrast)
    if colouring.mode == "gradient":
        return from_oklab(_turn(_along_gradient(values, colouring), colouring.hue))
    mode = MODES[colouring.mode]
    colours: Array = mode.function(values)
    if mode.oklab:
        return from_oklab(_turn(colours, colouring.hue))
    if turns(colouring):
        return from_oklab(_turn(to_oklab(colours), colouring.hue))
    return colours


def turns(colouring: Colouring) -> bool:
    """Return whether colours pass through Oklab only for their hue to be turned.

    Gradients and oklch are there anyway and turn by zero; the others would change by rounding.
    """
    mode = MODES.get(colouring.mode)
    return colouring.hue != 0.0 and mode is not None and mode.has_hue and not mode.oklab


def _spread(values: Array, contrast: float) -> Array:
    """Give values in [0, 1] contrast around one half: ends and middle stay, nothing is clipped.

    Schlick's gain (Graphics Gems IV, 1994), written around zero: the slope in the middle is the
    contrast, at the ends one over it, and two contrasts are their product.
    """
    away = 2.0 * values - 1.0
    return 0.5 + 0.5 * contrast * away / (1.0 + (contrast - 1.0) * abs(away))


def _along_gradient(values: Array, colouring: Colouring) -> Array:
    """Look the first channel up on the gradient; the others bend that colour. Oklab [n, 3]."""
    library = library_of(values)
    assert colouring.gradient is not None
    gradient = constant_like(colouring.gradient, values)
    position = values[:, 0] * (len(gradient) - 1)
    step = library.floor(library.clip(position, 0, len(gradient) - 2))
    share = (position - step)[:, None]
    below = library.asarray(step, dtype=library.int64)
    lab: Array = gradient[below] + share * (gradient[below + 1] - gradient[below])
    if values.shape[1] == 3:
        lightness, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
        # Like a gamma, so that shade never clips: black and white stay, the middle moves most.
        shade = 4.0 * SHADE * (values[:, 1] - 0.5)
        lightness = lightness + shade * lightness * (1.0 - lightness)
        # Neighbouring hues make one gradient look like many paints. A small turn needs no sine:
        # along the tangent it is at most 12 % more colourful.
        tint = 1.0 + TINT * (values[:, 2] - 0.5)
        turn = TURN * (values[:, 2] - 0.5)
        lab = library.stack([lightness, tint * a - turn * b, tint * b + turn * a], axis=-1)
    return lab


def _turn(lab: Array, hue: float) -> Array:
    """Turn the hue of Oklab colours [n, 3] by radians."""
    if not hue:
        return lab
    cos, sin = math.cos(hue), math.sin(hue)
    lightness, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    turned: Array = library_of(lab).stack(
        [lightness, cos * a - sin * b, sin * a + cos * b], axis=-1
    )
    return turned

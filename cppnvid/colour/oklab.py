"""sRGB, linear light and Oklab, for arrays of numpy or torch.

Fixed colours go through coloraide; only what happens to every pixel is written here, with the
matrices of Oklab's author (Ottosson 2020, https://bottosson.github.io/posts/oklab/).
"""

import numpy as np

from cppnvid.colour.arrays import Array, constant_like, library_of

# Linear light of Oklab's lightness 0.5: where colours go that sRGB does not have. Towards the grey
# of their own lightness, flames turned to pale skin; this keeps most colour, for a little light.
GREY = 0.125

LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
LAB_INVERSE, LMS_INVERSE = (
    np.linalg.inv(matrix.astype(np.float64)).astype(np.float32) for matrix in (LAB, LMS)
)


def to_linear(rgb: Array) -> Array:
    """Decode sRGB in [0, 1] to linear light (IEC 61966-2-1)."""
    light: Array = library_of(rgb).where(
        rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4
    )
    return light


def from_linear(light: Array) -> Array:
    """Encode linear light as sRGB in [0, 1], clipped (IEC 61966-2-1)."""
    library = library_of(light)
    light = library.clip(light, 0.0, 1.0)
    rgb: Array = library.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1.0 / 2.4) - 0.055
    )
    return rgb


def to_oklab(rgb: Array) -> Array:
    """Turn sRGB [n, 3] in [0, 1] into Oklab [n, 3]."""
    lms = to_linear(rgb) @ constant_like(LMS, rgb).T
    lab: Array = library_of(rgb).clip(lms, 0.0, None) ** (1.0 / 3.0) @ constant_like(LAB, rgb).T
    return lab


def from_oklab(lab: Array) -> Array:
    """Turn Oklab [n, 3] into sRGB [n, 3] in [0, 1].

    A colour that sRGB does not have goes, as light, straight towards `GREY` until its last channel
    is within [0, 1]. Clipped channel by channel, strong colours ran together in flat patches.
    """
    library = library_of(lab)
    roots = lab @ constant_like(LAB_INVERSE, lab).T
    light = roots * roots * roots @ constant_like(LMS_INVERSE, lab).T
    # Column by column: numpy takes fifteen times as long for the largest of each row.
    red, green, blue = light[:, :1], light[:, 1:2], light[:, 2:]
    above = (library.maximum(library.maximum(red, green), blue) - GREY) / (1.0 - GREY)
    below = (GREY - library.minimum(library.minimum(red, green), blue)) / GREY
    share = 1.0 / library.clip(library.maximum(above, below), 1.0, None)
    within: Array = GREY + share * (light - GREY)
    return from_linear(within)

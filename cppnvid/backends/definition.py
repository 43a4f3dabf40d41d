"""The definition of a pixel: numpy in float64, from coordinates to 8 or 16 bits.

Every backend is compared with this over every row of every table; it is here to be read, and takes
no care of time or memory. Its steps are tables elsewhere: `warps`, `inputs`, `activations`, and
`colour` with its modes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.colours import colour
from cppnvid.backends.warps import to_field
from cppnvid.colour.oklab import from_linear, to_linear
from cppnvid.colour.pixels import LEVELS, Pixels, Raster
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.networks.inputs import inputs_at

Values = NDArray[np.float64]


def picture(moment: Moment, raster: Raster) -> Pixels:
    """Draw a moment: uint8 in rgb24, uint16 in rgb48, [height, width, 3], sRGB-encoded.

    A pixel is the mean light of its samples² points. `auto` is not part of the definition.
    """
    samples = int(raster.samples)
    columns, rows = axes(moment.coordinates, raster.width, raster.height, samples)
    x, y = (places.ravel() for places in np.meshgrid(columns, rows))
    rgb = colours(moment, x, y).reshape(raster.height, samples, raster.width, samples, 3)
    kind = LEVELS[raster.pixel_format]
    mean = from_linear(to_linear(rgb).mean(axis=(1, 3))) if samples > 1 else rgb[:, 0, :, 0]
    return (mean * np.iinfo(kind).max + 0.5).astype(kind)


def colours(moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> Values:
    """Return the colours at points of the screen.

    Args:
        moment: the scene at one time.
        x: [n], in the convention of `moment.coordinates`.
        y: [n].

    Returns:
        float64 [n, 3], sRGB-encoded, in [0, 1].
    """
    with np.errstate(all="ignore"):
        places = to_field(x.astype(np.float64), y.astype(np.float64), moment.view)
        *_, (_, output) = layer_by_layer(moment, inputs_at(moment.inputs, *places))
        # A network of unbounded activations and huge weights overflows: that is black.
        made: Values = colour(np.nan_to_num(output, nan=0.0), moment.colouring)
    return made


def layer_by_layer(moment: Moment, inputs: Values) -> Iterator[tuple[Values, Values]]:
    """Yield what the neurons of each layer sum up, [n, neurons], and the values it hands on.

    The last layer's values are the output function's, in [0, 1]. What overflows is left as it is.
    """
    hidden = inputs
    for layer in moment.layers:
        sums, hidden = _layer(layer, hidden, is_output=layer is moment.layers[-1])
        yield sums, hidden


@np.errstate(all="ignore")
def _layer(layer: SceneLayer, before: Values, *, is_output: bool) -> tuple[Values, Values]:
    sums = before @ layer.weight.astype(np.float64).T + layer.bias
    function = (OUTPUT_FUNCTIONS if is_output else ACTIVATIONS)[layer.activation]
    values = function(sums.copy())  # which it may write over
    return sums, values + before if layer.residual else values

"""What a network does to a small picture, layer by layer, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.interpolation import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.explanation.layers import LARGEST, Grid, Values, spread_of
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS

BINS = 61  # odd, so that 0 lies in the middle of one
MOST_COUNTED = 2**20  # values in a histogram; of more, every few points are taken
MOST_PICTURES = 32  # neurons of a layer whose pictures are kept
NEAR = 0.01  # what counts as near: 2.55 levels of 255
SATURATED = 0.02  # within this of 0 or 1 an output is saturated: 5 levels of 255


@dataclass(frozen=True, eq=False)
class Distribution:
    """How values are distributed over all points and neurons; those that overflow are left out."""

    mean: float
    deviation: float
    low: float
    high: float
    counts: NDArray[np.int64]  # [BINS]
    edges: NDArray[np.float64]  # [BINS + 1]


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """A hidden layer."""

    function: str  # its activation
    neurons: int
    residual: bool
    before: Distribution  # sums
    after: Distribution  # values passed on
    spread: float  # of the values passed on, from point to point: `layers.spread_of`
    flat: float | None  # share of sums where the activation is flat for good; None if nowhere
    pictures: NDArray[np.float32]  # [shown, height, width]: values of the first neurons


@dataclass(frozen=True, eq=False)
class OutputNumbers(LayerNumbers):
    """The last layer, whose values the palette turns into colours."""

    rest: float  # the output function of 0
    near_half: float  # share of values within 0.01 of one half
    near_rest: float  # share of values within 0.01 of `rest`
    saturated: float  # share of values within 0.02 of 0 or of 1


@dataclass(frozen=True, eq=False)
class PictureNumbers:
    """The finished small picture."""

    rgb: NDArray[np.float32]  # [height, width, 3], sRGB in [0, 1]
    deviation: float  # from pixel to pixel, root mean square over red, green, blue, in 1/255
    colour: str  # its mean colour, `#7f7f80`
    grain: float  # how much neighbours differ, compared with distant pixels: 0 smooth, 1 noise


@dataclass(frozen=True, eq=False)
class Measurement:
    """A network at one moment, measured on a small grid."""

    inputs: tuple[str, ...]  # those of x, y, r; the latent is in the first layer's bias
    input_spread: float
    input_pictures: NDArray[np.float32]  # [inputs, height, width]
    layers: tuple[LayerNumbers, ...]  # hidden ones
    output: OutputNumbers
    picture: PictureNumbers

    @property
    def spreads(self) -> tuple[float, ...]:
        """The spread of the input and of every hidden layer."""
        return (self.input_spread, *(layer.spread for layer in self.layers))

    @property
    def ratio(self) -> float | None:
        """The factor by which a hidden layer multiplies the spread, from first to last; or None."""
        if len(self.layers) < 2 or not self.layers[0].spread:
            return None
        whole = self.layers[-1].spread / self.layers[0].spread
        return float(whole ** (1.0 / (len(self.layers) - 1)))


def measure(moment: Moment, canvas: tuple[int, int]) -> Measurement:
    """Measure every layer of a moment on a grid of some 16,000 points.

    Args:
        moment: the network with its camera and colours.
        canvas: width and height of the picture in pixels, whose aspect the grid keeps.
    """
    grid = Grid.of(moment, canvas)
    found = grid.layers(moment)  # one at a time: wide ones are large
    _, inputs = next(found)
    layers = []
    for layer in moment.layers[:-1]:
        sums, values = next(found)
        steep = ACTIVATIONS[layer.activation].steep
        flat = None if steep is None else _share((sums < steep[0]) | (sums > steep[1]))
        layers.append(LayerNumbers(**_common(layer, sums, values, grid), flat=flat))
    sums, values = next(found)
    return Measurement(
        inputs=moment.inputs,
        input_spread=spread_of(inputs),
        input_pictures=grid.pictures(inputs, MOST_PICTURES),
        layers=tuple(layers),
        output=_output(moment.layers[-1], sums, np.nan_to_num(values, nan=0.0), grid),
        picture=_picture(grid.drawn(moment)),
    )


def _common(layer: SceneLayer, sums: Values, values: Values, grid: Grid) -> dict[str, Any]:
    return {
        "function": layer.activation,
        "neurons": len(layer.bias),
        "residual": layer.residual,
        "before": _distribution(sums),
        "after": _distribution(values),
        "spread": spread_of(values),
        "pictures": grid.pictures(values, min(MOST_PICTURES, len(layer.bias))),
    }


def _output(layer: SceneLayer, sums: Values, values: Values, grid: Grid) -> OutputNumbers:
    rest = float(OUTPUT_FUNCTIONS[layer.activation](np.zeros(1))[0])
    return OutputNumbers(
        **_common(layer, sums, values, grid),
        flat=None,
        rest=rest,
        near_half=_share(np.abs(values - 0.5) < NEAR),
        near_rest=_share(np.abs(values - rest) < NEAR),
        saturated=_share((values < SATURATED) | (values > 1.0 - SATURATED)),
    )


def _picture(drawn: NDArray[np.float32]) -> PictureNumbers:
    rgb = drawn.astype(np.float64)
    variance = float(rgb.reshape(-1, 3).var(axis=0).mean())
    steps = np.concatenate([np.diff(rgb, axis=axis).ravel() for axis in (0, 1)])
    change = float(np.square(steps).mean()) if steps.size else 0.0
    mean = (rgb.mean(axis=(0, 1)) * 255 + 0.5).astype(np.uint8)
    return PictureNumbers(
        rgb=drawn,
        deviation=255.0 * variance**0.5,
        colour=f"#{mean.tobytes().hex()}",
        grain=(change / (2.0 * variance)) ** 0.5 if variance > 1e-12 else 0.0,
    )


def _share(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if chosen.size else 0.0


def _distribution(values: Values) -> Distribution:
    all_values = values[:: max(values.size // MOST_COUNTED, 1)].ravel()
    numbers = all_values[np.abs(all_values) <= LARGEST]
    if not numbers.size:
        numbers = np.zeros(1)
    low, high = float(numbers.min()), float(numbers.max())
    # For a single value, or several that are equal but for rounding, one bar in the middle.
    margin = 0.5 if high - low <= 1e-12 * max(abs(low), abs(high), 1.0) else 0.0
    counts, edges = np.histogram(numbers, bins=BINS, range=(low - margin, high + margin))
    mean, deviation = float(numbers.mean()), float(numbers.std())
    return Distribution(mean, deviation, low, high, counts, edges.astype(np.float64))

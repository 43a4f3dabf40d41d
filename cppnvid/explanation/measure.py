"""What a network does to a small picture, layer by layer, in numbers.

In float64, because a network that shrinks its signal tenfold a layer uses up float32's digits long
before it is grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.definition import layer_by_layer
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.backends.warps import to_field
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.networks.inputs import inputs_at

GRID_POINTS = 128 * 128
LARGEST = 3.4e38  # of float32, in which pictures are drawn: anything larger overflows there
BINS = 61  # odd, so that 0 lies in the middle of one
MOST_COUNTED = 2**20  # values in a histogram; of more, every few points are taken
MOST_PICTURES = 32  # neurons of a layer whose pictures are kept
NEAR = 0.01  # what counts as near: 2.55 levels of 255
SATURATED = 0.02  # within this of 0 or 1 an output is saturated: 5 levels of 255


Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """The points of a small picture, on the screen, before warps and camera."""

    width: int
    height: int
    x: Values  # [width · height], row by row, in the convention of the coordinates
    y: Values

    @classmethod
    def of(cls, moment: Moment, canvas: tuple[int, int], points: int = GRID_POINTS) -> Grid:
        """Return about `points` points spread evenly over a canvas of this width and height.

        In raw pixels a smaller picture would be another one, so the canvas's own coordinates are
        taken, some pixels apart.
        """
        width, height = canvas
        shrink = (points / (width * height)) ** 0.5
        small = max(round(width * shrink), 1), max(round(height * shrink), 1)
        if moment.coordinates == "pixels":
            small = min(small[0], width), min(small[1], height)
            across, down = (
                axis[((np.arange(count) + 0.5) * len(axis) / count).astype(int)]
                for axis, count in zip(axes("pixels", width, height), small, strict=True)
            )
        else:
            across, down = axes(moment.coordinates, *small)
        x, y = np.meshgrid(across, down)
        return cls(*small, x.ravel(), y.ravel())

    def layers(self, moment: Moment) -> Iterator[tuple[Values, Values]]:
        """Yield the sums [n, neurons] and the values passed on [n, …] of every layer.

        First of all the input, which has no sums: [n, 0].
        """
        inputs = inputs_at(moment.inputs, *to_field(self.x, self.y, moment.view))
        yield inputs[:, :0], inputs
        yield from layer_by_layer(moment, inputs)

    def drawn(self, moment: Moment) -> NDArray[np.float32]:
        """Draw the picture in float32, overflow and all: [height, width, 3], sRGB in [0, 1]."""
        places = self.x.astype(np.float32), self.y.astype(np.float32)
        colours: NDArray[np.float32] = NumpyBackend().colours(moment, *places)
        return colours.reshape(self.height, self.width, 3)

    def pictures(self, values: Values, most: int) -> NDArray[np.float32]:
        """Return the first `most` columns of values [n, neurons] as [most, height, width]."""
        with np.errstate(over="ignore"):
            return values[:, :most].T.reshape(-1, self.height, self.width).astype(np.float32)


def spread_of(values: Values) -> float:
    """Return how much values [n, neurons] differ from point to point.

    The standard deviation over the points, as the root mean square over the neurons: unlike that
    over all values, it is 0 for neurons that are each constant at a height of their own.
    """
    tame = np.clip(np.nan_to_num(values, nan=0.0), -LARGEST, LARGEST)
    return float(np.sqrt(tame.var(axis=0).mean())) if values.size else 0.0


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

    name: str  # `layer 1` is the first hidden one
    function: str  # its activation
    neurons: int
    residual: bool
    before: Distribution  # sums
    after: Distribution  # values passed on
    spread: float  # of the values passed on, from point to point: `spread_of`
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
    for number, layer in enumerate(moment.layers[:-1], start=1):
        sums, values = next(found)
        common = _common(f"layer {number}", layer, sums, values, grid)
        steep = ACTIVATIONS[layer.activation].steep
        flat = None if steep is None else _share((sums < steep[0]) | (sums > steep[1]))
        layers.append(LayerNumbers(**common, flat=flat))
    sums, values = next(found)
    return Measurement(
        inputs=moment.inputs,
        input_spread=spread_of(inputs),
        input_pictures=grid.pictures(inputs, MOST_PICTURES),
        layers=tuple(layers),
        output=_output(moment.layers[-1], sums, np.nan_to_num(values, nan=0.0), grid),
        picture=_picture(grid.drawn(moment)),
    )


def _common(
    name: str, layer: SceneLayer, sums: Values, values: Values, grid: Grid
) -> dict[str, Any]:
    return {
        "name": name,
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
        **_common("output", layer, sums, values, grid),
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

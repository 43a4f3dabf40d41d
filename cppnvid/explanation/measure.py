"""What a network does to a small picture, layer by layer, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.animation.scene import Moment
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.explanation.layers import (
    LARGEST,
    Grid,
    as_pictures,
    field_inputs,
    grid_of,
    layer_by_layer,
    spread_of,
)
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS

BINS = 61  # odd, so that 0 lies in the middle of one
MOST_COUNTED = 2**20  # values of a histogram; of more, every few points are taken
MOST_PICTURES = 32  # neurons of a layer whose pictures are kept
NEAR = 0.01  # what counts as near: 2.55 levels of 255
SATURATED = 0.02  # within this of 0 or 1 an output counts as saturated: 5 levels of 255


@dataclass(frozen=True, eq=False)
class Distribution:
    """How values are spread: over every point and every neuron together."""

    mean: float
    deviation: float
    low: float
    high: float
    counts: NDArray[np.int64]  # [BINS]
    edges: NDArray[np.float64]  # [BINS + 1]
    finite: float  # the share that did not overflow float32


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """One hidden layer."""

    name: str  # `layer 1` is the first hidden one
    neurons: int
    activation: str
    residual: bool
    before: Distribution  # pre-activations
    after: Distribution  # what it hands on
    spread: float  # of what it hands on, from point to point: `layers.spread_of`
    flat: float | None  # share of pre-activations where the activation has gone flat, or None
    pictures: NDArray[np.float32]  # [shown, height, width], what the first neurons hand on


@dataclass(frozen=True, eq=False)
class OutputNumbers:
    """The last layer, whose values the palette makes colours of."""

    function: str
    channels: int
    before: Distribution
    after: Distribution
    spread: float
    rest: float  # what the function makes of 0
    near_half: float  # share of values within 0.01 of one half
    near_rest: float  # share of values within 0.01 of `rest`
    saturated: float  # share of values within 0.02 of 0 or of 1
    pictures: NDArray[np.float32]  # [channels, height, width]


@dataclass(frozen=True, eq=False)
class PictureNumbers:
    """The finished small picture."""

    rgb: NDArray[np.float32]  # [height, width, 3], sRGB in [0, 1]
    deviation: float  # from pixel to pixel, root mean square over red, green, blue, in 1/255
    colour: str  # its mean colour, `#7f7f80`
    grain: float  # how much neighbours differ, beside pixels far apart: 0 smooth, 1 pure noise


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
        """By what factor a hidden layer multiplies the spread, from the first to the last."""
        if len(self.layers) < 2 or not self.layers[0].spread:
            return None
        whole = self.layers[-1].spread / self.layers[0].spread
        return float(whole ** (1.0 / (len(self.layers) - 1)))


def measure(moment: Moment, canvas: tuple[int, int]) -> Measurement:
    """Measure every layer of a moment on a grid of some 16,000 points.

    Args:
        moment: from `Scene.at`.
        canvas: width and height of the picture in pixels: its aspect is kept.
    """
    grid = grid_of(moment.coordinates, canvas)
    with torch.inference_mode():
        inputs = field_inputs(moment, grid.x, grid.y)
        hidden = []
        for index, (before, after) in enumerate(layer_by_layer(moment, inputs)):
            if index == len(moment.layers) - 1:
                output = _output(moment, before, after, grid)
            else:
                hidden.append(_layer(moment, index, before, after, grid))
        return Measurement(
            inputs=moment.inputs,
            input_spread=spread_of(inputs),
            input_pictures=as_pictures(inputs, grid, MOST_PICTURES),
            layers=tuple(hidden),
            output=output,
            picture=_picture(moment, grid),
        )


def _layer(moment: Moment, index: int, before: Tensor, after: Tensor, grid: Grid) -> LayerNumbers:
    layer = moment.layers[index]
    steep = ACTIVATIONS[layer.activation].steep
    return LayerNumbers(
        name=f"layer {index + 1}",
        neurons=len(layer.bias),
        activation=layer.activation,
        residual=layer.residual,
        before=_distribution(before),
        after=_distribution(after),
        spread=spread_of(after),
        flat=None if steep is None else _share((before < steep[0]) | (before > steep[1])),
        pictures=as_pictures(after, grid, min(MOST_PICTURES, len(layer.bias))),
    )


def _output(moment: Moment, before: Tensor, after: Tensor, grid: Grid) -> OutputNumbers:
    name = moment.layers[-1].activation
    after = after.nan_to_num(nan=0.0)
    rest = float(OUTPUT_FUNCTIONS[name](torch.zeros(1, dtype=torch.float64)))
    return OutputNumbers(
        function=name,
        channels=after.shape[1],
        before=_distribution(before),
        after=_distribution(after),
        spread=spread_of(after),
        rest=rest,
        near_half=_share((after - 0.5).abs() < NEAR),
        near_rest=_share((after - rest).abs() < NEAR),
        saturated=_share((after < SATURATED) | (after > 1.0 - SATURATED)),
        pictures=as_pictures(after, grid, after.shape[1]),
    )


def draw_on(moment: Moment, grid: Grid) -> Tensor:
    """Draw a small picture as the backends do, overflow and all: float32 [height, width, 3]."""
    colours = TorchBackend("cpu").colours(moment, grid.x.numpy(), grid.y.numpy())
    return torch.from_numpy(colours).reshape(grid.height, grid.width, 3)


def _picture(moment: Moment, grid: Grid) -> PictureNumbers:
    drawn = draw_on(moment, grid)
    rgb = drawn.double()
    variance = float(rgb.reshape(-1, 3).var(dim=0, correction=0).mean())
    steps = [step for axis in (0, 1) if (step := rgb.diff(dim=axis)).numel()]
    change = float(torch.cat([step.reshape(-1) for step in steps]).square().mean()) if steps else 0
    mean = (rgb.mean(dim=(0, 1)) * 255 + 0.5).int().tolist()
    return PictureNumbers(
        rgb=drawn.numpy(),
        deviation=255.0 * variance**0.5,
        colour="#" + "".join(f"{level:02x}" for level in mean),
        grain=(change / (2.0 * variance)) ** 0.5 if variance > 1e-12 else 0.0,
    )


def _share(chosen: Tensor) -> float:
    return float(chosen.double().mean()) if chosen.numel() else 0.0


def _distribution(values: Tensor) -> Distribution:
    step = max(values.numel() // MOST_COUNTED, 1)
    all_values = values[::step].reshape(-1)
    numbers = all_values[all_values.abs() <= LARGEST].numpy()
    finite = numbers.size / max(all_values.numel(), 1)
    if not numbers.size:
        numbers = np.zeros(1)
    low, high = float(numbers.min()), float(numbers.max())
    # Of one single value, or of several that are equal but for rounding, one bar in the middle.
    margin = 0.5 if high - low <= 1e-12 * max(abs(low), abs(high), 1.0) else 0.0
    counts, edges = np.histogram(numbers, bins=BINS, range=(low - margin, high + margin))
    return Distribution(
        mean=float(numbers.mean()),
        deviation=float(numbers.std()),
        low=low,
        high=high,
        counts=counts,
        edges=edges.astype(np.float64),
        finite=finite,
    )

"""The reveal: a film from the first layer of a network to its last.

In the middle is the picture the network would paint if it ended there, around it twelve of the
neurons it is made of. From layer to layer everything moves as one network, and at the output the
picture fills the frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import ImageColor

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.growth import fade_in
from cppnvid.animation.scene import Moment
from cppnvid.errors import Setting
from cppnvid.explanation.measure import measure
from cppnvid.explanation.sweeps import at_any_size, cannot, prefix_outputs, smooth
from cppnvid.explanation.theme import Ink, Pixels, scales, signed_colouring
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe

AROUND = [(row, column) for row in range(4) for column in range(4) if {row, column} - {1, 2}]
GAP = 1 / 180  # of the shorter side
REST = 0.45  # of the time of a layer in which it stands still

Draw = Callable[[Moment, int, int], Pixels]  # a moment, width and height -> uint8 [h, w, 3]


@dataclass(frozen=True, eq=False)
class Reveal:
    """What is needed to draw any moment of the way through the layers."""

    moment: Moment
    outputs: Sequence[SceneLayer]  # that read each hidden layer
    scales: Sequence[float]  # what is shown brightest of each
    size: tuple[int, int]

    @property
    def stages(self) -> list[Moment]:
        """A moment of each architecture on the way."""
        layers = range(1, len(self.outputs) + 1)
        fading = [self._ended(layer, 0.5) for layer in layers]
        return [*fading, *(self._neuron(layer, 0.5, 0) for layer in layers)]

    def share(self, place: float) -> float:
        """Return how far the label's bar is filled at a place in [0, 1]."""
        return place

    def says(self, place: float) -> str:
        """Return the label for a place in [0, 1]."""
        layer, share = self._where(place)
        depth = len(self.outputs)
        if layer == depth and share > 0.5:
            return "the picture"
        shown = min(layer + (share > 0.5), depth)
        hidden = self.moment.layers[shown - 1]
        return f"layer {shown} of {depth}: {len(hidden.bias)} {hidden.activation}"

    def draw(self, place: float, draw: Draw) -> Pixels:
        """Draw a frame: 0 is the first layer, 1 the whole picture."""
        layer, share = self._where(place)
        depth = len(self.outputs)
        if layer < depth:
            return self._mosaic(layer, share, draw)
        width, height = self.size
        if share == 1.0:
            return draw(self.moment, width, height)
        return self._opening(share, draw)

    def _where(self, place: float) -> tuple[int, float]:
        """Return the layer, from 1, and how far the next one has come; the output follows last."""
        through = min(max(place, 0.0), 1.0) * len(self.outputs)
        layer = min(math.floor(through), len(self.outputs) - 1)
        share = min(max((through - layer - REST / 2) / (1.0 - REST), 0.0), 1.0)
        return layer + 1, smooth(share)

    def _mosaic(self, layer: int, share: float, draw: Draw) -> Pixels:
        around, middle = _cells(self.size)
        count = min(max(self._neurons(layer), self._neurons(layer + 1)), len(around))
        shown = [self._neuron(layer, share, neuron) for neuron in range(count)]
        shown.append(self._ended(layer, share))
        frame = self._empty()
        for moment, cell in zip(shown, [*around[:count], middle], strict=True):
            left, top, width, height = cell
            frame[top : top + height, left : left + width] = draw(moment, width, height)
        return frame

    def _opening(self, share: float, draw: Draw) -> Pixels:
        """Let the picture in the middle grow until it fills the frame."""
        before = self._mosaic(len(self.outputs), 0.0, draw)
        left, top, width, height = _cells(self.size)[1]
        full_width, full_height = self.size
        left, top = round(left * (1 - share)), round(top * (1 - share))
        width = min(round(width + (full_width - width) * share), full_width - left)
        height = min(round(height + (full_height - height) * share), full_height - top)
        before[top : top + height, left : left + width] = draw(self.moment, width, height)
        return before

    def _neurons(self, layer: int) -> int:
        return len(self.moment.layers[min(layer, len(self.outputs)) - 1].bias)

    def _ended(self, layer: int, share: float) -> Moment:
        """Return the network that ends with this layer, the next one faded in by a share."""
        layers = self._read(layer, share, lambda one: self.outputs[one - 1])
        return replace(self.moment, layers=layers)

    def _neuron(self, layer: int, share: float, neuron: int) -> Moment:
        """Return the network whose output is one neuron's value, in signed colours."""
        layers = self._read(layer, share, lambda one: self._reader(one, neuron))
        return replace(self.moment, layers=layers, colouring=signed_colouring())

    def _read(
        self, layer: int, share: float, reader: Callable[[int], SceneLayer]
    ) -> tuple[SceneLayer, ...]:
        """Return the layers up to this one, the next one faded in, with `reader` as the output."""
        hidden = self.moment.layers[:-1]
        if layer == len(hidden):
            return (*hidden, reader(layer))
        return fade_in(hidden[: layer + 1], reader(layer), reader(layer + 1), share)

    def _reader(self, layer: int, neuron: int) -> SceneLayer:
        """Return the output layer that shows one neuron; one the layer lacks is zero."""
        weight = np.zeros((1, self.outputs[layer - 1].weight.shape[1]), np.float32)
        if neuron < self._neurons(layer):
            weight[0, neuron] = 0.5 / max(self.scales[layer - 1], 1e-30)
        return SceneLayer(weight, np.full(1, 0.5), "clip", residual=False)

    def _empty(self) -> Pixels:
        width, height = self.size
        return np.full((height, width, 3), ImageColor.getrgb(Ink.PAGE), np.uint8)


def reveal_of(recipe: Recipe, time: float) -> Reveal:
    """Return the reveal of a recipe's network at one time.

    Raises:
        RecipeError: there is no hidden layer, or the frame is too small for tiles.
    """
    moment = at_any_size(moment_of(recipe, time), recipe.canvas.size)
    width, height = recipe.canvas.size
    if len(moment.layers) < 2:
        raise cannot("reveal", "needs a hidden layer, and {layers} has none")
    if min(width, height) < 32:
        raise cannot(
            "reveal",
            "needs {size} of at least 32 pixels a side, given {width}x{height}",
            size=Setting("canvas.size"),
            width=width,
            height=height,
        )
    if moment.coordinates == "pixels":
        raise cannot(
            "reveal",
            "shows small pictures, which {pixels} has none of with warps; remove the warps",
            pixels=Setting("camera.coordinates", "pixels"),
        )
    return Reveal(
        moment,
        prefix_outputs("reveal", recipe, moment, time),
        scales(measure(moment, recipe.canvas.size)),
        recipe.canvas.size,
    )


Cell = tuple[int, int, int, int]  # left, top, width, height in pixels


def _cells(size: tuple[int, int]) -> tuple[list[Cell], Cell]:
    """Return the twelve cells along the border of a grid of 4 x 4, and the one in its middle."""
    width, height = size
    gap = max(round(min(size) * GAP), 1)

    def span(start: int, end: int, whole: int) -> tuple[int, int]:
        first, last = (round(place * (whole + gap) / 4) for place in (start, end))
        return first, last - first - gap

    def cell(row: int, column: int, count: int = 1) -> Cell:
        left, wide = span(column, column + count, width)
        top, high = span(row, row + count, height)
        return left, top, wide, high

    return [cell(row, column) for row, column in AROUND], cell(1, 1, 2)

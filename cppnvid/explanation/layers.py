"""The points of a small picture, and what a network does at them layer by layer.

In float64, because a network that shrinks its signal tenfold a layer uses up float32's digits long
before it is grey, and in one go, because a small picture fits in memory whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.definition import layer_by_layer
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.backends.warps import to_field
from cppnvid.networks.inputs import inputs_at

GRID_POINTS = 128 * 128
LARGEST = 3.4e38  # of float32, in which pictures are drawn: anything larger overflows there

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

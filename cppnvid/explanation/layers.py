"""The network at a set of points, layer by layer: what `backends/definition.py` does, watched.

In float64, because a network that shrinks its signal tenfold a layer leaves float32's digits long
before it is grey, and without tiles, because a small grid fits in memory whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends import definition
from cppnvid.backends.warps import to_field
from cppnvid.networks.inputs import inputs_at

GRID_POINTS = 128 * 128
LARGEST = 3.4e38  # of float32, which pictures are drawn in: what lies above is an overflow there


@dataclass(frozen=True, eq=False)
class Grid:
    """The points of a small picture, on the screen, before warps and camera."""

    width: int
    height: int
    x: Tensor  # float64 [width · height], row by row, in the convention of the coordinates
    y: Tensor


def grid_of(coordinates: str, canvas: tuple[int, int], points: int = GRID_POINTS) -> Grid:
    """Return about `points` points spread evenly over the canvas, with its aspect.

    Raw pixel coordinates mean another picture at another size, so of those the canvas's own are
    taken, some pixels apart.
    """
    width, height = canvas
    shrink = (points / (width * height)) ** 0.5
    small = max(round(width * shrink), 1), max(round(height * shrink), 1)
    if coordinates == "pixels":
        small = min(small[0], width), min(small[1], height)
        across, down = (
            axis[((np.arange(count) + 0.5) * len(axis) / count).astype(int)]
            for axis, count in zip(axes(coordinates, width, height), small, strict=True)
        )
    else:
        across, down = axes(coordinates, *small)
    x, y = np.meshgrid(across, down)
    return Grid(*small, torch.from_numpy(x.ravel()), torch.from_numpy(y.ravel()))


def field_inputs(moment: Moment, x: Tensor, y: Tensor) -> Tensor:
    """Return what the first layer reads at points of the screen: [n, inputs]; z is in its bias."""
    return inputs_at(moment.inputs, *to_field(x, y, moment.view))


def layer_by_layer(moment: Moment, inputs: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield every layer's pre-activations [n, neurons] and the values [n, …] it hands on."""
    for before, after in definition.layer_by_layer(moment, inputs.numpy()):
        yield torch.from_numpy(before), torch.from_numpy(after)


def spread_of(values: Tensor) -> float:
    """Return how much values [n, neurons] differ from point to point.

    The standard deviation over the points, as the root mean square over the neurons: unlike that
    over all values, it is 0 for neurons that are each constant at a height of their own.
    """
    if not values.numel():
        return 0.0
    tame = values.nan_to_num(nan=0.0).clamp(-LARGEST, LARGEST)
    return float(tame.var(dim=0, correction=0).mean().sqrt())


def as_pictures(values: Tensor, grid: Grid, most: int) -> NDArray[np.float32]:
    """Return the first `most` columns of values [n, neurons] as [most, height, width]."""
    shown = values[:, :most].T.reshape(-1, grid.height, grid.width)
    return shown.to(torch.float32).numpy()

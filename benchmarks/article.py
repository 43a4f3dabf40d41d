"""The article's way of drawing a frame, and the best that tiles make of it.

Written from the article's description and from nothing of cppnvid's, so that a fault of ours
cannot stand on both sides of a comparison. Coordinates are pixel corners, i/min − ½.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Parameters = Sequence[tuple[Tensor, Tensor]]  # weight [out, in] and bias [out] of every layer


def grid(width: int, height: int, dtype: torch.dtype) -> Tensor:
    """Return the coordinates of every pixel, [height · width, 2]."""
    shorter = min(width, height)
    x = torch.arange(width, dtype=torch.float64) / shorter - 0.5
    y = torch.arange(height, dtype=torch.float64) / shorter - 0.5
    down, across = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([across.reshape(-1), down.reshape(-1)], dim=1).to(dtype)


def whole_frame(parameters: Parameters, width: int, height: int) -> NDArray[np.uint8]:
    """Draw a frame in one batch, a new tensor for every step: uint8 [height, width, 3]."""
    return in_bytes(whole_colours(parameters, width, height))


def whole_colours(parameters: Parameters, width: int, height: int) -> Tensor:
    """Draw a frame in one batch, a new tensor for every step: float32 [height, width, 3]."""
    values = grid(width, height, parameters[0][0].dtype)
    with torch.no_grad():
        for weight, bias in parameters[:-1]:
            values = torch.tanh(torch.nn.functional.linear(values, weight, bias))
        weight, bias = parameters[-1]
        values = torch.sigmoid(torch.nn.functional.linear(values, weight, bias))
    return values.reshape(height, width, 3)


def in_bytes(colours: Tensor) -> NDArray[np.uint8]:
    """Round colours in 0 to 1 to 8 bits."""
    frame: NDArray[np.uint8] = (colours * 255 + 0.5).to(torch.uint8).numpy()
    return frame


def in_tiles(parameters: Parameters, points: Tensor, tile: int) -> NDArray[np.uint8]:
    """Draw points [n, 2] in tiles that stay in the cache, in place: uint8 [n, 3]."""
    frame = np.empty((len(points), 3), dtype=np.uint8)
    transposed = [(weight.T.contiguous(), bias) for weight, bias in parameters]
    hidden = [torch.empty(tile, len(bias)) for _, bias in parameters]
    with torch.inference_mode():
        for start in range(0, len(points), tile):
            values = points[start : start + tile]
            count = len(values)
            for (weight, bias), room in zip(transposed, hidden, strict=True):
                values = torch.addmm(bias, values, weight, out=room[:count])
                if weight is not transposed[-1][0]:
                    values.tanh_()
            values = values.sigmoid_().mul_(255).add_(0.5)
            frame[start : start + count] = values.to(torch.uint8).numpy()
    return frame

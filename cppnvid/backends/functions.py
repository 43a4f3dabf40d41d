"""Activations and output functions in torch, as `sampling.py` has them in numpy."""

from collections.abc import Callable

import torch
from torch import Tensor

# Each may write over its argument: fresh memory for every layer costs 1.8 times the whole frame.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh_,
    "sin": torch.sin_,
    "cos": torch.cos_,
    "gaussian": lambda u: u.square_().neg_().exp_(),
    "relu": torch.relu_,
    "leaky_relu": lambda u: torch.nn.functional.leaky_relu_(u, 0.01),
    "elu": torch.nn.functional.elu_,
    "gelu": torch.nn.functional.gelu,
    "softplus": torch.nn.functional.softplus,
    "sigmoid": torch.sigmoid_,
    "abs": torch.abs_,
    "identity": lambda u: u,
    "atan_pair": lambda u: torch.cat([torch.atan(u) / 0.67, torch.atan(u).square() / 0.6], dim=-1),
}
OUTPUT_FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid_,
    "sine": lambda u: 0.5 * torch.sin(u) + 0.5,
    "ridge": lambda u: torch.sqrt(1.0 - torch.tanh(u).abs()),
    "clip": lambda u: u.clamp(0.0, 1.0),
}

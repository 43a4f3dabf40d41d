"""Networks that were trained elsewhere, as far as a test needs one, and how they are saved."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import nn

SMALL = ["--size", "24", "-q"]
TANH = ["--set", "network.activation=tanh"]
PLAIN = [*TANH, "--set", "morph.pace=uniform", *SMALL]


def grid(side: int) -> torch.Tensor:
    """Return x and y of every pixel's centre, −1 to 1, as the house's camera sees them."""
    line = (torch.arange(side) + 0.5 - side / 2) / side * 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.ravel(), y.ravel()], dim=1)


def trained(
    activation: type[nn.Module] = nn.Tanh, *, inputs: int = 3, channels: int = 3, seed: int = 0
) -> nn.Sequential:
    """Train a small network for twenty steps to paint a soft disc."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(inputs, 9), activation(), nn.Linear(9, 7), activation(),
        nn.Linear(7, channels), nn.Sigmoid(),
    )  # fmt: skip
    points = read_by(grid(16), inputs)
    disc = torch.sigmoid(9 * (0.6 - points[:, :2].norm(dim=1, keepdim=True))).expand(-1, channels)
    parameters = list(model.parameters())
    for _ in range(20):  # plain SGD by hand: importing torch.optim alone takes seconds
        slopes = torch.autograd.grad((model(points) - disc).square().mean(), parameters)
        with torch.no_grad():
            for parameter, slope in zip(parameters, slopes, strict=True):
                parameter.sub_(2.0 * slope)
    return model


def read_by(points: torch.Tensor, inputs: int) -> torch.Tensor:
    """Return x and y, and r too for three inputs."""
    return torch.cat([points, points.norm(dim=1, keepdim=True)], dim=1)[:, :inputs]


def picture(path: str) -> NDArray[np.uint8]:
    """Return a PNG's pixels."""
    with Image.open(path) as image:
        return np.array(image)


def two_files() -> tuple[str, str]:
    """Save two trained networks as PyTorch users do."""
    for name, seed in (("a", 0), ("b", 1)):
        save_file(trained(seed=seed).state_dict(), f"{name}.safetensors")
    return "a.safetensors", "b.safetensors"


def generator() -> str:
    """Save a network that reads x, y, r and a latent of five, as a generator does."""
    torch.manual_seed(3)
    layers = [nn.Linear(8, 9), nn.Tanh(), nn.Linear(9, 3)]
    save_file(nn.Sequential(*layers).state_dict(), "gen.safetensors")
    return "gen.safetensors"

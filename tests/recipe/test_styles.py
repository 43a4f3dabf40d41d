"""The published systems: given the same weights, each style is the published formula.

Every formula is written out here for one pixel, in float64 numpy, from its description alone.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.backends import definition
from cppnvid.film.pacing import build_scene
from cppnvid.networks.children import sample_network
from cppnvid.networks.sampling import Network
from cppnvid.recipe import Recipe
from cppnvid.recipe.styles import STYLES

WIDTH, HEIGHT = 9, 9
Vector = NDArray[np.float64]


def weights(network: Network) -> list[tuple[Vector, Vector]]:
    """Return weight and bias of every layer in float64, zeros where there is no bias."""
    made = []
    for layer in network.layers:
        bias = np.zeros(len(layer.weight)) if layer.bias is None else layer.bias
        made.append((layer.weight.astype(np.float64), bias.astype(np.float64)))
    return made


def sigmoid(u: Vector) -> Vector:
    """Return 1 / (1 + e^−u)."""
    return 1.0 / (1.0 + np.exp(-u))


def plain(network: Network, h: Vector) -> Vector:
    """Tanh all the way, then sigmoid."""
    layers = weights(network)
    for weight, bias in layers[:-1]:
        h = np.tanh(weight @ h + bias)
    return sigmoid(layers[-1][0] @ h + layers[-1][1])


def corner(i: int, j: int) -> tuple[float, float]:
    """Place a pixel's corner: i/min − ½."""
    return i / min(WIDTH, HEIGHT) - 0.5, j / min(WIDTH, HEIGHT) - 0.5


def endpoint(i: int, j: int, scale: float) -> tuple[float, float]:
    """Place a pixel so that the ends are ±scale."""
    half = (WIDTH - 1) / 2
    return scale * (i - half) / half, scale * (j - half) / half


def article(network: Network, i: int, j: int) -> Vector:
    """Nine tanh layers over x and y."""
    return plain(network, np.array(corner(i, j)))


def netart_2016(network: Network, i: int, j: int) -> Vector:
    """The inputs are x, y, r, z1, z2 and a 1 that is the first bias."""
    x, y = corner(i, j)
    return plain(network, np.array([x, y, math.hypot(x, y), *network.latent.tolist()]))


def patterns(kind: str) -> Callable[[Network, int, int], Vector]:
    """U = z·Wz·scale + b + x·Wx + y·Wy + r·Wr, three more layers, and the variant's output."""

    def pixel(network: Network, i: int, j: int) -> Vector:
        x, y = endpoint(i, j, 10.0)
        (first, b), *middle, (last, c) = weights(network)
        u = first[:, 3:] @ network.latent.astype(np.float64) + b
        u = u + x * first[:, 0] + y * first[:, 1] + math.hypot(x, y) * first[:, 2]
        h = np.tanh(u)
        for index, (weight, bias) in enumerate(middle):
            u = weight @ h + bias
            if kind in "cd" and index % 2 == 0:
                h = np.log1p(np.exp(u))
            else:
                h = np.tanh(u) + (h if kind == "e" else 0.0)
        u = last @ h + c
        outputs = {"b": np.sqrt(1.0 - np.abs(np.tanh(u))), "d": 0.5 * np.sin(u) + 0.5}
        made: Vector = outputs.get(kind, sigmoid(u))
        return made

    return pixel


def trained(network: Network, i: int, j: int) -> Vector:
    """Softplus of U = z·Wz·scale + b + x·Wx + y·Wy + r·Wr, then three tanh layers."""
    x, y = endpoint(i, j, 8.0)
    (first, b), *middle, (last, c) = weights(network)
    u = first[:, 3:] @ network.latent.astype(np.float64) + b
    h = np.log1p(np.exp(u + first[:, :3] @ [x, y, math.hypot(x, y)]))
    for weight, bias in middle:
        h = np.tanh(weight @ h + bias)
    return sigmoid(last @ h + c)


def lucid(network: Network, i: int, j: int) -> Vector:
    """Eight layers of 24 whose activation is concat(atan(u)/0.67, atan(u)²/0.6)."""
    h = np.array(endpoint(i, j, math.sqrt(3.0)))
    layers = weights(network)
    for weight, bias in layers[:-1]:
        u = np.arctan(weight @ h + bias)
        h = np.concatenate([u / 0.67, u**2 / 0.6])
    return sigmoid(layers[-1][0] @ h + layers[-1][1])


FORMULAS: dict[str, Callable[[Network, int, int], Vector]] = {
    "article": article,
    "netart-2015": article,
    "netart-2016": netart_2016,
    "patterns": patterns("a"),
    "patterns-b": patterns("b"),
    "patterns-c": patterns("c"),
    "patterns-d": patterns("d"),
    "patterns-e": patterns("e"),
    "trained": trained,
    "lucid": lucid,
}


def test_every_published_style_has_its_formula() -> None:
    """No style but the house's own goes untested."""
    assert set(FORMULAS) == set(STYLES) - {"house"}


@pytest.mark.parametrize("style", sorted(FORMULAS))
@pytest.mark.parametrize("seed", [0, 5])
def test_styles_are_the_published_formulas(style: str, seed: int) -> None:
    """Every pixel equals its formula in float64 to 1e-5, before it is rounded to 8 bits."""
    recipe = Recipe.model_validate({"style": style, "morph": {"seeds": [seed], "pace": "uniform"}})
    network = sample_network(recipe.network, seed)
    moment = build_scene(recipe).at(0.0)
    across, down = axes(moment.coordinates, WIDTH, HEIGHT)

    made = definition.colours(moment, np.tile(across, HEIGHT), np.repeat(down, WIDTH))

    expected = [FORMULAS[style](network, i, j) for j in range(HEIGHT) for i in range(WIDTH)]
    np.testing.assert_allclose(made, np.array(expected), atol=1e-5, rtol=0)


def test_the_trained_style_is_as_wide_as_published() -> None:
    """Width 128 four times, 32 latents of N(0, 1) times 8, weights and biases N(0, 0.1)."""
    network = sample_network(Recipe(style="trained").network, 3)

    shapes = [tuple(layer.weight.shape) for layer in network.layers]
    assert shapes == [(128, 35), (128, 128), (128, 128), (128, 128), (3, 128)]
    assert 6.0 < float(network.latent.std()) < 10.0
    for layer in network.layers[:-1]:
        assert layer.bias is not None
        assert float(layer.weight.std()) == pytest.approx(0.1, rel=0.05)
        assert float(layer.bias.std()) == pytest.approx(0.1, rel=0.2)


def test_published_latents_and_weights_have_their_distribution() -> None:
    """Patterns' z is U(−1, 1) times its scale of 10; the article's bias is PyTorch's default."""
    latent = sample_network(Recipe(style="patterns").network, 3).latent
    bias = sample_network(Recipe(style="article").network, 3).layers[0].bias

    assert 1.0 < np.abs(latent).max() <= 10.0
    assert bias is not None
    assert np.abs(bias).max() <= 2**-0.5

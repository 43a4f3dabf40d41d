"""Seeds are a promise: the same weights on every machine and version."""

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from cppnvid.errors import RecipeError
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.networks.children import sample_network
from cppnvid.networks.sampling import normal, uniform
from cppnvid.recipe import Init, Layer, NetworkSpec, Recipe

SPEC = NetworkSpec.model_validate({"layers": "3x16"})


def spec(**parts: object) -> NetworkSpec:
    """Build a specification from plain data."""
    return NetworkSpec.model_validate({"layers": "2x8", **parts})


def test_philox_stream_is_the_one_numpy_guarantees() -> None:
    """The raw words of key 42 are those written down when the format was fixed."""
    words = np.random.Philox(key=42).random_raw(4)

    expected = [0xD1F8817D4D62880E, 0x307266B65CC8797E, 0xDE1F04E7F084ED03, 0x65034A8E78CD1E59]
    assert [int(word) for word in words] == expected


def test_golden_hash_of_the_weights_of_seed_1() -> None:
    """A change of the sampler, of numpy that moves one bit of a weight is seen here."""
    digest = hashlib.blake2b(digest_size=16)
    network = sample_network(SPEC, 1)
    for layer in network.layers:
        assert layer.bias is not None
        digest.update(layer.weight.tobytes())
        digest.update(layer.bias.tobytes())
    digest.update(network.latent.tobytes())

    assert digest.hexdigest() == "3c0f5cd0b4766ea50f70de1c49ecf4d5"


def test_layers_have_the_promised_shapes_and_order() -> None:
    """Weights are float32 [out, in], the first over x, y, r, z; the last is the output."""
    network = sample_network(spec(layers=[5, {"width": 7, "activation": "sin"}], z_dim=4), 3)

    assert [tuple(layer.weight.shape) for layer in network.layers] == [(5, 7), (7, 5), (3, 7)]
    assert [layer.activation for layer in network.layers] == ["tanh", "sin", "sigmoid"]
    assert network.inputs == ("x", "y", "r", "z")
    assert {layer.weight.dtype for layer in network.layers} == {np.dtype(np.float32)}


def test_inputs_stand_in_one_order_however_they_are_written() -> None:
    """Inputs z, r, x give the columns x, r, z."""
    network = sample_network(spec(inputs=["z", "r", "x"], z_dim=2), 5)
    full = sample_network(spec(inputs=["x", "y", "r", "z"], z_dim=2), 5)

    assert network.inputs == ("x", "r", "z")
    assert np.array_equal(network.layers[0].weight, full.layers[0].weight[:, [0, 2, 3, 4]])


def test_adding_a_layer_leaves_the_other_layers_as_they_were() -> None:
    """Every tensor has a stream of its own."""
    short, long = sample_network(spec(layers="2x8"), 9), sample_network(spec(layers="3x8"), 9)

    assert np.array_equal(short.layers[0].weight, long.layers[0].weight)
    assert np.array_equal(short.layers[1].weight, long.layers[1].weight)
    assert np.array_equal(short.layers[-1].weight, long.layers[-1].weight)


def test_seeds_differ_and_repeat() -> None:
    """Two draws of one seed are equal to the bit, two seeds share nothing."""
    first, again, other = (sample_network(SPEC, seed).layers[1].weight for seed in (7, 7, 8))

    assert np.array_equal(first, again)
    assert not np.isclose(first, other).any()


def test_draws_have_the_distribution_they_are_named_for() -> None:
    """100,000 normal values have mean 0, deviation 1 and kurtosis 3; uniform ones fill [−1, 1)."""
    values, flat = normal(0, "test", 100_001), uniform(0, "test", 100_000)

    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1) < 0.01
    assert abs((values**4).mean() - 3) < 0.1
    assert len(values) == 100_001
    assert flat.min() >= -1
    assert flat.max() < 1
    assert abs(flat.std() - 3**-0.5) < 0.01


@pytest.mark.parametrize(
    ("weights", "deviation"),
    [("normal", 2.0), ("uniform", 2 / 3**0.5), ("pytorch", 2 / 64 / 3**0.5), ("variance", 2 / 64)],
)
def test_inits_have_the_spread_they_promise(weights: str, deviation: float) -> None:
    """Normal is σ, uniform ±a, the others a factor on 1/√fan-in; a hidden layer of 4096 inputs."""
    made = (
        sample_network(spec(layers=[1024, 1024], init={"weights": weights, "hidden": 2.0}), 0)
        .layers[1]
        .weight
    )

    fan_in = 1024**0.5
    expected = deviation * 64 / fan_in if weights in ("pytorch", "variance") else deviation
    assert float(made.std()) == pytest.approx(expected, rel=0.01)


def test_sigmas_apply_apart() -> None:
    """First, latent, hidden, output and bias each scale their own tensors and no others."""
    plain = sample_network(spec(), 4)
    for name, index in {"first": 0, "hidden": 1, "output": 2}.items():
        scaled = sample_network(spec(init={name: 3.0}), 4)
        for position, (before, after) in enumerate(zip(plain.layers, scaled.layers, strict=True)):
            columns = slice(0, 3) if name == "first" else slice(None)
            factor = 3.0 if position == index else 1.0
            expected = before.weight[:, columns] * factor
            assert np.allclose(after.weight[:, columns], expected), (name, position)
    scaled = sample_network(spec(init={"bias": 3.0}), 4)
    assert scaled.layers[1].bias is not None
    assert plain.layers[1].bias is not None
    assert np.allclose(scaled.layers[1].bias, plain.layers[1].bias * 3.0)


def test_bias_where_it_is_asked_for() -> None:
    """Bias all, first and none, a layer's own word, and the output's."""
    layers = [8, 8, {"width": 8, "bias": True}]

    def has_bias(**parts: object) -> list[bool]:
        return [layer.bias is not None for layer in sample_network(spec(**parts), 0).layers]

    assert has_bias(layers=layers, bias="all") == [True, True, True, True]
    assert has_bias(layers=layers, bias="first") == [True, False, True, True]
    assert has_bias(layers=layers, bias="none", output_bias=False) == [False, False, True, False]


def test_atan_pair_hands_on_two_values_a_neuron() -> None:
    """Lucid's activation doubles the width that the next layer reads."""
    network = sample_network(spec(layers="2x24", activation="atan_pair"), 0)

    assert tuple(network.layers[1].weight.shape) == (24, 48)
    assert tuple(network.layers[2].weight.shape) == (3, 48)
    assert ACTIVATIONS["atan_pair"](np.zeros((5, 24))).shape == (5, 48)


def test_no_hidden_layer_reads_the_inputs() -> None:
    """Depth 0 maps the coordinates straight to the output."""
    network = sample_network(spec(layers=[], z_dim=2), 0)

    assert [tuple(layer.weight.shape) for layer in network.layers] == [(3, 5)]


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_are_their_formulas(name: str) -> None:
    """Every activation, numpy's and torch's, equals a formula written independently, in float64."""
    u = np.linspace(-4, 4, 41)
    erf = np.vectorize(__import__("math").erf)
    formulas = {
        "tanh": (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u)),
        "sin": np.sin(u),
        "cos": np.cos(u),
        "gaussian": np.exp(-(u**2)),
        "relu": np.maximum(u, 0),
        "leaky_relu": np.where(u > 0, u, 0.01 * u),
        "elu": np.where(u > 0, u, np.exp(u) - 1),
        "gelu": u * (1 + erf(u / 2**0.5)) / 2,
        "softplus": np.log(1 + np.exp(u)),
        "sigmoid": 1 / (1 + np.exp(-u)),
        "abs": np.abs(u),
        "identity": u,
        "atan_pair": np.concatenate([np.arctan(u) / 0.67, np.arctan(u) ** 2 / 0.6]),
    }

    made = ACTIVATIONS[name](u.copy())
    torchs = ACTIVATIONS[name](torch.tensor(u)).numpy()

    np.testing.assert_allclose(made, formulas[name], atol=1e-12)
    np.testing.assert_allclose(torchs, formulas[name], atol=1e-12)


@pytest.mark.parametrize("name", sorted(OUTPUT_FUNCTIONS))
def test_output_functions_are_their_formulas_and_stay_in_range(name: str) -> None:
    """Sigmoid, ½sin+½, √(1−|tanh|) and clip, all within [0, 1], in numpy and in torch."""
    u = np.linspace(-30, 30, 121)
    formulas = {
        "sigmoid": 1 / (1 + np.exp(-u)),
        "sine": np.sin(u) / 2 + 0.5,
        "ridge": np.sqrt(1 - np.abs(np.tanh(u))),
        "clip": np.clip(u, 0, 1),
    }

    torchs = OUTPUT_FUNCTIONS[name](torch.tensor(u)).numpy()
    for made in (OUTPUT_FUNCTIONS[name](u.copy()), torchs):
        np.testing.assert_allclose(made, formulas[name], atol=1e-7)
        assert made.min() >= 0
        assert made.max() <= 1


def test_article_style_is_the_article_s_network() -> None:
    """Nine tanh layers of 16 over x and y, one bias of PyTorch's default, no other."""
    network = sample_network(Recipe(style="article").network, 1)

    assert [tuple(layer.weight.shape) for layer in network.layers] == (
        [(16, 2)] + [(16, 16)] * 8 + [(3, 16)]
    )
    assert [layer.bias is not None for layer in network.layers] == [True] + [False] * 9
    assert network.layers[0].bias is not None
    assert np.abs(network.layers[0].bias).max() <= 2**-0.5


def test_parts_can_be_built_in_python() -> None:
    """Models nest without YAML, and networks are frozen."""
    made = NetworkSpec(layers=(Layer(width=4),), init=Init(hidden=0.5))
    layer = sample_network(made, 0).layers[0]

    assert layer.weight.shape[0] == 4
    assert replace(layer, residual=True).residual


@pytest.mark.parametrize("seed", [-1, 1.5, 2**63, True])
def test_impossible_seeds_are_refused(seed: Any) -> None:
    """A seed that no recipe may hold draws no network either."""
    with pytest.raises(RecipeError, match="seed: must be a whole number"):
        sample_network(SPEC, seed)

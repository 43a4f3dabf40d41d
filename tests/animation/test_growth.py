"""Growth: both ends are networks, and nothing between them jumps."""

from dataclasses import replace

import numpy as np
import pytest

from cppnvid.animation.growth import deepen, fade_in, thin, widths_at
from cppnvid.backends.halide.architecture import architecture_of
from cppnvid.film.pacing import build_scene, moment_of
from cppnvid.networks.activations import ACTIVATIONS
from cppnvid.recipe import Recipe
from tests.conftest import small
from tests.explanation.helpers import recipe, shorter, sums

SHARES = np.linspace(0.0, 1.0, 61)
# Of 255 levels a tenth, where sums are steepest: what a layer that only hands on may be off by.
NEARLY = 1e-3

MIXED = [
    {"width": 4, "activation": "atan_pair"},
    {"width": 8, "activation": "cos", "residual": True},
    {"width": 3, "activation": "softplus"},
    {"width": 3, "activation": "atan_pair"},
    5,
]
NETWORKS = [
    *({"activation": name} for name in ACTIVATIONS),
    {"residual": True},
    {"residual": True, "activation": "cos"},
    {"layers": [3, 7, 4, 2]},
    {"layers": MIXED},
]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_layer_comes_in_from_one_network_to_the_next(network: dict[str, object]) -> None:
    """At every depth both ends are those networks, and no step between is a jump."""
    whole = recipe(network)
    moment = moment_of(whole, 0.0)
    for count in range(1, len(moment.layers) - 1):
        shallow, deep = shorter(whole, count), shorter(whole, count + 1)
        outputs = shallow.layers[-1], deep.layers[-1]
        ways = [fade_in(moment.layers[: count + 1], *outputs, share) for share in SHARES]
        found = np.array([sums(moment, layers) for layers in ways])

        assert len({tuple(layer.weight.shape for layer in layers) for layers in ways}) == 1
        assert np.abs(found[0] - sums(shallow, shallow.layers)).max() < NEARLY
        assert np.abs(found[-1] - sums(deep, deep.layers)).max() < 1e-5
        steps = np.abs(np.diff(found, axis=0)).mean(axis=(1, 2))
        assert steps.max() < 8 * steps.mean()


@pytest.mark.parametrize("network", NETWORKS)
def test_depth_grows_without_a_jump_in_one_architecture(network: dict[str, object]) -> None:
    """All layers are the network itself; whatever the depth, shapes and functions are the same."""
    moment = moment_of(recipe(network), 0.0)
    depths = np.linspace(1.0, len(moment.layers) - 1, 161)
    ways = [deepen(moment.layers, depth) for depth in depths]
    found = np.array([sums(moment, layers) for layers in ways])

    assert np.abs(found[-1] - sums(moment, moment.layers)).max() < 1e-5
    kinds = {architecture_of(replace(moment, layers=layers), 1) for layers in ways}
    assert kinds == {architecture_of(moment, 1)}
    steps = np.abs(np.diff(found, axis=0)).mean(axis=(1, 2))
    assert steps.max() < 12 * steps.mean()


def test_a_depth_is_the_network_of_so_many_layers() -> None:
    """Where widths are equal, the missing ones hand everything on."""
    networks: list[dict[str, object]] = [{}, {"residual": True}]
    networks += [{"activation": "cos"}, {"activation": "relu"}]
    for network in networks:
        whole = recipe(network)
        moment = moment_of(whole, 0.0)
        for depth in (1, 2, 3):
            found = sums(moment, deepen(moment.layers, depth))
            assert np.abs(found - sums(moment, shorter(whole, depth).layers)).max() < NEARLY


def test_a_layer_that_is_half_way_in_has_lost_none_of_its_size() -> None:
    """From the identity to its own weights it turns: both count by the root of a half."""
    layers = moment_of(recipe(), 0.0).layers
    own, half = layers[1].weight, deepen(layers, 1.5)[1].weight
    apart = ~np.eye(len(own), dtype=bool)

    np.testing.assert_allclose(half[apart] / own[apart], np.sqrt(0.5) * 0.5015, rtol=1e-3)


def test_a_muted_neuron_is_not_heard() -> None:
    """The network of the first three neurons of each layer, built by cutting its matrices."""
    moment = moment_of(recipe(), 0.0)

    muted = thin(moment.layers, 0.0, fewest=3, louder=False)

    cut = [
        replace(
            layer,
            weight=layer.weight[: None if last else 3, : 2 if index == 0 else 3],
            bias=layer.bias[: None if last else 3],
        )
        for index, layer in enumerate(moment.layers)
        for last in [index == 4]
    ]
    assert np.abs(sums(moment, muted) - sums(moment, tuple(cut))).max() < 1e-6


def test_width_grows_from_one_neuron_to_all() -> None:
    """At 0 one neuron a layer is heard, at 1 the network is its own."""
    layers = moment_of(recipe(), 0.0).layers

    assert not thin(layers, 0.0, louder=False)[2].weight[:, 1:].any()
    whole = thin(layers, 1.0, louder=True)
    assert all(
        np.array_equal(one.weight, two.weight) for one, two in zip(whole, layers, strict=True)
    )


def growing(**morph: object) -> Recipe:
    """Return a small film that grows."""
    return small(morph={"seeds": [3], "path": "grow"} | morph)


def test_every_step_of_a_width_multiplies_by_as_much() -> None:
    """From three neurons to twelve there are six half way; a layer that has fewer keeps them."""
    assert widths_at([12, 2], 0.5, 3) == pytest.approx([6.0, 2.0])
    assert widths_at([16], 0.5) == pytest.approx([4.0])


def test_a_film_of_width_starts_with_three_neurons_as_loud_as_all() -> None:
    """Three of each layer are heard, so loudly that sums are as large as of them all."""
    film = small(
        morph={"seeds": [3], "path": "grow", "grow": "width"}, network={"layers": [12, 2, 12]}
    )
    first, own = (
        build_scene(film).at(0.0).layers,
        moment_of(small(morph={"seeds": [3]}, network={"layers": [12, 2, 12]}), 0.0).layers,
    )

    for layer, whole, width in zip(first[1:], own[1:], (12, 2, 12), strict=True):
        few = min(width, 3)
        np.testing.assert_allclose(
            layer.weight[:, :few], whole.weight[:, :few] * np.sqrt(width / few), rtol=1e-6
        )
        assert not layer.weight[:, few:].any()


@pytest.mark.parametrize("grow", ["depth", "width"])
def test_a_film_grows_and_shrinks_back(grow: str) -> None:
    """Half way it is the seed's own picture; a loop comes back as it went, others end there."""
    own = moment_of(small(morph={"seeds": [3]}), 0.0).layers
    loop, film = build_scene(growing(grow=grow)), build_scene(growing(grow=grow, loop="open"))

    for whole in (loop.at(0.5), film.at(1.0)):
        for layer, expected in zip(whole.layers, own, strict=True):
            np.testing.assert_allclose(layer.weight, expected.weight, rtol=1e-6)
            np.testing.assert_allclose(layer.bias, expected.bias, rtol=1e-6)
    for there, back in ((0.2, 0.8), (0.4, 0.6)):
        for one, other in zip(loop.at(there).layers, loop.at(back).layers, strict=True):
            np.testing.assert_allclose(one.weight, other.weight, atol=1e-6)
    assert not np.allclose(loop.at(0.0).layers[-1].weight, own[-1].weight)

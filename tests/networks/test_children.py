"""Children of seeds: their names, and that their weights are what the names say, for ever."""

import hashlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.errors import RecipeError
from cppnvid.networks import children
from cppnvid.networks.children import sample_latents, sample_network
from cppnvid.networks.sampling import Network
from cppnvid.presets import load_recipe
from cppnvid.recipe import NetworkSpec, Recipe
from cppnvid.recipe.pedigree import Crossing, descent, pedigree

SPEC = NetworkSpec.model_validate({"layers": [24, {"width": 16, "activation": "atan_pair"}, 16]})


def tensors(network: Network) -> list[NDArray[np.float64]]:
    """Return every tensor of a network, in float64."""
    made = [layer.weight for layer in network.layers]
    made += [layer.bias for layer in network.layers if layer.bias is not None]
    return [tensor.astype(np.float64) for tensor in [*made, network.latent]]


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("7m3", "e98467afbc3b2d35"),
        ("7m3@0.4", "81a732d7f48858dd"),
        ("7x12", "84db19e0649e9b23"),
        ("7x12m2@0.05", "e26df4d4767e4f16"),
        ("12x(7m1)@0.25", "5966b7dfe353499e"),
    ],
)
def test_a_name_is_the_same_picture_for_ever(name: str, digest: str) -> None:
    """A promise like that of seeds."""
    network = sample_network(SPEC, name)
    data = b"".join(tensor.astype("<f4").tobytes() for tensor in tensors(network))
    assert hashlib.blake2b(data, digest_size=8).hexdigest() == digest


def test_a_mutation_turns_by_its_strength_and_keeps_its_size() -> None:
    """Any two strengths span a plane with the parent: √(1 − s²) of it, and s of one other."""
    parent, whole = tensors(sample_network(SPEC, 7)), tensors(sample_network(SPEC, "7m3@1"))
    for strength in (0.0001, 0.2, 0.9):
        child = tensors(sample_network(SPEC, f"7m3@{strength}"))
        for before, other, made in zip(parent, whole, child, strict=True):
            wanted = (1 - strength**2) ** 0.5 * before + strength * other
            assert np.abs(made - wanted).max() < 1e-6
    large = NetworkSpec.model_validate({"layers": "2x256"})
    sizes = [sample_network(large, name).layers[1].weight.std() for name in (7, "7m1", "7m1m2@0.7")]
    assert np.ptp(sizes) < 0.01
    assert abs(np.corrcoef(parent[0].ravel(), whole[0].ravel())[0, 1]) < 0.2


def test_a_crossing_takes_whole_neurons() -> None:
    """Each row and its bias are of one parent; more of the second's with a larger share."""
    first, second = sample_network(SPEC, 7), sample_network(SPEC, 12)
    before = 0
    for share in (0.1, 0.5, 0.9):
        child = sample_network(SPEC, f"7x12@{share}")
        taken = 0
        for made, one, other in zip(child.layers, first.layers, second.layers, strict=True):
            assert made.bias is not None
            assert one.bias is not None
            assert other.bias is not None
            for row in range(len(made.weight)):
                source = other if (made.weight[row] == other.weight[row]).all() else one
                assert (made.weight[row] == source.weight[row]).all()
                assert source.bias is not None
                assert made.bias[row] == source.bias[row]
                taken += source is other
        assert taken > before
        before = taken
    assert before > 0.7 * sum(len(layer.weight) for layer in first.layers)
    assert all(map(np.array_equal, tensors(sample_network(SPEC, "7x12@1")), tensors(second)))


def test_both_orders_of_a_crossing_differ() -> None:
    """Neither is the other with the parents' places changed."""
    one, other = sample_network(SPEC, "7x12"), sample_network(SPEC, "12x7")
    rows = [
        (a.weight == b.weight).all(axis=1) for a, b in zip(one.layers, other.layers, strict=True)
    ]
    assert 0 < np.concatenate(rows).mean() < 1


def test_latents_have_children_too() -> None:
    """With `morph.of: z`: the same formulas, on the latent alone."""
    parent, other, mutated, crossed = sample_latents(SPEC, [7, 12, "7m1@0.3", "7x12"])
    towards = sample_network(SPEC, "7m1@1").latent
    assert np.allclose(mutated, 0.91**0.5 * parent + 0.3 * towards, atol=1e-6)
    assert all(value in (a, b) for value, a, b in zip(crossed, parent, other, strict=True))
    recipe = load_recipe({"morph": {"of": "z", "seeds": [7, "7m1@0.3"], "path": "linear"}})
    points = Scene.of(recipe).control_points
    assert np.array_equal(points.latents.values, np.stack([parent, mutated]).astype(np.float64))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("7m3@0.20", "7m3"),
        ("7m3@.4", "7m3@0.4"),
        ("(7m3)x12", "7m3x12"),
        ("7x(12)", "7x12"),
        ("7x(12m1)", "7x(12m1)"),
        ("((7)x((12x3)))m1@1", "7x(12x3)m1@1"),
        ("7x12@0.5m2", "7x12m2"),
        ("0x12", "0x12"),
        ({"mutate": 7, "number": 3, "strength": 0.4}, "7m3@0.4"),
        ({"cross": [{"mutate": "7x12"}, {"cross": [1, 2], "share": 0.25}]}, "7x12m1x(1x2@0.25)"),
    ],
)
def test_a_name_is_always_written_in_one_way(typed: Any, name: str) -> None:
    """Also as a mapping; what is written reads as the same."""
    recipe = load_recipe({"morph": {"seeds": [1, typed]}})
    assert recipe.morph.seeds == (1, name)
    assert load_recipe(recipe.to_data()) == recipe
    assert str(pedigree(name)) == name


def test_yaml_needs_no_quotes() -> None:
    """`0x12` is a crossing there, and no number."""
    from cppnvid.presets import parse

    data = parse("morph: {seeds: [7, 7m3@0.4, 0x12, 7x(12m1)]}", "a.yaml").data
    assert load_recipe(data).morph.seeds == (7, "7m3@0.4", "0x12", "7x(12m1)")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"mutate": 7, "count": 3}, "is no child: as a mapping it is {mutate: 7"),
        ({"cross": [7]}, "is no child"),
        ({"cross": [7, 12], "share": 0}, "needs a share from 0.0001 to 1 after @, given 0"),
        ({"mutate": {"cross": [1, "b"]}}, "is neither a seed"),
        ("7" + "x7" * 65, "at most 64 generations"),
        ("(" * 5000, "at most 64 brackets"),
        ("7", "must be a whole number"),
        (True, "must be a whole number"),
    ],
)
def test_what_is_no_name_is_refused(value: Any, words: str) -> None:
    """With what would be right."""
    with pytest.raises(RecipeError) as error:
        load_recipe({"morph": {"seeds": [1, value]}})
    assert error.value.mistakes[0].key == "morph.seeds.1"
    assert words in str(error.value)


def test_families_are_bounded() -> None:
    """A short text can name very many pictures."""
    name = "7"
    for _ in range(9):
        name = f"{name}x({name})"
    with pytest.raises(RecipeError, match="at most 1,000 pictures"):
        load_recipe({"morph": {"seeds": [1, name]}})
    half = "7"
    for _ in range(8):
        half = f"{half}x({half})"
    with pytest.raises(RecipeError, match=r"at most [0-9,]+ weights"):
        load_recipe({"network": {"layers": "4x256"}, "morph": {"seeds": [half] * 1000}})


def test_strength_is_no_part_of_what_chance_sees() -> None:
    """So a stronger ancestor moves its descendants smoothly."""
    assert descent(pedigree("7m3@0.4x(12m1@0.1)@0.3m2")) == "7m3x(12m1)m2"
    near, far = (tensors(sample_network(SPEC, f"7m1@{s}x12m2"))[1] for s in (0.2, 0.201))
    assert 0 < np.abs(near - far).max() < 0.02


def test_networks_of_two_architectures_are_not_crossed() -> None:
    """The reason names both."""
    other = NetworkSpec.model_validate({"layers": [24, 16, 16]})
    child = pedigree("7x12")
    assert isinstance(child, Crossing)
    with pytest.raises(RecipeError, match=r"two architectures.*24x11 tanh.*16x24 atan_pair"):
        children._crossed(sample_network(SPEC, 7), sample_network(other, 12), child)


def test_a_film_passes_through_children() -> None:
    """A walk from a parent to its child, and an orbit of a child, which starts at it."""
    scene = Scene.of(load_recipe({"morph": {"seeds": [7, "7m1@0.4"], "loop": "open"}}))
    end = scene.at(1.0).layers[1].weight
    spec = Recipe().network
    assert np.abs(end - sample_network(spec, "7m1@0.4").layers[1].weight).max() < 1e-6
    orbit = Scene.of(load_recipe({"morph": {"seeds": ["7x12"]}}))
    assert np.array_equal(
        orbit.at(0.0).layers[1].weight, sample_network(spec, "7x12").layers[1].weight
    )
    assert (orbit.at(0.3).layers[1].weight != orbit.at(0.0).layers[1].weight).any()

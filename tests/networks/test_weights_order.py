"""The order of a file's layers: from numbers, the file or the shapes, and otherwise asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from cppnvid import RecipeError, load_recipe
from cppnvid.networks.weights import Trained, read_bytes, read_weights
from cppnvid.networks.weights.order import is_before
from cppnvid.presets import Override
from tests.conftest import Run

Arrays = dict[str, NDArray[Any]]
WORDS = ("layer_one", "layer_two", "layer_three", "out")


def network(
    names: tuple[str, ...], *widths: int, bias: bool = True, seed: int = 0, weight: str = "weight"
) -> Arrays:
    """Return layers of these names and widths, each number another."""
    random = np.random.default_rng(seed)
    arrays = {}
    for name, columns, neurons in zip(names, widths, widths[1:], strict=False):
        arrays[f"{name}.{weight}"] = random.normal(size=(neurons, columns)).astype(np.float32)
        if bias:
            arrays[f"{name}.bias"] = random.normal(size=neurons).astype(np.float32)
    return arrays


def read(arrays: Arrays, ending: str) -> Trained:
    """Write a file of these arrays and read it."""
    name = f"net{ending}"
    if ending == ".npz":
        np.savez(name, **arrays)  # type: ignore[arg-type]
    else:
        save_file(arrays, name)
    return read_weights(read_bytes(name), name)


def names_of(trained: Trained) -> list[str]:
    """Return the layers' names in their order."""
    return [layer.name.removesuffix(".weight") for layer in trained.layers]


@pytest.mark.parametrize("names", [WORDS, ("first", "second", "third", "a"), ("d", "c", "b", "a")])
@pytest.mark.parametrize("bias", [True, False])
def test_names_that_do_not_sort_keep_the_order_of_a_npz(names: tuple[str, ...], bias: bool) -> None:
    """Whoever wrote a .npz listed the layers in their order, whatever their names sort like."""
    trained = read(network(names, 3, 16, 16, 16, 3, bias=bias), ".npz")

    assert names_of(trained) == list(names)
    assert trained.order.startswith(f"{names[0]}.weight, {names[1]}.weight")
    assert trained.order.endswith("(as saved in the file)")


@pytest.mark.parametrize("names", [WORDS, ("d", "c", "b", "a")])
def test_names_that_do_not_sort_are_asked_about_in_safetensors(names: tuple[str, ...]) -> None:
    """That format is sorted by name, so two hidden layers of one shape may be either way round."""
    with pytest.raises(RecipeError) as caught:
        read(network(names, 3, 16, 16, 16, 3), ".safetensors")

    said = str(caught.value)
    assert "does not say in which order its layers follow each other" in said
    assert ", ".join(f"{name}.weight" for name in names) in said
    assert ".npz, whose order is kept" in said


SHAPED = {
    "siren-pytorch": ("net.layers.0", "net.layers.1", "net.last_layer"),
    "words": ("input", "hidden", "output"),
    "fc": ("fc_in", "fc1", "fc_out"),
    "fc and out": ("fc1", "fc2", "out"),
    "several hidden": ("inp", "hidden.0", "hidden.1", "hidden.2", "last"),
    "encoder and decoder": ("encoder.0", "encoder.2", "decoder.0", "decoder.2"),
    "Keras by hand": ("dense", "dense_1", "dense_2", "color"),
    "reversed": ("z", "y", "x"),
}


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
@pytest.mark.parametrize("kind", SHAPED)
def test_layouts_whose_shapes_leave_one_order_are_read(kind: str, ending: str) -> None:
    """Numbers and widths decide together, whatever the words."""
    names = SHAPED[kind]
    arrays = network(names, 2, *[32] * (len(names) - 1), 3)
    shuffled = dict(sorted(arrays.items()))

    trained = read(shuffled, ending)

    assert names_of(trained) == list(names)
    for layer in trained.layers:
        np.testing.assert_array_equal(layer.weight, arrays[layer.name])
    saved = ending == ".npz" and [key for key in shuffled if "weight" in key] == [
        layer.name for layer in trained.layers
    ]
    why = "as saved in the file" if saved else "the only order that their shapes allow"
    assert trained.order.endswith(f"({why})")


def test_layers_saved_out_of_order_are_taken_by_their_numbers() -> None:
    """Numbers say more than the place in a file, and need no line."""
    arrays = network(("l1", "l2", "l10"), 3, 3, 3, 3)

    trained = read(dict(reversed(arrays.items())), ".npz")

    assert names_of(trained) == ["l1", "l2", "l10"]
    assert trained.order == ""


def test_unsorted_layers_are_turned_too() -> None:
    """[in, out] without a word for it is told by the biases."""
    names = ("one", "two", "end")
    arrays = network(names, 2, 16, 16, 3, weight="w")
    turned = {key: a.T if a.ndim == 2 else a for key, a in arrays.items()}

    trained = read({key: np.ascontiguousarray(a) for key, a in turned.items()}, ".safetensors")

    assert [layer.name for layer in trained.layers] == ["one.w", "two.w", "end.w"]
    for layer in trained.layers:
        np.testing.assert_array_equal(layer.weight, arrays[layer.name])


SEVERAL = {
    "moving average": ("model.{}", "model_ema.{}"),
    "teacher": ("student.net.{}", "teacher.net.{}"),
    "nested": ("module.online.{}", "module.target.{}"),
    "plain and average": ("{}", "ema.{}"),
    "ensemble": ("members.0.{}", "members.1.{}"),
    "suffix": ("layer{}", "layer{}_avg"),
}


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
@pytest.mark.parametrize("widths", [(3, 16, 3), (2, 16, 3), (3, 3, 3)])
@pytest.mark.parametrize("kind", SEVERAL)
def test_of_several_networks_one_is_asked_for(
    kind: str, widths: tuple[int, ...], ending: str
) -> None:
    """A model and its moving average are never chained into one network."""
    arrays: Arrays = {}
    for seed, form in enumerate(SEVERAL[kind]):
        names = (form.format(0), form.format(2))
        arrays |= network(names, *widths, seed=seed)

    with pytest.raises(RecipeError, match="contains 2 whole networks") as e:
        read(arrays, ending)

    assert "which one is meant" in str(e.value)
    assert ("startswith" in str(e.value)) == ("plain" not in kind and kind != "suffix"), e.value


def test_a_generator_and_its_discriminator_are_two_networks() -> None:
    """They fit one behind the other, and what that draws is the discriminator's grey."""
    arrays = network(("G.0", "G.2"), 8, 16, 3) | network(("D.0", "D.2"), 3, 16, 1)

    with pytest.raises(RecipeError, match=r"contains 2 whole networks, G\.\d?, D\.|D\., G\."):
        read(arrays, ".npz")


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
def test_the_lines_that_keep_one_network_work(ending: str) -> None:
    """They are run as they are printed, and the file they write is that network."""
    wanted = network(("model.0", "model.2"), 3, 16, 3)
    with pytest.raises(RecipeError) as caught:
        read(wanted | network(("model_ema.0", "model_ema.2"), 3, 16, 3, seed=1), ending)

    exec("\n".join(x.strip() for x in str(caught.value).splitlines()[1:]), {})

    trained = read_weights(read_bytes(f"one-net{ending}"), f"one-net{ending}")
    assert names_of(trained) == ["model.0", "model.2"]
    np.testing.assert_array_equal(trained.layers[0].weight, wanted["model.0.weight"])


def test_many_layers_of_one_shape_are_asked_about_at_once() -> None:
    """A hundred words for a hundred equal layers have more orders than can be tried."""
    letters = "abcdefghij"
    names = tuple(f"{a}{b}" for a in letters for b in letters)

    with pytest.raises(RecipeError, match="does not say in which order"):
        read(network(names, 3, *[8] * 99, 3, bias=False), ".safetensors")


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("net.2.", "net.10.", True),
        ("net.10.", "net.2.", False),
        ("fc1", "fc2.a", True),
        ("dense/", "dense_1/", True),
        ("fc", "fc1", False),
        ("fc1", "out", False),
        ("layer_one", "layer_two", False),
    ],
)
def test_only_numbers_say_what_comes_before(one: str, other: str, before: bool) -> None:
    """Words sort by the alphabet, which says nothing about layers."""
    assert is_before(one, other) == before


def test_the_order_taken_is_said_in_a_line(run: Run) -> None:
    """On stderr with what is drawn, by `info`, and to a caller who listens."""
    np.savez("net.npz", **network(WORDS, 2, 8, 8, 8, 3))  # type: ignore[arg-type]
    line = "layer_one.weight, layer_two.weight, layer_three.weight, out.weight (as saved in"
    tanh = ["--set", "network.activation=tanh", "--size", "8"]

    code, out, err = run("still", "--weights", "net.npz", *tanh, "-o", "a.png")
    assert (code, out) == (0, "a.png\n")
    assert err.count(f"net.npz: layers in the order {line}") == 1
    _, _, err = run("morph", "--weights", "net.npz", *tanh, "--frames", "2", "-o", "a.gif")
    assert err.count(line) == 1
    _, _, err = run("still", "--weights", "net.npz", *tanh, "-q", "-o", "b.png")
    assert err == ""
    assert f"# in the order {line}" in run("info", "net.npz")[1]
    notes: list[str] = []
    load_recipe(
        {}, [Override("network.activation", "tanh")], weights=["net.npz"], note=notes.append
    )
    assert len(notes) == 1
    assert line in notes[0]
    assert Path("a.gif").is_file()

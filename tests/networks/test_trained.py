"""Networks from files are drawn and walked through as seeds are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import cppnvid
from cppnvid import RecipeError, load_network, load_recipe, sample_network, save_network
from cppnvid.animation.control_points import control_networks
from cppnvid.film.pacing import build_scene
from cppnvid.presets import Override
from cppnvid.recipe import NetworkSpec, Recipe
from tests.conftest import Run, names_here, step
from tests.networks.trained_networks import (
    PLAIN,
    SMALL,
    generator,
    grid,
    picture,
    read_by,
    trained,
    two_files,
)

# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
@pytest.mark.parametrize(
    ("activation", "name", "inputs", "channels"),
    [
        (nn.Tanh, "tanh", 3, 3),
        (nn.ReLU, "relu", 2, 3),
        (nn.GELU, "gelu", 3, 1),
        (nn.LeakyReLU, "leaky_relu", 2, 1),
    ],
)
def test_a_trained_network_is_drawn_as_torch_itself_would(
    run: Run, suffix: str, activation: type[nn.Module], name: str, inputs: int, channels: int
) -> None:
    """A plain state_dict paints, pixel by pixel, what its own model answers there."""
    model = trained(activation, inputs=inputs, channels=channels)
    state = model.state_dict()
    if suffix == ".npz":
        np.savez("net.npz", **{key: value.numpy() for key, value in state.items()})
    else:
        save_file(state, "net.safetensors")

    typed = ["still", "--weights", f"net{suffix}", "--set", f"network.activation={name}"]
    code, out, err = run(*typed, "--set", "morph.pace=uniform", "--size", "40", "-q")

    assert (code, out) == (0, "still-net.png\n"), err
    with torch.no_grad():
        expected = model(read_by(grid(40), inputs)).reshape(40, 40, channels) * 255
    drawn = picture("still-net.png").astype(np.float64)
    assert drawn.std() > 5, "the network paints nothing that could be compared"
    assert np.abs(drawn - expected.expand(-1, -1, 3).numpy()).max() <= 1.0


@pytest.mark.parametrize(
    "asked", [[], ["--style", "lucid"], ["--style", "patterns-e", "--palette", "ember"]]
)
@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_an_exported_seed_is_the_same_picture(run: Run, asked: list[str], suffix: str) -> None:
    """Export and draw again: no option needs repeating, and not one pixel differs."""
    small = ["--size", "33x17", "--set", "morph.pace=uniform", "-q"]
    run("still", "--seed", "3", *asked, *small, "-o", "seed.png")

    code, out, _ = run("export", "--seed", "3", *asked, "-o", f"net{suffix}")
    assert (code, out) == (0, f"net{suffix}\n")
    code, _, err = run("still", "--weights", f"net{suffix}", *small)

    assert code == 0, err
    np.testing.assert_array_equal(picture("still-net.png"), picture("seed.png"))


def test_an_exported_moment_is_the_same_picture(run: Run) -> None:
    """A moment between seeds is a network of its own, under the camera as it stood then."""
    Path("loop.yaml").write_text(
        "morph: {seeds: [1, 2], of: z, pace: uniform}\n"
        "camera: {zoom: {keys: [[0, 1], [0.5, 3]]}, warps: [{kind: wave, phase: {keys:"
        " [[0, 0], [1, 360]], easing: linear}}]}\n"
        "palette: {name: ember, hue: {keys: [[0, 0], [1, 360]]}}\n"
        "canvas: {size: 24}\n"
    )
    run("still", "loop.yaml", "--time", "0.3", "-q", "-o", "then.png")

    run("export", "loop.yaml", "--time", "0.3", "-o", "moment.npz")
    run("export", "then.png", "-o", "still.npz")  # a still knows its moment
    for name in ("moment", "still"):
        run("still", "--weights", f"{name}.npz", *SMALL, "--set", "morph.pace=uniform")

    np.testing.assert_allclose(
        picture("still-moment.png").astype(int), picture("then.png").astype(int), atol=1
    )
    assert Path("still.npz").read_bytes() == Path("moment.npz").read_bytes()
    assert load_network("moment.npz").inputs == ("x", "y", "r")


def test_export_writes_the_picture_that_is_asked_for(run: Run) -> None:
    """`--picture 2` is the second on the path, latent and all; its default name is the preset's."""
    run("export", "aurora", "--picture", "2")

    network = load_network("aurora.safetensors")
    recipe = load_recipe("aurora")
    second = sample_network(recipe.network, recipe.morph.seeds[1])
    torch.testing.assert_close(network.latent, second.latent, rtol=0, atol=0)
    assert run("export", "--seed", "3", "--picture", "2")[0] == 2
    assert run("export", "--seed", "3", "--picture", "1", "--time", "0")[0] == 2
    assert run("export", "aurora", "--time", "0.1")[0] == 2  # it exists
    assert names_here() == ["aurora.safetensors"]


# ------------------------------------------------------------------ films


def test_a_film_leads_through_files_and_comes_back(run: Run) -> None:
    """Decoded, it starts at the first network, passes the second half way, and closes."""
    for name, seed in (("first", 0), ("second", 5)):
        save_file(trained(nn.Tanh, seed=seed).state_dict(), f"{name}.safetensors")
        run("still", "--weights", f"{name}.safetensors", *PLAIN, "-o", f"{name}.png")
    files = ["first.safetensors", "second.safetensors"]

    typed = ["--frames", "12", *PLAIN, "-o", "loop.apng"]
    code, _, err = run("morph", "--weights", *files, *typed)

    assert code == 0, err
    frames = list(cppnvid.decode("loop.apng"))
    assert len(frames) == 12
    np.testing.assert_array_equal(frames[0], picture("first.png"))
    assert step(frames[6], picture("second.png")) < 0.1
    steps = [step(frames[k], frames[(k + 1) % 12]) for k in range(12)]
    assert step(frames[0], frames[6]) > 5
    assert 0 < steps[-1] <= max(steps[:-1])


def test_files_and_seeds_share_a_path() -> None:
    """A trained network goes over into seeds of its own architecture: files first."""
    files = two_files()
    recipe = load_recipe(
        {}, [Override("morph.seeds", [4, 8]), Override("network.activation", "tanh")], weights=files
    )

    corners = control_networks(recipe)

    assert (recipe.morph.pictures, recipe.morph.path) == (4, "cubic")
    for corner, other in zip(
        corners[2:], [sample_network(recipe.network, seed) for seed in (4, 8)], strict=True
    ):
        np.testing.assert_array_equal(corner.layers[1].weight, other.layers[1].weight)
    moment = build_scene(recipe.model_copy(update={"morph": _uniform(recipe)})).at(0.25)
    np.testing.assert_allclose(
        moment.layers[1].weight, corners[1].layers[1].weight, rtol=1e-5, atol=1e-6
    )


def _uniform(recipe: Recipe) -> Any:
    return recipe.morph.model_copy(update={"pace": "uniform"})


def test_one_file_orbits_as_far_as_its_own_weights_are_large() -> None:
    """Directions have each tensor's own size; `network_seed` chooses others."""
    file, _ = two_files()
    asked = [Override("network.activation", "tanh"), Override("morph.pace", "uniform")]
    recipe = load_recipe({}, asked, weights=[file])
    other = load_recipe({}, [*asked, Override("morph.network_seed", 1)], weights=[file])

    network, *directions = control_networks(recipe)

    assert recipe.morph.path == "orbit"
    assert len(directions) == 2
    for direction in directions:
        for own, layer in zip(network.layers, direction.layers, strict=True):
            assert layer.weight.std() == pytest.approx(float(own.weight.std()), rel=0.5)
            assert layer.weight.shape == own.weight.shape
    assert not np.array_equal(directions[0].layers[0].weight, directions[1].layers[0].weight)
    away = control_networks(other)
    np.testing.assert_array_equal(away[0].layers[0].weight, network.layers[0].weight)
    assert not np.array_equal(away[1].layers[0].weight, directions[0].layers[0].weight)
    np.testing.assert_array_equal(
        build_scene(recipe).at(0.0).layers[1].weight, network.layers[1].weight
    )


def test_latents_of_one_trained_network_are_walked_through(run: Run) -> None:
    """With `--of z` the file is the network, and seeds are latents that its own answers show."""
    file = generator()
    typed = ["--weights", file, "--of", "z", "--seeds", "1", "2", "--set"]
    typed += ["network.inputs=[x,y,r,z]", "--frames", "4", *PLAIN, "-o", "walk.apng"]

    code, _, err = run("morph", *typed)

    assert code == 0, err
    recipe = load_recipe("walk.apng")
    assert (recipe.network.z_dim, recipe.morph.seeds) == (5, (1, 2))
    from safetensors.torch import load_file

    state = load_file(file)
    frames = list(cppnvid.decode("walk.apng"))
    for frame, seed in ((frames[0], 1), (frames[2], 2)):
        latent = torch.from_numpy(sample_network(recipe.network, seed).latent)
        points = torch.cat([read_by(grid(24), 3), latent.expand(24 * 24, -1)], dim=1)
        hidden = torch.tanh(points @ state["0.weight"].T + state["0.bias"])
        expected = torch.sigmoid(hidden @ state["2.weight"].T + state["2.bias"]) * 255
        difference = frame.reshape(-1, 3).astype(np.float64) - expected.numpy()
        assert np.abs(difference).max() <= 1.01
    assert step(frames[0], frames[2]) > 1


def test_a_latent_that_a_file_lacks_is_the_middle_of_all() -> None:
    """Drawn by itself, a generator without a latent of its own is drawn at 0."""
    asked = [
        Override("network.activation", "tanh"),
        Override("network.inputs", ["x", "y", "r", "z"]),
    ]

    (network, *_) = control_networks(load_recipe({}, asked, weights=[generator()]))

    np.testing.assert_array_equal(network.latent, np.zeros(5))


# ------------------------------------------------------------------ what a recipe makes of them


def test_a_preset_lends_its_camera_and_palette(run: Run) -> None:
    """`render PRESET --weights` paints a trained network in the preset's colours and motion."""
    save_file(trained().state_dict(), "net.safetensors")
    typed = ["still", "glacier", "--weights", "net.safetensors", "--of", "weights"]

    code, _, err = run(*typed, *PLAIN)

    assert code == 0, err
    made, preset = load_recipe("glacier.png"), load_recipe("glacier")
    assert (made.palette, made.camera) == (preset.palette, preset.camera)
    assert [layer.width for layer in made.network.layers] == [9, 7]
    assert (made.morph.seeds, made.morph.path) == ((), "orbit")


def test_words_go_before_the_file_and_the_file_before_what_it_replaces() -> None:
    """`--set` wins over a file's own words, those over a preset's, a YAML's own over its file's."""
    network = sample_network(
        NetworkSpec.model_validate({"layers": [4], "inputs": ["x", "y"], "activation": "relu"}), 1
    )
    save_network(network, "net.npz")
    Path("other.yaml").write_text("network: {activation: sin, output: clip}")
    Path("own.yaml").write_text("network: {activation: sin}\nmorph: {weights: [net.npz]}")

    def drawn(source: Any, *overrides: Override, **files: Any) -> list[str]:
        layers = control_networks(load_recipe(source, overrides, **files))[0].layers
        return [layer.activation for layer in layers]

    files = {"weights": ["net.npz"]}
    assert drawn({}, **files) == ["relu", "sigmoid"]
    assert drawn("other.yaml", **files) == ["relu", "sigmoid"]
    assert drawn("own.yaml") == ["relu", "sigmoid"]  # each layer's own word is the file's
    assert drawn("other.yaml", Override("network.output", "sine"), **files) == ["relu", "sine"]


def test_files_of_two_kinds_have_no_path() -> None:
    """What lies between a tanh and a relu is neither, so that the user must say which."""
    for name, activation in (("a", "tanh"), ("b", "relu")):
        spec = NetworkSpec.model_validate({"layers": [4], "activation": activation})
        save_network(sample_network(spec, 1), f"{name}.npz")

    with pytest.raises(RecipeError, match=r"b\.npz: must have the activations of a\.npz, tanh"):
        load_recipe({}, weights=["a.npz", "b.npz"])

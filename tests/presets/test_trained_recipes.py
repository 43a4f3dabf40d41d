"""Networks ride in the files they are drawn in, and recipes of strangers name none they may not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import cppnvid
from cppnvid import RecipeError, load_network, load_recipe, sample_network, save_network
from cppnvid.animation.control_points import control_networks
from cppnvid.presets import recipe_text, sources
from cppnvid.recipe import NetworkSpec, Recipe
from tests.conftest import Run, step
from tests.networks.trained_networks import PLAIN, picture, two_files

# ------------------------------------------------------------------ what rides along


def test_a_small_network_rides_in_the_film(run: Run) -> None:
    """The film is drawn again where its files are not, and gives them back."""
    files = two_files()
    run("morph", "--weights", *files, "--frames", "4", *PLAIN, "-o", "loop.apng")
    before = [load_network(file, load_recipe("loop.apng").network) for file in files]
    for file in files:
        Path(file).unlink()

    code, _, err = run("render", "loop.apng", "-q", "-o", "again.apng")
    assert code == 0, err
    one, other = (list(cppnvid.decode(name)) for name in ("loop.apng", "again.apng"))
    np.testing.assert_array_equal(one, other)

    _, told, _ = run("info", "loop.apng")
    assert "# b.safetensors is inside: cppnvid export loop.apng --picture 2 -o" in told
    assert "weights: [a.safetensors, b.safetensors]" in told
    assert "style:" not in told, "nobody asked for one"
    for number, file in enumerate(files, start=1):
        run("export", "loop.apng", "--picture", str(number), "-o", file)
        expected = before[number - 1].layers[1].weight
        torch.testing.assert_close(load_network(file).layers[1].weight, expected, rtol=0, atol=0)
    Path("told.yaml").write_text(told)
    run("render", "told.yaml", "-q", "-o", "told.apng")
    np.testing.assert_array_equal(list(cppnvid.decode("told.apng")), one)


def test_a_large_network_is_asked_for_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large to ride is named with its sum, and no file of that name is opened."""
    monkeypatch.setattr(sources, "MOST_RIDING", 100)
    file, other = two_files()
    run("still", "--weights", file, *PLAIN, "-o", "one.png")

    code, _, err = run("render", "one.png", "--frames", "2", "-q", "-o", "x.apng")
    assert code == 2
    assert "one.png: morph.weights: does not contain the numbers of a.safetensors (sha256 " in err
    run("morph", "--weights", file, "--seeds", "7", "--frames", "2", *PLAIN, "-o", "two.apng")
    run("render", "two.apng", "--weights", file, "-q", "-o", "anew.apng")
    assert load_recipe("anew.apng", weights=[file]).morph.seeds == (7,)
    np.testing.assert_array_equal(
        list(cppnvid.decode("anew.apng")), list(cppnvid.decode("two.apng"))
    )
    run("still", "one.png", "--weights", file, "-q", "-o", "again.png")
    np.testing.assert_array_equal(picture("again.png"), picture("one.png"))
    run("still", "one.png", "--weights", other, "-q", "-o", "other.png")
    assert step(picture("other.png"), picture("one.png")) > 0


def test_what_rides_keeps_no_folder_and_nothing_else() -> None:
    """A recipe in a film holds a file's bare name, its sum and its numbers."""
    Path("runs").mkdir()
    save_network(sample_network(NetworkSpec(), 1), "runs/net.npz")

    recipe = load_recipe({}, weights=["runs/net.npz"])
    riding = presets_data(recipe_text(recipe))

    (entry,) = riding["morph"]["weights"]
    assert set(entry) == {"name", "sha256", "data"}
    assert entry["name"] == "net.npz"
    assert Recipe.model_validate(riding) == recipe


def presets_data(text: str) -> Any:
    """Return the recipe's data of a text that rides in a file."""
    return sources.parse_recipe_text(text, "film.mp4").data


# ------------------------------------------------------------------ recipes of strangers


def stranger(text: str) -> str:
    """Return the error for a recipe in the folder `theirs`, next to a network."""
    Path("theirs").mkdir(exist_ok=True)
    for place in ("net.npz", "theirs/inside.npz"):
        save_network(sample_network(NetworkSpec(), 1), place, overwrite=True)
    Path("theirs/loop.yaml").write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe("theirs/loop.yaml")
    return str(caught.value)


@pytest.mark.parametrize("kind", ["recipe", "both", "folder"])
def test_a_linked_recipe_finds_the_files_of_its_target(kind: str) -> None:
    """As those do who keep recipes in one place and link to them; its own folder comes first."""
    Path("kept").mkdir()
    Path("here").mkdir()
    save_network(sample_network(NetworkSpec(), 1), "kept/net.npz")
    Path("kept/loop.yaml").write_text("morph: {weights: [net.npz]}")
    if kind == "folder":
        Path("here").rmdir()
        Path("here").symlink_to("kept")
    else:
        Path("here/loop.yaml").symlink_to("../kept/loop.yaml")
    if kind == "both":
        Path("here/net.npz").symlink_to("../kept/net.npz")

    found = load_recipe("here/loop.yaml")

    assert found == load_recipe("kept/loop.yaml")
    if kind == "recipe":
        save_network(sample_network(NetworkSpec(), 2), "here/net.npz")
        assert load_recipe("here/loop.yaml") != found
        Path("here/net.npz").unlink()
        Path("secret.npz").write_bytes(Path("kept/net.npz").read_bytes())
        Path("here/net.npz").symlink_to("../secret.npz")
        with pytest.raises(RecipeError, match="lies outside"):
            load_recipe("here/loop.yaml")


@pytest.mark.parametrize(
    "name",
    ["../net.npz", "inside/../../net.npz", "/etc/passwd.npz", "C:\\net.npz", "..\\net.npz",
     "\\\\host\\net.npz", "link.npz"],
)  # fmt: skip
def test_a_recipe_looks_nowhere_but_in_its_own_folder(name: str) -> None:
    """Absolute names, `..`, drives, shares and links that lead out are refused unopened."""
    Path("theirs").mkdir()
    Path("theirs/link.npz").symlink_to(Path("net.npz").resolve())

    message = stranger(f"morph: {{weights: ['{name}']}}")

    assert message.startswith("theirs/loop.yaml: morph.weights: ")
    assert "lies outside the recipe's folder" in message


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("[gone.npz]", "gone.npz: there is no such file"),
        ("[net.pt]", "can run any program"),
        ('["\\0.npz"]', "must be the name of a file"),
        ("[3]", "must be the name of a .npz or .safetensors file, given 3"),
        (f"[{{name: inside.npz, sha256: {'0' * 64}}}]", "is not the file that the recipe was"),
        ("[{name: a.npz, data: AAAA}]", "a.npz"),
        ("[{name: a.npz, data: '***'}]", "loop.yaml: morph.weights: a.npz: is not a valid .safe"),
        ("[{name: inside.npz, path: /etc/passwd}]", "unknown key 'path'"),
        ("[]\n  seeds: []", "morph.seeds: must not be empty"),
        ("[inside.npz]\nnetwork: 3", "network: must be a mapping"),
    ],
)
def test_a_bad_weight_in_a_recipe_is_refused(weights: str, said: str) -> None:
    """Whatever is written under morph.weights, the error is ours."""
    assert said in stranger(f"morph:\n  weights: {weights}")


def test_a_recipe_may_name_files_beside_it() -> None:
    """A YAML and its network travel together, wherever they are drawn from."""
    Path("mine/nets").mkdir(parents=True)
    network = sample_network(NetworkSpec.model_validate({"layers": [4]}), 1)
    save_network(network, "mine/nets/net.npz")
    Path("mine/loop.yaml").write_text("morph: {weights: [nets/net.npz], radius: 0.1}")

    recipe = load_recipe("mine/loop.yaml")

    assert (recipe.morph.radius, recipe.morph.path, recipe.morph.seeds) == (0.1, "orbit", ())
    torch.testing.assert_close(
        control_networks(recipe)[0].layers[0].weight, network.layers[0].weight
    )
    assert load_recipe({"morph": {"weights": ["mine/nets/net.npz"]}}).network == recipe.network


def test_a_recipe_that_nobody_read_files_for_says_so() -> None:
    """`Recipe` opens no files; a recipe without its weights is refused when it is drawn."""
    recipe = Recipe.model_validate({"morph": {"weights": ["net.npz"]}})

    with pytest.raises(RecipeError, match="load_recipe reads the files"):
        cppnvid.render_still(recipe)

"""What the command line says and makes of networks from files."""

import re
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file
from torch import nn

import cppnvid
from cppnvid import RecipeError, load_recipe
from cppnvid.animation.control_points import control_networks
from cppnvid.cli.parse import gather
from cppnvid.explanation.words import differences
from cppnvid.presets import sources
from tests.conftest import Run, names_here
from tests.networks.trained_networks import (
    PLAIN,
    picture,
    trained,
    two_files,
)

# ------------------------------------------------------------------ the command line


@pytest.mark.parametrize(
    ("typed", "gathered"),
    [
        ("morph --weights a.npz b.npz -q", "morph|--weights=a.npz|--weights=b.npz|-q"),
        ("morph --weights a.npz --seeds 1 2", "morph|--weights=a.npz|--seeds=1 2"),
        ("morph --weights", "morph|--weights="),
        ("morph --weights -q", "morph|--weights=|-q"),
        ("morph --weights=a.npz -q", "morph|--weights=a.npz|-q"),
    ],
)  # fmt: skip
def test_files_after_weights_are_gathered(typed: str, gathered: str) -> None:
    """The words after --weights, up to the next option, become an option each."""
    assert gather(typed.split()) == gathered.split("|")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("morph --weights", "--weights: no file given: name one or several"),
        ("still --weights gone.npz", "gone.npz: there is no such file"),
        ("still --weights net.pt", "save_file(model.state_dict()"),
        ("still --weights a.safetensors", "does not name its activation: use --set"),
        ("still a.safetensors", "contains weights: name it with --weights a.safetensors"),
        ("still --weights a.safetensors --seed 3 --set network.activation=sin", "each names a"),
        ("still --weights a.safetensors --set network.activation=sinn", "did you mean 'sin'"),
        ("still --weights a.safetensors --set network.activation=sin --set network.layers=[9,8]",
         "layer 2 of 3 (2.weight) is 7x9, but"),
        ("morph --weights a.safetensors c.safetensors --set network.activation=sin",
         "c.safetensors: layer 1 of 3 (0.weight) is 9x2, but"),
        ("morph --weights a.safetensors --of z --set network.activation=sin", "--of, a."),
        ("morph --weights a.safetensors b.safetensors --of z --set network.activation=sin",
         "needs the weights of one network, given 2"),
        ("export", "nothing to export: give --seed 7"),
        ("export --seed 1 -o x.txt", "x.txt: weights are read from .npz and .safetensors"),
        ("export --seed 1 -o a.safetensors", "a.safetensors exists already"),
        ("export --seed 1 --set network.inputs=[z] --time 0", "one colour and not a network"),
        ("info gone.npz", "gone.npz: there is no such file"),
    ],
)  # fmt: skip
def test_bad_requests_are_answered_and_nothing_is_written(run: Run, typed: str, said: str) -> None:
    """Exit code 2, the file or the layer by name, and the folder as it was."""
    two_files()
    save_file(trained(inputs=2).state_dict(), "c.safetensors")
    there = names_here()

    code, out, err = run(*typed.split(" "))

    assert (code, out) == (2, ""), err
    assert said in err
    assert names_here() == there


def test_info_shows_what_a_file_holds(run: Run) -> None:
    """Its layers in order, and what it says of itself."""
    file, _ = two_files()
    run("export", "--seed", "3", "--style", "article", "-o", "net.npz")

    _, told, _ = run("info", file)
    assert "# a.safetensors: 3 layers, 130 weights, " in told
    assert "#   2.weight: 9 -> 7 and a bias\n" in told
    assert "# it does not describe its layers" in told
    _, told, _ = run("info", "net.npz")
    assert "#   0.weight: 2 -> 16 and a bias\n" in told
    assert "#   2.weight: 16 -> 16\n" in told
    assert "coordinates: corners" in told


def test_videos_of_files_are_called_after_them(run: Run) -> None:
    """`morph-a-b-7.mp4`: files, then seeds."""
    files = two_files()

    _, out, _ = run("morph", "--weights", *files, "--seeds", "7", "--frames", "2", *PLAIN)

    assert out == "morph-a-b-7.mp4\n"


def test_the_page_about_weights_is_true(run: Run) -> None:
    """Its Python runs, its commands draw small, and its recipe is one."""
    page = (Path(cppnvid.__file__).parent.parent / "docs" / "weights.md").read_text("utf-8")

    def blocks(language: str) -> list[str]:
        return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)

    exec("\n".join(blocks("python")), {})
    save_file(nn.Linear(8, 3).state_dict(), "generator.safetensors")
    commands = [line.split(" ")[1:] for block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 9
    for command in commands:
        small = ["--size", "8", "-q"] if command[0] in ("still", "morph") else []
        small += ["--set", "output.frames=2"] if command[0] in ("still", "export") else []
        small += ["--frames", "2"] if command[0] == "morph" else []
        code, _, err = run(*command, *small)
        assert code == 0, (command, err)
    (recipe,) = blocks("yaml")
    Path("page.yaml").write_text(recipe)
    assert load_recipe("page.yaml").morph.weights[0].name == "step-200.safetensors"
    assert control_networks(load_recipe({}, weights=["said.safetensors"]))[0].layers[0].weight.any()


def test_a_seed_takes_the_place_of_a_sources_files(run: Run) -> None:
    """`--seed` on a film of networks from files draws that seed, with the layers of the files."""
    run("export", "--style", "article", "--seed", "3", "-o", "three.npz")
    tiny = ("--size", "24", "-q")
    Path("walk.yaml").write_text("morph: {weights: [three.npz]}", encoding="utf-8")
    run("morph", "--weights", "three.npz", "--seeds", "8", *tiny, "--frames", "3", "-o", "walk.gif")
    run("still", "--style", "article", "--seed", "7", *tiny, "-o", "seven.png")
    for source in ("walk.yaml", "walk.gif"):
        code, _, err = run("still", source, "--seed", "7", *tiny, "-o", "of.png", "--overwrite")
        assert code == 0, err
        np.testing.assert_array_equal(picture("of.png"), picture("seven.png"))
    for options in (["--weights", "three.npz"], ["--set", "morph.weights=[three.npz]"]):
        code, _, err = run("still", "walk.gif", "--seed", "7", *options, "-o", "both.png")
        assert code == 2
        assert "--seed, --weights: each names a picture" in err
    run("export", "walk.gif", "--seed", "7", "-o", "seven.npz")
    run("still", "--weights", "seven.npz", *tiny, "-o", "exported.png")
    np.testing.assert_array_equal(picture("exported.png"), picture("seven.png"))


def test_a_gallery_shows_latents_of_a_file_and_no_seeds_beside_it(run: Run) -> None:
    """With --of z a file's latents are the tiles; else its network would stand there many times."""
    shape = ("--set", "network.layers=2x4", "--of", "z")
    run("export", *shape, "--seed", "1", "-o", "net.npz")
    sheet = ("--size", "24", "--tile", "24", "--seeds", "5-6", "-q")
    code, _, err = run("gallery", *sheet, "--weights", "net.npz", "-o", "no.png")
    assert code == 2
    assert "--weights: a gallery shows seeds" in err
    assert "--of z" in err
    code, _, err = run("gallery", *sheet, "--weights", "net.npz", "--of", "z", "-o", "z.png")
    assert code == 0, err
    run("gallery", *sheet, *shape, "-o", "drawn.png")
    np.testing.assert_array_equal(picture("z.png"), picture("drawn.png"))
    with pytest.raises(RecipeError, match="a network from a file has none"):
        cppnvid.contact_sheet(cppnvid.load_recipe({"morph": {"weights": ["net.npz"]}}), [1])


def test_a_file_is_compared_with_another_network(run: Run) -> None:
    """`explain --compare` takes a file of weights too: before and after training, say."""
    tiny = ("--style", "article", "--set", "network.layers=2x4", "--size", "24")
    run("export", *tiny[:4], "--seed", "3", "-o", "after.npz")
    typed = ("explain", *tiny, "--seed", "1", "--set", "network.init.weights=pytorch")
    titled = ("--set", "title=Before", "--compare", "after.npz")
    code, _, err = run(*typed, *titled, "-o", "both.png")
    assert code == 0, err
    told = sources.read_source("both.png").explain
    assert told is not None
    assert [file["name"] for file in told["compare"]["morph"]["weights"]] == ["after.npz"]
    assert told["compare"]["morph"]["seeds"] == []
    one, other = load_recipe("both.png"), load_recipe(told["compare"])
    assert ("morph.weights", "—", "after.npz") in differences(one, other)
    assert other.title == ""
    code, _, err = run(*typed, "--compare", "gone.npz", "-o", "none.png")
    assert code == 2
    assert "gone.npz: there is no such file" in err


TANH = ("--set", "network.activation=tanh", "--size", "8")


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("still --weights a.safetensors --set network.init.hidden=8", "--set network.init.hidden"),
        ("still --weights a.safetensors --set network.init={hidden:8}", "--set network.init"),
        ("still --weights a.safetensors --set network={init:{hidden:8}}", "--set network"),
        ("still --weights a.safetensors --set network.z_scale=2", "--set network.z_scale"),
        ("morph --weights a.safetensors b.safetensors --set network.init.output=2 --frames 2",
         "--set network.init.output"),
        ("explain --weights a.safetensors --compare network.init.first=2",
         "--compare network.init.first"),
        ("export --weights a.safetensors --set network.init.bias=2 -o c.npz",
         "--set network.init.bias"),
    ],
)  # fmt: skip
def test_what_is_about_drawing_is_refused_where_all_is_read(
    run: Run, typed: str, origin: str
) -> None:
    """`network.init` changes no pixel of a network from a file, so it is not passed over."""
    two_files()
    words = [word.replace("hidden:8", "hidden: 8").replace("init:{", "init: {")
             for word in typed.split(" ")]  # fmt: skip
    size = TANH if words[0] != "export" else TANH[:2]

    code, out, err = run(*words, *size)

    assert (code, out) == (2, ""), err
    assert f"{origin}: " in err
    assert "changes nothing: it says how " in err
    assert "a.safetensors" in err


def test_what_is_about_drawing_is_taken_where_a_seed_is_drawn(run: Run) -> None:
    """Beside a file, of a seed instead of it, and of the other of two that are compared."""
    two_files()
    init, tanh = ("--set", "network.init.hidden=8"), TANH[:2]
    walk = ("morph", "--weights", "a.safetensors", "--seeds", "7", *TANH, "--frames", "2")
    for name, extra in (("a.apng", ()), ("b.apng", init)):
        code, _, err = run(*walk, *extra, "-o", name)
        assert code == 0, err
    assert Path("a.apng").read_bytes() != Path("b.apng").read_bytes()
    Path("walk.yaml").write_text(
        "network: {activation: tanh, init: {output: 2}}\nmorph: {weights: [a.safetensors]}"
    )
    assert run("still", "walk.yaml", "--seed", "7", "--size", "8", *init, "-o", "s.png")[0] == 0
    assert run("still", "walk.yaml", "--size", "8", "-o", "t.png")[0] == 0
    compared = ("explain", "--seed", "1", *tanh, "--size", "8", *init, "--compare", "a.safetensors")
    code, _, err = run(*compared, "-o", "both.png")
    assert code == 0, err

"""Shadertoy: run as its host does, its tabs' sizes, and what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cppnvid.animation.scene import Scene
from cppnvid.encode import probe, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.live.shadertoy import LIMIT, draw_shadertoy
from tests.conftest import Run as Cli, names_here
from tests.live.films import FRAMES, NAMES, film
from tests.live.hosts import Shadertoy, off, wanted

TINY = ("--frames", "4", "--size", "32x24", "--set", "network.layers=2x4", "-q")


@pytest.mark.parametrize("name", NAMES)
def test_a_host_draws_the_film(name: str) -> None:
    """Within 2 levels of the definition, and the same a turn later."""
    recipe = film(name, output={"frames": FRAMES, "fps": FRAMES})  # a turn is a second
    scene = Scene.of(recipe)
    text = draw_shadertoy(recipe, scene)
    host = Shadertoy(text, 40, 28)
    steps = FRAMES - (recipe.morph.loop == "open")

    for frame in (0, 7, FRAMES - 1):
        drawn = host.draw(frame / FRAMES)
        assert off(drawn, wanted(recipe, scene, frame / steps)) <= 2
        assert off(drawn, host.draw(frame / FRAMES + 3)) <= 1
    assert all(len(tab) <= LIMIT for tab in host.tabs.values())
    assert text.isascii()


def test_a_still_network_needs_one_tab() -> None:
    """Where only the camera moves, Image holds everything."""
    recipe = film("zoom", output={"frames": FRAMES, "fps": FRAMES})
    recipe = recipe.model_copy(update={"title": "*/ void main /*"})
    scene = Scene.of(recipe)
    text = draw_shadertoy(recipe, scene)
    host = Shadertoy(text, 40, 28)

    Path("a.glsl").write_text(text, encoding="utf-8")
    assert json.loads(read_recipe("a.glsl") or "")["recipe"]["title"] == "*/ void main /*"
    assert list(host.tabs) == ["Image"]
    assert off(host.draw(0.25), wanted(recipe, scene, 0.25)) <= 2


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ({"network": {"layers": "4x32"}}, "network.layers"),
        ({"morph": {"seeds": list(range(6))}, "output": {"frames": 200}}, "output.frames"),
    ],
)
def test_what_is_too_large_for_a_tab_is_refused(parts: dict[str, Any], key: str) -> None:
    """With its size, the limit, and what would fit, which does."""
    recipe = film("walk", **parts)
    with pytest.raises(RecipeError) as error:
        draw_shadertoy(recipe, Scene.of(recipe))
    mistake = error.value.mistakes[0]
    assert mistake.key == key
    assert re.search(r"at most 65,536 characters, and .* needs [\d,]+: about", str(error.value))

    room, name = key.split(".")
    fits = str(mistake.allowed).removeprefix("about ")
    fitting = film("walk", **{**parts, room: {name: fits if "x" in fits else int(fits)}})
    assert draw_shadertoy(fitting, Scene.of(fitting)).startswith("// cppnvid")


def test_it_is_a_file_like_any_other(run: Cli) -> None:
    """Named, drawn again, told apart from a stranger's; options of frames are refused by name."""
    assert run("morph", "--seeds", "1", "2", *TINY, "-o", "a.glsl") == (0, "a.glsl\n", "")
    assert probe("a.glsl").frames == 4
    assert run("info", "a.glsl")[1].startswith("# a.glsl: Shadertoy")
    assert run("render", "a.glsl", "-o", "b.glsl", "-q")[0] == 0
    whole = Path("a.glsl").read_bytes()
    assert Path("b.glsl").read_bytes() == whole
    Path("cut.glsl").write_bytes(whole[:400])
    Path("theirs.glsl").write_text("void main() {}", encoding="utf-8")
    for name, words in (("cut.glsl", "is cut short"), ("theirs.glsl", "contains no recipe")):
        code, _, err = run("render", name, "-o", "c.mp4")
        assert (code, words in err) == (2, True)


@pytest.mark.parametrize("typed", ["--crf 20", "--max-size 1MB", "--backend numpy"])
def test_options_of_frames_are_refused(typed: str, run: Cli) -> None:
    """By name."""
    code, out, err = run("morph", "--seeds", "1", *typed.split(), "-o", "a.glsl")
    assert (code, out) == (2, "")
    assert typed.split()[0] in err.splitlines()[-1]
    assert names_here() == []

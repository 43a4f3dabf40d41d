"""ISF: run as its hosts do, in the versions of GLSL that they read; its inputs; what is refused."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.encode import probe, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.live.isf import LIMIT, draw_isf
from cppnvid.live.matrix import points
from tests.conftest import Run as Cli, names_here
from tests.live.films import FRAMES, NAMES, film
from tests.live.hosts import Isf, off, wanted

TINY = ("--frames", "4", "--size", "32x24", "--set", "network.layers=2x4", "-q")
SECOND = {"frames": FRAMES, "fps": FRAMES}  # a turn is a second


@cache
def text_of(name: str) -> str:
    """Return one of the films as ISF."""
    recipe = film(name, output=SECOND)
    return draw_isf(recipe, Scene.of(recipe))


def host_of(name: str, version: str = "330", **how: Any) -> Isf:
    """Return a host that has loaded one of the films, at its size."""
    return Isf(text_of(name), 40, 28, version, **how)


@pytest.fixture(scope="module")
def orbit() -> Isf:
    """Return a host of a film of seed 4."""
    return host_of("orbit")


def frame(name: str, time: float, **parts: Any) -> NDArray[np.uint8]:
    """Return the definition's picture of one of the films."""
    recipe = film(name, output=SECOND, **parts)
    return wanted(recipe, Scene.of(recipe), time)


@pytest.mark.parametrize("name", NAMES)
def test_a_host_draws_the_film(name: str) -> None:
    """Within 2 levels of the definition, and the same turns later."""
    host, steps = host_of(name), FRAMES - (name == "grow")

    for index in (0, 7, FRAMES - 1):
        drawn = host.draw(index / FRAMES)
        assert off(drawn, frame(name, index / steps)) <= 2
        assert off(drawn, host.draw(index / FRAMES + 3)) <= 1
    assert len(text_of(name)) <= LIMIT
    assert text_of(name).isascii()


@pytest.mark.parametrize("version", ["300 es", "450"])
@pytest.mark.parametrize("name", ["walk", "kaleidoscope"])
def test_every_version_of_glsl_reads_it(name: str, version: str) -> None:
    """No bits, and no words that one of them reserves."""
    assert off(host_of(name, version).draw(0.25), frame(name, 0.25)) <= 2


@pytest.mark.parametrize(("version", "most"), [("110", 2), ("100", 4)])
def test_the_oldest_versions_read_it(
    version: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No arrays of constants; in ES 1.00 no loops of unknown length, and colours of 16 bits."""
    monkeypatch.setenv("MESA_GL_VERSION_OVERRIDE", "4.5COMPAT")  # which has 1.10

    assert off(host_of("walk", version).draw(0.25), frame("walk", 0.25)) <= most


def test_a_host_that_hands_targets_on_late_begins_black() -> None:
    """The browser's does: the film follows as soon as there is one."""
    host = host_of("orbit", "100", late=True)

    assert host.draw(0.5).max() == 0
    assert host.draw(0.5).max() == 0
    assert off(host.draw(0.5), frame("orbit", 0.5)) <= 2


def test_the_position_moves_a_film_on(orbit: Isf) -> None:
    """Speed 0 is a standstill, where it alone moves; speed multiplies time, backwards too."""
    quarter = frame("orbit", 0.25)

    assert off(orbit.draw(11.3, speed=0.0, loop_position=0.25), quarter) <= 2
    assert off(orbit.draw(0.125, speed=2.0), quarter) <= 2
    assert off(orbit.draw(0.75, speed=-1.0), quarter) <= 2
    assert off(orbit.draw(0.125, loop_position=0.125), quarter) <= 2
    assert off(orbit.draw(0.0), quarter) > 20


def test_zoom_and_pan_move_the_picture(orbit: Isf) -> None:
    """Twice as large, and a quarter of the shorter side right, half of it up."""
    recipe = film("orbit")
    moment = Scene.of(recipe).at(0.0)
    columns, rows = (np.arange(40) - 19.5) / 28, (np.arange(28) - 13.5) / 28
    x, y = np.meshgrid((columns - 0.25) / 2, (rows + 0.5) / 2)
    places = x.ravel().astype(np.float32), y.ravel().astype(np.float32)
    (look,) = NumpyBackend().looks([moment], *places)
    magnified = np.round(255 * look.reshape(28, 40, 3)).astype(np.uint8)

    assert off(orbit.draw(0.0, zoom=2.0, pan=(0.25, 0.5)), magnified) <= 2
    assert off(orbit.draw(0.0, zoom=2.0, pan=(0.25, -0.5)), magnified) > 20
    assert points(recipe)[0].max() > 0.6  # the screen's own range, for comparison


@pytest.mark.parametrize("name", ["orbit", "cuts"])
def test_hue_and_contrast_are_the_recipes(name: str) -> None:
    """In a gradient's colours and in a mode's; what the recipe has is turned and spread further."""
    base = {"hue": 30.0, "contrast": 2.0}
    recipe = film(name, output=SECOND, palette=base)
    host = Isf(draw_isf(recipe, Scene.of(recipe)), 40, 28)

    assert off(host.draw(0.0), frame(name, 0.0, palette=base)) <= 2
    turned = frame(name, 0.0, palette={"hue": 130.0, "contrast": 3.0})
    assert off(host.draw(0.0, hue=100.0, contrast=1.5), turned) <= 2


def test_a_grey_film_has_no_hue() -> None:
    """No input is without effect."""
    recipe = film("orbit", palette={"name": "grey"})
    host = Isf(draw_isf(recipe, Scene.of(recipe)), 40, 28)

    assert list(host.inputs) == ["speed", "loop_position", "zoom", "pan", "contrast"]
    assert off(host.draw(0.0), frame("orbit", 0.0, palette={"name": "grey"})) <= 2


def test_a_host_finds_nothing_of_its_own_in_a_title() -> None:
    """Neither the end of a comment nor what hosts replace; the recipe comes back whole."""
    title = "*/ IMG_PIXEL(a) #version 120 $& $` /* \u263a " + "x" * 300
    recipe = film("zoom").model_copy(update={"title": title})
    text = draw_isf(recipe, Scene.of(recipe))
    Path("a.fs").write_text(text, encoding="utf-8")

    assert Isf(text, 40, 28).header["DESCRIPTION"] == title[:100]
    assert re.search(r"IMG_PIXEL|#version|\$", text) is None
    assert json.loads(read_recipe("a.fs") or "")["recipe"]["title"] == title


def test_what_is_too_large_is_refused() -> None:
    """With its size, the limit and what would fit."""
    recipe = film("walk", network={"layers": "6x64"})
    with pytest.raises(RecipeError) as error:
        draw_isf(recipe, Scene.of(recipe))
    assert error.value.mistakes[0].key == "network.layers"
    assert re.search(r"at most 131,072 characters, and .* needs [\d,]+: about", str(error.value))


def test_it_is_a_file_like_any_other(run: Cli) -> None:
    """Named, drawn again, told apart from a stranger's; options of frames are refused by name."""
    assert run("morph", "--seeds", "1", "2", *TINY, "-o", "a.fs") == (0, "a.fs\n", "")
    assert probe("a.fs").frames == 4
    assert run("info", "a.fs")[1].startswith("# a.fs: ISF")
    assert run("render", "a.fs", "-o", "b.fs", "-q")[0] == 0
    whole = Path("a.fs").read_bytes()
    assert Path("b.fs").read_bytes() == whole
    Path("cut.fs").write_bytes(whole[: whole.index(b"recipe: ") + 90])
    Path("theirs.fs").write_text("/*{}*/ void main() {}", encoding="utf-8")
    for name, words in (("cut.fs", "is cut short"), ("theirs.fs", "contains no recipe")):
        code, _, err = run("render", name, "-o", "c.mp4")
        assert (code, words in err) == (2, True)
    code, out, err = run("morph", "--seeds", "1", "--crf", "20", "-o", "d.fs")
    assert (code, out, "--crf" in err) == (2, "", True)
    assert "d.fs" not in names_here()

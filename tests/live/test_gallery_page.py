"""The gallery page in a real browser: a picture moves while it is pointed at, and no other."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cppnvid.animation.scene import Scene
from cppnvid.backends.definition import picture
from cppnvid.colour.pixels import Raster
from cppnvid.recipe import Recipe
from cppnvid.sheets.gallery import of_seed
from cppnvid.sheets.page import save_gallery_page
from tests.conftest import small
from tests.live.test_browser import Opener, apart, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEEDS = (3, 2**63 - 1, 5, "5x(8m2)")  # the last is a picture's name
WIDTH, HEIGHT = 40, 28
LOW = {"width": 200, "height": 300}
SHOWN = "!cppnvid.device.canvas.hidden && cppnvid.device.canvas.closest('button') === {}"
TILE = "document.querySelectorAll('#tiles button')[{}]"

# What the page's program draws of the film that it shows, at a time: RGBA, base64.
PIXELS = """async ([time, width, height]) => {
    const picture = { time, width, height, view: { x: 0, y: 0, zoom: 1 }, samples: 2 };
    const pixels = await cppnvid.device.part(picture, 0, 0, width, height);
    return btoa(String.fromCharCode(...pixels));
}"""


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Opener]:
    """Return what opens pages."""
    opener = Opener(browser, tmp_path)
    yield opener
    opener.close()


def gallery_of(recipe: Recipe) -> str:
    """Return the text of a recipe's gallery."""
    save_gallery_page(recipe, SEEDS, "g.html", tile=28, command="draw <b>'{seed}'")
    return Path("g.html").read_text(encoding="utf-8")


def shows(page: "Page", index: int) -> None:
    """Wait until a tile moves."""
    until(page, SHOWN.format(TILE.format(index)))


@pytest.mark.parametrize("coordinates", ["centres", "pixels"])
def test_pointing_draws_the_seeds_own_film(coordinates: str, opened: Opener) -> None:
    """The pixels are the definition's, within a level; the canvas goes from tile to tile."""
    scale = {"coordinates": coordinates, "scale": 0.02 if coordinates == "pixels" else 1.0}
    recipe = small(WIDTH, HEIGHT, camera=scale, canvas={"samples": 2})
    page = opened(gallery_of(recipe), waits=False, viewport={"width": 400, "height": 300})
    assert page.evaluate("cppnvid.device.canvas.isConnected") is False

    for index in (0, 2):
        page.locator("#tiles button").nth(index).hover()
        shows(page, index)
        for time in (0.0, 0.3):
            pixels = base64.b64decode(page.evaluate(PIXELS, [time, WIDTH, HEIGHT]))
            drawn = np.frombuffer(pixels, np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, :3]
            scene = Scene.of(of_seed(recipe, SEEDS[index]))
            wanted = picture(scene.at(time), Raster(WIDTH, HEIGHT, 2, "rgb24")).astype(np.uint8)
            # Between rows, where 0.3 is, within two.
            assert apart(drawn, wanted).max() <= (1 if time == 0.0 else 2), (index, time)
    page.mouse.move(399, 1)
    until(page, "cppnvid.device.canvas.hidden")
    assert opened.errors == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_keys_go_from_picture_to_picture(opened: Opener) -> None:
    """One stop for Tab, arrows within, Enter shows the command with the whole seed as text."""
    page = opened(gallery_of(small(8, 8)), waits=False, viewport={"width": 100, "height": 300})
    page.keyboard.press("Tab")
    shows(page, 0)
    page.keyboard.press("ArrowRight")
    shows(page, 1)

    page.keyboard.press("Enter")
    command = page.locator("#command")
    assert command.inner_text() == f"draw <b>'{SEEDS[1]}'"
    assert re.match(f"Seed {SEEDS[1]}", page.get_by_role("status").inner_text())
    assert page.get_by_role("button", name=f"Seed {SEEDS[1]}", exact=True).is_visible()
    across = page.evaluate(
        "getComputedStyle(document.getElementById('tiles')).gridTemplateColumns.split(' ').length"
    )
    assert across == 2
    page.keyboard.press("ArrowDown")
    shows(page, 3)
    page.keyboard.press("Enter")
    assert command.inner_text() == "draw <b>''5x(8m2)''"  # a shell would read the brackets
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "copy"
    page.keyboard.press("Escape")
    until(page, "cppnvid.device.canvas.hidden")
    assert opened.errors == []


def test_a_finger_makes_it_move(opened: Opener) -> None:
    """A tap chooses a picture: it moves, and its command is there."""
    page = opened(gallery_of(small(8, 8)), waits=False, viewport=LOW, has_touch=True)
    page.locator("#tiles button").nth(2).tap()

    shows(page, 2)
    assert page.locator("#command").inner_text() == "draw <b>'5'"


def test_less_motion_waits_for_a_click(opened: Opener) -> None:
    """Where a system asks for less motion nothing moves by itself; a click does, and stops it."""
    page = opened(gallery_of(small(8, 8)), waits=False, viewport=LOW, reduced_motion="reduce")
    tile = page.locator("#tiles button").first
    tile.hover()
    page.wait_for_timeout(100)
    assert page.evaluate("cppnvid.state.shown") == -1
    tile.click()
    shows(page, 0)
    tile.click()
    until(page, "cppnvid.device.canvas.hidden")


def test_a_lost_context_comes_back_and_without_one_stills_stay(opened: Opener) -> None:
    """The picture that moved moves again; a browser without WebGL 2 says so, and shows commands."""
    page = opened(gallery_of(small(8, 8)), waits=False, viewport=LOW)
    page.locator("#tiles button").first.hover()
    shows(page, 0)
    page.evaluate("window.lost = cppnvid.device.gl.getExtension('WEBGL_lose_context')")
    page.evaluate("lost.loseContext()")
    until(page, "cppnvid.device.canvas.hidden")
    page.evaluate("lost.restoreContext()")
    shows(page, 0)

    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.reload()
    assert "no WebGL 2" in page.get_by_role("status").inner_text()
    page.locator("#tiles button").first.click()
    assert page.locator("#command").inner_text() == "draw <b>'3'"
    assert opened.errors == []

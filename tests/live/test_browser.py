"""The page in a real browser: what it draws, how it plays, and what it never does.

The browser draws in software, so canvases are small and weights come as a texture, which that is
faster with; one film takes the uniform block.
"""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid.animation.scene import Scene
from cppnvid.backends.definition import picture
from cppnvid.colour.pixels import Raster
from cppnvid.encode import decode, probe, read_recipe
from cppnvid.live.extras import PageExtras
from cppnvid.live.page import draw_page
from cppnvid.presets import load_recipe, parse_recipe_text
from cppnvid.recipe import Recipe
from tests.helpers import clicks, write_wav
from tests.live.films import FRAMES, NAMES, film

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WIDTH, HEIGHT = 40, 28

# The pixels of a time as the page's own program draws them, RGBA, base64.
PIXELS = """async ([time, width, height]) => {
    const { device, film } = cppnvid;
    const view = { x: 0, y: 0, zoom: 1 }, samples = film.data.samples;
    const pixels = await device.part({ time, width, height, view, samples }, 0, 0, width, height);
    return btoa(String.fromCharCode(...pixels));
}"""


class Opener:
    """Open pages one after another, and keep what went wrong on them and what they asked for."""

    def __init__(self, browser: "Browser", folder: Path) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._browser, self._place = browser, folder / "film.html"
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, what: Recipe | str, query: str = "", *, waits: bool = True, **how: Any
    ) -> "Page":
        """Open a recipe's page, or a page's text; wait until it draws, unless told not to."""
        text = what if isinstance(what, str) else page_of(what)
        self._place.write_text(text, encoding="utf-8")
        size = {"width": 160, "height": 120}
        context = self._browser.new_context(**{"viewport": size, **how})
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        # A number, because the same address would not be loaded again.
        page.goto(f"{self._place.as_uri()}?n={len(self._contexts)}&{query}")
        if waits:
            until(page, "cppnvid.state.ready")
        return page

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Opener]:
    """Return what opens pages."""
    opener = Opener(browser, tmp_path)
    yield opener
    opener.close()


def until(page: "Page", condition: str) -> None:
    """Wait for a condition; the policy lets nothing in the page evaluate it over and over."""
    for _ in range(1000):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came: {condition}")


def page_of(recipe: Recipe, **how: Any) -> str:
    """Return a recipe's page, at a uniform pace."""
    return draw_page(recipe, Scene.of(recipe), **{"weights": "texture", **how})


def drawn(page: "Page", time: float, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Return what the page draws at a time: uint8 [height, width, 3]."""
    pixels = base64.b64decode(page.evaluate(PIXELS, [time, width, height]))
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3]


def defined(recipe: Recipe, time: float) -> NDArray[np.uint8]:
    """Return the definition of that picture."""
    raster = Raster(*recipe.canvas.size, recipe.canvas.samples, "rgb24")
    return picture(Scene.of(recipe).at(time), raster).astype(np.uint8)


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return by how many levels two pictures differ, everywhere."""
    difference: NDArray[np.int16] = np.abs(one.astype(np.int16) - other)
    return difference


@pytest.mark.parametrize("name", NAMES)
def test_pixels_are_the_definitions(name: str, opened: Opener) -> None:
    """In frames within a level; half way between calm ones, within two."""
    recipe = film(name, WIDTH, HEIGHT)
    steps = FRAMES - (recipe.morph.loop == "open")
    page = opened(page_of(recipe, weights="uniform" if name == "walk" else "texture"), "t=0")

    for frame in (0, 5, FRAMES - 1):
        missed = apart(drawn(page, frame / steps), defined(recipe, frame / steps))
        assert (missed > 1).mean() <= 1e-3, (name, frame, missed.max())
    at = 8  # a cut of `cuts` is here, and the films turn, grow and zoom
    before, half, after = (defined(recipe, (at + share) / steps) for share in (0, 0.5, 1))
    calm = apart(before, after) < 20
    missed = apart(drawn(page, (at + 0.5) / steps), half)
    assert (missed[calm] > 2).mean() <= 1e-2, (name, missed[calm].max())
    assert opened.errors == []


def test_the_page_plays_pauses_and_steps(opened: Opener) -> None:
    """Space, arrows, the slider and a tap do what they say, and the seam is passed."""
    page = opened(film("walk"), viewport={"width": 520, "height": 160})
    until(page, "cppnvid.state.frame > 0.2")

    page.keyboard.press(" ")
    paused = page.evaluate("cppnvid.state.frame")
    assert page.get_by_role("button", name="Play", exact=True).is_visible()
    page.wait_for_timeout(100)
    assert page.evaluate("cppnvid.state.frame") == paused
    page.evaluate("cppnvid.seek(0.4)")
    for key, frame in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert page.evaluate("cppnvid.state.frame") == frame
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("cppnvid.state.frame") == FRAMES - 1
    assert page.get_by_label("Position").get_attribute("aria-valuetext") == "0.8 of 0.8 s"
    page.get_by_label("Position").fill("6")
    assert page.evaluate("cppnvid.state.frame") == 6
    page.get_by_label("Speed").select_option("4")
    page.mouse.click(260, 20)  # a tap
    until(page, "cppnvid.state.playing && cppnvid.state.frame < 6")  # over the seam
    assert opened.errors == []


def test_hands_move_and_magnify(opened: Opener) -> None:
    """A drag moves the picture with the hand, the wheel magnifies what is under it, 0 returns."""
    recipe = film("walk", WIDTH, HEIGHT)
    page = opened(recipe, "t=0")
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25

    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    until(page, "cppnvid.state.view.zoom > 2")
    view = page.evaluate("cppnvid.state.view")
    # The point under the pointer is where it was: (place − middle) / zoom + moved.
    side = min(box["width"], box["height"])
    across = (0.25 * box["width"]) / side
    assert across / view["zoom"] + view["x"] == pytest.approx(across)
    page.mouse.down()
    page.mouse.move(x - 20, y, steps=2)
    page.mouse.up()
    moved = page.evaluate("cppnvid.state.view.x") - view["x"]
    assert moved == pytest.approx(20 / side / view["zoom"])
    assert not page.evaluate("cppnvid.state.playing")  # a drag is no tap
    page.keyboard.press("0")
    assert page.evaluate("cppnvid.state.view") == {"x": 0, "y": 0, "zoom": 1}


def test_two_fingers_magnify(opened: Opener) -> None:
    """What is between them stays there, grows as they part, and the film plays on as before."""
    page = opened(film("walk", WIDTH, HEIGHT), "t=0", has_touch=True)
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *gaps: float) -> None:
        points = [{"x": middle[0] + gap, "y": middle[1], "id": k} for k, gap in enumerate(gaps)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", -8, 8)
    for gap in (10, 13, 16):
        touch("touchMove", -gap, gap)
    touch("touchEnd")
    view = page.evaluate("cppnvid.state.view")
    assert view["zoom"] == pytest.approx(2, rel=0.3)  # the first of the moves is where they begin
    across = 0.25 * box["width"] / min(box["width"], box["height"])
    assert across / view["zoom"] + view["x"] == pytest.approx(across, abs=0.02)
    assert not page.evaluate("cppnvid.state.playing")
    page.touchscreen.tap(*middle)
    assert page.evaluate("cppnvid.state.playing")
    assert opened.errors == []


def test_every_control_has_a_name_and_is_in_reach(opened: Opener) -> None:
    """As a screen reader has them; on a small phone all that is shown is within the window."""
    recipe = film("walk", WIDTH, HEIGHT).model_copy(update={"title": "A walk"})
    extras = PageExtras(embed_audio=True, with_saver=True)
    text = page_of(recipe, extras=extras, sound=b"none")
    page = opened(text, "t=0", viewport={"width": 320, "height": 480})
    boxes = [one.bounding_box() for one in page.locator("#bar > *").all() if one.is_visible()]
    assert len(boxes) == 7
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes)
    assert len({box["y"] for box in boxes if box and box["height"] == 36}) == 2, "two rows"
    page.set_viewport_size({"width": 900, "height": 300})
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    found = [(node["role"]["value"], node["name"]["value"]) for node in nodes if "name" in node]
    named = [name for role, name in found if role in ("button", "slider", "combobox", "textbox")]
    assert len(set(named)) == len(named) == 9
    assert all(named)
    assert ("image", "A walk") in found
    assert opened.errors == []


def test_a_changed_script_does_not_run(opened: Opener) -> None:
    """The policy names the one script that may run, by its hash."""
    page = opened(page_of(film("walk", 8, 8)).replace("const TILE", "const tile"), waits=False)

    assert page.evaluate("typeof cppnvid") == "undefined"


def test_a_still_is_one_png_of_many_parts(opened: Opener, tmp_path: Path) -> None:
    """A still larger than a tile is one picture, and its recipe draws it again."""
    recipe = film("orbit", WIDTH, HEIGHT)
    page = opened(recipe, "t=0.25&size=2100x5")
    with page.expect_download() as found:
        page.keyboard.press("s")
    saved = tmp_path / found.value.suggested_filename
    found.value.save_as(saved)

    assert saved.name == "cppnvid-6.png"
    source = parse_recipe_text(read_recipe(saved) or "", str(saved))
    again = load_recipe(source)
    assert (again.canvas.size, source.time) == ((2100, 5), 0.25)
    picture = np.asarray(Image.open(io.BytesIO(saved.read_bytes())))
    assert apart(picture, defined(again, 0.25)).max() <= 1


def test_a_lost_context_comes_back(opened: Opener) -> None:
    """The poster is there meanwhile, and then the same picture as before."""
    recipe = film("walk", WIDTH, HEIGHT)
    page = opened(recipe, "t=0.5")
    before = drawn(page, 0.5)
    page.evaluate("window.lost = cppnvid.device.gl.getExtension('WEBGL_lose_context')")
    page.evaluate("lost.loseContext()")
    until(page, "!cppnvid.state.ready && !document.getElementById('poster').hidden")

    page.evaluate("lost.restoreContext()")
    until(page, "cppnvid.state.ready && document.getElementById('poster').hidden")

    assert np.array_equal(drawn(page, 0.5), before)
    assert opened.errors == []


def test_reduced_motion_starts_paused_and_bare_pages_have_no_bar(opened: Opener) -> None:
    """What a reader's system or a page around it asks for."""
    recipe = film("walk", WIDTH, HEIGHT)
    still = opened(recipe, waits=False, reduced_motion="reduce")
    assert not still.evaluate("cppnvid.state.playing")
    assert still.locator("#bar").is_visible()
    bare = opened(recipe, "embed", waits=False)
    assert bare.evaluate("cppnvid.state.playing")
    assert bare.locator("#bar").is_hidden()
    wall = opened(recipe, "wallpaper", waits=False, reduced_motion="reduce")
    assert wall.evaluate("cppnvid.state.playing")
    box = wall.locator("#canvas").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 160, "height": 120}


def test_the_picture_is_sharp_and_keeps_its_shape(opened: Opener) -> None:
    """The canvas has the screen's own pixels, as many as the film's shape leaves it."""
    page = opened(film("walk", 40, 28), "t=0", device_scale_factor=1.5)
    until(page, "cppnvid.device.canvas.width === 240")
    assert page.evaluate("cppnvid.device.canvas.height") == 168
    box = page.locator("#canvas").bounding_box()
    assert box == pytest.approx({"x": 0, "y": 4, "width": 160, "height": 112})
    exact = opened(film("walk", 40, 28), "t=0&size=50x60", device_scale_factor=2)
    assert exact.evaluate("[cppnvid.device.canvas.width, cppnvid.device.canvas.height]") == [50, 60]


def test_without_webgl_the_poster_stays(browser: "Browser", opened: Opener) -> None:
    """A browser without WebGL 2 shows the first frame, and says why it does not move."""
    recipe = film("walk", WIDTH, HEIGHT)
    page = opened(recipe, waits=False)
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.reload()

    assert page.locator("#poster").is_visible()
    assert page.locator("#bar").is_hidden()
    assert "WebGL 2" in page.locator("#said").inner_text()


def test_the_sound_leads_the_film(opened: Opener, tmp_path: Path) -> None:
    """It starts muted, loops with the film, rests and is moved with it, and m switches it on."""
    track = write_wav(tmp_path / "a.wav", clicks(0.8, 0.2))
    recipe = film("walk", WIDTH, HEIGHT)
    extras = PageExtras(embed_audio=True)
    page = opened(page_of(recipe, extras=extras, sound=extras.sound(recipe, track)), "t=0")
    sound = "document.getElementById('sound')"
    until(page, f"{sound}.readyState === 4")
    assert page.evaluate(f"{sound}.duration") == pytest.approx(0.8, abs=1e-3)
    assert page.evaluate(f"{sound}.paused && {sound}.muted")
    page.evaluate("cppnvid.seek(12)")
    assert page.evaluate(f"{sound}.currentTime") == pytest.approx(0.4)

    page.keyboard.press(" ")
    for turn in range(2):  # over the seam, which both pass
        until(page, f"!{sound}.paused && cppnvid.state.frame {'<>'[turn]} 12")
    apart = (
        "{ const d = Math.abs(cppnvid.state.frame / 30 - %s.currentTime); Math.min(d, 0.8 - d) }"
    )
    assert min(page.evaluate(apart % sound) for _ in range(20)) < 0.1
    page.keyboard.press("m")
    assert page.get_by_role("button", name="Sound").get_attribute("aria-pressed") == "true"
    assert not page.evaluate(f"{sound}.muted || {sound}.paused")
    page.keyboard.press(" ")
    until(page, f"{sound}.paused")
    page.keyboard.press("Home")
    assert page.evaluate(f"{sound}.currentTime") == 0
    assert opened.errors == []


def pressed(page: "Page", key: str, place: Path) -> Path:
    """Press a key that saves a file, and return where it is now."""
    with page.expect_download() as found:
        page.keyboard.press(key)
    found.value.save_as(place / found.value.suggested_filename)
    return place / found.value.suggested_filename


def test_the_film_is_saved_from_the_page(opened: Opener, tmp_path: Path) -> None:
    """As MP4 and as WebM: every frame once, of even sides, the colours right, its recipe inside."""
    recipe = film("walk", 63, 48, canvas={"size": "63x48"})
    page = opened(page_of(recipe, extras=PageExtras(with_saver=True)), "t=0")
    for kind in ("mp4", "webm"):
        page.evaluate(f"document.getElementById('kind').value = '{kind}'")
        saved = pressed(page, "v", tmp_path)
        assert saved.name == f"cppnvid.{kind}"
        facts = probe(saved)
        assert (facts.width, facts.height, facts.frames) == (64, 48, FRAMES)
        again = load_recipe(parse_recipe_text(read_recipe(saved) or "", str(saved)))
        assert again == recipe.model_copy(update={"canvas": again.canvas})
        assert again.canvas.size == (64, 48)
        for number, frame in enumerate(decode(saved)):
            if number in (0, 7, FRAMES - 1):
                missed = apart(frame, defined(again, number / FRAMES))
                assert missed.mean() < 2.5, (kind, number, missed.mean())
    assert opened.errors == []


def test_saving_is_cancelled_and_says_what_is_wrong(opened: Opener) -> None:
    """A second click ends it; a browser without an encoder, and one too small, say so."""
    text = page_of(film("walk", 64, 48), extras=PageExtras(with_saver=True))
    page = opened(text, "t=0", viewport={"width": 520, "height": 300})
    said = page.locator("#said")
    page.evaluate("document.getElementById('record').click()")
    page.get_by_role("button", name="Cancel saving").dispatch_event("click")
    until(page, "!cppnvid.state.saving")
    assert said.inner_text() == "could not be saved: you cancelled it"
    page.evaluate("document.getElementById('size').value = '32000x32000'")
    page.keyboard.press("v")
    until(page, "!cppnvid.state.saving")
    assert "encodes no mp4 of 32000x32000; try a smaller size" in said.inner_text()
    page.evaluate("delete window.VideoEncoder")
    page.keyboard.press("v")
    until(page, "!cppnvid.state.saving")
    assert "has no video encoder" in said.inner_text()
    assert opened.errors == []


HOSTILE = (
    "</title><script>window.broken = 1</script>",
    '"><img src=x onerror="window.broken = 1">',
    "</script><script>window.broken = 1</script>",
    "<!--<script>@DATA@ @SCRIPT@",
    "\u2028\u2029\x00 \\u003c\ud800 <svg onload=window.broken=1>",
    "'; fetch('http://192.0.2.1/'); '" + "x" * 3000,
)


def test_a_strangers_title_is_text_and_nothing_is_asked_for(opened: Opener) -> None:
    """No title runs, and no page requests anything but itself."""
    for title in HOSTILE:
        recipe = film("walk", 8, 8).model_copy(update={"title": title})
        page = opened(recipe, "t=0", waits=title is HOSTILE[-1])

        assert page.evaluate("typeof broken") == "undefined"
        assert (
            page.title().split()
            == title.replace("\x00", "\ufffd").replace("\ud800", "\ufffd").split()
        )
    assert all(url.startswith(("file:", "data:image/webp")) for url in opened.requests)
    assert sum(url.startswith("file:") for url in opened.requests) == len(HOSTILE)
    assert page.evaluate("fetch('data:,x').then(() => 'sent', () => 'refused')") == "refused"

"""The film in notebooks: as a page in a frame, and as a widget steered from Python."""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

import cppnvid
from cppnvid.animation.scene import Scene
from cppnvid.live.page import part
from cppnvid.live.widget import STYLE, widget_film, widget_script
from cppnvid.recipe import Recipe
from tests.live.films import film
from tests.live.test_browser import HOSTILE, Opener, apart, defined, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH, HEIGHT = 40, 28

# What anywidget gives, as far as a widget uses it: a model with traits that says what changed.
MODEL = """async ([script, style, film, traits]) => {
    document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
    const values = { film, time: 0, now: 0, zoom: 1, hue: 0, paused: true, ...traits }, heard = {};
    window.saved = [];
    window.model = {
        get: (name) => values[name],
        set(name, value) {
            if (values[name] === value) return;
            values[name] = value;
            (heard[`change:${name}`] || []).forEach((hear) => hear());
        },
        save_changes: () => saved.push({ ...values, film: 0 }),
        on: (name, hear) => (heard[name] ??= []).push(hear),
        off: (name, hear) => (heard[name] = heard[name].filter((one) => one !== hear)),
        heard,
    };
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const widget = (await import(url)).default;
    const paint = WebGL2RenderingContext.prototype.drawArrays;
    WebGL2RenderingContext.prototype.drawArrays = function (...given) {
        paint.apply(this, given);
        if (!this.getParameter(this.FRAMEBUFFER_BINDING)) { // the canvas, and no hidden picture
            const [, , width, height] = this.getParameter(this.VIEWPORT);
            const pixels = new Uint8Array(4 * width * height);
            this.readPixels(0, 0, width, height, this.RGBA, this.UNSIGNED_BYTE, pixels);
            window.last = [width, height, btoa(String.fromCharCode(...pixels))];
        }
    };
    window.gone = widget.render({ model, el: document.body });
}"""


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Opener]:
    """Return what opens pages."""
    opener = Opener(browser, tmp_path)
    yield opener
    opener.close()


def cell(opened: Opener, recipe: Recipe, **traits: Any) -> "Page":
    """Show a widget in a page as a notebook does, and wait until it has drawn."""
    text = "<!doctype html><style>body { margin: 0; width: 40px }</style><body></body>"
    page = opened(text, waits=False)
    numbers = {**widget_film(recipe, Scene.of(recipe)), "weights": "uniform"}
    measured = "const cost = (device.cost * pixels) / 1e6;"
    assert measured in widget_script()
    script = widget_script().replace(measured, "const cost = 0;")  # fine however slow this is
    page.evaluate(MODEL, [script, part(STYLE), numbers, traits])
    until(page, "!!window.last")
    return page


def canvas_of(page: "Page") -> NDArray[np.uint8]:
    """Return what was last drawn on the canvas: uint8 [height, width, 3]."""
    width, height, data = page.evaluate("last")
    pixels = np.frombuffer(base64.b64decode(data), np.uint8)
    return pixels.reshape(height, width, 4)[::-1, :, :3]


def test_traits_set_in_python_are_drawn(opened: Opener) -> None:
    """The pixels are the definition's for a time, a magnification and a turn of the hues."""
    recipe = film("walk", WIDTH, HEIGHT, canvas={"samples": 1})
    page = cell(opened, recipe, time=0.25)
    assert apart(canvas_of(page), defined(recipe, 0.25)).max() <= 1

    page.evaluate("model.set('time', 0.5), model.set('zoom', 2), model.set('hue', 77)")
    turned = film(
        "walk",
        WIDTH,
        HEIGHT,
        canvas={"samples": 1},
        camera={"zoom": 2},
        palette={"hue": 77},
    )
    assert apart(canvas_of(page), defined(turned, 0.5)).max() <= 1
    assert page.evaluate("saved") == []  # what Python sets it need not hear again
    assert opened.errors == []


def test_hands_are_heard_in_python(opened: Opener) -> None:
    """A click plays and pauses, the slider goes elsewhere, and a playing film says where it is."""
    page = cell(opened, film("walk", WIDTH, HEIGHT, canvas={"samples": 1}))
    page.get_by_label("Position").fill("0.5")
    assert page.evaluate("saved.at(-1).time") == 0.5

    page.locator("canvas").click()
    until(page, "saved.filter((one) => !one.paused && one.now !== 0.5).length > 1")
    assert page.evaluate("model.get('time')") == 0.5  # which Python may be setting just now
    page.get_by_role("button", name="Pause").click()
    last = page.evaluate("saved.at(-1)")
    page.wait_for_timeout(100)
    assert last["paused"] is True
    assert page.evaluate("model.get('time')") == last["time"] == last["now"]


def test_python_may_go_elsewhere_while_it_plays(opened: Opener) -> None:
    """What the film said of itself comes back as `time` and moves nothing; any other time does."""
    page = cell(opened, film("walk", WIDTH, HEIGHT, output={"frames": 3000}), paused=False)
    until(page, "saved.length > 2")

    page.evaluate("model.set('time', saved[0].now)")
    assert page.evaluate("Number(document.querySelector('input').value) > saved[1].now")
    page.evaluate("model.set('time', 0.9), model.set('paused', true)")
    assert page.evaluate("saved.at(-1).now") == pytest.approx(0.9, abs=0.01)
    assert float(page.locator("input").input_value()) == pytest.approx(0.9, abs=0.01)
    assert page.get_by_role("button", name="Play").is_visible()
    assert opened.errors == []
    assert opened.errors == []


def test_a_cell_that_goes_lets_go(opened: Opener) -> None:
    """Its context is free and it hears nothing more; a browser has few contexts."""
    page = cell(opened, film("walk", WIDTH, HEIGHT), paused=False)
    page.evaluate("gone()")

    assert page.evaluate("Object.values(model.heard).flat().length") == 0
    until(page, "document.querySelector('canvas').getContext('webgl2').isContextLost()")
    page.evaluate("saved.length = 0")
    page.wait_for_timeout(600)
    assert page.evaluate("saved") == []
    assert opened.errors == []


# What VS Code lets a cell's output do; a page in `srcdoc` has this policy beside its own.
VSCODE = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' "
    "'unsafe-inline'; img-src 'self' https: http: data:; connect-src https:; child-src https: data:"
)


def test_a_cell_plays_the_page(opened: Opener) -> None:
    """Whole, whatever its title, under the notebook's policy; it can see nothing around it."""
    title = "".join(HOSTILE[:4]) + "&amp;&quot;"
    recipe = film("walk", WIDTH, HEIGHT).model_copy(update={"title": title})
    bundle = cppnvid.live_page(recipe)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<LivePage: 40x28")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{VSCODE}">'
    page = opened(f"<!doctype html>{policy}{bundle['text/html']}", waits=False)

    frame = page.frames[1]
    for _ in range(500):
        if frame.evaluate("window.cppnvid?.state.ready"):
            break
        page.wait_for_timeout(20)
    assert frame.evaluate("cppnvid.state.ready && cppnvid.state.playing")
    assert frame.evaluate("document.title") == title
    assert frame.evaluate("typeof broken") == page.evaluate("typeof broken") == "undefined"
    assert frame.evaluate("origin") == "null"
    assert opened.errors == []


def test_the_widget_is_a_model_of_anywidget() -> None:
    """Its traits have bounds, and what it sends is plain data."""
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    traitlets = pytest.importorskip("traitlets")
    widget = cppnvid.live_widget(film("walk", WIDTH, HEIGHT))

    assert widget._esm.strip().endswith("export default { render };")
    assert json.loads(json.dumps(widget.get_state()["film"]))["size"] == [WIDTH, HEIGHT]
    assert {"time", "zoom", "hue", "paused"} <= set(widget.keys)
    widget.now = 0.5
    assert widget.time == 0.5
    widget.paused, widget.time = True, 1.0
    widget.now = 0.6  # a late word
    assert widget.time == 1.0
    with pytest.raises(traitlets.TraitError):
        widget.time = 1.5
    assert repr(widget) == "<LiveWidget: time=1, zoom=1, hue=0, paused=True>"


def test_without_anywidget_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the film is looked at."""
    from cppnvid.widget import _widget_class

    _widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ModuleNotFoundError, match=r"anywidget: pip install 'cppnvid\[widget\]'"):
        cppnvid.live_widget(film("walk"))
    _widget_class.cache_clear()

"""Hostile recipes: whatever a stranger writes into one is text on its page, and nothing leaves.

The browser is the judge: what its page is made of, what ran, and its own log of the network. A
share of the cases runs with the suite, all of them by `make fuzz-page`.
"""

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cppnvid.animation.scene import Scene
from cppnvid.live.page import draw_page
from cppnvid.recipe import Recipe
from tests.live.conftest import FLAGS
from tests.live.films import film

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CASES = int(os.environ.get("FUZZ_PAGES", "31"))
AWAY = "192.0.2.1"  # nobody's address; whatever connects to it or looks it up is in the log
RUN = f"window.broken=1;fetch('http://{AWAY}/r');new Image().src='http://{AWAY}/i'"

# What a text of a page could end, open, or be read as.
TEXTS = (
    f"</script><script>{RUN}</script>",
    f"</SCRIPT\n><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f'"><img src=http://{AWAY}/x onerror="{RUN}">',
    f'\'><svg onload="{RUN}">',
    f"<!--<script>{RUN}",
    f"--><script>{RUN}</script><!--",
    f"]]><script>{RUN}</script>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"</noscript></style><style>@import 'http://{AWAY}/c';</style>",
    f"<base href=http://{AWAY}/><link rel=stylesheet href=c>",
    f'<meta http-equiv=refresh content="0;url=http://{AWAY}/m">',
    '<iframe srcdoc="<script>parent.broken=1</script>"></iframe>',
    f"<iframe src='data:text/html,<script>{RUN}</script>'></iframe>",
    f"<link rel=dns-prefetch href=//{AWAY}><link rel=preconnect href=//{AWAY}>",
    f"<form action=http://{AWAY}/f><input autofocus onfocus={RUN!r}>",
    f"javascript:{RUN}",
    f'data:text/html;base64,PHNjcmlwdD4= " style="background:url(http://{AWAY}/b)',
    f"`${{{RUN}}}` \\u003cscript\\u003e \\x3cscript>",
    "</body></html><p id=after>",
    "@DATA@ @SCRIPT@ @POLICY@ \\1 \\g<0> {{7*7}} ${7*7} %s",
    "\u202e\u2066\u200f\u202dright\u2069 to left\u061c\ufeff",
    "\u2028\u2029\x00\x01\x0b\x0c\x1b[31m\x7f\x85",
    "\udfff \ud800 \ud83d \U0010ffff \ufffe",
    "&lt;script&gt; &#60;script&#62; &amp;lt; &notin; &#0; &#xD800;",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\x1b$B<script>\x1b(B",
    "<" * 1000 + ">" * 1000,
    "é" * 3000 + '"',
    "x" * 100_000,
    "",
)
COLOURS = ("#102030", "#ff8040", "#ffffff", "#000000", "#663399")
NAMES = ("rgb", "lagoon", "oklch", "hsv", "cmyk", "hsl")
SIZES = ("1x1", "1x7", "16x1", "3x500", "640x2", "33x17", "16384x1", "8x8")


def case(number: int) -> Recipe:
    """Return a hostile recipe: its texts from the list, alone and joined, its palette and size."""
    rng = random.Random(number)
    text = TEXTS[number % len(TEXTS)]
    for _ in range(number // len(TEXTS) % 4):
        text = rng.choice(
            (text + rng.choice(TEXTS), rng.choice(TEXTS) + text, text[:40] + "<" + text)
        )
    palette: dict[str, Any] = {"name": NAMES[number % len(NAMES)]}
    if number % 2:
        palette = {"colours": rng.sample(COLOURS, 2)}
    recipe = film(
        "orbit",
        palette=palette,
        canvas={"size": SIZES[number % len(SIZES)]},
        network={"layers": "1x4", "channels": 4 if palette.get("name") == "cmyk" else 3},
        output={"frames": 1 + number % 3},
    )
    return recipe.model_copy(update={"title": text, "comment": text[::-1] if number % 3 else text})


@pytest.fixture
def logged(browser: "Browser", tmp_path: Path) -> Iterator[tuple["Page", Path]]:
    """Return a page of a browser that logs all it does on the network, and the log."""
    log = tmp_path / "net.json"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    started = browser.browser_type.launch(
        executable_path=chromium, args=[*FLAGS, f"--log-net-log={log}"]
    )
    yield started.new_page(viewport={"width": 64, "height": 64}), log
    started.close()


def test_nothing_runs_and_nothing_leaves(logged: tuple["Page", Path], tmp_path: Path) -> None:
    """All hostile texts are text: the same elements on every page, no complaint, no request."""
    page, log = logged
    place = tmp_path / "film.html"
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda one: said.extend([one.text] * (one.type == "error")))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    elements = set()
    for number in range(CASES):
        recipe = case(number)
        place.write_text(draw_page(recipe, Scene.of(recipe)), encoding="utf-8")
        page.goto(f"{place.as_uri()}?t=0&n={number}")
        elements.add(
            page.evaluate("[...document.querySelectorAll('*')].map((e) => e.localName).join()")
        )
        assert page.evaluate("typeof broken") == "undefined", number
        assert page.evaluate("typeof cppnvid") == "object", number
        held = json.loads(page.evaluate("document.getElementById('cppnvid-recipe').textContent"))
        assert held["recipe"]["title"] == recipe.title, number
        assert len(elements) == 1, number
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in asked) == CASES
    assert page.context.browser is not None
    page.context.browser.close()
    assert AWAY not in log.read_text(encoding="utf-8")

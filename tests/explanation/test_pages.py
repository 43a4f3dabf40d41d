"""The poster, the page and the command that makes them: what is shown, and what is refused."""

import base64
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cppnvid
from cppnvid.explanation import words
from cppnvid.explanation.page import draw_page
from cppnvid.explanation.poster import draw_poster
from cppnvid.explanation.theme import Ink, scales, settable, signed_colours
from cppnvid.presets import load_recipe, parse, read_source
from cppnvid.recipe import Recipe
from tests.conftest import Run

Network = dict[str, object]
GOO: Network = {"init": {"weights": "pytorch"}}


def explained(
    network: Network | None = None, *, title: str = "", seeds: int = 1
) -> cppnvid.Explanation:
    """Explain a small network of the article's, drawn on a canvas of 64 x 48."""
    data = {
        "style": "article",
        "title": title,
        "comment": title,
        "network": {"layers": ["3x6"]} | (network or {}),
        "morph": {"seeds": [1]},
        "canvas": {"size": "64x48"},
    }
    return cppnvid.explain(Recipe.model_validate(data), seeds=seeds)


def differing(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> float:
    """Return the share of pixels that are not the page's background."""
    page = [int(Ink.PAGE[index : index + 2], 16) for index in (1, 3, 5)]
    return float((np.abs(pixels.astype(int) - page).sum(axis=2) > 12).mean())


# ------------------------------------------------------------------ poster


def test_the_poster_shows_the_picture_and_every_layer() -> None:
    """Its left holds the picture as it is drawn; each layer has a row of tiles below."""
    one = explained()

    poster = draw_poster(one)

    height, width, _ = poster.shape
    assert width == 2000
    assert 1200 < height < 3000
    assert 0.1 < differing(poster) < 0.9
    drawn = np.asarray(
        Image.fromarray((one.picture.rgb * 255).astype(np.uint8)).resize((500, 375))
    ).astype(int)
    best = min(
        float(np.abs(poster[top : top + 375, 96:596].astype(int) - drawn).mean())
        for top in range(200, 400)
    )
    assert best < 4


def test_a_signal_that_dies_goes_dark() -> None:
    """Tiles of grey goo fade from layer to layer; those of the article's normal draw do not."""

    def brightness(one: cppnvid.Explanation) -> list[float]:
        brightest = scales(one.measured)
        return [
            float(signed_colours(layer.pictures, scale).mean())
            for layer, scale in zip(one.measured.layers, brightest, strict=True)
        ]

    goo, normal = brightness(explained({"layers": ["8x16"]} | GOO)), brightness(explained())

    assert goo[-1] < 0.4 * goo[0]
    assert normal[-1] > 0.8 * normal[0]


def test_zero_is_dark_and_signs_have_colours() -> None:
    """Blue below, orange above, and what overflows is as bright as can be."""
    below, zero, above, over = signed_colours(
        np.array([-0.7, 0.0, 0.7, np.inf], np.float32), 1.0
    ).astype(int)

    assert below[2] > below[0] + 50
    assert above[0] > above[2] + 50
    assert zero.max() < 50
    assert over.min() > 150


def test_two_stand_side_by_side() -> None:
    """The halves differ, and what differs in the recipes is named."""
    one, other = explained(), explained(GOO)

    poster = draw_poster(one, other)

    half = poster.shape[1] // 2
    assert poster.shape[1] > 2500
    left, right = differing(poster[:, :half]), differing(poster[:, half:])
    assert min(left, right) > 0.05
    assert words.differences(one.recipe, other.recipe) == [
        ("network.init.weights", "normal", "pytorch")
    ]


@pytest.mark.parametrize(
    "network",
    [
        {"layers": []},
        {"layers": [40]},
        {"layers": ["41x2"]},
        {"activation": "atan_pair"},
        {"inputs": ["z"]},
        {"output": "ridge", "channels": 1},
    ],
)
def test_any_network_has_a_page_and_a_poster(network: dict[str, object]) -> None:
    """Without layers, wide, very deep, or told nothing, both are made and say how many."""
    one = explained(network)

    poster, page = draw_poster(one), draw_page(one)

    assert 900 < poster.shape[0] < 6000
    assert one.verdict.headline in page
    if network.get("layers") == [40]:
        assert "16 of 40 tanh" in page
    if network.get("layers") == ["41x2"]:
        assert "40 of 41 layers are shown" in page


def test_characters_the_font_lacks_are_set_as_boxes() -> None:
    """Matplotlib warns of each; a title in any script keeps its length and stays one line."""
    assert settable("Flut 潮\n2 $x$") == "Flut □ 2 $x$"
    assert len(settable("x" * 500)) == 120

    assert draw_poster(explained(title="潮汐 🌊 $x^2$ \\frac")).shape[0] > 900


# ------------------------------------------------------------------ page


class Tags(HTMLParser):
    """Gathers what a page's tags refer to, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.names: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and every attribute that could load something."""
        self.names.append(tag)
        self.references += [value or "" for name, value in attrs if name in REFERRING]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)


REFERRING = ("src", "href", "xlink:href", "srcset", "action", "data", "poster", "background")


def test_the_page_asks_nothing_of_the_network() -> None:
    """Every reference is a data URI or within the page; no script, no address in a style."""
    page = draw_page(explained(), explained(GOO))

    tags = Tags(page)
    assert len(tags.references) > 40
    assert all(r.startswith(("data:image/webp;base64,", "#")) for r in tags.references)
    assert not {"script", "link", "iframe", "object", "embed", "base"} & set(tags.names)
    without_pictures = re.sub(r'"data:[^"]*"', "", page)
    assert not re.findall(r"(?:https?:)?//\w|@import|url\((?!#)", without_pictures)
    assert len(page) < 3_000_000


HOSTILE = '</title><script>alert(1)</script><img src=x onerror="x">{{ 7 * 7 }}'


def test_a_strangers_title_stays_text() -> None:
    """Markup and template code in title and comment are shown and never obeyed."""
    page = draw_page(explained(title=HOSTILE))

    tags = Tags(page)
    assert "script" not in tags.names
    assert not [reference for reference in tags.references if reference == "x"]
    assert "{{ 7 * 7 }}" in "".join(tags.text)
    assert "<script>" not in page


def test_the_page_holds_the_numbers_in_words() -> None:
    """Verdict, key numbers, every layer's spread, the bound's limits and the recipe."""
    one = explained(seeds=3)

    text = " ".join("".join(Tags(draw_page(one)).text).split())

    assert str(one.verdict.picture) in text
    assert f"{one.measured.layers[-1].spread:.3g}" in text
    assert "up to a constant" in text
    assert "seeds: [1]" in text


def test_pictures_of_the_page_decode() -> None:
    """The large one is the picture, the tiles are small."""
    page = draw_page(explained())
    found = [reference for reference in Tags(page).references if reference.startswith("data:")]

    sizes = [Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).size for uri in found]
    assert sizes[0] == (720, 540)
    assert set(sizes[1:]) == {(107, 80)}
    assert len(sizes) == 1 + 2 + 3 * 6 + 3 + 1  # the picture, the input, layers, channels, colours


def test_a_notebook_shows_the_page() -> None:
    """Without a head of its own, so that it fits into another page."""
    shown = explained()._repr_html_()

    assert "<html" not in shown
    assert "Layer by layer" in shown


# ------------------------------------------------------------------ the command

SMALL = ["--style", "article", "--size", "48", "--set", "network.layers=2x4"]


def test_explain_writes_a_poster_that_carries_its_recipe(run: Run) -> None:
    """The path is told on stdout; the verdict is told; `explain` of the file makes it again."""
    code, out, err = run("explain", "--seed", "3", *SMALL)
    assert (code, out) == (0, "explain-3.png\n")
    assert "of 255 levels" in err

    source = read_source("./explain-3.png")
    assert source.explain == {"poster": True}
    assert source.data["morph"]["seeds"] == [3]
    code, out, _ = run("explain", "explain-3.png", "-o", "again.png", "-q")
    assert code == 0
    assert np.array_equal(np.asarray(Image.open("again.png")), np.asarray(Image.open(SEED_3)))


SEED_3 = "explain-3.png"


def test_explain_writes_a_page(run: Run) -> None:
    """The ending chooses, and --quiet is quiet."""
    code, out, err = run("explain", "--seed", "3", *SMALL, "-o", "a.html", "--quiet")

    assert (code, out, err) == (0, "a.html\n", "")
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_recipe_rides_in_a_page(run: Run) -> None:
    """`info` tells it, `explain` makes the page again, and no title breaks out of it."""
    title = "</script><b>x"
    key = f"title={title}"
    assert run("explain", "--seed", "3", *SMALL, "--set", key, "-o", "a.html", "-q")[0] == 0

    page = Path("a.html").read_text(encoding="utf-8")
    assert title not in page
    assert read_source("./a.html").data["title"] == title
    code, out, err = run("info", "a.html")
    assert code == 0, err
    assert re.match(r"# a\.html: page, \d+ kB\n# made by 'cppnvid explain' \(a page\)", out)
    assert load_recipe(parse(out, "info").data).morph.seeds == (3,)
    assert run("explain", "a.html", "-o", "b.html", "-q")[0] == 0
    assert Path("b.html").read_text(encoding="utf-8") == page

    Path("c.html").write_text("<p>Hello</p>", encoding="utf-8")
    code, out, _ = run("info", "c.html")
    assert (code, "\n# contains no recipe: " in out) == (0, True)


def test_a_network_from_a_file_is_explained(run: Run) -> None:
    """It has no seeds after its own; the page says where its weights come from, without them."""
    tiny = ["--style", "article", "--set", "network.layers=3x4"]
    assert run("export", "--seed", "3", *tiny, "-o", "n.npz")[0] == 0

    code, out, err = run("explain", "--weights", "n.npz", *tiny, "--size", "48", "-o", "a.html")

    assert (code, out) == (0, "a.html\n"), err
    text = " ".join(Tags(Path("a.html").read_text(encoding="utf-8")).text)
    assert "weights from a file" in text
    assert "these come from a file" in text
    assert "data:" not in text


@pytest.mark.parametrize(
    ("other", "shown"), [("network.layers=5x3", "network.layers"), ("sonar", "house")]
)
def test_compare_takes_a_key_or_a_preset(run: Run, other: str, shown: str) -> None:
    """Both verdicts are told, and what differs is named."""
    code, _, err = run("explain", "--seed", "3", *SMALL, "--compare", other, "-o", "a.html")

    assert code == 0, err
    assert err.count("of 255 levels") == 2
    page = Path("a.html").read_text(encoding="utf-8")
    assert page.count("<article>") == 2
    assert shown in page


def test_a_comparison_is_made_again_from_its_poster(run: Run) -> None:
    """The other recipe rides in it too."""
    key = "network.init.weights=pytorch"
    assert run("explain", "--seed", "3", *SMALL, "--compare", key, "-o", "a.png", "-q")[0] == 0

    told = read_source("./a.png").explain
    assert told is not None
    assert told["compare"]["network"]["init"]["weights"] == "pytorch"
    assert run("explain", "a.png", "-o", "b.png", "-q")[0] == 0
    assert np.array_equal(np.asarray(Image.open("b.png")), np.asarray(Image.open("a.png")))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ([], "nothing to explain: give --seed 7"),
        (["--seed", "1", "-o", "a.txt"], "a.txt"),
        (["--seed", "1", "-o", "no/a.png"], "does not exist"),
        (["--seed", "1", "--frames", "9"], "--frames: only a video has this"),
        (["--seed", "1", "--video", "dept"], "did you mean 'depth'"),
        (["--seed", "1", "--video", "depth:2"], "only a weight can be named"),
        (["--seed", "1", "--video", "weight:0,1,1"], "counted from 1"),
        (["--seed", "1", "--video", "weight:9,1,1"], "layer 9 of 5"),
        (["--seed", "1", "--video", "weight:2,99,1"], "has 16 neurons that read 16 values"),
        (["--seed", "1", "--video", "depth", "--compare", "sonar"], "--compare, --video"),
        (["--seed", "1", "--video", "depth", "-o", "a.png"], "a.png"),
        (["--seed", "1", "--compare", "network.layres=3"], "--compare network.layres"),
        (["--seed", "1", "--compare", "auroa"], "did you mean 'aurora'"),
        (["--seed", "-1"], "--seed"),
        (["--seed", "1", "--time", "2"], "--time: must be from 0 to 1"),
    ],
)
def test_what_explain_cannot_do_is_refused(run: Run, typed: list[str], words: str) -> None:
    """Exit code 2, the option named, nothing on stdout, nothing written."""
    code, out, err = run("explain", *typed)

    assert (code, out) == (2, "")
    assert words in err
    assert list(Path().iterdir()) == []


def test_an_existing_output_is_kept(run: Run) -> None:
    """Unless --overwrite says otherwise."""
    Path("a.html").write_text("mine")

    code, _, err = run("explain", "--seed", "3", *SMALL, "-o", "a.html")
    assert code == 2
    assert "overwrite" in err
    assert Path("a.html").read_text() == "mine"

    assert run("explain", "--seed", "3", *SMALL, "-o", "a.html", "--overwrite", "-q")[0] == 0
    assert len(Path("a.html").read_text(encoding="utf-8")) > 10_000


def test_what_explain_made_is_not_drawn_as_something_else(run: Run) -> None:
    """`render` and `still` would draw another picture under its name: they say so."""
    assert run("explain", "--seed", "3", *SMALL, "-o", "a.png", "-q")[0] == 0

    for command in ("render", "still"):
        code, _, err = run(command, "a.png", "-o", "b.png")
        assert code == 2
        assert "cppnvid explain" in err
    _, out, _ = run("info", "a.png")
    assert "# made by 'cppnvid explain' (a poster)" in out


def test_nothing_global_of_matplotlib_is_touched() -> None:
    """In a fresh process with no cache of fonts: pyplot is not loaded, and nothing is told."""
    program = (
        "import sys\n"
        "from cppnvid.cli import main\n"
        "try:\n"
        f"    main(['explain', '--seed', '3', '-o', 'a.html', '-q', *{SMALL!r}])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "assert 'matplotlib.figure' in sys.modules\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"MPLCONFIGDIR": str(Path("fonts").resolve())},
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "a.html\n", "")

"""The page as a file: its size, its policy, what it holds, and what is refused."""

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import pytest

import cppnvid
from cppnvid.animation.scene import Scene
from cppnvid.encode import probe
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.live.page import SCRIPTS, draw_page, joined, json_in_html
from cppnvid.presets import Override, Source, load_recipe
from tests.conftest import Run as Cli, names_here
from tests.live.films import film

TINY = ("--frames", "4", "--size", "32x24", "--set", "network.layers=2x4", "-q")


def text_of(page: str, opening: str) -> str:
    """Return what the first element that opens so holds."""
    found = re.search(re.escape(opening) + "(.*?)</", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_house_style_is_small() -> None:
    """Three seeds and 300 frames: at most 105 kB, the script under 600 lines."""
    data = {"morph": {"seeds": [1, 2, 3], "pace": "uniform"}, "output": {"frames": 300}}
    recipe = load_recipe(Source(data))

    assert len(draw_page(recipe, Scene.of(recipe))) <= 105_000
    assert joined(SCRIPTS).count("\n") < 600


def test_the_policy_names_its_own_script_and_style_alone() -> None:
    """By their hashes; nothing else runs, and nothing is asked for."""
    recipe = film("walk")
    page = draw_page(recipe, Scene.of(recipe))
    policy = html.unescape(text_of(page, 'http-equiv="Content-Security-Policy" content="') or "")
    found = re.search(r'Policy" content="([^"]*)"', page)
    assert found is not None
    policy = found[1]

    for kind, opening in (("script-src", "<script>"), ("style-src", "<style>")):
        digest = hashlib.sha256(text_of(page, opening).encode()).digest()
        assert f"{kind} 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"https?://|//[a-z]+\.", re.sub(r"<script type.*?</script>", "", page))


def test_nothing_in_json_ends_its_element() -> None:
    """A text that closes the element, opens a comment or breaks lines is ASCII and has no <."""
    text = '</script><!--<script>\u2028\u2029\x00"\\'

    made = json_in_html({"a": text})

    assert "<" not in made
    assert made.isascii()
    assert json.loads(made) == {"a": text}


def test_the_page_is_a_file_like_any_other(run: Cli) -> None:
    """It is named, told apart, drawn again, kept whole and replaced, as videos are."""
    code, out, err = run("morph", "--seeds", "1", "2", *TINY, "-o", "a.html")
    assert (code, out, err) == (0, "a.html\n", "")
    code, out, _ = run("info", "a.html")
    facts = (
        r"# a\.html: HTML page \(webgl, 8 bits\), 32x24, 30 frames a second, 4 frames, 0\.13\d+ s"
    )
    assert code == 0
    assert re.match(facts, out)
    assert "seeds: [1, 2]" in out or "- 1\n" in out
    assert probe("a.html").frames == 4
    code, _, err = run("render", "a.html", "-o", "a.html", "-q")
    assert code == 2
    assert "a.html exists already; --overwrite" in err
    before = Path("a.html").read_bytes()
    assert run("render", "a.html", "-o", "b.HTM", "-q")[0] == 0
    assert Path("b.HTM").read_bytes() == before
    assert run("render", "a.html", "-o", "a.gif", "-q")[:2] == (0, "a.gif\n")
    assert run("render", "a.gif", "-o", "a.html", "-q", "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("--crf 20", "--crf"),
        ("--max-size 1MB", "--max-size"),
        ("--codec h264 --depth 10", "--codec, --depth"),
        ("--lossless", "--lossless"),
        ("--repeat 2", "--repeat"),
        ("--min-seconds 9", "--min-seconds"),
        ("--encoder x264", "--encoder"),
        ("--backend numpy", "--backend"),
        ("--shutter 0.5", "--shutter"),
        ("--gif small", "--gif"),
        ("--set output.crf=3", "--crf"),
        ("--set network.layers=9x256", "--set network.layers"),
    ],
)
def test_what_means_nothing_to_a_page_is_refused(typed: str, named: str, run: Cli) -> None:
    """By name, with exit code 2, and nothing is written."""
    code, out, err = run("morph", "--seeds", "1", *typed.split(), "-o", "a.html")

    assert (code, out) == (2, "")
    assert f"{named}" in err.splitlines()[-1]
    assert names_here() == []


def test_the_librarys_refusals_name_keys() -> None:
    """A backend and a cap are asked of the library by argument."""
    recipe = film("walk")
    for how, key in (({"run": Run(backend="numpy")}, "backend"), ({"max_size": 9}, "max_size")):
        with pytest.raises(RecipeError) as error:
            cppnvid.render_video(recipe, "a.html", **how)
        assert error.value.mistakes[0].key == key
    assert names_here() == []


def test_other_pages_are_told_apart(run: Cli) -> None:
    """A page of ours that is cut short, one of `explain`, and a stranger's."""
    assert run("morph", "--seeds", "1", *TINY, "-o", "a.html")[0] == 0
    whole = Path("a.html").read_text(encoding="utf-8")
    Path("cut.html").write_text(whole[:5000], encoding="utf-8")
    Path("open.html").write_text(whole.rpartition("}")[0], encoding="utf-8")
    Path("theirs.html").write_text("<p>Hello</p>", encoding="utf-8")

    for name, words in (
        ("cut.html", "is cut short; make it again"),
        ("open.html", "is cut short; make it again"),
        ("theirs.html", "contains no recipe: cppnvid did not make it"),
        ("missing.html", "there is no such file"),
    ):
        code, _, err = run("render", name, "-o", "b.mp4")
        assert code == 2
        assert words in err
    code, _, err = run("check", "a.html")
    assert code == 2
    assert "holds no frames" in err


def test_frames_of_other_films_are_no_page(run: Cli) -> None:
    """What is not a recipe's film has frames that a page cannot hold: said before any is drawn."""
    code, _, err = run("explain", "--seed", "3", "--video", "depth", *TINY, "-o", "a.html")

    assert code == 2
    assert err.startswith("cppnvid: --output: a.html draws the film of a recipe")
    assert len(err.splitlines()) == 1, "something was measured or drawn before"
    assert names_here() == []


def test_a_film_moves_to_its_sound_in_silence(run: Cli) -> None:
    """A sound alone is refused; one that is heard is in the rows, and the page is silent."""
    from tests.helpers import clicks, write_wav

    write_wav(Path("a.wav"), clicks(0.5, 0.1))
    code, _, err = run("morph", "--seeds", "1", *TINY, "--audio", "a.wav", "-o", "a.html")
    assert code == 2
    assert "--audio" in err
    loud = ("morph", "--seeds", "1", *TINY[:-1], "--audio", "a.wav", "--react", "-o", "a.html")
    code, _, err = run(*loud)
    assert code == 0, err
    assert "HTML page holds no sound: the film moves to it in silence" in err


def test_a_notebook_plays_it() -> None:
    """In a frame with an origin of its own, whole, whatever is in it."""
    recipe = film("walk").model_copy(update={"title": 'a "b" <c>'})
    page = cppnvid.live_page(recipe)
    shown = page._repr_html_()
    srcdoc = re.search(r'srcdoc="([^"]*)"', shown)

    assert srcdoc is not None
    assert html.unescape(srcdoc[1]) == page.text
    assert 'sandbox="allow-scripts allow-downloads"' in shown
    assert repr(page).startswith("<LivePage: 40x28, ")
    video = cppnvid.render_video(recipe, "a.html")
    assert Path("a.html").read_text(encoding="utf-8") == page.text
    assert video._repr_html_() == shown


def test_presets_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page says of itself is what the recipe asks for."""
    data = load_recipe("aurora").to_data()
    recipe = load_recipe(
        Source(data), [Override("output.frames", 3), Override("morph.pace", "uniform")]
    )
    page = draw_page(recipe, Scene.of(recipe))
    told = json.loads(text_of(page, 'id="film">'))

    assert told["size"] == list(recipe.canvas.size)
    assert (told["frames"], told["fps"]) == (3, float(recipe.output.fps))
    assert html.escape(recipe.title) in page


@pytest.mark.parametrize("layers", [[], [3]])
def test_a_network_that_reads_no_coordinates_has_a_page(layers: list[int]) -> None:
    """Its latent is in the first layer's bias, and nothing is left of that layer's weights."""
    recipe = film("walk", 8, 8, network={"inputs": ["z"], "layers": layers, "z_dim": 3})
    told = json.loads(text_of(draw_page(recipe, Scene.of(recipe)), 'id="film">'))

    assert [count for _, count in told["tensors"]][1] == 0
    assert told["directions"]["columns"].count([0, 1]) == told["tensors"][1][0]

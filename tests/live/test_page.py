"""The page as a file: its size, its policy, what it holds, and what is refused."""

import base64
import gzip
import hashlib
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

import cppnvid
from cppnvid.animation.scene import Scene
from cppnvid.encode import RATE, probe
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.live.extras import PageExtras
from cppnvid.live.page import SCRIPTS, draw_page, joined, json_in_html
from cppnvid.presets import Override, Source, load_recipe
from tests.conftest import Run as Cli, names_here
from tests.helpers import clicks, heard, write_wav
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
    write_wav(Path("a.wav"), clicks(0.5, 0.1))
    code, _, err = run("morph", "--seeds", "1", *TINY, "--audio", "a.wav", "-o", "a.html")
    assert code == 2
    assert "--audio" in err
    loud = ("morph", "--seeds", "1", *TINY[:-1], "--audio", "a.wav", "--react", "-o", "a.html")
    code, _, err = run(*loud)
    assert code == 0, err
    assert "HTML page holds no sound: the film moves to it in silence" in err


def test_a_page_embeds_its_sound(run: Cli) -> None:
    """As AAC, which a note weighs; the policy lets it play, and other pages play none."""
    write_wav(Path("a.wav"), clicks(0.5, 0.02, first=0.0))
    typed = ("morph", "--seeds", "1", *TINY[:-1], "--audio", "a.wav", "--embed-audio")
    code, _, err = run(*typed, "-o", "a.html")
    assert code == 0, err
    assert re.search(r"the page holds its sound: [\d.]+ kB of AAC", err)
    page = Path("a.html").read_text(encoding="utf-8")
    sound = base64.b64decode(re.findall('src="data:audio/mp4;base64,([^"]*)"', page)[0])
    Path("a.mp4").write_bytes(sound)
    samples = heard(Path("a.mp4"))
    assert abs(len(samples) - 4 / 30 * RATE) <= 1024
    assert np.abs(samples).max() > 0.3
    assert "; media-src data:;" in page
    assert run(*typed, "--quiet", "-o", "b.html")[0] == 0
    assert Path("b.html").read_text(encoding="utf-8") == page
    assert run("render", "a.html", "-q", "-o", "c.html")[0] == 0
    silent = Path("c.html").read_text(encoding="utf-8")
    assert "media-src" not in silent
    assert "<audio" not in silent


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("--embed-audio -o a.html", "--embed-audio: there is no sound to embed: name one with --"),
        ("--audio a.wav -o a.html", "--audio: a page holds a sound only with --embed-audio: add"),
        ("--audio a.wav --embed-audio -o a.mp4", "--embed-audio: applies only to a .html; a.mp4"),
        ("--embed --embed-audio -o a.gif", "--embed, --embed-audio: applies only to a .html"),
        ("--with-saver -o a.webm", "--with-saver: applies only to a .html; a.webm is WebM"),
        ("--embed --with-saver -o a.html", "--embed: a bare page has no button that saves a video"),
        ("--embed -o a.glsl", "--embed: applies only to a .html; a.glsl is Shadertoy"),
        ("--audio a.wav --embed --embed-audio -o a.html", "--embed: a bare page has no button"),
        ("--audio b.wav --embed-audio -o a.html", "--audio: b.wav: there is no such file"),
        ("--audio a.wav --embed-audio --seconds 7200 -o a.html", "--embed-audio: would add 115"),
    ],
)
def test_extras_that_mean_nothing_are_refused(typed: str, named: str, run: Cli) -> None:
    """By name, and nothing is written."""
    write_wav(Path("a.wav"), clicks(0.5, 0.1))
    code, out, err = run("morph", "--seeds", "1", *typed.split())

    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(f"cppnvid: {named}"), err
    assert names_here() == ["a.wav"]


def test_the_librarys_extras_name_arguments() -> None:
    """Of a page, which nothing else takes."""
    for how, key in ((PageExtras(embed=True), "embed"), (PageExtras(embed_audio=True), "embed_")):
        with pytest.raises(RecipeError) as error:
            cppnvid.render_video(film("walk"), f"a.{'mp4' if key == 'embed' else 'html'}", page=how)
        assert error.value.mistakes[0].key.startswith(key)
    assert names_here() == []


def test_the_saver_is_there_only_where_it_is_asked_for() -> None:
    """Packed, under 80 kB, and allowed by the hash of what it unpacks to."""
    recipe = film("walk", 8, 8)
    plain, saver = (
        draw_page(recipe, Scene.of(recipe), extras=PageExtras(with_saver=asked))
        for asked in (False, True)
    )

    assert "mediabunny" not in plain
    assert len(saver) - len(plain) < 85_000
    library = gzip.decompress(base64.b64decode(text_of(saver, 'id="library">'))).decode()
    digest = base64.b64encode(hashlib.sha256(library.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in saver
    assert "</script" not in library.lower()
    assert library.startswith("/* mediabunny 1.61.0")


def test_a_bare_page_is_written_so(run: Cli) -> None:
    """As `?embed` makes one of any page."""
    assert run("morph", "--seeds", "1", *TINY, "--embed", "-o", "a.html")[0] == 0
    page = Path("a.html").read_text(encoding="utf-8")
    assert json.loads(text_of(page, 'id="film">'))["bare"] is True


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

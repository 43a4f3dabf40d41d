"""A gallery page: what it holds, what it is told apart from, and what is refused of it."""

import base64
import hashlib
import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import cppnvid
from cppnvid.presets import load_recipe
from cppnvid.sheets import page as module
from cppnvid.sheets.gallery import of_seed
from tests.conftest import Run, names_here, small, step

FAST = ["--set", "network.layers=2x4", "--size", "32x24", "--tile", "24", "-q"]
LARGE = 2**63 - 1  # JavaScript has no such number


def data_of(path: str) -> dict[str, Any]:
    """Return the numbers on a page."""
    found = re.search('id="films">(.*?)</script>', Path(path).read_text(), re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def page(run: Run) -> str:
    """Make the page of two seeds."""
    typed = ("gallery", "--seeds", "4", str(LARGE), *FAST, "--palette", "#102030,#ff8040")
    assert run(*typed, "-o", "g.html")[:2] == (0, "g.html\n")
    return "g.html"


def test_stills_are_those_of_the_sheet(page: str, run: Run) -> None:
    """Each is its seed's tile, as a WebP in the page, with its whole number below."""
    text = Path(page).read_text()
    stills = re.findall(r'src="data:image/webp;base64,([^"]+)"></span>(\d+)</button>', text)

    assert [seed for _, seed in stills] == ["4", str(LARGE)]
    recipe = load_recipe(page)
    assert recipe.morph.seeds == (4, LARGE)
    for data, seed in stills:
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
        sheet = cppnvid.render_still(
            of_seed(load_recipe(recipe.to_data() | {"canvas": {"size": "32x24"}}), int(seed))
        )
        assert picture.shape == (24, 32, 3)
        assert step(picture, sheet) < 6


def test_what_films_share_is_there_once(page: str) -> None:
    """One shader, one gradient; each film has its own directions."""
    data = data_of(page)

    assert {"shader", "gradient", "places", "size"} <= data["common"].keys()
    assert len(data["films"]) == 2
    assert all("directions" in film and "shader" not in film for film in data["films"])
    assert data["seeds"] == ["4", str(LARGE)]


def test_the_policy_names_its_own_script_and_style_alone(page: str) -> None:
    """By their hashes, and no request may be made."""
    text = Path(page).read_text()
    policy = re.search(r'Policy" content="([^"]*)"', text)
    assert policy is not None

    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    for opening in ("<script>", "<style>"):
        inside = text.partition(opening)[2].partition("</")[0]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]
    assert "unsafe" not in policy[1]


def test_it_is_told_apart(page: str, run: Run) -> None:
    """From a live page and from a sheet; the sheet, one picture and a walk are drawn from it."""
    code, out, _ = run("info", page)
    assert code == 0
    assert out.startswith("# g.html: gallery page, 2 pictures of 32x24, ")
    assert "a sheet of its seeds: 'cppnvid still g.html --seed N' draws one" in out
    assert "g.html: holds no frames" in run("check", page)[2]
    with pytest.raises(cppnvid.RecipeError, match="is a gallery, a page of many pictures"):
        cppnvid.probe(page)
    assert run("gallery", page, "-o", "s.png", "--tile", "24", "-q")[0] == 0
    assert load_recipe("s.png").morph.seeds == (4, LARGE)
    assert run("still", page, "--seed", "4", "-o", "4.png", "-q")[0] == 0
    code, _, err = run("render", page, "--frames", "3", "-o", "w.html")
    assert code == 0
    assert "this is a walk through the seeds of a sheet" in err
    whole = Path(page).read_text()
    Path("cut.html").write_text(whole[: len(whole) // 2])
    assert "is cut short; make it again" in run("render", "cut.html", "-o", "c.mp4")[2]
    before = Path(page).read_bytes()
    code, _, err = run("gallery", "--seeds", "1", *FAST, "-o", page)
    assert (code, Path(page).read_bytes()) == (2, before)
    assert "g.html exists already" in err


@pytest.mark.parametrize(
    ("source", "options", "shown"),
    [
        ([], ["--style", "article"], "cppnvid morph --seeds 7 --style article"),
        (["aurora"], ["--size", "64x48"], "cppnvid render aurora --seeds 7 --size 64x48"),
        (
            [],
            ["--palette", "#102030,#ff8040", "--set", "camera.scale=2"],
            "cppnvid morph --seeds 7 --palette '#102030,#ff8040' --set camera.scale=2",
        ),
        (["zooms.yaml"], [], "cppnvid render zooms.yaml --seeds 7 --path orbit"),
    ],
)
def test_the_command_draws_the_same_film(
    source: list[str], options: list[str], shown: str, run: Run
) -> None:
    """What a page shows for a picture is, to the shell, the film that moves on it."""
    Path("zooms.yaml").write_text("morph: {seeds: [3], path: zoom}\nnetwork: {layers: 2x4}\n")
    few = ["--set", "network.layers=2x4"]
    assert run("gallery", *source, *options, *few, "--seeds", "7", "-q", "-o", "g.html")[0] == 0

    command = data_of("g.html")["command"].replace("{seed}", "7")
    assert command.replace(" --set network.layers=2x4", "") == shown
    frames = ["--set", "output.frames=2", "--set", "morph.pace=uniform", "-q", "-o", "f.html"]
    assert run(*shlex.split(command)[1:], *frames)[0] == 0
    film = load_recipe("f.html")
    drawn = of_seed(load_recipe("g.html"), 7)
    assert film.morph.model_copy(update={"pace": "even"}) == drawn.morph.model_copy(
        update={"pace": "even"}
    )
    assert (film.network, film.camera, film.palette, film.canvas) == (
        drawn.network,
        drawn.camera,
        drawn.palette,
        drawn.canvas,
    )


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("--animate", "--animate: the pictures of g.html move already"),
        ("--columns 3 --fps 9", "--columns, --fps: does not apply to g.html"),
        ("--frames 30", "--frames: does not apply to g.html"),
        ("--set output.crf=3", "crf"),
        ("--set network.layers=9x256", "--set network.layers"),
        ("--best 9", "--best"),
    ],
)
def test_what_means_nothing_to_it_is_refused(typed: str, named: str, run: Run) -> None:
    """By name, with exit code 2, and nothing is written."""
    code, out, err = run("gallery", "--seeds", "1-4", *typed.split(), "-o", "g.html")

    assert (code, out) == (2, "")
    assert named in err.splitlines()[-1]
    assert names_here() == []


def test_too_many_are_refused_before_most_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number that would fit; nothing is written."""
    recipe, drawn = small(32, 24), []
    run = cppnvid.Run(progress=lambda done, _: drawn.append(done))
    monkeypatch.setattr(module, "LARGEST", 100_000)

    with pytest.raises(cppnvid.RecipeError, match=r"about \d+ fit") as error:
        cppnvid.save_gallery_page(recipe, range(400), "g.html", run, tile=24)

    mistake = error.value.mistakes[0]
    fits = int(re.findall(r"\d+", str(mistake.allowed))[0])
    assert (mistake.key, mistake.given, len(drawn)) == ("seeds", 400, 1)
    assert names_here() == []
    cppnvid.save_gallery_page(recipe, range(fits), "g.html", tile=24)
    assert 70_000 < Path("g.html").stat().st_size < 150_000


def test_a_title_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's title, and a command, write no HTML."""
    hostile = '</script><script>1</script>"<@DATA@'
    cppnvid.save_gallery_page(
        small(8, 8), [1], "g.html", tile=8, title=hostile, command=f"{hostile} {{seed}}"
    )

    text = Path("g.html").read_text()
    assert text.count("<script>") == 1
    assert data_of("g.html")["command"] == f"{hostile} {{seed}}"

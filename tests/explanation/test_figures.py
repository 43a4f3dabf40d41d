"""The page of experiments: every figure drawn, measured, explained, and nothing overwritten."""

import html
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cppnvid import RecipeError, decode, load_recipe
from cppnvid.encode import probe
from cppnvid.explanation.figures import FIGURES, SWEEPS, Figure, Sweep, draw, make_figures
from cppnvid.film.run import Run
from tests.conftest import step
from tests.helpers import run
from tests.presets.helpers import EXPERIMENTS


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make figures quick: two experiments and a sweep of two depths, small."""
    chosen = [figure for figure in FIGURES if figure.name in ("grey-goo", "normal")]
    sweep = Sweep("depth", "Depth", {"one": "1x8", "twelve": "12x16"}, 5, "Layers.", "Folds.")
    monkeypatch.setattr(draw, "FIGURES", tuple(chosen))
    monkeypatch.setattr(draw, "SWEEPS", (sweep,))
    for name, side in (("LARGE", 48), ("SMALL", 24), ("FILM", 32), ("FILM_FRAMES", 4)):
        monkeypatch.setattr(draw, name, side)


def test_the_page_has_every_experiment_and_both_sweeps() -> None:
    """What the page draws are the presets of the article, each once, and depth and width."""
    assert sorted(figure.name for figure in FIGURES) == sorted(EXPERIMENTS)
    assert [sweep.name for sweep in SWEEPS] == ["depth", "width"]
    depths, widths = (list(sweep.networks.values()) for sweep in SWEEPS)
    assert depths == [f"{depth}x16" for depth in range(2, 30, 3)]
    assert widths == [f"9x{width}" for width in (2, 8, 32, 128, 512)]


@pytest.mark.usefixtures("few")
def test_figures_are_drawn_and_explained() -> None:
    """All that the page shows lies beside it; captions tell grey from alive by numbers."""
    page = make_figures("figures")
    text = page.read_text(encoding="utf-8")
    goo, normal = text.split('<figure id="normal"')

    shown = set(re.findall(r'(?:src|href|poster)="([^"]+)"', text))
    assert shown == {entry.name for entry in Path("figures").iterdir()} - {"index.html"}
    assert "http" not in re.sub(r"<cite>.*?</cite>", "", text)
    assert "Measured: Grey goo." in goo
    assert "Measured: Alive." in normal
    assert re.search(r"multiplies the spread from point to point by 0\.5\d", goo)
    assert re.search(r"Over five seeds it shrinks by a factor of 0\.\d+ ± 0\.\d+", goo)
    assert re.search(r"Over five seeds it grows by a factor of 1\.\d+ ± 0\.\d+", normal)
    assert re.search(r"tanh, which bends sooner, reaches about\s0\.82 of it", text)  # the bound
    for figure in (FIGURES[0], FIGURES[5]):
        assert html.escape(figure.why) in text


@pytest.mark.usefixtures("few")
def test_pictures_of_the_page_carry_their_recipes() -> None:
    """A picture of the page is the still of its preset and seed."""
    text = make_figures("figures").read_text(encoding="utf-8")

    assert re.search(r"except\sthe two sheets carries its recipe", text)
    with pytest.raises(RecipeError, match="contains no recipe"):
        load_recipe("figures/depth.png")
    assert probe("figures/normal.png").width == 48
    recipe = load_recipe("figures/normal-11.png")
    assert (recipe.style, recipe.morph.seeds) == ("article", (11,))
    assert np.asarray(Image.open("figures/grey-goo.png")).std() < 1
    assert np.asarray(Image.open("figures/normal.png")).std() > 40


@pytest.mark.usefixtures("few")
def test_the_sweep_shows_that_depth_adds_detail() -> None:
    """Its numbers, and its picture, in which the second tile is the busier."""
    text = make_figures("figures").read_text(encoding="utf-8")

    found = re.search(r"one: (\d\.\d\d), twelve: (\d\.\d\d)\.", text)
    assert found is not None
    assert 10 * float(found[1]) < float(found[2])
    assert probe("figures/depth.png").width > 2 * draw.SWEPT


@pytest.mark.usefixtures("few")
def test_figures_move_when_they_are_asked_to() -> None:
    """With animate every experiment is a closed loop too, in place of its still."""
    told: list[str] = []
    page = make_figures("figures", Run(note=told.append), animate=True)
    text = page.read_text(encoding="utf-8")
    frames = list(decode("figures/normal.mp4"))

    assert '<video src="normal.mp4" poster="normal.png" autoplay loop muted' in text
    assert len(frames) == 4
    assert told == ["filming grey-goo", "filming normal"]  # one may take a minute
    assert step(frames[-1], frames[0]) < 1.6 * step(frames[0], frames[1])


@pytest.mark.usefixtures("few")
def test_only_figures_are_replaced() -> None:
    """Figures replace figures if that is asked for, and never anything else."""
    make_figures("figures")
    with pytest.raises(RecipeError, match="exists already; overwrite=True"):
        make_figures("figures")
    make_figures("figures", Run(overwrite=True))

    Path("figures/notes.txt").write_text("mine")
    with pytest.raises(RecipeError, match="holds files cppnvid did not write"):
        make_figures("figures", Run(overwrite=True))
    assert Path("figures/notes.txt").read_text() == "mine"


def test_what_cannot_be_made_is_refused_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name, a folder nobody made: told before anything is drawn, exit code 2."""
    monkeypatch.setattr(draw, "explain", lambda *_: pytest.fail("it was drawn"))
    Path("taken").write_text("x")

    for name, words in (
        ("taken", "is a file"),
        ("no/where", "does not exist"),
        ("", "is empty"),
        ("page.html", "figures are a folder"),
    ):
        code, out, err = run(["figures", "-o", name])
        assert (code, out) == (2, ""), name
        assert words in err


@pytest.mark.usefixtures("few")
def test_a_run_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a page never stands under the folder's name."""

    def broken(figure: Figure, *_: object, **__: object) -> None:
        raise RecipeError(figure.name)

    monkeypatch.setattr(draw, "_draw", broken)
    with pytest.raises(RecipeError, match="grey-goo"):
        make_figures("figures")

    assert list(Path().iterdir()) == []

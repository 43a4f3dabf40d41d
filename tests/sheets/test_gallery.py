"""Galleries: tiles are the seeds' own stills, numbers are below them, moving sheets are loops."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import cppnvid
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import shrink
from cppnvid.presets import load_recipe, read_source
from cppnvid.recipe import Recipe
from cppnvid.sheets.gallery import of_seed, plan_gallery
from cppnvid.sheets.layout import BACKGROUND, plan_sheet
from tests.conftest import Run, names_here, small, step
from tests.sheets.helpers import label_of, picture_in, tile_of

FAST = ["--set", "network.layers=2x4", "--size", "32x24", "--tile", "24", "-q"]


# ------------------------------------------------------------------ still sheets


@pytest.mark.parametrize(
    "source",
    [
        "--style article",
        "--style patterns --palette ember",
        "aurora --set network.layers=2x8",
        "--of z --set morph.network_seed=4 --set network.layers=2x8",
        "--set camera.rotate=30 --set network.layers=2x8 --samples 3",
    ],
)
def test_tiles_are_the_stills_of_their_seeds(run: Run, source: str) -> None:
    """A tile is, pixel for pixel, what `still --seed N` draws undithered: size, smoothness."""
    same = [*source.split(), "-q", "--backend", "torch:cpu", "--set", "output.frames=4"]
    assert run("gallery", *same, "--seeds", "9", "3", "40", "--tile", "20", "-o", "s.png")[0] == 0
    recipe = load_recipe("s.png")
    sheet = plan_sheet(["9", "3", "40"], tile=_tile(recipe, 20), title="as any")

    for index, seed in enumerate((9, 3, 40)):
        samples = ["--samples", str(max(recipe.canvas.samples, 2))]
        size = ["--size", f"{sheet.tile[0]}x{sheet.tile[1]}"]
        look = [*samples, *size, "--no-dither"]
        typed = ("still", *same, "--seed", str(seed), *look, "-o", f"{seed}.png")
        assert run(*typed)[0] == 0
        tile = tile_of(picture_in("s.png"), sheet, index)
        assert np.array_equal(tile, picture_in(f"{seed}.png")), seed


def _tile(recipe: Recipe, side: int) -> tuple[int, int]:
    return plan_gallery(recipe, [1], tile=side).tile


@pytest.mark.parametrize("coordinates", ["centres", "corners", "pixels", "endpoints"])
def test_tiles_show_the_whole_still(coordinates: str) -> None:
    """A tile is its large still made small, also where coordinates count the frame's own pixels."""
    camera = {"coordinates": coordinates, "scale": 0.02 if coordinates == "pixels" else 1.0}
    recipe = small(160, 120, camera=camera)
    sheet = plan_gallery(recipe, [3], tile=24)

    picture = cppnvid.contact_sheet(recipe, [3], cppnvid.Run(TorchBackend("cpu")), tile=24)

    still = cppnvid.render_still(of_seed(recipe, 3), cppnvid.Run(backend="torch:cpu"))
    assert sheet.tile == (32, 24)
    assert step(tile_of(picture, sheet, 0), shrink(still, (32, 24))) < 1.5
    assert still.std() > 10


def test_numbers_stand_below_their_tiles() -> None:
    """Below each tile is its seed's own number, whatever the order and the neighbours."""
    recipe = small(16, 16)
    seeds = [7, 12, 3, 7, 100]
    sheet = plan_gallery(recipe, seeds, tile=40)
    picture = cppnvid.contact_sheet(recipe, seeds, tile=40)
    alone = cppnvid.contact_sheet(recipe, [12], tile=40)

    labels = [label_of(picture, sheet, index) for index in range(5)]

    assert all(label.max() > 150 for label in labels)
    assert np.array_equal(labels[0], labels[3])
    assert len({label.tobytes() for label in labels}) == 4
    assert np.array_equal(labels[1], label_of(alone, plan_gallery(recipe, [12], tile=40), 0))
    assert sheet.labels == (("7",), ("12",), ("3",), ("7",), ("100",))
    between = picture[:, sheet.corner(0)[0] + 40 : sheet.corner(1)[0]]
    assert np.array_equal(between, np.full_like(between, BACKGROUND))


def test_a_sheet_is_the_same_on_every_run(run: Run) -> None:
    """The same command writes the same bytes, and so does the sheet that is drawn from a sheet."""
    assert run("gallery", "--seeds", "1-5", *FAST, "--best", "3", "-o", "a.png")[0] == 0
    assert run("gallery", "--seeds", "1-5", *FAST, "--best", "3", "-o", "b.png")[0] == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()

    assert run("gallery", "a.png", "--tile", "24", "-q", "-o", "c.png")[0] == 0
    assert load_recipe("c.png") == load_recipe("a.png")
    before = plan_sheet(["1"] * 3, tile=(32, 24), title="house · best 3 of 5")
    again = plan_sheet(["1"] * 3, tile=(32, 24), title="house")
    last = tile_of(picture_in("c.png"), again, 2)
    assert np.array_equal(last, tile_of(picture_in("a.png"), before, 2))


def test_best_says_which_seeds_it_chose(run: Run) -> None:
    """The numbers on the sheet are those on stderr, in a form that --seeds takes; stdout is one."""
    typed = [word for word in FAST if word != "-q"]

    code, out, err = run("gallery", "--seeds", "1-6", *typed, "--best", "3")

    chosen = load_recipe("gallery.png").morph.seeds
    recipe = load_recipe("gallery.png")
    assert (code, out) == (0, "gallery.png\n")
    assert f"the best 3 of 6, best first: --seeds {','.join(map(str, chosen))}\n" in err
    assert list(chosen) == cppnvid.best_seeds(recipe, range(1, 7), 3)


def test_a_sheet_says_what_it_is(run: Run) -> None:
    """Info tells it from a still; its seeds are drawn from it one by one, larger."""
    run("gallery", "--seeds", "4", "2", *FAST, "-o", "s.png")

    _, told, _ = run("info", "s.png")
    assert "# a sheet of its seeds: 'cppnvid still s.png --seed N' draws one" in told
    assert load_recipe("s.png").morph.seeds == (4, 2)
    assert load_recipe("s.png").canvas.size == (32, 24)

    code, _, err = run("still", "s.png", "-o", "x.png")
    assert (code, "s.png: is a sheet of many seeds: choose one" in err) == (2, True)
    assert run("still", "s.png", "--seed", "2", "-q")[:2] == (0, "s-2.png\n")
    assert load_recipe("s-2.png").morph.seeds == (2,)
    assert read_source("s-2.png").sheet == ""
    with pytest.raises(cppnvid.RecipeError, match="sheet: must be seeds, children or frames"):
        cppnvid.presets.parse_recipe_text('{"cppnvid": "1", "recipe": {}, "sheet": []}', "x.png")


def test_names_for_sheets(run: Run) -> None:
    """A sheet is called after its preset or style, and drawn again it does not stutter."""
    few = ["--seeds", "1-2", *FAST]
    assert run("gallery", *few)[1] == "gallery.png\n"
    assert run("gallery", "--style", "article", *few)[1] == "article-gallery.png\n"
    assert run("gallery", "sonar", *few)[1] == "sonar-gallery.png\n"
    assert run("gallery", "sonar-gallery.png", *FAST, "--overwrite")[1] == "sonar-gallery.png\n"


def test_rests_of_other_seeds_are_void() -> None:
    """A recipe in which each seed rests for a time of its own makes galleries of other seeds."""
    recipe = small(16, 16, morph={"seeds": [1, 2, 3], "holds": [0.1, 0.2, 0.3]})

    cppnvid.save_contact_sheet(recipe, [4, 5], "other.png", tile=16)
    cppnvid.save_contact_sheet(recipe, [1, 2, 3], "same.png", tile=16)

    assert load_recipe("other.png").morph.holds == ()
    assert load_recipe("same.png") == recipe


# ------------------------------------------------------------------ moving sheets


@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp"])
def test_every_tile_of_a_moving_sheet_moves_and_comes_back(run: Run, ending: str) -> None:
    """In the decoded file the step from last to first is a step like any, in every tile."""
    name = f"m{ending}"
    typed = ("gallery", "--seeds", "1-4", *FAST, "--animate", "--frames", "16", "-o", name)
    assert run(*typed)[:2] == (0, f"{name}\n")

    frames = list(cppnvid.decode(name))
    assert len(frames) == 16
    assert cppnvid.probe(name).fps == Fraction(30 if ending == ".mp4" else 25)
    sheet = plan_sheet(["1"] * 4, tile=(32, 24), title="as any")
    for index in range(4):
        tiles = [tile_of(frame, sheet, index) for frame in frames]
        steps = [step(one, other) for one, other in zip(tiles, tiles[1:] + tiles[:1], strict=True)]
        assert steps[-1] < 1.5 * np.median(steps), index
        assert np.median(steps) > 0.5, index


def test_tiles_move_as_their_films_do_and_labels_stand_still() -> None:
    """A tile's frames are those of its seed's own film; letters are the same in every frame."""
    recipe = small(24, 24, output={"frames": 5})
    cppnvid.save_moving_sheet(recipe, [8, 2], "m.apng", cppnvid.Run(TorchBackend("cpu")), tile=24)
    frames = list(cppnvid.decode("m.apng"))
    sheet = plan_gallery(recipe, [8, 2], tile=24)

    film = small(24, 24, output={"frames": 5}, morph={"seeds": [2]}, canvas={"samples": 2})
    (*drawn,) = cppnvid.render_frames(film, cppnvid.Run(backend="torch:cpu"))
    for frame, expected in zip(frames, np.concatenate(drawn), strict=True):
        assert np.array_equal(tile_of(frame, sheet, 1), expected)
        assert np.array_equal(label_of(frame, sheet, 1), label_of(frames[0], sheet, 1))


def test_moving_sheets_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little memory a sheet may take, the film is the same."""
    recipe = small(24, 24, output={"frames": 7})
    run = cppnvid.Run("torch:cpu")
    cppnvid.save_moving_sheet(recipe, [8, 2], "whole.apng", run, tile=24)
    monkeypatch.setattr("cppnvid.sheets.gallery._BYTES_AT_ONCE", 30_000)
    cppnvid.save_moving_sheet(recipe, [8, 2], "parts.apng", run, tile=24)

    assert Path("parts.apng").read_bytes() == Path("whole.apng").read_bytes()


def test_an_open_film_comes_back_the_way_it_went(run: Run) -> None:
    """A recipe that does not loop still makes a sheet that does."""
    Path("open.yaml").write_text(
        "morph: {seeds: [1, 2], loop: open}\n"
        "camera: {rotate: {keys: [[0, 0], [1, 50]], easing: linear}}\n"
    )

    assert (
        run("gallery", "open.yaml", "--seeds", "1-2", *FAST, "--animate", "--frames", "12")[0] == 0
    )

    frames = list(cppnvid.decode("open-gallery.mp4"))
    steps = [step(one, other) for one, other in zip(frames, frames[1:] + frames[:1], strict=True)]
    assert load_recipe("open-gallery.mp4").morph.loop == "ping-pong"
    assert steps[-1] < 1.5 * np.median(steps)


def test_a_film_without_an_end_is_no_matter_from_python_either() -> None:
    """An open recipe makes a loop: its second half shows the first half's pictures, backwards."""
    recipe = small(16, 16, output={"frames": 8}, morph={"seeds": [1, 2], "loop": "open"})

    cppnvid.save_moving_sheet(recipe, [3], "m.apng", tile=16)

    frames = list(cppnvid.decode("m.apng"))
    for index in range(1, 4):
        assert np.array_equal(frames[index], frames[8 - index]), index
    assert load_recipe("m.apng").morph.loop == "ping-pong"


def test_a_moving_sheet_takes_its_length_from_what_was_said(run: Run) -> None:
    """Three seconds at the format's rate, unless frames, seconds, fps or --set say otherwise."""
    few = ["gallery", "--seeds", "1", *FAST, "--animate", "--set", "morph.pace=uniform"]
    for index, (said, frames, fps) in enumerate(
        [
            ("", 90, 30),
            ("--frames 4", 4, 30),
            ("--seconds 0.5 --fps 10", 5, 10),
            ("--set output.frames=3", 3, 30),
        ]
    ):
        assert run(*few, *said.split(), "-o", f"{index}.mp4")[0] == 0
        output = load_recipe(f"{index}.mp4").output
        assert (output.frames, output.fps, output.crf) == (frames, Fraction(fps), 10), said


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--seeds", ("--seeds", "no seeds given")),
        ("--seeds 1-1001", ("--seeds", "at most 1000")),
        (
            "--seeds 1-1000 --tile 600",
            ("1000 tiles of 800x600", "--tile", "at most 16384 pixels"),
        ),
        ("--seeds 1-64 --columns 1 --tile 400", ("1 columns", "at most 16384 pixels")),
        ("--tile 0", ("--tile", "1 to 4096", "'0'")),
        ("--tile big", ("--tile", "whole number")),
        ("--columns 1.5", ("--columns", "whole number")),
        ("--best 0", ("--best", "whole number from 1", "given '0'")),
        ("--seeds 1 2 1 --best 3", ("--best", "1 to 2", "given 3")),
        ("-o x.mp4", ("x.mp4", "--animate")),
        ("--animate -o x.png", ("x.png", "--animate", ".mp4")),
        ("--frames 9 --fps 3", ("--frames, --fps", "--animate")),
        ("--animate --fps 60 -o x.gif", ("fps: GIF", "given 60")),
        ("-o there.png", ("there.png", "exists already")),
        ("-o there.mp4 --animate --best 9", ("there.mp4", "exists already")),
        ("-o nowhere/x.png", ("nowhere", "does not exist")),
        ("--set network.layers=[9x1024] --seeds 1-200", ("--seeds", "weights", "at most")),
        ("--set network.layers=[9x1024] --seeds 1-12 --animate", ("12 orbits", "fewer seeds")),
    ],
)
def test_what_cannot_be_a_gallery_is_refused(run: Run, typed: str, words: tuple[str, ...]) -> None:
    """The message names the option, what was given and what would be right; nothing is written."""
    for name in ("there.png", "there.mp4"):
        Path(name).write_text("old")

    code, out, err = run("gallery", "--size", "32x24", *typed.split())

    assert (code, out) == (2, ""), err
    assert all(word in err for word in words), err
    assert names_here() == ["there.mp4", "there.png"]
    assert Path("there.png").read_text() == "old"


def test_seeds_that_are_none_are_refused() -> None:
    """From Python, too, a sheet without seeds, or of a negative one, is refused."""
    with pytest.raises(cppnvid.RecipeError, match="none given"):
        cppnvid.contact_sheet(small(), [])
    with pytest.raises(cppnvid.RecipeError, match=r"morph\.seeds"):
        cppnvid.contact_sheet(small(), [1, -2])


def test_what_shows_one_picture_asks_a_sheet_for_its_seed(run: Run) -> None:
    """`explain` and `export` take no seed of a sheet for granted; `render` says what it draws."""
    run("gallery", *FAST, "--seeds", "1-2", "--set", "output.frames=2", "-o", "s.png")
    for typed in (["explain", "s.png", "-o", "why.png"], ["export", "s.png", "-o", "net.npz"]):
        code, _, err = run(*typed)
        assert code == 2
        assert "s.png: is a sheet of many seeds" in err
        assert "--seed" in err
    code, _, err = run("export", "s.png", "--seed", "2", "-o", "net.npz")
    assert code == 0, err
    code, _, err = run("render", "s.png", "-o", "walk.gif")
    assert code == 0
    assert "a walk through the seeds of a sheet" in err

"""Storyboards: evenly spaced frames of a film, taken from the very file where there is one."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import cppnvid
from cppnvid.colour.pixels import shrink
from cppnvid.encode import film_frames, probe_film
from cppnvid.presets import load_recipe, read_source
from cppnvid.sheets.layout import Sheet, plan_sheet
from cppnvid.sheets.storyboard import evenly_spaced
from tests.conftest import Run, small, step
from tests.sheets.helpers import picture_in, tile_of


def sheet_of(labels: list[str], tile: tuple[int, int] = (48, 32)) -> Sheet:
    """Return the layout of a sheet with some title."""
    return plan_sheet(labels, tile=tile, title="as any")


def labels(indexes: list[int], fps: float = 30) -> list[str]:
    """Return the labels of frames with these numbers."""
    return [f"{index / fps:.2f} s · frame {index}" for index in indexes]


def test_frames_are_evenly_spaced() -> None:
    """A loop's last frame leads to its first; an open film is shown to its end."""
    assert evenly_spaced(4, 12, to_the_end=False) == [0, 3, 6, 9]
    assert evenly_spaced(4, 12, to_the_end=True) == [0, 4, 7, 11]
    assert evenly_spaced(12, 3, to_the_end=False) == [0, 1, 2]
    assert evenly_spaced(12, 1, to_the_end=True) == [0]
    for total in range(1, 40):
        for count in range(2, 20):
            for to_the_end in (False, True):
                indexes = evenly_spaced(count, total, to_the_end=to_the_end)
                assert len(set(indexes)) == len(indexes) == min(count, total)


@pytest.mark.parametrize("loop", ["closed", "open"])
def test_a_recipe_is_drawn_at_its_frames_times(loop: str) -> None:
    """Tiles are the film's own frames, drawn at the tiles' size."""
    recipe = small(48, 32, output={"frames": 10}, morph={"loop": loop}, canvas={"samples": 2})
    indexes = [0, 3, 6, 9] if loop == "open" else [0, 2, 5, 7]

    picture = cppnvid.storyboard(recipe, 4, cppnvid.Run("torch:cpu"), tile=32, title="as any")

    frames = np.concatenate(list(cppnvid.render_frames(recipe, cppnvid.Run(backend="torch:cpu"))))
    sheet = sheet_of(labels(indexes))
    for place, index in enumerate(indexes):
        assert np.array_equal(tile_of(picture, sheet, place), frames[index])


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov", "a.gif", "a.webp", "a.apng", "a/"])
def test_a_file_shows_what_is_in_it(name: str) -> None:
    """Tiles are the decoded frames of the file, exactly, and the recipe in it is not drawn."""
    recipe = small(48, 32, output={"frames": 11, "fps": 25})
    cppnvid.render_video(recipe, name, cppnvid.Run(backend="torch:cpu"))
    frames = list(cppnvid.decode(name))
    indexes = [0, 2, 5, 8]

    picture = cppnvid.storyboard(name, 4, tile=32, title="as any")

    said = ["frame 0"] * 4 if name.endswith("/") else labels(indexes, 25)
    sheet = sheet_of(said)
    for place, index in enumerate(indexes):
        assert np.array_equal(tile_of(picture, sheet, place), frames[index]), index


def test_labels_tell_time_and_number() -> None:
    """Each label has the second and the number of its frame."""
    recipe = small(240, 240, output={"frames": 6, "fps": 3}, network={"layers": "1x2"})

    picture = np.array(cppnvid.storyboard(recipe, 3, title="Title"))

    sheet = plan_sheet(labels([0, 2, 4], 3), tile=(240, 240), title="Title")
    assert sheet.labels[2] == ("1.33 s · frame 4",)
    for index in range(3):
        sheet.paste(picture, index, tile_of(sheet.blank(), sheet, index))
    assert np.array_equal(picture, sheet.blank())


def test_the_recipe_of_the_film_rides_along(run: Run) -> None:
    """What is on a storyboard can be drawn again, whether it came from a recipe or from a file."""
    recipe = small(48, 32, output={"frames": 6})
    cppnvid.render_video(recipe, "a.mp4")

    assert run("sheet", "a.mp4", "--frames", "3", "-q")[:2] == (0, "a-sheet.png\n")

    assert load_recipe("a-sheet.png") == recipe
    assert read_source("a-sheet.png").sheet == "frames"
    assert "# a storyboard: frames of its film" in run("info", "a-sheet.png")[1]


def test_a_preset_is_drawn(run: Run) -> None:
    """A name is a preset's, whatever lies in the folder; twelve frames is what one gets."""
    Path("sonar").mkdir()

    assert run("sheet", "sonar", "--tile", "16", "-q")[:2] == (0, "sonar-sheet.png\n")

    recipe = load_recipe("sonar")
    width, height = picture_in("sonar-sheet.png").shape[1::-1]
    said = labels(evenly_spaced(12, recipe.output.frames, to_the_end=False))
    assert (width, height) == plan_sheet(said, tile=(16, 16), title="Sonar").size
    assert load_recipe("sonar-sheet.png") == recipe


@pytest.mark.parametrize("ending", ["mkv", "avi", "m4v", "wmv", "flv"])
def test_films_of_strangers_are_shown(run: Run, ending: str) -> None:
    """Formats that cppnvid does not write are read too, and hold no recipe."""
    height, width, count = 32, 48, 20
    shade = np.linspace(20, 235, count).astype(np.uint8)
    frames = np.broadcast_to(shade[:, None, None, None], (count, height, width, 3))
    made = subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-v",
            "error",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            f"{width}x{height}",
            "-r",
            "10",
            "-i",
            "pipe:0",
            "-q:v",
            "2",
            f"film.{ending}",
        ],
        input=frames.tobytes(),
        capture_output=True,
    )
    assert made.returncode == 0, made.stderr

    assert run("sheet", f"film.{ending}", "--frames", "4", "--tile", "32", "-q")[0] == 0

    info = probe_film(f"film.{ending}")
    picture = picture_in("film-sheet.png")
    indexes = evenly_spaced(4, info.frames, to_the_end=False)
    sheet = sheet_of(labels(indexes, info.frames / info.seconds))
    levels = [tile_of(picture, sheet, place).mean() for place in range(4)]
    expected = [shade[min(round(index * count / info.frames), count - 1)] for index in indexes]
    assert np.abs(np.array(levels) - expected).max() < 12
    with pytest.raises(cppnvid.RecipeError, match="contains no recipe"):
        load_recipe("film-sheet.png")


def test_frames_of_a_longer_film_are_found() -> None:
    """A frame far from any key frame is the one of its number."""
    recipe = small(32, 32, output={"frames": 150}, network={"layers": "1x4"})
    cppnvid.render_video(recipe, "a.mp4")
    frames = list(cppnvid.decode("a.mp4"))

    found = list(film_frames(probe_film("a.mp4"), [0, 59, 60, 61, 118, 149]))

    for frame, index in zip(found, [0, 59, 60, 61, 118, 149], strict=True):
        assert np.array_equal(frame, frames[index]), index


def test_tiles_have_the_shape_of_their_film() -> None:
    """A large film is made small, not cut."""
    recipe = small(96, 160, output={"frames": 2})
    cppnvid.render_video(recipe, "a.apng")
    first = next(cppnvid.decode("a.apng"))

    picture = cppnvid.storyboard("a.apng", 2, tile=24)

    sheet = plan_sheet(labels([0, 1]), tile=(24, 40))
    assert np.array_equal(tile_of(picture, sheet, 0), shrink(first, (24, 40)))
    assert step(tile_of(picture, sheet, 0), tile_of(picture, sheet, 1)) > 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("sonar --frames 1", ("--frames", "2 to 64", "'1'")),
        ("sonar --frames 65", ("--frames", "2 to 64", "'65'")),
        ("sonar --tile 0", ("--tile", "'0'")),
        ("sonar -o x.mp4", ("x.mp4", ".png")),
        ("sonar -o there.png", ("there.png", "exists already")),
        ("sonar --frames 64 --tile 4096", ("64 tiles", "at most 16384")),
        ("sonnar", ("unknown preset", "did you mean 'sonar'")),
        ("missing.mp4", ("missing.mp4", "no such file")),
        ("missing.yaml", ("missing.yaml", "no such file")),
        ("there.png", ("there.png", "one picture")),
        ("there.txt", ("there.txt", ".mkv")),
        ("there.mp4", ("there.mp4", "ffmpeg cannot read it")),
        ("there.mkv", ("there.mkv", "ffmpeg cannot read it")),
        ("there.gif", ("there.gif", "cut short")),
        (".", ("holds no pictures",)),
    ],
)
def test_what_is_no_film_is_refused(run: Run, typed: str, words: tuple[str, ...]) -> None:
    """The message names the file or the option; nothing is written."""
    Image.new("RGB", (8, 8)).save("there.png")
    for ending in ("txt", "mp4", "mkv", "gif"):
        Path(f"there.{ending}").write_text("x")
    before = sorted(path.name for path in Path().iterdir())

    code, out, err = run("sheet", *typed.split())

    assert (code, out) == (2, ""), err
    assert all(word in err for word in words), err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_playlist_in_disguise_fetches_nothing(run: Run) -> None:
    """A file called .mkv is read as one, whatever it says it is."""
    Path("a.mkv").write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")

    code, _, err = run("sheet", "a.mkv")

    assert (code, "ffmpeg cannot read it" in err, "root:" in err) == (2, True, False)

"""A file under a cap: none is larger, what was named is kept, and nothing is left behind."""

import re
from pathlib import Path

import numpy as np
import pytest

import cppnvid
from cppnvid import decode, load_recipe, probe
from cppnvid.encode import RATE, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.render import render_video
from cppnvid.units import file_size
from tests.conftest import Run, names_here, small
from tests.film.helpers import Counting, lively
from tests.helpers import write_wav


def test_an_mp4_is_held_under_its_cap() -> None:
    """What is finished has at most so many bytes, carries the recipe that fits, and it is said."""
    recipe = small(96, 64, output={"frames": 24})
    free = render_video(recipe, "free.mp4").path.stat().st_size
    cap = free * 6 // 10
    notes: list[str] = []

    video = render_video(recipe, "capped.mp4", cppnvid.Run(note=notes.append), max_size=cap)

    size = Path(video).stat().st_size
    crf = load_recipe(str(video.path)).output.crf
    assert size <= cap
    assert crf is not None
    assert crf > 14
    assert [note for note in notes if note.startswith("fitted to")] == [
        f"fitted to {file_size(cap)}: crf 14 -> {crf}"
    ]
    assert sum(1 for _ in decode(video.path)) == 24
    assert sorted(path.name for path in Path().iterdir()) == ["capped.mp4", "free.mp4"]


def test_a_file_that_fits_is_left_alone() -> None:
    """A cap above the usual size changes no byte."""
    recipe = small(96, 64)
    free = render_video(recipe, "free.mp4").path.read_bytes()

    video = render_video(recipe, "capped.mp4", max_size=10_000_000)

    assert video.path.read_bytes() == free


def test_what_cannot_fit_is_refused() -> None:
    """Too small a cap, and a folder of many files, are errors; nothing is left behind."""
    with pytest.raises(RecipeError, match=r"even with crf 14 -> 45.* 900 bytes") as refused:
        render_video(small(96, 64), "capped.mp4", max_size=900)
    assert (refused.value.key, refused.value.given) == ("max_size", 900)
    with pytest.raises(RecipeError, match="folder"):
        render_video(small(96, 64), "frames/", max_size=900_000)

    assert list(Path().iterdir()) == []


def test_frames_are_drawn_once_for_several_encodings() -> None:
    """A film too short to sample is drawn once, however often it is encoded."""
    backend = Counting()
    free = render_video(lively(96, 24), "free.mp4").path.stat().st_size

    video = render_video(lively(96, 24), "x.mp4", cppnvid.Run(backend), max_size=free // 2)

    assert backend.drawn == 24
    assert free * 0.4 <= video.path.stat().st_size <= free // 2


@pytest.mark.parametrize("name", ["x.gif", "x.webp", "x.apng", "x.webm", "x.mov"])
def test_every_format_fills_its_cap(name: str) -> None:
    """Between 80 and 100 %, with a recipe inside that makes the same pictures again."""
    recipe = lively(128 if name in ("x.webm", "x.mov") else 64, 12)
    free = render_video(recipe, f"free-{name}").path.stat().st_size
    cap = free * 55 // 100

    video = render_video(recipe, name, max_size=cap)

    fitted = load_recipe(name)
    assert 0.8 * cap <= video.path.stat().st_size <= cap
    assert (video.width, video.height) == fitted.canvas.size == (probe(name).width,) * 2
    assert video.frames == fitted.output.frames == probe(name).frames
    again = render_video(fitted, f"again-{name}").path
    assert read_recipe(again) == read_recipe(name)
    assert all(
        np.array_equal(one, other) for one, other in zip(decode(again), decode(name), strict=True)
    )


def test_what_is_kept_leaves_colours_to_give_up() -> None:
    """A GIF whose size and rate are kept loses colours, and the note says how many."""
    recipe = lively(64, 12, colours=158)
    free = render_video(recipe, "free.gif").path.stat().st_size
    notes: list[str] = []

    video = render_video(
        recipe,
        "x.gif",
        cppnvid.Run(note=notes.append),
        max_size=free * 7 // 10,
        keep=["canvas.size", "output.fps"],
    )

    assert (video.width, video.frames) == (64, 12)
    (line,) = [note for note in notes if note.startswith("fitted")]
    colours = load_recipe("x.gif").output.colours
    assert line.endswith(f": colours 158 -> {colours}")
    frames = list(decode("x.gif"))
    assert max(len(np.unique(frame.reshape(-1, 3), axis=0)) for frame in frames) <= (colours or 0)


def test_a_refusal_names_what_was_kept() -> None:
    """If nothing fits, the message has the smallest size and the settings that could help."""
    with pytest.raises(RecipeError, match=r"let canvas.size, output.fps change") as refused:
        render_video(lively(64, 12), "x.gif", max_size=3000, keep=["canvas.size", "output.fps"])

    assert re.search(
        r"even with colours \d+ -> 3\d, palette a frame -> for the film", str(refused.value)
    )
    with pytest.raises(RecipeError, match=r"let canvas.size change, or use output.dither: false"):
        render_video(lively(64, 12), "x.apng", max_size=3000, keep=["canvas.size"])
    assert names_here() == []


def test_a_cap_that_the_sound_fills_says_so() -> None:
    """Nothing else would show that most of the bytes are not pictures."""
    track = write_wav(Path("a.wav"), np.random.default_rng(0).uniform(-0.5, 0.5, RATE))
    recipe = small(32, 32, output={"frames": 10, "fps": 10, "repeat": 2})

    with pytest.raises(RecipeError, match=r"the file has \d+ kB, of which about 16 kB are sound,"):
        render_video(recipe, "x.mp4", max_size=12_000, audio=track)
    assert names_here() == ["a.wav"]


def test_an_interrupted_fitting_leaves_nothing() -> None:
    """Ctrl-C while drawing removes kept frames and trials, and leaves the older file as it was."""
    Path("x.mp4").write_text("older")

    with pytest.raises(KeyboardInterrupt):
        render_video(
            lively(64, 12),
            "x.mp4",
            cppnvid.Run(Counting(fails_after=8), overwrite=True),
            max_size=9000,
        )

    assert names_here() == ["x.mp4"]
    assert Path("x.mp4").read_text() == "older"


# ------------------------------------------------------------------ the command line


def test_the_command_line_holds_a_cap(run: Run) -> None:
    """One line names what was given up; what the user named is kept; the summary is the file's."""
    typed = ["morph", "--seeds", "1", "2", "--frames", "12", "--set", "network.layers=2x8"]
    typed += ["--set", "morph.pace=uniform", "--size", "64x64"]
    assert run(*typed, "-o", "free.gif")[0] == 0
    cap = Path("free.gif").stat().st_size * 6 // 10

    code, _, err = run(*typed, "-o", "x.gif", "--max-size", str(cap))

    (line,) = [line for line in err.splitlines() if line.startswith("fitted to")]
    assert code == 0
    assert re.search(r"colours \d+ -> ", line)
    assert "64x64" not in line
    assert "\n64x64, 12 frames" in err
    assert "\nloop: seam" in err
    assert cap * 0.8 <= Path("x.gif").stat().st_size <= cap


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("--gif small -o x.mp4", ("--gif", ".gif")),
        ("--gif huge -o x.gif", ("--gif", "huge")),
        ("--max-size 8M -o x.mp4", ("--max-size", "8MB (8,000,000 bytes) or 8MiB")),
        ("--size 64x64 --frames 4 --max-size 3000 -o x.gif", ("--max-size", "--size, --frames")),
    ],
)
def test_what_no_option_can_mean_is_refused(run: Run, typed: str, words: tuple[str, ...]) -> None:
    """The message names the option and what would be right; nothing is written."""
    code, _, err = run("morph", "--seeds", "1", *typed.split())

    assert code == 2
    assert all(word in err for word in words), err
    assert names_here() == []


def test_what_a_killed_fitting_left_is_swept_up() -> None:
    """The next run for the same file removes kept frames and trials of one that is gone."""
    left = Path(".x.partial-999999999-fitting.gif")
    left.mkdir()
    (left / "frames.mkv").write_text("")
    notes: list[str] = []

    render_video(lively(32, 4), "x.gif", cppnvid.Run(note=notes.append), max_size=100_000)

    assert names_here() == ["x.gif"]
    assert any("removed" in note for note in notes)

"""A file under a cap: how sizes are said, that none is above, and what is given up for it."""

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cppnvid import Run, decode, load_recipe, probe
from cppnvid.backends import choose
from cppnvid.cli import main
from cppnvid.encode import RATE, container_for, read_recipe
from cppnvid.encode.coding import Coding
from cppnvid.encode.formats.gif import read_gif
from cppnvid.errors import RecipeError
from cppnvid.film.size_cap.frame_cache import KeptFrames
from cppnvid.film.size_cap.ladder import ladder
from cppnvid.film.size_cap.sample import predicted_size, surely_fits
from cppnvid.film.size_cap.search import finest
from cppnvid.recipe import Recipe
from cppnvid.render import render_video
from cppnvid.units import file_size, parse_file_size
from tests.conftest import names_here, small
from tests.encode.helpers import open_file
from tests.encode.test_sound import write_wav


def lively(side: int, frames: int, fps: int = 25, **output: object) -> Recipe:
    """Return a recipe with some detail, so that sizes have something to depend on."""
    return small(
        side, side, network={"layers": "3x12"},
        output={"frames": frames, "fps": fps, **output},
    )  # fmt: skip


class Counting:
    """A backend that counts the frames it draws, and fails after so many."""

    def __init__(self, fails_after: int = 10**9) -> None:
        self._inner = choose("torch:cpu")
        self.name, self.pixel_formats = self._inner.name, self._inner.pixel_formats
        self.drawn = 0
        self._fails_after = fails_after

    def render(self, *given: Any, **named: Any) -> Iterator[Any]:
        """Draw, counting."""
        for batch in self._inner.render(*given, **named):
            self.drawn += len(batch)
            if self.drawn > self._fails_after:
                raise KeyboardInterrupt
            yield batch

    def bands(self, *given: Any, **named: Any) -> Iterator[Any]:
        """Draw a still."""
        return self._inner.bands(*given, **named)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8MB", 8_000_000),
        ("8 MiB", 8 * 2**20),
        ("500KB", 500_000),
        ("128 kib", 131_072),
        ("1.5mb", 1_500_000),
        ("2000000", 2_000_000),
        ("900 bytes", 900),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """Decimal units are thousands, binary ones 1,024, a bare number is bytes."""
    assert parse_file_size(text) == size


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8M", r"8MB \(8,000,000 bytes\) or 8MiB \(8,388,608 bytes\)"),
        ("", "must be a size such as 8MB"),
        ("eight", "given 'eight'"),
        ("-3MB", "must be a size"),
        ("8MB/s", "must be a size"),
        ("0", "more than 0"),
        ("0.0001KB", "more than 0"),
        ("8", "8 alone is 8 bytes, which hold no film: write 8MB or 8KB"),
    ],
)
def test_what_is_no_size_is_refused(text: str, reason: str) -> None:
    """The message names the option and what would be right."""
    with pytest.raises(RecipeError, match=f"--max-size: .*{reason}"):
        parse_file_size(text)


def test_sizes_are_told() -> None:
    """In decimal units, as platforms mean them."""
    assert [file_size(size) for size in (3_240_000, 128_000, 900, 999_999, 8_000_000_000)] == [
        "3.2 MB", "128 kB", "900 bytes", "1.0 MB", "8.0 GB",
    ]  # fmt: skip


def test_an_mp4_is_held_under_its_cap() -> None:
    """What is finished has at most so many bytes, carries the recipe that fits, and it is said."""
    recipe = small(96, 64, output={"frames": 24})
    free = render_video(recipe, "free.mp4").path.stat().st_size
    cap = free * 6 // 10
    notes: list[str] = []

    video = render_video(recipe, "capped.mp4", Run(note=notes.append), max_size=cap)

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
    with pytest.raises(
        RecipeError, match=r"--max-size: even with crf 14 -> 45.* are allowed: take fewer"
    ):
        render_video(small(96, 64), "capped.mp4", max_size=900)
    with pytest.raises(RecipeError, match="folder"):
        render_video(small(96, 64), "frames/", max_size=900_000)

    assert list(Path().iterdir()) == []


# ------------------------------------------------------------------ what is given up


@pytest.mark.parametrize("name", ["x.mp4", "x.webm", "x.mov", "x.gif", "x.webp", "x.apng"])
def test_a_ladder_falls_from_the_recipe_itself(name: str) -> None:
    """Each rung is a little smaller than the last, sides fit the container, lengths stay."""
    recipe = lively(120, 50)
    rungs = ladder(recipe, container_for(name))

    shares = [rung.share for rung in rungs]
    assert rungs[0].recipe == recipe
    assert all(0.78 < after / before < 1 for before, after in pairwise(shares))
    assert shares[-1] < 0.1
    for rung in rungs:
        assert abs(rung.recipe.output.seconds - 2) < 0.06
        assert all(side % 2 == 0 for side in rung.recipe.canvas.size) or not name.endswith(".mp4")


def test_a_gif_slows_down_by_exact_rates() -> None:
    """From 25 to 10 by whole hundredths of a second; one palette comes late, 32 colours too."""
    rungs = [rung.recipe for rung in ladder(lively(120, 50), container_for("x.gif"))]

    rates = [Fraction(100, hundredths) for hundredths in range(4, 11)]
    assert list(dict.fromkeys(recipe.output.fps for recipe in rungs)) == rates
    assert [recipe.output.gif for recipe in (rungs[0], rungs[-1])] == [None, "small"]
    assert 32 <= (rungs[-1].output.colours or 0) < 40


def test_an_emoji_loses_colours_before_its_size_and_a_large_gif_does_not() -> None:
    """Half its colours and half its frames come before any pixel of 128; 480 become 320 sooner."""
    shrunk = {}
    for side in (128, 480):
        rungs = [rung.recipe for rung in ladder(lively(side, 50), container_for("x.gif"))]
        shrunk[side] = next(recipe for recipe in rungs if max(recipe.canvas.size) < side)

    assert shrunk[128].output.fps == 10
    assert shrunk[480].output.fps == Fraction(25, 2)
    assert 48 <= (shrunk[128].output.colours or 0) < 56
    assert 96 <= (shrunk[480].output.colours or 0) < 110


def test_what_the_user_said_is_not_given_up() -> None:
    """Keys that are kept are the same on every rung; with all of them kept there is only one."""
    keep = ["canvas.size", "output.frames"]
    recipe = lively(120, 50)
    rungs = ladder(recipe, container_for("x.gif"), keep)

    assert len(rungs) > 10
    assert {(rung.recipe.canvas, rung.recipe.output.frames) for rung in rungs} == {
        (recipe.canvas, recipe.output.frames)
    }
    assert len(ladder(recipe, container_for("x.mp4"), [*keep, "output.crf"])) == 1


@pytest.mark.parametrize("power", [0.6, 1.0, 1.7])
@pytest.mark.parametrize("cap", [900, 500, 130, 100])
def test_the_search_fills_a_cap_with_few_looks(power: float, cap: int) -> None:
    """However wrong the shares are, what is found fits, fills the cap, and took few looks."""
    shares = [0.95**step for step in range(80)]
    looks = []

    def measure(index: int) -> float:
        looks.append(index)
        return 1000.0 * float(shares[index] ** power)

    found = finest(shares, measure, cap)

    assert found is not None
    assert 0.8 * cap <= 1000 * shares[found] ** power <= cap
    assert len(looks) <= 7


def test_the_search_knows_when_nothing_fits() -> None:
    """The coarsest is looked at last, and None says that it is too large; the first may do."""
    assert finest([1, 0.5, 0.25], lambda _: 100.0, 99) is None
    assert finest([1, 0.5, 0.25], lambda _: 100.0, 100) == 0


def test_a_sample_predicts_the_whole() -> None:
    """Of pictures in proportion, of segments by what they open with; too short films not at all."""
    gif, mp4 = (container_for(name) for name in ("x.gif", "x.mp4"))
    film = lively(16, 240, 30)

    assert predicted_size(film, gif, lambda numbers: 7 * len(numbers)) == 7 * 240
    # Two segments of 120 frames, each with a first picture of 1000 bytes and others of 10.
    assert predicted_size(film, mp4, lambda numbers: 990 + 10 * len(numbers)) == 2 * 2190
    assert predicted_size(lively(16, 20), gif, lambda _: 1) is None
    assert predicted_size(lively(16, 20), mp4, lambda _: 1) is None


def test_far_below_a_cap_nothing_is_sampled() -> None:
    """A film with a hundredfold cap is drawn once, and is the same file; a GIF is never sure."""
    recipe, backend = lively(32, 200, 30), Counting()
    free = render_video(recipe, "free.mp4").path.read_bytes()

    video = render_video(recipe, "x.mp4", Run(backend=backend), max_size=10_000_000)

    assert backend.drawn == 200
    assert video.path.read_bytes() == free
    mp4, gif = container_for("x.mp4"), container_for("x.gif")
    assert not surely_fits(recipe, gif, 10_000_000)
    assert not surely_fits(recipe, mp4, 2 * len(free))
    assert not surely_fits(lively(32, 200, 30, crf=1), mp4, 400_000)
    assert surely_fits(recipe, mp4, 400_000)


def test_a_film_that_was_wrongly_sure_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected to be above its cap is weighed, and held below it."""
    recipe = lively(96, 24)
    free = render_video(recipe, "free.mp4").path.stat().st_size
    monkeypatch.setattr("cppnvid.film.size_cap.surely_fits", lambda *_: True)

    video = render_video(recipe, "x.mp4", max_size=free * 7 // 10)

    assert free * 0.7 * 0.8 <= video.path.stat().st_size <= free * 0.7


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p", "rgb48"])
def test_kept_frames_come_back_exactly(pixel_format: str, tmp_path: Path) -> None:
    """Without loss, in their order, and only once all of them are kept."""
    shape = (9, 10) if pixel_format == "yuv420p" else (6, 10, 3)
    kind = np.uint16 if pixel_format == "rgb48" else np.uint8
    drawn = np.random.default_rng(1).integers(0, np.iinfo(kind).max + 1, (5, *shape), dtype=kind)
    kept = KeptFrames(tmp_path / "k.mkv")

    passed = np.concatenate(list(kept.keeping(iter([drawn[:2], drawn[2:]]), pixel_format)))

    assert kept.complete
    assert np.array_equal(passed, drawn)
    assert np.array_equal(np.concatenate(list(kept.again())), drawn)


# ------------------------------------------------------------------ whole files


def test_frames_are_drawn_once_for_several_encodings() -> None:
    """A film too short to sample is drawn once, however often it is encoded."""
    backend = Counting()
    free = render_video(lively(96, 24), "free.mp4").path.stat().st_size

    video = render_video(lively(96, 24), "x.mp4", Run(backend=backend), max_size=free // 2)

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
    """A GIF whose size and rate are said loses colours, and the line says how many."""
    recipe = lively(64, 12, colours=158)
    free = render_video(recipe, "free.gif").path.stat().st_size
    notes: list[str] = []

    video = render_video(
        recipe,
        "x.gif",
        Run(note=notes.append),
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
    """Where nothing fits, the message has the smallest size and the options to leave out."""
    with pytest.raises(
        RecipeError, match=r": --size and --fps may not change: leave them"
    ) as error:
        render_video(lively(64, 12), "x.gif", max_size=3000, keep=["canvas.size", "output.fps"])

    assert re.search(
        r"even with colours \d+ -> 3\d, palette a frame -> for the film", str(error.value)
    )
    with pytest.raises(RecipeError, match=r"--size may not change: leave it .* take --no-dither,"):
        render_video(lively(64, 12), "x.apng", max_size=3000, keep=["canvas.size"])
    assert names_here() == []


def test_a_cap_that_the_sound_fills_says_so() -> None:
    """No option tells that most of the bytes are heard and not seen."""
    track = write_wav(Path("a.wav"), np.random.default_rng(0).uniform(-0.5, 0.5, RATE))
    recipe = small(32, 32, output={"frames": 10, "fps": 10, "repeat": 2})

    with pytest.raises(RecipeError, match=r"the file has \d+ kB, some 16 kB of them its sound, an"):
        render_video(recipe, "x.mp4", max_size=12_000, audio=track)
    assert names_here() == ["a.wav"]


def test_an_interrupted_fitting_leaves_nothing() -> None:
    """Ctrl-C while drawing removes kept frames and trials, and leaves the older file as it was."""
    Path("x.mp4").write_text("older")

    with pytest.raises(KeyboardInterrupt):
        render_video(
            lively(64, 12),
            "x.mp4",
            Run(backend=Counting(fails_after=8), overwrite=True),
            max_size=9000,
        )

    assert names_here() == ["x.mp4"]
    assert Path("x.mp4").read_text() == "older"


# ------------------------------------------------------------------ kinds of GIF


def own_palettes(path: str) -> list[bool]:
    """Return, for each frame of a GIF, whether it brings a palette of its own."""
    data = Path(path).read_bytes()
    found, at = [], 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[at : at + 1] != b";":
        if data[at : at + 1] == b",":
            flags = data[at + 9]
            found.append(bool(flags & 0x80))
            at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        else:
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return found


def gifsicle(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a program of this name on the path; the last of its arguments is what it writes."""
    program = folder / "gifsicle"
    program.write_text(f"#!/bin/sh\nfor out; do :; done\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_kinds_of_gif(monkeypatch: pytest.MonkeyPatch) -> None:
    """`quality` has a palette for every frame, `small` one; both say where they are to loop."""
    monkeypatch.setenv("PATH", "")
    for kind, own in (("quality", True), ("small", False)):
        recipe = lively(48, 6, gif=kind, colours=24)

        render_video(recipe, f"{kind}.gif")

        facts = read_gif(Path(f"{kind}.gif"), limit=100_000)
        assert own_palettes(f"{kind}.gif")[1:] == [own] * 5
        assert facts.delays == (Fraction(4, 100),) * 6
        assert b"NETSCAPE2.0\x03\x01\x00\x00\x00" in Path(f"{kind}.gif").read_bytes()
        colours = [len(np.unique(f.reshape(-1, 3), axis=0)) for f in decode(f"{kind}.gif")]
        assert 2 < max(colours) <= 24


def test_a_gif_is_dithered_a_little_and_more_where_that_is_asked() -> None:
    """With few colours, the means of a ramp's blocks come nearer to what was drawn."""
    ramp = np.zeros((1, 64, 64, 3), np.uint8)
    ramp[..., 0] = np.arange(64) * 3
    errors = []
    for dither in (False, None, True):
        with open_file(
            "x.gif", width=64, height=64, fps=Fraction(25), frames=1, overwrite=True,
            coding=Coding(colours=6, dither=dither),
        ) as file:  # fmt: skip
            file.write(ramp)
        apart = next(decode("x.gif")).astype(float) - ramp[0]
        errors.append(float(np.abs(apart.reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))).mean()))

    assert errors[2] < 0.5 * errors[0]
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("script", "kept", "said"),
    [
        ('cp "$SMALLER" "$out"', "smaller.gif", "gifsicle saved"),
        ('cp "$LARGER" "$out"', "plain.gif", "no smaller"),
        ("exit 1", "plain.gif", "gifsicle failed"),
        ('echo broken > "$out"', "plain.gif", "gifsicle failed"),
    ],
)
def test_gifsicle_is_used_where_it_helps(
    script: str, kept: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it makes is taken if it is smaller and whole, and its recipe and loop ride on."""
    recipe = lively(48, 6, gif="small")
    for name, colours in (("smaller.gif", 8), ("plain.gif", None), ("larger.gif", 250)):
        render_video(lively(48, 6, gif="small", colours=colours), name)
    for name in ("SMALLER", "LARGER"):
        monkeypatch.setenv(name, str(Path(f"{name.lower()}.gif").resolve()))
    gifsicle(monkeypatch, tmp_path, script)
    notes: list[str] = []

    render_video(recipe, "x.gif", Run(note=notes.append))

    assert any(said in note for note in notes)
    assert [f.tobytes() for f in decode("x.gif")] == [f.tobytes() for f in decode(kept)]
    assert load_recipe("x.gif") == recipe
    assert not [name for name in names_here() if name.startswith(".")]


# ------------------------------------------------------------------ the command line


def run(*typed: str) -> int:
    """Run the command line in this process; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(typed)
    return int(ended.value.code or 0)


def test_the_command_line_holds_a_cap(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what was given up; what was said stays; the summary is of the finished file."""
    shared = ["morph", "--seeds", "1", "2", "--frames", "12", "--set", "network.layers=2x8"]
    small = ["--set", "morph.pace=uniform", "--size", "64x64"]
    assert run(*shared, *small, "-o", "free.gif") == 0
    capsys.readouterr()
    cap = Path("free.gif").stat().st_size * 6 // 10

    assert run(*shared, *small, "-o", "x.gif", "--max-size", str(cap)) == 0

    told = capsys.readouterr().err.splitlines()
    (line,) = [line for line in told if line.startswith("fitted to")]
    assert re.search(r"colours \d+ -> ", line)
    assert "64x64" not in line
    assert any(line.startswith("64x64, 12 frames") for line in told)
    assert any(line.startswith("loop: seam") for line in told)
    assert cap * 0.8 <= Path("x.gif").stat().st_size <= cap


def test_what_no_option_can_mean_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A kind of GIF for a video, and a cap that is no size, are told before anything is drawn."""
    assert run("morph", "--seeds", "1", "--gif", "small", "-o", "x.mp4") == 2
    assert "--gif: is for .gif" in capsys.readouterr().err
    assert run("morph", "--seeds", "1", "--gif", "huge", "-o", "x.gif") == 2
    assert "--gif" in capsys.readouterr().err
    assert run("morph", "--seeds", "1", "--max-size", "8M", "-o", "x.mp4") == 2
    assert "8MB (8,000,000 bytes) or 8MiB" in capsys.readouterr().err
    assert names_here() == []


def test_what_a_killed_fitting_left_is_swept_up() -> None:
    """The next run for the same file removes kept frames and trials of one that is gone."""
    left = Path(".x.partial-999999999-fitting.gif")
    left.mkdir()
    (left / "frames.mkv").write_text("")
    notes: list[str] = []

    render_video(lively(32, 4), "x.gif", Run(note=notes.append), max_size=100_000)

    assert names_here() == ["x.gif"]
    assert any("removed" in note for note in notes)

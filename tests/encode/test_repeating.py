"""Films that play several times in their file: joined without loss, on one clock."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import RecipeError, probe, render_video
from cppnvid.cli import main
from cppnvid.cli.outputs import format_overrides
from cppnvid.encode import container_for, decode, read_recipe
from cppnvid.film import run as film_run
from cppnvid.presets import Override, load_recipe
from tests.conftest import small
from tests.encode.helpers import RECIPE, encode, names, numbered, open_file, packets, waves
from tests.helpers import write_wav

Run = Callable[..., tuple[int, str]]
FAST = ["--set", "network.layers=2x4", "--set", "morph.pace=uniform", "--size", "16", "--fps", "10"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line; return its exit code and stderr."""

    def run(*typed: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(typed)
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
@pytest.mark.parametrize(("frames", "repeat"), [(7, 3), (45, 2)])
def test_every_time_is_the_first_again(tmp_path: Path, name: str, frames: int, repeat: int) -> None:
    """Each time decodes bit for bit as the film that plays once, and so does its recipe."""
    drawn = np.ascontiguousarray(waves(frames, 64)[:, :48])
    encode(tmp_path / name, drawn, repeat=repeat)
    encode(tmp_path / f"once-{name}", drawn)

    film = np.stack(list(decode(tmp_path / name)))
    once = np.stack(list(decode(tmp_path / f"once-{name}")))

    assert film.shape == (repeat * frames, 48, 64, 3)
    for time in range(repeat):
        assert np.array_equal(film[time * frames : (time + 1) * frames], once)
    info = probe(tmp_path / name)
    assert (info.frames, info.fps) == (repeat * frames, Fraction(5))
    assert info.seconds == pytest.approx(repeat * frames / 5)
    assert read_recipe(tmp_path / name) == RECIPE
    assert names(tmp_path) == {name, f"once-{name}"}


@pytest.mark.parametrize("fps", [Fraction(5), Fraction(4800, 1001), Fraction(100, 21)])
@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 6, 7, 50])
def test_time_runs_evenly_through_all_of_it(tmp_path: Path, fps: Fraction, frames: int) -> None:
    """No frame is shown longer than another, where the film starts again or within it."""
    encode(tmp_path / "a.mp4", numbered(frames), fps=fps, repeat=4)

    found = packets(tmp_path / "a.mp4")
    times = sorted(shown for _, shown, _ in found)
    (tick,) = {duration for _, _, duration in found}
    assert times == [number * tick for number in range(4 * frames)]
    assert all(one[0] < other[0] for one, other in pairwise(found))
    assert probe(tmp_path / "a.mp4").fps == fps
    assert b"elst" not in (tmp_path / "a.mp4").read_bytes()


def test_repeating_costs_no_encoding(tmp_path: Path) -> None:
    """Ten times the film is ten times its pictures, and no encoder sees more than once."""
    drawn = np.ascontiguousarray(waves(10, 64)[:, :48])
    with open_file(
        tmp_path / "a.mp4", width=64, height=48, fps=Fraction(5), frames=10, repeat=10
    ) as encoder:
        assert encoder.order == list(range(10))
        encoder.write(drawn)
        with pytest.raises(ValueError, match="11 frames"):
            encoder.write(drawn[:1])

    assert probe(tmp_path / "a.mp4").frames == 100


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.apng", "a/"])
def test_what_repeats_by_itself_is_not_repeated(tmp_path: Path, name: str) -> None:
    """An animation plays for ever, and its file would only grow."""
    with pytest.raises(RecipeError, match=r"only to \.mp4, .* given 2; ") as refused:
        render_video(small(output={"repeat": 2}), f"{tmp_path}/{name}")
    assert refused.value.key == "output.repeat"

    assert names(tmp_path) == set()


def test_the_recipe_renders_the_same_file_again(tmp_path: Path) -> None:
    """How often it plays is in the recipe; the film that is handed back has its whole length."""
    recipe = small(32, 16, output={"frames": 6, "fps": 10, "repeat": 3})
    video = render_video(recipe, tmp_path / "a.mp4")
    render_video(load_recipe(tmp_path / "a.mp4"), tmp_path / "b.mp4")

    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert video.frames == 18
    assert video.seconds == pytest.approx(1.8)


def test_an_open_film_is_said_to_jump(tmp_path: Path) -> None:
    """It is repeated as asked, and a note says what will be seen."""
    said: list[str] = []
    for loop in ("open", "ping-pong"):
        recipe = small(16, 16, morph={"loop": loop}, output={"repeat": 2})
        render_video(recipe, tmp_path / f"{loop}.mp4", film_run.Run(note=said.append))

    assert sum("jumps where it is repeated" in line for line in said) == 1


@pytest.mark.parametrize("repeat", [0, -1, 1001, 1.5, "twice", True])
def test_impossible_repeats_are_refused(repeat: object) -> None:
    """A whole number from 1 to 1000."""
    with pytest.raises(RecipeError, match=r"output\.repeat"):
        load_recipe({"output": {"repeat": repeat}})


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        (["--repeat", "3"], 15),
        (["--min-seconds", "3"], 30),
        (["--min-seconds", "1.1"], 15),
        (["--min-seconds", "0.5"], 5),
        (["--min-seconds", "0.2"], 5),
    ],
)
def test_the_options(run: Run, options: list[str], frames: int) -> None:
    """`--min-seconds` repeats as often as is needed, and the summary tells the whole length."""
    code, err = run("morph", "--seeds", "1", "2", *FAST, "--frames", "5", *options, "-o", "a.mp4")

    assert code == 0, err
    assert probe("a.mp4").frames == frames
    assert f"16x16, {frames} frames, {frames / 10:g} s, " in err
    assert "% of 5 frames hardly move" in err, "the loop is measured once round"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--repeat 2 --min-seconds 3", "--repeat, --min-seconds: each sets"),
        ("--repeat 0", "--repeat: must be at least 1"),
        ("--repeat many", "--repeat: must be a whole number"),
        ("--min-seconds -1", "--min-seconds: must be more than 0"),
        ("--min-seconds soon", "--min-seconds: must be more than 0"),
        ("--min-seconds true", "--min-seconds: must be more than 0"),
        (
            "--min-seconds 501",
            "--min-seconds: must be at most 500 s, 1000 times the film's 0.5 s, given 501",
        ),
        ("--min-seconds 1e300", "--min-seconds: must be at most 500 s"),
        ("--min-seconds 3 -o a.gif", "a GIF plays for ever"),
    ],
)
def test_mistakes_are_named(run: Run, options: str, words: str) -> None:
    """The option, what was wrong, exit code 2, and nothing written."""
    typed = ["-o", "a.mp4"] if "-o" not in options else []

    code, err = run("morph", "--seeds", "1", "2", *FAST, "--frames", "5", *options.split(), *typed)

    assert code == 2
    assert words in err
    assert list(Path().iterdir()) == []


def test_a_repeated_film_becomes_an_animation(run: Run) -> None:
    """Drawn again as a GIF it plays once, as it repeats by itself; unless it was asked for."""
    render_video(small(16, 16, output={"frames": 4, "fps": 10, "repeat": 3}), "a.mp4")

    code, err = run("render", "a.mp4", "-o", "a.gif")

    assert code == 0, err
    assert probe("a.gif").frames == 4
    named: list[Any] = [Override("output.repeat", 3, "--repeat")]
    recipe = load_recipe("a.mp4")
    assert format_overrides(recipe, container_for("a.gif"), named, made_as=".mp4") == []


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.webm", {}),
        ("a.webm", {"repeat": 2}),
        ("a.webm", {"sound": True, "depth": 10}),
        ("a.mp4", {"sound": True, "repeat": 2}),
        ("a.mov", {"sound": True}),
        ("a.gif", {}),
        ("a.webp", {}),
        ("a.apng", {}),
    ],
)
def test_a_film_is_the_same_to_the_byte(tmp_path: Path, name: str, how: dict[str, Any]) -> None:
    """Another run with another number of threads: WebM's track had a number at random."""
    if how.get("sound"):
        tone = np.sin(np.arange(24_000) / 20)[:, None].repeat(2, axis=1) / 4
        how = how | {"sound": write_wav(tmp_path / "a.wav", tone)}
    if name == "a.mov" or how.get("depth"):
        how = how | {"pixel_format": "rgb48"}
    files = []
    for threads in (1, 2):
        path = tmp_path / f"{threads}{name}"
        frames: NDArray[Any] = np.resize(waves(10, 48), (12, 48, 48, 3))
        if how.get("pixel_format"):
            frames = frames.astype(np.uint16) * 257
        size = {"width": 48, "height": 48, "frames": 12, "fps": Fraction(5)}
        with open_file(path, recipe=RECIPE, threads=threads, at_once=threads, **size, **how) as one:
            for number in one.order:
                one.write(frames[number : number + 1])
        files.append(path.read_bytes())
    assert files[0] == files[1]

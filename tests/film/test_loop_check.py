"""Proof of a loop: the report tells even from uneven, closed from torn, and rest from motion."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid import RecipeError, Run, load_recipe, render_video, save_still
from cppnvid.colour.pixels import shrink
from cppnvid.encode import all_frames, probe_film
from cppnvid.film.loop_check import LoopReport, measure_loop
from cppnvid.presets import Override
from tests.conftest import small
from tests.helpers import run


def disc(angles: Sequence[float], side: int = 64) -> Iterator[NDArray[np.uint8]]:
    """Yield pictures of a soft spot on a circle at these angles, in turns."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    for angle in angles:
        centre = 0.3 * np.exp(2j * np.pi * angle)
        light = np.exp(-((x - centre.real) ** 2 + (y - centre.imag) ** 2) / 0.01)
        yield np.repeat((light * 255)[..., None], 3, axis=2).astype(np.uint8)


def report(angles: Sequence[float]) -> LoopReport:
    """Measure the film of a spot at these angles."""
    return measure_loop(disc(angles))


def test_an_even_loop_is_even_and_closed() -> None:
    """A spot that goes round at one speed: seam and evenness are 1, and nothing rests."""
    found = report([k / 40 for k in range(40)])

    assert found.frames == 40
    assert found.seam == pytest.approx(1.0, abs=0.03)
    assert found.evenness == pytest.approx(1.0, abs=0.03)
    assert found.fastest == pytest.approx(1.0, abs=0.05)
    assert found.resting == 0.0


def test_a_torn_loop_is_told_by_its_seam() -> None:
    """Three quarters of a round and back to the start by a jump: many steps at once."""
    assert report([k / 80 for k in range(60)]).seam > 5


def test_an_end_that_repeats_the_start_is_told_too() -> None:
    """The end frame emitted twice, which stalls: a seam of 0."""
    assert report([k / 39 for k in range(40)]).seam == pytest.approx(0.0, abs=0.01)


def test_uneven_motion_is_told_by_its_evenness() -> None:
    """A spot that hurries through a part of its round."""
    steps = [1.0] * 30 + [3.0] * 10
    angles = np.cumsum([0.0, *steps[:-1]]) / sum(steps)

    found = report([float(angle) for angle in angles])

    assert found.evenness > 1.8
    assert found.fastest > 2.0


def fast_at_its_seam(frames: int = 60) -> list[float]:
    """Return the angles of a spot that goes round three times as fast where it starts again."""
    speeds = 2.0 + np.cos(2 * np.pi * (np.arange(frames) + 0.5) / frames)
    return [float(angle) for angle in np.cumsum([0.0, *speeds[:-1]]) / speeds.sum()]


def test_a_film_that_is_fast_at_its_seam_is_not_torn() -> None:
    """Its seam is large beside the median step, and as large as the steps beside it."""
    fast, torn = report(fast_at_its_seam()), report([k / 80 for k in range(60)])
    rested = report([0.0, 0.0, *(k / 30 for k in range(30)), 0.0])

    assert fast.seam > 1.3
    assert fast.beside == pytest.approx(1.0, abs=0.03)
    assert fast.tear == fast.beside
    assert f", {fast.beside:.2f} of those beside it" in str(fast)
    assert min(torn.beside, torn.tear) > 5
    assert (rested.seam, rested.tear) == (0.0, 0.0)
    assert "beside" not in str(report([k / 40 for k in range(40)]))


def test_rests_are_counted_apart() -> None:
    """A third of the frames stand still; the others are even all the same."""
    angles = [min(k, 20) / 20 for k in range(30)]

    found = report(angles)

    assert found.resting == pytest.approx(1 / 3, abs=0.04)
    assert found.evenness == pytest.approx(1.0, abs=0.05)


def test_what_never_moves_is_no_torn_loop() -> None:
    """A flat film has no seam and is even; one that only ever jumps back has an endless seam."""
    still = report([0.2] * 10)
    assert (still.seam, still.evenness, still.resting) == (0.0, 1.0, 1.0)
    assert report([0.2] * 9 + [0.7] * 1).resting == pytest.approx(0.8)
    assert report([0.0]).resting == 1.0
    with pytest.raises(RecipeError, match="has no frames"):
        report([])


def save_gif(path: str, angles: Sequence[float]) -> None:
    """Write a GIF as somebody else's program would."""
    frames = [Image.fromarray(frame) for frame in disc(angles)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40, loop=0)


def test_check_measures_files_that_others_made() -> None:
    """A foreign GIF that closes passes with 0, one that jumps ends with 1 and a reason."""
    save_gif("good.gif", [k / 40 for k in range(40)])
    save_gif("torn.gif", [k / 80 for k in range(60)])

    code, out, _ = run(["check", "good.gif"])
    assert code == 0
    assert re.match(r"good\.gif: seam (0\.9\d|1\.0\d) of the median step, evenness 1\.0", out)
    code, out, err = run(["check", "torn.gif"])
    assert code == 1
    assert "seam" in out
    assert "more than 1.5" in err
    assert run(["check", "torn.gif", "--max-seam", "1000"])[0] == 0
    save_gif("fast.gif", fast_at_its_seam())
    assert run(["check", "fast.gif", "--max-seam", "1.2"])[0] == 0


@pytest.mark.parametrize("name", ["loop.mp4", "loop.gif", "loop.webm", "frames/"])
def test_check_measures_what_we_made(name: str) -> None:
    """Our own closed loop, decoded from every kind of file, has no seam."""
    recipe = load_recipe(
        {"morph": {"seeds": [4, 8]}, "canvas": {"size": 96}, "output": {"frames": 40, "fps": 25}}
    )
    render_video(recipe, name, Run(backend="torch:cpu"))

    code, out, err = run(["check", name])

    assert code == 0, err
    assert "of 40 frames" in out


@pytest.mark.parametrize(("width", "height"), [(90, 60), (60, 90), (36, 40)])
def test_large_films_are_made_smaller_as_they_are_read(width: int, height: int) -> None:
    """Frames come as means of areas, within two steps of our own; small ones as they are."""
    render_video(small(width, height, output={"frames": 3}), "a.mp4")
    info = probe_film("a.mp4")

    for frame, whole in zip(all_frames(info, 40), all_frames(info), strict=True):
        ratio = min(40 / min(width, height), 1)
        size = round(width * ratio), round(height * ratio)
        assert frame.shape[1::-1] == size
        off = frame.astype(int) - shrink(whole, size)
        assert np.sqrt((off**2).mean()) < 2


def test_every_loop_is_reported_when_it_is_drawn() -> None:
    """Morph and render say on stderr how the finished file moves; open films are no loops."""
    common = ["morph", "--seeds", "4", "8", "--size", "64", "--frames", "12", "--overwrite"]

    _, out, err = run([*common, "-o", "loop.mp4"])
    assert out == "loop.mp4\n"
    assert err.index("measuring the loop") < err.index("loop: seam")  # it may take a while
    found = re.search(r"loop: seam (\d\.\d\d) of the median step", err)
    assert found is not None
    assert run(["check", "loop.mp4"])[1].startswith(f"loop.mp4: seam {found[1]} ")
    assert "loop:" not in run([*common, "-o", "loop.mp4", "--quiet"])[2]
    assert "loop:" not in run([*common, "-o", "loop.mp4", "--no-loop"])[2]


def test_a_film_that_became_one_picture_is_reported_too() -> None:
    """A WebP stores equal frames as one: the film is finished, and reported as never moving."""
    code, out, err = run(
        ["render", "article/grey-goo", "--size", "32", "--frames", "4", "-o", "goo.webp"]
    )

    assert (code, out) == (0, "goo.webp\n"), err
    assert "loop: seam 0.00" in err


def test_an_open_film_fails_the_check() -> None:
    """A film that ends elsewhere than it starts is not a loop, and check exits with 1."""
    recipe = load_recipe(
        {"morph": {"seeds": [4, 8], "loop": "open"}, "canvas": {"size": 96}},
        [Override("output.frames", 40)],
    )
    render_video(recipe, "open.mp4", Run(backend="torch:cpu"))

    assert run(["check", "open.mp4"])[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "missing.mp4"], "missing.mp4"),
        (["check", "text.mp4"], "text.mp4"),
        (["check", "text.mp4", "--max-seam", "wide"], "--max-seam: must be a number"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: list[str], words: str) -> None:
    """Exit code 2, with the file's or the option's name."""
    Path("text.mp4").write_text("no film")

    code, out, err = run(arguments)

    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("name", ["a.gif", "a.apng", "a.avif", "a.mp4", "a.png", "frames/"])
def test_one_picture_is_no_film(name: str) -> None:
    """Whatever it is called; a WebP may be a film at rest, whose equal frames are stored as one."""
    recipe = small(16, 16, output={"frames": 1})
    if name == "a.png":
        save_still(recipe, name, Run(backend="numpy"))
    else:
        render_video(recipe, name, Run(backend="numpy"))
    code, out, err = run(["check", name])
    assert (code, out) == (2, "")
    assert "is one picture, not a film" in err
    render_video(recipe, "a.webp", Run(backend="numpy"))
    assert run(["check", "a.webp"])[0] == 0

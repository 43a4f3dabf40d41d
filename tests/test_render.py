"""The whole way from a recipe to a file and back, and what a notebook shows."""

import base64
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cppnvid
from cppnvid import render
from cppnvid.animation import control_points
from cppnvid.backends import choose
from cppnvid.encode import decode, probe, read_recipe
from cppnvid.errors import BackendUnavailable, RecipeError
from cppnvid.film import pacing
from cppnvid.film.loop_check import check_loop
from cppnvid.film.run import Run
from cppnvid.networks.children import sample_networks
from cppnvid.networks.sampling import Network
from cppnvid.notebook import Still, Video
from cppnvid.presets import load_recipe, parse_recipe_text
from cppnvid.recipe import NetworkSpec, Recipe
from cppnvid.render import render_frames, render_still, render_video, save_still
from tests.backends.helpers import make_unusable
from tests.conftest import names_here, small, step


def tiny() -> Recipe:
    """Build a recipe of 8 frames of 64×48."""
    return small(64, 48, output={"frames": 8})


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm", "a.gif", "a.webp", "a.apng", "a/"])
def test_every_file_holds_the_frames_that_were_drawn(name: str) -> None:
    """Decoded frames are the drawn ones to what the format can keep."""
    recipe = tiny()
    drawn = np.concatenate(list(render_frames(recipe)))

    video = render_video(recipe, name)

    decoded = list(decode(video.path))
    assert len(decoded) == 8
    worst = {"a.gif": 12, "a.webp": 6}.get(name, 4)
    for sent, back in zip(drawn, decoded, strict=True):
        assert step(sent, back) < worst


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm", "a.gif", "a.webp", "a.apng"])
def test_a_file_can_be_drawn_again(name: str) -> None:
    """The recipe read from a file is the recipe, and draws the same frames to the byte."""
    recipe = tiny()
    render_video(recipe, name)

    again = load_recipe(name)

    assert again == recipe
    first, second = (np.concatenate(list(render_frames(r))) for r in (recipe, again))
    assert np.array_equal(first, second)


def test_stills_are_exact_and_carry_recipe_and_time() -> None:
    """A PNG without dither holds the drawn pixels, and any what drew them at which time."""
    recipe = small(64, 48, output={"frames": 8, "dither": False})

    path = save_still(recipe, "a.png", time=0.25)

    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), render_still(recipe, time=0.25))
    text = read_recipe(path)
    assert text is not None
    assert load_recipe(path) == recipe
    assert "0.25" in text
    assert parse_recipe_text(text, "a.png")


def test_progress_counts_every_frame() -> None:
    """The callback sees frames done rise to the number of frames."""
    seen: list[tuple[int, int]] = []

    render_video(tiny(), "a.mp4", Run(progress=lambda done, total: seen.append((done, total))))

    assert seen == [(done, 8) for done in range(1, 9)]


def test_refusals_come_before_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that cannot be is refused before a pixel is drawn, and nothing is written."""
    monkeypatch.setattr(render, "film_of", lambda *_: pytest.fail("it drew"))

    for name in ("a.avi", "missing/a.mp4"):
        with pytest.raises(RecipeError):
            render_video(tiny(), name)
    with pytest.raises(RecipeError, match="even"):
        render_video(small(33, 17), "a.mp4")
    assert list(Path().iterdir()) == []


def test_a_failed_drawing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the backend breaks midway, the older file is still there and no other."""
    Path("a.mp4").write_bytes(b"older")
    frames = list(render_frames(tiny()))

    class Breaking:
        name = "breaking"
        pixel_formats = ("rgb24",)

        def render(self, *_: object, **__: object) -> object:
            yield from frames[:3]
            raise RuntimeError("broke")

        bands = render

    with pytest.raises(RuntimeError, match="broke"):
        render_video(tiny(), "a.mp4", Run(backend=Breaking(), overwrite=True))  # type: ignore[arg-type]
    assert [path.name for path in Path().iterdir()] == ["a.mp4"]
    assert Path("a.mp4").read_bytes() == b"older"


@pytest.mark.parametrize(
    ("name", "tag"),
    [("a.mp4", "<video"), ("a.webm", "<video"), ("a.gif", "<img"), ("a.apng", "<img")],
)
def test_videos_show_themselves_in_a_notebook(name: str, tag: str) -> None:
    """The page holds the file itself, in an element that plays it."""
    video = render_video(tiny(), name)

    page = video._repr_html_()

    assert page.startswith(tag)
    data = page.split("base64,")[1].split('"')[0]
    assert base64.b64decode(data) == Path(name).read_bytes()
    assert (video.width, video.height, video.frames) == (64, 48, 8)


def test_large_videos_are_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that would make the page heavy is named instead."""
    monkeypatch.setattr("cppnvid.notebook.LARGEST_INLINE", 10)
    Path("a&b.mp4").write_bytes(b"0" * 11)

    assert (
        Video(Path("a&b.mp4"), 1, 1, 1, 1.0)._repr_html_()
        == '<a href="a&amp;b.mp4">a&amp;b.mp4</a>'
    )


def test_stills_show_themselves_in_a_notebook() -> None:
    """A still is an array whose PNG is itself; a row of it shows as numbers."""
    import io

    still = render_still(tiny())

    png = still._repr_png_()
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        assert np.array_equal(np.asarray(picture), still)
    row = still[0]
    assert isinstance(row, Still)
    assert row._repr_png_() is None
    part = still[::2, ::3]
    assert isinstance(part, Still)
    assert part._repr_png_() is not None
    for empty in (still[:0], still[:, :0], still[..., :0], still[5:2, 3:3]):
        assert isinstance(empty, Still)
        assert empty._repr_png_() is None
        assert "Still" in repr(empty)


@pytest.mark.parametrize("path", ["cubic", "orbit"])
@pytest.mark.parametrize("of", ["weights", "z"])
def test_the_seam_is_a_step_like_any_other(path: str, of: str) -> None:
    """From the last frame to the first is at most 1.1 times the median step."""
    seeds = [1, 2, 3] if path == "cubic" else [4]
    recipe = Recipe.model_validate(
        {
            "morph": {"seeds": seeds, "path": path, "of": of},
            "canvas": {"size": "48x48"},
            "output": {"frames": 120},
        }
    )
    frames = np.concatenate(list(render_frames(recipe)))

    steps = [step(one, other) for one, other in zip(frames, np.roll(frames, -1, 0), strict=True)]

    assert steps[-1] <= 1.1 * float(np.median(steps))


@pytest.mark.parametrize("path", ["cubic", "slerp"])
def test_pictures_midway_keep_their_detail(path: str) -> None:
    """Over 10 pairs of seeds the deviation midway is at least 85 % of the mean of both ends'."""

    def deviation(pair: tuple[int, int], time: float) -> float:
        recipe = Recipe.model_validate(
            {
                "morph": {"seeds": pair, "path": path, "loop": "open", "pace": "uniform"},
                "canvas": {"size": "64x64"},
            }
        )
        return float(render_still(recipe, time=time).std())

    pairs = [(2 * index, 2 * index + 1) for index in range(10)]
    midway = np.mean([deviation(pair, 0.5) for pair in pairs])
    ends = np.mean([deviation(pair, time) for pair in pairs for time in (0.0, 1.0)])

    assert midway >= 0.85 * ends


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux counts by process")
def test_memory_does_not_grow_with_the_number_of_frames() -> None:
    """Sixty frames more, 18 MB, take at most 5 % more memory at the peak, in fresh processes."""
    program = (
        "import sys, cppnvid\n"
        "recipe = cppnvid.Recipe.model_validate({'canvas': {'size': '320x320'},"
        " 'morph': {'pace': 'uniform'},"
        " 'network': {'layers': [8]}, 'output': {'frames': int(sys.argv[1])}})\n"
        "cppnvid.render_video(recipe, f'{sys.argv[1]}.mp4', cppnvid.Run('numpy'))\n"
        # resource's ru_maxrss starts from what pytest itself had when it made this process.
        "(peak,) = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(peak.split()[1])\n"
    )

    few, many = (
        int(subprocess.check_output([sys.executable, "-c", program, frames]))
        for frames in ("15", "75")
    )

    assert probe("75.mp4").frames == 75
    assert many <= 1.05 * few


def test_public_names_are_there_and_listed() -> None:
    """Every name of __all__ can be imported, and dir() shows it."""
    for name in cppnvid.__all__:
        assert getattr(cppnvid, name)
        assert name in dir(cppnvid)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = cppnvid.nonsense


@pytest.mark.parametrize("time", [-0.1, 1.5, float("nan")])
def test_a_moment_outside_the_video_is_refused(time: float) -> None:
    """Stills are between 0 and 1; otherwise nothing is written."""
    for draw in (render_still, partial(save_still, path="a.png")):
        with pytest.raises(RecipeError) as caught:
            draw(tiny(), time=time)
        assert caught.value.key == "time"
    assert not Path("a.png").exists()


@pytest.mark.parametrize("palette", ["rgb", "ember"])
@pytest.mark.parametrize("backend", ["torch", "auto"])
def test_networks_that_overflow_are_drawn(palette: str, backend: str) -> None:
    """Huge weights and relu give infinities; they become colours, and the pace stays finite."""
    recipe = small(
        16, 16,
        network={"layers": "20x8", "activation": "relu", "init": {"hidden": 1e6}},
        morph={"pace": "even"},
        palette={"name": palette},
    )  # fmt: skip

    frames = np.concatenate(list(render_frames(recipe, Run(backend=backend))))

    assert frames.shape == (6, 16, 16, 3)


def test_an_unknown_backend_is_refused_at_once() -> None:
    """render_frames does not wait for its first frame to say so."""
    with pytest.raises(RecipeError, match="unknown backend 'zz'"):
        render_frames(tiny(), Run(backend="zz"))


def test_a_limit_reaches_the_backend_and_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend is made with its share, and the film has the same bytes as without a limit."""
    given: list[object] = []

    def spy(*args: object, **options: object) -> object:
        given.append(args[1].threads)  # type: ignore[attr-defined]
        return choose(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("cppnvid.film.film.choose", spy)
    recipe = small(64, 48, output={"frames": 30, "fps": 3})
    for threads in (None, 1, 8):
        render_video(recipe, f"{threads}.mp4", Run(backend="torch", threads=threads))
    save_still(recipe, "a.png", Run(backend="torch", threads=3))

    assert given == [None, 1, 4, 3]
    assert len({Path(f"{threads}.mp4").read_bytes() for threads in (None, 1, 8)}) == 1


def test_an_open_shutter_is_encoded_in_segments_too() -> None:
    """Blurred frames are drawn in the order the encoder asks for, and play in their own."""
    recipe = small(64, 48, canvas={"shutter": 0.5}, output={"frames": 30, "fps": 3})
    drawn = np.concatenate(list(render_frames(recipe)))

    render_video(recipe, "a.mp4", Run(backend="auto", threads=8))

    for sent, back in zip(drawn, decode("a.mp4"), strict=True):
        assert step(sent, back) < 4


def test_a_film_tells_of_times_that_it_jumps_through(tmp_path: Path) -> None:
    """Its last leg has half a frame: a note says so, and none does where all have three."""
    for times, count in (((0.0, 0.95), 1), ((0.0, 0.6), 0)):
        said: list[str] = []
        recipe = small(
            morph={"path": "spline", "times": times, "seeds": [1, 2]}, output={"frames": 10}
        )
        render_video(recipe, tmp_path / f"{count}.gif", Run(note=said.append))
        assert sum("morph.times" in text for text in said) == count


def test_networks_are_sampled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The film and the measurement of its pace share them."""
    sampled: list[int | str] = []

    def counted(spec: NetworkSpec, pictures: Iterable[int | str]) -> list[Network]:
        sampled.extend(pictures := list(pictures))
        return sample_networks(spec, pictures)

    monkeypatch.setattr(control_points, "sample_networks", counted)

    render_video(small(morph={"seeds": [1, 2, 3], "pace": "even"}), "a.gif")

    assert sampled == [1, 2, 3]


def test_an_unusable_backend_is_refused_before_the_pace_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for a measurement has a backend that draws."""
    make_unusable(monkeypatch, "torch:mps", why="no Apple GPU")
    monkeypatch.setattr(pacing, "even_pace", lambda *_: pytest.fail("the path was measured"))
    recipe = small(64, 48, morph={"seeds": [1, 2], "pace": "even"})

    for draw in (render_video, partial(save_still, time=0.5)):
        with pytest.raises(BackendUnavailable, match="no Apple GPU"):
            draw(recipe, "a.mp4" if draw is render_video else "a.png", Run(backend="torch:mps"))

    assert not names_here()


def test_what_is_known_before_drawing_is_said_before() -> None:
    """Clipped colours, jumps and a bad end to repeat are notes before the first frame."""
    seen: list[str] = []
    run = Run(note=seen.append, progress=lambda *_: seen.append("drawn"))
    recipe = small(
        36,
        20,
        network={"init": {"output": 60}},
        morph={"path": "spline", "times": (0.0, 0.05, 1.0), "seeds": [1, 2, 3], "loop": "open"},
        output={"frames": 10, "repeat": 2},
    )

    render_video(recipe, "a.mp4", run)

    before = "\n".join(seen[: seen.index("drawn")])
    assert "clipped" in before
    assert "morph.times" in before
    assert "where it is repeated" in before


def test_a_finished_loop_is_measured_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its report comes with the video; an open or too short film has none."""
    recipe = small(output={"frames": 6})

    measured = render_video(recipe, "a.gif").loop

    assert measured == check_loop("a.gif")
    assert render_video(small(output={"frames": 2}), "b.gif").loop is None
    assert render_video(small(morph={"seeds": [1, 2], "loop": "open"}), "c.gif").loop is None
    monkeypatch.setattr(render, "check_loop", lambda *_: pytest.fail("the file was decoded"))
    assert render_video(recipe, "d.gif", measure=False).loop is None

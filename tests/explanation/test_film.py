"""Films of an explanation: networks between networks, loops that close, files that say what."""

from pathlib import Path

import numpy as np
import pytest

import cppnvid
from cppnvid.cli import main
from cppnvid.colour.pixels import Raster
from cppnvid.errors import RecipeError
from cppnvid.explanation.film import film_frames
from cppnvid.explanation.sweeps import Film, at_any_size, parse_film, sweep_of
from cppnvid.film.pacing import moment_of
from cppnvid.film.run import Run
from cppnvid.presets import read_source
from cppnvid.recipe import Recipe
from tests.conftest import step
from tests.explanation.helpers import recipe, shorter, sums

CPU = Run(backend="torch:cpu")


@pytest.mark.parametrize("film", ["depth", "width", "init", "weight", "reveal"])
def test_a_film_starts_at_the_still_closes_and_moves(film: str) -> None:
    """Frame 0 is the recipe's picture; the step over the seam is like any other; frames differ."""
    asked = recipe(frames=24)

    frames = list(film_frames(asked, parse_film(film), CPU, labels=False))

    assert len(frames) == 24
    still = cppnvid.render_still(asked, Run(backend="torch:cpu"))
    assert np.abs(frames[0].astype(int) - still.astype(int)).max() <= 1
    steps = [step(frames[k - 1], frames[k]) for k in range(24)]
    assert steps[0] <= 1.25 * max(steps[1:])
    assert sum(change > 0.5 for change in steps) >= 12


def test_there_and_back_is_the_same_way() -> None:
    """A sweep of depth shows the same frames on its way back."""
    frames = list(film_frames(recipe(), Film("depth"), CPU, labels=False))

    for k in range(1, 6):
        assert np.abs(frames[k].astype(int) - frames[12 - k].astype(int)).max() <= 1


def test_depth_reaches_every_network_on_its_way() -> None:
    """Place 0 is the whole network, 1 its first layer alone, as exactly as any eye needs."""
    whole = recipe()
    sweep = sweep_of(whole, Film("depth"), 0.0)

    for place, count in ((0.0, 4), (1 / 3, 3), (2 / 3, 2), (1.0, 1)):
        one = shorter(whole, count)
        expected = sums(one, one.layers)
        found = sums(sweep.at(place), sweep.at(place).layers)
        assert np.abs(found - expected).max() < 1e-4
        assert sweep.says(place) == f"{count}.0 of 4 hidden layers"


def test_width_keeps_the_size_of_sums_where_weights_follow_the_fan_in() -> None:
    """PyTorch's default has larger weights the fewer there are."""
    sweep = sweep_of(
        recipe({"layers": ["3x16"], "init": {"weights": "pytorch"}}), Film("width"), 0.0
    )

    whole, half = sweep.at(0.0).layers[1].weight, sweep.at(0.5).layers[1].weight

    assert np.abs(half[:, :4]) == pytest.approx(2 * np.abs(whole[:, :4]), rel=1e-5)
    assert not half[:, 4:].any()


def test_one_weight_moves_and_no_other() -> None:
    """`weight:2,5,3`: layer 2, row 5, column 3, counted from 1, round its own value."""
    asked = recipe()
    sweep = sweep_of(asked, parse_film("weight:2,5,3"), 0.0)
    own = moment_of(asked, 0.0).layers[1].weight

    changed = sweep.at(0.25).layers[1].weight != own

    assert np.argwhere(changed).tolist() == [[4, 2]]
    assert sweep.at(0.0).layers[1].weight[4, 2] == own[4, 2]
    assert "weight 3 → 5" in sweep.says(0.25)


def test_init_goes_from_grey_to_saturated() -> None:
    """All weights are scaled, biases stay."""
    sweep = sweep_of(recipe(), Film("init"), 0.0)

    large, own, small = (sweep.at(place) for place in (0.25, 0.0, 0.75))

    assert large.layers[2].weight == pytest.approx(2 * own.layers[2].weight)
    assert small.layers[2].weight == pytest.approx(0.1 * own.layers[2].weight, rel=1e-5)
    assert np.array_equal(large.layers[0].bias, own.layers[0].bias)


def test_raw_pixels_mean_the_same_at_any_size() -> None:
    """A tile of a network in raw pixels shows the whole picture, not a corner of it."""
    asked = Recipe.model_validate(
        {
            "style": "article",
            "network": {"layers": ["2x4"]},
            "camera": {"coordinates": "pixels", "scale": 0.05, "rotate": 30, "pan_x": 0.2},
            "canvas": {"size": "40x24"},
        }
    )
    moment = moment_of(asked, 0.0)
    drawer = cppnvid.choose("torch:cpu")

    one, other = (
        np.concatenate(list(drawer.bands(m, Raster(40, 24))))
        for m in (moment, at_any_size(moment, (40, 24)))
    )

    assert np.abs(one.astype(int) - other.astype(int)).max() <= 1
    assert one.std() > 5


def test_labels_stand_in_the_corner() -> None:
    """They change the lower left of a frame and nothing else."""
    asked = recipe(size="256x256", frames=2)
    plain, labelled = (
        next(film_frames(asked, Film("depth"), CPU, labels=labels)) for labels in (False, True)
    )

    changed = (plain != labelled).any(axis=2)
    assert changed[210:, :150].mean() > 0.1
    changed[210:, :150] = False
    assert not changed.any()


@pytest.mark.parametrize(("ending", "film"), [(".mp4", "depth"), (".gif", "reveal")])
def test_the_file_decodes_to_a_loop_and_says_what_it_is(ending: str, film: str) -> None:
    """Decoded frames differ, the last leads to the first, and the recipe rides along."""
    asked = recipe(size="64x64", frames=16)

    video = cppnvid.explain_video(asked, f"a{ending}", film, CPU)

    frames = list(cppnvid.decode(video.path))
    assert len(frames) == 16
    steps = [step(frames[k - 1], frames[k]) for k in range(16)]
    assert max(steps) > 3
    assert steps[0] <= np.median(steps) + 1
    source = read_source(Path(video.path))
    assert source.explain == {"video": film, "labels": True}
    assert Recipe.model_validate(source.data) == asked


def test_the_command_makes_the_same_film_again() -> None:
    """From the finished file, with what rides in it; other endings are other films."""
    base = ["explain", "--style", "article", "--seed", "3", "--set", "network.layers=3x4"]
    base += ["--size", "32", "--frames", "6", "--backend", "torch:cpu", "-q"]
    for typed in (
        [*base, "--video", "weight:1,2,2", "--no-labels", "-o", "a.apng"],
        ["explain", "a.apng", "-o", "b.apng", "--backend", "torch:cpu", "-q"],
        [*base, "-o", "c.apng"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(typed)
        assert ended.value.code == 0

    assert Path("a.apng").read_bytes() == Path("b.apng").read_bytes()
    told = read_source("./c.apng").explain
    assert told is not None
    assert told["video"] == "reveal"


@pytest.mark.parametrize(
    ("film", "network", "words"),
    [
        ("depth", {"layers": [8]}, "two hidden layers"),
        ("reveal", {"layers": []}, "needs a hidden layer"),
        ("width", {"layers": [1, 1]}, "two neurons"),
        ("weight", {"inputs": ["z"], "layers": []}, "neither x, y nor r"),
    ],
)
def test_a_network_with_nothing_to_move_is_refused(
    film: str, network: dict[str, object], words: str
) -> None:
    """The message names the film and the reason; nothing is written."""
    with pytest.raises(RecipeError, match=words):
        cppnvid.explain_video(recipe(network), "a.mp4", film)

    assert not Path("a.mp4").exists()


@pytest.mark.parametrize("film", ["depth", "reveal"])
def test_a_film_is_drawn_by_the_fused_backend_too(film: str) -> None:
    """Networks between networks are ordinary networks: Halide draws what torch draws."""
    pytest.importorskip("halide")
    asked = recipe({"layers": ["2x4"]}, frames=3)

    torch_frames, cpu_frames = (
        list(film_frames(asked, Film(film), Run(backend=name), labels=False))  # type: ignore[arg-type]
        for name in ("torch:cpu", "cpu")
    )

    for one, other in zip(torch_frames, cpu_frames, strict=True):
        assert step(one, other) < 0.5

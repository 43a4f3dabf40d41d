"""The article's experiments look as the article describes them."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import Run, build_scene, decode, load_recipe, render_still, render_video
from cppnvid.animation.timing import frame_times
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.presets import Override, list_presets
from tests.conftest import step
from tests.presets.helpers import EXPERIMENTS

SEEDS = (1, 2, 3, 4, 5)
SIDE = 128


@cache
def picture(name: str, seed: int, zoom: float = 1.0) -> NDArray[np.float64]:
    """Draw an experiment with one seed, 128×128: float64 [128, 128, 3] in [0, 1]."""
    data = load_recipe(f"article/{name}").to_data()
    data["morph"] = {"seeds": [seed], "pace": "uniform"}
    data["canvas"] = {"size": f"{SIDE}x{SIDE}"}
    data["camera"]["zoom"] = zoom
    return np.asarray(render_still(load_recipe(data), Run(backend="torch:cpu"))) / 255.0


def saturated(name: str) -> float:
    """Return the share of values that are 0 or 1, within 2 %, over five seeds."""
    values = np.array([picture(name, seed) for seed in SEEDS])
    return float(np.mean((values < 0.02) | (values > 0.98)))


def busyness(name: str, zoom: float = 1.0) -> float:
    """Return the mean change from pixel to pixel, over five seeds."""
    return float(
        np.mean([np.abs(np.diff(picture(name, seed, zoom), axis=1)).mean() for seed in SEEDS])
    )


def repeated_at_half(name: str, *, about: int) -> float:
    """Return how much of a picture repeats at half its size around a pixel (i, i)."""
    shares = []
    for seed in SEEDS:
        quarter = picture(name, seed)[about:, about:]
        count = len(quarter) // 2
        same = np.abs(quarter[:count, :count] - quarter[: 2 * count : 2, : 2 * count : 2]) < 0.02
        shares.append(np.mean(same))
    return float(np.mean(shares))


def test_every_experiment_is_a_preset() -> None:
    """The twelve that the article draws one by one, each in the article's style, each explained."""
    presets = {p.name.removeprefix("article/"): p for p in list_presets() if "article/" in p.name}

    assert set(presets) == EXPERIMENTS
    for preset in presets.values():
        assert load_recipe(preset.name).style == "article"
        assert len(preset.comment) > 80, preset.name


@pytest.mark.parametrize("seed", SEEDS)
def test_grey_goo_is_grey(seed: int) -> None:
    """PyTorch's default init: every channel is a half, and differs by less than one 255th."""
    goo = picture("grey-goo", seed)

    assert goo.std(axis=(0, 1)).max() < 1 / 255
    assert np.abs(goo - 0.5).max() < 0.02


def test_weights_of_100_saturate() -> None:
    """±100 leaves patches of pure colours, ±3 fewer, N(0, 1) fewer still, the taper fewest."""
    shares = [saturated(name) for name in ("raw-pixels", "plus-minus-3", "normal", "taper")]

    assert shares[0] > 0.95
    assert all(before > after + 0.1 for before, after in pairwise(shares)), shares


def test_lines_of_raw_pixels_fan_out_from_the_first_pixel() -> None:
    """Twice as far from the upper left corner, the colour is the same."""
    assert repeated_at_half("raw-pixels", about=0) > 0.95


def test_normalised_lines_grow_outward_evenly() -> None:
    """Now it is twice as far from the middle; near enough, the Mondrian, it is not."""
    # Right at the middle neurons are between their limits, so not all of it is there again.
    assert repeated_at_half("normalised", about=SIDE // 2) > 0.85
    assert repeated_at_half("normalised", about=0) < 0.6
    assert repeated_at_half("mondrian", about=SIDE // 2) < 0.8


def test_a_mondrian_has_fields_of_one_colour() -> None:
    """A hundred times nearer, lines stand farther apart, and colours are as pure."""
    assert busyness("mondrian") < 0.8 * busyness("normalised")
    assert saturated("mondrian") > 0.95


def test_complexity_grows_with_depth() -> None:
    """No, one, nine and sixteen hidden layers: each much busier than the one before."""
    depths = ("no-hidden-layer", "one-hidden-layer", "normal", "sixteen-layers")
    found = [busyness(name) for name in depths]

    assert all(after > 1.5 * before for before, after in pairwise(found)), found


def test_width_gives_less_to_zoom_into_than_depth() -> None:
    """Zoomed in 32 times, eight layers of 32 are smoother than sixteen of 16."""
    assert busyness("eight-by-32", zoom=32) < 0.7 * busyness("sixteen-layers", zoom=32)


def test_a_pollock_is_the_busiest() -> None:
    """Eight layers of 128 change more from pixel to pixel than any other."""
    others = EXPERIMENTS - {"pollock"}

    assert busyness("pollock") > 1.5 * max(busyness(name) for name in others)


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_experiments_move_without_flashing(name: str) -> None:
    """No frame differs from the next by more than 6 of 255 on average: deep networks flash else."""
    size = "64x64" if name != "raw-pixels" else "128x128"
    recipe = load_recipe(
        f"article/{name}", [Override("canvas.size", size), Override("morph.pace", "uniform")]
    )
    side, _ = recipe.canvas.size

    frames = list(
        TorchBackend("cpu").render(build_scene(recipe), frame_times(recipe)[:4], Raster(side, side))
    )

    assert max(step(one, other) for one, other in pairwise(frames)) < 6


def test_ten_in_betweens_are_the_published_animation() -> None:
    """Half a second on one draw, ten in-betweens, a second on the other, ten back.

    Its frames move the mean pixel by some 40 of 255, which was measured of the original too.
    """
    recipe = load_recipe("patterns/ten-in-betweens", [Override("canvas.size", "32x32")])
    video = render_video(recipe, "film.gif", Run(backend="torch:cpu"))
    frames = list(decode(video))

    steps = [step(one, other) for one, other in pairwise([*frames, frames[0]])]
    rests = "".join("." if change < 1 else "x" for change in steps)
    # In a loop: 4 steps between 5 frames at rest, 11 through ten in-betweens, 9, and 11.
    assert rests in 2 * ("." * 4 + "x" * 11 + "." * 9 + "x" * 11)
    assert (len(frames), float(video.seconds)) == (35, 3.5)
    assert 35 < np.mean([change for change in steps if change > 1]) < 60

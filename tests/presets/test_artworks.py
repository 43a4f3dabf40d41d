"""The house style and the shipped presets: they load, they are not dull, they loop, they differ.

What is beautiful was decided by looking; these tests hold what can be measured of it.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cppnvid import build_scene, load_recipe
from cppnvid.animation.scene import Scene
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.gradients import GRADIENTS
from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import Raster
from cppnvid.presets import list_presets
from cppnvid.recipe import Recipe

SIDE = 64
QUARTERS = (0.0, 0.25, 0.5, 0.75)
# Moments of a loop, about five frames apart; the step that closes it is one of as many.
MOMENTS = 60
# Of the share of pixels whose colours two presets do not share: the two nearest stand at 0.40.
LEAST_DIFFERENCE = 0.2

ARTWORKS = sorted(preset.name for preset in list_presets() if "/" not in preset.name)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Draw on one thread: on a busy machine, more make pictures this small 13 times slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def artwork(name: str) -> Recipe:
    """Return a shipped preset's recipe."""
    return load_recipe(name)


@cache
def scene(name: str) -> Scene:
    """Return a preset's scene, walked by the clock: measuring an even pace takes seconds."""
    morph = artwork(name).morph.model_copy(update={"pace": "uniform"})
    return build_scene(artwork(name).model_copy(update={"morph": morph}))


def picture(film: Scene, time: float, side: int = SIDE) -> NDArray[np.uint8]:
    """Draw a small square at a time: uint8 [side, side, 3]."""
    return np.concatenate(list(TorchBackend("cpu").bands(film.at(time), Raster(side, side))))


def is_dull(pixels: NDArray[np.uint8]) -> bool:
    """Say whether a picture is nearly flat, or mostly black or full."""
    luma = pixels @ np.array([0.2126, 0.7152, 0.0722])
    extreme = np.mean((pixels <= 8) | (pixels >= 247))
    return bool(luma.std() < 20 or extreme > 0.6)


def test_house_style_is_rarely_dull() -> None:
    """Of the pictures of seeds 1 to 64, what a newcomer sees first, at most 3 are dull."""
    films = {
        seed: build_scene(Recipe.model_validate({"morph": {"seeds": [seed], "pace": "uniform"}}))
        for seed in range(1, 65)
    }
    dull = [seed for seed, film in films.items() if is_dull(picture(film, 0.0))]
    assert len(dull) <= 3, f"dull seeds: {dull}"


def test_gradients_reach_from_dark_to_light() -> None:
    """Every gradient has the lightness range that lets forms show."""
    for name, colours in GRADIENTS.items():
        rgb = [[int(stop[i : i + 2], 16) / 255 for i in (1, 3, 5)] for stop in colours]
        lightness = to_oklab(torch.tensor(rgb))[:, 0]
        assert float(lightness.max() - lightness.min()) > 0.3, name


def test_enough_presets() -> None:
    """Fourteen artworks ship, and the one the documentation names is among them."""
    assert len(ARTWORKS) >= 14
    assert "aurora" in ARTWORKS


def test_presets_use_every_warp() -> None:
    """Somebody who learns from the presets meets every warp."""
    used = {warp.kind for name in ARTWORKS for warp in artwork(name).camera.warps}
    assert used == {"mirror", "kaleidoscope", "tile", "swirl", "wave", "endless"}


@pytest.mark.parametrize("name", ARTWORKS)
def test_preset_says_what_it_is(name: str) -> None:
    """A preset loads, and its title and comment tell what it is and what to play with."""
    recipe = artwork(name)
    assert recipe.title
    assert len(recipe.comment) > 60
    assert recipe.output.frames <= 300


@pytest.mark.parametrize("name", ARTWORKS)
def test_preset_is_not_dull(name: str) -> None:
    """A preset is worth looking at at any time, not at its start alone."""
    dull = [time for time in QUARTERS if is_dull(picture(scene(name), time))]
    assert not dull


@pytest.mark.parametrize("name", ARTWORKS)
def test_preset_closes_its_loop(name: str) -> None:
    """The step from the last frame to the first is one like its neighbours or like the median."""
    frames = [
        picture(scene(name), moment / MOMENTS, SIDE // 2).astype(np.int16)
        for moment in range(MOMENTS)
    ]
    steps = [float(np.abs(frames[k] - frames[k - 1]).mean()) for k in range(MOMENTS)]
    usual = max(float(np.median(steps)), (steps[1] + steps[-1]) / 2)
    assert steps[0] <= 1.5 * usual, f"{steps[0]:.2f}, usually {usual:.2f}"


def colours_of(name: str) -> NDArray[np.float64]:
    """Return the share of a preset's pixels in every cell of Oklab: float64 [cells]."""
    pixels = np.concatenate([picture(scene(name), time).reshape(-1, 3) for time in QUARTERS])
    lab = to_oklab(torch.from_numpy(pixels).float() / 255).numpy()
    counts, _ = np.histogramdd(lab, bins=(6, 8, 8), range=((0, 1), (-0.3, 0.3), (-0.3, 0.3)))
    return counts.ravel() / len(pixels)


def test_presets_look_different() -> None:
    """No two presets share most of their colours."""
    colours = {name: colours_of(name) for name in ARTWORKS}
    distances = {
        (one, other): float(np.abs(colours[one] - colours[other]).sum() / 2)
        for one, other in combinations(ARTWORKS, 2)
    }
    nearest = min(distances, key=distances.__getitem__)
    assert distances[nearest] >= LEAST_DIFFERENCE, f"{nearest} at {distances[nearest]:.2f}"

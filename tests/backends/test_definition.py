"""Every backend draws what the definition says, for every row of every table, on weird shapes."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cppnvid import list_presets, load_recipe
from cppnvid.animation.scene import Moment
from cppnvid.backends import Backend, choose, definition, warps
from cppnvid.backends.machine import report
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import moment_of
from tests.backends.helpers import ROWS, SIZES, WARPS, assert_defined, scene_of

# The fused `cuda` backend has its own, see test_triton_pixels: there is hardly ever a card.
NAMES = [row.name for row in report() if row.usable and row.name in ("cpu", "torch:cpu", "numpy")]


@pytest.fixture(scope="module", params=NAMES)
def backend(request: pytest.FixtureRequest) -> Backend:
    """Return a backend that is usable here."""
    return choose(request.param)


@cache
def moment_of_row(row: str) -> Moment:
    """Return a moment that uses a row; all backends draw the same one."""
    return scene_of(**ROWS[row]).at(0.3)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_every_table(row: str, backend: Backend) -> None:
    """Activations, output functions, inputs, colour modes, gradients, warps and coordinates."""
    assert_defined(backend, moment_of_row(row), Raster(*SIZES[row]))


def test_no_warp_is_left_out() -> None:
    """A new row of warps needs an example here; other tables are walked through."""
    made = {warp.kind for warp in scene_of(camera={"warps": [*WARPS.values()]}).at(0.0).view.warps}

    assert made == set(warps.WARPS)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (33, 17)])
@pytest.mark.parametrize("samples", [2, 3, 5, 8])
def test_points_are_averaged_in_linear_light(
    samples: int, size: tuple[int, int], backend: Backend
) -> None:
    """Coarse detail, so that averages differ from points; in 8 bits and in 16."""
    moment = scene_of(camera={"scale": 5}).at(0.3)

    assert_defined(backend, moment, Raster(*size, samples))
    assert_defined(backend, moment, Raster(*size, samples, "rgb48"))


@pytest.mark.parametrize("count", [0, 1, 7, 1000, 70_001])
@pytest.mark.parametrize("row", ["ember of 3, {'hue': 77.0}", "warp swirl", "tanh x1"])
def test_colours_at_points(row: str, count: int, backend: Backend) -> None:
    """Any number of points on no grid, to float32's precision and unrounded."""
    moment = scene_of(**ROWS[row]).at(0.3)
    x, y = np.random.default_rng(count).uniform(-0.7, 0.7, (2, count))

    made = backend.colours(moment, x, y)

    assert made.dtype == np.float32
    assert made.shape == (count, 3)
    assert np.abs(made - definition.colours(moment, x, y)).max(initial=0.0) < 2e-5
    assert count < 1000 or np.ptp(made, axis=0).max() > 0.1


@pytest.mark.parametrize("preset", [preset.name for preset in list_presets()])
def test_numpy_draws_the_presets(preset: str) -> None:
    """Every preset's first frame is torch's, with one sample and more, of 8 bits and of 16."""
    moment = moment_of(load_recipe(preset), 0.0)
    numpys, torchs = choose("numpy"), choose("torch:cpu")

    for raster, most in ((Raster(29, 17), 1), (Raster(7, 31, 3, "rgb48"), 64)):
        one, other = (np.concatenate(list(b.bands(moment, raster))) for b in (numpys, torchs))
        assert np.ptp(one) > 0
        assert np.abs(one.astype(int) - other).max() <= most


def test_the_comparison_can_fail(backend: Backend) -> None:
    """A hue that is one degree further is found out."""
    scene = scene_of(palette={"name": "ember", "hue": 40.0})
    moment = scene.at(0.3)
    turned = replace(moment, colouring=replace(moment.colouring, hue=moment.colouring.hue + 0.02))

    class Turning:
        name, pixel_formats = backend.name, backend.pixel_formats

        def bands(self, _: object, raster: Raster) -> object:
            return backend.bands(turned, raster)

    with pytest.raises(AssertionError):
        assert_defined(Turning(), moment, Raster(33, 17))  # type: ignore[arg-type]

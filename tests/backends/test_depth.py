"""Colours of 16 bits: drawn by every backend, and dithered to 8 without bands."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import cppnvid
from cppnvid import build_scene
from cppnvid.animation.scene import Scene
from cppnvid.backends import Backend, Job, choose, definition, machine, select
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.dither import dithered
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendUnavailable
from cppnvid.recipe import Samples
from docs.make_blue_noise import blue_noise
from tests.conftest import small
from tests.helpers import error_of, slope


def usable() -> list[Backend]:
    """Return what draws on this machine's processor."""
    names = [entry.name for entry in machine.report() if entry.usable]
    return [choose(name) for name in names if name in ("cpu", "torch:cpu")]


def pastel() -> Scene:
    """Return a picture that changes by less than a level from pixel to pixel."""
    return build_scene(small(network={"init": {"hidden": 0.5}}, camera={"zoom": 5}))


@pytest.mark.parametrize("samples", [1, 3, "auto"])
def test_16_bits_are_the_same_colours_more_finely(samples: Samples) -> None:
    """Every backend's are within a hundredth of a level of exact ones, frames and bands alike."""
    scene, raster = pastel(), Raster(40, 22, samples)
    fine = replace(raster, pixel_format="rgb48")
    wanted = definition.picture(scene.at(0.3), replace(fine, samples=4)) / 257

    for backend in usable():
        (deep,) = next(backend.render(scene, [0.3], fine))
        (plain,) = next(backend.render(scene, [0.3], raster))
        bands = list(backend.bands(scene.at(0.3), fine))

        assert deep.dtype == np.uint16
        assert np.abs(deep / 257 - wanted).max() < 0.01, backend.name
        assert np.abs(deep / 257 - plain).max() < 0.51
        np.testing.assert_array_equal(np.concatenate(bands), deep)
    assert np.ptp(wanted, axis=(0, 1)).max() > 5  # levels, or the picture is flat


class EightBits(TorchBackend):
    """A backend that knows colours of 8 bits alone."""

    def __init__(self) -> None:
        super().__init__()
        self.name = "cpu"
        self.pixel_formats = ("rgb24",)


def test_a_backend_without_16_bits_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` takes the next best and says why; by name it is an error that names the others."""
    rows = {
        "cpu": machine.Technology(lambda: (True, "fast"), lambda *_: EightBits()),
        "torch:cpu": replace(machine.BACKENDS["torch:cpu"], probe=lambda: (True, "slow")),
    }
    for module in (machine, select):
        monkeypatch.setattr(module, "BACKENDS", rows)
    notes: list[str] = []

    job = Job(raster=Raster(1, 1, pixel_format="rgb48"))
    assert choose("auto", job, notes.append).name == "torch:cpu"
    assert notes == [
        "drawing with torch:cpu (slow); not with cpu: supports only 8 bits per channel"
    ]
    assert choose("auto").name == "cpu"
    with pytest.raises(BackendUnavailable, match=r"cpu supports only 8 bits .* Usable: torch:cpu$"):
        choose("cpu", job)


# ------------------------------------------------------------------ dither


def test_dither_leaves_no_bands() -> None:
    """What a blur of 4 pixels leaves of the error is under 0.02 levels; rounded, ten times that."""
    wanted = slope()
    colours = (wanted * 257 + 0.5).astype(np.uint16)

    assert error_of(dithered(colours), wanted) < 0.02
    assert error_of((wanted + 0.5).astype(np.uint8), wanted) > 0.2
    assert np.abs(dithered(colours) - wanted).max() < 1


def test_whole_levels_stay_as_they_are() -> None:
    """Black, white and all between are no grain where they are flat."""
    for level in range(256):
        flat = np.full((70, 66, 3), level * 257, dtype=np.uint16)

        assert (dithered(flat) == level).all()


@pytest.mark.parametrize("level", [1, 7, 64, 128, 200, 256])
def test_the_mean_is_kept(level: int) -> None:
    """Of a square, as many pixels are the higher level as the colour is on the way to it."""
    for base in (0, 100 * 257, 254 * 257):
        flat = np.full((64, 64, 3), base + level, dtype=np.uint16)

        means = dithered(flat).mean(axis=(0, 1))

        np.testing.assert_allclose(means, (base + level) / 257, atol=1 / 4096)


def test_channels_step_at_other_pixels() -> None:
    """A grey is dithered in colours that cancel out, and not as one pattern of light and dark."""
    levels = dithered(np.full((64, 64, 3), 25_700 + 128, dtype=np.uint16)).astype(float)

    shared = np.corrcoef(levels.reshape(-1, 3).T)[np.triu_indices(3, 1)]

    assert np.abs(shared).max() < 0.2


def test_bands_are_dithered_as_the_whole() -> None:
    """However a picture is cut, the same pixels come out."""
    colours = (slope(150, 70) * 257).astype(np.uint16)
    whole = dithered(colours)
    cuts = (0, 1, 63, 64, 130, 150)

    parts = [dithered(colours[a:b], a) for a, b in pairwise(cuts)]

    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_the_blue_noise_that_is_shipped_is_the_script_s() -> None:
    """Run again, docs/make_blue_noise.py gives the file; and its ranks are all different."""
    shipped = np.load(Path(cppnvid.__file__).parent / "colour" / "blue_noise.npy")

    np.testing.assert_array_equal(np.sort(shipped, axis=None), np.arange(4096))
    np.testing.assert_array_equal(shipped, blue_noise())

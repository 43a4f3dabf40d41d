"""The forms in which the `cuda` backend hands frames over: 8 bits, 16 bits, and planes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.backends.helpers import scene_of
from tests.backends.triton_twins import OVERFLOWS, cards, interpreter as interpreter

# isort: split
from dataclasses import replace

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends import definition
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.colour.pixels import Raster

pytestmark = OVERFLOWS

SCENE = scene_of(palette={"name": "ember"}, camera={"scale": 3.0})


def exact(moment: Moment, width: int, height: int) -> NDArray[np.float64]:
    """Return a frame that nobody rounded: [height, width, 3] in [0, 1]."""
    columns, rows = axes("centres", width, height)
    x, y = (part.ravel() for part in np.meshgrid(columns, rows))
    return definition.colours(moment, x, y).reshape(height, width, 3)


def bt709(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return BT.709 of limited range, unrounded, [height · 3/2, width], of [height, width, 3].

    Chroma stands on the left of its two columns: it is that of the one and half of its neighbours.
    """
    height, width, _ = rgb.shape
    luma = rgb @ [0.2126, 0.7152, 0.0722]
    rows = rgb.reshape(height // 2, 2, width, 3).mean(axis=1)
    left, right = np.pad(rows, ((0, 0), (1, 0), (0, 0)), mode="edge")[:, :-1:2], rows[:, 1::2]
    means = left / 4 + rows[:, ::2] / 2 + right / 4
    grey = means @ [0.2126, 0.7152, 0.0722]
    blue, red = (means[..., 2] - grey) / 1.8556, (means[..., 0] - grey) / 1.5748
    planes = [16 + 219 * luma.ravel(), 128 + 224 * blue.ravel(), 128 + 224 * red.ravel()]
    return np.concatenate(planes).reshape(height * 3 // 2, width)


@pytest.mark.parametrize("size", [(66, 4), (34, 2), (2, 2), (2, 8), (300, 2)])
def test_yuv420p_is_bt709(size: tuple[int, int]) -> None:
    """Planes of limited range in every even size, chroma on the left, also beside a tile's end.

    Rounded from float64, by way of 16 bits; what lies so near a half may go either way.
    """
    width, height = size

    (frames,) = CudaBackend(cards()).render(
        SCENE, [0.3], Raster(width, height, pixel_format="yuv420p")
    )

    assert frames.shape == (1, height * 3 // 2, width)
    assert frames.dtype == np.uint8
    assert np.abs(frames[0] - bt709(exact(SCENE.at(0.3), width, height))).max() <= 0.5 + 5e-3


@pytest.mark.parametrize("size", [(50, 2), (2, 2), (18, 4)])
def test_planes_are_those_of_the_processor(size: tuple[int, int]) -> None:
    """Both fused backends make the same planes of several frames, but for a rounding or two."""
    cpu = pytest.importorskip("cppnvid.backends.halide.backend")
    width, height = size
    fused, plain = (
        np.concatenate(list(backend.render(
            SCENE, [0.3, 0.7], Raster(width, height, pixel_format="yuv420p")
        )))
        for backend in (CudaBackend(cards()), cpu.CpuBackend())
    )  # fmt: skip

    steps = np.abs(fused.astype(int) - plain)
    assert fused.shape == plain.shape == (2, height * 3 // 2, width)
    assert steps.max() <= 1
    assert np.count_nonzero(steps) <= 1 + steps.size // 200
    assert plain.std() > 5


@pytest.mark.parametrize("samples", [1, 2])
def test_rgb48_is_exact_to_sixteen_bits(samples: int) -> None:
    """A step is a 65,535th, and float32's error is less; in 8 bits the same frames are rounded."""
    raster = Raster(33, 5, samples)
    backend = CudaBackend(cards())

    (fine,) = backend.render(SCENE, [0.3], replace(raster, pixel_format="rgb48"))
    (coarse,) = backend.render(SCENE, [0.3], raster)

    assert fine.shape == coarse.shape == (1, 5, 33, 3)
    assert fine.dtype == np.uint16
    assert np.abs(fine / 257 - coarse).max() <= 0.5 + 1 / 257
    if samples == 1:
        bands = list(backend.bands(SCENE.at(0.3), Raster(33, 5, pixel_format="rgb48")))
        assert np.array_equal(np.concatenate(bands), fine[0])
        assert np.abs(fine[0] - 65535 * exact(SCENE.at(0.3), 33, 5)).max() <= 1.0


def test_films_are_handed_over_as_planes() -> None:
    """It lists what `render` takes, so that films are drawn as planes."""
    assert CudaBackend(cards()).pixel_formats == ("rgb24", "rgb48", "yuv420p")


def test_what_yuv420p_cannot_be_is_refused() -> None:
    """Odd sizes have no whole planes, and other formats are not guessed at."""
    backend = CudaBackend(cards())
    with pytest.raises(ValueError, match="even sizes, given 7x4"):
        next(backend.render(SCENE, [0.0], Raster(7, 4, pixel_format="yuv420p")))
    with pytest.raises(ValueError, match=r"'nv12' is none of rgb24, rgb48, yuv420p"):
        next(backend.render(SCENE, [0.0], Raster(8, 4, pixel_format="nv12")))

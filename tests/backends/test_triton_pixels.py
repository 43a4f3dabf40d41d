"""The fused `cuda` backend draws the pixels of its readable twin, the `torch` backend."""

from dataclasses import replace

import numpy as np
import pytest

from tests.backends.helpers import ROWS, assert_defined, drawn, scene_of
from tests.backends.triton_twins import OVERFLOWS, assert_twins, cards, interpreter as interpreter

# isort: split
from cppnvid.backends import definition
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.colour.pixels import Raster

pytestmark = OVERFLOWS


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (33, 17), (65, 2)])
def test_every_size(size: tuple[int, int]) -> None:
    """Frames of one pixel, of odd sides, and one column wider than a tile."""
    assert_twins(scene_of(palette={"name": "ember"}).at(0.3), *size)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("width", [1, 3, 17, 32])
def test_every_width(width: int, residual: bool) -> None:
    """Widths that are filled up to a power of two, and one that is one."""
    network = {"layers": [width] * 3, "residual": residual, "init": {"hidden": width**-0.5}}
    assert_twins(scene_of(network=network).at(0.3))


def test_wide_layers() -> None:
    """Layers whose values go through memory, and narrow ones among them."""
    network = {"layers": [128, 128, 128, 3, 70], "residual": True, "init": {"hidden": 0.1}}
    assert_twins(scene_of(network=network).at(0.3), 33, 2)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_every_table(row: str) -> None:
    """What the definition says, in a tile of each: see test_definition."""
    width, height = ((33, 3), (7, 5), (61, 2), (1, 40))[list(ROWS).index(row) % 4]
    size = (7, 5) if row.startswith("gradient") else (width, height)
    assert_defined(CudaBackend(cards()), scene_of(**ROWS[row]).at(0.3), Raster(*size), share=0.01)


def test_seams_fall_where_torchs_fall() -> None:
    """Pixels that stand on the seam of a tile to the last digit take the same side of it."""
    warp = {"kind": "tile", "size": 0.1, "mirrored": False}
    camera = {"coordinates": "corners", "warps": [warp]}
    assert_twins(scene_of(camera=camera).at(0.3), 100, 4)


@pytest.mark.parametrize(("samples", "size"), [(2, (33, 3)), (3, (7, 2)), (2, (1, 1))])
def test_antialiasing(samples: int, size: tuple[int, int]) -> None:
    """Points are averaged in linear light; coarse detail, so that averages differ from points."""
    assert_twins(scene_of(camera={"scale": 5}).at(0.3), *size, samples=samples)


def test_a_value_that_overflows_stays_in_its_layer() -> None:
    """Infinity times the zeros that fill a layer up is no number, and may not reach the output."""
    network = {"layers": [3, 3, 3], "activation": "relu", "output": "sigmoid"}
    moment = scene_of(network=network).at(0.3)
    first, second, third, output = moment.layers
    overflowing = np.diag([1e38, 1.0, 1.0]).astype(np.float32)
    mixing = np.array([[1, 1, 1], [1, 1, 1], [-1, -1, -1]], dtype=np.float32)
    layers = (
        replace(first, bias=np.array([1e38, 0.0, 0.0])),
        replace(second, weight=overflowing, bias=np.zeros(3)),
        replace(third, weight=mixing, bias=np.zeros(3)),
        replace(output, weight=mixing, bias=np.zeros(3)),
    )

    frames = [
        drawn(backend, replace(moment, layers=layers), 8, 2)
        for backend in (CudaBackend(cards()), TorchBackend())
    ]

    for frame in frames:
        assert (frame == [255, 255, 0]).all()


def test_rounding_errors_are_float32s() -> None:
    """With N(0, 1) weights at most twice as many values as torch's differ from float64's."""
    moment = scene_of(network={"layers": ["9x16"], "init": {"hidden": 1.0}}).at(0.3)
    exact = definition.picture(moment, Raster(64, 12))
    plain, fused = (
        drawn(backend, moment, 64, 12) for backend in (TorchBackend(), CudaBackend(cards()))
    )

    allowed = 2 * np.count_nonzero(plain != exact) + 2
    assert np.count_nonzero(fused != exact) <= allowed
    assert np.abs(fused.astype(int) - exact).max() <= 1

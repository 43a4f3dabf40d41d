"""The fused `gpu` backend draws the pixels of its readable twin, the `torch` backend."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.backends.triton_twins import OVERFLOWS, assert_twins, cards, drawn, scene_of
from tests.backends.triton_twins import interpreter as interpreter

# isort: split
from cppnvid.backends import definition
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton.backend import GpuBackend
from cppnvid.colour.pixels import Raster
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.recipe import COLOUR_MODES

pytestmark = OVERFLOWS


WARPS: dict[str, dict[str, Any]] = {
    "mirror": {"kind": "mirror", "angle": 30, "offset": 0.1},
    "kaleidoscope": {"kind": "kaleidoscope", "segments": 5, "angle": 20},
    "tile": {"kind": "tile", "size": 0.3, "mirrored": False},
    "tile_mirrored": {"kind": "tile", "size": 0.3},
    "swirl": {"kind": "swirl", "angle": 200, "radius": 0.3},
    "wave": {"kind": "wave", "amplitude": 0.1, "frequency": 3, "phase": 50, "angle": 25},
    "endless": {"kind": "endless", "phase": 100, "arms": 2, "twist": 40},
    "endless_rings": {"kind": "endless", "phase": -30, "arms": 0, "period": 9, "radius": 0.3},
}


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


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation(activation: str) -> None:
    """From where functions are straight to where they saturate or have turned many times."""
    init = {"hidden": 0.4, "output": 0.3}
    network = {"layers": [7, 6, 6], "activation": activation, "residual": True, "init": init}
    assert_twins(scene_of(network=network, camera={"scale": 30.0}).at(0.3), 64, 2)


@pytest.mark.parametrize("output", sorted(OUTPUT_FUNCTIONS))
def test_every_output_function(output: str) -> None:
    """Each draws what torch draws."""
    assert_twins(scene_of(network={"output": output}).at(0.3))


@pytest.mark.parametrize(
    ("palette", "channels", "hue"),
    [*((name, 1, 0.0) for name in (*COLOUR_MODES, "ember") if name != "cmyk"),
     *((name, 4 if name == "cmyk" else 3, hue)
       for name in (*COLOUR_MODES, "ember") for hue in (0.0, 77.0))],
)  # fmt: skip
def test_every_palette(palette: str, channels: int, hue: float) -> None:
    """Each with the channels a recipe allows it, and its hue turned."""
    network = {"channels": channels, "layers": [8], "init": {"output": 2.0}}
    scene = scene_of(network=network, palette={"name": palette, "hue": hue})
    assert_twins(scene.at(0.3), 64, 2)


@pytest.mark.parametrize(("palette", "channels"), [("ember", 1), ("ember", 3), ("cmyk", 4)])
def test_contrast(palette: str, channels: int) -> None:
    """It parts every channel."""
    network = {"channels": channels, "layers": [8], "init": {"output": 2.0}}
    scene = scene_of(network=network, palette={"name": palette, "contrast": 3.0})
    assert_twins(scene.at(0.3), 64, 2)


@pytest.mark.parametrize("kind", WARPS)
def test_every_warp(kind: str) -> None:
    """Each under a camera that zooms, turns and pans."""
    camera = {"warps": [WARPS[kind]], "rotate": 33, "pan_x": 0.2, "pan_y": -0.1, "zoom": 0.6}
    assert_twins(scene_of(camera=camera).at(0.3), 64, 2)


def test_seams_fall_where_torchs_fall() -> None:
    """Pixels that stand on the seam of a tile to the last digit take the same side of it."""
    warp = {"kind": "tile", "size": 0.1, "mirrored": False}
    camera = {"coordinates": "corners", "warps": [warp]}
    assert_twins(scene_of(camera=camera).at(0.3), 100, 4)


@pytest.mark.parametrize("coordinates", ["centres", "corners", "pixels", "endpoints"])
def test_every_convention_of_coordinates(coordinates: str) -> None:
    """All warps one after the other."""
    camera = {"coordinates": coordinates, "warps": [*WARPS.values()]}
    assert_twins(scene_of(camera=camera).at(0.3), 64, 2)


@pytest.mark.parametrize(("samples", "size"), [(2, (33, 3)), (3, (7, 2)), (2, (1, 1))])
def test_antialiasing(samples: int, size: tuple[int, int]) -> None:
    """Points are averaged in linear light; coarse detail, so that averages differ from points."""
    assert_twins(scene_of(camera={"scale": 5}).at(0.3), *size, samples=samples)


@pytest.mark.parametrize("layers", [[], [3]])
@pytest.mark.parametrize("inputs", [["x"], ["y", "r"], ["z"], ["x", "y", "r", "z"]])
def test_every_input(inputs: list[str], layers: list[int]) -> None:
    """Any of x, y, r and none of them, down to a network without hidden layers."""
    moment = scene_of(network={"inputs": inputs, "layers": layers}).at(0.3)
    if inputs == ["z"]:  # one colour
        fused, plain = (drawn(b, moment, 5, 2) for b in (GpuBackend(cards()), TorchBackend()))
        np.testing.assert_array_equal(fused, plain)
    else:
        assert_twins(moment)


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
        for backend in (GpuBackend(cards()), TorchBackend())
    ]

    for frame in frames:
        assert (frame == [255, 255, 0]).all()


def test_rounding_errors_are_float32s() -> None:
    """With N(0, 1) weights at most twice as many values as torch's differ from float64's."""
    moment = scene_of(network={"layers": ["9x16"], "init": {"hidden": 1.0}}).at(0.3)
    exact = definition.picture(moment, Raster(64, 12))
    plain, fused = (
        drawn(backend, moment, 64, 12) for backend in (TorchBackend(), GpuBackend(cards()))
    )

    allowed = 2 * np.count_nonzero(plain != exact) + 2
    assert np.count_nonzero(fused != exact) <= allowed
    assert np.abs(fused.astype(int) - exact).max() <= 1

"""The GLSL shader against the float64 definition, run by OpenGL through EGL."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cppnvid
from cppnvid.animation.scene import Moment
from cppnvid.backends import definition
from cppnvid.backends.shader import glsl
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.colour.pixels import Raster
from cppnvid.presets import Override
from tests.backends.helpers import ROWS, scene_of
from tests.backends.shader_devices import OpenGl

PRESETS = sorted((Path(__file__).parents[2] / "presets").glob("*.yaml"))


@pytest.fixture(scope="module")
def opengl() -> Iterator[OpenGl]:
    """Return OpenGL, or skip where this machine has none."""
    try:
        yield OpenGl()
    except Exception as error:  # noqa: BLE001  whatever EGL, its driver or their absence raises
        pytest.skip(f"no OpenGL by EGL here: {error}")


def assert_defined(
    opengl: OpenGl, moment: Moment, raster: Raster, weights: glsl.Weights = "texture"
) -> int:
    """Assert at most one level of difference; return how many values differ by one."""
    samples = int(raster.samples)
    made = opengl.draw(moment, raster.width, raster.height, samples, weights)
    levels = np.floor(made * 255 + 0.5).astype(int)
    steps = np.abs(levels - definition.picture(moment, raster))
    assert steps.max() <= 1, f"{np.count_nonzero(steps > 1)} values are off by more"
    return int(np.count_nonzero(steps))


def test_every_row(opengl: OpenGl) -> None:
    """All rows of all tables: at most one level, in at most 1 of 10,000 values."""
    raster = Raster(33, 21)
    off = {
        name: assert_defined(opengl, scene_of(**parts).at(0.3), raster)
        for name, parts in ROWS.items()
    }

    assert sum(off.values()) <= 1e-4 * len(off) * 33 * 21 * 3, off


@pytest.mark.parametrize(
    "network",
    [
        {"layers": [5, 7, 17]},
        {"layers": ["12x5"], "residual": True},
        {"layers": [66, 66, 67], "residual": True},
        {"layers": [5, 5], "activation": "atan_pair"},
        {
            "layers": [8, 4, {"width": 8, "activation": "tanh"}],
            "activation": "atan_pair",
            "residual": True,
        },
        {
            "layers": [
                {"width": 10, "activation": "tanh"},
                5,
                5,
                {"width": 10, "activation": "sin"},
            ],
            "activation": "atan_pair",
            "residual": True,
        },
        {"layers": [33, 35], "activation": "atan_pair"},
    ],
    ids=str,
)
def test_every_form(opengl: OpenGl, network: dict[str, Any]) -> None:
    """Odd widths, deep and wide, whose values lie in registers or in arrays, and two a neuron."""
    assert assert_defined(opengl, scene_of(network=network).at(0.3), Raster(33, 21)) <= 2


@pytest.mark.parametrize("size", [(1, 1), (21, 4), (3, 19)])
def test_samples_are_a_mean_of_light(opengl: OpenGl, size: tuple[int, int]) -> None:
    """Coarse detail, so that averages differ from points; weights from a uniform block."""
    moment = scene_of(camera={"scale": 5}, palette={"name": "ember"}).at(0.3)
    for samples in (2, 3):
        assert assert_defined(opengl, moment, Raster(*size, samples), "uniform") <= 1


def test_what_overflows_is_black(opengl: OpenGl) -> None:
    """No value is 0 before the palette, whatever the driver's own tanh or maximum makes of it."""
    network = {"layers": [3, 3, 3], "activation": "relu", "output": "sine"}
    moment = scene_of(network=network).at(0.3)
    first, second, third, output = moment.layers
    huge = replace(first, bias=np.array([1e38, 1e38, 0.0]))
    against = np.array([[1, -1, 0], [0, 0, 1], [0, 0, 1]], dtype=np.float32)
    lost = replace(
        moment,
        layers=(
            huge,
            replace(second, weight=np.diag([1e38, 1e38, 1.0]).astype(np.float32), bias=np.zeros(3)),
            replace(third, weight=against, bias=np.zeros(3)),
            output,
        ),
    )

    assert (opengl.draw(lost, 5, 3) == 0.0).all()
    assert (opengl.draw(moment, 5, 3) > 0.0).any()


def test_infinity_stays_in_its_layer(opengl: OpenGl) -> None:
    """Infinity times the zeros that fill a vector up is no number, and may not reach the output."""
    network = {"layers": [3, 3, 3], "activation": "relu", "output": "sigmoid"}
    moment = scene_of(network=network).at(0.3)
    first, second, third, output = moment.layers
    mixing = np.array([[1, 1, 1], [1, 1, 1], [-1, -1, -1]], dtype=np.float32)
    layers = (
        replace(first, bias=np.array([1e38, 0.0, 0.0])),
        replace(second, weight=np.diag([1e38, 1.0, 1.0]).astype(np.float32), bias=np.zeros(3)),
        replace(third, weight=mixing, bias=np.zeros(3)),
        replace(output, weight=mixing, bias=np.zeros(3)),
    )

    made = opengl.draw(replace(moment, layers=layers), 5, 3)
    np.testing.assert_allclose(made, np.broadcast_to([1.0, 1.0, 0.0], made.shape), atol=1e-6)


def test_a_film_is_one_architecture() -> None:
    """Neither time nor hue, contrast, camera or seeds change the source; depth hardly does."""
    palette = {"name": "rgb", "hue": 40, "contrast": 2}
    camera = {"zoom": 2, "warps": [{"kind": "swirl", "angle": 90}]}
    still = {"warps": [{"kind": "swirl", "angle": 10}]}
    one = Architecture.of(scene_of(camera=still).at(0.0))
    other = Architecture.of(scene_of(camera=camera, palette=palette).at(0.5))
    deep, deeper = (
        glsl.fragment(Architecture.of(scene_of(network={"layers": [f"{n}x16"]}).at(0.0)))
        for n in (4, 12)
    )

    assert one == other
    assert len({one, other}) == 1
    assert len(deeper) <= len(deep) + 8


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_presets(opengl: OpenGl, path: Path) -> None:
    """Every preset's first moment."""
    recipe = cppnvid.load_recipe(str(path), [Override("morph.pace", "uniform")])
    width, height = (round(side * 40 / min(recipe.canvas.size)) for side in recipe.canvas.size)
    moment = cppnvid.build_scene(recipe).at(0.0)

    assert assert_defined(opengl, moment, Raster(width, height)) <= 5

"""The same shader as WGSL against the float64 definition, run by wgpu."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends import definition
from cppnvid.backends.gpu.kernels import draw_source
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import to_wgsl
from tests.backends.helpers import ROWS, scene_of
from tests.backends.shader_devices import Space, WebGpu

# The gradients are one shader, which GLSL's test sees all of.
SOME = {name: parts for name, parts in ROWS.items() if not name.startswith("gradient ")}


@pytest.fixture(scope="module")
def webgpu() -> Iterator[WebGpu]:
    """Return a device of WebGPU, or skip where this machine has none."""
    try:
        yield WebGpu()
    except Exception as error:  # noqa: BLE001  whatever wgpu or its absence raises
        pytest.skip(f"no adapter for wgpu here: {error}")


def differing(webgpu: WebGpu, moment: Moment, space: Space = "storage") -> int:
    """Assert at most one level of difference; return how many values differ by one."""
    x, y = (places.ravel() for places in np.meshgrid(*axes(moment.coordinates, 33, 21)))
    made, exact = (
        np.floor(colours * 255 + 0.5).astype(int)
        for colours in (
            webgpu.colours(moment, np.stack([x, y], axis=1), space),
            definition.colours(moment, x, y),
        )
    )
    steps = np.abs(made - exact)
    assert steps.max() <= 1, f"{np.count_nonzero(steps > 1)} values are off by more"
    return int(np.count_nonzero(steps))


def test_every_row(webgpu: WebGpu) -> None:
    """All rows of all tables: at most one level, in at most 1 of 10,000 values."""
    off = {name: differing(webgpu, scene_of(**parts).at(0.3)) for name, parts in SOME.items()}

    assert sum(off.values()) <= 1e-4 * len(off) * 33 * 21 * 3, off


@pytest.mark.parametrize(
    "network",
    [
        {"layers": ["12x5"], "residual": True},
        {"layers": [66, 66, 67], "residual": True},
        {"layers": [5, 5], "activation": "atan_pair"},
    ],
    ids=str,
)
def test_every_form(webgpu: WebGpu, network: dict[str, Any]) -> None:
    """Odd widths in registers and in arrays, and two values a neuron."""
    assert differing(webgpu, scene_of(network=network).at(0.3), "uniform") <= 2


def test_a_module_is_small() -> None:
    """16 layers of 32 neurons stay under 16 kB, whatever row of a table goes with them."""
    sizes = {}
    for name, parts in SOME.items():
        network = parts.get("network", {}) | {"layers": ["16x32"]}
        architecture = Architecture.of(scene_of(**parts | {"network": network}).at(0.3))
        sizes[name] = max(len(draw_source(architecture, uniform=u)) for u in (False, True))

    assert max(sizes.values()) < 16_000, sizes
    assert min(sizes.values()) > 3000


def test_the_printer() -> None:
    """Each rule of the language once."""
    text = """vec4 twice(vec4 u, int at) {
    vec4 made[2];
    for (int i = 0; i < 2; i++) {
        made[i] = vec4(float(at), u.xyz);
    }
    float x = made[0].x;
    return vec4(x);
}"""

    assert (
        to_wgsl(text)
        == """fn twice(u: vec4<f32>, at: i32) -> vec4<f32> {
    var made: array<vec4<f32>, 2>;
    for (var i = 0; i < 2; i++) {
        made[i] = vec4<f32>(f32(at), u.xyz);
    }
    var x: f32 = made[0].x;
    return vec4<f32>(x);
}"""
    )

"""A moment in WGSL, which WebGPU runs on Vulkan, Metal and Direct3D 12.

`functions` is for whoever has buffers of their own. `module` is a whole module: a compute shader of
the colours at points. Its bindings, all of group 0:

0. uniform `Settings`: u32 points, then u32 zero, which is 0;
1. uniform or read-only storage, vec4s: `Layout.pack`;
2. read-only storage, f32: `architecture.numbers_of`;
3. read-only storage, vec4s: the gradient's 1,024 colours in Oklab, the fourth number unused;
4. read-only storage, vec2s: places on the screen, in the moment's convention;
5. storage, vec4s: the colours there, sRGB-encoded in [0, 1], and 1.

The gradient's binding is there in the gradient mode alone.
"""

from __future__ import annotations

from typing import Literal

from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import OWN_WGSL, to_wgsl
from cppnvid.backends.shader.layout import layer_blocks
from cppnvid.backends.shader.program import colour_functions

Space = Literal["uniform", "storage"]

GROUP = 64  # points of a workgroup of `module`

# `colour_functions` asks for these four.
_FETCH = """
vec4 weight(int index) {
    return weights[index];
}

float number(int index) {
    return numbers[index];
}

vec3 gradient_stop(int index) {
    return gradient[index].xyz;
}

uint zero() {
    return settings.zero;
}
"""
_MODULE = """struct Settings {{ points: u32, zero: u32 }}
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<{space}> weights: array<vec4<f32>{size}>;
@group(0) @binding(2) var<storage, read> numbers: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> places: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> colours: array<vec4<f32>>;

{functions}
@compute @workgroup_size({group})
fn draw(@builtin(global_invocation_id) id: vec3<u32>) {{
    if (id.x < settings.points) {{
        colours[id.x] = vec4<f32>(colour_at(places[id.x]), 1.0);
    }}
}}
"""


def functions(architecture: Architecture, ending: str = "", fetch: str = _FETCH) -> str:
    """Return `fn colour_at(place: vec2<f32>) -> vec3<f32>` and all that it calls.

    Args:
        architecture: what it draws.
        ending: functions in this project's shader language (`language`) to add; they may call
            `colour_at` and any other, such as `to_linear`, which is left out where none calls it.
        fetch: the four functions, in that language, by which numbers are read: see `program`. These
            read the variables `weights`, `numbers`, `gradient` and `settings.zero`.
    """
    own = f"{fetch.strip()}\n\n{OWN_WGSL.strip()}"
    return to_wgsl(colour_functions(architecture, ending, own))


def module(architecture: Architecture, space: Space = "storage") -> str:
    """Return a whole module with the entry point `draw`; this file says what it reads.

    Args:
        architecture: what it draws.
        space: where the weights are. A uniform buffer has 64 KiB, and a cache of its own.
    """
    vectors = layer_blocks(architecture)[-1].end
    uniform = space == "uniform"
    return _MODULE.format(
        space="uniform" if uniform else "storage, read",
        size=f", {vectors}" if uniform else "",
        functions=functions(architecture),
        group=GROUP,
    )

"""A moment's functions in WGSL, which WebGPU runs on Vulkan, Metal and Direct3D 12."""

from __future__ import annotations

from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import OWN_WGSL, to_wgsl
from cppnvid.backends.shader.program import colour_functions

# The four that `colour_functions` asks for; they read the variables `weights`, `numbers`,
# `gradient` and `settings.zero`.
FETCH = """
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


def functions(architecture: Architecture, ending: str = "", fetch: str = FETCH) -> str:
    """Return `fn colour_at(place: vec2<f32>) -> vec3<f32>` and all that it calls.

    Args:
        architecture: what it draws.
        ending: functions in this project's shader language (`language`) to add; they may call
            `colour_at` and any other, such as `to_linear`, which is left out where none calls it.
        fetch: the four functions, in that language, by which numbers are read: see `program`.
    """
    own = f"{fetch.strip()}\n\n{OWN_WGSL.strip()}"
    return to_wgsl(colour_functions(architecture, ending, own))

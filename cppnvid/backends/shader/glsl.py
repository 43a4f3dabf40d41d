"""A moment as a fragment shader in GLSL ES 3.00, which WebGL 2 and most OpenGL run.

What it asks of its host, `uniform` by `uniform`:

- `float numbers[n]`: `architecture.numbers_of`, n of `Architecture.numbers`;
- `vec4 frame`: centre x and y, then divisor x and y, in pixels: (position − centre) / divisor is a
  place on the screen;
- `float height`: where the picture's upper edge lies in gl_FragCoord, whose y points up: the
  framebuffer's height, for a picture that fills it;
- `int samples`: a pixel is the mean light of samples² points;
- `sampler2D gradient`, for the gradient mode alone: 1024×1, RGB32F, Oklab, filters NEAREST;
- `weights`: `Layout.pack`, either a uniform block `Weights` (std140, one member `weights`), or a
  `sampler2D weights`, RGBA32F, 256 wide, one row below the other, filters NEAREST;
- `uint always_zero`: leave it alone; a uniform that is not set is 0.

It writes one vec4, sRGB-encoded, with alpha 1.
"""

from __future__ import annotations

from typing import Literal

from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import OWN_GLSL
from cppnvid.backends.shader.layout import layer_blocks
from cppnvid.backends.shader.program import colour_functions

BLOCK_VECTORS = 1024  # 16 KiB, the uniform block that every device has
TEXTURE_WIDTH = 256  # vectors in a row of the texture

Weights = Literal["uniform", "texture"]

_FETCH = """
float number(int index) {
    return numbers[index];
}

vec3 gradient_stop(int index) {
    return texelFetch(gradient, ivec2(index, 0), 0).rgb;
}

uint zero() {
    return always_zero;
}
"""
_FETCH_WEIGHT = {
    "uniform": "vec4 weight(int index) {\n    return weights[index];\n}",
    "texture": (
        "vec4 weight(int index) {\n"
        f"    ivec2 place = ivec2(index % {TEXTURE_WIDTH}, index / {TEXTURE_WIDTH});\n"
        "    return texelFetch(weights, place, 0);\n"
        "}"
    ),
}
_MAIN = """
void main() {
    vec2 corner = vec2(gl_FragCoord.x, height - gl_FragCoord.y) - 0.5;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < samples * samples; i++) {
        vec2 within = (vec2(i % samples, i / samples) + 0.5) / float(samples);
        vec3 rgb = colour_at((corner + within - frame.xy) / frame.zw);
        sum += samples > 1 ? to_linear(rgb) : rgb;
    }
    colour = vec4(samples > 1 ? from_linear(sum / float(samples * samples)) : sum, 1.0);
}
"""


def fragment(architecture: Architecture, weights: Weights | None = None) -> str:
    """Return the text of the whole shader; this module says what it reads.

    Args:
        architecture: what it draws.
        weights: where it reads them: None is a uniform block as long as they fit into one.
    """
    vectors = layer_blocks(architecture)[-1].end
    if weights is None:
        weights = "uniform" if vectors <= BLOCK_VECTORS else "texture"
    block = f"layout(std140) uniform Weights {{ vec4 weights[{vectors}]; }};"
    head = f"""#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;

uniform float numbers[{architecture.numbers}];
uniform vec4 frame;
uniform float height;
uniform int samples;
uniform uint always_zero;
uniform sampler2D gradient;
{block if weights == "uniform" else "uniform sampler2D weights;"}
out vec4 colour;

"""
    own = "\n\n".join((_FETCH.strip(), _FETCH_WEIGHT[weights], OWN_GLSL.strip()))
    return head + colour_functions(architecture, _MAIN, own)

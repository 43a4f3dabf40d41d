"""Network output to colour in a shader, the twin of `backends/colours.py`, with its constants."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from cppnvid.animation.palette import GRADIENT_STEPS, SHADE, TINT, TURN
from cppnvid.backends.shader.language import literal
from cppnvid.colour import modes
from cppnvid.colour.modes import LUMA, MAX_CHROMA
from cppnvid.colour.oklab import GREY, LAB, LAB_INVERSE, LMS, LMS_INVERSE


def _matrix(matrix: NDArray[Any]) -> str:
    """Print a matrix, whose columns all dialects take one after the other."""
    return f"mat3({_list(matrix.T.ravel())})"


def _list(values: Iterable[float]) -> str:
    return ", ".join(literal(value) for value in values)


# Powers are the driver's own: what they are off by stays what it is, far below a level.
COLOUR = f"""
vec3 to_linear(vec3 rgb) {{
    vec3 curve = pow((rgb + 0.055) / 1.055, vec3(2.4));
    return select3(curve, rgb / 12.92, rgb, vec3(0.04045));
}}

vec3 from_linear(vec3 light) {{
    vec3 within = clamp(light, vec3(0.0), vec3(1.0));
    vec3 curve = 1.055 * pow(max(within, vec3(0.0031308)), vec3({literal(1 / 2.4)})) - 0.055;
    return select3(curve, within * 12.92, within, vec3(0.0031308));
}}

vec3 to_oklab(vec3 rgb) {{
    vec3 cones = {_matrix(LMS)} * to_linear(rgb);
    return {_matrix(LAB)} * pow(max(cones, vec3(1e-30)), vec3({literal(1 / 3)}));
}}

// What sRGB does not have goes towards a grey until its last channel is within [0, 1].
vec3 from_oklab(vec3 lab) {{
    vec3 roots = {_matrix(LAB_INVERSE)} * lab;
    vec3 light = {_matrix(LMS_INVERSE)} * (roots * roots * roots);
    float above = (max(max(light.x, light.y), light.z) - {literal(GREY)}) / {literal(1 - GREY)};
    float below = ({literal(GREY)} - min(min(light.x, light.y), light.z)) / {literal(GREY)};
    return from_linear({literal(GREY)} + (light - {literal(GREY)}) / max(max(above, below), 1.0));
}}

vec3 turn_hue(vec3 lab, float cosine, float sine) {{
    return vec3(lab.x, cosine * lab.y - sine * lab.z, sine * lab.y + cosine * lab.z);
}}

// Schlick's gain around one half.
vec4 spread(vec4 values, float contrast) {{
    vec4 away = 2.0 * values - 1.0;
    return 0.5 + 0.5 * contrast * away / (1.0 + (contrast - 1.0) * abs(away));
}}

vec3 along_gradient(float value) {{
    float position = value * {literal(GRADIENT_STEPS - 1)};
    int below = int(clamp(position, 0.0, {literal(GRADIENT_STEPS - 2)}));
    vec3 first = gradient_stop(below);
    return first + (position - float(below)) * (gradient_stop(below + 1) - first);
}}

// The second and third channel bend a gradient's colour: more light, another paint.
vec3 bent(vec3 lab, float shade, float paint) {{
    float lightness = lab.x + {literal(4 * SHADE)} * (shade - 0.5) * lab.x * (1.0 - lab.x);
    float tint = 1.0 + {literal(TINT)} * (paint - 0.5);
    float turn = {literal(TURN)} * (paint - 0.5);
    return vec3(lightness, tint * lab.y - turn * lab.z, tint * lab.z + turn * lab.y);
}}

// x in [0, 2 period) modulo the period.
vec3 wrapped(vec3 x, float period) {{
    return select3(x - period, x, x, vec3(period));
}}
"""

# What a mode reads of a network of one channel, and of one of three or four.
_CHANNELS_ONE = """
vec3 three(vec4 v, float second, float third) {
    return vec3(v.x, second, third);
}

float luma(vec4 v) {
    return v.x;
}

vec3 bent_by(vec3 lab, vec4 v) {
    return lab;
}
"""
_CHANNELS_MORE = f"""
vec3 three(vec4 v, float second, float third) {{
    return v.xyz;
}}

float luma(vec4 v) {{
    return dot(v.xyz, vec3({_list(LUMA)}));
}}

vec3 bent_by(vec3 lab, vec4 v) {{
    return bent(lab, v.y, v.z);
}}
"""

# For each mode the body of `vec3 paint(vec4 v)`, from the network's values to a colour.
MODES: dict[str, str] = {
    "gradient": """
    return bent_by(along_gradient(v.x), v);
""",
    "oklch": f"""
    vec3 c = three(v, 0.5, 0.5);
    vec4 angle = vec4({literal(2 * math.pi)} * c.z);
    return vec3(c.x, {literal(MAX_CHROMA)} * c.y * vec2(cos4(angle).x, sin4(angle).x));
""",
    "cmyk": """
    return (1.0 - v.xyz) * (1.0 - v.w);
""",
    "hsv": """
    vec3 c = three(v, 1.0, 1.0);
    vec3 k = wrapped(vec3(5.0, 3.0, 1.0) + 6.0 * c.x, 6.0);
    return c.z - c.z * c.y * clamp(min(k, 4.0 - k), vec3(0.0), vec3(1.0));
""",
    "hsl": """
    vec3 c = three(v, 1.0, 0.5);
    vec3 k = wrapped(vec3(0.0, 8.0, 4.0) + 12.0 * c.x, 12.0);
    float reach = c.y * min(c.z, 1.0 - c.z);
    return c.z - reach * clamp(min(k - 3.0, 9.0 - k), vec3(-1.0), vec3(1.0));
""",
    "grey": """
    return vec3(luma(v));
""",
    "rgb": """
    return three(v, v.x, v.x);
""",
}


def colour_library(channels: int) -> str:
    """Return what `colour_function` calls, for a network of so many channels."""
    return COLOUR + (_CHANNELS_ONE if channels == 1 else _CHANNELS_MORE)


def takes_hue(mode: str) -> bool:
    """Tell whether a turn of the hue changes the colours of a mode, a row of `MODES`."""
    row = modes.MODES.get(mode)
    return row is None or row.oklab or row.has_hue


def colour_function(mode: str, first: int) -> str:
    """Return `vec3 colour_of(vec4 v)`: the network's values as sRGB in [0, 1].

    Args:
        mode: a row of `MODES`.
        first: the number at which those of `uniforms.colouring_numbers` begin.
    """
    cosine, sine = f"number({first})", f"number({first + 1})"
    row = modes.MODES.get(mode)
    if row is None or row.oklab:
        ending = [f"return from_oklab(turn_hue(made, {cosine}, {sine}));"]
    elif not takes_hue(mode):
        ending = ["return made;"]
    else:
        ending = [
            f"if ({cosine} != 1.0) {{",
            f"    made = from_oklab(turn_hue(to_oklab(made), {cosine}, {sine}));",
            "}",
            "return made;",
        ]
    lines = [f"vec3 made = paint(spread(v, number({first + 2})));", *ending]
    body = "".join(f"    {line}\n" for line in lines)
    return f"vec3 paint(vec4 v) {{{MODES[mode]}}}\n\nvec3 colour_of(vec4 v) {{\n{body}}}\n"

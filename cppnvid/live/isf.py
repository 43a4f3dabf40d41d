"""A film as ISF, the Interactive Shader Format of VJs' programs: a shader with inputs.

Hosts read versions of GLSL from 1.10 and ES 1.00 to 4.50, so it is written in what all of them
have: no remainder of whole numbers, no bits, and arrays of constants only from 1.20 and ES 3.00 on.
Three passes:

1. `table` holds the film's matrix and gradient, one vector in each of its texels;
2. `moment` blends the vectors of a moment out of it, as Shadertoy's Buffer A does;
3. the picture reads those.

Both targets hold float32. They are read by normalised coordinates, as a host takes pixels to be
those of the pass that reads. The browser's host, interactive-shader-format 2.9, hands a target on
a frame late: it shows black twice, then the film two frames late (tried in Chromium).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from cppnvid import __version__
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.colour import takes_hue
from cppnvid.backends.shader.language import OWN_OLD_GLSL, literal, to_old_glsl
from cppnvid.backends.shader.program import colour_functions
from cppnvid.encode import json_in_comment, shader_mark, shader_recipe
from cppnvid.live.blending import GRADIENT_STOP, VECTOR, Blending, gradient_vectors
from cppnvid.live.fitting import Host, fitted
from cppnvid.live.limits import check_network
from cppnvid.live.picture import picture_text, row_place_text
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe

# Characters. They hold 2,500 vectors, which Mesa compiles in 2 s; its time goes with their square.
LIMIT = 131_072
WIDE = 256  # texels in a row of the targets
_LONGEST_TITLE = 100  # characters

# By their names, which also are the shader's. A host's own vertex shader has a `position`.
_INPUTS: dict[str, dict[str, Any]] = {
    "speed": {"TYPE": "float", "LABEL": "Speed", "DEFAULT": 1.0, "MIN": -4.0, "MAX": 4.0},
    "loop_position": {"TYPE": "float", "LABEL": "Position", "DEFAULT": 0.0, "MIN": 0.0, "MAX": 1.0},
    "zoom": {"TYPE": "float", "LABEL": "Zoom", "DEFAULT": 1.0, "MIN": 0.1, "MAX": 10.0},
    "pan": {
        "TYPE": "point2D",
        "LABEL": "Pan",
        "DEFAULT": [0.0, 0.0],
        "MIN": [-1.0, -1.0],
        "MAX": [1.0, 1.0],
    },
    "hue": {"TYPE": "float", "LABEL": "Hue", "DEFAULT": 0.0, "MIN": 0.0, "MAX": 360.0},
    "contrast": {"TYPE": "float", "LABEL": "Contrast", "DEFAULT": 1.0, "MIN": 0.1, "MAX": 10.0},
}
_MOVED = (
    "((at - 0.5 * size - vec2(pan.x, -pan.y) * min(size.x, size.y)) / max(zoom, 1e-3) + 0.5 * size)"
)

_HEAD = f"""
// Reads every GLSL from 1.10 and ES 1.00 on; its targets must hold float32.
#if __VERSION__ == 100
#define HIDDEN
#else
#define HIDDEN + none
#endif
#if __VERSION__ < 120
#define TABLE(n) vec4 made = vec4(0.0); if (true) {{
#define E(k,v) if (index == k) made = v;
#define SOME(k) }} if (index >= k) {{
#define LAST(k,v) E(k,v) }} return made;
#else
#define TABLE(n) const vec4 TEXELS[n] = vec4[n](
#define E(k,v) v,
#define SOME(k)
#define LAST(k,v) v); return TEXELS[int(min(index, k))];
#endif
{VECTOR}

int zero() {{
    return int(min(float(PASSINDEX), 0.0));
}}

// Where in a target of so many rows a vector is.
vec2 texel(int index, float rows) {{
    float row = floor((float(index) + 0.5) / {WIDE}.0);
    return vec2((float(index) - {WIDE}.0 * row + 0.5) / {WIDE}.0, (row + 0.5) / rows);
}}

// Which one this pixel is, in a target of so many rows.
int this_vector(float rows) {{
    vec2 at = floor(isf_FragNormCoord * vec2({WIDE}.0, rows));
    return int(at.y * {WIDE}.0 + at.x);
}}
"""
_READ = """
vec4 {name}_vector(int index) {{
    vec2 at = texel(index, {rows}.0);
    return IMG_NORM_PIXEL({name},at);
}}
"""
_TABLES = """
vec4 row_vector(int index) {{
    return table_vector(index);
}}

vec4 direction(int index) {{
    return table_vector(index + {directions});
}}

vec3 stop_vector(int index) {{
    return table_vector(index + {stops}).xyz;
}}

vec4 weight(int index) {{
    return moment_vector(index);
}}

float number(int index) {{
    return moment_vector(index + {numbers}).x;
}}

// 1 once the table is there, 0 before.
float ready() {{
    return table_vector({last}).x;
}}
"""
_MAIN = """
vec4 entry(float index) {{
{entries}
}}

void main() {{
    if (PASSINDEX == 0) {{
        gl_FragColor = entry(float(this_vector({table_rows}.0)));
    }} else if (PASSINDEX == 1) {{
        blend({place});
        gl_FragColor = stored(this_vector({moment_rows}.0));
    }} else if (moment_vector({ready}).x != 1.0) {{
        gl_FragColor = vec4(0.0, 0.0, 0.0, 1.0);
    }} else {{
        vec2 corner = vec2(isf_FragNormCoord.x, 1.0 - isf_FragNormCoord.y) * RENDERSIZE - 0.5;
        gl_FragColor = vec4(picture(corner, RENDERSIZE), 1.0);
    }}
}}
"""


def draw_isf(recipe: Recipe, scene: Timeline) -> str:
    """Return the text of an ISF file that draws a film, with its recipe.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too large for the text.
    """
    moment = scene.at(0.0)
    check_network(moment)
    blended = partial(Blending.of, adjusted=partial(_with_inputs, hue="hue" in _inputs_of(moment)))
    host = Host("an ISF", LIMIT, blended, _texts)
    (text,) = fitted(recipe, scene, host).values()
    return text


def _with_inputs(numbers: list[str], *, hue: bool) -> list[str]:
    """Return the numbers of a frame with hue and contrast as the inputs have them, and `ready`."""
    *view, cosine, sine, contrast = numbers
    turned = [cosine, sine]
    if hue:
        right, up = "cos(radians(hue))", "sin(radians(hue))"
        turned = [f"{right} * {cosine} - {up} * {sine}", f"{right} * {sine} + {up} * {cosine}"]
    # Schlick's gains one after the other are the gain of their product.
    return [*view, *turned, f"contrast * {contrast}", "ready()"]


def _texts(recipe: Recipe, moment: Moment, blending: Blending) -> dict[str, str]:
    stops = [f"V({numbers},0)" for numbers in gradient_vectors(moment.colouring.gradient)]
    table = [*blending.rows, *blending.directions, *stops, "V(1)"]
    rows = {"table": _rows(len(table)), "moment": _rows(blending.total)}
    places = _TABLES.format(
        directions=len(blending.rows),
        stops=len(blending.rows) + len(blending.directions),
        numbers=blending.vectors,
        last=len(table) - 1,
    )
    seconds = literal(float(recipe.output.seconds))
    main = _MAIN.format(
        entries="\n".join(_entries(table)),
        table_rows=rows["table"],
        moment_rows=rows["moment"],
        place=row_place_text(recipe, f"TIME * speed / {seconds} + loop_position", blending),
        ready=blending.total - 1,
    )
    parts = [
        _header(recipe, moment, rows),
        _HEAD.strip(),
        *(_READ.format(name=name, rows=count).strip() for name, count in rows.items()),
        places.strip(),
        blending.functions.strip(),
        _picture(recipe, moment, main),
    ]
    return {"ISF": "\n\n".join(parts)}


def _header(recipe: Recipe, moment: Moment, rows: dict[str, int]) -> str:
    """Return the comments before the shader: what hosts read of it, and what we do."""
    output, title = recipe.output, recipe.title[:_LONGEST_TITLE]
    inputs = [{"NAME": name, **facts} for name, facts in _inputs_of(moment).items()]
    targets = [
        {"TARGET": name, "WIDTH": str(WIDE), "HEIGHT": str(count), "FLOAT": True}
        for name, count in rows.items()
    ]
    header = {
        "DESCRIPTION": title or f"A film of {output.seconds:g} seconds",
        "CREDIT": "made with cppnvid",
        "ISFVSN": "2",
        "CATEGORIES": ["Generator"],
        "INPUTS": inputs,
        "PASSES": [*targets, {}],
    }
    mark = shader_mark(__version__, recipe.canvas.size, output.fps, output.frames)
    return (
        f"/*{json_in_comment(header, indent=2)}*/\n\n// {mark}\n"
        f"{shader_recipe(recipe_text(recipe))}"
    )


def _inputs_of(moment: Moment) -> dict[str, dict[str, Any]]:
    """Return the inputs that change a film's pictures."""
    hue = takes_hue(moment.colouring.mode)
    return {name: facts for name, facts in _INPUTS.items() if hue or name != "hue"}


def _picture(recipe: Recipe, moment: Moment, main: str) -> str:
    """Return the functions of a picture, and the main one."""
    ending = picture_text(recipe, moment.coordinates, _MOVED) + main
    own = f"{GRADIENT_STOP}\n\n{OWN_OLD_GLSL.strip()}"
    return to_old_glsl(colour_functions(Architecture.of(moment), ending, own))


def _rows(vectors: int) -> int:
    """Return how many rows of a target hold so many vectors."""
    return -(-max(vectors, 1) // WIDE)


def _entries(table: list[str]) -> Iterator[str]:
    """Print a table by the macros that make an array of it, or conditions in branches of 64."""
    *entries, last = table
    yield f"TABLE({len(table)})"
    for index, vector in enumerate(entries):
        if index and index % 64 == 0:
            yield f"SOME({index}.)"
        yield f"E({index}.,{vector})"
    yield f"LAST({len(entries)}.,{last})"

"""A film as a Shadertoy: Buffer A blends the network once a frame, and Image draws it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

from cppnvid import __version__
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import OWN_GLSL, literal
from cppnvid.backends.shader.program import colour_functions
from cppnvid.encode import shader_mark, shader_recipe
from cppnvid.errors import RecipeError
from cppnvid.live.constants import (
    DECIMALS,
    GRADIENT_STOP,
    STRIDES,
    Constants,
    faithful,
    gradient_text,
    rounded,
    thinned,
    turn_function,
)
from cppnvid.live.limits import check_network
from cppnvid.live.matrix import Matrix
from cppnvid.live.page import AXES
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe

LIMIT = 65_536  # characters of a tab

_ZERO = "uint zero() {\n    return uint(min(iFrame, 0));\n}"
_FETCH = """vec4 fetched(int index) {
    int wide = int(iResolution.x);
    return texelFetch(iChannel0, ivec2(index % wide, index / wide), 0);
}"""
_BUFFER = """
void mainImage(out vec4 colour, in vec2 pixel) {{
    turn = turn_of(iTime);
    int k = int(pixel.y) * int(iResolution.x) + int(pixel.x);
    colour = vec4(0.0);
    if (k < {total}) colour = stored(k);
}}
"""


def draw_shadertoy(recipe: Recipe, scene: Timeline) -> str:
    """Return the text of a file with the tabs of a Shadertoy, and the recipe.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too large for a tab.
    """
    check_network(scene.at(0.0))
    tabs = fitting(recipe, scene, _tabs, "a tab of Shadertoy", LIMIT)
    output = recipe.output
    mark = shader_mark(__version__, recipe.canvas.size, output.fps, output.frames)
    where = (
        "Put all of it into the tab Image."
        if len(tabs) == 1
        else "Put the first part into a new tab, Buffer A, and the second into the tab Image;\n"
        "// in Image choose Buffer A as iChannel0, with the filter nearest."
    )
    recipe_comment = shader_recipe(recipe_text(recipe))
    parts = [f"// ======== {name} ========\n{text}" for name, text in tabs.items()]
    return (
        f"// {mark}\n// https://www.shadertoy.com/new\n// {where}\n{recipe_comment}\n"
        + "\n".join(parts)
    )


def fitting(
    recipe: Recipe,
    scene: Timeline,
    printed: Callable[[Recipe, Moment, Constants], dict[str, str]],
    who: str,
    limit: int,
) -> dict[str, str]:
    """Return printed texts; with fewer rows and decimals where that does not show.

    Args:
        recipe: of the film.
        scene: the recipe's, at its pace.
        printed: prints the texts by name.
        who: what has the limit, in words.
        limit: characters of each text.

    Raises:
        RecipeError: a text would be too large.
    """
    moment = scene.at(0.0)
    matrix = Matrix.of(recipe, scene)
    coarse = Constants.of(rounded(matrix, DECIMALS[-1]), DECIMALS[-1])
    rows = coarse.row_bytes * coarse.steps
    rest = max(map(len, printed(recipe, moment, coarse).values())) - rows
    for stride in (s for s in STRIDES if len(matrix.ways) % s == 0):
        if rest + rows / stride > 1.2 * limit:
            continue  # printing takes seconds where it is far too large
        fewer = thinned(matrix, stride)
        for decimals in DECIMALS:
            made = rounded(fewer, decimals)
            texts = printed(recipe, moment, Constants.of(made, decimals))
            whole = (stride, decimals) == (1, DECIMALS[0])
            if max(map(len, texts.values())) > limit:
                continue
            if whole or faithful(recipe, scene, made):
                return texts
    fine = Constants.of(rounded(matrix, DECIMALS[0]), DECIMALS[0])
    least = max(map(len, printed(recipe, moment, fine).values())), fine
    raise _too_large(recipe, moment, *least, f"{who} has at most {limit:,} characters", limit)


def _tabs(recipe: Recipe, moment: Moment, constants: Constants) -> dict[str, str]:
    turn, samples = turn_function(recipe, constants.steps), recipe.canvas.samples
    if not constants.moves:
        return {"Image": _image(moment, samples, constants, turn)}
    buffer = f"{constants.text}\n{turn}{_BUFFER.format(total=constants.total)}"
    return {"Buffer A": buffer, "Image": _image(moment, samples, constants, None)}


def place_text(coordinates: str) -> str:
    """Return lines that turn `at`, pixels from the upper left, into a place; `size` is known."""
    axes = AXES[coordinates]

    def of(name: str) -> str:
        side, shorter, pixels = (literal(value) for value in axes[name])
        return f"{side} * size + {shorter} * min(size.x, size.y) + {pixels}"

    return f"(at - ({of('origin')})) / max({of('unit')}, vec2(0.5))"


def _image(moment: Moment, samples: int | str, constants: Constants, turn: str | None) -> str:
    first = constants.vectors
    read = "fetched" if turn is None else "stored"
    own = [
        *([_FETCH] if turn is None else []),
        f"vec4 weight(int index) {{\n    return {read}(index);\n}}",
        f"float number(int index) {{\n    return {read}({first} + index / 4)[index % 4];\n}}",
        _ZERO,
        GRADIENT_STOP,
        OWN_GLSL.strip(),
    ]
    count = 2 if samples == "auto" else int(samples)
    begin = "" if turn is None else "    turn = turn_of(iTime);\n"
    ending = f"""
void mainImage(out vec4 colour, in vec2 pixel) {{
{begin}    vec2 size = iResolution.xy;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < {count * count}; i++) {{
        vec2 within = (vec2(i % {count}, i / {count}) + 0.5) / {count}.0 - 0.5;
        vec2 at = vec2(pixel.x, size.y - pixel.y) + within;
        vec3 rgb = colour_at({place_text(moment.coordinates)});
        sum += {"to_linear(rgb)" if count > 1 else "rgb"};
    }}
    colour = vec4({f"from_linear(sum / {count * count}.0)" if count > 1 else "sum"}, 1.0);
}}
"""
    head = "" if turn is None else f"{constants.text}\n{turn}\n"
    drawn = colour_functions(Architecture.of(moment), ending, "\n\n".join(own))
    return f"{head}{gradient_text(moment.colouring.gradient)}\n{drawn}"


def _too_large(
    recipe: Recipe, moment: Moment, size: int, constants: Constants, bound: str, limit: int
) -> RecipeError:
    frames = recipe.output.frames
    rest = limit - (size - constants.row_bytes * (constants.steps + 3))
    fits = int(rest / max(constants.row_bytes, 1) * frames / (constants.steps + 3))
    said = f"{bound}, and this film needs {size:,}"
    if fits >= 2 and constants.row_bytes:
        problem = f"{said}: about {fits} frames fit"
        return RecipeError(problem, key="output.frames", given=frames, allowed=f"about {fits}")
    hidden = max(len(moment.layers) - 1, 1)
    widest = max(len(layer.bias) for layer in moment.layers)
    # The size goes with the square of the width; a third of the tab is left to rows.
    width = max(4, int(widest * math.sqrt(0.6 * limit / size)) // 4 * 4)
    return RecipeError(
        f"{said}: about {hidden} layers of {width} fit",
        key="network.layers",
        given=json.dumps([len(layer.bias) for layer in moment.layers[:-1]]),
        allowed=f"about {hidden}x{width}",
    )

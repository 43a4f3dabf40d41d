"""A film as a Shadertoy: Buffer A blends the network once a frame, and Image draws it.

Where the network does not change, Image is all. What Shadertoy promises is WebGL 2, buffers of
float32 and `iTime` in float32; a canvas of 400 by 225 holds 90,000 vectors, more than any film has.
"""

from __future__ import annotations

from cppnvid import __version__
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import OWN_GLSL, literal
from cppnvid.backends.shader.program import colour_functions
from cppnvid.encode import shader_mark, shader_recipe
from cppnvid.live.blending import GRADIENT_STOP, VECTOR, Blending, gradient_vectors
from cppnvid.live.fitting import Host, fitted
from cppnvid.live.limits import check_network
from cppnvid.live.picture import picture_text, row_place_text
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe

LIMIT = 65_536  # characters of a tab

_ONE_TAB = "Put all of it into the tab Image."
_TWO_TABS = """Put the first part into a new tab, Buffer A, and the second into the tab Image;
// in Image choose Buffer A as iChannel0."""

_ZERO = "uint zero() {\n    return uint(min(iFrame, 0));\n}"
_FETCHED = """vec4 fetched(int index) {
    int wide = int(iResolution.x);
    return texelFetch(iChannel0, ivec2(index % wide, index / wide), 0);
}"""
_STOP_VECTOR = "vec3 stop_vector(int index) {\n    return STOPS[index];\n}"
_BUFFER_MAIN = """
void mainImage(out vec4 colour, in vec2 pixel) {{
    int index = int(pixel.y) * int(iResolution.x) + int(pixel.x);
    colour = vec4(0.0);
    if (index < {total}) {{
        blend({place});
        colour = stored(index);
    }}
}}
"""


def draw_shadertoy(recipe: Recipe, scene: Timeline) -> str:
    """Return the text of a file with the tabs of a Shadertoy, and the recipe.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too large for a tab.
    """
    check_network(scene.at(0.0))
    tabs = fitted(recipe, scene, Host("a tab of Shadertoy", LIMIT, Blending.of, _tabs))
    output = recipe.output
    head = [
        f"// {shader_mark(__version__, recipe.canvas.size, output.fps, output.frames)}",
        "// https://www.shadertoy.com/new",
        f"// {_ONE_TAB if len(tabs) == 1 else _TWO_TABS}",
        shader_recipe(recipe_text(recipe)),
    ]
    return "\n".join([*head, *(f"// ======== {name} ========\n{tabs[name]}" for name in tabs)])


def _tabs(recipe: Recipe, moment: Moment, blending: Blending) -> dict[str, str]:
    tables = _tables(blending)
    place = row_place_text(recipe, f"iTime / {literal(float(recipe.output.seconds))}", blending)
    if not blending.moves:
        return {"Image": _image(recipe, moment, blending, tables, f"    blend({place});\n")}
    main = _BUFFER_MAIN.format(total=blending.total, place=place)
    return {
        "Buffer A": f"{tables}\n{blending.functions}{main}",
        "Image": _image(recipe, moment, blending),
    }


def _tables(blending: Blending) -> str:
    """Return a matrix's vectors as constants, and the functions that read them."""
    texts = [VECTOR]
    for name, vectors, function in (
        ("ROWS", blending.rows, "row_vector"),
        ("DIRECTIONS", blending.directions, "direction"),
    ):
        if vectors:
            texts.append(f"const vec4 {name}[{len(vectors)}] = vec4[](\n{_joined(vectors)});")
            texts.append(f"vec4 {function}(int index) {{\n    return {name}[index];\n}}\n")
    return "\n".join(texts)


def _image(
    recipe: Recipe, moment: Moment, blending: Blending, tables: str = "", blend: str = ""
) -> str:
    """Return the tab that draws the picture.

    Args:
        recipe: of the film.
        moment: one of it.
        blending: how its vectors are blended.
        tables: what this tab blends them from; Buffer A does, if this is empty.
        blend: the line that does.
    """
    gradient = gradient_vectors(moment.colouring.gradient)
    stops = ",\n".join(f"vec3({numbers})" for numbers in gradient)
    head = f"{tables}\n{blending.functions}\n" if tables else ""
    if gradient:
        head += f"const vec3 STOPS[{len(gradient)}] = vec3[](\n{stops});\n\n"
    read = "stored" if tables else "fetched"
    own = [
        *([] if tables else [_FETCHED]),
        # Compilers would inline all that `stored` does at each of its uses.
        f"vec4 weight(int index) {{\n    return {'direction' if tables else read}(index);\n}}",
        f"float number(int index) {{\n    return {read}({blending.vectors} + index).x;\n}}",
        _ZERO,
        _STOP_VECTOR,
        GRADIENT_STOP,
        OWN_GLSL.strip(),
    ]
    main = f"""
void mainImage(out vec4 colour, in vec2 pixel) {{
    vec2 size = iResolution.xy;
    vec2 corner = vec2(pixel.x, size.y - pixel.y) - 0.5;
{blend}    colour = vec4(picture(corner, size), 1.0);
}}
"""
    ending = picture_text(recipe, moment.coordinates) + main
    return head + colour_functions(Architecture.of(moment), ending, "\n\n".join(own))


def _joined(vectors: tuple[str, ...]) -> str:
    """Return vectors as lines of eight."""
    lines = (",".join(vectors[at : at + 8]) for at in range(0, len(vectors), 8))
    return ",\n".join(lines)

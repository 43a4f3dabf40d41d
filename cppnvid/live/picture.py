"""What a shader of a host draws around `colour_at`: which place of the film, and which pixels."""

from __future__ import annotations

from cppnvid.backends.shader.language import literal
from cppnvid.live.blending import Blending
from cppnvid.live.page import AXES
from cppnvid.recipe import Recipe


def row_place_text(recipe: Recipe, turns: str, blending: Blending) -> str:
    """Return the place among the rows as an expression, exactly periodic.

    Args:
        recipe: of the film.
        turns: how often the film has been seen, as an expression of a float.
        blending: has the rows.
    """
    frames, steps = recipe.output.frames, float(blending.steps)
    place = f"fract({turns})"
    if recipe.morph.loop == "open":  # its last frame is as long as any
        place = f"min({literal(frames / max(frames - 1, 1))} * {place}, 1.0)"
    return f"{literal(steps)} * {place}"


def picture_text(recipe: Recipe, coordinates: str, moved: str = "at") -> str:
    """Return `vec3 picture(vec2 corner, vec2 size)`: a pixel, smoothed as the recipe says.

    Args:
        recipe: of the film.
        coordinates: of its moments: a row of `AXES`.
        moved: where in the picture a point `at` of the screen is: pixels from the upper left, an
            expression that may use `size`.
    """
    count = 2 if recipe.canvas.samples == "auto" else recipe.canvas.samples
    many = count > 1

    def axis(name: str) -> str:
        side, shorter, pixels = (literal(value) for value in AXES[coordinates][name])
        return f"{side} * size + {shorter} * min(size.x, size.y) + {pixels}"

    return f"""
vec3 picture(vec2 corner, vec2 size) {{
    vec2 origin = {axis("origin")};
    vec2 unit = max({axis("unit")}, vec2(0.5));
    vec3 sum = vec3(0.0);
    for (int row = 0; row < {count}; row++) {{
        for (int column = 0; column < {count}; column++) {{
            vec2 at = corner + (vec2(float(column), float(row)) + 0.5) / {count}.0;
            vec3 rgb = colour_at(({moved} - origin) / unit);
            sum += {"to_linear(rgb)" if many else "rgb"};
        }}
    }}
    return {f"from_linear(sum / {count * count}.0)" if many else "sum"};
}}
"""

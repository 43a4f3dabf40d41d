"""The whole of a pixel as functions: `vec3 colour_at(vec2 place)`, for any dialect.

The functions read numbers by calls that whoever prints a shader writes for its own place:

- `vec4 weight(int index)`: a vector of `layout.Layout.pack`;
- `float number(int index)`: one of `architecture.numbers_of`;
- `vec3 gradient_stop(int index)`: one of the gradient's 1,024 colours in Oklab;
- `uint zero()`, in old GLSL `int zero()`: 0, but data: see `language`.

A moment's pictures are a function of `place`, a point of the screen in the convention of the
moment's coordinates (`animation.camera.axes`). Its value is sRGB-encoded, in [0, 1].
"""

from __future__ import annotations

from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.colour import colour_function, colour_library
from cppnvid.backends.shader.field import FOLDING, warp_function
from cppnvid.backends.shader.functions import ELEMENTARY
from cppnvid.backends.shader.language import with_functions
from cppnvid.backends.shader.network import PRODUCT, network_function
from cppnvid.backends.uniforms import CAMERA_NUMBERS, COLOUR_NUMBERS


def colour_functions(architecture: Architecture, ending: str, own: str) -> str:
    """Return the functions up to `colour_at`, only those that are used, and what follows them.

    Args:
        architecture: what they are printed for.
        ending: text that calls `colour_at`, and may call any other, such as `to_linear`.
        own: the fetching functions and the dialect's own: one of `language.OWN_…`.
    """
    library = [
        own,
        ELEMENTARY,
        FOLDING,
        *(warp_function(kind) for kind in sorted({kind for kind, _ in architecture.warps})),
        colour_library(architecture.channels),
        PRODUCT,
    ]
    parts = (
        _field_function(architecture),
        network_function(architecture),
        colour_function(architecture.mode, first=architecture.numbers - COLOUR_NUMBERS),
        "vec3 colour_at(vec2 place) {\n    return colour_of(network(field_of(place)));\n}",
        ending,
    )
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    return with_functions(text, "\n\n".join(part.strip() for part in library))


def _field_function(architecture: Architecture) -> str:
    """Return `vec2 field_of(vec2 place)`: the warps in order, then the camera."""
    at = architecture.numbers - COLOUR_NUMBERS - CAMERA_NUMBERS
    folds = "".join(f"    p = warp_{kind}(p, {first});\n" for kind, first in architecture.warps)
    return f"""vec2 field_of(vec2 place) {{
    vec2 p = place;
{folds}    p = turned(p, number({at}), number({at + 1})) * number({at + 2});
    return p + vec2(number({at + 3}), number({at + 4}));
}}"""

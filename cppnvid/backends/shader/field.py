"""Screen to field in a shader: the twins of `backends/warps.py` and `networks/inputs.py`.

Each warp reads, from `number(at)` on, the numbers that `backends/uniforms.py` packs for it.
"""

from __future__ import annotations

from cppnvid.backends.shader.language import literal
from cppnvid.backends.warps import NEAREST

# An expression of the point `p` of the field for each input.
INPUTS: dict[str, str] = {"x": "p.x", "y": "p.y", "r": "length(p)"}

FOLDING = """
vec2 turned(vec2 p, float cosine, float sine) {
    return vec2(cosine * p.x + sine * p.y, cosine * p.y - sine * p.x);
}

// The point at an angle, so far from the centre.
vec2 polar(float radius, float angle) {
    return radius * vec2(cos4(vec4(angle)).x, sin4(vec4(angle)).x);
}

// x modulo a size in [0, size]. The size is given whole and as the halves of its digits, so that
// products are exact: a tile's two ends are one rounding apart.
float remainder_of(float x, float size, float upper, float lower) {
    float count = floor(x / size);
    vec4 rest = opaque(opaque(vec4(x - count * upper)) - count * lower);
    if (rest.x < 0.0) {
        return rest.x + size;
    }
    return rest.x;
}
"""

# By `Warp.kind`: `vec2 warp_<kind>(vec2 p, int at)`, where it puts a point of the screen.
WARPS: dict[str, str] = {
    "mirror": """
    vec2 across = vec2(number(at), number(at + 1));
    float distance_from = dot(p, across) - number(at + 2);
    return p + (abs(distance_from) - distance_from) * across;
""",
    "kaleidoscope": """
    float turn = angle_of(p) - number(at);
    float angle = remainder_of(turn, number(at + 2), number(at + 3), number(at + 4));
    return polar(length(p), abs(angle - number(at + 1)) + number(at));
""",
    "tile": """
    vec2 q = p + vec2(number(at));
    float x = remainder_of(q.x, number(at + 1), number(at + 2), number(at + 3));
    float y = remainder_of(q.y, number(at + 1), number(at + 2), number(at + 3));
    return vec2(x, y) - vec2(number(at));
""",
    "tile_mirrored": """
    vec2 q = p - vec2(number(at));
    float x = remainder_of(q.x, number(at + 2), number(at + 3), number(at + 4));
    float y = remainder_of(q.y, number(at + 2), number(at + 3), number(at + 4));
    return abs(vec2(x, y) - vec2(number(at + 1))) - vec2(number(at));
""",
    "swirl": """
    float turn = number(at) * exp4(vec4(-dot(p, p) / number(at + 1))).x;
    return turned(p, cos4(vec4(turn)).x, sin4(vec4(turn)).x);
""",
    "wave": """
    vec2 along = vec2(number(at), number(at + 1));
    float push = number(at + 4) * sin4(vec4(number(at + 2) * dot(p, along) - number(at + 3))).x;
    return p + push * vec2(-along.y, along.x);
""",
    "endless": f"""
    float angle = angle_of(p);
    float squared = max(dot(p, p), {literal(NEAREST**2)});
    float phase = number(at) * log4(vec4(squared)).x + number(at + 1) * angle - number(at + 2);
    float radius = number(at + 3) * exp4(vec4(number(at + 4) * cos4(vec4(phase)).x)).x;
    return polar(radius, angle + number(at + 5) * sin4(vec4(phase)).x);
""",
}


def warp_function(kind: str) -> str:
    """Return the function of a kind of warp."""
    return f"vec2 warp_{kind}(vec2 p, int at) {{{WARPS[kind]}}}"

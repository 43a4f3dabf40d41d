"""The language in which shaders are written here, and its three dialects.

It is the part of GLSL ES 3.00 that a few rules turn into WGSL, or into what all of GLSL has had
since 1.10 and ES 1.00, and looks like this:

    vec4 twice(vec4 u) {
        vec4 made = u + u;
        return made;
    }

- one statement a line, types float, int, uint, bool, vec2, vec3, vec4, uvec4, mat3 and arrays;
- no `?:`, no overloading, no assignment to a parameter or to several components (`c.xy = …`), no
  function of a vector and a number but `*` and `/`: `max(c, vec3(0.0))`;
- what the dialects call differently is in their `OWN` functions below.
"""

from __future__ import annotations

import re

# The bits of infinity and of the first NaN: sums from there on have no value. Bits, because a
# compiler with fast maths takes u != u to be never true.
INFINITE, NOT_A_NUMBER = "0x7f800000u", "0x7f800001u"

# What each dialect writes its own way. `opaque` hides from the compiler that a number has not
# changed: a driver that sums in any order it likes (Metal's fast maths) would add up again what was
# split to be subtracted part by part. `zero()` is data, 0, of which the compiler cannot know.
OWN_GLSL = """
vec4 opaque(vec4 u) {
    return uintBitsToFloat(floatBitsToUint(u) ^ uvec4(zero()));
}

vec4 power_of_two(vec4 exponent) {
    return intBitsToFloat((ivec4(exponent) + 127) << 23);
}

vec4 exponent_of(vec4 u) {
    return vec4((floatBitsToInt(u) >> 23) - 126);
}

vec4 mantissa_of(vec4 u) {
    return intBitsToFloat((floatBitsToInt(u) & 0x007fffff) | 0x3f000000);
}

vec3 select3(vec3 no, vec3 yes, vec3 below, vec3 above) {
    return mix(no, yes, lessThan(below, above));
}

vec4 select4(vec4 no, vec4 yes, vec4 below, vec4 above) {
    return mix(no, yes, lessThan(below, above));
}

uvec4 size_bits(vec4 u) {
    return floatBitsToUint(u) & 0x7fffffffu;
}

bool lost(vec4 sums, uint end) {
    return any(greaterThanEqual(size_bits(sums), uvec4(end)));
}

vec4 zero_where_lost(vec4 values, vec4 sums, uint end) {
    return mix(values, vec4(0.0), greaterThanEqual(size_bits(sums), uvec4(end)));
}
"""
OWN_WGSL = """
vec4 opaque(vec4 u) {
    return bitcast<vec4>(bitcast<uvec4>(u) ^ uvec4(zero()));
}

vec4 power_of_two(vec4 exponent) {
    return bitcast<vec4>((ivec4(exponent) + 127) << uvec4(23u));
}

vec4 exponent_of(vec4 u) {
    return vec4((bitcast<ivec4>(u) >> uvec4(23u)) - 126);
}

vec4 mantissa_of(vec4 u) {
    return bitcast<vec4>((bitcast<ivec4>(u) & ivec4(0x007fffff)) | ivec4(0x3f000000));
}

vec3 select3(vec3 no, vec3 yes, vec3 below, vec3 above) {
    return select(no, yes, below < above);
}

vec4 select4(vec4 no, vec4 yes, vec4 below, vec4 above) {
    return select(no, yes, below < above);
}

uvec4 size_bits(vec4 u) {
    return bitcast<uvec4>(u) & uvec4(0x7fffffffu);
}

bool lost(vec4 sums, uint end) {
    return any(size_bits(sums) >= uvec4(end));
}

vec4 zero_where_lost(vec4 values, vec4 sums, uint end) {
    return select(values, vec4(0.0), size_bits(sums) >= uvec4(end));
}
"""
# Without bits and whole numbers: a maximum with data is what no compiler sums across, powers of two
# are the driver's, and a sum is lost if it is neither below nor above the largest number. Sums that
# are infinite are lost where `end` is 0, which is what functions without a value there ask.
OWN_OLD_GLSL = """
vec4 opaque(vec4 u) {
    return max(u, vec4(float(zero()) - 1e30));
}

vec4 power_of_two(vec4 exponent) {
    return exp2(exponent);
}

vec4 exponent_of(vec4 u) {
    return floor(log2(u)) + 1.0;
}

vec4 mantissa_of(vec4 u) {
    return u * exp2(-exponent_of(u));
}

vec3 select3(vec3 no, vec3 yes, vec3 below, vec3 above) {
    return vec3(below.x < above.x ? yes.x : no.x, below.y < above.y ? yes.y : no.y,
        below.z < above.z ? yes.z : no.z);
}

vec4 select4(vec4 no, vec4 yes, vec4 below, vec4 above) {
    return vec4(below.x < above.x ? yes.x : no.x, below.y < above.y ? yes.y : no.y,
        below.z < above.z ? yes.z : no.z, below.w < above.w ? yes.w : no.w);
}

vec4 known(vec4 sums, float end) {
    return vec4(lessThanEqual(abs(sums), vec4(3.4e38)))
        + end * vec4(greaterThan(abs(sums), vec4(3.4e38)));
}

bool lost(vec4 sums, float end) {
    return any(lessThan(known(sums, end), vec4(0.5)));
}

vec4 zero_where_lost(vec4 values, vec4 sums, float end) {
    return select4(vec4(0.0), values, vec4(0.5), known(sums, end));
}
"""

_WGSL_TYPES = {
    "float": "f32",
    "int": "i32",
    "uint": "u32",
    "bool": "bool",
    "vec2": "vec2<f32>",
    "vec3": "vec3<f32>",
    "vec4": "vec4<f32>",
    "ivec4": "vec4<i32>",
    "uvec4": "vec4<u32>",
    "mat3": "mat3x3<f32>",
}
_TYPE = "|".join(_WGSL_TYPES)
_HEAD = re.compile(rf"^({_TYPE}) (\w+)\((.*)\) {{$", re.MULTILINE)
_PARAMETER = re.compile(rf"({_TYPE}) (\w+)")
_ARRAY = re.compile(rf"^( *)({_TYPE}) (\w+)\[(\d+)\];", re.MULTILINE)
_VARIABLE = re.compile(rf"^( *)({_TYPE}) (\w+)( =|;)", re.MULTILINE)
_COUNTER = re.compile(r"for \(int ")
_CONSTRUCTOR = re.compile(rf"(?<![\w:<])({_TYPE})(?=\()")
_COUNT = re.compile(r" \+ none;")
_BITCAST = re.compile(rf"bitcast<({_TYPE})>")


def to_wgsl(text: str) -> str:
    """Turn functions of this module's language into WGSL."""
    types = _WGSL_TYPES

    def head(match: re.Match[str]) -> str:
        parameters = _PARAMETER.sub(lambda m: f"{m[2]}: {types[m[1]]}", match[3])
        return f"fn {match[2]}({parameters}) -> {types[match[1]]} {{"

    text = _HEAD.sub(head, text)
    text = _ARRAY.sub(lambda m: f"{m[1]}var {m[3]}: array<{types[m[2]]}, {m[4]}>;", text)
    text = _VARIABLE.sub(lambda m: f"{m[1]}var {m[3]}: {types[m[2]]}{m[4]}", text)
    text = _COUNTER.sub("for (var ", text)
    text = _CONSTRUCTOR.sub(lambda m: types[m[1]], text)
    return _BITCAST.sub(lambda m: f"bitcast<{types[m[1]]}>", text)


def to_old_glsl(text: str) -> str:
    """Turn functions of this module's language into GLSL that 1.10 and ES 1.00 read too.

    ES 1.00 has loops with constant counts alone: what hides a count from compilers becomes the
    macro `HIDDEN`. Whoever prints the text defines it as `+ none`, and for ES 1.00 as nothing.
    """
    text = _COUNT.sub(" HIDDEN;", text)
    return text.replace(INFINITE, "0.0").replace(NOT_A_NUMBER, "1.0")


def literal(value: float) -> str:
    """Print a number with nine digits, which are a float32's, and as a float in all dialects."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def with_functions(text: str, library: str) -> str:
    """Put before a text those functions of a library that it uses, directly or through others.

    The library's functions are separated by empty lines, and each uses only earlier ones.
    """
    kept = [text.strip()]
    called = text
    for function in reversed(library.strip().split("\n\n")):
        match = re.search(r"^\w+ (\w+)\(", function, re.MULTILINE)
        if match is None:
            raise ValueError(f"no function begins in {function!r}")
        if re.search(rf"\b{match[1]}\(", called):
            kept.append(function)
            called += function
    return "\n\n".join(reversed(kept)) + "\n"

"""The WGSL around a network: pixels of a grid or a list, and what a file takes made of them.

Two kernels run one after the other. `draw` computes 16 bits a channel, or floats; `pack` makes of
them rgb24, rgb48 or the planes of yuv420p, rounded once. Bindings of group 0:

0. uniform `Settings`;
1. the weights, uniform or read-only storage: `Layout.pack`;
2. read-only storage, f32: `architecture.numbers_of`;
3. read-only storage, vec4s: the gradient;
4. read-only storage, f32: the x of every sub-column, then the y of every sub-row;
5. read-only storage, a column and a row for each pixel of a list;
6. storage: what `draw` makes, two words a pixel of 16 bits each, or three of floats;
7. storage: what `pack` makes, four bytes a word.
"""

from __future__ import annotations

from cppnvid.backends.shader import wgsl
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.layout import layer_blocks

GROUP = 64  # pixels, or words, of a workgroup

# How `draw` finds a pixel's place, and what it makes: `Settings.way`.
GRID, LIST, POINTS = 0, 1, 2

SETTINGS = """struct Settings {
    width: u32,    // of a row of the grid
    top: u32,      // its first row here
    rows: u32,
    pixels: u32,   // where `draw` ends
    samples: u32,  // points on each side of a pixel
    way: u32,
    below: u32,    // where in `places` the rows begin
    zero: u32,     // 0, of which a compiler cannot know
    words: u32,    // how many `pack` makes
    first: u32,    // pixel that this dispatch of `draw` begins with
}
@group(0) @binding(0) var<uniform> settings: Settings;
"""

_ENDING = """
vec3 pixel(int column, int row, int samples) {
    vec3 light = vec3(0.0);
    for (int j = 0; j < samples; j++) {
        for (int i = 0; i < samples; i++) {
            vec3 colour = colour_at(vec2(place(column + i), place(row + j)));
            if (samples == 1) {
                return colour;
            }
            light += to_linear(colour);
        }
    }
    return from_linear(light / float(samples * samples));
}
"""
_PLACE = """
float place(int index) {
    return places[index];
}
"""

# A dimension has at most 65,535 workgroups, so there are two.
_INDEX = "(group.y * groups.x + group.x) * GROUPu + local"
_ENTRY = """@compute @workgroup_size(GROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = FIRSTINDEX;"""
_DRAW = """
@group(0) @binding(1) var<SPACE> weights: array<vec4<f32>SIZE>;
@group(0) @binding(2) var<storage, read> numbers: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> places: array<f32>;
@group(0) @binding(5) var<storage, read> list: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> drawn: array<u32>;

FUNCTIONS
ENTRY
    if (i >= settings.pixels) {
        return;
    }
    var at = vec2<u32>(i, i);
    if (settings.way == 0u) {
        at = vec2<u32>(i % settings.width, i / settings.width + settings.top);
    } else if (settings.way == 1u) {
        at = list[i];
    }
    let first = at * settings.samples + vec2<u32>(0u, settings.below);
    let colour = pixel(i32(first.x), i32(first.y), i32(settings.samples));
    if (settings.way == 2u) {
        drawn[3u * i] = bitcast<u32>(colour.x);
        drawn[3u * i + 1u] = bitcast<u32>(colour.y);
        drawn[3u * i + 2u] = bitcast<u32>(colour.z);
    } else {
        let c = vec3<u32>(colour * 65535.0 + 0.5);
        drawn[2u * i] = c.x | (c.y << 16u);
        drawn[2u * i + 1u] = c.z;
    }
}
"""

# One word a thread by its place in the file's bytes, so that any size packs without gaps. Chroma
# lies on the left of its two columns; the weights are BT.709's.
_PACK = """
@group(0) @binding(6) var<storage, read> drawn: array<u32>;
@group(0) @binding(7) var<storage, read_write> packed: array<u32>;
const GREY = vec3<f32>(0.2126, 0.7152, 0.0722);

fn channel(value: u32) -> u32 {
    let word = drawn[2u * (value / 3u) + (value % 3u) / 2u];
    return select(word & 65535u, word >> 16u, value % 3u == 1u);
}

fn rgb(x: u32, y: u32) -> vec3<f32> {
    let i = 2u * (y * settings.width + x);
    let first = drawn[i];
    return vec3<f32>(vec3<u32>(first & 65535u, first >> 16u, drawn[i + 1u]));
}

fn rgb24(byte: u32) -> u32 {
    return u32(f32(channel(byte)) * (255.0 / 65535.0) + 0.5);
}

fn yuv420p(byte: u32) -> u32 {
    let luma = settings.width * settings.rows;
    if (byte < luma) {
        let colour = rgb(byte % settings.width, byte / settings.width);
        return u32(dot(GREY, colour) * (219.0 / 65535.0) + 16.5);
    }
    let is_blue = byte < luma + luma / 4u;
    let half = settings.width / 2u;
    let i = byte - select(luma + luma / 4u, luma, is_blue);
    let x = 2u * (i % half);
    let y = 2u * (i / half);
    let left = max(x, 1u) - 1u;
    let mean = (rgb(left, y) + 2.0 * rgb(x, y) + rgb(x + 1u, y) + rgb(left, y + 1u)
        + 2.0 * rgb(x, y + 1u) + rgb(x + 1u, y + 1u)) * 0.125;
    let grey = dot(GREY, mean);
    let red = (mean.r - grey) * (224.0 / 65535.0 / (2.0 * (1.0 - 0.2126)));
    let blue = (mean.b - grey) * (224.0 / 65535.0 / (2.0 * (1.0 - 0.0722)));
    return u32(select(red, blue, is_blue) + 128.5);
}

ENTRY
    if (i < settings.words) {
        packed[i] = WORD;
    }
}
"""
# For each pixel format the word of index `i`.
_FOUR = " | ".join(f"(FORMAT(4u * i + {place}u) << {8 * place}u)" for place in range(4))
_WORDS = {
    "rgb24": _FOUR.replace("FORMAT", "rgb24"),
    "rgb48": "channel(2u * i) | (channel(2u * i + 1u) << 16u)",
    "yuv420p": _FOUR.replace("FORMAT", "yuv420p"),
}


def draw_source(architecture: Architecture, *, uniform: bool) -> str:
    """Return the module of `draw` for an architecture.

    Args:
        architecture: what it draws.
        uniform: whether the weights are in a uniform buffer, which has 64 KiB and a cache of its
            own; or in storage.
    """
    size = f", {layer_blocks(architecture)[-1].end}" if uniform else ""
    text = _DRAW.replace("SPACE", "uniform" if uniform else "storage, read").replace("SIZE", size)
    functions = wgsl.functions(architecture, _ENDING, wgsl.FETCH + _PLACE)
    return _lean(SETTINGS + _numbered(text, "settings.first + ").replace("FUNCTIONS", functions))


def pack_source(pixel_format: str) -> str:
    """Return the module of `pack` for a pixel format."""
    return _lean(SETTINGS + _numbered(_PACK).replace("WORD", _WORDS[pixel_format]))


def _lean(text: str) -> str:
    """Return a module without comments and indentation, which drivers need not read."""
    lines = (line.split("//")[0].strip() for line in text.splitlines())
    return "\n".join(filter(None, lines))


def _numbered(text: str, first: str = "") -> str:
    text = text.replace("ENTRY", _ENTRY).replace("FIRST", first)
    return text.replace("INDEX", _INDEX).replace("GROUP", str(GROUP))

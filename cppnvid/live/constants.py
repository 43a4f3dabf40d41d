"""A film's matrix as constants in GLSL, for hosts that take a text and no data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Timeline
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import literal
from cppnvid.backends.shader.layout import Layout, blocks, layer_blocks
from cppnvid.live.matrix import Matrix, beyond, points
from cppnvid.recipe import Recipe

Values = NDArray[np.float64]

LOOKED = 24  # moments that are drawn to see what fewer rows and decimals cost
SEEN = 2.0  # levels that they may cost
FEW = 1e-3  # share of the values that they may cost more: edges as sharp as a knife
DECIMALS = (7, 6, 5)
STRIDES = (1, 2, 3, 4, 5, 6)
GRADIENT_STOPS = 129  # of 1,024: within half a level

_BLEND = """
float turn;  // how many rows have gone by, and the share of the next

vec4 row(int j) {
    int k = min(int(turn), STEPS - 1);
    float f = turn - float(k);
    int way = WAYS[k];
    k = k * WIDE + j;
    vec4 a = ROWS[k], b = ROWS[k + WIDE], c = ROWS[k + 2 * WIDE], d = ROWS[k + 3 * WIDE];
    if (f < 1e-4 || way == 2) return b;  // or rounding would be before a cut, not after
    if (f > 0.9999 || way == 3) return c;
    if (way == 1) return b + f * (c - b);
    vec4 bend = 2.0 * a - 5.0 * b + 4.0 * c - d + f * (3.0 * (b - c) + d - a);
    return b + 0.5 * f * (c - a + f * bend);
}

float share(int j) {
    return row(j / 4)[j % 4];
}
"""


def thinned(matrix: Matrix, stride: int) -> Matrix:
    """Return the matrix with every `stride`-th row, which must divide their steps."""
    if stride == 1:
        return matrix
    rows = matrix.rows[::stride]
    found = replace(matrix, rows=rows, ways=np.zeros(len(rows) - 1, np.uint8))
    size = np.abs(matrix.rows).max(axis=0) + 1e-12
    middle = matrix.rows[stride // 2 :: stride][: len(found.ways)]
    misses = []
    for way in range(4):
        tried = replace(found, ways=np.full(len(found.ways), way, np.uint8))
        places = np.arange(len(found.ways)) + (stride // 2) / stride
        made = np.stack([tried.row_at(float(place) / len(found.ways)) for place in places])
        misses.append((np.abs(made - middle) / size).max(axis=1))
    return replace(found, ways=np.argmin(misses, axis=0).astype(np.uint8))


def rounded(matrix: Matrix, decimals: int) -> Matrix:
    """Return the matrix with directions up to 1, and so many decimals in them and their shares.

    Directions whose shares do not change become one.
    """
    columns, directions, at = [], [], 0
    rows = matrix.rows.astype(np.float64)
    for tensor in matrix.directions:
        shares, along = rows[:, at : at + len(tensor)], tensor.astype(np.float64)
        at += len(tensor)
        moves = np.ptp(shares, axis=0) > 0.0
        if not moves.all():
            still = shares[:1, ~moves] @ along[~moves]
            ones = np.ones((len(rows), 1))
            shares = np.hstack([ones, shares[:, moves]])
            along = np.vstack([still, along[moves]])
        size = np.maximum(np.abs(along).max(axis=1, initial=0.0), 1e-30)
        shares = shares * size
        moves = np.ptp(shares, axis=0) > 0.0
        columns.append(np.where(moves, np.round(shares, decimals), shares))
        directions.append(np.round(along / size[:, None], decimals).astype(np.float32))
    made = np.hstack([*columns, rows[:, at:]]).astype(np.float32)
    return replace(matrix, rows=made, directions=tuple(directions))


def faithful(recipe: Recipe, scene: Timeline, matrix: Matrix) -> bool:
    """Tell whether frames that a matrix makes are within `SEEN` levels of the film's."""
    steps = recipe.output.frames - (recipe.morph.loop == "open")
    times = sorted({round(place) / max(steps, 1) for place in np.linspace(0, steps - 1, LOOKED)})
    wanted = [scene.at(time) for time in times]
    found = [matrix.moment_at(time, like) for time, like in zip(times, wanted, strict=True)]
    looks = 255.0 * np.stack(list(NumpyBackend(threads=1).looks(wanted + found, *points(recipe))))
    missed = np.abs(looks[: len(times)] - looks[len(times) :]) > SEEN
    return float(missed.mean()) <= FEW


@dataclass(frozen=True)
class Constants:
    """A matrix as GLSL.

    Attributes:
        text: arrays, `float turn`, and `vec4 stored(int)`: the network's vectors in the order of
            `Layout`, then the numbers of the frame, four in each.
        vectors: of the network.
        total: all that `stored` has.
        steps: from row to row; `turn` goes from 0 to it.
        row_bytes: of each row.
        moves: whether the network does; else only the camera or the colours.
    """

    text: str
    vectors: int
    total: int
    steps: int
    row_bytes: int
    moves: bool

    @classmethod
    def of(cls, matrix: Matrix, decimals: int) -> Constants:
        """Print a matrix that `rounded` has made with so many decimals."""
        rows = matrix.rows.astype(np.float64)
        moving = np.flatnonzero(np.ptp(rows, axis=0) > 0.0)
        weights = sum(len(tensor) for tensor in matrix.directions)
        spot = {int(column): index for index, column in enumerate(moving)}

        def value(column: int) -> str:
            here = spot.get(column)
            return literal(float(rows[0, column])) if here is None else f"share({here})"

        layout = Layout.of(matrix.first)
        texts, steps, row_bytes = [], len(matrix.ways), 0
        if len(moving):
            around = np.vstack([rows[:0], *_extended(rows, matrix.loop)])[:, moving]
            digits = [decimals if column < weights else 8 for column in moving]
            lines = [_vectors(row, digits) for row in around]
            row_bytes = max(map(len, lines)) + 1
            wide = blocks(len(moving))
            texts += [
                f"const int STEPS = {steps}, WIDE = {wide};",
                f"const vec4 ROWS[{len(around) * wide}] = vec4[](\n{_joined(lines)});",
                f"const int WAYS[{steps}] = int[]({','.join(map(str, matrix.ways))});",
            ]
        numbers = [value(column) for column in range(weights, rows.shape[1])]
        along, body = _network(matrix, layout, decimals, value)
        texts.append(f"const vec4 ALONG[{along.count('V(')}] = vec4[](\n{along});")
        texts.append(_BLEND.strip() if len(moving) else "float turn;")
        quads = list(_quads(numbers))
        body += [f"if (k == {layout.vectors + i}) return {quad};" for i, quad in enumerate(quads)]
        inner = "\n".join(f"    {line}" for line in [*body, "return vec4(0.0);"])
        texts.append(f"vec4 stored(int k) {{\n    int b, w;\n{inner}\n}}")
        text = "#define V vec4\n" + "\n\n".join(texts) + "\n"
        moves = bool((moving < weights).any())
        return cls(text, layout.vectors, layout.vectors + len(quads), steps, row_bytes, moves)


def turn_function(recipe: Recipe, steps: int) -> str:
    """Return `float turn_of(float seconds)`: the place among the rows, exactly periodic."""
    output, frames = recipe.output, recipe.output.frames
    seconds, ending = float(frames / output.fps), recipe.morph.loop == "open"
    share = frames / max(frames - 1, 1) if ending else 1.0
    return (
        f"float turn_of(float seconds) {{\n    float at = seconds / {literal(seconds)};\n"
        f"    return min((at - floor(at)) * {literal(share)}, 1.0) * {literal(float(steps))};\n}}\n"
    )


def gradient_text(gradient: NDArray[Any] | None) -> str:
    """Return a gradient's colours as a constant, and nothing without one."""
    if gradient is None:
        return ""
    at = np.linspace(0, len(gradient) - 1, GRADIENT_STOPS)
    stops = np.stack([np.interp(at, np.arange(len(gradient)), part) for part in gradient.T], axis=1)
    parts = [f"vec3({','.join(_number(v, 5) for v in stop)})" for stop in stops]
    return f"const vec3 STOPS[{len(parts)}] = vec3[](\n{_joined(parts)});\n"


GRADIENT_STOP = f"""vec3 gradient_stop(int index) {{
    float at = float(index) * {literal((GRADIENT_STOPS - 1) / 1023)};
    int below = min(int(at), {GRADIENT_STOPS - 2});
    return mix(STOPS[below], STOPS[below + 1], at - float(below));
}}"""


def _extended(rows: Values, loop: str) -> tuple[Values, Values, Values]:
    before, after = beyond(rows, loop) if len(rows) > 1 else (rows[0], rows[0])
    return before[None], rows, after[None]


def _network(matrix: Matrix, layout: Layout, decimals: int, value: Any) -> tuple[str, list[str]]:
    """Return the directions' vectors, and the lines of `stored` that sum them up."""
    texts: list[str] = []
    lines, column = [], 0
    printed = layer_blocks(Architecture.of(matrix.first))
    pairs = zip(matrix.directions[::2], matrix.directions[1::2], strict=True)
    for block, places, pair in zip(printed, layout.places, pairs, strict=True):
        index = np.arange(block.end - block.start)
        lines.append(f"if (k < {block.end}) {{")
        lines.append(f"    b = (k - {block.start}) / {block.stride};")
        lines.append(f"    w = (k - {block.start}) % {block.stride};")
        for bias, place, tensor in zip((True, False), places, pair, strict=True):
            full = np.zeros((len(tensor), 4 * layout.vectors))
            full[:, place.ravel()] = tensor
            taken = full.reshape(len(tensor), -1, 4)[:, block.start : block.end]
            taken = taken[:, (index % block.stride == 0) == bias].swapaxes(0, 1).reshape(-1, 4)
            where = "b" if bias else f"(b * {block.reads} + w - 1)"
            head = f"w = {len(texts)} + {len(tensor)} * {where};"
            terms = [f"{value(column + q)} * ALONG[w + {q}]" for q in range(len(tensor))]
            made = f"{head} return {' + '.join(terms)};"
            lines.append(f"    if (w == 0) {{ {made} }}" if bias else f"    {made}")
            texts += [_vectors(vector, [decimals] * 4) for vector in taken]
            column += len(tensor)
        lines.append("}")
    return _joined(texts), lines


def _quads(values: list[str]) -> Iterator[str]:
    padded = values + ["0.0"] * (-len(values) % 4)
    for at in range(0, len(padded), 4):
        yield f"vec4({', '.join(padded[at : at + 4])})"


def _vectors(values: Iterable[float], decimals: list[int]) -> str:
    texts = [_number(v, d) for v, d in zip(values, decimals, strict=True)]
    texts += ["0"] * (-len(texts) % 4)
    return ",".join(f"V({','.join(texts[at : at + 4])})" for at in range(0, len(texts), 4))


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("0.", ".", 1) if abs(value) < 1 else text


def _joined(parts: list[str]) -> str:
    return ",\n".join(parts)

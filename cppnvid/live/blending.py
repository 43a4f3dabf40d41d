"""The functions that blend a moment's vectors out of a film's matrix, in GLSL.

After `void blend(float place)`, the place among the rows from 0 to `steps`, `vec4 stored(int)` is
one of the vectors of that moment: those of the network in the order of `Layout`, then one for each
number of `numbers_of`, filled with it.

The functions read two tables by calls that a host's writer prints:

- `vec4 row_vector(int index)`: of `Blending.rows`, which begin before the first row;
- `vec4 direction(int index)`: of `Blending.directions`.

All of it is GLSL that versions from 1.10 and ES 1.00 on read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.language import literal
from cppnvid.backends.shader.layout import Block, Layout, blocks, layer_blocks
from cppnvid.live.compact import changing
from cppnvid.live.matrix import Matrix, beyond

Values = NDArray[np.float64]

GRADIENT_STOPS = 129  # of 1,024: within half a level
STILL_DECIMALS = 8  # of a network that does not change, which is small enough
VIEW_DECIMALS = 8  # of the camera's and the colours' numbers, which a matrix does not round

# A vector of the tables, as short as they are many.
VECTOR = "#define V vec4"

# `steps`, and `wide` vectors in each row. Next to a row the place is the row's: rounding would be
# before a cut, not after it.
_SHARES = """
vec4 shares(float place, int index) {{
    int row = int(min(place, {last}));
    float share = place - float(row);
    int at = row * {wide} + index;
    vec4 before = row_vector(at);
    vec4 start = row_vector(at + {wide});
    vec4 end = row_vector(at + {twice});
    vec4 after = row_vector(at + {thrice});
    if (share < 1e-4) {{
        return start;
    }}
    if (share > 0.9999) {{
        return end;
    }}
{ways}    vec4 bend = 2.0 * before - 5.0 * start + 4.0 * end - after
        + share * (3.0 * (start - end) + after - before);
    return start + 0.5 * share * (end - before + share * bend);
}}
"""
_WAYS = """    float way = row_vector((row + 1) * {wide} + {vector}).{part};
    if (way > 0.5) {{
        return way < 1.5 ? start + share * (end - start) : way < 2.5 ? start : end;
    }}
"""
_BLEND = """
void blend(float place) {{
{lines}}}
"""

GRADIENT_STOP = f"""vec3 gradient_stop(int index) {{
    float at = float(index) * {literal((GRADIENT_STOPS - 1) / 1023)};
    int below = int(min(at, {literal(float(GRADIENT_STOPS - 2))}));
    return mix(stop_vector(below), stop_vector(below + 1), at - float(below));
}}"""


@dataclass(frozen=True)
class Blending:
    """A matrix as GLSL.

    Attributes:
        functions: of this module's docstring.
        rows: their vectors, as texts; none where nothing moves.
        directions: their vectors, as texts; of a still network its own, in the order of `Layout`.
        vectors: of the network.
        numbers: those of the frame, as expressions.
        steps: from row to row.
        moves: whether the network does; else only the camera or the colours.
    """

    functions: str
    rows: tuple[str, ...]
    directions: tuple[str, ...]
    vectors: int
    numbers: tuple[str, ...]
    steps: int
    moves: bool

    @property
    def total(self) -> int:
        """How many vectors `stored` has."""
        return self.vectors + len(self.numbers)

    @classmethod
    def of(
        cls, matrix: Matrix, decimals: int, adjusted: Callable[[list[str]], list[str]] = list
    ) -> Self:
        """Print a matrix that `rounded` has made with so many decimals.

        Args:
            matrix: what to print.
            decimals: of the network's numbers.
            adjusted: returns what to hold instead of the numbers of the frame, given as expressions
                in the order of `numbers_of`.
        """
        rows = matrix.rows.astype(np.float64)
        weights = sum(len(tensor) for tensor in matrix.directions)
        moving = np.flatnonzero(changing(rows))
        table = _Rows(rows[:, moving], matrix)
        values = [literal(float(value)) for value in rows[0]]
        for index, column in enumerate(moving):
            values[column] = f"shares{index // 4}.{'xyzw'[index % 4]}"
        layout = Layout.of(matrix.first)
        moves = bool((moving < weights).any())
        if moves:
            directions, lines = _network(matrix, layout, values)
        else:
            directions = layout.pack(matrix.first.layers).astype(np.float64)
            lines = [
                f"    if (index < {layout.vectors}) {{\n        return direction(index);\n    }}"
            ]
        digits = decimals if moves else STILL_DECIMALS
        numbers = adjusted(values[weights:])
        lines += [
            f"    if (index == {layout.vectors + place}) {{\n        return vec4({number});\n    }}"
            for place, number in enumerate(numbers)
        ]
        body = "\n".join(lines)
        stored = (
            f"vec4 stored(int index) {{\n    int four;\n    int at;\n{body}\n"
            "    return vec4(0.0);\n}"
        )
        return cls(
            functions=f"{table.functions()}\n{stored}\n",
            rows=table.texts(
                [decimals if column < weights else VIEW_DECIMALS for column in moving]
            ),
            directions=tuple(_vectors(directions.ravel(), [digits] * directions.size)),
            vectors=layout.vectors,
            numbers=tuple(numbers),
            steps=len(matrix.ways),
            moves=moves,
        )


class _Rows:
    """The numbers of a matrix that move, as rows of vectors; the ways, if they differ, are last."""

    def __init__(self, moving: Values, matrix: Matrix) -> None:
        before, after = beyond(moving, matrix.loop) if len(moving) > 1 else (moving[0], moving[0])
        self._rows = np.vstack([before, moving, after])
        self._ways = None
        if matrix.ways.any():
            self._ways = np.concatenate([[0], matrix.ways, [0, 0]]).astype(np.float64)
        self._steps = len(matrix.ways)
        self._moving = moving.shape[1]
        count = self._moving + (self._ways is not None)
        self.wide = blocks(count) if self._moving else 0

    def functions(self) -> str:
        """Return `blend`, and what it calls."""
        if not self.wide:
            return _BLEND.format(lines="")
        index, wide = self._moving, self.wide
        ways = ""
        if self._ways is not None:
            ways = _WAYS.format(wide=wide, vector=index // 4, part="xyzw"[index % 4])
        globals_ = "".join(f"vec4 shares{k};\n" for k in range(wide))
        last = literal(float(self._steps - 1))
        shares = _SHARES.format(last=last, wide=wide, twice=2 * wide, thrice=3 * wide, ways=ways)
        lines = "".join(f"    shares{k} = shares(place, {k});\n" for k in range(wide))
        return f"{globals_}{shares}{_BLEND.format(lines=lines)}"

    def texts(self, decimals: list[int]) -> tuple[str, ...]:
        """Return the vectors of every row, with so many decimals in each column."""
        if not self.wide:
            return ()
        rows = self._rows
        if self._ways is not None:
            rows, decimals = np.column_stack([rows, self._ways]), [*decimals, 0]
        return tuple(vector for row in rows for vector in _vectors(row, decimals))


def gradient_vectors(gradient: NDArray[np.floating] | None) -> list[str]:
    """Return a gradient's `GRADIENT_STOPS` colours as the numbers in a constructor."""
    if gradient is None:
        return []
    at = np.linspace(0, len(gradient) - 1, GRADIENT_STOPS)
    channels = [np.interp(at, np.arange(len(gradient)), channel) for channel in gradient.T]
    return [",".join(number_text(v, 5) for v in stop) for stop in np.stack(channels, axis=1)]


def number_text(value: float, decimals: int) -> str:
    """Print a number as briefly as GLSL's constructors of vectors take it."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def _network(matrix: Matrix, layout: Layout, values: list[str]) -> tuple[Values, list[str]]:
    """Return the directions' vectors [n, 4], and the lines of `stored` that sum them up."""
    tables: list[Values] = []
    lines: list[str] = []
    column, first = 0, 0
    layers = layer_blocks(Architecture.of(matrix.first))
    pairs = zip(matrix.directions[::2], matrix.directions[1::2], strict=True)
    for block, places, pair in zip(layers, layout.places, pairs, strict=True):
        lines += [
            f"    if (index < {block.end}) {{",
            # Half more, as old devices divide whole numbers as floats.
            f"        four = int((float(index - {block.start}) + 0.5) / {block.stride}.0);",
            f"        at = index - {block.start} - four * {block.stride};",
        ]
        for is_bias, place, tensor in zip((True, False), places, pair, strict=True):
            rank = len(tensor)
            at = "four" if is_bias else f"(four * {block.reads} + at - 1)"
            terms = [f"{values[column + k]} * direction(at + {k})" for k in range(rank)]
            sum_up = [f"at = {first} + {rank} * {at};", f"return {' + '.join(terms)};"]
            if is_bias:
                sum_up = ["if (at == 0) {", *(f"    {line}" for line in sum_up), "}"]
            lines += [f"        {line}" for line in sum_up]
            tables.append(_direction_vectors(tensor, place, block, layout, is_bias=is_bias))
            column += rank
            first += len(tables[-1])
        lines.append("    }")
    return np.vstack(tables), lines


def _direction_vectors(
    tensor: NDArray[np.float32],
    place: NDArray[np.int32],
    block: Block,
    layout: Layout,
    *,
    is_bias: bool,
) -> Values:
    """Return the vectors of a tensor's directions, those of one place one after the other: [n, 4].

    Args:
        tensor: directions, [rank, numbers].
        place: of each number among the floats of the layout.
        block: the tensor's layer.
        layout: of the network.
        is_bias: whether it is the layer's biases, the first vector of each stride.
    """
    spread = np.zeros((len(tensor), 4 * layout.vectors))
    spread[:, place.ravel()] = tensor
    vectors = spread.reshape(len(tensor), layout.vectors, 4)[:, block.start : block.end]
    first = np.arange(vectors.shape[1]) % block.stride == 0
    return vectors[:, first == is_bias].swapaxes(0, 1).reshape(-1, 4)


def _vectors(values: Iterable[float], decimals: list[int]) -> list[str]:
    texts = [number_text(v, d) for v, d in zip(values, decimals, strict=True)]
    texts += ["0"] * (-len(texts) % 4)
    return [f"V({','.join(texts[at : at + 4])})" for at in range(0, len(texts), 4)]

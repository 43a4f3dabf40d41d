"""The network of a shader: `vec4 network(vec2 p)`, from a point of the field to the channels.

Up to 64 values a layer are variables of their own, four in each, which a graphics chip keeps in
registers; equal layers share one loop, so that depth costs no source. More do not fit there: they
are arrays, with a loop over the neurons. On the chips whose code was counted a dynamic index into
an array costs memory accesses that a variable does not.

No compiler knows how often a loop runs: its count has a 0 added that is data. Mesa unrolls loops
over arrays, and took 134 s for four layers of 128, now 0.7 s; shader compilers of Windows do too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from cppnvid.backends.shader.architecture import Architecture, HiddenLayer
from cppnvid.backends.shader.field import INPUTS
from cppnvid.backends.shader.functions import ACTIVATIONS, OUTPUT_FUNCTIONS, Formula
from cppnvid.backends.shader.language import INFINITE, NOT_A_NUMBER
from cppnvid.backends.shader.layout import Block, blocks, layer_blocks

WIDEST_IN_REGISTERS = 64  # values of a layer

# Four neurons' weights of four values, times these.
PRODUCT = """
vec4 product(int at, vec4 h) {
    return weight(at) * h.x + weight(at + 1) * h.y + weight(at + 2) * h.z + weight(at + 3) * h.w;
}
"""


def network_function(architecture: Architecture) -> str:
    """Return `vec4 network(vec2 p)` and the functions of its activations."""
    return f"{_activations(architecture)}\n\n{_Printer(architecture).function()}"


def _activations(architecture: Architecture) -> str:
    rows = {name: ACTIVATIONS[name] for name in sorted({x.activation for x in architecture.hidden})}
    functions = [(f"activate_{name}", row.values) for name, row in rows.items()]
    functions += [(f"activate_{name}_second", row.second) for name, row in rows.items()]
    output = OUTPUT_FUNCTIONS[architecture.output_function]
    functions.append((f"output_{architecture.output_function}", output.values))
    return "\n\n".join(
        f"vec4 {name}(vec4 u) {{\n    return {formula};\n}}"
        for name, formula in functions
        if formula
    )


class _Printer:
    """Prints one architecture's network, layer by layer.

    Its variables: `h` are the values of the layer before, `u` the sums of this one and `s` the
    second values of its neurons, four in each vector; `at` is where the layer's vectors begin.
    """

    def __init__(self, architecture: Architecture) -> None:
        self._inputs = [INPUTS[name] for name in architecture.inputs]
        self._output = architecture.output_function
        *hidden, self._last = layer_blocks(architecture)
        self._layers = list(zip(architecture.hidden, hidden, strict=True))
        self._widest = max((layer.values for layer in architecture.hidden), default=0)
        self._arrays = self._widest > WIDEST_IN_REGISTERS
        self._finite = True  # the values of the layer before, with weights that are not huge

    def function(self) -> str:
        """Return the text."""
        lines = [*self._variables(), "int none = int(zero());", "int at = 0;", "bool gone = false;"]
        for layer, block in self._layers[:1]:
            lines += self._layer(layer, block, first=True)
        for (layer, reads), group in groupby(self._layers[1:], lambda one: (one[0], one[1].reads)):
            count = len(list(group))
            # In a loop the layer before is this one too.
            self._finite = self._finite and (count == 1 or ACTIVATIONS[layer.activation].bounded)
            body = self._layer(layer, Block(0, layer.neurons, reads), first=False)
            lines += body if count == 1 else _loop("i", count, body)
        end = _first_lost(OUTPUT_FUNCTIONS[self._output])
        lines += [
            "vec4 sums;",
            *self._sums("sums", "0", self._last, first=not self._layers),
            f"vec4 values = zero_where_lost(output_{self._output}(sums), sums, {end});",
            "if (gone) {",
            "    values = vec4(0.0);",
            "}",
            "return values;",
        ]
        text = "\n".join(f"    {line}" for line in lines)
        return f"vec4 network(vec2 p) {{\n{text}\n}}\n"

    def _variables(self) -> Iterator[str]:
        """Declare `h`, `u` and `s`, as many as the widest layers need."""
        neurons = [layer.neurons for layer, _ in self._layers]
        twice = [layer.neurons for layer, _ in self._layers if ACTIVATIONS[layer.activation].second]
        widest = {"h": self._widest, "u": max(neurons, default=0), "s": max(twice, default=0)}
        for letter, width in widest.items():
            if width and self._arrays:
                yield f"vec4 {letter}[{blocks(width)}];"
            else:
                yield from (f"vec4 {letter}{index};" for index in range(blocks(width)))

    def _layer(self, layer: HiddenLayer, block: Block, *, first: bool) -> list[str]:
        """Return the lines that turn `h` into the values that a layer hands on."""
        row, count, name = ACTIVATIONS[layer.activation], blocks(layer.neurons), self._name
        lines = self._each(count, lambda o: self._sums(name("u", o), o, block, first=first))
        if not self._finite:
            lines += self._guard(layer, _first_lost(row))
        act = f"activate_{layer.activation}"
        if row.second:
            lines += self._each(
                count, lambda o: [f"{name('s', o)} = {act}_second({name('u', o)});"]
            )
            lines += self._each(count, lambda o: [f"{name('u', o)} = {act}({name('u', o)});"])
            lines += self._side_by_side(layer)
        else:
            plus = "+=" if layer.residual else "="
            lines += self._each(count, lambda o: [f"{name('h', o)} {plus} {act}({name('u', o)});"])
        self._finite = row.bounded and (self._finite or not layer.residual)
        return [*lines, f"at += {block.end - block.start};"]

    def _sums(self, target: str, index: str, block: Block, *, first: bool) -> list[str]:
        """Return the lines that sum up the block of four neurons of an index, a number or `o`."""

        def at(offset: int) -> str:
            if index == "o":
                return f"at + {block.stride} * o + {offset}"
            return f"at + {block.stride * int(index) + offset}"

        if first:
            read = [f"weight({at(k)}) * {value}" for k, value in enumerate(self._inputs, 1)]
        elif self._arrays:
            loop = f"{target} += product({at(1)} + 4 * k, {self._name('h', 'k')});"
            return [f"{target} = weight({at(0)});", *_loop("k", block.reads // 4, [loop])]
        else:
            read = [
                f"product({at(1 + 4 * k)}, {self._name('h', k)})" for k in range(block.reads // 4)
            ]
        return [f"{target} = {' + '.join([f'weight({at(0)})', *read])};"]

    def _guard(self, layer: HiddenLayer, end: str) -> list[str]:
        """Note sums without a value; what fills the last vector up may not become one of them."""
        over = layer.neurons % 4
        lines = []
        if over:
            last = self._name("u", layer.neurons // 4)
            zeros = ", 0.0" * (4 - over)
            lines.append(f"{last} = vec4({last}.{'xyzw'[:over]}{zeros});")
        return lines + self._each(
            blocks(layer.neurons), lambda o: [f"gone = gone || lost({self._name('u', o)}, {end});"]
        )

    def _side_by_side(self, layer: HiddenLayer) -> list[str]:
        """Return the lines that put both values of every neuron, `u` and `s`, into `h`."""
        values = [
            f"{self._name(letter, index // 4)}.{'xyzw'[index % 4]}"
            for letter in "us"
            for index in range(layer.neurons)
        ]
        values += ["0.0"] * (-len(values) % 4)
        plus = "+=" if layer.residual else "="
        return [
            f"{self._name('h', index)} {plus} vec4({', '.join(values[4 * index : 4 * index + 4])});"
            for index in range(len(values) // 4)
        ]

    def _name(self, letter: str, index: int | str) -> str:
        return f"{letter}[{index}]" if self._arrays else f"{letter}{index}"

    def _each(self, count: int, lines: Callable[[str], list[str]]) -> list[str]:
        """Return lines for every vector of a layer; in a loop where they are in arrays."""
        if self._arrays:
            return _loop("o", count, lines("o"))
        return [line for index in range(count) for line in lines(str(index))]


def _first_lost(row: Formula) -> str:
    return INFINITE if row.periodic else NOT_A_NUMBER


def _loop(index: str, count: int, lines: list[str]) -> list[str]:
    head = f"for (int {index} = 0; {index} < {count} + none; {index}++) {{"
    return [head, *(f"    {line}" for line in lines), "}"]

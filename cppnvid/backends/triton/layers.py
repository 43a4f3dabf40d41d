"""The network in Triton, for a tile of points at once.

A layer's values stay in registers from the first layer to the output wherever its weights and
values fit; wider layers go through memory of the program's own, in chunks. Widths are filled up
with zeros to powers of two, and layers that are alike run in a loop, so that code grows with the
kinds of layers and not with their number.
"""

import triton
import triton.language as tl

from cppnvid.backends.triton.functions import activate, finish


@triton.jit
def network(
    x, y, parameters, scratch, INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr,
    OUTPUT: tl.constexpr, PRODUCTS: tl.constexpr,
):  # fmt: skip
    """Return four channels at points of the field, each [points]; those too many repeat the first.

    Args:
        x: [points].
        y: [points].
        parameters: pointer to the frame's numbers and weights.
        scratch: pointer to this program's own [2, points, pitch]; read with a chunk only.
        INPUTS: those of x, y, r that the first layer reads.
        FIRST: of the first hidden layer its place in the parameters, width filled up, values
            handed on, activation; empty without hidden layers.
        RUNS: of each run of equal layers seven in a row: its place, how many they are, values read
            and handed on (filled up), values handed on, activation, residual.
        OUTPUT: place, values read (filled up), channels, function.
        PRODUCTS: their precision, `ieee` or `tf32x3`; values read and handed on at once through
            `scratch`, where 0 keeps all in registers; and the pitch, values of a point's row there.
    """
    if len(FIRST) == 0:
        return _outputs(x, x, y, parameters, INPUTS, OUTPUT, "inputs")
    elif PRODUCTS[1] == 0:
        neuron = tl.arange(0, FIRST[1])[None, :]
        values = _first(x, y, parameters, neuron, INPUTS, FIRST)
        for run in tl.static_range(0, len(RUNS), 7):
            values = _resident(values, parameters, RUNS, run, PRODUCTS)
        return _outputs(values, x, y, parameters, INPUTS, OUTPUT, "registers")
    else:
        point = tl.arange(0, x.shape[0])[:, None] * PRODUCTS[2]
        source = scratch + point
        target = source + x.shape[0] * PRODUCTS[2]
        for begin in tl.range(0, FIRST[1], PRODUCTS[1], num_stages=1):
            neuron = begin + tl.arange(0, PRODUCTS[1])[None, :]
            tl.store(source + neuron, _first(x, y, parameters, neuron, INPUTS, FIRST))
        tl.debug_barrier()
        for run in tl.static_range(0, len(RUNS), 7):
            source, target = _chunked(source, target, parameters, RUNS, run, PRODUCTS)
        channels = _outputs(source, x, y, parameters, INPUTS, OUTPUT, "memory")
        tl.debug_barrier()  # all have read before a next sample writes
        return channels


@triton.jit
def _input(x, y, NAME: tl.constexpr):
    if NAME == "x":
        return x
    elif NAME == "y":
        return y
    else:
        return tl.sqrt(x * x + y * y)


@triton.jit
def _first(x, y, parameters, neuron, INPUTS: tl.constexpr, FIRST: tl.constexpr):
    """Return some neurons [points, neurons] of the layer that reads the coordinates."""
    weights = parameters + FIRST[0]
    sums = tl.zeros((x.shape[0], neuron.shape[1]), tl.float32)
    sums += tl.load(weights + len(INPUTS) * FIRST[1] + neuron)
    for index in tl.static_range(len(INPUTS)):
        sums += _input(x, y, INPUTS[index])[:, None] * tl.load(weights + index * FIRST[1] + neuron)
    return activate(sums, neuron, FIRST[1], FIRST[2], FIRST[3])


@triton.jit
def _resident(values, parameters, RUNS: tl.constexpr, AT: tl.constexpr, PRODUCTS: tl.constexpr):
    """Run the equal layers at AT on values [points, values read]; return [points, handed on]."""
    weights = parameters + RUNS[AT]
    if RUNS[AT + 1] == 1:
        return _layer(values, weights, RUNS, AT, PRODUCTS)
    else:
        # With more stages the next layer's weights wait in shared memory, which 128 exceed.
        for _ in tl.range(RUNS[AT + 1], num_stages=1):
            values = _layer(values, weights, RUNS, AT, PRODUCTS)
            weights += (RUNS[AT + 2] + 1) * RUNS[AT + 3]
        return values


@triton.jit
def _layer(values, weights, RUNS: tl.constexpr, AT: tl.constexpr, PRODUCTS: tl.constexpr):
    FAN_IN: tl.constexpr = RUNS[AT + 2]
    WIDTH: tl.constexpr = RUNS[AT + 3]
    before = tl.arange(0, FAN_IN)[:, None] * WIDTH
    neuron = tl.arange(0, WIDTH)[None, :]
    sums = tl.zeros((values.shape[0], WIDTH), tl.float32)
    sums += tl.load(weights + FAN_IN * WIDTH + neuron)
    sums = tl.dot(values, tl.load(weights + before + neuron), sums, input_precision=PRODUCTS[0])
    made = activate(sums, neuron, WIDTH, RUNS[AT + 4], RUNS[AT + 5])
    if RUNS[AT + 6]:
        made += values
    return made


@triton.jit
def _chunked(
    source, target, parameters, RUNS: tl.constexpr, AT: tl.constexpr, PRODUCTS: tl.constexpr
):
    """Run the equal layers at AT from memory to memory; return where the values are, and the other.

    `source` points at the rows [points, 1] of values, `target` at as many rows to write.
    """
    weights = parameters + RUNS[AT]
    FAN_IN: tl.constexpr = RUNS[AT + 2]
    WIDTH: tl.constexpr = RUNS[AT + 3]
    CHUNK: tl.constexpr = PRODUCTS[1]
    for _ in tl.range(RUNS[AT + 1], num_stages=1):
        for begin in tl.range(0, WIDTH, CHUNK, num_stages=1):
            neuron = begin + tl.arange(0, CHUNK)[None, :]
            sums = tl.zeros((source.shape[0], CHUNK), tl.float32)
            sums += tl.load(weights + FAN_IN * WIDTH + neuron)
            for first in tl.range(0, FAN_IN, CHUNK, num_stages=1):
                before = first + tl.arange(0, CHUNK)
                values = tl.load(source + before[None, :])
                chunk = tl.load(weights + before[:, None] * WIDTH + neuron)
                sums = tl.dot(values, chunk, sums, input_precision=PRODUCTS[0])
            made = activate(sums, neuron, WIDTH, RUNS[AT + 4], RUNS[AT + 5])
            if RUNS[AT + 6]:
                made += tl.load(source + neuron)
            tl.store(target + neuron, made)
        tl.debug_barrier()  # a value is read by other threads than made it
        weights += (FAN_IN + 1) * WIDTH
        source, target = target, source
    return source, target


@triton.jit
def _outputs(
    values, x, y, parameters, INPUTS: tl.constexpr, OUTPUT: tl.constexpr, FROM: tl.constexpr
):
    """Return four channels of what the last hidden layer handed on, or of the coordinates.

    `values` are [points, values read], or where FROM is `memory` pointers [points, 1] to their
    rows; otherwise FROM is `registers` or `inputs`. All else is as in `network`.
    """
    row = parameters + OUTPUT[0]
    biases = row + OUTPUT[2] * OUTPUT[1]
    first = _output(values, x, y, row, biases, INPUTS, OUTPUT, FROM)
    second = first
    third = first
    fourth = first
    if OUTPUT[2] > 1:
        row += OUTPUT[1]
        second = _output(values, x, y, row, biases + 1, INPUTS, OUTPUT, FROM)
        row += OUTPUT[1]
        third = _output(values, x, y, row, biases + 2, INPUTS, OUTPUT, FROM)
    if OUTPUT[2] == 4:
        row += OUTPUT[1]
        fourth = _output(values, x, y, row, biases + 3, INPUTS, OUTPUT, FROM)
    return first, second, third, fourth


@triton.jit
def _output(
    values, x, y, row, bias, INPUTS: tl.constexpr, OUTPUT: tl.constexpr, FROM: tl.constexpr
):
    total = _weighed(values, x, y, row, INPUTS, OUTPUT[1], FROM) + tl.load(bias)
    return finish(total, OUTPUT[3])


@triton.jit
def _weighed(values, x, y, row, INPUTS: tl.constexpr, FAN_IN: tl.constexpr, FROM: tl.constexpr):
    """Return the sum [points] of values, each times its weight in a row."""
    if FROM == "inputs":
        total = tl.zeros_like(x)
        for index in tl.static_range(len(INPUTS)):
            total += _input(x, y, INPUTS[index]) * tl.load(row + index)
        return total
    elif FROM == "memory":
        total = tl.zeros_like(x)
        for begin in tl.range(0, FAN_IN, 16, num_stages=1):
            before = begin + tl.arange(0, 16)[None, :]
            total += tl.sum(tl.load(values + before) * tl.load(row + before), axis=1)
        return total
    else:
        return tl.sum(values * tl.load(row + tl.arange(0, FAN_IN))[None, :], axis=1)

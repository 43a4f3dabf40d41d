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
    x, y, parameters, scratch,
    INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr, OUTPUT: tl.constexpr,
    PRECISION: tl.constexpr, CHUNK: tl.constexpr, PITCH: tl.constexpr,
):  # fmt: skip
    """Return four channels at points of the field, each [points]; those too many repeat the first.

    Args:
        x: [points].
        y: [points].
        parameters: pointer to the frame's numbers and weights.
        scratch: pointer to this program's own [2, points, PITCH]; read with a chunk only.
        INPUTS: those of x, y, r that the first layer reads.
        FIRST: of the first hidden layer its place in the parameters, width filled up, values
            handed on, activation; empty without hidden layers.
        RUNS: of each run of equal layers seven in a row: its place, how many they are, values read
            and handed on (filled up), values handed on, activation, residual.
        OUTPUT: place, values read (filled up), channels, function.
        PRECISION: of the products, `ieee` or `tf32x3`.
        CHUNK: values read and handed on at once through `scratch`; 0 keeps all in registers.
        PITCH: values of a point's row in `scratch`.
    """
    weights = parameters + OUTPUT[0]
    if len(FIRST) == 0:
        return _outputs(
            x, x, y, weights, INPUTS, OUTPUT[1], OUTPUT[2], OUTPUT[3], "inputs"
        )  # fmt: skip
    elif CHUNK == 0:
        neuron = tl.arange(0, FIRST[1])[None, :]
        values = _first(x, y, parameters + FIRST[0], neuron, INPUTS, FIRST[1], FIRST[2], FIRST[3])
        for run in tl.static_range(0, len(RUNS), 7):
            values = _resident(
                values, parameters + RUNS[run], RUNS[run + 1], RUNS[run + 2], RUNS[run + 3],
                RUNS[run + 4], RUNS[run + 5], RUNS[run + 6], PRECISION,
            )  # fmt: skip
        return _outputs(values, x, y, weights, INPUTS, OUTPUT[1], OUTPUT[2], OUTPUT[3], "registers")
    else:
        point = tl.arange(0, x.shape[0])[:, None] * PITCH
        source = scratch + point
        target = source + x.shape[0] * PITCH
        for begin in tl.range(0, FIRST[1], CHUNK, num_stages=1):
            neuron = begin + tl.arange(0, CHUNK)[None, :]
            values = _first(
                x, y, parameters + FIRST[0], neuron, INPUTS, FIRST[1], FIRST[2], FIRST[3]
            )
            tl.store(source + neuron, values)
        tl.debug_barrier()
        for run in tl.static_range(0, len(RUNS), 7):
            source, target = _chunked(
                source, target, parameters + RUNS[run], RUNS[run + 1], RUNS[run + 2],
                RUNS[run + 3], RUNS[run + 4], RUNS[run + 5], RUNS[run + 6], PRECISION, CHUNK,
            )  # fmt: skip
        channels = _outputs(
            source, x, y, weights, INPUTS, OUTPUT[1], OUTPUT[2], OUTPUT[3], "memory"
        )
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
def _first(
    x, y, weights, neuron, INPUTS: tl.constexpr, WIDTH: tl.constexpr, VALUES: tl.constexpr,
    ACTIVATION: tl.constexpr,
):  # fmt: skip
    """Return some neurons [points, neurons] of the layer that reads the coordinates."""
    sums = tl.zeros((x.shape[0], neuron.shape[1]), tl.float32)
    sums += tl.load(weights + len(INPUTS) * WIDTH + neuron)
    for index in tl.static_range(len(INPUTS)):
        sums += _input(x, y, INPUTS[index])[:, None] * tl.load(weights + index * WIDTH + neuron)
    return activate(sums, neuron, WIDTH, VALUES, ACTIVATION)


@triton.jit
def _resident(
    values, weights, COUNT: tl.constexpr, FAN_IN: tl.constexpr, WIDTH: tl.constexpr,
    VALUES: tl.constexpr, ACTIVATION: tl.constexpr, RESIDUAL: tl.constexpr,
    PRECISION: tl.constexpr,
):  # fmt: skip
    """Run equal layers on values [points, FAN_IN]; return [points, WIDTH]."""
    if COUNT == 1:
        return _layer(
            values, weights, FAN_IN, WIDTH, VALUES, ACTIVATION, RESIDUAL, PRECISION
        )  # fmt: skip
    else:
        # With more stages the next layer's weights wait in shared memory, which 128 exceed.
        for _ in tl.range(COUNT, num_stages=1):
            values = _layer(
                values, weights, FAN_IN, WIDTH, VALUES, ACTIVATION, RESIDUAL, PRECISION
            )  # fmt: skip
            weights += (FAN_IN + 1) * WIDTH
        return values


@triton.jit
def _layer(
    values, weights, FAN_IN: tl.constexpr, WIDTH: tl.constexpr, VALUES: tl.constexpr,
    ACTIVATION: tl.constexpr, RESIDUAL: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    before = tl.arange(0, FAN_IN)[:, None] * WIDTH
    neuron = tl.arange(0, WIDTH)[None, :]
    sums = tl.zeros((values.shape[0], WIDTH), tl.float32)
    sums += tl.load(weights + FAN_IN * WIDTH + neuron)
    sums = tl.dot(values, tl.load(weights + before + neuron), sums, input_precision=PRECISION)
    made = activate(sums, neuron, WIDTH, VALUES, ACTIVATION)
    if RESIDUAL:
        made += values
    return made


@triton.jit
def _chunked(
    source, target, weights, COUNT: tl.constexpr, FAN_IN: tl.constexpr, WIDTH: tl.constexpr,
    VALUES: tl.constexpr, ACTIVATION: tl.constexpr, RESIDUAL: tl.constexpr,
    PRECISION: tl.constexpr, CHUNK: tl.constexpr,
):  # fmt: skip
    """Run equal layers from memory to memory; return where the values stand, and the other.

    `source` points at the rows [points, 1] of values, `target` at as many rows to write.
    """
    for _ in tl.range(COUNT, num_stages=1):
        for begin in tl.range(0, WIDTH, CHUNK, num_stages=1):
            neuron = begin + tl.arange(0, CHUNK)[None, :]
            sums = tl.zeros((source.shape[0], CHUNK), tl.float32)
            sums += tl.load(weights + FAN_IN * WIDTH + neuron)
            for first in tl.range(0, FAN_IN, CHUNK, num_stages=1):
                before = first + tl.arange(0, CHUNK)
                values = tl.load(source + before[None, :])
                chunk = tl.load(weights + before[:, None] * WIDTH + neuron)
                sums = tl.dot(values, chunk, sums, input_precision=PRECISION)
            made = activate(sums, neuron, WIDTH, VALUES, ACTIVATION)
            if RESIDUAL:
                made += tl.load(source + neuron)
            tl.store(target + neuron, made)
        tl.debug_barrier()  # a value is read by other threads than made it
        weights += (FAN_IN + 1) * WIDTH
        source, target = target, source
    return source, target


@triton.jit
def _outputs(
    values, x, y, weights, INPUTS: tl.constexpr, FAN_IN: tl.constexpr, CHANNELS: tl.constexpr,
    NAME: tl.constexpr, FROM: tl.constexpr,
):  # fmt: skip
    """Return four channels of what the last hidden layer handed on, or of the coordinates.

    Args:
        values: [points, FAN_IN], or where FROM is `memory` pointers [points, 1] to their rows.
        x: [points].
        y: [points].
        weights: pointer to the output's.
        INPUTS: see `network`.
        FAN_IN: values that the output reads.
        CHANNELS: 1, 3 or 4.
        NAME: of the output function.
        FROM: `registers`, `memory` or `inputs`.
    """
    row = weights
    biases = weights + CHANNELS * FAN_IN
    first = finish(_weighed(values, x, y, row, INPUTS, FAN_IN, FROM) + tl.load(biases), NAME)
    second = first
    third = first
    fourth = first
    if CHANNELS >= 3:
        row += FAN_IN
        second = _weighed(values, x, y, row, INPUTS, FAN_IN, FROM) + tl.load(biases + 1)
        second = finish(second, NAME)
        row += FAN_IN
        third = _weighed(values, x, y, row, INPUTS, FAN_IN, FROM) + tl.load(biases + 2)
        third = finish(third, NAME)
    if CHANNELS == 4:
        row += FAN_IN
        fourth = _weighed(values, x, y, row, INPUTS, FAN_IN, FROM) + tl.load(biases + 3)
        fourth = finish(fourth, NAME)
    return first, second, third, fourth


@triton.jit
def _weighed(
    values, x, y, row, INPUTS: tl.constexpr, FAN_IN: tl.constexpr, FROM: tl.constexpr
):  # fmt: skip
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

"""One architecture as one Halide pipeline: coordinates, warps, layers, palette, 8 bits.

A tile of pixels in one row passes through all layers before the next tile starts, so its values
never leave the processor's cache. Every number is an input of the pipeline; what is compiled in is
the architecture alone, so another frame or another seed of it compiles nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import halide as hl
import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.palette import GRADIENT_STEPS
from cppnvid.animation.scene import Moment
from cppnvid.backends.halide.architecture import (
    Architecture,
    LayerKind,
    Schedule,
    host_target,
    pack_numbers,
    pack_weights,
    schedule_for,
)
from cppnvid.backends.halide.colour import colour, from_linear, to_linear
from cppnvid.backends.halide.field import to_field
from cppnvid.backends.halide.functions import (
    ACTIVATIONS,
    ATAN_PAIR,
    OUTPUT_FUNCTIONS,
    Expr,
)


def _read_back(numbers: hl.ImageParam) -> Iterator[Expr]:
    index = 0
    while True:
        yield numbers[index]
        index += 1


class Pipeline:
    """A compiled architecture."""

    def __init__(self, architecture: Architecture, schedule: Schedule | None = None) -> None:
        self.schedule = schedule or schedule_for(hl.get_host_target())
        self._weights = hl.ImageParam(hl.Float(32), 1, "weights")
        self._numbers = hl.ImageParam(hl.Float(32), 1, "numbers")
        self._gradient = hl.ImageParam(hl.Float(32), 2, "gradient")
        dimensions = 2 if architecture.listed else 1
        self._columns = hl.ImageParam(hl.Float(32), dimensions, "columns")
        self._rows = hl.ImageParam(hl.Float(32), dimensions, "rows")
        self._samples = hl.Param(hl.Int(32), "samples", 1)
        self._strip = hl.Param(hl.Int(32), "strip", 1)
        self._picture = self._build(architecture)
        self._picture.compile_jit(host_target())
        self._drawing = threading.Lock()
        self._packed: tuple[Moment, int, dict[hl.ImageParam, NDArray[np.float32]]] | None = None

    def draw(
        self,
        out: NDArray[Any],
        *,
        moment: Moment,
        columns: NDArray[np.float32],
        rows: NDArray[np.float32],
        samples: int,
        strips: int,
    ) -> None:
        """Draw rows of a frame.

        Args:
            out: uint8 or uint16, as the architecture says, [rows, width, 3], C-contiguous; at least
                `schedule.tile` wide.
            moment: of this pipeline's architecture.
            columns: float32, the x of the sub-columns; the last one is repeated up to the width.
                For listed pixels [rows · samples, width]: each pixel's sub-columns, one below the
                other; the width is then whole tiles.
            rows: float32 [rows · samples]; the y of every sub-row. For listed pixels as columns.
            samples: sub-columns of a pixel.
            strips: how many strips of rows Halide's threads share; 1 draws in this thread alone.
        """
        if columns.ndim == 1:
            tile = self.schedule.tile
            reached = -(-out.shape[1] * samples // tile) * tile
            columns = np.pad(columns, (0, reached - len(columns)), mode="edge")
        with self._drawing:  # the inputs are the pipeline's state
            # Halide's buffers borrow the memory of arrays, which `held` keeps until the end.
            held = {
                **self._constants(moment, samples),
                self._columns: np.ascontiguousarray(columns),
                self._rows: np.ascontiguousarray(rows),
            }
            for parameter, array in held.items():
                parameter.set(hl.Buffer(array))
            self._samples.set(samples)
            self._strip.set(max(-(-len(out) // strips), 1))
            self._picture.realize(hl.Buffer(out))
            for parameter in held:
                parameter.reset()

    def _constants(self, moment: Moment, samples: int) -> dict[hl.ImageParam, NDArray[np.float32]]:
        """Return what is the same for all of a frame, packed once for all bands and lists.

        Packing takes half a millisecond at 9×16; a sparse frame is drawn in ten lists or more.
        """
        if self._packed is None or self._packed[0] is not moment or self._packed[1] != samples:
            gradient = moment.colouring.gradient
            if gradient is None:
                gradient = np.zeros((GRADIENT_STEPS, 3), dtype=np.float32)
            constants = {
                self._weights: pack_weights(moment.layers, self.schedule.neurons),
                self._numbers: pack_numbers(moment, samples),
                self._gradient: np.ascontiguousarray(gradient, dtype=np.float32),
            }
            self._packed = moment, samples, constants
        return self._packed[2]

    # -------------------------------------------------------------- algorithm and schedule

    def _build(self, architecture: Architecture) -> hl.Func:
        """Return the picture as Halide's function [channel, column, row], scheduled."""
        tile, lanes = self.schedule.tile, self.schedule.lanes
        x, y, c, tiles, inner = (hl.Var(name) for name in ("x", "y", "c", "tiles", "inner"))
        strips, line = hl.Var("strips"), hl.Var("line")
        numbers = _read_back(self._numbers)

        kept: list[hl.Func] = []

        def keep(*values: Expr) -> tuple[Expr, ...]:
            function = hl.Func(f"kept{len(kept)}")
            function[x, y] = values if len(values) > 1 else values[0]
            kept.append(function)
            if len(values) == 1:
                return (function[x, y],)
            return tuple(function[x, y][index] for index in range(len(values)))

        side = self._samples
        if architecture.listed:
            # A line of `rgb` is one of the side² points of every pixel in a row of the list.
            row, number = y // (side * side), y % (side * side)
            place = (
                self._columns[x, row * side + number % side],
                self._rows[x, row * side + number // side],
            )
        else:
            place = self._columns[x], self._rows[y]
        across, down = keep(*to_field(*place, architecture.warps, numbers, keep))
        points = {"x": across, "y": down}
        if "r" in architecture.inputs:
            (points["r"],) = keep(hl.sqrt(across * across + down * down))
        inputs = [points[name] for name in architecture.inputs]
        layers = list(self._sums(inputs, architecture.layers))

        output, channels = layers[-1].sums, architecture.layers[-1].width
        function = OUTPUT_FUNCTIONS[architecture.layers[-1].activation]
        values = keep(*(function(output[x, y, channel]) for channel in range(channels)))
        colours = colour(
            list(values),
            architecture.mode,
            turned=architecture.turned,
            contrasted=architecture.contrasted,
            gradient=self._gradient,
            numbers=numbers,
            keep=keep,
        )
        if architecture.supersampled:
            colours = tuple(to_linear(value) for value in keep(*colours))
        rgb = hl.Func("rgb")
        rgb[x, y] = colours

        picture = hl.Func("picture")
        if architecture.supersampled:
            share = next(numbers)
            point = hl.RDom([(0, side), (0, side)])
            light = hl.Func("light")
            light[x, y] = (hl.f32(0.0), hl.f32(0.0), hl.f32(0.0))
            before = light[x, y]
            if architecture.listed:
                sample = rgb[x, (y * side + point.y) * side + point.x]
            else:
                sample = rgb[x * side + point.x, y * side + point.y]
            light[x, y] = tuple(before[i] + sample[i] for i in range(3))
            means = [from_linear(light[x, y][i] * share) for i in range(3)]
            picture[c, x, y] = _whole(hl.mux(c, means), architecture.bits)
            picture.bound(c, 0, 3).split(x, tiles, inner, lanes, hl.TailStrategy.ShiftInwards)
            picture.reorder(c, inner, tiles, y).unroll(c).vectorize(inner)
            light.compute_at(picture, tiles).bound_extent(x, lanes).vectorize(x)
            light.update().reorder(x, point.x, point.y, y).vectorize(x)
            rgb.compute_at(picture, line).split(x, tiles, inner, tile, hl.TailStrategy.RoundUp)
            rgb.reorder(inner, tiles, y).vectorize(inner, lanes)
            tile_of = hl.LoopLevel(rgb, tiles)
        else:
            picture[c, x, y] = _whole(
                hl.mux(c, [rgb[x, y][i] for i in range(3)]), architecture.bits
            )
            picture.bound(c, 0, 3).split(x, tiles, inner, tile, hl.TailStrategy.ShiftInwards)
            picture.reorder(c, inner, tiles, y).unroll(c).vectorize(inner, lanes)
            tile_of = hl.LoopLevel(picture, tiles)
            rgb.compute_at(tile_of).bound_extent(x, tile).bound_extent(y, 1).vectorize(x, lanes)
        picture.split(y, strips, line, self._strip, hl.TailStrategy.GuardWithIf).parallel(strips)
        for step in kept:
            step.compute_at(tile_of).bound_extent(x, tile).bound_extent(y, 1).vectorize(x, lanes)
        for layer in layers:
            self._schedule(layer, tile_of)

        for parameter in (self._weights, self._numbers, self._columns, self._rows):
            parameter.dim(0).set_stride(1).set_min(0)
        self._gradient.dim(0).set_stride(1).set_bounds(0, 3)
        self._gradient.dim(1).set_stride(3).set_bounds(0, GRADIENT_STEPS)
        out = picture.output_buffer()
        out.dim(0).set_stride(1).set_bounds(0, 3)
        out.dim(1).set_stride(3).set_min(0)
        out.dim(2).set_min(0)
        return picture

    def _sums(self, points: list[Expr], kinds: tuple[LayerKind, ...]) -> Iterator[_Layer]:
        """Define every layer: the weighed sums of the one before, and what it hands on."""
        x, y, o = (hl.Var(name) for name in "xyo")
        before: hl.Func | None = None
        offset, fan_in = 0, len(points)
        for index, kind in enumerate(kinds):
            last = index == len(kinds) - 1
            panel = kind.width if last else self.schedule.neurons
            padded = kind.width + -kind.width % panel

            def weight(
                k: Expr | int, at: int = offset, size: int = panel, rows: int = fan_in
            ) -> Expr:
                return self._weights[at + (o // size) * (rows * size) + k * size + o % size]

            total = self._weights[offset + padded * fan_in + o]
            sums, reduction = hl.Func(f"sums{index}"), None
            if before is None:
                for k, point in enumerate(points):
                    total = total + weight(k) * point
                sums[x, y, o] = total
            else:
                reduction = hl.RDom([(0, fan_in)], f"k{index}")
                sums[x, y, o] = total
                sums[x, y, o] += weight(reduction.x) * before[x, y, reduction.x]
            values = None
            if not last:
                values = hl.Func(f"values{index}")
                value = _activated(kind, sums[x, y, o], o)
                if kind.residual and before is not None:
                    value = value + before[x, y, o]
                values[x, y, o] = value
            yield _Layer(sums, reduction, values, padded)
            before, offset, fan_in = values, offset + padded * (fan_in + 1), kind.width

    def _schedule(self, layer: _Layer, tile_of: hl.LoopLevel) -> None:
        """Compute a layer for a tile: sums in registers, everything but the reduction unrolled."""
        tile, lanes = self.schedule.tile, self.schedule.lanes
        x, y, o, panel, neuron = (hl.Var(name) for name in ("x", "y", "o", "panel", "neuron"))
        if layer.values is None:
            layer.sums.compute_at(tile_of).bound(o, 0, layer.padded)
        else:
            values, neurons = layer.values, self.schedule.neurons
            values.compute_at(tile_of).store_in(hl.MemoryType.Stack)
            values.bound_extent(x, tile).bound_extent(y, 1).bound_extent(o, layer.padded)
            values.split(o, panel, neuron, neurons).reorder(x, neuron, y, panel)
            values.vectorize(x, lanes).unroll(x).unroll(neuron)
            layer.sums.compute_at(values, panel).bound_extent(o, neurons)
        layer.sums.store_in(hl.MemoryType.Register).bound_extent(x, tile).bound_extent(y, 1)
        layer.sums.vectorize(x, lanes).unroll(x).unroll(o)
        if layer.reduction is not None:
            update = layer.sums.update()
            update.reorder(x, o, y, layer.reduction.x).vectorize(x, lanes).unroll(x).unroll(o)


@dataclass(frozen=True)
class _Layer:
    """A layer's functions [x, y, neuron]."""

    sums: hl.Func
    reduction: hl.RDom | None  # None for the first, which reads a point's few coordinates
    values: hl.Func | None  # None for the output, whose function the colours begin with
    padded: int  # neurons, filled up to whole panels


def _activated(kind: LayerKind, total: Expr, neuron: hl.Var) -> Expr:
    if kind.activation == "atan_pair":
        # Each neuron is summed up twice, once for each half of what the layer hands on: slower than
        # need be, for a layer that otherwise is like any other.
        return hl.select(neuron < kind.width // 2, *(half(total) for half in ATAN_PAIR))
    return ACTIVATIONS[kind.activation](total)


def _whole(value: Expr, bits: int) -> Expr:
    """Round a value in [0, 1] to this many bits; 32 are those of the float itself."""
    if bits == 32:
        return value
    levels = hl.i32(value * hl.f32(2**bits - 1) + hl.f32(0.5))
    return hl.u8(levels) if bits == 8 else hl.u16(levels)

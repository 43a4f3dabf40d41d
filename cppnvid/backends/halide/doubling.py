"""A lattice of half the distance, in Halide: the twin of `lattice.doubled`."""

from __future__ import annotations

import threading
from functools import lru_cache

import halide as hl
import numpy as np

from cppnvid.backends import lattice
from cppnvid.backends.halide.functions import Expr
from cppnvid.backends.lattice import Frame, Scratch, bordered

_LANES = 8


class DoublingPipeline:
    """The compiled doubling, for every size."""

    def __init__(self) -> None:
        self._points = hl.ImageParam(hl.UInt(16), 3, "points")  # [channel, column, row], bordered
        c, x, y = (hl.Var(name) for name in "cxy")
        pairs, odd, strips, line = (hl.Var(name) for name in ("pairs", "odd", "strips", "line"))

        last = self._points.dim(2).max()

        def point(column: Expr, row: Expr) -> Expr:
            # Middles are computed for even rows too, which do not take them; the last one's lies
            # between rows of which one does not exist.
            return hl.i32(self._points[c, column, hl.clamp(row, 0, last)])

        down = hl.Func("down")
        row = y // 2
        middle = _middle(*(point(x, row + near) for near in range(4)))
        down[c, x, y] = hl.select(y % 2 == 0, point(x, row + 1), middle)
        out = hl.Func("out")
        column = x // 2
        across = _middle(*(down[c, column + near, y] for near in range(4)))
        value = hl.select(x % 2 == 0, down[c, column + 1, y], across)
        out[c, x, y] = hl.u16(hl.clamp(value, 0, 65535))

        self._strip = hl.Param(hl.Int(32), "strip", 1)
        out.bound(c, 0, 3).split(y, strips, line, self._strip, hl.TailStrategy.GuardWithIf)
        out.parallel(strips).split(x, pairs, odd, 2, hl.TailStrategy.RoundUp)
        out.reorder(c, odd, pairs, line, strips).unroll(c).unroll(odd)
        out.vectorize(pairs, _LANES, hl.TailStrategy.ShiftInwards)
        down.compute_at(out, line).reorder(c, x, y).bound_extent(c, 3).unroll(c)
        down.vectorize(x, _LANES)
        self._points.dim(0).set_stride(1).set_bounds(0, 3)
        self._points.dim(1).set_stride(3).set_min(0)
        out.output_buffer().dim(0).set_stride(1).set_bounds(0, 3)
        out.output_buffer().dim(1).set_stride(3).set_min(0)
        self._out = out
        self._out.compile_jit(hl.get_host_target())  # which checks bounds, at no cost that shows
        self._running = threading.Lock()

    def double(self, points: Frame, scratch: Scratch, strips: int) -> Frame:
        """Return the lattice of half the distance, and one column of no meaning."""
        rows, columns, _ = points.shape
        # Vectors reach beyond the last column: what they read there is not kept.
        wide = bordered(points, scratch, spare=_LANES)
        out: Frame = scratch.empty("doubled", (2 * rows - 1, 2 * columns, 3), np.uint16)
        with self._running:
            self._points.set(hl.Buffer(wide))
            self._strip.set(max(-(-len(out) // strips), 1))
            self._out.realize(hl.Buffer(out))
            self._points.reset()
        return out


@lru_cache(maxsize=1)
def doubling_pipeline() -> DoublingPipeline:
    """Return the doubling, compiled on first use."""
    return DoublingPipeline()


def doubled(points: Frame, scratch: Scratch, strips: int) -> Frame:
    """Return what `lattice.doubled` returns, and perhaps one more column of no meaning."""
    if points.shape[1] < 2 * _LANES:
        return lattice.doubled(points, scratch)
    return doubling_pipeline().double(points, scratch, strips)


def _middle(before: Expr, left: Expr, right: Expr, after: Expr) -> Expr:
    return (9 * (left + right) - before - after + 8) >> 4

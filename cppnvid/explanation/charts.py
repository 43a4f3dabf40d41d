"""The three charts, drawn on matplotlib axes for the poster and the page alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cppnvid.explanation.theme import Ink
from cppnvid.explanation.verdict import Findings, factor, number, percent, with_deviation
from cppnvid.networks.activations import OUTPUT_FUNCTIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Span = tuple[float, float]


def spread_span(shown: Sequence[Findings]) -> Span:
    """Return the range for the spreads of all that are shown."""
    return _log_span([spread for one in shown for spread in one.measured.spreads])


def circle_span(shown: Sequence[Findings]) -> Span:
    """Return the range for the lengths of the circles of all that are shown."""
    circles = [circle for one in shown for circle in (one.circle, *one.growth.circles)]
    return _log_span([length for circle in circles for length in circle.lengths])


def _log_span(values: Sequence[float]) -> Span:
    """Return a range around the values, of at least one and a half and at most 12 decades."""
    kept = [value for value in values if value > 0 and math.isfinite(value)]
    if not kept:
        return 0.1, 1.0
    high = max(kept) * 1.6
    low = max(min(kept) / 1.6, high * 1e-12)
    if high / low < 30:
        middle = math.sqrt(high * low)
        low, high = middle / 5.5, middle * 5.5
    return low, high


def draw_spread(findings: Findings, span: Span, size: float, axes: Axes) -> None:
    """Draw the spread of the input and of every hidden layer."""
    spreads = findings.measured.spreads
    _frame(axes, len(spreads) - 1, span, size)
    shown = [max(spread, span[0]) for spread in spreads]
    axes.fill_between(range(len(shown)), shown, span[0], color=Ink.WARM, alpha=0.12, linewidth=0)
    axes.plot(shown, color=Ink.WARM, linewidth=2.2, marker="o", markersize=5, clip_on=False)
    ratio = findings.measured.ratio
    if ratio is not None:
        _note(axes, f"× {factor(ratio)} per layer", Ink.WARM, size)


def draw_circle(findings: Findings, span: Span, size: float, axes: Axes) -> None:
    """Draw the circle's length by layer: other seeds thin, open dots where it did not settle."""
    circle, growth = findings.circle, findings.growth
    depth = len(circle.lengths) - 1
    _frame(axes, depth, span, size)
    for other in growth.circles:
        lengths = np.array(other.lengths)[np.array(other.converged)]
        axes.plot(lengths[lengths > 0], color=Ink.COOL, linewidth=1.0, alpha=0.35)
    own, good = np.array(circle.lengths), np.array(circle.converged)
    if own[0] > 0:
        layers = np.arange(depth + 1)
        axes.plot(layers[good], own[good], color=Ink.COOL, linewidth=2.2)
        axes.plot(layers[good], own[good], "o", color=Ink.COOL, markersize=5)
        axes.plot(layers[~good], own[~good], "o", markerfacecolor="none", markeredgecolor=Ink.COOL)
    if growth.bound and depth > 1 and own[1] > 0:
        line = own[1] * growth.bound ** np.arange(depth)
        axes.plot(range(1, depth + 1), line, color=Ink.QUIET, linewidth=1.3, dashes=(4, 3))
    if growth.mean is not None:
        _note(axes, f"× {with_deviation(growth)} per layer", Ink.COOL, size)
        if growth.bound is not None:
            _note(axes, f"- - bound × {growth.bound:.2f}", Ink.QUIET, size * 0.86, row=1)


def draw_output(findings: Findings, size: float, axes: Axes) -> None:
    """Draw the output function over the sums it receives."""
    output = findings.output
    before = output.before
    reach = max(abs(before.low), abs(before.high), 1e-9)
    reach = min(max(6.0, 1.15 * min(reach, 4 * before.deviation + abs(before.mean))), 1e6)
    _plain(axes, size)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(0, 1.06)
    axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    axes.grid(visible=True, axis="y", color=Ink.LINE, linewidth=1)
    heights = 0.92 * before.counts / max(before.counts.max(), 1)
    thin = reach / 150  # a histogram narrower than a line is drawn as one
    if before.high - before.low < thin:
        axes.bar(before.mean, 0.92, 2 * thin, color=Ink.GOLD, alpha=0.55, linewidth=0)
    else:
        axes.stairs(heights, before.edges, fill=True, color=Ink.GOLD, alpha=0.55, linewidth=0)
    places = np.linspace(-reach, reach, 801)
    curve = OUTPUT_FUNCTIONS[output.function](places.copy())
    axes.plot(places, curve, color=Ink.INK, linewidth=2.0)
    _note(axes, f"{percent(output.near_half)} near ½", Ink.GOLD, size)
    _note(axes, f"{percent(output.saturated)} at 0 or 1", Ink.QUIET, size * 0.86, row=1)


def _frame(axes: Axes, depth: int, span: Span, size: float) -> None:
    _plain(axes, size)
    axes.set_yscale("log")
    axes.set_ylim(*span)
    axes.set_xlim(-0.15, max(depth, 1) + 0.15)
    step = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if depth / step <= 10)
    ticks = list(range(0, depth + 1, step))
    axes.set_xticks(ticks, ["in" if tick == 0 else str(tick) for tick in ticks])
    decades = range(math.floor(math.log10(span[0])), math.ceil(math.log10(span[1])) + 1)
    every = max(-(-len(decades) // 7), 1)
    steps = (1,) if len(decades) > 4 else (1, 2, 5) if len(decades) < 4 else (1, 3)
    marks = [step * 10.0**decade for decade in decades[::every] for step in steps]
    marks = [mark for mark in marks if span[0] <= mark <= span[1]]
    axes.set_yticks(marks, [number(mark) for mark in marks])
    axes.minorticks_off()
    axes.grid(visible=True, axis="y", color=Ink.LINE, linewidth=1)


def _plain(axes: Axes, size: float) -> None:
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(Ink.FAINT)
    axes.tick_params(colors=Ink.QUIET, labelsize=size * 0.86, length=0, pad=7)
    axes.set_axisbelow(True)


def _note(axes: Axes, text: str, colour: str, size: float, row: int = 0) -> None:
    box: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "bottom"}
    axes.text(1.0, 1.11 - 0.085 * row, text, color=colour, fontsize=size, parse_math=False, **box)

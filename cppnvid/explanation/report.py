"""A report: what the poster and the page both show, as data that neither has laid out yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cppnvid.explanation import charts, words
from cppnvid.explanation.measure import Distribution
from cppnvid.explanation.theme import Ink, Pixels, scales, signed_colours, to_levels
from cppnvid.explanation.verdict import Findings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 40  # hidden layers; of more, evenly spaced ones are shown
PEAK, THINNEST = 0.9, 0.012  # of a heap's box: the height of a peak, and the narrowest heap
Reach = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the table of layers: the input, a hidden layer, or the output."""

    name: str  # `Layer 3`
    kind: str  # the activation, or what the input consists of
    tiles: Sequence[tuple[str, Pixels]]  # a name for each neuron, and its picture
    spread: float
    neurons: int | None = None  # for a hidden layer
    residual: bool = False
    flat: float | None = None
    heaps: tuple[NDArray[np.float64], ...] = ()  # sums, values passed on: as `outline`
    colour: Ink = Ink.WARM  # of the second heap

    def about(self, most: int) -> str:
        """Return what the row holds when at most so many tiles fit: `16 of 700 tanh`."""
        if self.neurons is None:
            return self.kind
        shown = min(most, len(self.tiles))
        count = f"{shown} of {self.neurons}" if shown < self.neurons else str(self.neurons)
        return f"{count} {self.kind}"


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart with what is written around it."""

    title: str
    caption: str
    draw: Callable[[float, Axes], None]  # with type of a size in pixels, into axes
    note: str = ""


@dataclass(frozen=True, eq=False)
class Report:
    """Everything shown about one network."""

    findings: Findings
    rows: Sequence[Row]
    omission: str  # how many layers are left out; empty if all are shown
    charts: Sequence[Chart]


def reports_of(shown: Sequence[Findings]) -> list[Report]:
    """Return a report on each, their charts on the same scales."""
    spans = charts.spread_span(shown), charts.circle_span(shown)
    return [_report(findings, *spans) for findings in shown]


def _report(findings: Findings, spread: charts.Span, circle: charts.Span) -> Report:
    count = len(findings.measured.layers)
    chosen = np.linspace(0, count - 1, min(count, MOST_ROWS)).round().astype(int).tolist()
    return Report(
        findings=findings,
        rows=list(_rows(findings, chosen)),
        omission=words.omission(len(chosen), count),
        charts=(
            Chart("Spread by layer", words.SPREAD, partial(charts.draw_spread, findings, spread)),
            Chart("What the output does", words.OUTPUT, partial(charts.draw_output, findings)),
            Chart(
                "Length of a circle",
                words.CIRCLE,
                partial(charts.draw_circle, findings, circle),
                note=words.bound_note(findings),
            ),
        ),
    )


def _rows(findings: Findings, chosen: Sequence[int]) -> Iterator[Row]:
    measured, output = findings.measured, findings.output
    inputs = [
        signed_colours(picture, float(np.abs(picture).max()) or 1.0)
        for picture in measured.input_pictures
    ]
    names = ", ".join(measured.inputs) or "z alone"
    yield Row("Input", names, _named("input", inputs), measured.input_spread)
    brightest = scales(measured)
    sums = reach_of([measured.layers[index].before for index in chosen])
    passed_on = reach_of([measured.layers[index].after for index in chosen])
    for index in chosen:
        layer = measured.layers[index]
        tiles = [signed_colours(picture, brightest[index]) for picture in layer.pictures]
        yield Row(
            name=layer.name.capitalize(),
            kind=layer.function,
            tiles=_named(f"{layer.name}, neuron", tiles),
            spread=layer.spread,
            neurons=layer.neurons,
            residual=layer.residual,
            flat=layer.flat,
            heaps=(outline(layer.before, sums), outline(layer.after, passed_on)),
        )
    channels = [to_levels(np.repeat(one[:, :, None], 3, 2)) for one in output.pictures]
    picture = "the picture", to_levels(measured.picture.rgb)
    heaps = outline(output.before, reach_of([output.before])), outline(output.after, (0.0, 1.0))
    yield Row(
        name="Output",
        kind=output.function,
        tiles=[*_named("output channel", channels), picture],
        spread=output.spread,
        heaps=heaps,
        colour=Ink.GOLD,
    )


def _named(name: str, pictures: Sequence[Pixels]) -> list[tuple[str, Pixels]]:
    return [(f"{name} {number}", picture) for number, picture in enumerate(pictures, start=1)]


def reach_of(all_of: Sequence[Distribution]) -> Reach:
    """Return the range that heaps share: four deviations of the widest, zero in the middle."""
    reach = max(
        (min(4 * d.deviation + abs(d.mean), max(abs(d.low), abs(d.high))) for d in all_of),
        default=1.0,
    )
    return -max(reach, 1e-12), max(reach, 1e-12)


def outline(found: Distribution, reach: Reach) -> NDArray[np.float64]:
    """Return a distribution as the outline of a heap in a box of 1 x 1, y up: [corners, 2].

    A heap too narrow to be seen becomes a bar.
    """
    counts, edges = (
        found.counts,
        np.clip((found.edges - reach[0]) / (reach[1] - reach[0]), 0.0, 1.0),
    )
    if edges[-1] - edges[0] < THINNEST:
        middle = np.clip((edges[0] + edges[-1]) / 2, THINNEST / 2, 1 - THINNEST / 2)
        edges, counts = middle + THINNEST * np.array([-0.5, 0.5]), np.ones(1, np.int64)
    seen = np.diff(edges) > 0
    sides = np.stack([edges[:-1][seen], edges[1:][seen]], axis=1).ravel()
    tops = np.repeat(PEAK * counts[seen] / max(counts[seen].max(), 1), 2)
    return np.stack([np.r_[sides[0], sides, sides[-1]], np.r_[0.0, tops, 0.0]], axis=1)

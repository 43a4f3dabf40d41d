"""The poster: one picture that says what a network does, or shows two networks side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from cppnvid.explanation import words
from cppnvid.explanation.paper import Paper, Type
from cppnvid.explanation.report import Report, reports_of
from cppnvid.explanation.theme import Ink, Pixels, draw_picture, fitted, resized, settable
from cppnvid.explanation.verdict import Findings, number, percent

MARGIN, GUTTER = 96, 110
SINGLE, DOUBLE = 1808, 1340  # width of a panel that stands alone, and of one beside another
MOST_HEIGHT = 6000
TILE, SMALLEST_TILE, TILE_GAP = 78, 40, 4
LABEL, FIGURES, HEAP_GAP = 150, 100, 30  # columns of the table of layers
CHART_HEIGHT = 300

TITLE, HEADING, SUBHEADING = (Type(size, bold=True) for size in (62, 28, 24))
LEAD, WHY, ADVICE = Type(23), Type(20, Ink.QUIET), Type(20, Ink.GOLD)
CAPTION, COLUMN, NOTE = Type(17, Ink.QUIET), Type(16, Ink.QUIET), Type(14, Ink.FAINT)
CELL, LEGEND = Type(18), Type(16, Ink.QUIET, leading=1.35)


@dataclass(frozen=True, eq=False)
class Panel:
    """Where one report is laid out on the paper."""

    paper: Paper
    report: Report
    x: float
    width: float

    @property
    def alone(self) -> bool:
        """Whether no other panel stands beside it."""
        return self.width >= SINGLE

    @property
    def right(self) -> float:
        """The x at which it ends."""
        return self.x + self.width


def draw_poster(findings: Findings, other: Findings | None = None) -> Pixels:
    """Draw the poster of one network, or of two side by side: uint8 [height, width, 3]."""
    shown = [findings] if other is None else [findings, other]
    column = SINGLE if other is None else DOUBLE
    paper = Paper(2 * MARGIN + column * len(shown) + GUTTER * (len(shown) - 1), MOST_HEIGHT)
    panels = [
        Panel(paper, report, MARGIN + index * (column + GUTTER), column)
        for index, report in enumerate(reports_of(shown))
    ]
    y: float = _top(paper, shown)
    sections: Sequence[Callable[[Panel, float], float]] = (_verdict, _layers, _charts)
    for section in sections:
        y = max(section(panel, y) for panel in panels)
    if other is not None:
        paper.box(MARGIN + column + GUTTER / 2 - 0.5, 150, 1, y - 150, Ink.LINE)
    return paper.pixels(y + 70)


def _top(paper: Paper, shown: Sequence[Findings]) -> float:
    paper.text(MARGIN, 92, "cppnvid explain", Type(20, Ink.GOLD, bold=True))
    about, colour = words.SUBTITLE, Ink.FAINT
    if len(shown) == 2:
        found = words.differences(shown[0].recipe, shown[1].recipe)
        parts = [f"{key}: {one} | {other}" for key, one, other in found[:3]]
        if len(found) > 3:
            parts.append(f"and {len(found) - 3} more")
        about, colour = settable("  ·  ".join(parts) or "no difference", 150), Ink.QUIET
    paper.text(paper.width - MARGIN, 92, about, Type(20, colour), "right")
    paper.box(MARGIN, 116, paper.width - 2 * MARGIN, 1, Ink.LINE)
    return 116


def _verdict(panel: Panel, y: float) -> float:
    paper, findings = panel.paper, panel.report.findings
    verdict = findings.verdict
    paper.text(panel.x, y + 96, verdict.headline, TITLE)
    paper.text(panel.x, y + 142, settable(words.name_of(findings), 80), Type(24))
    made = words.architecture_of(findings.recipe), words.init_of(findings.recipe)
    network = settable("   ·   ".join(made), 170)
    top = paper.paragraph(panel.x, y + 148, panel.width, network, Type(19, Ink.QUIET)) + 34
    side = 500 if panel.alone else 420
    picture = draw_picture(findings, side)
    paper.picture(panel.x, top, picture)
    x = panel.x + picture.shape[1] + 60
    bottom = top - 12
    for sentence in verdict.sentences:
        kind = {verdict.picture: LEAD, verdict.advice: ADVICE}.get(sentence, WHY)
        bottom = paper.paragraph(x, bottom, panel.right - x, settable(sentence, 900), kind) + 10
    bottom = max(bottom + 24, top + side - 118 if panel.alone else 0)
    _numbers(panel, x, bottom)
    return max(bottom + 118, top + len(picture)) + 40


def _numbers(panel: Panel, x: float, y: float) -> None:
    paper, numbers = panel.paper, words.key_numbers(panel.report.findings)
    step = (panel.right - x) / len(numbers)
    for (value, label), colour in zip(
        numbers, (Ink.INK, Ink.WARM, Ink.GOLD, Ink.COOL), strict=True
    ):
        paper.box(x, y, step - 26, 2, colour)
        wide = Type(36, bold=True).width_of(value)
        paper.text(x, y + 48, value, Type(round(36 * min(1, (step - 26) / wide)), bold=True))
        paper.paragraph(x, y + 52, step - 30, label, LEGEND)
        x += step


def _layers(panel: Panel, y: float) -> float:
    paper, report = panel.paper, panel.report
    paper.box(panel.x, y, panel.width, 1, Ink.LINE)
    paper.text(panel.x, y + 42, "Layer by layer", HEADING)
    y = 30 + paper.paragraph(panel.x, y + 46, min(panel.width, 1500), words.LAYERS, CAPTION)
    heap = 170 if panel.alone else 120
    room = panel.width - LABEL - 2 * (heap + HEAP_GAP) - FIGURES
    wide, high = _tile(panel, room)
    most = max(int((room + TILE_GAP) // (wide + TILE_GAP)), 1)
    tiles_at = panel.x + LABEL
    heaps_at = [tiles_at + room + HEAP_GAP + index * (heap + HEAP_GAP) for index in (0, 1)]
    for left, title in zip(heaps_at, ("sums", "passed on"), strict=True):
        paper.text(left + heap / 2, y + 10, title, COLUMN, "center")
    paper.text(panel.right, y + 10, "spread", COLUMN, "right")
    paper.text(tiles_at, y + 10, "what each neuron sees", COLUMN)
    y += 28
    for row in report.rows:
        paper.text(panel.x, y + high / 2 - 1, row.name, CELL)
        paper.text(panel.x, y + high / 2 + 19, row.about(most) + " +" * row.residual, NOTE)
        for index, (_, picture) in enumerate(row.tiles[:most]):
            paper.picture(tiles_at + index * (wide + TILE_GAP), y, resized(picture, wide, high))
        for left, outline, colour in zip(
            heaps_at, row.heaps, (Ink.QUIET, row.colour), strict=False
        ):
            paper.box(left, y + high, heap, 1, Ink.LINE)
            paper.shape((left, y + high) + outline * (heap, -high), colour)
        paper.text(panel.right, y + high / 2 + 2, number(row.spread), CELL, "right")
        if row.flat is not None and high >= 50:
            paper.text(panel.right, y + high / 2 + 21, f"{percent(row.flat)} flat", NOTE, "right")
        y += high + TILE_GAP + (6 if len(report.rows) < 16 else 1)
    if report.omission:
        paper.text(tiles_at, y + 16, report.omission, COLUMN)
        y += 24
    return y + 44


def _tile(panel: Panel, room: float) -> tuple[int, int]:
    """Return the width and height of a tile, so that a row of the widest layer fits if it can."""
    rgb = panel.report.findings.measured.picture.rgb
    widest = max((row.neurons or 0 for row in panel.report.rows), default=1)
    wanted = min(max(widest, 8), 16 if panel.alone else 10)
    high = max(min(TILE, 1500 // max(len(panel.report.rows) - 2, 1)), SMALLEST_TILE)
    return fitted(rgb.shape[1] / rgb.shape[0], min(room / wanted - TILE_GAP, 1.6 * high), high)


def _charts(panel: Panel, y: float) -> float:
    paper, charts = panel.paper, panel.report.charts
    gap = 84 if panel.alone else 64
    width = (panel.width - gap * (len(charts) - 1)) / len(charts)
    bottom = y
    for index, chart in enumerate(charts):
        x = panel.x + index * (width + gap)
        paper.box(x, y, width, 1, Ink.LINE)
        paper.text(x, y + 38, chart.title, SUBHEADING)
        paper.chart(x + 52, y + 112, width - 60, CHART_HEIGHT, partial(chart.draw, 17))
        end = paper.paragraph(x, y + 152 + CHART_HEIGHT, width, chart.caption, COLUMN)
        if chart.note:
            end = paper.paragraph(x, end + 4, width, chart.note, NOTE)
        bottom = max(bottom, end)
    return bottom

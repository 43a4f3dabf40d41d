"""The poster: one page that says what a network does, or two networks side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from cppnvid.explanation import charts, words
from cppnvid.explanation.findings import Findings
from cppnvid.explanation.measure import Distribution, LayerNumbers
from cppnvid.explanation.page import Page
from cppnvid.explanation.theme import (
    COOL,
    FAINT,
    GOLD,
    INK,
    LINE,
    QUIET,
    WARM,
    Pixels,
    chosen_layers,
    draw_picture,
    fitted,
    reach_of,
    resized,
    scales,
    settable,
    signed_colours,
    to_levels,
)
from cppnvid.explanation.verdict import number, percent

MARGIN, GUTTER = 96, 110
SINGLE, DOUBLE = 1808, 1340  # width of a panel that stands alone, and of one beside another
MOST_HEIGHT = 6000
TILE, SMALLEST_TILE, TILE_GAP = 78, 40, 4


@dataclass(frozen=True, eq=False)
class Panel:
    """Where one explanation is drawn on the page."""

    page: Page
    x: float
    width: float
    explanation: Findings
    spread_span: charts.Span
    circle_span: charts.Span


def draw_poster(explanation: Findings, other: Findings | None = None) -> Pixels:
    """Draw the page of one explanation, or of two side by side: uint8 [height, width, 3]."""
    shown = [explanation] if other is None else [explanation, other]
    column = SINGLE if other is None else DOUBLE
    page = Page(2 * MARGIN + column * len(shown) + GUTTER * (len(shown) - 1), MOST_HEIGHT)
    spans = charts.spread_span(shown), charts.circle_span(shown)
    panels = [
        Panel(page, MARGIN + index * (column + GUTTER), column, one, *spans)
        for index, one in enumerate(shown)
    ]
    y: float = _top(page, shown)
    sections: Sequence[Callable[[Panel, float], float]] = (_verdict, _layers, _charts)
    for section in sections:
        y = max(section(panel, y) for panel in panels)
    if other is not None:
        middle = MARGIN + column + GUTTER / 2
        page.box(middle - 0.5, 150, 1, y - 150, LINE)
    return page.pixels(y + 70)


def _top(page: Page, shown: Sequence[Findings]) -> float:
    page.text(MARGIN, 92, "cppnvid explain", 20, GOLD, weight="bold")
    right = page.width - MARGIN
    if len(shown) == 1:
        page.text(right, 92, "what each layer does, and why it looks so", 20, FAINT, align="right")
    else:
        found = words.differences(shown[0].recipe, shown[1].recipe)
        said = "  ·  ".join(f"{key}: {one} | {other}" for key, one, other in found[:3])
        more = f"  ·  and {len(found) - 3} more" if len(found) > 3 else ""
        page.text(
            right, 92, settable(said + more or "no difference", 150), 20, QUIET, align="right"
        )
    page.box(MARGIN, 116, page.width - 2 * MARGIN, 1, LINE)
    return 116


# ------------------------------------------------------------------ verdict


def _verdict(panel: Panel, y: float) -> float:
    page, explanation = panel.page, panel.explanation
    verdict = explanation.verdict
    page.text(panel.x, y + 96, verdict.headline, 62, INK, weight="bold")
    name = settable(words.name_of(explanation), 80)
    page.text(panel.x, y + 142, name, 24, INK)
    network = settable(f"{words.architecture_of(explanation.recipe)}   ·   "
                       f"{words.init_of(explanation.recipe)}", 170)  # fmt: skip
    below = page.paragraph(panel.x, y + 148, panel.width, network, 19, QUIET)
    top = below + 34
    side = 500 if panel.width >= SINGLE else 420
    picture = draw_picture(explanation, side)
    high = len(picture)
    page.picture(panel.x, top, picture)
    beside = picture.shape[1] + 60
    x, width = panel.x + beside, panel.width - beside
    bottom = top - 12
    for sentence in verdict.sentences:
        size, colour = (23.0, INK) if sentence is verdict.picture else (20.0, QUIET)
        if sentence is verdict.advice:
            colour = GOLD
        bottom = page.paragraph(x, bottom, width, settable(sentence, 900), size, colour) + 10
    bottom = max(bottom + 24, top + side - 118 if panel.width >= SINGLE else 0)
    numbers = words.key_numbers(explanation)
    step = width / len(numbers)
    for index, (value, label) in enumerate(numbers):
        left = x + index * step
        page.box(left, bottom, step - 26, 2, (WARM, WARM, GOLD, COOL)[index] if index else INK)
        size = min(36.0, 36.0 * (step - 26) / max(page.width_of(value, 36, "bold"), 1))
        page.text(left, bottom + 48, value, size, INK, weight="bold")
        page.paragraph(left, bottom + 52, step - 30, label, 16, QUIET, leading=1.35)
    return max(bottom + 118, top + high) + 40


# ------------------------------------------------------------------ layer by layer


def _layers(panel: Panel, y: float) -> float:
    page, measured = panel.page, panel.explanation.measured
    y = _heading(panel, y, "Layer by layer", words.CAPTIONS["layers"], panel.width)
    aspect = measured.picture.rgb.shape[1] / measured.picture.rgb.shape[0]
    rows = chosen_layers(len(measured.layers))
    heap = 170 if panel.width >= SINGLE else 120
    label, figures = 150, 100
    for_tiles = panel.width - label - 2 * (heap + 30) - figures
    widest = max((layer.neurons for layer in measured.layers), default=1)
    wanted = min(max(widest, 8), 16 if panel.width >= SINGLE else 10)
    tile = max(min(TILE, 1500 // max(len(rows), 1)), SMALLEST_TILE)
    wide, high = fitted(aspect, min(for_tiles / wanted - TILE_GAP, 1.6 * tile), tile)
    fit = max(int((for_tiles + TILE_GAP) // (wide + TILE_GAP)), 1)
    heaps_at = panel.x + label + for_tiles + 30
    titles = ((heaps_at, "sums"), (heaps_at + heap + 30, "handed on"))
    for x, title in titles:
        page.text(x + heap / 2, y + 10, title, 16, QUIET, align="center")
    page.text(panel.x + panel.width, y + 10, "spread", 16, QUIET, align="right")
    page.text(panel.x + label, y + 10, "what each neuron sees", 16, QUIET)
    y += 28

    def row(name: str, about: str, pictures: Sequence[Pixels], y: float) -> float:
        page.text(panel.x, y + high / 2 - 1, name, 18, INK)
        page.text(panel.x, y + high / 2 + 19, about, 14, FAINT)
        for index, picture in enumerate(pictures[:fit]):
            place = panel.x + label + index * (wide + TILE_GAP)
            page.picture(place, y, resized(picture, wide, high))
        return y + high + TILE_GAP + (6 if len(rows) < 14 else 1)

    inputs = [
        signed_colours(picture, float(np.abs(picture).max()) or 1.0)
        for picture in measured.input_pictures
    ]
    y = row("in", ", ".join(measured.inputs) or "z alone", inputs, y)
    reach = reach_of([measured.layers[index].before for index in rows])
    after_reach = reach_of([measured.layers[index].after for index in rows])
    brightest = scales(measured)
    for index in rows:
        layer = measured.layers[index]
        _heap(page, layer.before, heaps_at, y, heap, high, reach, QUIET)
        _heap(page, layer.after, heaps_at + heap + 30, y, heap, high, after_reach, WARM)
        page.text(panel.x + panel.width, y + high / 2 + 2, number(layer.spread), 18, INK,
                  align="right")  # fmt: skip
        if layer.flat is not None and high >= 50:
            said = f"{percent(layer.flat)} flat"
            page.text(panel.x + panel.width, y + high / 2 + 21, said, 14, FAINT, align="right")
        tiles = [signed_colours(picture, brightest[index]) for picture in layer.pictures]
        y = row(str(index + 1), _about(layer, fit), tiles, y)
    channels = [to_levels(np.repeat(c[:, :, None], 3, 2)) for c in measured.output.pictures]
    finished = to_levels(measured.picture.rgb)
    output = panel.explanation.output
    _heap(page, output.before, heaps_at, y, heap, high, reach_of([output.before]), QUIET)
    _heap(page, output.after, heaps_at + heap + 30, y, heap, high, (0.0, 1.0), GOLD)
    page.text(
        panel.x + panel.width, y + high / 2 + 2, number(output.spread), 18, INK, align="right"
    )
    y = row("out", output.function, [*channels, finished], y)
    if len(rows) < len(measured.layers):
        said = f"{len(rows)} of {len(measured.layers)} layers are shown, evenly chosen."
        page.text(panel.x + label, y + 16, said, 16, QUIET)
        y += 24
    return y + 44


def _about(layer: LayerNumbers, fit: int) -> str:
    shown = min(fit, layer.neurons, len(layer.pictures))
    residual = " +" if layer.residual else ""
    count = f"{shown} of {layer.neurons}" if shown < layer.neurons else str(layer.neurons)
    return f"{count} {layer.activation}{residual}"


def _heap(
    page: Page, found: Distribution, x: float, y: float, width: float, height: float,
    reach: tuple[float, float], colour: str,
) -> None:  # fmt: skip
    """Draw a distribution as a heap over a base line, on a range that its column shares."""
    page.box(x, y + height, width, 1, LINE)
    middle = x + width * (0.0 - reach[0]) / (reach[1] - reach[0])
    page.box(middle, y + height, 1, 4, FAINT)
    scale = width / (reach[1] - reach[0])
    left = np.clip(x + (found.edges[:-1] - reach[0]) * scale, x, x + width)
    right = np.clip(x + (found.edges[1:] - reach[0]) * scale, x, x + width)
    if right[-1] - left[0] < 2.0:  # narrower than can be seen
        centre = min(max((left[0] + right[-1]) / 2, x + 1), x + width - 1)
        page.box(centre - 1, y + 0.1 * height, 2, 0.9 * height, colour)
        return
    seen = right > left
    if not seen.any():
        return
    tall = 0.9 * height * found.counts / max(found.counts[seen].max(), 1)
    outline = [(float(left[seen][0]), y + height)]
    for start, end, tip in zip(left[seen], right[seen], tall[seen], strict=True):
        outline += [(float(start), y + height - tip), (float(end), y + height - tip)]
    page.shape([*outline, (float(right[seen][-1]), y + height)], colour)


# ------------------------------------------------------------------ charts


def _charts(panel: Panel, y: float) -> float:
    page, explanation = panel.page, panel.explanation
    gap = 84.0 if panel.width >= SINGLE else 64.0
    width = (panel.width - 2 * gap) / 3
    high = 300
    ends = []
    drawn: Sequence[tuple[str, str, Callable[[Axes], None]]] = (
        ("Spread by layer", "spread",
         lambda axes: charts.draw_spread(axes, explanation, panel.spread_span, 17)),
        ("What the output makes", "output",
         lambda axes: charts.draw_output(axes, explanation, 17)),
        ("A circle's length", "circle",
         lambda axes: charts.draw_circle(axes, explanation, panel.circle_span, 17)),
    )  # fmt: skip
    for index, (title, kind, draw) in enumerate(drawn):
        x = panel.x + index * (width + gap)
        page.box(x, y, width, 1, LINE)
        page.text(x, y + 38, title, 24, INK, weight="bold")
        page.chart(x + 52, y + 112, width - 60, high, draw)
        bottom = page.paragraph(x, y + 112 + high + 40, width, words.CAPTIONS[kind], 16, QUIET)
        if kind == "circle":
            bottom = page.paragraph(x, bottom + 4, width, words.bound_note(explanation), 14, FAINT)
        ends.append(bottom)
    return max(ends)


def _heading(panel: Panel, y: float, title: str, caption: str, width: float) -> float:
    panel.page.box(panel.x, y, panel.width, 1, LINE)
    panel.page.text(panel.x, y + 42, title, 28, INK, weight="bold")
    return panel.page.paragraph(panel.x, y + 46, min(width, 1500), caption, 17, QUIET) + 30

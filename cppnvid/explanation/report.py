"""The page: the explanation as one HTML file that asks nothing of the network.

Pictures are data URIs, charts are SVG in the page, and everything that came with a recipe, whose
title may be a stranger's, is escaped by the template.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cppnvid import __version__
from cppnvid.explanation import charts, words
from cppnvid.explanation.findings import Findings
from cppnvid.explanation.measure import Distribution
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
    signed_colours,
    to_levels,
)
from cppnvid.explanation.verdict import number, percent
from cppnvid.presets import dump

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup
    from matplotlib.axes import Axes

PICTURE_SIDE = 720
TILE_SIDE, TILES = 80, 16  # of each layer; with 40 layers of pure noise the page has 2.6 MB
_INK_OF = {INK: "ink", QUIET: "quiet", FAINT: "faint", LINE: "line", WARM: "warm", COOL: "cool",
           GOLD: "gold"}  # fmt: skip


def draw_report(explanation: Findings, other: Findings | None = None) -> str:
    """Return the whole page of one explanation, or of two side by side."""
    shown = [explanation] if other is None else [explanation, other]
    return _template("report.html.j2").render(**_content(shown))


def draw_fragment(explanation: Findings) -> str:
    """Return the page's content alone, for a notebook."""
    return _template("content.html.j2").render(**_content([explanation]))


def _content(shown: Sequence[Findings]) -> dict[str, Any]:
    spans = charts.spread_span(shown), charts.circle_span(shown)
    return {
        "panels": [_panel(one, *spans) for one in shown],
        "differences": words.differences(shown[0].recipe, shown[-1].recipe),
        "captions": words.CAPTIONS,
        "version": __version__,
    }


@lru_cache(maxsize=4)
def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cppnvid.explanation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "percent": percent}
    return environment.get_template(name)


def _panel(explanation: Findings, spread: charts.Span, circle: charts.Span) -> dict[str, Any]:
    return {
        "verdict": explanation.verdict,
        "name": words.name_of(explanation),
        "comment": explanation.recipe.comment,
        "architecture": words.architecture_of(explanation.recipe),
        "init": words.init_of(explanation.recipe),
        "picture": data_uri(draw_picture(explanation, PICTURE_SIDE), quality=90),
        "numbers": words.key_numbers(explanation),
        "layers": _layers(explanation),
        "count": len(explanation.measured.layers),
        "spread_chart": _chart(lambda axes: charts.draw_spread(axes, explanation, spread, 13)),
        "output_chart": _chart(lambda axes: charts.draw_output(axes, explanation, 13)),
        "circle_chart": _chart(lambda axes: charts.draw_circle(axes, explanation, circle, 13)),
        "bound": words.bound_note(explanation),
        "measured": explanation.measured,
        "circle": explanation.circle,
        "yaml": dump(words.readable(explanation.recipe)),
    }


def _layers(explanation: Findings) -> list[dict[str, Any]]:
    """Return the rows of the table of layers: the input, hidden ones, and the output."""
    measured, output = explanation.measured, explanation.output
    rows = chosen_layers(len(measured.layers))
    brightest = scales(measured)
    before = reach_of([measured.layers[index].before for index in rows])
    after = reach_of([measured.layers[index].after for index in rows])
    inputs = [
        signed_colours(picture, float(np.abs(picture).max()) or 1.0)
        for picture in measured.input_pictures
    ]
    found = [
        {
            "name": "Input", "about": ", ".join(measured.inputs) or "z alone", "alt": "input",
            "tiles": _tiles(inputs), "spread": measured.input_spread, "flat": None,
            "sums": None, "handed_on": None,
        }
    ]  # fmt: skip
    for index in rows:
        layer = measured.layers[index]
        kept = layer.pictures[:TILES]
        of = f"{len(kept)} of {layer.neurons}" if len(kept) < layer.neurons else f"{layer.neurons}"
        found.append(
            {
                "name": f"Layer {index + 1}",
                "about": f"{of} {layer.activation}{', residual' if layer.residual else ''}",
                "alt": f"layer {index + 1}, neuron",
                "tiles": _tiles([signed_colours(one, brightest[index]) for one in kept]),
                "spread": layer.spread,
                "flat": layer.flat,
                "sums": _heap(layer.before, before),
                "handed_on": _heap(layer.after, after),
            }
        )
    channels = [to_levels(np.repeat(one[:, :, None], 3, 2)) for one in output.pictures]
    found.append(
        {
            "name": "Output", "about": output.function, "alt": "output channel",
            "tiles": _tiles(channels), "spread": output.spread, "flat": None,
            "sums": _heap(output.before, reach_of([output.before])),
            "handed_on": _heap(output.after, (0.0, 1.0)),
        }
    )  # fmt: skip
    return found


def _tiles(pictures: Sequence[Pixels]) -> list[str]:
    tiles = []
    for picture in pictures:
        size = fitted(picture.shape[1] / picture.shape[0], 1.6 * TILE_SIDE, TILE_SIDE)
        tiles.append(data_uri(resized(picture, *size), quality=80))
    return tiles


def data_uri(picture: Pixels, *, quality: int) -> str:
    """Return a picture uint8 [h, w, 3] as a data URI: WebP, a fifth of the size of PNG."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "WEBP", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _heap(found: Distribution, reach: tuple[float, float]) -> str:
    """Return the path of a distribution in a box of 100 x 30."""
    scale = 100.0 / (reach[1] - reach[0])
    edges = np.clip((found.edges - reach[0]) * scale, 0.0, 100.0)
    if edges[-1] - edges[0] < 1.0:
        middle = min(max(float(edges.mean()), 0.5), 99.5)
        return f"M{middle - 0.5:.1f} 30V2h1V30Z"
    seen = np.diff(edges) > 0
    tall = 28.0 * found.counts / max(found.counts[seen].max(), 1)
    steps = [
        f"V{30 - height:.1f}H{right:.1f}"
        for height, right in zip(tall[seen], edges[1:][seen], strict=True)
    ]
    return f"M{edges[:-1][seen][0]:.1f} 30{''.join(steps)}V30Z"


def _chart(draw: Callable[[Axes], None]) -> Markup:
    """Return a chart as SVG whose colours are the page's, so that print can be black on white."""
    import matplotlib
    from markupsafe import Markup
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.4))
    draw(figure.add_axes((0.11, 0.1, 0.87, 0.72)))
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cppnvid"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)  # it would hold for the whole page
    svg = re.sub(r' (xmlns(:\w+)?|width|height)="[^"]*"', "", svg, count=4)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    for colour, name in _INK_OF.items():
        svg = svg.replace(colour, f"var(--{name})")
    # Ours from end to end: numbers and fixed words, nothing that came with a recipe.
    return Markup(svg)  # noqa: S704

"""The page: a report as one HTML file that loads nothing.

Pictures are data URIs, charts are SVG within the page, and whatever came with a recipe, whose title
may be a stranger's, is escaped by the template.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid import __version__
from cppnvid.explanation import words
from cppnvid.explanation.report import Chart, reports_of
from cppnvid.explanation.theme import Ink, Pixels, draw_picture, fitted, resized
from cppnvid.explanation.verdict import Findings, number, percent
from cppnvid.presets import dump

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

PICTURE_SIDE = 720
TILE_SIDE, TILES = 80, 16  # of each layer; with 40 layers of pure noise the page has 2.6 MB


def draw_page(findings: Findings, other: Findings | None = None) -> str:
    """Return the whole page of one network, or of two side by side."""
    return _drawn("report.html.j2", [findings] if other is None else [findings, other])


def draw_fragment(findings: Findings) -> str:
    """Return the page's content alone, for a notebook."""
    return _drawn("content.html.j2", [findings])


def _drawn(template: str, shown: Sequence[Findings]) -> str:
    return _template(template).render(
        reports=reports_of(shown),
        differences=words.differences(shown[0].recipe, shown[-1].recipe),
        words=words,
        most=TILES,
        version=__version__,
    )


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
    environment.filters |= {
        "number": number,
        "percent": percent,
        "picture": lambda findings: data_uri(draw_picture(findings, PICTURE_SIDE), quality=90),
        "tile": _tile,
        "corners": _corners,
        "svg": _svg,
        "variable": _variable,
        "yaml": lambda recipe: dump(words.readable(recipe)),
    }
    return environment.get_template(name)


def _tile(picture: Pixels) -> str:
    size = fitted(picture.shape[1] / picture.shape[0], 1.6 * TILE_SIDE, TILE_SIDE)
    return data_uri(resized(picture, *size), quality=80)


def data_uri(picture: Pixels, *, quality: int) -> str:
    """Return a picture uint8 [h, w, 3] as a data URI: WebP, a fifth of the size of PNG."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "WEBP", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _corners(outline: NDArray[np.float64]) -> str:
    """Return the outline of a heap as the points of a polygon in a box of 100 x 30."""
    return " ".join(f"{100 * x:.1f},{30 - 30 * y:.1f}" for x, y in outline.tolist())


def _svg(chart: Chart) -> Markup:
    """Return a chart as SVG whose colours are the page's, so that print can be black on white."""
    import matplotlib
    from markupsafe import Markup
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.4))
    chart.draw(13, figure.add_axes((0.11, 0.1, 0.87, 0.72)))
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cppnvid"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)  # it would hold for the whole page
    svg = re.sub(r' (xmlns(:\w+)?|width|height)="[^"]*"', "", svg, count=4)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    for ink in Ink:
        svg = svg.replace(ink, _variable(ink))
    # Ours from end to end: numbers and fixed words, nothing that came with a recipe.
    return Markup(svg)  # noqa: S704


def _variable(ink: Ink) -> str:
    """Return a colour as the page's style has it."""
    return f"var(--{ink.name.lower()})"

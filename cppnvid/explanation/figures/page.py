"""The page: every figure with what changed, why it looks so, and what was measured."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from cppnvid import __version__

if TYPE_CHECKING:
    from cppnvid.explanation.figures.making import Drawn, DrawnSweep

# In the head of every page of ours: the gate before a folder is replaced.
MARK = '<meta name="generator" content="cppnvid figures">'


def write_page(path: Path, figures: list[Drawn], sweeps: list[DrawnSweep]) -> None:
    """Write the page that shows figures and sweeps, whose pictures lie beside it."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        files("cppnvid.explanation.figures").joinpath("page.html").read_text(encoding="utf-8")
    )
    text = template.render(figures=figures, sweeps=sweeps, version=__version__)
    path.write_text(text, encoding="utf-8", newline="\n")

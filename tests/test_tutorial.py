"""The tutorial notebook runs from top to end and shows what it says."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
KINDS = {"image/png", "text/html"}


@pytest.fixture(scope="module")
def cells() -> list[Any]:
    """Run the committed notebook afresh; return its code cells."""
    # The kernel's sockets, and those of the loop that talks to it, are closed late.
    tutorial = runpy.run_path(str(ROOT / "docs" / "run_tutorial.py"))
    notebook = tutorial["executed"](ROOT / "docs" / "tutorial.ipynb")
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells: list[Any]) -> list[set[str]]:
    """Return the kinds of picture that every cell shows."""
    return [
        {kind for output in cell["outputs"] for kind in output.get("data", {}) if kind in KINDS}
        for cell in cells
    ]


def printed(cells: list[Any]) -> str:
    """Return all that the cells print."""
    return "".join(
        "".join(output["text"])
        for cell in cells
        for output in cell["outputs"]
        if output["output_type"] == "stream"
    )


def test_every_cell_runs_and_shows_what_the_committed_one_does(cells: list[Any]) -> None:
    """No cell fails; pictures and films appear where a reader of the page sees them."""
    notebook = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text(encoding="utf-8"))
    committed = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]

    assert shown(cells) == shown(committed)
    assert sum("image/png" in kinds for kinds in shown(cells)) >= 7
    assert sum("text/html" in kinds for kinds in shown(cells)) == 2  # films


def test_the_numbers_tell_grey_from_alive(cells: list[Any]) -> None:
    """Signals of the default init die, those of N(0, 1) live, in the order that is taught."""
    text = printed(cells)

    goo, alive = (
        text.index("on a screen that is one colour"),
        text.index("The spread from point to"),
    )
    assert goo < alive
    factors = [
        line.split("gets ")[1].split(" ±")[0] for line in text.splitlines() if "gets" in line
    ]
    default, normal, larger = (float(factor) for factor in factors)
    assert default < 0.7 < 1.2 < normal < larger

"""Run docs/tutorial.ipynb from top to end and keep what it shows: `python docs/run_tutorial.py`."""

import tempfile
from pathlib import Path

import nbclient
import nbformat

TUTORIAL = Path(__file__).parent / "tutorial.ipynb"


def executed(path: Path = TUTORIAL) -> nbformat.NotebookNode:
    """Return the notebook, run in a folder of its own; raises at the first cell that fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": folder}}
        ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when each cell ran is news for nobody
    return notebook


if __name__ == "__main__":
    nbformat.write(executed(), TUTORIAL)

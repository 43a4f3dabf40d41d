"""`figures`: the article's experiments on one page."""

from pathlib import Path

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output
from cppnvid.cli.parse import refusal
from cppnvid.cli.pipes import STDOUT
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request


@command(
    "output animate overwrite quiet",
    output="The folder to make (default figures).",
    animate="Make every experiment move, as a looping video.",
)
def figures(asked: Request, animate: bool) -> Path:
    """Draw the article's experiments, and the page that explains them.

    Open its index.html: what each picture shows, why, and what was measured.
    """
    if asked.output == STDOUT:
        raise refusal("--output", "the figures are a folder, which no pipe holds: name one")
    folder = Path(named_output(asked.output, "figures"))
    from cppnvid.explanation.figures import make_figures

    with Reporter(quiet=asked.quiet, unit="figures") as reporter:
        return make_figures(folder, asked.run(reporter), animate=animate)

"""`figures`: the article's experiments on one page."""

from pathlib import Path
from typing import Annotated

import typer

from cppnvid.cli import options as option
from cppnvid.cli.app import app
from cppnvid.cli.reporter import Reporter, say
from cppnvid.errors import RecipeError


@app.command(cls=option.GroupedCommand)
def figures(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The folder to make.")
    ] = "figures",
    animate: Annotated[
        bool, typer.Option("--animate", help="Let every experiment move, as a looping video.")
    ] = False,
    overwrite: option.Overwrite = False,
    quiet: option.Quiet = False,
) -> None:
    """Draw the article's experiments, and the page that explains them.

    Open index.html in it: what each picture shows, why, and what was measured.
    """
    if not output:
        raise RecipeError("--output is empty: name a folder, or leave the option out")
    from cppnvid.explanation.figures import make_figures

    with Reporter(quiet=quiet, unit="figures") as reporter:
        page = make_figures(
            Path(output),
            animate=animate,
            overwrite=overwrite,
            progress=reporter.progress,
            note=reporter.note,
        )
    say(str(page))

"""The application that commands are registered with, and what stands before them."""

from typing import Annotated

import typer

from cppnvid import __version__
from cppnvid.cli.reporter import say

# Plain help: rich would take half of the time that --help may take, and break lines in boxes.
app = typer.Typer(
    help="Animations and videos painted by small random neural networks.",
    epilog="Start with: cppnvid morph --seeds 1 2 3 --frames 300",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"cppnvid {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Take what stands before the command."""

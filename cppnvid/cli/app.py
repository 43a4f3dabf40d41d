"""The application that commands are registered with, and how they get their options."""

import inspect
from collections import defaultdict
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from cppnvid import __version__
from cppnvid.cli.options import OPTIONS
from cppnvid.cli.parse import gather
from cppnvid.cli.pipes import pipe_of
from cppnvid.cli.reporter import say, say_name
from cppnvid.cli.request import Request
from cppnvid.cli.usage import Commands, check_all_taken
from cppnvid.errors import RecipeError

# What a command returns is the name of the file that it has written, if it writes one.
_Function = TypeVar("_Function", bound=Callable[..., str | PathLike[str] | None])

# Plain help: rich would take half of the time that --help may take, and break lines in boxes.
app = typer.Typer(
    cls=Commands,
    help="Animations and videos painted by small random neural networks.",
    epilog="Start with: cppnvid morph --seeds 1 2 3 --frames 300",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
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


class _Command(TyperCommand):
    """A command that takes several words after `--seeds` and groups options in its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words after the command's name."""
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, gather(args))
        check_all_taken(ctx)
        return left

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each heading, in the order of the options."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                name = record[0].partition(" <")[0]  # an artist need not know of types
                heading = "Arguments" if parameter.param_type_name == "argument" else "Other"
                heading = getattr(parameter, "rich_help_panel", None) or heading
                groups[heading].append((name, record[1]))
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _check_place() -> None:
    """Refuse to work in a folder that is gone: no name means anything, and libraries give up.

    Raises:
        RecipeError: says what to do.
    """
    try:
        Path.cwd()
    except OSError as error:
        raise RecipeError(
            f"the folder you are in cannot be used ({error.strerror}): change to another one"
        ) from error


def command(options: str = "", /, **helps: str) -> Callable[[_Function], _Function]:
    """Register a function as the command of its name, and return it as it is.

    It is called with a `Request` as `asked`, if it takes one, and with the values of those options
    that no request holds.

    Args:
        options: names of rows of the table of options, in the order of their help.
        helps: what the help says of some of them in this command.
    """
    rows = {name: OPTIONS[name] for name in options.split()}

    def register(function: _Function) -> _Function:
        def run(**typed: Any) -> None:
            _check_place()
            asked, others = Request.read(rows, typed)
            pipe = pipe_of(asked, others.pop("format")) if "format" in rows else None
            if "asked" not in inspect.signature(function).parameters:
                function(**others)
            elif pipe is not None:
                with pipe.filled(asked) as filed:
                    function(asked=filed, **others)
            elif (written := function(asked=asked, **others)) is not None:
                say_name(written)

        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=row.form(helps.get(name, row.help)),
                    default=inspect.Parameter.empty if row.required else None,
                )
                for name, row in rows.items()
            ]
        )
        app.command(function.__name__, cls=_Command, help=inspect.getdoc(function))(run)
        return function

    return register

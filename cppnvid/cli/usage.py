"""Words that fit no command: what typer finds wrong with them, said as all other mistakes are."""

from typing import Any

import typer
from typer.core import TyperGroup

from cppnvid.cli.options import OPTIONS
from cppnvid.cli.parse import refusal
from cppnvid.errors import RecipeError

# What typer raises for them; newer ones bring this class along, and older ones take click's.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """The commands, the nearest of which is suggested for an unknown one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where nothing is asked for."""
        if not args:
            typer.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the first word names.

        Raises:
            RecipeError: there is none.
        """
        name = args[0]
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from cppnvid.recipe import unknown

        raise refusal(name, unknown("command", name, self.list_commands(ctx)), given=name)


def check_all_taken(ctx: Any) -> None:
    """Refuse words that no argument of a command has taken.

    Raises:
        RecipeError: there are some.
    """
    if ctx.args:
        words = " ".join(ctx.args)
        problem = f"{ctx.command_path} takes no such word: '{ctx.command_path} --help' lists all"
        raise refusal(words, problem, given=words)


def in_our_words(error: Any) -> RecipeError:
    """Return what typer raised for a command's options and arguments as a mistake of the user."""
    ctx, option = error.ctx, getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    listed = f"'{ctx.command_path} --help' lists all" if ctx is not None else ""
    if option is not None and hasattr(error, "possibilities"):
        near = sorted(error.possibilities or ())
        meant = f": did you mean {' or '.join(near)}?" if near else f": {listed}"
        return refusal(option, f"unknown option{meant}", given=option)
    if option is not None:
        rows = [row for row in OPTIONS.values() if option in (row.typed, row.short)]
        takes = any(not row.flag for row in rows)
        return refusal(option, f"needs a value: {rows[0].metavar}" if takes else "takes no value")
    if parameter is not None and parameter.name in OPTIONS:
        shown = f"'{ctx.command_path} --help' shows where it goes"
        return refusal(OPTIONS[parameter.name].typed, f"is missing: {shown}")
    return RecipeError(error.format_message())

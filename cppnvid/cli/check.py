"""`check`: measure any film's motion and seam."""

from typing import Annotated

import typer

from cppnvid.cli import options as option
from cppnvid.cli.app import app
from cppnvid.cli.reporter import complain, say
from cppnvid.errors import RecipeError

MOST_SEAM = 1.5  # of the median step: by eye, where a loop begins to show where it starts


@app.command(cls=option.GroupedCommand)
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Any video or animation, or a folder of PNGs.")
    ],
    max_seam: Annotated[
        str | None,
        typer.Option(
            "--max-seam", metavar="N", help="Exit with 1 past this many median steps; 1.5."
        ),
    ] = None,
) -> None:
    """Measure how evenly a film moves, and whether it loops without a seam.

    Whoever made it. The last frame's step to the first is compared with the median step, and where
    it is larger with the steps beside it, because a film may be fast where it starts again.
    """
    most = MOST_SEAM if max_seam is None else _number(max_seam)
    from cppnvid.film.loop_check import check_loop

    report = check_loop(file)
    say(f"{file}: {report}")
    if report.tear > most:
        complain(
            f"the seam of {file} is {report.seam:.2f} median steps, and {report.beside:.2f} of the "
            f"steps beside it: more than {most:g}"
        )
        raise typer.Exit(1)


def _number(text: str) -> float:
    from cppnvid.presets import parse

    value = parse(text, "--max-seam", lined=False).data
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise RecipeError(f"--max-seam: must be a number from 0 up, such as 1.5, given {text!r}")
    return float(value)

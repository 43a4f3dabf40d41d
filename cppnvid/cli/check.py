"""`check`: measure any film's motion and seam."""

import typer

from cppnvid.cli.app import command
from cppnvid.cli.reporter import complain, say


@command("file max_seam", file="Any video or animation, or a folder of PNGs.")
def check(file: str, max_seam: float) -> None:
    """Measure how evenly a film moves, and whether it loops without a seam.

    Any program may have made the film. The step from the last frame to the first is compared with
    the median step and, if it is larger, with the steps next to it, because a film may be fast
    where it starts again.
    """
    from cppnvid.film.loop_check import check_loop

    report = check_loop(file)
    say(f"{file}: {report}")
    if report.tear > max_seam:
        complain(
            f"the seam of {file} is {report.seam:.2f} median steps, and {report.beside:.2f} of the "
            f"steps next to it: more than {max_seam:g}"
        )
        raise typer.Exit(1)

"""`--preview`: a quick look at what `morph` or `render` would draw, in the system's browser."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli import viewer
from cppnvid.cli.outputs import summary
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request

if TYPE_CHECKING:
    from cppnvid.cli.plan import Plan


def preview(plan: "Plan", asked: Request) -> Path:
    """Make the preview of a planned film, open it, and return its name.

    It is refused for what the film would be refused for, unless that is a file of its name.
    """
    from cppnvid.encode import Target
    from cppnvid.preview import PreviewFiles, save_preview

    target = Target.of(
        plan.recipe,
        plan.output,
        encoder=asked.encoder,
        overwrite=True,
        sound=None if asked.embed_audio else plan.audio,
        max_size=plan.max_size,
    )
    asked.page.check(target.container, plan.recipe, plan.audio)
    files = PreviewFiles.beside(plan.output)
    with Reporter(quiet=asked.quiet) as reporter:

        def shown(page: Path) -> None:
            since = seconds_since_start()
            refused = viewer.open_file(page)
            how = "open" if refused is None else f"not opened: {refused}"
            reporter.note(f"first frame after {since:.1f} s, on {page} ({how})")

        video = save_preview(
            plan.recipe,
            files,
            replace(asked.run(reporter), encoder="auto"),  # as it is another file than the film
            audio=plan.audio,
            shown=shown,
        )
    reporter.note(f"a preview: {summary(video)}")
    return video.path


def seconds_since_start() -> float:
    """Return how long this process has been running."""
    import psutil

    started = psutil.Process().create_time()
    if hasattr(time, "CLOCK_BOOTTIME"):
        # Linux knows when it was booted by whole seconds: against the wall clock this was 0.8 off.
        return time.clock_gettime(time.CLOCK_BOOTTIME) - (started - psutil.boot_time())
    return time.time() - started

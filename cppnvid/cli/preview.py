"""`--preview`: a quick look at what `morph` or `render` would draw, in the system's viewer."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.cli import viewer
from cppnvid.cli.outputs import summary
from cppnvid.cli.reporter import Reporter, say

if TYPE_CHECKING:
    from cppnvid.recipe import Recipe


def preview(
    recipe: "Recipe",
    output: str,
    given: Mapping[str, Any],
    threads: int | None,
    audio: Path | None,
) -> None:
    """Draw the preview of a film that would be called `output`, and open it; say its name.

    Args:
        recipe: of the film itself.
        output: its name, which is left alone.
        given: the command's options.
        threads: how many processors drawing and encoding take together; None is all.
        audio: the file with its sound.
    """
    from cppnvid.preview import PreviewFiles, save_preview

    files = PreviewFiles.beside(output)
    with Reporter(quiet=given["quiet"]) as reporter:

        def shown(page: Path) -> None:
            since = seconds_since_start()
            refused = viewer.open_file(page)
            how = "open" if refused is None else f"not opened: {refused}"
            reporter.note(f"first frame after {since:.1f} s, on {page} ({how})")

        video = save_preview(
            recipe, files, backend=given["backend"], threads=threads, audio=audio,
            overwrite=given["overwrite"], shown=shown,
            progress=reporter.progress, note=reporter.note,
        )  # fmt: skip
    reporter.note(f"a preview: {summary(video)}")
    say(str(video.path))


def seconds_since_start() -> float:
    """Return how long this process has been running."""
    import psutil

    started = psutil.Process().create_time()
    if hasattr(time, "CLOCK_BOOTTIME"):
        # Linux knows when it was booted by whole seconds: against the wall clock this was 0.8 off.
        return time.clock_gettime(time.CLOCK_BOOTTIME) - (started - psutil.boot_time())
    return time.time() - started

"""The processes that this one has started."""

import psutil


def ffmpegs() -> list[psutil.Process]:
    """Return the ffmpegs that run: another test's browser may run beside them."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.name().startswith("ffmpeg")]

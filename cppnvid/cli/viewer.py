"""Open a finished file in whatever this system opens such files with, and never wait for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def open_file(path: Path) -> str | None:
    """Open a file in the system's viewer; return why it was not, or None.

    Without a display nothing is started: some systems would open a browser in the terminal.
    """
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606 - a page we wrote, by the program Windows has for it
        except OSError as error:  # it has none
            return str(error.strerror or error)
        return None
    if sys.platform != "darwin" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return "there is no display"
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        return "there is no xdg-open"
    try:
        # In a session of its own: Ctrl-C here must not close what it opened.
        subprocess.Popen(
            [program, str(path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return f"{program}: {error.strerror or error}"
    return None

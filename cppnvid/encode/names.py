"""Names of outputs: what Windows takes, and what is made from them, short enough for any disk."""

import hashlib
import os
from pathlib import Path

LONGEST_NAME = 255  # bytes, on nearly every file system
_LONGEST_WORKING = 143  # on eCryptfs, the shortest of those in use
_LONGEST_ADDITION = 60  # bytes that working files add to a name
_HASH = 8  # digits, which keep apart names that begin alike
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³"}


def is_file_on_windows(name: str) -> bool:
    """Tell whether Windows makes a file of exactly this name.

    `con.png` is a device there and `a:b.png` a second stream of `a`; final dots and spaces are
    dropped, so that `--overwrite` would replace another file.
    """
    device = name.partition(".")[0].rstrip(" ").lower() in _DEVICES
    cut = name.endswith((".", " "))
    return not (device or cut or any(sign < " " or sign in '<>:"/\\|?*' for sign in name))


def shortened(stem: str, room: int) -> str:
    """Return a stem, or the start of it and a hash if it has more than `room` bytes."""
    if len(os.fsencode(stem)) <= room:
        return stem
    digest = hashlib.blake2s(os.fsencode(stem)).hexdigest()[:_HASH]
    # By letters: half of one is no name on macOS.
    while len(os.fsencode(stem)) > room - _HASH - 1:
        stem = stem[:-1]
    return f"{stem}-{digest}"


def name_parts(path: Path, *, folder: bool) -> tuple[str, str]:
    """Return the stem and suffix of working files, the stem short enough for what is added."""
    stem, suffix = (path.name, "") if folder else (path.stem, path.suffix)
    return shortened(stem, _LONGEST_WORKING - _LONGEST_ADDITION - len(os.fsencode(suffix))), suffix

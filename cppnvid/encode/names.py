"""Names made from an output's name, short enough for any disk."""

import hashlib
import os
from pathlib import Path

LONGEST_NAME = 255  # bytes, on nearly every file system
_LONGEST_WORKING = 143  # on eCryptfs, the shortest of those in use
_LONGEST_ADDITION = 60  # bytes that working files add to a name
_HASH = 8  # digits, which keep apart names that begin alike


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

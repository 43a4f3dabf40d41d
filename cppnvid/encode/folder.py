"""What a folder of PNGs looks like: `00000.png`, `00001.png`, ... and `recipe.json`.

The recipe is in `recipe.json`, for people and tools, and inside the first picture, for when
that one travels alone.
"""

import re
from pathlib import Path

from cppnvid.encode.names import name_parts

RECIPE_NAME = "recipe.json"


def digits_for(frames: int) -> int:
    """Return how many digits name `frames` pictures: five, or more where five run out."""
    return max(5, len(str(frames - 1)))


def pictures_in(folder: Path) -> list[Path]:
    """Return the numbered PNGs of a folder in playing order."""
    found = [p for p in folder.glob("*.png") if p.stem.isdecimal() and len(p.stem) >= 5]
    return sorted(found)


def entries_of(folder: Path) -> list[Path]:
    """Return what a folder holds, in order, without working files of a run that prepares it."""
    stem, _ = name_parts(folder.resolve(), folder=True)
    working = re.compile(rf"\.{re.escape(stem)}\.(partial|replaced)-\d+.*")
    return sorted(entry for entry in folder.iterdir() if not working.fullmatch(entry.name))


def is_ours(folder: Path) -> bool:
    """Tell whether a folder holds exactly what cppnvid writes: pictures from 0 up, and a recipe.

    The gate before a folder is deleted, so anything else at all (a gap in the numbers, another
    file, a folder inside) makes it false.
    """
    entries = entries_of(folder)
    pictures = [entry.name for entry in entries if entry.name != RECIPE_NAME]
    expected = {f"{k:0{digits_for(len(pictures))}}.png" for k in range(len(pictures))}
    plain = all(entry.is_file() and not entry.is_symlink() for entry in entries)
    return plain and bool(pictures) and set(pictures) == expected

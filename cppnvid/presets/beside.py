"""Where the files are that a recipe's text names: in its own folder and below, and nowhere else.

Whoever wrote a recipe is not who draws it, and may not choose what of that person's disk is read.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath

from cppnvid.errors import RecipeError
from cppnvid.presets.sources import Source


def place_beside(name: str, source: Source, *, key: str, option: str) -> Path:
    """Return the place of a file that a recipe's text names.

    Args:
        name: as it is written, relative to the recipe's folder.
        source: the recipe; without a folder, the current one is meant.
        key: where the name stands, for messages.
        option: with which the user may name any file, for messages.

    Raises:
        RecipeError: the name leads out of the folder, or is none.
    """
    before = f"{source.name}: " if source.name else ""
    folder = source.folder or Path()
    if not name.isprintable() or not name:
        raise RecipeError(f"{before}{key}: {name!r} is no file's name")
    windows = PureWindowsPath(name)
    steps = {*PurePosixPath(name).parts, *windows.parts}
    place = folder / name
    outside = PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in steps
    if outside or not place.resolve().is_relative_to(folder.resolve()):
        raise RecipeError(
            f"{before}{key}: {name!r} lies outside the recipe's folder, where a recipe may not "
            f"look: put the file beside it, or name it with {option}"
        )
    return place

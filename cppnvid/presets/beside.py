"""Where the files are that a recipe's text names: in its own folder and below, and nowhere else.

Whoever wrote a recipe is not who draws it, and may not choose what of that person's disk is read.
"""

from pathlib import Path, PurePosixPath, PureWindowsPath

from cppnvid.errors import RecipeError, Setting
from cppnvid.presets.sources import Source


def place_beside(name: str, source: Source, *, key: str) -> Path:
    """Return the place of a file that a recipe's text names.

    Args:
        name: as it is written, relative to the recipe's folder.
        source: the recipe; without a folder, the current one is meant.
        key: where the name is written.

    Raises:
        RecipeError: the name leads out of the folder, or is not a file's name.
    """
    folder = source.folder or Path()
    if not name.isprintable() or not name:
        raise RecipeError(file=source.name, key=key, given=name, allowed="the name of a file")
    windows = PureWindowsPath(name)
    steps = {*PurePosixPath(name).parts, *windows.parts}
    place = folder / name
    outside = PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in steps
    if outside or not place.resolve().is_relative_to(folder.resolve()):
        raise RecipeError(
            "{name!r} lies outside the recipe's folder, where a recipe may not look: put the file "
            "beside it, or name it yourself with {setting}",
            file=source.name,
            key=key,
            given=name,
            name=name,
            setting=Setting(key),
        )
    return place


def another_file(
    name: str, sha256: object, wanted: object, source: Source, key: str
) -> RecipeError:
    """Return the error for a file that is not the one its recipe was written for."""
    return RecipeError(
        f"{name} is not the file that the recipe was written for: its sha256 is {sha256}, the "
        f"recipe's is {wanted}",
        file=source.name,
        key=key,
        given=sha256,
        allowed=str(wanted),
    )

"""Write contact sheets as PNGs."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode import Target, write_still
from cppnvid.film.run import Run
from cppnvid.sheets.layout import Sheet


def save_sheet(
    sheet: Sheet,
    tiles: Iterable[NDArray[np.uint8]],
    path: str | os.PathLike[str],
    *,
    recipe: str,
    run: Run,
) -> Path:
    """Check the output, then draw a sheet's tiles and write it as PNG with a recipe's text inside.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    target = Target.to(path, sheet.size, overwrite=run.overwrite, still=True)
    write_still(target, [sheet.filled(tiles, run.progress)], recipe_text=recipe, note=run.note)
    return target.path

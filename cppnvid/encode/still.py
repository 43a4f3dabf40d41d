"""Write one PNG from bands of rows, so that the whole picture exists only once in memory."""

import os
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from cppnvid.encode.check import check_output
from cppnvid.encode.metadata import check_recipe
from cppnvid.encode.png import KEYWORD
from cppnvid.encode.publish import publication
from cppnvid.errors import EncodeError, RecipeError
from cppnvid.listening import Note, silent

_COMPRESS_LEVEL = 6


def write_still(
    path: str | os.PathLike[str],
    rows: Iterable[NDArray[np.uint8]],
    *,
    width: int,
    height: int,
    recipe: str = "",
    overwrite: bool = False,
    note: Note = silent,
) -> None:
    """Write bands of rows, uint8 `[k, width, 3]` from top to bottom, as a PNG of that size.

    Bands may differ in k; together they have `height` rows. Takes 4 bytes a pixel: 1.1 GB for
    16384x16384. `note` is told about leftovers of stopped runs.

    Raises:
        RecipeError: for everything `check_output` refuses, and for an ending other than .png.
        ValueError: for a band of another shape or dtype, or more rows than `height`.
        EncodeError: for fewer rows than `height`, or when the disk refuses.
    """
    container = check_output(path, width=width, height=height, fps=Fraction(1), overwrite=overwrite)
    if container.name != "PNG":
        raise RecipeError(f"{os.fspath(path)}: a still is a .png")
    check_recipe(recipe)
    place = Path(path).resolve()
    with publication(place, overwrite=overwrite, folder=False, note=note) as temporary:
        picture = _assemble(rows, width, height, path=place)
        text = PngImagePlugin.PngInfo()
        if recipe:
            text.add_itxt(KEYWORD, recipe)
        try:
            picture.save(temporary, "PNG", pnginfo=text, compress_level=_COMPRESS_LEVEL)
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error}") from None


def _assemble(
    rows: Iterable[NDArray[np.uint8]], width: int, height: int, *, path: Path
) -> Image.Image:
    picture = Image.new("RGB", (width, height))
    top = 0
    for band in rows:
        if band.dtype != np.uint8 or band.ndim != 3 or band.shape[1:] != (width, 3):
            raise ValueError(
                f"a band is {band.dtype} {list(band.shape)}, not uint8 [k, {width}, 3]"
            )
        if top + len(band) > height:
            raise ValueError(f"{top + len(band)} rows were drawn for a picture of {height}")
        picture.paste(Image.fromarray(band), (0, top))
        top += len(band)
    if top != height:
        raise EncodeError(f"{path}: {top} of {height} rows were drawn, so nothing was published")
    return picture

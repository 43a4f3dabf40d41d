"""Write one PNG from bands of rows; no more than a band is ever held."""

import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cppnvid.callbacks import Note, silent
from cppnvid.encode.check import check_output
from cppnvid.encode.formats.png_writer import write_png
from cppnvid.encode.metadata import check_recipe
from cppnvid.encode.publish import publication
from cppnvid.errors import EncodeError, RecipeError


def write_still(
    path: str | os.PathLike[str],
    rows: Iterable[NDArray[Any]],
    *,
    width: int,
    height: int,
    depth: int = 8,
    recipe: str = "",
    overwrite: bool = False,
    note: Note = silent,
) -> None:
    """Write bands of rows, `[k, width, 3]` from top to bottom, as a PNG of that size.

    Bands may differ in k; together they have `height` rows. They are uint8, or uint16 for a `depth`
    of 16. `note` is told about leftovers of stopped runs.

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
    counted = _counted(rows, width, height, kind=f"uint{depth}", path=place)
    with publication(place, overwrite=overwrite, folder=False, note=note) as temporary:
        try:
            with temporary.open("wb") as file:
                write_png(file, counted, width=width, height=height, depth=depth, comment=recipe)
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error.strerror or error}") from None


def _counted(
    rows: Iterable[NDArray[Any]], width: int, height: int, *, kind: str, path: Path
) -> Iterator[NDArray[Any]]:
    top = 0
    for band in rows:
        if band.dtype != kind or band.ndim != 3 or band.shape[1:] != (width, 3):
            raise ValueError(
                f"a band is {band.dtype} {list(band.shape)}, not {kind} [k, {width}, 3]"
            )
        top += len(band)
        if top > height:
            raise ValueError(f"{top} rows were drawn for a picture of {height}")
        yield band
    if top != height:
        raise EncodeError(f"{path}: {top} of {height} rows were drawn, so nothing was published")

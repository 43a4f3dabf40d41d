"""Shared by the tests of sheets: cut tiles and labels out of them."""

import numpy as np
from numpy.typing import NDArray

import cppnvid
from cppnvid.sheets.layout import Sheet


def tile_of(picture: NDArray[np.uint8], sheet: Sheet, index: int) -> NDArray[np.uint8]:
    """Cut a tile out of a sheet."""
    left, top = sheet.corner(index)
    width, height = sheet.tile
    return picture[top : top + height, left : left + width]


def label_of(
    picture: NDArray[np.uint8], sheet: Sheet, index: int, rows: int = 12
) -> NDArray[np.uint8]:
    """Cut the first rows below a tile out of a sheet."""
    left, top = sheet.corner(index)
    width, height = sheet.tile
    return picture[top + height : top + height + rows, left : left + width]


def picture_in(path: str) -> NDArray[np.uint8]:
    """Return the one picture of a PNG."""
    (picture,) = cppnvid.decode(path)
    return picture

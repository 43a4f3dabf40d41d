"""Contact sheets: many small pictures side by side, each with its label, on one picture.

A sheet knows its places before any tile is drawn, so tiles may come one at a time, and a moving
sheet puts new tiles on the same blank in every frame.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cppnvid.callbacks import Progress, silent
from cppnvid.errors import RecipeError
from cppnvid.sheets.lettering import broken, leading, write

MAX_SIDE = 16384  # pixels, as for a still
ASPECT = 1.15  # width over height aimed at where the user names no columns

# Darker than most pictures, but not black, which would swallow dark ones.
BACKGROUND = (21, 21, 24)
LABEL = (196, 193, 187)
HEADING = (228, 225, 219)

_LABEL_LINES = 3
_TITLE_LINES = 4


@dataclass(frozen=True)
class Sheet:
    """The places of everything on a sheet; lengths in pixels.

    Attributes:
        labels: the lines of each tile's label.
        tile: width and height of each tile.
        columns: number of tiles side by side.
        font: height of the labels' letters.
        title: lines above the tiles.
    """

    labels: tuple[tuple[str, ...], ...]
    tile: tuple[int, int]
    columns: int
    font: int
    title: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height: even, because most videos need that."""
        across, down = self._step
        rows = -(-len(self.labels) // self.columns)
        width = 2 * self._margin + self.columns * across - self._gutter
        height = self._top + rows * down - self._gutter + self._margin
        return width + width % 2, height + height % 2

    def corner(self, index: int) -> tuple[int, int]:
        """Return the left and top of a tile's picture."""
        across, down = self._step
        row, column = divmod(index, self.columns)
        return self._margin + column * across, self._top + row * down

    def paste(self, picture: NDArray[np.uint8], index: int, tile: NDArray[np.uint8]) -> None:
        """Put a tile, uint8 [height, width, 3], in its place on a picture of this sheet's size.

        Raises:
            ValueError: the tile has another size.
        """
        width, height = self.tile
        if tile.shape != (height, width, 3):
            raise ValueError(f"tile {index} is {list(tile.shape)}, not [{height}, {width}, 3]")
        left, top = self.corner(index)
        picture[top : top + height, left : left + width] = tile

    def blank(self) -> NDArray[np.uint8]:
        """Draw the sheet without its tiles: uint8 [height, width, 3]."""
        width, height = self.size
        picture = np.empty((height, width, 3), dtype=np.uint8)
        picture[:] = BACKGROUND
        write(picture, self.title, (self._margin, self._margin), self._title_font, HEADING)
        for index, lines in enumerate(self.labels):
            left, top = self.corner(index)
            write(picture, lines, (left, top + self.tile[1] + self._gap), self.font, LABEL)
        return picture

    def filled(
        self, tiles: Iterable[NDArray[np.uint8]], progress: Progress = silent
    ) -> NDArray[np.uint8]:
        """Draw the sheet with its tiles, taken one at a time: uint8 [height, width, 3].

        `progress` is called with (tiles done, tiles in all).

        Raises:
            ValueError: tiles differ in size, or there are not as many as labels.
        """
        picture = self.blank()
        for index, (tile, _) in enumerate(zip(tiles, self.labels, strict=True)):
            self.paste(picture, index, tile)
            progress(index + 1, len(self.labels))
        return picture

    @property
    def _gutter(self) -> int:
        """Between tiles; half of the margin."""
        return max(6, round(min(self.tile) * 0.06))

    @property
    def _margin(self) -> int:
        return 2 * self._gutter

    @property
    def _gap(self) -> int:
        """From a tile to its label."""
        return round(self.font * 0.35)

    @property
    def _step(self) -> tuple[int, int]:
        """From one tile to the next, across and down."""
        width, height = self.tile
        lines = max(len(label) for label in self.labels)
        label = self._gap + lines * leading(self.font) if lines else 0
        return width + self._gutter, height + label + self._gutter

    @property
    def _title_font(self) -> int:
        return round(self.font * 1.3)

    @property
    def _top(self) -> int:
        title = len(self.title) * leading(self._title_font)
        return self._margin + (title + self._gutter if title else 0)


def plan_sheet(
    labels: Sequence[str],
    *,
    tile: tuple[int, int],
    columns: int | None = None,
    title: str = "",
) -> Sheet:
    """Lay out a sheet, from left to right and from top to bottom.

    Args:
        labels: one for each tile; long ones are broken into lines, and cut after the third.
        tile: width and height of every tile in pixels.
        columns: number of tiles side by side; None chooses a pleasant shape.
        title: written above the tiles.

    Raises:
        RecipeError: there are no tiles, or the sheet would have a side of more than `MAX_SIDE`.
    """
    if not labels:
        raise RecipeError("a sheet needs at least one tile")
    if columns is not None and columns < 1:
        raise RecipeError(key="columns", given=columns, allowed="at least 1")
    font = min(max(round(7 + 0.038 * min(tile)), 10), 26)
    lines = tuple(broken(label, tile[0], font, _LABEL_LINES) for label in labels)
    bare = Sheet(lines, tile, 1, font)
    count = min(columns, len(labels)) if columns else _pleasant_columns(bare)
    sheet = replace(bare, columns=count)
    # Before any letter is measured or pixel is taken: a thousand large tiles fill no memory.
    _check_size(sheet)
    across = sheet.size[0] - 2 * sheet._margin
    sheet = replace(sheet, title=broken(title, across, sheet._title_font, _TITLE_LINES))
    _check_size(sheet)
    return sheet


def tile_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return width and height of a tile whose shorter side is this, in the shape of a size."""
    width, height = size
    shorter = min(width, height)
    return max(round(width * side / shorter), 1), max(round(height * side / shorter), 1)


def _check_size(sheet: Sheet) -> None:
    size, tile = ("x".join(map(str, sides)) for sides in (sheet.size, sheet.tile))
    if max(sheet.size) > MAX_SIDE:
        raise RecipeError(
            f"{len(sheet.labels)} tiles of {tile} in {sheet.columns} columns make a sheet of "
            f"{size}, and a side has at most {MAX_SIDE} pixels: take smaller or fewer tiles",
            key="tile",
            given=min(sheet.tile),
        )


def _pleasant_columns(sheet: Sheet) -> int:
    """Return the columns whose sheet is nearest to `ASPECT` and has few empty places."""
    tiles = len(sheet.labels)

    def unpleasant(columns: int) -> float:
        width, height = replace(sheet, columns=columns).size
        return abs(math.log(width / height / ASPECT)) + 2.0 * (-tiles % columns) / tiles

    return min(range(1, tiles + 1), key=unpleasant)

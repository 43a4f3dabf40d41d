"""Contact sheets: many small pictures side by side, each with its label, as one picture.

A sheet knows its places before a tile is drawn, so that tiles come one at a time, and a sheet that
moves pastes new tiles on the same blank for every frame. The font is Pillow's own, so that every
machine draws the same letters; it knows ASCII and little else, which `plain` makes the best of.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cppnvid.errors import RecipeError

MAX_SIDE = 16384  # pixels, as of a still
ASPECT = 1.15  # width over height of a sheet whose columns nobody chose

BACKGROUND = (21, 21, 24)  # darker than most pictures, and no black, in which dark ones would drown
LABEL = (196, 193, 187)
HEADING = (228, 225, 219)
QUIET = (140, 138, 134)

_LABEL_LINES = 3
_HEADING_LINES = 4
_SPOKEN = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "—": "-", "→": "->", "σ": "sigma", "ß": "ss"}
)


@dataclass(frozen=True)
class Sheet:
    """Where everything stands on a sheet; lengths in pixels."""

    labels: tuple[tuple[str, ...], ...]  # of each tile, its lines
    tile: tuple[int, int]  # width, height
    columns: int
    title: tuple[str, ...]  # lines above the tiles
    caption: tuple[str, ...]  # lines below the tiles
    font: int  # height of the labels' letters

    @property
    def size(self) -> tuple[int, int]:
        """Width and height: even, because most videos need that."""
        across, down = self._step
        rows = -(-len(self.labels) // self.columns)
        width = 2 * self._margin + self.columns * across - self._gutter
        height = self._top + rows * down - self._gutter + self._foot
        return width + width % 2, height + height % 2

    def corner(self, index: int) -> tuple[int, int]:
        """Return the left and top of a tile's picture."""
        across, down = self._step
        row, column = divmod(index, self.columns)
        return self._margin + column * across, self._top + row * down

    def paste(self, picture: NDArray[np.uint8], index: int, tile: NDArray[np.uint8]) -> None:
        """Put a tile, uint8 [height, width, 3], in its place on a picture of this sheet's size."""
        width, height = self.tile
        left, top = self.corner(index)
        picture[top : top + height, left : left + width] = tile

    def blank(self) -> NDArray[np.uint8]:
        """Draw the sheet without its tiles: uint8 [height, width, 3]."""
        width, height = self.size
        picture = np.empty((height, width, 3), dtype=np.uint8)
        picture[:] = BACKGROUND
        large = _large(self.font)
        _write(picture, self.title, (self._margin, self._margin), large, HEADING)
        below = height - self._margin - len(self.caption) * _leading(self.font)
        _write(picture, self.caption, (self._margin, below), self.font, QUIET)
        for index, lines in enumerate(self.labels):
            left, top = self.corner(index)
            _write(picture, lines, (left, top + self.tile[1] + _gap(self.font)), self.font, LABEL)
        return picture

    @property
    def _gutter(self) -> int:
        return max(6, round(min(self.tile) * 0.06))

    @property
    def _margin(self) -> int:
        return 2 * self._gutter

    @property
    def _step(self) -> tuple[int, int]:
        """From one tile to the next, across and down."""
        width, height = self.tile
        lines = max(len(label) for label in self.labels)
        label = _gap(self.font) + lines * _leading(self.font) if lines else 0
        return width + self._gutter, height + label + self._gutter

    @property
    def _top(self) -> int:
        title = len(self.title) * _leading(_large(self.font))
        return self._margin + (title + self._gutter if title else 0)

    @property
    def _foot(self) -> int:
        caption = len(self.caption) * _leading(self.font)
        return self._margin + (caption + self._gutter if caption else 0)


def plan_sheet(
    labels: Sequence[str],
    *,
    tile: tuple[int, int],
    columns: int | None = None,
    title: str = "",
    caption: str = "",
) -> Sheet:
    """Lay out a sheet, from left to right and from top to bottom.

    Args:
        labels: one for each tile; long ones are broken, and from the fourth line on cut.
        tile: width and height of every tile in pixels.
        columns: how many tiles stand side by side; None chooses for a pleasant shape.
        title: stands above the tiles.
        caption: stands below them, smaller.

    Raises:
        RecipeError: there are no tiles, or the sheet would be larger than `MAX_SIDE` a side.
    """
    if not labels:
        raise RecipeError("a sheet needs at least one tile")
    if columns is not None and columns < 1:
        raise RecipeError(f"columns {columns}: a sheet has at least one")
    font = min(max(round(7 + 0.038 * min(tile)), 10), 26)
    broken = tuple(_broken(label, tile[0], font, _LABEL_LINES) for label in labels)
    count = min(columns, len(labels)) if columns else _pleasant_columns(broken, tile, font)
    bare = Sheet(broken, tile, count, (), (), font)
    # Before any letter is measured or pixel is taken: a thousand large tiles fill no memory.
    _check_size(bare)
    across = bare.size[0] - 2 * bare._margin
    sheet = Sheet(
        broken,
        tile,
        count,
        _broken(title, across, _large(font), _HEADING_LINES),
        _broken(caption, across, font, _HEADING_LINES),
        font,
    )
    _check_size(sheet)
    return sheet


def draw_sheet(
    tiles: Iterable[NDArray[np.uint8]],
    labels: Sequence[str],
    *,
    columns: int | None = None,
    title: str = "",
    caption: str = "",
) -> NDArray[np.uint8]:
    """Draw a whole sheet: uint8 [height, width, 3], sRGB.

    Args:
        tiles: uint8 [height, width, 3], all of one size, as many as labels; taken one at a time.
        labels: one for each tile, see `plan_sheet`.
        columns: how many tiles stand side by side; None chooses.
        title: stands above the tiles.
        caption: stands below them.

    Raises:
        RecipeError: as `plan_sheet`.
        ValueError: tiles differ in size, or are not as many as labels.
    """
    sheet: Sheet | None = None
    for index, (tile, _) in enumerate(zip(tiles, labels, strict=True)):
        if sheet is None:
            height, width, _ = tile.shape
            sheet = plan_sheet(
                labels, tile=(width, height), columns=columns, title=title, caption=caption
            )
            picture = sheet.blank()
        if tile.shape != (height, width, 3):
            raise ValueError(f"tile {index} is {list(tile.shape)}, not [{height}, {width}, 3]")
        sheet.paste(picture, index, tile)
    if sheet is None:
        raise RecipeError("a sheet needs at least one tile")
    return picture


def tile_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return width and height of a tile whose shorter side is this, in the shape of a size."""
    width, height = size
    shorter = min(width, height)
    return max(round(width * side / shorter), 1), max(round(height * side / shorter), 1)


def plain(text: str) -> str:
    """Return a text in the letters that the font has: `6×16` is `6x16`, `é` is `e`."""
    spoken = unicodedata.normalize("NFKD", text.translate(_SPOKEN))
    bare = (c for c in spoken if not unicodedata.combining(c))
    return "".join(" " if c == "\t" else c if c == "\n" or _is_drawn(c) else "?" for c in bare)


def _check_size(sheet: Sheet) -> None:
    width, height = sheet.size
    if max(width, height) > MAX_SIDE:
        across, down = sheet.tile
        raise RecipeError(
            f"a sheet of {len(sheet.labels)} tiles of {across}x{down} in {sheet.columns} columns "
            f"is {width}x{height}: at most {MAX_SIDE} pixels a side; take smaller ones (--tile), "
            f"or fewer"
        )


def _pleasant_columns(labels: tuple[tuple[str, ...], ...], tile: tuple[int, int], font: int) -> int:
    """Return the columns whose sheet is nearest to `ASPECT` and has few empty places."""

    def unpleasant(columns: int) -> float:
        width, height = Sheet(labels, tile, columns, (), (), font).size
        empty = -len(labels) % columns
        return abs(math.log(width / height / ASPECT)) + 2.0 * empty / len(labels)

    return min(range(1, len(labels) + 1), key=unpleasant)


# ------------------------------------------------------------------ letters


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@lru_cache(maxsize=1024)
def _is_drawn(letter: str) -> bool:
    """Tell whether the font has this letter: what it lacks is all one empty box."""
    return bytes(_font(20).getmask(letter)) != bytes(_font(20).getmask("\uffff"))


def _large(size: int) -> int:
    return round(size * 1.3)


def _leading(size: int) -> int:
    """From one line to the next."""
    return round(size * 1.3)


def _gap(size: int) -> int:
    """Between a tile and its label."""
    return round(size * 0.35)


def _broken(text: str, width: int, size: int, most: int) -> tuple[str, ...]:
    """Break a text into lines of this width, at spaces where there are any; cut what is too long.

    A whole text longer than could ever fit is cut before it is measured.
    """
    lines: list[str] = []
    for line in plain(text)[: 4 * most * width].split("\n"):
        rest = line.strip()
        while rest and len(lines) <= most:
            head = _head(rest, width, size)
            lines.append(head.rstrip())
            rest = rest[len(head) :].lstrip()
    if len(lines) > most:
        last = lines[most - 1]
        while last and _font(size).getlength(last + "…") > width:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return tuple(lines)


def _head(text: str, width: int, size: int) -> str:
    """Return as much of a text as fits, at least a letter."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _font(size).getlength(text[:middle]) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    if low < len(text) and text[low] != " " and (space := text.rfind(" ", 0, low)) > 0:
        return text[:space]
    return text[:low]


def _write(
    picture: NDArray[np.uint8],
    lines: Sequence[str],
    corner: tuple[int, int],
    size: int,
    colour: tuple[int, int, int],
) -> None:
    """Write lines from a left and top on, one mask a line, so that memory does not grow."""
    left, top = corner
    for index, line in enumerate(lines):
        mask = Image.new("L", (math.ceil(_font(size).getlength(line)) + 2, _leading(size)))
        ImageDraw.Draw(mask).text((0, 0), line, fill=255, font=_font(size))
        row = top + index * _leading(size)
        place = picture[row : row + mask.height, left : left + mask.width]
        share = np.asarray(mask, dtype=np.float32)[: place.shape[0], : place.shape[1], None] / 255
        place[:] = np.rint(place + share * (np.array(colour) - place))

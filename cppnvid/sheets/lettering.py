"""Letters on pictures: break texts into lines that fit, and write them.

The font is Pillow's own, so that every machine draws the same letters. It has ASCII and little
else; `plain` replaces the rest.
"""

import math
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_SPOKEN = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "—": "-", "→": "->", "σ": "sigma", "ß": "ss"}
)


def plain(text: str) -> str:
    """Return a text in letters that the font has: `6×16` becomes `6x16`, `é` becomes `e`."""
    spoken = unicodedata.normalize("NFKD", text.translate(_SPOKEN))
    bare = (c for c in spoken if not unicodedata.combining(c))
    return "".join(" " if c == "\t" else c if c == "\n" or _is_drawn(c) else "?" for c in bare)


def leading(size: int) -> int:
    """Return the pixels from one line to the next, for letters of this height."""
    return round(size * 1.3)


def broken(text: str, width: int, size: int, most: int) -> tuple[str, ...]:
    """Break a text into at most `most` lines of `width` pixels, at spaces where it has any.

    What does not fit is cut and ends in an ellipsis.
    """
    lines: list[str] = []
    for line in plain(text)[: 4 * most * width].split("\n"):  # no more could ever fit
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


def write(
    picture: NDArray[np.uint8],
    lines: Sequence[str],
    corner: tuple[int, int],
    size: int,
    colour: tuple[int, int, int],
) -> None:
    """Write lines on a picture, uint8 [height, width, 3], with their left and top at `corner`.

    Each line has a mask of its own, so that memory does not grow with the text.
    """
    left, top = corner
    for index, line in enumerate(lines):
        mask = Image.new("L", (math.ceil(_font(size).getlength(line)) + 2, leading(size)))
        ImageDraw.Draw(mask).text((0, 0), line, fill=255, font=_font(size))
        row = top + index * leading(size)
        place = picture[row : row + mask.height, left : left + mask.width]
        share = np.asarray(mask, dtype=np.float32)[: place.shape[0], : place.shape[1], None] / 255
        place[:] = np.rint(place + share * (np.array(colour) - place))


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


@lru_cache(maxsize=1024)
def _is_drawn(letter: str) -> bool:
    """Return whether the font has this letter: all that it lacks is drawn as the same empty box."""
    return bytes(_font(20).getmask(letter)) != bytes(_font(20).getmask("\uffff"))


def _head(text: str, width: int, size: int) -> str:
    """Return as much of a text as fits, at least one letter."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _font(size).getlength(text[:middle]) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    if low < len(text) and text[low] != " " and (space := text.rfind(" ", 0, low)) > 0:
        return text[:space]
    return text[:low]

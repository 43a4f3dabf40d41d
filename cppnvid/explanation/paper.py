"""Paper: pixels on which to set type, place pictures and draw charts, measured from the top left.

Pillow sets the type, thirty times as fast as matplotlib. Charts are matplotlib's, drawn without
pyplot, so that nothing global changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cppnvid.explanation.theme import Ink, Pixels, font

_DPI = 72  # one point is one pixel
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 64, 24, 44  # around a chart, for its ticks and notes
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}


@dataclass(frozen=True)
class Type:
    """How text is set."""

    size: int  # pixels
    colour: str = Ink.INK
    bold: bool = False
    leading: float = 1.5  # from one line of a paragraph to the next, in sizes

    @property
    def font(self) -> ImageFont.FreeTypeFont:
        """The font at this size."""
        return font(self.size, bold=self.bold)

    def width_of(self, text: str) -> float:
        """Return the width of a line in pixels."""
        return float(self.font.getlength(text))


class Paper:
    """Paper of a fixed width in pixels, cut to the height of what is on it."""

    def __init__(self, width: int, most_height: int) -> None:
        self.width = width
        self._image = Image.new("RGB", (width, most_height), Ink.PAGE)
        self._pen = ImageDraw.Draw(self._image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        type_: Type,
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Set one line with its baseline at y."""
        place = round(x), round(y)
        self._pen.text(place, text, fill=type_.colour, font=type_.font, anchor=_ANCHORS[align])

    def paragraph(self, x: float, y: float, width: float, text: str, type_: Type) -> float:
        """Set text in lines of at most `width`, from y down; return the y below the last line."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and type_.width_of(longer) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        for line in lines:
            y += type_.size * type_.leading
            self.text(x, y, line, type_)
        return y + 0.35 * type_.size

    def picture(self, x: float, y: float, pixels: Pixels) -> None:
        """Place a picture uint8 [h, w, 3] with its upper left corner at (x, y)."""
        self._image.paste(Image.fromarray(np.ascontiguousarray(pixels)), (round(x), round(y)))

    def shape(self, corners: NDArray[np.float64], colour: str) -> None:
        """Fill a polygon of corners [n, 2]."""
        self._pen.polygon([(round(x), round(y)) for x, y in corners.tolist()], fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle at least one pixel wide and high."""
        left, top = round(x), round(y)
        right, bottom = max(round(x + width), left + 1), max(round(y + height), top + 1)
        self._pen.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def chart(
        self, x: float, y: float, width: float, height: float, draw: Callable[[Axes], None]
    ) -> None:
        """Let `draw` fill axes of this size; ticks and notes go around them."""
        whole = width + _LEFT + _RIGHT, height + _TOP + _BOTTOM
        inside = _LEFT / whole[0], _BOTTOM / whole[1], width / whole[0], height / whole[1]
        figure = Figure(figsize=(whole[0] / _DPI, whole[1] / _DPI), dpi=_DPI, facecolor=Ink.PAGE)
        canvas = FigureCanvasAgg(figure)
        draw(figure.add_axes(inside))
        canvas.draw()  # type: ignore[no-untyped-call]
        drawn = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
        self.picture(x - _LEFT, y - _TOP, drawn)

    def pixels(self, height: float) -> Pixels:
        """Return the paper down to `height`: uint8 [height, width, 3]."""
        return np.asarray(self._image.crop((0, 0, self.width, round(height))))

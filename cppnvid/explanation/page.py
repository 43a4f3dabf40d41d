"""A page of pixels to set type, place pictures and draw charts on, counted from the top left.

Type and pictures are Pillow's, which sets a line thirty times as fast as matplotlib; charts are
matplotlib's, by its own objects: no pyplot, so nothing global is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from cppnvid.explanation.theme import INK, PAGE, Pixels, pillow_font

_DPI = 72  # one point is one pixel
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 64, 24, 44  # round a chart, for what is written there


class Page:
    """A page `width` pixels wide that is cut off where its content ends."""

    def __init__(self, width: int, most_height: int) -> None:
        self.width = width
        self._image = Image.new("RGB", (width, most_height), PAGE)
        self._pen = ImageDraw.Draw(self._image)

    def text(
        self, x: float, y: float, text: str, size: float, colour: str = INK, *,
        weight: str = "normal", align: str = "left",
    ) -> None:  # fmt: skip
        """Set one line, its baseline at y."""
        anchor = {"left": "ls", "center": "ms", "right": "rs"}[align]
        font = pillow_font(round(size), weight)
        self._pen.text((round(x), round(y)), text, fill=colour, font=font, anchor=anchor)

    def paragraph(
        self, x: float, y: float, width: float, text: str, size: float, colour: str = INK, *,
        leading: float = 1.5,
    ) -> float:  # fmt: skip
        """Set text in lines of at most `width`, the first below y; return where the last ends."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width_of(longer, size) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        for line in lines:
            y += size * leading
            self.text(x, y, line, size, colour)
        return y + 0.35 * size

    def width_of(self, text: str, size: float, weight: str = "normal") -> float:
        """Return how wide a line is set."""
        return float(pillow_font(round(size), weight).getlength(text))

    def picture(self, x: float, y: float, pixels: Pixels) -> None:
        """Place a picture uint8 [h, w, 3], its upper left corner at whole pixels."""
        self._image.paste(Image.fromarray(np.ascontiguousarray(pixels)), (round(x), round(y)))

    def shape(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill a polygon."""
        self._pen.polygon([(round(x), round(y)) for x, y in points], fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle of at least one pixel."""
        left, top = round(x), round(y)
        right, bottom = max(round(x + width), left + 1), max(round(y + height), top + 1)
        self._pen.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def chart(
        self, x: float, y: float, width: float, height: float, draw: Callable[[Axes], None]
    ) -> None:
        """Let `draw` fill axes that stand in this box; what is beside them is written around it."""
        whole = width + _LEFT + _RIGHT, height + _TOP + _BOTTOM
        figure = Figure(figsize=(whole[0] / _DPI, whole[1] / _DPI), dpi=_DPI, facecolor=PAGE)
        canvas = FigureCanvasAgg(figure)
        draw(
            figure.add_axes(
                (_LEFT / whole[0], _BOTTOM / whole[1], width / whole[0], height / whole[1])
            )
        )
        canvas.draw()  # type: ignore[no-untyped-call]
        drawn = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
        self.picture(x - _LEFT, y - _TOP, drawn)

    def pixels(self, height: float) -> Pixels:
        """Return the page down to `height`: uint8 [height, width, 3]."""
        return np.asarray(self._image.crop((0, 0, self.width, round(height))))

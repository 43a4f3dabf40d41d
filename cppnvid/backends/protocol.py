"""What a backend is: one class for each technology that draws scenes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.colour.pixels import Pixels, Raster


class Backend(Protocol):
    """Draws scenes. Frames are C-contiguous uint8 or uint16 in host memory.

    `pixel_formats` are those that `render` can yield: `yuv420p` only where it is made from colours
    that were not rounded to 8 bits before. Where `raster.samples` is `auto`, a frame is drawn with
    one sample and passes through `adaptive.refined`, to which a backend gives its way to draw a
    list of pixels again; one that has none draws all pixels with `adaptive.everywhere`.
    """

    name: str
    pixel_formats: tuple[str, ...]

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw a frame for each time, in order, as batches.

        rgb24 is uint8 [n, height, width, 3], sRGB; rgb48 the same in uint16, 65535 for 1; yuv420p
        uint8 [n, height · 3/2, width], for even sides: BT.709 of limited range, plane Y, then U and
        V with chroma on the left of its two columns.
        """
        ...

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom as bands [rows, width, 3], whatever its size.

        In rgb24, or in rgb48 where that is in `pixel_formats`.
        """
        ...

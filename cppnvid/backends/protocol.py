"""What a backend is: one class for each technology that draws scenes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Scene
from cppnvid.recipe import Samples

Pixels = NDArray[Any]  # uint8, and uint16 in rgb48
LEVELS: dict[str, type[Any]] = {"rgb24": np.uint8, "rgb48": np.uint16}


class Backend(Protocol):
    """Draws scenes. Frames are C-contiguous uint8 or uint16 in host memory.

    `pixel_formats` are those that `render` can yield: `rgb24`, `rgb48` with 16 bits a channel, and
    `yuv420p` where it is made from colours that were not rounded to 8 bits before. With
    `samples="auto"` a frame is drawn with one sample and passes through `adaptive.refined`, to
    which a backend gives its way to draw a list of pixels again; one that has none draws all pixels
    with `adaptive.everywhere`.
    """

    name: str
    pixel_formats: tuple[str, ...]

    def render(
        self,
        scene: Scene,
        times: Iterable[float],
        *,
        width: int,
        height: int,
        samples: Samples = 1,
        pixel_format: str = "rgb24",
    ) -> Iterator[Pixels]:
        """Draw a frame for each time, in order, as batches.

        rgb24 is uint8 [n, height, width, 3], sRGB; rgb48 the same in uint16, 65535 for 1; yuv420p
        uint8 [n, height · 3/2, width], for even sides: BT.709 of limited range, plane Y, then U and
        V with chroma on the left of its two columns.
        """
        ...

    def bands(
        self,
        moment: Moment,
        *,
        width: int,
        height: int,
        samples: Samples = 1,
        pixel_format: str = "rgb24",
    ) -> Iterator[Pixels]:
        """Draw one frame from top to bottom as bands [rows, width, 3], whatever its size.

        In rgb24, or in rgb48 where that is in `pixel_formats`.
        """
        ...

"""What a backend is, one class for each technology that draws scenes, and what it is chosen for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.adaptive import points_a_pixel
from cppnvid.colour.pixels import Pixels, Raster


class Backend(Protocol):
    """Draws scenes. Frames are C-contiguous uint8 or uint16 in host memory.

    `pixel_formats` are those that `render` can yield: `yuv420p` only where it is made from colours
    that were not rounded to 8 bits before. Where `raster.samples` is `auto`, a frame is drawn with
    one sample and passes through `adaptive.refined`, to which a backend gives its way to draw a
    list of pixels again; one that has none draws all pixels with `adaptive.everywhere`. One that
    `interpolates` goes through `sparse.sparse` where `raster.drawing` is `adaptive`, and others
    draw every pixel: graphics cards do so in less time than a processor takes to interpolate.
    """

    name: str
    pixel_formats: tuple[str, ...]
    interpolates: bool

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points of the screen, on a grid of pixels or not.

        Args:
            moment: the scene at one time.
            x: [n], in the convention of `moment.coordinates`; computed in float32.
            y: [n].

        Returns:
            float32 [n, 3], sRGB-encoded as in a file, in [0, 1]. Decode them with
            `oklab.to_linear` before averaging.
        """
        ...

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


@dataclass(frozen=True)
class Job:
    """What is to be drawn, as far as a backend is chosen by it.

    Args:
        moment: of the scene; None asks for a backend whatever the scene.
        raster: of every frame; None asks for a backend whatever the size of the job.
        frames: how many are drawn; a share of them where several architectures divide a film.
        threads: how many draw on the processor at most; None is all.
        planes: whether frames are taken as yuv420p from a backend that has it.
    """

    moment: Moment | None = None
    raster: Raster | None = None
    frames: float = 1
    threads: int | None = None
    planes: bool = False

    @property
    def points(self) -> int | None:
        """How many points are drawn in all, about."""
        if self.raster is None:
            return None
        pixels = self.frames * self.raster.width * self.raster.height
        return int(pixels * points_a_pixel(self.raster.samples))

    @property
    def pixel_format(self) -> str:
        """Return the format that the backend must have."""
        return self.raster.pixel_format if self.raster else "rgb24"

    @property
    def compiles_twice(self) -> bool:
        """Whether fused backends compile one kernel for all pixels and one for a list of them."""
        return self.raster is not None and self.raster.samples == "auto"

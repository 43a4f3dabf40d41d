"""What `auto` chose, until it has drawn: a card that fails before leaves the job to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends.protocol import Backend
from cppnvid.colour.pixels import Pixels, Raster
from cppnvid.colour.planes import planes_of
from cppnvid.errors import BackendError

Part = TypeVar("Part")
# Takes why a backend failed, and returns the next, or raises that.
Next = Callable[[BackendError], Backend]


class UntilDrawn:
    """A backend that is replaced if it fails before anything was drawn; later it may only fail.

    It keeps the first one's pixel formats, since a film's encoder may already be open for them, and
    whether it interpolates, which the film's recipe may already say.

    Args:
        first: the best.
        next_after: where the others come from.
    """

    def __init__(self, first: Backend, next_after: Next) -> None:
        self.name, self.pixel_formats = first.name, first.pixel_formats
        self.interpolates = first.interpolates
        self._backend, self._next_after = first, next_after
        self._has_drawn = False

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points: see `Backend.colours`."""
        return next(self._drawn(lambda backend: iter([backend.colours(moment, x, y)])))

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time, in order: see `Backend.render`."""
        taken: list[float] = []
        waiting = iter(times)

        def kept() -> Iterator[float]:
            for time in waiting:
                if not self._has_drawn:
                    taken.append(time)
                yield time

        return self._drawn(lambda each: _rendered(each, scene, chain(tuple(taken), kept()), raster))

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`."""
        return self._drawn(lambda backend: backend.bands(moment, raster))

    def _drawn(self, draw: Callable[[Backend], Iterator[Part]]) -> Iterator[Part]:
        """Yield what the first backend draws that can."""
        while True:
            try:
                for part in draw(self._backend):
                    self._has_drawn = True
                    yield part
            except BackendError as error:
                if self._has_drawn:
                    raise
                self._backend = self._next_after(error)
                self.name = self._backend.name
            else:
                return


def _rendered(
    backend: Backend, scene: Timeline, times: Iterable[float], raster: Raster
) -> Iterator[Pixels]:
    """Yield a backend's frames, made into planes where it cannot."""
    if raster.pixel_format in backend.pixel_formats:
        yield from backend.render(scene, times, raster)
        return
    deep = "rgb48" if "rgb48" in backend.pixel_formats else "rgb24"
    for frames in backend.render(scene, times, replace(raster, pixel_format=deep)):
        yield planes_of(frames)

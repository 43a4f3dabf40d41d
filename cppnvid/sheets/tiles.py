"""Tiles: frames of a recipe drawn small, as they are on contact sheets."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import Backend, Job, choose
from cppnvid.backends.adaptive import everywhere
from cppnvid.colour.pixels import Raster, shrink
from cppnvid.recipe import Recipe

SAMPLES = 2  # a tile's pixels are coarse: with one sample, thin lines fall to pieces


def small_frames(
    recipe: Recipe,
    scene: Timeline,
    times: Iterable[float],
    size: tuple[int, int],
    backend: Backend,
) -> Iterator[NDArray[np.uint8]]:
    """Draw a scene small: uint8 [height, width, 3] for each time."""
    for frames in backend.render(scene, times, _raster(recipe, size)):
        for frame in frames:
            yield shrink(frame, size)


def small_still(
    recipe: Recipe, moment: Moment, size: tuple[int, int], backend: Backend
) -> NDArray[np.uint8]:
    """Draw a moment of a recipe small: uint8 [height, width, 3]."""
    return shrink(np.concatenate(list(backend.bands(moment, _raster(recipe, size)))), size)


def chosen(
    backend: str | Backend,
    recipe: Recipe,
    moment: Moment,
    size: tuple[int, int],
    *,
    frames: int,
    note: Callable[[str], None],
) -> Backend:
    """Return the backend itself, or the one with this name that suits so many small frames."""
    if not isinstance(backend, str):
        return backend
    return choose(backend, Job(moment, _raster(recipe, size), frames), note)


def _raster(recipe: Recipe, size: tuple[int, int]) -> Raster:
    """Return at which size and with how many samples a tile is drawn before it is made small.

    Where coordinates count pixels, a smaller frame is not the same picture smaller. `auto` is not
    worth its while for so few pixels.
    """
    samples = everywhere(recipe.canvas.samples)
    if recipe.camera.coordinates == "pixels":
        return Raster(*recipe.canvas.size, samples)
    return Raster(*size, max(samples, SAMPLES))

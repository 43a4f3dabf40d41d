"""Tiles: frames of a recipe drawn small, as they are on contact sheets."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Scene
from cppnvid.backends import Backend, choose
from cppnvid.backends.adaptive import everywhere
from cppnvid.colour.pixels import shrink
from cppnvid.recipe import Recipe

SAMPLES = 2  # a tile's pixels are coarse: with one sample, thin lines fall to pieces


def small_frames(
    recipe: Recipe,
    scene: Scene,
    times: Iterable[float],
    size: tuple[int, int],
    backend: Backend,
) -> Iterator[NDArray[np.uint8]]:
    """Draw a scene small: uint8 [height, width, 3] for each time."""
    (width, height), samples = _drawn_size(recipe, size)
    for frames in backend.render(scene, times, width=width, height=height, samples=samples):
        for frame in frames:
            yield shrink(frame, size)


def small_still(
    recipe: Recipe, moment: Moment, size: tuple[int, int], backend: Backend
) -> NDArray[np.uint8]:
    """Draw a moment of a recipe small: uint8 [height, width, 3]."""
    (width, height), samples = _drawn_size(recipe, size)
    bands = backend.bands(moment, width=width, height=height, samples=samples)
    return shrink(np.concatenate(list(bands)), size)


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
    (width, height), samples = _drawn_size(recipe, size)
    return choose(backend, note, moment=moment, points=frames * width * height * samples**2)


def _drawn_size(recipe: Recipe, size: tuple[int, int]) -> tuple[tuple[int, int], int]:
    """Return at which size and with how many samples a tile is drawn before it is made small.

    Where coordinates count pixels, a smaller frame is not the same picture smaller. `auto` is not
    worth its while for so few pixels.
    """
    samples = everywhere(recipe.canvas.samples)
    if recipe.camera.coordinates == "pixels":
        return recipe.canvas.size, samples
    return size, max(samples, SAMPLES)

"""Tiles, which are frames of a recipe drawn small, and the sheets of them written."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import Backend, Job, choose
from cppnvid.backends.adaptive import everywhere
from cppnvid.colour.pixels import Raster, shrink
from cppnvid.encode import Target, write_still
from cppnvid.film.run import Run
from cppnvid.recipe import Recipe
from cppnvid.sheets.layout import Sheet

SAMPLES = 2  # a tile's pixels are coarse: with one sample, thin lines fall to pieces


@dataclass(frozen=True)
class Tiles:
    """Draws tiles of one size, each uint8 [height, width, 3].

    Attributes:
        size: width and height of a tile.
        raster: what is drawn and then shrunk to that size.
        backend: what draws.
    """

    size: tuple[int, int]
    raster: Raster
    backend: Backend

    @classmethod
    def of(
        cls, recipe: Recipe, size: tuple[int, int], moment: Moment, *, count: int, run: Run
    ) -> "Tiles":
        """Choose what draws `count` tiles of a recipe, of which `moment` is one.

        Raises:
            BackendError: this machine cannot draw them.
        """
        raster = tile_raster(recipe, size)
        return cls(size, raster, choose(run.backend, Job(moment, raster, count), run.note))

    def still(self, moment: Moment) -> NDArray[np.uint8]:
        """Draw one moment."""
        return shrink(np.concatenate(list(self.backend.bands(moment, self.raster))), self.size)

    def frames(self, scene: Timeline, times: Iterable[float]) -> Iterator[NDArray[np.uint8]]:
        """Draw a scene at each time."""
        for frames in self.backend.render(scene, times, self.raster):
            for frame in frames:
                yield shrink(frame, self.size)


def tile_raster(recipe: Recipe, size: tuple[int, int]) -> Raster:
    """Return the raster on which a tile is drawn before it is shrunk to its size.

    Where coordinates count pixels, a smaller frame would not be the same picture made smaller.
    `auto` samples would not pay for so few pixels.
    """
    samples = everywhere(recipe.canvas.samples)
    if recipe.camera.coordinates == "pixels":
        return Raster(*recipe.canvas.size, samples)
    return Raster(*size, max(samples, SAMPLES))


def save_sheet(
    sheet: Sheet,
    tiles: Iterable[NDArray[np.uint8]],
    path: str | os.PathLike[str],
    run: Run,
    recipe_text: str,
) -> Path:
    """Check the output, then draw a sheet's tiles and write it with the text of a recipe inside."""
    target = Target.to(path, sheet.size, overwrite=run.overwrite, still=True)
    picture = sheet.filled(tiles, run.progress)
    write_still(target, [picture], recipe_text=recipe_text, note=run.note)
    return target.path

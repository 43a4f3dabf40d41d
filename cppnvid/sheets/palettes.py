"""All palettes on one picture: each as a bar, and below it the same network's picture in it."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.palette import colouring_at
from cppnvid.backends.colours import colour
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.encode import Target, write_still
from cppnvid.film.pacing import moment_of
from cppnvid.presets import recipe_text
from cppnvid.recipe import COLOUR_MODES, Recipe
from cppnvid.sheets.layout import BACKGROUND, draw_sheet
from cppnvid.sheets.tiles import chosen, small_still

NAMES: tuple[str, ...] = (*GRADIENT_NAMES, *COLOUR_MODES)
SEED = 25  # of 1 to 40 in the house style, it shows most of a gradient: dark, light and between

_SIDE, _BAR, _GAP = 160, 22, 4
_COLUMNS = 9


def save_palettes(
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Path:
    """Draw every palette with its name, and write the sheet as PNG.

    The recipe of the picture rides in it; `progress` is called with (palettes done, in all).

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    recipe = _recipe("rgb")
    target = Target.to(path, (2, 2), overwrite=overwrite, still=True)
    picture = draw_sheet(_tiles(progress), NAMES, columns=_COLUMNS)
    height, width, _ = picture.shape
    target = replace(target, width=width, height=height)
    write_still(target, [picture], recipe_text=recipe_text(recipe, time=0.0), note=note)
    return Path(path)


def _tiles(progress: Progress) -> Iterator[NDArray[np.uint8]]:
    for index, name in enumerate(NAMES):
        yield swatch(name)
        progress(index + 1, len(NAMES))


def swatch(name: str) -> NDArray[np.uint8]:
    """Draw a palette's bar, from 0 to 1, above its picture: uint8 [height, width, 3], sRGB."""
    recipe, size = _recipe(name), (_SIDE, _SIDE)
    moment = moment_of(recipe, 0.0)
    drawer = chosen("auto", recipe, moment, size, frames=len(NAMES), note=silent)
    gap = np.broadcast_to(np.array(BACKGROUND, np.uint8), (_GAP, _SIDE, 3))
    return np.concatenate([_bar(recipe), gap, small_still(recipe, moment, size, drawer)])


def _bar(recipe: Recipe) -> NDArray[np.uint8]:
    """Draw what a network of one channel would have; of cmyk, which has four, cyan to magenta."""
    ramp = np.linspace(0.0, 1.0, _SIDE, dtype=np.float32)[:, None]
    none = np.zeros_like(ramp)
    inks = np.concatenate([1.0 - ramp, ramp, none, none], axis=1)
    colouring = colouring_at(recipe.palette, 0.0, closed=True)
    rgb = colour(inks if colouring.mode == "cmyk" else ramp, colouring)
    line: NDArray[np.uint8] = (rgb * 255.0 + 0.5).astype(np.uint8)
    return line[None].repeat(_BAR, axis=0)


def _recipe(name: str) -> Recipe:
    network = {"channels": 4} if name == "cmyk" else {}
    return Recipe.model_validate(
        {"palette": {"name": name}, "morph": {"seeds": [SEED]}, "network": network}
    )

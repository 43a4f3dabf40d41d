"""All palettes on one sheet: each as a bar, above the same network's picture in it."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.palette import colouring_at
from cppnvid.backends.colours import colour
from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.film.pacing import moment_of
from cppnvid.film.run import Run
from cppnvid.presets import recipe_text
from cppnvid.recipe import COLOUR_MODES, Palette, Recipe
from cppnvid.sheets.layout import BACKGROUND, plan_sheet
from cppnvid.sheets.tiles import Tiles, save_sheet

NAMES: tuple[str, ...] = (*GRADIENT_NAMES, *COLOUR_MODES)
SEED = 25  # of seeds 1 to 40 in the house style, it shows most of a gradient, dark to light

_SIDE, _BAR, _GAP = 160, 22, 4
_COLUMNS = 9


def save_palettes(
    path: str | os.PathLike[str],
    run: Run = Run(),
    palettes: Mapping[str, Palette] | None = None,
) -> Path:
    """Draw palettes, every named one if none are given, with their names, as PNG.

    The file holds the picture's recipe. `run.progress` is called with (palettes done, in all).

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    shown = palettes or {name: Palette(name=name) for name in NAMES}
    tile = (_SIDE, _BAR + _GAP + _SIDE)
    sheet = plan_sheet([*shown], tile=tile, columns=min(_COLUMNS, len(shown)))
    about = next(iter(palettes.values())) if palettes else Palette(name="rgb")
    text = recipe_text(_recipe(about), time=0.0)
    return save_sheet(sheet, map(swatch, shown.values()), path, run, text)


def swatch(palette: Palette) -> NDArray[np.uint8]:
    """Draw a palette's bar, from 0 to 1, above its picture: uint8 [height, width, 3], sRGB."""
    recipe, size = _recipe(palette), (_SIDE, _SIDE)
    moment = moment_of(recipe, 0.0)
    tiles = Tiles.of(recipe, size, moment, count=len(NAMES), run=Run())
    gap = np.broadcast_to(np.array(BACKGROUND, np.uint8), (_GAP, _SIDE, 3))
    return np.concatenate([_bar(recipe), gap, tiles.still(moment)])


def _bar(recipe: Recipe) -> NDArray[np.uint8]:
    """Draw a palette from 0 to 1; cmyk, which has four channels, from cyan to magenta."""
    ramp = np.linspace(0.0, 1.0, _SIDE, dtype=np.float32)[:, None]
    none = np.zeros_like(ramp)
    inks = np.concatenate([1.0 - ramp, ramp, none, none], axis=1)
    colouring = colouring_at(recipe.palette, 0.0, closed=True)
    rgb = colour(inks if colouring.mode == "cmyk" else ramp, colouring)
    line: NDArray[np.uint8] = (rgb * 255.0 + 0.5).astype(np.uint8)
    return line[None].repeat(_BAR, axis=0)


def _recipe(palette: Palette) -> Recipe:
    network = {"channels": 4} if palette.name == "cmyk" else {}
    return Recipe.model_validate(
        {"palette": palette, "morph": {"seeds": [SEED]}, "network": network}
    )

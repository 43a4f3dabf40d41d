"""Storyboards: evenly spaced frames of a film, with their times, on one contact sheet."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import frame_times
from cppnvid.colour.pixels import shrink
from cppnvid.encode import MediaInfo, film_frames, probe_film
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import build_scene
from cppnvid.film.run import Run
from cppnvid.notebook import Still, still
from cppnvid.presets import load_recipe, recipe_text
from cppnvid.recipe import Recipe
from cppnvid.sheets.layout import Sheet, plan_sheet, tile_size
from cppnvid.sheets.tiles import Tiles, save_sheet

FRAMES = 12
FEWEST, MOST = 2, 64
TILE = 240  # pixels of the shorter side: larger than a gallery's, because there are fewer

Film = Recipe | str | os.PathLike[str]


def storyboard(
    film: Film,
    frames: int = FRAMES,
    run: Run = Run(),
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
) -> Still:
    """Show evenly spaced frames of a film on one sheet, each with its time and number.

    Args:
        film: a recipe, whose frames are drawn; or any video, animation or folder of PNGs, whose
            frames are read, whoever made it.
        frames: number of frames, 2 to 64; all of a film that has fewer.
        run: what draws a recipe, and who hears of it; `run.progress` is called with (tiles done,
            tiles in all).
        tile: pixels of a tile's shorter side; its shape is the film's.
        columns: number of tiles side by side; None chooses.
        title: written above the tiles.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: the file is not a film, or the sheet would have a side of more than 16384
            pixels.
        BackendError: this machine cannot draw it.
    """
    board = _board(film, frames)
    sheet = board.sheet(tile, columns, title)
    return still(sheet.filled(board.tiles(sheet.tile, run), run.progress))


def save_storyboard(
    film: Film,
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    frames: int = FRAMES,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
) -> Path:
    """Write evenly spaced frames of a film as one PNG; see `storyboard`.

    The file holds the film's recipe, if it has one.

    Raises as `storyboard`, and:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    board = _board(film, frames)
    sheet = board.sheet(tile, columns, title)
    text = "" if board.recipe is None else recipe_text(board.recipe, sheet="frames")
    return save_sheet(sheet, board.tiles(sheet.tile, run), path, run, text)


def evenly_spaced(count: int, total: int, *, to_the_end: bool) -> list[int]:
    """Return which of a film's frames to show: the first, then `count` in even steps.

    A film that loops leads back to the first; any other is shown `to_the_end`.
    """
    count = min(count, total)
    if to_the_end and count > 1:
        return [round(index * (total - 1) / (count - 1)) for index in range(count)]
    return [index * total // count for index in range(count)]


@dataclass(frozen=True)
class _Board:
    """Frames of a film; without `info` the recipe is drawn, with it the file is read."""

    recipe: Recipe | None
    info: MediaInfo | None
    size: tuple[int, int]
    indexes: list[int]
    labels: list[str]

    def sheet(self, tile: int, columns: int | None, title: str) -> Sheet:
        """Lay the frames out; arguments as for `storyboard`."""
        size = tile_size(self.size, tile)
        return plan_sheet(self.labels, tile=size, columns=columns, title=title)

    def tiles(self, size: tuple[int, int], run: Run) -> Iterator[NDArray[np.uint8]]:
        """Draw or read the frames at this size."""
        if self.info is not None:
            for frame in film_frames(self.info, self.indexes):
                yield shrink(frame, size)
        elif self.recipe is not None:
            scene, times = build_scene(self.recipe), frame_times(self.recipe)
            count = len(self.indexes)
            tiles = Tiles.of(self.recipe, size, scene.at(0.0), count=count, run=run)
            yield from tiles.frames(scene, [float(times[index]) for index in self.indexes])


def _board(film: Film, count: int) -> _Board:
    if not FEWEST <= count <= MOST:
        raise RecipeError(key="frames", given=count, allowed=f"from {FEWEST} to {MOST}")
    info, recipe = None, None
    if isinstance(film, Recipe):
        recipe = film
        size, total, seconds = film.canvas.size, film.output.frames, film.output.seconds
    else:
        info, recipe = probe_film(film), _recipe_in(film)
        size, total, seconds = info.shown_size, info.frames, info.seconds
    to_the_end = recipe is not None and recipe.morph.loop == "open"
    indexes = evenly_spaced(count, total, to_the_end=to_the_end)
    times = (f"{index * seconds / total:.2f} s · " if seconds else "" for index in indexes)
    labels = [f"{time}frame {index}" for time, index in zip(times, indexes, strict=True)]
    return _Board(recipe, info, size, indexes, labels)


def _recipe_in(file: str | os.PathLike[str]) -> Recipe | None:
    """Return the recipe in a file, or None: cppnvid did not make most of them."""
    try:
        return load_recipe(Path(file))
    except RecipeError:
        return None

"""Storyboards: some frames of a film, evenly spaced, with their times, on one contact sheet."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import frame_times
from cppnvid.backends import Backend
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.colour.pixels import shrink
from cppnvid.encode import MediaInfo, Target, film_frames, probe_film, write_still
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import build_scene
from cppnvid.notebook import Still, still
from cppnvid.presets import load_recipe, recipe_text
from cppnvid.recipe import Recipe
from cppnvid.sheets.layout import Sheet, plan_sheet, tile_size
from cppnvid.sheets.tiles import chosen, small_frames

FRAMES = 12
FEWEST, MOST = 2, 64
TILE = 240  # pixels of the shorter side: larger than a gallery's, because there are fewer

Film = Recipe | str | os.PathLike[str]


def storyboard(
    film: Film,
    frames: int = FRAMES,
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    backend: str | Backend = "auto",
) -> Still:
    """Show evenly spaced frames of a film on one sheet, each with its time and number.

    Args:
        film: a recipe, whose frames are drawn; or a video, an animation or a folder of PNGs,
            whoever made it, whose frames are taken out of it.
        frames: how many, 2 to 64; of a shorter film, all.
        tile: pixels of a tile's shorter side; its shape is the film's.
        columns: how many tiles stand side by side; None chooses.
        title: stands above the tiles.
        backend: what draws a recipe: a name that `cppnvid.backends.choose` knows, or a backend.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: the file is no film, or the sheet would be larger than 16384 pixels a side.
        BackendError: this machine cannot draw it.
    """
    return still(_drawn(_board(film, frames, tile, columns, title, backend, silent), silent))


def save_storyboard(
    film: Film,
    path: str | os.PathLike[str],
    *,
    frames: int = FRAMES,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    backend: str | Backend = "auto",
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Path:
    """Write evenly spaced frames of a film as one PNG; see `storyboard`.

    The film's recipe rides in the file, if it has one. `progress` is called with (tiles done,
    tiles in all).

    Raises as `storyboard`, and:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    board = _board(film, frames, tile, columns, title, backend, note)
    target = Target.to(path, board.sheet.size, overwrite=overwrite, still=True)
    write_still(target, [_drawn(board, progress)], recipe_text=_riding(film), note=note)
    return Path(path)


def evenly_spaced(count: int, total: int, *, to_the_end: bool) -> list[int]:
    """Return which of a film's frames to show: the first, then `count` in even steps.

    A film that loops comes back to the first, any other is shown `to_the_end`.
    """
    count = min(count, total)
    if to_the_end and count > 1:
        return [round(index * (total - 1) / (count - 1)) for index in range(count)]
    return [index * total // count for index in range(count)]


@dataclass(frozen=True)
class _Board:
    """A sheet, and the tiles that go on it, which are not drawn before they are asked for."""

    sheet: Sheet
    tiles: Callable[[], Iterator[NDArray[np.uint8]]]


def _board(
    film: Film,
    count: int,
    tile: int,
    columns: int | None,
    title: str,
    backend: str | Backend,
    note: Note,
) -> _Board:
    if not FEWEST <= count <= MOST:
        raise RecipeError(f"frames {count}: a storyboard shows {FEWEST} to {MOST}")
    if isinstance(film, Recipe):
        size, total, seconds = film.canvas.size, film.output.frames, film.output.seconds
        to_the_end = film.morph.loop == "open"
    else:
        info = probe_film(film)
        size, total, seconds = (info.width, info.height), info.frames, info.seconds
        made_from = _recipe_in(film)
        to_the_end = made_from is not None and made_from.morph.loop == "open"
    indexes = evenly_spaced(count, total, to_the_end=to_the_end)
    labels = [_label(index, index * seconds / total if seconds else None) for index in indexes]
    sheet = plan_sheet(labels, tile=tile_size(size, tile), columns=columns, title=title)
    if isinstance(film, Recipe):
        return _Board(sheet, lambda: _from_recipe(film, indexes, sheet.tile, backend, note))
    return _Board(sheet, lambda: _from_file(info, indexes, sheet.tile))


def _label(index: int, seconds: float | None) -> str:
    return f"frame {index}" if seconds is None else f"{seconds:.2f} s · frame {index}"


def _drawn(board: _Board, progress: Progress) -> NDArray[np.uint8]:
    picture = board.sheet.blank()
    for index, tile in enumerate(board.tiles()):
        board.sheet.paste(picture, index, tile)
        progress(index + 1, len(board.sheet.labels))
    return picture


def _from_recipe(
    recipe: Recipe,
    indexes: Sequence[int],
    size: tuple[int, int],
    backend: str | Backend,
    note: Note,
) -> Iterator[NDArray[np.uint8]]:
    scene = build_scene(recipe)
    drawer = chosen(backend, recipe, scene.at(0.0), size, frames=len(indexes), note=note)
    times = frame_times(recipe)
    yield from small_frames(recipe, scene, [float(times[k]) for k in indexes], size, drawer)


def _from_file(
    info: MediaInfo, indexes: Sequence[int], size: tuple[int, int]
) -> Iterator[NDArray[np.uint8]]:
    for frame in film_frames(info, indexes):
        yield shrink(frame, size)


def _riding(film: Film) -> str:
    recipe = film if isinstance(film, Recipe) else _recipe_in(film)
    return "" if recipe is None else recipe_text(recipe, sheet="frames")


def _recipe_in(file: str | os.PathLike[str]) -> Recipe | None:
    """Return the recipe that rides in a file, or None: most are not of our making."""
    try:
        return load_recipe(Path(file))
    except RecipeError:
        return None

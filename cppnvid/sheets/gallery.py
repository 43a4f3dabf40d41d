"""Galleries: many seeds of one recipe on a contact sheet, still or moving, best first if asked.

A tile is the picture that a seed's still shows, drawn small and a little smoother. In a moving
sheet each tile is the film of its one seed, an orbit, so the whole sheet is a loop.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.animation.timing import frame_times
from cppnvid.callbacks import Progress, silent
from cppnvid.encode import Target, open_encoder
from cppnvid.errors import RecipeError, Setting
from cppnvid.film.pacing import build_scene, moment_of
from cppnvid.film.run import Run
from cppnvid.notebook import Still, Video, still
from cppnvid.presets import load_recipe, recipe_text
from cppnvid.recipe import AROUND_ONE, Output, Recipe
from cppnvid.recipe.model import MAX_WEIGHTS
from cppnvid.sheets.layout import Sheet, plan_sheet, tile_size
from cppnvid.sheets.scoring import SIDE as SCORED_SIDE, score
from cppnvid.sheets.tiles import Tiles, save_sheet

SEEDS = range(1, 65)
TILE = 160  # pixels of a tile's shorter side: eight fit across a laptop's screen

_BYTES_AT_ONCE = 2**27  # of a moving sheet's frames, while its tiles are drawn one after another


def contact_sheet(
    recipe: Recipe,
    seeds: Sequence[int | str] = SEEDS,
    run: Run = Run(),
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
) -> Still:
    """Draw the pictures of many seeds on one numbered sheet.

    Args:
        recipe: everything but the seeds; with `morph.of: z` they are latents of its network.
        seeds: in the order of the tiles.
        run: what draws, and who hears of it; `run.progress` is called with (tiles done, tiles in
            all).
        tile: pixels of a tile's shorter side; its shape is the recipe's.
        columns: number of tiles side by side; None chooses.
        title: written above the tiles.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: there are no seeds, or the sheet would have a side of more than 16384 pixels.
        BackendError: this machine cannot draw it.
    """
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    return still(sheet.filled(stills(recipe, seeds, sheet.tile, run), run.progress))


def save_contact_sheet(
    recipe: Recipe,
    seeds: Sequence[int | str],
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    time: float = 0.0,
) -> Path:
    """Draw the pictures of many seeds and write them as one PNG; see `contact_sheet`.

    The file holds the recipe with all seeds, so that any of them can be drawn from it again.
    `time`, 0 to 1, is the moment of each seed's film.

    Raises as `contact_sheet`, and:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    tiles = stills(recipe, seeds, sheet.tile, run, time)
    return save_sheet(sheet, tiles, path, run, sheet_text(recipe, seeds))


def save_moving_sheet(
    recipe: Recipe,
    seeds: Sequence[int | str],
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
) -> Video:
    """Film the orbits of many seeds on one numbered sheet, a loop; see `contact_sheet`.

    Length and frame rate are the recipe's. A recipe that does not loop runs back to its start.
    At most 128 MB of frames are in memory.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it.
        EncodeError: ffmpeg or the disk failed; any older file is unchanged.
    """
    if recipe.morph.loop == "open":
        recipe = _with_morph(recipe, {"loop": "ping-pong"})
    if 3 * recipe.network.weight_count * len(seeds) > MAX_WEIGHTS:  # an orbit has three corners
        raise RecipeError(
            f"{len(seeds)} orbits of a network of {recipe.network.weight_count:,} weights do not "
            f"fit into memory: take fewer seeds",
            key="seeds",
            given=len(seeds),
        )
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    output = recipe.output
    plain = Output(frames=output.frames, fps=output.fps, crf=output.crf)
    target = Target.to(path, sheet.size, plain, overwrite=run.overwrite)
    if recipe.morph.pace == "even":
        run.note(f"measuring the pace of {len(seeds)} orbits")
    scenes = [build_scene(of_seed(recipe, seed)) for seed in seeds]
    first, count = scenes[0].at(0.0), len(seeds) * output.frames
    tiles = Tiles.of(recipe, sheet.tile, first, count=count, run=run)
    with open_encoder(target, recipe_text=sheet_text(recipe, seeds), note=run.note) as encoder:
        done = 0
        for frames in _moving(recipe, scenes, sheet, tiles):
            encoder.write(frames)
            done += len(frames)
            run.progress(done, output.frames)
    return Video(target.path, *sheet.size, output.frames, output.seconds)


def best_seeds(
    recipe: Recipe, seeds: Iterable[int | str], count: int, *, progress: Progress = silent
) -> list[int | str]:
    """Return the `count` seeds whose stills score highest, best first; see `cppnvid.score`.

    They are always drawn by numpy, so that the choice does not depend on the backend.

    Raises:
        RecipeError: there are fewer than `count` different seeds.
    """
    different = list(dict.fromkeys(seeds))
    if not 1 <= count <= len(different):
        allowed = f"from 1 to {len(different)}, the number of different seeds"
        raise RecipeError(key="count", given=count, allowed=allowed)
    size = tile_size(recipe.canvas.size, SCORED_SIDE)
    scores = {}
    for frame, seed in zip(stills(recipe, different, size, Run("numpy")), different, strict=True):
        scores[seed] = score(frame)
        progress(len(scores), len(different))
    return sorted(different, key=lambda seed: -scores[seed])[:count]


def plan_gallery(
    recipe: Recipe,
    seeds: Sequence[int | str],
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    labels: Sequence[str] = (),
) -> Sheet:
    """Lay out a gallery, whose labels are its seeds; others are those of `contact_sheet`."""
    check_seeds(recipe, seeds)
    size = tile_size(recipe.canvas.size, tile)
    texts = labels or [str(seed) for seed in seeds]
    return plan_sheet(texts, tile=size, columns=columns, title=title)


def check_seeds(recipe: Recipe, seeds: Sequence[int | str]) -> None:
    """Refuse what no gallery shows.

    Raises:
        RecipeError: there are no seeds, one of them is none, or the networks come from files.
    """
    if not seeds:
        raise RecipeError("none given: a sheet shows at least one", key="seeds")
    if recipe.morph.weights and recipe.morph.of == "weights":
        raise RecipeError(
            "a gallery shows seeds, and a network from a file has none: with {latents} seeds are "
            "its latents, with {none} they are networks of their own",
            key="morph.weights",
            latents=Setting("morph.of", "z"),
            none=Setting("morph.weights", "[]"),
        )
    with_seeds(recipe, seeds)  # raises unless all of them are seeds


# ------------------------------------------------------------------ recipes


def of_seed(recipe: Recipe, seed: int | str) -> Recipe:
    """Return the recipe of one seed's film: an orbit, which starts at the seed's own picture."""
    morph = recipe.morph.model_copy(update={"seeds": (seed,), "path": "orbit", "holds": ()})
    return recipe.model_copy(update={"morph": morph})


def with_seeds(recipe: Recipe, seeds: Sequence[int | str]) -> Recipe:
    """Return the recipe of a walk through seeds.

    Raises:
        RecipeError: one of them is not a seed, or there are more than a recipe holds.
    """
    path = recipe.morph.path
    if (path in AROUND_ONE) != (len(seeds) == 1):
        path = "orbit" if len(seeds) == 1 else "cubic"
    values: dict[str, object] = {"seeds": list(seeds), "path": path}
    if tuple(seeds) != recipe.morph.seeds:
        values |= {"holds": [], "times": []}  # which belong to each of the former seeds
    return _with_morph(recipe, values)


def _with_morph(recipe: Recipe, values: dict[str, object]) -> Recipe:
    data = recipe.to_data()
    return load_recipe(data | {"morph": data["morph"] | values})


def sheet_text(recipe: Recipe, seeds: Sequence[int | str], kind: str = "seeds") -> str:
    """Return the text of the recipe that a sheet of these seeds holds."""
    return recipe_text(with_seeds(recipe, seeds), sheet=kind)


# ------------------------------------------------------------------ drawing


def stills(
    recipe: Recipe, seeds: Sequence[int | str], size: tuple[int, int], run: Run, time: float = 0.0
) -> Iterator[NDArray[np.uint8]]:
    """Draw each seed's still, small."""
    tiles: Tiles | None = None
    for seed in seeds:
        moment = moment_of(of_seed(recipe, seed), time)
        tiles = tiles or Tiles.of(recipe, size, moment, count=len(seeds), run=run)
        yield tiles.still(moment)


def _moving(
    recipe: Recipe, scenes: Sequence[Scene], sheet: Sheet, tiles: Tiles
) -> Iterator[NDArray[np.uint8]]:
    """Draw a moving sheet: batches of uint8 [n, height, width, 3]."""
    blank = sheet.blank()
    times = [float(time) for time in frame_times(recipe)]
    batch = max(_BYTES_AT_ONCE // blank.nbytes, 1)
    for start in range(0, len(times), batch):
        part = times[start : start + batch]
        frames = np.repeat(blank[None], len(part), axis=0)
        for index, scene in enumerate(scenes):
            for frame, tile in zip(frames, tiles.frames(scene, part), strict=True):
                sheet.paste(frame, index, tile)
        yield frames

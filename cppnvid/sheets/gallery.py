"""Galleries: many seeds of one recipe on a contact sheet, still or moving, best first if asked.

A tile is the picture that a seed's still shows, drawn small and a little smoother; in a moving
sheet each tile is the film of its one seed, an orbit, and so the whole sheet is a loop.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.animation.timing import frame_times
from cppnvid.backends import Backend
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.encode import Target, open_encoder, write_still
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import build_scene, moment_of
from cppnvid.notebook import Still, Video, still
from cppnvid.presets import load_recipe, recipe_text
from cppnvid.recipe import AROUND_ONE, Output, Recipe
from cppnvid.recipe.model import MAX_WEIGHTS
from cppnvid.sheets.layout import Sheet, plan_sheet, tile_size
from cppnvid.sheets.scoring import SIDE as SCORED_SIDE
from cppnvid.sheets.scoring import score
from cppnvid.sheets.tiles import chosen, small_frames, small_still

SEEDS = range(1, 65)
TILE = 160  # pixels of a tile's shorter side: eight fit a laptop's screen, and forms are plain

_BYTES_AT_ONCE = 2**27  # of a moving sheet's frames, while its tiles are drawn one after another


def contact_sheet(
    recipe: Recipe,
    seeds: Sequence[int] = SEEDS,
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    backend: str | Backend = "auto",
) -> Still:
    """Draw the pictures of many seeds on one numbered sheet.

    Args:
        recipe: everything but the seeds; with `morph.of: z` they are latents of its network.
        seeds: in the order they are to stand in.
        tile: pixels of a tile's shorter side; its shape is the recipe's.
        columns: how many tiles stand side by side; None chooses.
        title: stands above the tiles.
        backend: a name that `cppnvid.backends.choose` knows, or a backend.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: there are no seeds, or the sheet would be larger than 16384 pixels a side.
        BackendError: this machine cannot draw it.
    """
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    return still(_drawn(recipe, seeds, sheet, backend, silent, silent))


def save_contact_sheet(
    recipe: Recipe,
    seeds: Sequence[int],
    path: str | os.PathLike[str],
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    time: float = 0.0,
    backend: str | Backend = "auto",
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Path:
    """Draw the pictures of many seeds and write them as one PNG; see `contact_sheet`.

    The recipe rides in the file with all seeds, so that any of them is drawn from it again.
    `time` is the moment of each seed's film, `progress` is called with (tiles done, tiles in all).

    Raises as `contact_sheet`, and:
        RecipeError: the output cannot be as asked; nothing was drawn.
        EncodeError: the disk failed.
    """
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    target = Target.to(path, sheet.size, overwrite=overwrite, still=True)
    picture = _drawn(recipe, seeds, sheet, backend, progress, note, time)
    text = recipe_text(with_seeds(recipe, seeds), sheet="seeds")
    write_still(target, [picture], recipe_text=text, note=note)
    return Path(path)


def save_moving_sheet(
    recipe: Recipe,
    seeds: Sequence[int],
    path: str | os.PathLike[str],
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
    backend: str | Backend = "auto",
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Video:
    """Film the orbits of many seeds on one numbered sheet, a loop; see `contact_sheet`.

    Length and frame rate are the recipe's. A recipe that does not loop runs back to its start.
    At most 128 MB of frames are held.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    if recipe.morph.loop == "open":
        recipe = _with_morph(recipe, {"loop": "ping-pong"})
    if 3 * recipe.network.weight_count * len(seeds) > MAX_WEIGHTS:  # an orbit has three corners
        raise RecipeError(
            f"seeds: {len(seeds)} orbits of a network of {recipe.network.weight_count:,} "
            f"weights are more than are held at once: take fewer seeds"
        )
    sheet = plan_gallery(recipe, seeds, tile=tile, columns=columns, title=title)
    width, height = sheet.size
    output = recipe.output
    plain = Output(frames=output.frames, fps=output.fps, crf=output.crf)
    target = Target.to(path, sheet.size, plain, overwrite=overwrite)
    if recipe.morph.pace == "even":
        note(f"measuring the pace of {len(seeds)} orbits")
    scenes = [build_scene(of_seed(recipe, seed)) for seed in seeds]
    drawer = chosen(
        backend, recipe, scenes[0].at(0.0), sheet.tile,
        frames=len(seeds) * output.frames, note=note,
    )  # fmt: skip
    text = recipe_text(with_seeds(recipe, seeds), sheet="seeds")
    with open_encoder(target, recipe_text=text, note=note) as encoder:
        done = 0
        for frames in _moving(recipe, scenes, sheet, drawer):
            encoder.write(frames)
            done += len(frames)
            progress(done, output.frames)
    return Video(Path(path), width, height, output.frames, output.seconds)


def best_seeds(
    recipe: Recipe, seeds: Iterable[int], count: int, *, progress: Progress = silent
) -> list[int]:
    """Return the seeds whose stills score highest, best first; see `cppnvid.score`.

    Always drawn by numpy, so that the choice does not depend on the backend.

    Raises:
        RecipeError: there are fewer than `count` different seeds.
    """
    different = list(dict.fromkeys(seeds))
    if not 1 <= count <= len(different):
        raise RecipeError(f"best {count}: there are {len(different)} seeds to choose from")
    size = tile_size(recipe.canvas.size, SCORED_SIDE)
    scores = {}
    for frame, seed in zip(
        _stills(recipe, different, size, "numpy", silent), different, strict=True
    ):
        scores[seed] = score(frame)
        progress(len(scores), len(different))
    return sorted(different, key=lambda seed: -scores[seed])[:count]


def plan_gallery(
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    tile: int = TILE,
    columns: int | None = None,
    title: str = "",
) -> Sheet:
    """Lay out a gallery; the arguments and what is raised are `contact_sheet`'s."""
    if not seeds:
        raise RecipeError("seeds: none given, and a sheet shows at least one")
    if recipe.morph.weights and recipe.morph.of == "weights":
        raise RecipeError("morph.weights: a network from a file is no seed's, so none is shown")
    with_seeds(recipe, seeds)  # raises unless all of them are seeds
    return plan_sheet(
        [str(seed) for seed in seeds],
        tile=tile_size(recipe.canvas.size, tile),
        columns=columns,
        title=title,
    )


# ------------------------------------------------------------------ recipes


def of_seed(recipe: Recipe, seed: int) -> Recipe:
    """Return the recipe of one seed's film: an orbit, which starts at the seed's own picture."""
    morph = recipe.morph.model_copy(update={"seeds": (seed,), "path": "orbit", "holds": ()})
    return recipe.model_copy(update={"morph": morph})


def with_seeds(recipe: Recipe, seeds: Sequence[int]) -> Recipe:
    """Return the recipe of a walk through seeds.

    Raises:
        RecipeError: one of them is no seed, or there are more than a recipe holds.
    """
    path = recipe.morph.path
    if (path in AROUND_ONE) != (len(seeds) == 1):
        path = "orbit" if len(seeds) == 1 else "cubic"
    values: dict[str, object] = {"seeds": list(seeds), "path": path}
    if tuple(seeds) != recipe.morph.seeds:
        values |= {"holds": [], "times": []}  # of each seed, and of other seeds
    return _with_morph(recipe, values)


def _with_morph(recipe: Recipe, values: dict[str, object]) -> Recipe:
    data = recipe.to_data()
    return load_recipe(data | {"morph": data["morph"] | values})


# ------------------------------------------------------------------ drawing


def _drawn(
    recipe: Recipe,
    seeds: Sequence[int],
    sheet: Sheet,
    backend: str | Backend,
    progress: Progress,
    note: Note,
    time: float = 0.0,
) -> NDArray[np.uint8]:
    picture = sheet.blank()
    for index, tile in enumerate(_stills(recipe, seeds, sheet.tile, backend, note, time)):
        sheet.paste(picture, index, tile)
        progress(index + 1, len(seeds))
    return picture


def _stills(
    recipe: Recipe,
    seeds: Sequence[int],
    size: tuple[int, int],
    backend: str | Backend,
    note: Note,
    time: float = 0.0,
) -> Iterator[NDArray[np.uint8]]:
    """Draw each seed's still, small."""
    drawer: Backend | None = None
    for seed in seeds:
        moment = moment_of(of_seed(recipe, seed), time)
        if drawer is None:
            drawer = chosen(backend, recipe, moment, size, frames=len(seeds), note=note)
        yield small_still(recipe, moment, size, drawer)


def _moving(
    recipe: Recipe, scenes: Sequence[Scene], sheet: Sheet, backend: Backend
) -> Iterator[NDArray[np.uint8]]:
    """Draw a moving sheet: batches of uint8 [n, height, width, 3]."""
    blank = sheet.blank()
    times = [float(time) for time in frame_times(recipe)]
    batch = max(_BYTES_AT_ONCE // blank.nbytes, 1)
    for start in range(0, len(times), batch):
        part = times[start : start + batch]
        frames = np.repeat(blank[None], len(part), axis=0)
        for index, scene in enumerate(scenes):
            tiles = small_frames(recipe, scene, part, sheet.tile, backend)
            for frame, tile in zip(frames, tiles, strict=True):
                sheet.paste(frame, index, tile)
        yield frames

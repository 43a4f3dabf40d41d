"""A file under a cap: encode, look at its size, give something up, until it fits.

Nothing is published before it fits: what is tried stands in a folder of its own beside the output.
"""

import math
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cppnvid.encode import coded, coding_of, container_for
from cppnvid.encode.arguments import quality_of
from cppnvid.encode.containers import FOLDER_SUFFIX, Container
from cppnvid.encode.publish import publication, working_folder
from cppnvid.errors import RecipeError
from cppnvid.filesize import file_size
from cppnvid.filming import Film, write_film
from cppnvid.listening import Note, Progress, silent
from cppnvid.recipe import Recipe

# What a step of crf divides the size by: 1.12 for x264, 1.06 for VP9, whose scale is longer.
_A_STEP = {51: math.log(1.12), 63: math.log(1.06)}
_AIM = 0.95  # of the cap, as sizes are smooth and yet not exactly known


def write_fitted(
    film: Film,
    path: str | os.PathLike[str],
    max_size: int,
    *,
    keep: Collection[str] = (),
    encoder: str = "auto",
    threads: int | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Film:
    """Write a film as a file of at most `max_size` bytes; return the film that it holds.

    Args:
        film: what to draw.
        path: where it is published, complete and small enough.
        max_size: in bytes.
        keep: keys of the recipe that are not given up, such as `output.fps`.
        encoder: of MP4.
        threads: how many processors drawing and encoding take together, at most; None is all.
        overwrite: replace what stands there.
        progress: called with (frames done, frames in all) after every batch.
        note: told in one line what was given up.

    Raises:
        RecipeError: it cannot be as small, or the output is a folder of pictures.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    container = coded(container_for(path), coding_of(film.recipe.output))
    if FOLDER_SUFFIX in container.suffixes:
        raise RecipeError(f"--max-size: is for one file, and {os.fspath(path)} is a folder of many")
    if max_size < 1:
        raise RecipeError(f"--max-size: must be more than 0, given {max_size}")
    place = Path(path).resolve()
    asked = film.recipe
    with (
        publication(place, overwrite=overwrite, folder=False, note=note) as temporary,
        working_folder(temporary, "fitting") as folder,
    ):
        while True:
            trial = folder / f"trial{place.suffix}"
            write_film(
                film, trial, encoder=encoder, threads=threads, overwrite=True, progress=progress,
                note=note,
            )  # fmt: skip
            size = trial.stat().st_size
            if size <= max_size:
                break
            recipe = _coarser(film.recipe, container, size, max_size, keep)
            film = replace(film, recipe=recipe)
        trial.replace(temporary)
    if film.recipe is not asked:
        before, after = (
            quality_of(container, recipe.output.crf) for recipe in (asked, film.recipe)
        )
        note(f"fitted to {file_size(max_size)}: crf {before} -> {after}")
    return film


def _coarser(
    recipe: Recipe, container: Container, size: int, max_size: int, keep: Collection[str]
) -> Recipe:
    crf = quality_of(container, recipe.output.crf)
    if crf is None or container.max_crf is None or "output.crf" in keep or crf == container.max_crf:
        raise RecipeError(
            f"--max-size: the file has {file_size(size)}, more than {file_size(max_size)}: "
            f"choose a smaller --size, or fewer --seconds"
        )
    steps = math.ceil(math.log(size / (_AIM * max_size)) / _A_STEP[container.max_crf])
    output = recipe.output.model_copy(update={"crf": min(crf + max(steps, 1), container.max_crf)})
    return recipe.model_copy(update={"output": output})

"""The whole program on one screen: recipe to scene, scene to frames, frames to file."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment
from cppnvid.animation.timing import jump_note
from cppnvid.backends import Backend
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.colour.dither import dithered_bands
from cppnvid.colour.pixels import Pixels, Raster
from cppnvid.encode import Target, write_still
from cppnvid.errors import RecipeError
from cppnvid.film.clipping import saturation_note
from cppnvid.film.film import chosen, film_of, shares, write_film
from cppnvid.film.gif_palette import with_gif_colours
from cppnvid.film.pacing import moment_of
from cppnvid.film.size_cap import write_fitted
from cppnvid.notebook import Still, Video, still
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe


def render_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    backend: str | Backend = "auto",
    encoder: str = "auto",
    threads: int | None = None,
    max_size: int | None = None,
    keep: Collection[str] = (),
    audio: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Video:
    """Draw a recipe and write it as the video, animation or folder of PNGs its ending asks for.

    Args:
        recipe: what to draw; it rides in the file.
        path: .mp4, .mov, .webm, .gif, .webp, .apng, or a folder of PNGs if it ends in `/`.
        backend: a name that `cppnvid.backends.choose` knows, or a backend.
        encoder: of MP4: `auto` (x264), `x264`, or this machine's `nvenc` or `videotoolbox`.
        threads: how many processors drawing and encoding take together, at most; None is all.
        max_size: of the file in bytes; where it would be larger, something is given up until it is
            not, `note` is told what, and the recipe in the file is the one that fits.
        keep: keys of the recipe that are not given up for `max_size`, such as `output.fps`.
        audio: a file whose sound is laid under the film, cut or repeated to its length; for .mp4,
            .mov and .webm. What the recipe lets react to it and was not heard yet is heard now.
        overwrite: replace what stands there, once the new file is complete.
        progress: called with (frames done, frames in all) after every batch.
        note: called with what a user may want to know, such as the backend chosen.

    Returns:
        The finished file, which plays in a notebook.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it, or lacks the encoder asked for.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    target = Target.of(
        recipe, path, encoder=encoder, overwrite=overwrite, sound=audio, max_size=max_size
    )
    if audio is not None and recipe.sound.unheard:
        from cppnvid.audio import heard  # scipy is half a second that a silent film need not take

        recipe = heard(recipe, Path(audio))
    drawing, _ = shares(threads)
    film = film_of(recipe, backend, audio=audio, note=note, threads=drawing, target=target)
    if target.container.name == "GIF":
        film = with_gif_colours(film, note)
    if max_size is None:
        write_film(film, target, threads=threads, progress=progress, note=note)
    else:
        film = write_fitted(
            film, target, max_size, keep=keep, threads=threads, progress=progress, note=note
        )
    width, height = film.recipe.canvas.size
    output = film.recipe.output
    flat = saturation_note([film.scene.at(time) for time in (0.0, 1 / 3, 2 / 3)], width, height)
    if flat is not None:
        note(flat)
    jump = jump_note(film.recipe)
    if jump is not None:
        note(jump)
    if output.repeat > 1 and recipe.morph.loop == "open":
        note("the film ends elsewhere than it starts, so it jumps where it is repeated")
    times = output.repeat
    return Video(Path(path), width, height, times * output.frames, times * output.seconds)


def render_frames(
    recipe: Recipe, *, backend: str | Backend = "auto"
) -> Iterator[NDArray[np.uint8]]:
    """Draw a recipe's frames in order: batches of uint8 [n, height, width, 3], sRGB."""
    return film_of(recipe, backend).frames()


def render_still(recipe: Recipe, time: float = 0.0, *, backend: str | Backend = "auto") -> Still:
    """Draw a recipe's picture at one time.

    Args:
        recipe: what to draw.
        time: 0 to 1, from the start of the video to its end.
        backend: a name that `cppnvid.backends.choose` knows, or a backend.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: the time lies outside the video.
        BackendError: this machine cannot draw it.
    """
    _check_time(time)
    return still(np.concatenate(list(_bands(recipe, moment_of(recipe, time), backend))))


def save_still(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    time: float = 0.0,
    backend: str | Backend = "auto",
    threads: int | None = None,
    overwrite: bool = False,
    note: Note = silent,
) -> Path:
    """Draw a recipe's picture at one time and write it as PNG, band by band, so that any size fits.

    Raises as `render_video` does.
    """
    _check_time(time)
    width, height = recipe.canvas.size
    target = Target.of(recipe, path, overwrite=overwrite, still=True)
    moment = moment_of(recipe, time)
    bands = _bands(recipe, moment, backend, note, threads, target)
    write_still(
        target,
        dithered_bands(bands) if target.container.dither else bands,
        recipe_text=recipe_text(recipe, time=time),
        note=note,
    )
    flat = saturation_note([moment], width, height)
    if flat is not None:
        note(flat)
    return Path(path)


def _check_time(time: float) -> None:
    if not 0.0 <= time <= 1.0:
        raise RecipeError(f"time {time}: a video runs from 0 to 1")


def _bands(
    recipe: Recipe,
    moment: Moment,
    backend: str | Backend,
    note: Note = silent,
    threads: int | None = None,
    target: Target | None = None,
) -> Iterator[Pixels]:
    """Draw one picture; no backend is chosen before the first band is asked for."""
    drawer = chosen(backend, recipe, moment, note=note, threads=threads, target=target)
    canvas, deep = recipe.canvas, target is not None and target.container.deep
    raster = Raster(*canvas.size, canvas.samples, "rgb48" if deep else "rgb24")
    yield from drawer.bands(moment, raster)

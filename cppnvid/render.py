"""The program in verbs: draw a recipe's film or picture, and write it as a file."""

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.colour.dither import dithered_bands
from cppnvid.encode import Target, write_document, write_still
from cppnvid.errors import RecipeError
from cppnvid.film.film import Film, film_of, write_film
from cppnvid.film.gif_palette import with_gif_colours
from cppnvid.film.loop_check import check_loop
from cppnvid.film.pacing import paced
from cppnvid.film.run import Run
from cppnvid.film.size_cap import write_fitted
from cppnvid.film.warnings import sound_notes, warnings_of
from cppnvid.live.extras import PageExtras
from cppnvid.notebook import LivePage, Still, Video, still
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe
from cppnvid.units import file_size


def render_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    audio: str | os.PathLike[str] | None = None,
    max_size: int | None = None,
    keep: Collection[str] = (),
    measure: bool = True,
    page: PageExtras = PageExtras(),
) -> Video:
    """Draw a recipe and write it as the video, animation or folder of PNGs its ending asks for.

    Args:
        recipe: what to draw; it is written into the file.
        path: .mp4, .mov, .webm, .gif, .webp, .avif, .apng, a folder of PNGs if it ends in `/`, or
            .html, a page that draws the film where it is watched.
        run: backend, encoder, threads, and who listens.
        audio: a file whose sound is laid under the film, cut or repeated to its length; for .mp4,
            .mov and .webm. Reactions of the recipe that have no curve yet follow it.
        max_size: in bytes; a film that would be larger is reduced until it fits.
        keep: keys of the recipe that `max_size` must not change, such as `output.fps`.
        measure: decode the finished loop and measure it; 300 frames of 4K take half a minute.
        page: what a .html has beyond its film, such as `audio`.

    Returns:
        The finished file, which plays in a notebook.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it, or lacks the encoder asked for.
        EncodeError: ffmpeg or the disk failed; whatever was at `path` before is still there.
    """
    target = Target.of(
        recipe,
        path,
        encoder=run.encoder,
        overwrite=run.overwrite,
        sound=None if page.embed_audio else audio,
        max_size=max_size,
    )
    page.check(target.container, recipe, audio)
    if audio is not None and recipe.sound.unheard:
        from cppnvid.audio import heard  # scipy takes half a second, which a silent film need not

        recipe = heard(recipe, Path(audio))
    if target.container.live:
        return _written_document(recipe, target, run, page, audio)
    film = _written_film(recipe, target, run, keep)
    return _finished(film, Path(path), run, measure=measure)


def _written_film(recipe: Recipe, target: Target, run: Run, keep: Collection[str]) -> Film:
    """Draw a film, write it, and return it as it was written."""
    film = film_of(recipe, run, target)
    for warning in (*warnings_of(recipe, film.scene), *sound_notes(recipe, target)):
        run.note(warning)
    if target.container.palettes:
        film = with_gif_colours(film, run.note)
    if target.max_size is not None:
        return write_fitted(film, target, run, keep)
    write_film(film, target, run, resumes=True)
    return film


def _finished(film: Film, path: Path, run: Run, *, measure: bool) -> Video:
    """Return the finished file; the loop of an open film, or of under 3 frames, is not measured."""
    output, (width, height) = film.recipe.output, film.recipe.canvas.size
    loop = None
    if measure and film.recipe.morph.loop != "open" and output.frames >= 3:
        run.note("measuring the loop")
        loop = check_loop(path, output.frames)
    times = output.repeat
    return Video(path, width, height, times * output.frames, times * output.seconds, loop)


def live_page(recipe: Recipe) -> LivePage:
    """Return the page that draws a recipe's film where it is watched; a notebook plays it.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too long.
    """
    text = _documents()["webgl"](recipe, live_scene(recipe))
    return LivePage(text, *recipe.canvas.size)


def _written_document(
    recipe: Recipe,
    target: Target,
    run: Run,
    page: PageExtras,
    audio: str | os.PathLike[str] | None,
) -> Video:
    """Write the page or the shader of a film, which is drawn where it is watched."""
    if run.backend != "auto":
        problem = "does not apply to what is drawn where it is watched; leave it out"
        raise RecipeError(problem, key="backend", given=str(run.backend))
    scene = live_scene(recipe)
    for warning in warnings_of(recipe, scene):
        run.note(warning)
    if recipe.canvas.shutter:
        run.note("what is drawn where it is watched has no motion blur")
    beyond: dict[str, Any] = {}
    if target.container.page:
        beyond = {"extras": page, "sound": page.sound(recipe, audio)}
        if beyond["sound"]:
            run.note(f"the page holds its sound: {file_size(len(beyond['sound']))} of AAC")
    text = _documents()[target.container.codec](recipe, scene, **beyond)
    write_document(target.path, text, overwrite=target.overwrite, note=run.note)
    frames, (width, height) = recipe.output.frames, recipe.canvas.size
    return Video(target.path, width, height, frames, recipe.output.seconds)


def _documents() -> dict[str, Callable[..., str]]:
    """Return what draws the page or the shader of a film, by codec."""
    from cppnvid.live.documents import DOCUMENTS  # takes 20 ms, which a film need not

    return DOCUMENTS


def live_scene(recipe: Recipe) -> Scene:
    """Return a film's scene; its network is checked before its pace is measured."""
    from cppnvid.live.limits import check_network

    scene = Scene.of(recipe)
    check_network(scene.at(0.0))
    return paced(scene, recipe)


def render_frames(recipe: Recipe, run: Run = Run()) -> Iterator[NDArray[np.uint8]]:
    """Draw a recipe's frames in order: batches of uint8 [n, height, width, 3], sRGB.

    Raises:
        BackendError: this machine cannot draw it.
    """
    return film_of(recipe, run).frames()


def render_still(recipe: Recipe, run: Run = Run(), *, time: float = 0.0) -> Still:
    """Draw a recipe's picture at one time.

    Args:
        recipe: what to draw.
        run: backend and threads.
        time: 0 to 1, from the start of the video to its end.

    Returns:
        uint8 [height, width, 3], sRGB; a notebook shows it.

    Raises:
        RecipeError: the time is outside the video.
        BackendError: this machine cannot draw it.
    """
    _check_time(time)
    return still(np.concatenate(list(film_of(recipe, run, still=time).picture(time))))


def save_still(
    recipe: Recipe, path: str | os.PathLike[str], run: Run = Run(), *, time: float = 0.0
) -> Path:
    """Draw a recipe's picture at one time and write it as PNG, band by band, so that any size fits.

    Args:
        recipe: what to draw; it is written into the file.
        path: .png.
        run: backend, threads, and who listens.
        time: 0 to 1, from the start of the video to its end.

    Raises as `render_video`.
    """
    _check_time(time)
    target = Target.of(recipe, path, overwrite=run.overwrite, still=True)
    film = film_of(recipe, run, target, still=time)
    for warning in warnings_of(recipe, film.scene, still=time):
        run.note(warning)
    if target.container.transparent:
        bands = film.transparent_bands(time, target)
    else:
        bands = film.picture(time, target)
        bands = dithered_bands(bands) if target.container.dither else bands
    write_still(
        target,
        bands,
        recipe_text=recipe_text(recipe, time=time),
        note=run.note,
    )
    return Path(path)


def _check_time(time: float) -> None:
    if not 0.0 <= time <= 1.0:
        raise RecipeError(key="time", given=time, allowed="from 0 to 1, the video's start and end")

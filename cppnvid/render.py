"""The whole program on one screen: recipe to scene, scene to frames, frames to file."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.backends import Backend, choose
from cppnvid.backends.adaptive import points_a_pixel
from cppnvid.blur import expose, exposure_times
from cppnvid.encode import check_output, open_encoder, takes_yuv420p, write_still
from cppnvid.errors import RecipeError
from cppnvid.listening import Note, Progress, silent
from cppnvid.motion import frame_times
from cppnvid.notebook import Still, Video, still
from cppnvid.pacing import build_scene, moment_of
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe
from cppnvid.saturation import saturation_note
from cppnvid.scene import Moment, Scene


def render_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    backend: str | Backend = "auto",
    encoder: str = "auto",
    threads: int | None = None,
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
    width, height = recipe.canvas.size
    output = recipe.output
    check_output(
        path, width=width, height=height, fps=output.fps, overwrite=overwrite, encoder=encoder,
        repeat=output.repeat,
    )  # fmt: skip
    scene = build_scene(recipe)
    drawing, encoding = shares(threads)
    drawer = _chosen(
        backend, recipe, scene.at(0.0), note=note, frames=output.frames, threads=drawing
    )
    pixel_format = _pixel_format(recipe, drawer, path)
    with open_encoder(
        path, width=width, height=height, fps=output.fps, frames=output.frames,
        recipe=recipe_text(recipe), crf=output.crf, encoder=encoder, repeat=output.repeat,
        at_once=encoding, threads=None if threads is None else encoding,
        pixel_format=pixel_format, overwrite=overwrite, note=note,
    ) as film:  # fmt: skip
        done = 0
        for frames in _frames(recipe, scene, drawer, order=film.order, pixel_format=pixel_format):
            film.write(frames)
            done += len(frames)
            progress(done, output.frames)
    flat = saturation_note([scene.at(time) for time in (0.0, 1 / 3, 2 / 3)], width, height)
    if flat is not None:
        note(flat)
    if output.repeat > 1 and recipe.morph.loop == "open":
        note("the film ends elsewhere than it starts, so it jumps where it is repeated")
    times = output.repeat
    return Video(Path(path), width, height, times * output.frames, times * output.seconds)


def render_frames(
    recipe: Recipe, *, backend: str | Backend = "auto"
) -> Iterator[NDArray[np.uint8]]:
    """Draw a recipe's frames in order: batches of uint8 [n, height, width, 3], sRGB."""
    scene = build_scene(recipe)
    drawer = _chosen(backend, recipe, scene.at(0.0), frames=recipe.output.frames)
    return _frames(recipe, scene, drawer)


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
    check_output(path, width=width, height=height, fps=recipe.output.fps, overwrite=overwrite)
    moment = moment_of(recipe, time)
    write_still(
        path, _bands(recipe, moment, backend, note, threads), width=width, height=height,
        recipe=recipe_text(recipe, time=time), overwrite=overwrite, note=note,
    )  # fmt: skip
    flat = saturation_note([moment], width, height)
    if flat is not None:
        note(flat)
    return Path(path)


def shares(threads: int | None) -> tuple[int | None, int]:
    """Return how many threads draw, None being all, and how many segments are encoded at once.

    Without a limit both have every processor, and whichever is slower gets the most of them: the
    other waits for it. Under a limit each has half, as nobody knows beforehand which that will be.

    Raises:
        RecipeError: fewer than one.
    """
    if threads is None:
        return None, os.cpu_count() or 1
    if threads < 1:
        raise RecipeError(f"--threads: must be at least 1, given {threads}")
    encoding = max(1, threads // 2)
    return max(1, threads - encoding), encoding


def _frames(
    recipe: Recipe,
    scene: Scene,
    drawer: Backend,
    *,
    order: Sequence[int] | None = None,
    pixel_format: str = "rgb24",
) -> Iterator[NDArray[np.uint8]]:
    canvas = recipe.canvas
    width, height = canvas.size
    times = [float(time) for time in frame_times(recipe)]
    if order is not None:
        times = [times[number] for number in order]
    if canvas.shutter:
        times = exposure_times(times, recipe)
    frames = drawer.render(
        scene, times, width=width, height=height, samples=canvas.samples, pixel_format=pixel_format
    )
    return expose(frames, canvas.exposures) if canvas.shutter else frames


def _pixel_format(recipe: Recipe, drawer: Backend, path: str | os.PathLike[str]) -> str:
    """Return how frames are best handed over; those of an open shutter are averaged as RGB."""
    width, height = recipe.canvas.size
    planes = "yuv420p" in drawer.pixel_formats and not recipe.canvas.shutter
    return "yuv420p" if planes and takes_yuv420p(path, width=width, height=height) else "rgb24"


def _check_time(time: float) -> None:
    if not 0.0 <= time <= 1.0:
        raise RecipeError(f"time {time}: a video runs from 0 to 1")


def _bands(
    recipe: Recipe,
    moment: Moment,
    backend: str | Backend,
    note: Note = silent,
    threads: int | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Draw one picture; no backend is chosen before the first band is asked for."""
    drawer = _chosen(backend, recipe, moment, note=note, threads=threads)
    width, height = recipe.canvas.size
    yield from drawer.bands(moment, width=width, height=height, samples=recipe.canvas.samples)


def _chosen(
    backend: str | Backend,
    recipe: Recipe,
    moment: Moment,
    *,
    note: Note = silent,
    frames: int = 1,
    threads: int | None = None,
) -> Backend:
    """Return the backend itself, or the one with this name that suits the job."""
    if not isinstance(backend, str):
        return backend
    width, height = recipe.canvas.size
    canvas = recipe.canvas
    exposures = canvas.exposures if canvas.shutter and frames > 1 else 1
    points = frames * exposures * width * height * points_a_pixel(canvas.samples)
    return choose(backend, note, moment=moment, points=points, threads=threads)

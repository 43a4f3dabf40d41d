"""The whole program on one screen: recipe to scene, scene to frames, frames to file."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.backends import Backend, choose
from cppnvid.blur import expose, exposure_times
from cppnvid.encode import check_output, open_encoder, write_still
from cppnvid.errors import RecipeError
from cppnvid.motion import frame_times
from cppnvid.notebook import Still, Video, still
from cppnvid.pacing import build_scene, moment_of
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe
from cppnvid.scene import Moment, Scene

Progress = Callable[[int, int], None]  # frames done, frames in all
Note = Callable[[str], None]


def _silent(*_: object) -> None:
    pass


def render_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    backend: str | Backend = "auto",
    overwrite: bool = False,
    progress: Progress = _silent,
    note: Note = _silent,
) -> Video:
    """Draw a recipe and write it as the video, animation or folder of PNGs its ending asks for.

    Args:
        recipe: what to draw; it rides in the file.
        path: .mp4, .mov, .webm, .gif, .webp, .apng, or a folder of PNGs if it ends in `/`.
        backend: a name that `cppnvid.backends.choose` knows, or a backend.
        overwrite: replace what stands there, once the new file is complete.
        progress: called with (frames done, frames in all) after every batch.
        note: called with what a user may want to know, such as the backend chosen.

    Returns:
        The finished file, which plays in a notebook.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    width, height = recipe.canvas.size
    output = recipe.output
    check_output(path, width=width, height=height, fps=output.fps, overwrite=overwrite)
    scene = build_scene(recipe)
    drawer = _chosen(backend, recipe, scene.at(0.0), note=note, frames=output.frames)
    with open_encoder(
        path, width=width, height=height, fps=output.fps, frames=output.frames,
        recipe=recipe_text(recipe), crf=output.crf, overwrite=overwrite, note=note,
    ) as encoder:  # fmt: skip
        done = 0
        for frames in _frames(recipe, scene, drawer):
            encoder.write(frames)
            done += len(frames)
            progress(done, output.frames)
    return Video(Path(path), width, height, output.frames, output.seconds)


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
    return still(np.concatenate(list(_bands(recipe, time, backend, _silent))))


def save_still(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    time: float = 0.0,
    backend: str | Backend = "auto",
    overwrite: bool = False,
    note: Note = _silent,
) -> Path:
    """Draw a recipe's picture at one time and write it as PNG, band by band, so that any size fits.

    Raises as `render_video` does.
    """
    _check_time(time)
    width, height = recipe.canvas.size
    check_output(path, width=width, height=height, fps=recipe.output.fps, overwrite=overwrite)
    write_still(
        path, _bands(recipe, time, backend, note), width=width, height=height,
        recipe=recipe_text(recipe, time=time), overwrite=overwrite, note=note,
    )  # fmt: skip
    return Path(path)


def _frames(recipe: Recipe, scene: Scene, drawer: Backend) -> Iterator[NDArray[np.uint8]]:
    canvas = recipe.canvas
    width, height = canvas.size
    times = [float(time) for time in frame_times(recipe)]
    if canvas.shutter:
        times = exposure_times(times, recipe)
    frames = drawer.render(scene, times, width=width, height=height, samples=canvas.samples)
    return expose(frames, canvas.exposures) if canvas.shutter else frames


def _check_time(time: float) -> None:
    if not 0.0 <= time <= 1.0:
        raise RecipeError(f"time {time}: a video runs from 0 to 1")


def _bands(
    recipe: Recipe, time: float, backend: str | Backend, note: Note
) -> Iterator[NDArray[np.uint8]]:
    """Draw one picture; nothing is built before the first band is asked for."""
    moment = moment_of(recipe, time)
    drawer = _chosen(backend, recipe, moment, note=note)
    width, height = recipe.canvas.size
    yield from drawer.bands(moment, width=width, height=height, samples=recipe.canvas.samples)


def _chosen(
    backend: str | Backend, recipe: Recipe, moment: Moment, *, note: Note = _silent, frames: int = 1
) -> Backend:
    """Return the backend itself, or the one with this name that suits the job."""
    if not isinstance(backend, str):
        return backend
    width, height = recipe.canvas.size
    canvas = recipe.canvas
    exposures = canvas.exposures if canvas.shutter and frames > 1 else 1
    points = frames * exposures * width * height * canvas.samples**2
    return choose(backend, note, moment=moment, points=points)

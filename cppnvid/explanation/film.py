"""The film: a sweep or the reveal, drawn by the chosen backend into the usual encoder."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cppnvid.animation.scene import Moment
from cppnvid.backends import Backend, Job, choose
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Target, open_encoder
from cppnvid.explanation.reveal import reveal_of
from cppnvid.explanation.sweeps import Film, Sweep, parse_film, sweep_of
from cppnvid.explanation.theme import Pixels, font
from cppnvid.film.pacing import changes_along, pace_of
from cppnvid.notebook import Video
from cppnvid.presets import recipe_text
from cppnvid.recipe import Output, Recipe

PACE_STEPS = 240  # looks along a sweep, to find where much happens
# By eye: with less, what is grey or slow, which is to be seen too, is gone in a few frames.
STEADY = 0.6


def explain_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    film: str | Film = "reveal",
    *,
    time: float = 0.0,
    labels: bool = True,
    backend: str | Backend = "auto",
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Video:
    """Write a loop that moves a recipe's network: layer by layer, or along a sweep.

    Args:
        recipe: whose network; its size, frames and rate are the film's. It rides in the file,
            with what the film is.
        path: any container that cppnvid writes, a video or an animation.
        film: what moves: `reveal`, `depth`, `width`, `init`, `weight`, or `weight:2,5,7`, which is
            layer 2, to its neuron 5, from value 7.
        time: 0 to 1, which moment of the recipe's own film.
        labels: write into the picture where on its way the film is.
        backend: a name that `cppnvid.backends.choose` knows, or a backend.
        overwrite: replace what stands there, once the new file is complete.
        progress: called with (frames done, frames in all) after every frame.
        note: called with what a user may want to know.

    Raises:
        RecipeError: the output cannot be as asked, or this network has nothing to sweep.
        BackendError: this machine cannot draw it.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    film = parse_film(film) if isinstance(film, str) else film
    width, height = recipe.canvas.size
    output = recipe.output
    # Its frames are of 8 bits, whatever the recipe's own film has.
    plain = Output(frames=output.frames, fps=output.fps, crf=output.crf)
    target = Target.to(path, (width, height), plain, overwrite=overwrite)
    frames = film_frames(recipe, film, time=time, labels=labels, backend=backend, note=note)
    explain = {"video": str(film), "labels": labels}
    text = recipe_text(recipe, time=time, explain=explain)
    with open_encoder(target, recipe_text=text, note=note) as encoder:
        for done, frame in enumerate(frames, start=1):
            encoder.write(frame[None])
            progress(done, output.frames)
    return Video(Path(path), width, height, output.frames, output.seconds)


def film_frames(
    recipe: Recipe, film: Film, *, time: float = 0.0, labels: bool = True,
    backend: str | Backend = "auto", note: Note = silent,
) -> Iterator[Pixels]:  # fmt: skip
    """Return the film's frames in order, uint8 [height, width, 3]; nothing is drawn yet.

    Raises as `explain_video` does.
    """
    times = [index / recipe.output.frames for index in range(recipe.output.frames)]
    if film.kind == "reveal":
        return _revealed(recipe, times, time, labels, backend, note)
    return _swept(recipe, sweep_of(recipe, film, time), times, labels, backend, note)


def _revealed(
    recipe: Recipe, times: list[float], time: float, labels: bool, backend: str | Backend,
    note: Note,
) -> Iterator[Pixels]:  # fmt: skip
    reveal = reveal_of(recipe, time)
    drawer = _chosen(backend, recipe, reveal.stages(), len(times), note)
    samples = recipe.canvas.samples

    def draw(moment: Moment, width: int, height: int) -> Pixels:
        return np.concatenate(list(drawer.bands(moment, Raster(width, height, samples))))

    def frames() -> Iterator[Pixels]:
        for now in times:
            place = _there_and_back(now)
            frame = reveal.draw(place, draw)
            yield _labelled(frame, reveal.says(place), place) if labels else frame

    return frames()


def _swept(
    recipe: Recipe, sweep: Sweep, times: list[float], labels: bool, backend: str | Backend,
    note: Note,
) -> Iterator[Pixels]:  # fmt: skip
    """Walk the sweep so that every frame changes the picture as much as it may."""
    looks = [index / PACE_STEPS for index in range(PACE_STEPS + 1)]
    changes = changes_along(sweep, recipe, looks)[None]
    pace = pace_of(changes, steady=STEADY)

    def place(now: float) -> float:
        return pace.way(0, 1.0 - _there_and_back(now) if sweep.returns else now)

    scene = _Placed(sweep, place)
    raster = Raster(*recipe.canvas.size, recipe.canvas.samples)
    drawer = _chosen(backend, recipe, [sweep.at(one) for one in sweep.stages], len(times), note)

    def frames() -> Iterator[Pixels]:
        drawn = drawer.render(scene, times, raster)
        for now, frame in zip(times, (one for batch in drawn for one in batch), strict=True):
            said = sweep.says(place(now)), sweep.share(place(now))
            yield _labelled(frame, *said) if labels else frame

    return frames()


@dataclass(frozen=True, eq=False)
class _Placed:
    """A sweep whose place is a function of the film's time."""

    sweep: Sweep
    place: Callable[[float], float]

    def at(self, time: float, /) -> Moment:
        """Return the moment at a time of the film in [0, 1]."""
        return self.sweep.at(self.place(time))


def _there_and_back(now: float) -> float:
    """Return 1 at the start of the loop and 0 half way, at rest at both."""
    return 0.5 + 0.5 * math.cos(2.0 * math.pi * now)


def _chosen(
    backend: str | Backend, recipe: Recipe, stages: Sequence[Moment], frames: int, note: Note
) -> Backend:
    """Return the backend for a film that goes through networks of several architectures.

    It must be able to draw the widest, and pays for each, where it compiles, out of its share.
    """
    if not isinstance(backend, str):
        return backend
    raster = Raster(*recipe.canvas.size, recipe.canvas.samples)
    widest = max(stages, key=lambda moment: max(len(layer.bias) for layer in moment.layers))
    return choose(backend, Job(widest, raster, frames / len(stages)), note)


def _labelled(frame: Pixels, text: str, share: float) -> Pixels:
    """Write where the film is into the lower left corner, with a bar that is filled by a share."""
    height, width = frame.shape[:2]
    size = min(width, height) // 34
    if size < 7:
        return frame  # too small to be read
    letters = font(size)
    margin, inside = size, round(0.7 * size)
    wide = min(max(round(letters.getlength(text)), 8 * size), width - 2 * margin - 2 * inside)
    top = height - margin - round(2.6 * size)
    part = frame[top : height - margin, margin : margin + wide + 2 * inside]
    image = Image.fromarray(np.ascontiguousarray(part)).convert("RGBA")
    veil = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(veil)
    right, bottom = image.size
    pen.rounded_rectangle((0, 0, right - 1, bottom - 1), radius=size // 2, fill=(13, 16, 23, 190))
    pen.text((inside, round(0.45 * size)), text, font=letters, fill=(242, 239, 232, 255))
    line = bottom - round(0.62 * size)
    end = inside + round(wide * min(max(share, 0.0), 1.0))
    pen.line((inside, line, inside + wide, line), fill=(93, 98, 112, 255), width=max(size // 10, 1))
    pen.line((inside, line, end, line), fill=(255, 210, 122, 255), width=max(size // 8, 1))
    labelled = frame.copy()
    labelled[top : height - margin, margin : margin + wide + 2 * inside] = np.asarray(
        Image.alpha_composite(image, veil).convert("RGB")
    )
    return labelled

"""Film of an explanation: the reveal or a sweep, drawn by any backend into any container."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image, ImageDraw

from cppnvid.animation.path import Pace
from cppnvid.animation.scene import Moment
from cppnvid.backends import Backend, Job, choose
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Target, open_encoder
from cppnvid.explanation.reveal import Reveal, reveal_of
from cppnvid.explanation.sweeps import Film, Sweep, parse_film, sweep_of
from cppnvid.explanation.theme import Pixels, font
from cppnvid.film.pacing import changes_along, pace_of
from cppnvid.film.run import Run
from cppnvid.notebook import Video
from cppnvid.presets import recipe_text
from cppnvid.recipe import Output, Recipe

PACE_STEPS = 240  # looks along a sweep, to find where most happens
# By eye: with less, grey or slow stretches, which a viewer should see too, pass in a few frames.
STEADY = 0.6


def explain_video(
    recipe: Recipe,
    path: str | os.PathLike[str],
    video: str | Film = "reveal",
    run: Run = Run(),
    *,
    time: float = 0.0,
    labels: bool = True,
) -> Video:
    """Write a loop that moves through a recipe's network, layer by layer or along a sweep.

    Args:
        recipe: its size, frames and rate are the film's; the file carries it, with `video`.
        path: any container that cppnvid writes, a video or an animation.
        video: what moves: `reveal`, `depth`, `width`, `init`, `weight`, or `weight:2,5,7` for the
            weight of layer 2 that goes to its neuron 5 from value 7.
        time: moment of the recipe's own film to explain, in [0, 1].
        labels: write into the corner how far the film has come.
        run: how to draw and write it.

    Raises:
        RecipeError: the output is not possible, or this network has nothing to move.
        BackendError: this machine cannot draw it.
        EncodeError: ffmpeg or the disk failed; nothing new stands under the name.
    """
    film = parse_film(video) if isinstance(video, str) else video
    output = recipe.output
    # Its frames have 8 bits, whatever the recipe's own film has.
    plain = Output(frames=output.frames, fps=output.fps, crf=output.crf)
    target = Target.to(path, recipe.canvas.size, plain, overwrite=run.overwrite)
    frames = film_frames(recipe, film, run, time=time, labels=labels)
    text = recipe_text(recipe, time=time, explain={"video": str(film), "labels": labels})
    with open_encoder(target, recipe_text=text, note=run.note) as encoder:
        for done, frame in enumerate(frames, start=1):
            encoder.write(frame[None])
            run.progress(done, output.frames)
    return Video(Path(path), *recipe.canvas.size, output.frames, output.seconds)


def film_frames(
    recipe: Recipe, film: Film, run: Run = Run(), *, time: float = 0.0, labels: bool = True
) -> Iterator[Pixels]:
    """Return the film's frames in order, uint8 [height, width, 3]; nothing is drawn yet.

    Raises as `explain_video` does.
    """
    times = [index / recipe.output.frames for index in range(recipe.output.frames)]
    raster = Raster(*recipe.canvas.size, recipe.canvas.samples)
    way: Reveal | Sweep
    if film.kind == "reveal":
        way = reveal_of(recipe, time)
        drawn = _revealed(way, times, raster, _backend(run, way.stages, raster, len(times)))
    else:
        way = sweep_of(recipe, film, time)
        paced = _Paced.of(way, recipe)
        drawn = _swept(paced, times, raster, _backend(run, way.stages, raster, len(times)))
    return (
        _labelled(frame, way.says(place), way.share(place)) if labels else frame
        for place, frame in drawn
    )


Drawn = Iterator[tuple[float, Pixels]]  # a place on the way, and the frame there


def _revealed(reveal: Reveal, times: Sequence[float], raster: Raster, backend: Backend) -> Drawn:
    def draw(moment: Moment, width: int, height: int) -> Pixels:
        size = replace(raster, width=width, height=height)
        return np.concatenate(list(backend.bands(moment, size)))

    return ((place, reveal.draw(place, draw)) for place in map(_there_and_back, times))


def _swept(paced: _Paced, times: Sequence[float], raster: Raster, backend: Backend) -> Drawn:
    frames = (frame for batch in backend.render(paced, times, raster) for frame in batch)
    return zip(map(paced.place, times), frames, strict=True)


@dataclass(frozen=True, eq=False)
class _Paced:
    """A sweep as a film in which every frame changes the picture by about as much."""

    sweep: Sweep
    pace: Pace

    @classmethod
    def of(cls, sweep: Sweep, recipe: Recipe) -> Self:
        looks = [index / PACE_STEPS for index in range(PACE_STEPS + 1)]
        return cls(sweep, pace_of(changes_along(sweep, recipe, looks)[None], steady=STEADY))

    def place(self, time: float) -> float:
        """Return how far along its way the sweep is, in [0, 1]."""
        return self.pace.way(0, 1.0 - _there_and_back(time) if self.sweep.returns else time)

    def at(self, time: float, /) -> Moment:
        """Return the moment at a time of the film in [0, 1]."""
        return self.sweep.at(self.place(time))


def _there_and_back(now: float) -> float:
    """Return 1 at the start of the loop and 0 half way, slowing down to both."""
    return 0.5 + 0.5 * math.cos(2.0 * math.pi * now)


def _backend(run: Run, stages: Sequence[Moment], raster: Raster, frames: int) -> Backend:
    """Return the backend for a film that passes through networks of several architectures.

    It must be able to draw the widest, and if it compiles, each takes a share of the frames.
    """
    widest = max(stages, key=lambda moment: max(len(layer.bias) for layer in moment.layers))
    job = Job(widest, raster, frames / len(stages), run.threads)
    return choose(run.backend, job, run.note)


def _labelled(frame: Pixels, text: str, share: float) -> Pixels:
    """Write a text into the lower left corner, above a bar filled by a share."""
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

"""How a recipe becomes frames and a file on this machine: what draws, what encodes, how many."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cppnvid.animation.scene import Moment, Scene
from cppnvid.animation.timing import frame_times
from cppnvid.backends import Backend, Job, choose
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.colour.dither import dithered_frames
from cppnvid.colour.pixels import Pixels, Raster
from cppnvid.encode import Target, open_encoder
from cppnvid.errors import RecipeError
from cppnvid.film.motion_blur import expose, exposure_times
from cppnvid.film.pacing import build_scene
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe


@dataclass(frozen=True)
class Film:
    """A recipe with its scene, what draws it, and the file whose sound it has.

    `colours` is how many a GIF's palettes have where the recipe leaves it open.
    """

    recipe: Recipe
    scene: Scene
    drawer: Backend
    audio: str | os.PathLike[str] | None = None
    colours: int | None = None

    def target(self, target: Target) -> Target:
        """Return where this film goes, a target being where another of the same file would."""
        mine = target.with_recipe(self.recipe)
        colours = mine.coding.colours or self.colours
        return replace(mine, coding=replace(mine.coding, colours=colours))

    def pixel_format(self, target: Target) -> str:
        """Return how frames are best handed over; an open shutter's are averaged as RGB."""
        best = target.best_format
        planes = "yuv420p" in self.drawer.pixel_formats and not self.recipe.canvas.shutter
        return best if best != "yuv420p" or planes else "rgb24"

    def frames(
        self, order: Sequence[int] | None = None, *, pixel_format: str = "rgb24"
    ) -> Iterator[Pixels]:
        """Draw the frames of these numbers, None being all, as batches in this order."""
        canvas = self.recipe.canvas
        times = [float(time) for time in frame_times(self.recipe)]
        if order is not None:
            times = [times[number] for number in order]
        if canvas.shutter:
            times = exposure_times(times, self.recipe)
        raster = Raster(*canvas.size, canvas.samples, pixel_format)
        frames = self.drawer.render(self.scene, times, raster)
        return expose(frames, canvas.exposures) if canvas.shutter else frames


Through = Callable[[Iterator[Pixels], str], Iterator[Pixels]]


def film_of(
    recipe: Recipe,
    backend: str | Backend = "auto",
    *,
    audio: str | os.PathLike[str] | None = None,
    note: Note = silent,
    threads: int | None = None,
    target: Target | None = None,
) -> Film:
    """Return a recipe's film, with the sound of a file; `threads` draw it, None being all.

    What draws it suits the target, if there is one.

    Raises:
        BackendError: this machine cannot draw it.
    """
    scene = build_scene(recipe)
    drawer = chosen(
        backend, recipe, scene.at(0.0), note=note, frames=recipe.output.frames, threads=threads,
        target=target,
    )  # fmt: skip
    return Film(recipe, scene, drawer, audio)


def write_film(
    film: Film,
    target: Target,
    *,
    threads: int | None = None,
    numbers: Sequence[int] | None = None,
    through: Through | None = None,
    progress: Progress = silent,
    note: Note = silent,
) -> None:
    """Draw a film and write it.

    Args:
        film: what to draw; its recipe rides in the file.
        target: where it goes; what it says of size, frames and coding is the film's.
        threads: how many processors drawing and encoding take together, at most; None is all.
        numbers: of the frames that are written, in order; None is all. A part of a film carries no
            recipe and plays once.
        through: what frames pass through on their way to the encoder, given them and their pixel
            format; nothing is drawn before it asks for the first.
        progress: called with (frames done, frames in all) after every batch.
        note: told about leftovers of stopped runs.

    Raises as `cppnvid.render_video`.
    """
    recipe = film.recipe
    _, encoding = shares(threads)
    target = film.target(target)
    container, text = target.container, ""
    if numbers is None:
        numbers, text = range(target.frames), recipe_text(recipe)
    else:
        target = replace(target, frames=len(numbers), repeat=1)
    pixel_format = film.pixel_format(target)
    with open_encoder(
        target,
        recipe_text=text,
        pixel_format=pixel_format,
        loops=recipe.morph.loop != "open",
        sound_follows=bool(recipe.sound.react),
        at_once=encoding,
        threads=None if threads is None else encoding,
        note=note,
    ) as file:
        done = 0
        order = [numbers[place] for place in file.order]
        drawn = film.frames(order, pixel_format="rgb48" if container.deep else pixel_format)
        frames = dithered_frames(drawn) if container.dither else drawn
        for batch in frames if through is None else through(frames, pixel_format):
            file.write(batch)
            done += len(batch)
            progress(done, len(numbers))


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


def chosen(
    backend: str | Backend,
    recipe: Recipe,
    moment: Moment,
    *,
    note: Note = silent,
    frames: int = 1,
    threads: int | None = None,
    target: Target | None = None,
) -> Backend:
    """Return the backend itself, or the one with this name that suits the job.

    It can draw what the target, if there is one, is best given.

    Raises:
        BackendError: this machine has none.
    """
    if not isinstance(backend, str):
        return backend
    width, height = recipe.canvas.size
    canvas = recipe.canvas
    exposures = canvas.exposures if canvas.shutter and frames > 1 else 1
    best = target and target.best_format
    deep = target is not None and target.container.deep
    raster = Raster(width, height, canvas.samples, "rgb48" if deep else "rgb24")
    planes = best == "yuv420p" and not canvas.shutter
    return choose(backend, Job(moment, raster, frames * exposures, threads, planes), note)

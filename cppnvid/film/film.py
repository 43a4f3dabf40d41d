"""A film: a recipe with its scene and what draws it, and how it becomes a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cppnvid.animation.scene import Moment, Scene, Timeline
from cppnvid.animation.timing import frame_times
from cppnvid.backends import Backend, Job, choose, described
from cppnvid.backends.sparse import pays
from cppnvid.colour.dither import dithered_frames
from cppnvid.colour.pixels import Drawing, Pixels, Raster
from cppnvid.encode import Target, open_encoder
from cppnvid.errors import Message, Setting
from cppnvid.film.motion_blur import expose, exposure_times
from cppnvid.film.pacing import paced
from cppnvid.film.run import Run
from cppnvid.film.transparency import transparent_bands, transparent_frames
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe


@dataclass(frozen=True)
class Film:
    """A recipe with its scene and what draws it.

    `colours` is the number of colours in a GIF's palettes where the recipe leaves it open.
    """

    recipe: Recipe
    scene: Scene
    drawer: Backend
    colours: int | None = None

    def pixel_format(self, target: Target) -> str:
        """Return the pixel format the encoder is best given; an open shutter averages RGB."""
        best = target.best_format
        planes = "yuv420p" in self.drawer.pixel_formats and not self.recipe.canvas.shutter
        return best if best != "yuv420p" or planes else "rgb24"

    def frames(
        self,
        order: Sequence[int] | None = None,
        *,
        pixel_format: str = "rgb24",
        scene: Timeline | None = None,
    ) -> Iterator[Pixels]:
        """Draw the frames of these numbers in this order, None being all: batches of pixels.

        They are of the film's scene, unless another is given.
        """
        canvas = self.recipe.canvas
        times = [float(time) for time in frame_times(self.recipe)]
        if order is not None:
            times = [times[number] for number in order]
        if canvas.shutter:
            times = exposure_times(times, self.recipe)
        raster = Raster(*canvas.size, canvas.samples, pixel_format, drawing_of(self.recipe))
        frames = self.drawer.render(scene or self.scene, times, raster)
        return expose(frames, canvas.exposures) if canvas.shutter else frames

    def transparent_frames(self, order: Sequence[int], target: Target) -> Iterator[Pixels]:
        """Draw frames with the recipe's transparency: batches of [n, height, width, 4]."""

        def draw(scene: Timeline, part: Sequence[int]) -> Iterator[Pixels]:
            return self.frames(part, pixel_format="rgb48", scene=scene)

        return transparent_frames(self.recipe, self.scene, draw, order, target)

    def transparent_bands(self, time: float, target: Target) -> Iterator[Pixels]:
        """Draw one picture with the recipe's transparency: bands [rows, width, 4]."""

        def draw(scene: Timeline) -> Iterator[Pixels]:
            return self.picture(time, target, scene=scene)

        return transparent_bands(self.recipe, self.scene, draw, target)

    def picture(
        self, time: float, target: Target | None = None, *, scene: Timeline | None = None
    ) -> Iterator[Pixels]:
        """Draw one picture from top to bottom: bands [rows, width, 3]."""
        canvas, deep = self.recipe.canvas, target is not None and target.container.deep
        raster = Raster(*canvas.size, canvas.samples, "rgb48" if deep else "rgb24")
        return self.drawer.bands((scene or self.scene).at(time), raster)


Through = Callable[[Iterator[Pixels], str], Iterator[Pixels]]


def film_of(
    recipe: Recipe, run: Run = Run(), target: Target | None = None, *, still: float | None = None
) -> Film:
    """Return a recipe's film and what draws it, which is chosen before the pace is measured.

    Args:
        recipe: what to draw.
        run: backend and threads.
        target: the file, which the backend must suit; None takes frames of 8 bits.
        still: the time of the only picture to be drawn; None draws all frames.

    Raises:
        BackendError: this machine cannot draw it.
    """
    scene = Scene.of(recipe)
    wanted = recipe if still is not None or target is None else with_drawing(recipe, scene, target)
    frames = recipe.output.frames if still is None else 1
    threads = run.threads if still is not None or target is None else run.drawing
    job = job_of(wanted, scene.at(still or 0.0), frames, threads, target)
    drawer = choose(run.backend, job, run.note)
    if wanted is not recipe and drawer.interpolates:
        words = "interpolating where the picture is smooth; {exact} draws every pixel"
        run.note(Message(words, exact=Setting("canvas.drawing", "exact")))
        recipe = wanted
    if still != 0.0:  # every pace starts at the start
        scene = paced(scene, recipe)
    return Film(recipe, scene, drawer)


def with_drawing(recipe: Recipe, scene: Scene, target: Target) -> Recipe:
    """Return a recipe that says so if its film is to be interpolated, and so is drawn alike again.

    Under `auto` it is where the file loses more than that would, and where drawing is dear enough.
    """
    canvas = recipe.canvas
    if canvas.drawing != "auto" or not target.forgives:
        return recipe
    if not pays(scene.at(0.0), Raster(*canvas.size, canvas.samples)):
        return recipe
    canvas = canvas.model_copy(update={"drawing": "adaptive"})
    return recipe.model_copy(update={"canvas": canvas})


def drawing_of(recipe: Recipe) -> Drawing:
    """Return how a film is drawn: exactly, unless it was decided or asked otherwise."""
    return "adaptive" if recipe.canvas.drawing == "adaptive" else "exact"


def job_of(
    recipe: Recipe, moment: Moment, frames: int, threads: int | None, target: Target | None
) -> Job:
    """Return what a backend is chosen by; its pixel format is what the target is best given."""
    canvas, deep = recipe.canvas, target is not None and target.container.deep
    exposures = canvas.exposures if canvas.shutter and frames > 1 else 1
    drawing = drawing_of(recipe) if frames > 1 else "exact"
    raster = Raster(*canvas.size, canvas.samples, "rgb48" if deep else "rgb24", drawing)
    planes = target is not None and target.best_format == "yuv420p" and not canvas.shutter
    return Job(moment, raster, frames * exposures, threads, planes)


def write_film(
    film: Film,
    target: Target,
    run: Run = Run(),
    *,
    numbers: Sequence[int] | None = None,
    through: Through | None = None,
    resumes: bool = False,
) -> None:
    """Draw a film and write it.

    Args:
        film: what to draw; its recipe is written into the file.
        target: where it goes, of the film's recipe.
        run: threads, and who listens.
        numbers: of the frames that are written, in order; None writes all. A part of a film carries
            no recipe and plays once.
        through: what frames pass through on their way to the encoder, given them and their pixel
            format; nothing is drawn before it asks for the first.
        resumes: finished segments are kept beside the file until it is complete, and a later run
            goes on from them.

    Raises as `cppnvid.render_video`.
    """
    recipe, text = film.recipe, ""
    if target.coding.colours is None:
        target = replace(target, coding=replace(target.coding, colours=film.colours))
    if numbers is None:
        numbers, text = range(target.frames), recipe_text(recipe)
    else:
        target = replace(target, frames=len(numbers), repeat=1)
    if resumes:
        target = replace(target, drawn_by=described(film.drawer), fresh=run.fresh)
    pixel_format = film.pixel_format(target)
    with open_encoder(
        target,
        recipe_text=text,
        pixel_format=pixel_format,
        loops=recipe.morph.loop != "open",
        sound_follows=bool(recipe.sound.react),
        at_once=run.encoding,
        threads=None if run.threads is None else run.encoding,
        note=run.note,
    ) as file:
        order = [numbers[place] for place in file.order]
        done = len(numbers) - len(order)
        if target.container.transparent:
            frames = film.transparent_frames(order, target)
        else:
            deep = target.container.deep
            drawn = film.frames(order, pixel_format="rgb48" if deep else pixel_format)
            frames = dithered_frames(drawn) if target.container.dither else drawn
        for batch in frames if through is None else through(frames, pixel_format):
            file.write(batch)
            done += len(batch)
            run.progress(done, len(numbers))

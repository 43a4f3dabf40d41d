"""A file under a cap: predict from a sample, encode, look at the finished file, correct.

A recipe's ladder lists what can be given up, a step at a time. Which rung fits is predicted from a
few frames; then the film is drawn once and its frames are kept, so that a correction of how finely
they are coded draws nothing. Nothing is published before it fits: what is tried stands in a folder
of its own beside the output.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cppnvid.animation.timing import jump_note
from cppnvid.colour.pixels import Pixels
from cppnvid.encode import Target
from cppnvid.encode.publish import publication, working_folder
from cppnvid.errors import RecipeError
from cppnvid.film.film import Film, write_film
from cppnvid.film.pacing import build_scene
from cppnvid.film.run import Run
from cppnvid.film.size_cap.frame_cache import KeptFrames
from cppnvid.film.size_cap.heard import with_sound
from cppnvid.film.size_cap.ladder import Rung, ladder
from cppnvid.film.size_cap.report import cap_in_words, given_up, refusal
from cppnvid.film.size_cap.sample import predicted_size, surely_fits
from cppnvid.film.size_cap.search import finest
from cppnvid.recipe import Recipe

__all__ = ["write_fitted"]

_HOPELESS = 1.5  # times the cap, as predicted with all given up: not worth drawing


def write_fitted(
    film: Film,
    target: Target,
    max_size: int,
    run: Run = Run(),
    *,
    keep: Collection[str] = (),
) -> Film:
    """Write a film as a file of at most `max_size` bytes; return the film that it holds.

    Args:
        film: what to draw.
        target: where it is published, complete and small enough.
        max_size: in bytes.
        run: how to encode it, and who listens; one note says what was given up.
        keep: keys of the recipe that are not given up, such as `output.fps`.

    Raises:
        RecipeError: it cannot be as small.
        EncodeError: ffmpeg or the disk failed; nothing stands under the name that was not there.
    """
    container = target.container
    if max_size < 1:
        raise RecipeError(f"--max-size: must be more than 0, given {max_size}")
    place = target.path.resolve()
    heard = target.sound is not None

    def refused(last: Recipe, size: float) -> RecipeError:
        words = refusal(
            film.recipe, last, size, max_size, keep, container, heard=heard, colours=film.colours
        )
        return RecipeError(words)

    rungs = ladder(film.recipe, container, keep, colours=film.colours)
    with (
        publication(place, overwrite=target.overwrite, folder=False, note=run.note) as temporary,
        working_folder(temporary, "fitting") as folder,
    ):
        sure = surely_fits(film.recipe, container, max_size)
        trials = _Trials(film, rungs, target, folder, run, sure)
        sizes: dict[int, int] = {}

        def measure(index: int) -> float:
            if index not in sizes:
                sizes[index] = trials.encode(index)
            return sizes[index]

        if heard and not sure:
            first = trials.predicted(0) or measure(0)
            trials.rungs = rungs = with_sound(rungs, container, keep, first)
        start = 0
        shares = [rung.share for rung in rungs]
        if not sure and trials.predicted(0) is not None:
            found = finest(shares, trials.prediction, max_size, tries=4)
            start = len(rungs) - 1 if found is None else found
            least = trials.prediction(start)
            if least > _HOPELESS * max_size:
                raise refused(rungs[-1].recipe, least)
        found = finest(shares, measure, max_size, start=start)
        if found is None:
            last = max(sizes)
            raise refused(rungs[last].recipe, sizes[last])
        trials.place(found).replace(temporary)
    fitted = trials.film(found)
    changed = given_up(film.recipe, fitted.recipe, container, colours=film.colours)
    if changed:
        run.note(f"fitted to {cap_in_words(max_size)}: {changed}")
    jump = jump_note(fitted.recipe)
    if jump is not None and jump != jump_note(film.recipe):  # fewer frames are between its times
        run.note(jump)
    return fitted


@dataclass
class _Trials:
    """Films of the rungs, encoded in part or whole in a folder of ours."""

    asked: Film
    rungs: Sequence[Rung]
    target: Target
    folder: Path
    run: Run
    sure: bool  # the first will do, so its frames are not kept for others

    def __post_init__(self) -> None:
        self._latest = self.asked
        self._predicted: dict[int, float | None] = {}
        self._kept = KeptFrames(self.folder / "frames.mkv")
        self._kept_film: Recipe | None = None

    def place(self, index: int) -> Path:
        """Return where a rung's whole file is."""
        return self.folder / f"{index}{self.target.path.suffix}"

    def film(self, index: int) -> Film:
        """Return a rung's film; its scene is built again only if its frames are others."""
        recipe = self.rungs[index].recipe
        same = _same_frames(self._latest.recipe, recipe)
        scene = self._latest.scene if same else build_scene(recipe)
        self._latest = replace(self.asked, recipe=recipe, scene=scene)
        return self._latest

    def _at(self, place: Path) -> Target:
        return replace(self.target, path=place, overwrite=True)

    def prediction(self, index: int) -> float:
        """Return the bytes that a rung's file is predicted to have."""
        return self.predicted(index) or 0.0

    def predicted(self, index: int) -> float | None:
        """Return the same, or None for a film too short to sample."""
        if index not in self._predicted:
            film = self.film(index)

            def size(numbers: Sequence[int]) -> int:
                place = self.folder / f"sample{self.target.path.suffix}"
                write_film(film, self._at(place), Run(threads=self.run.threads), numbers=numbers)
                return place.stat().st_size

            self._predicted[index] = predicted_size(film.recipe, self.target.container, size)
        return self._predicted[index]

    def encode(self, index: int) -> int:
        """Write a rung's whole file, of kept frames where these are they; return its bytes."""
        film = self.film(index)
        place = self.place(index)
        if self._kept_film is None or not _same_frames(self._kept_film, film.recipe):
            self._kept_film = film.recipe
            self._kept.drop()
        frames = film.recipe.output.frames

        def through(drawn: Iterator[Pixels], pixel_format: str) -> Iterator[Pixels]:
            if self._kept.complete:
                return self._kept.again()
            if self.sure and index == 0:
                return drawn
            width, height = film.recipe.canvas.size
            if not self._kept.has_room(width * height * frames, pixel_format):
                return drawn
            return self._kept.keeping(drawn, pixel_format)

        write_film(film, self._at(place), self.run, through=through)
        return place.stat().st_size


def _same_frames(one: Recipe, other: Recipe) -> bool:
    """Return whether two rungs draw the same frames, however they are coded."""
    return (one.canvas, one.output.frames) == (other.canvas, other.output.frames)

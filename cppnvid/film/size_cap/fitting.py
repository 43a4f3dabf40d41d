"""Write a film as a file under a cap: predict from a sample, encode, weigh, correct."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

from cppnvid.colour.pixels import Pixels
from cppnvid.encode import Target
from cppnvid.encode.leftovers import take_place
from cppnvid.encode.publish import publication, working_folder
from cppnvid.errors import RecipeError
from cppnvid.film.film import Film, write_film
from cppnvid.film.pacing import build_scene
from cppnvid.film.run import Run
from cppnvid.film.size_cap.estimate import finest, predicted_size, surely_fits
from cppnvid.film.size_cap.frame_cache import KeptFrames
from cppnvid.film.size_cap.ladder import Rung, ladder, with_sound
from cppnvid.film.size_cap.report import cap_in_words, given_up, refusal
from cppnvid.film.warnings import jump_note
from cppnvid.recipe import Recipe

_HOPELESS = 1.5  # times the cap, as predicted with everything given up: not worth drawing


def write_fitted(film: Film, target: Target, run: Run = Run(), keep: Collection[str] = ()) -> Film:
    """Write a film as a file of at most `target.max_size` bytes; return the film that it holds.

    Args:
        film: what to draw.
        target: where the file goes, complete and small enough.
        run: how it is drawn and written; `run.note` is told in one line what was given up.
        keep: keys of the recipe that are not given up, such as `output.fps`.

    Raises:
        RecipeError: no file is that small.
        EncodeError: ffmpeg or the disk failed; any older file is unchanged.
    """
    cap = target.max_size or 0
    if cap < 1:
        raise RecipeError(key="max_size", given=cap, allowed="at least 1")
    place = target.path.resolve()
    with (
        publication(place, overwrite=target.overwrite, folder=False, note=run.note) as temporary,
        working_folder(temporary, "fitting") as folder,
    ):
        rungs = ladder(film.recipe, target.container, keep, colours=film.colours)
        trials = _Trials(film, rungs, target, run, folder)
        found = trials.finest(keep)
        take_place(trials.place(found), temporary)
    fitted = trials.film(found)
    changed = given_up(film, fitted.recipe, target.container)
    if changed:
        run.note(f"fitted to {cap_in_words(cap)}: {changed}")
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
    run: Run
    folder: Path

    def __post_init__(self) -> None:
        self._cap = self.target.max_size or 0
        # The first rung will do, so its frames are not kept for others.
        self._sure = surely_fits(self.asked.recipe, self.target.container, self._cap)
        self._latest = self.asked
        self._sizes: dict[int, int] = {}
        self._predicted: dict[int, float | None] = {}
        self._kept = KeptFrames(self.folder / "frames.mkv")
        self._kept_film: Recipe | None = None

    def finest(self, keep: Collection[str]) -> int:
        """Encode rungs until the finest whose file fits is found; return its index.

        Raises:
            RecipeError: none of them fits.
        """
        start = 0
        if not self._sure:
            if self.target.sound is not None:
                first = self._predict(0) or self._size(0)
                self.rungs = with_sound(self.rungs, self.target.container, keep, first)
            if self._predict(0) is not None:
                start = self._start(keep)
        found = finest([rung.share for rung in self.rungs], self._size, self._cap, start=start)
        if found is None:
            last = max(self._sizes)
            recipe, size = self.rungs[last].recipe, self._sizes[last]
            raise refusal(self.asked, recipe, size, self.target, keep)
        return found

    def _start(self, keep: Collection[str]) -> int:
        """Return the rung that is predicted to fit, to begin with."""

        def prediction(index: int) -> float:
            return self._predict(index) or 0.0

        found = finest([rung.share for rung in self.rungs], prediction, self._cap, tries=4)
        start = len(self.rungs) - 1 if found is None else found
        if prediction(start) > _HOPELESS * self._cap:
            last = self.rungs[-1].recipe
            raise refusal(self.asked, last, prediction(start), self.target, keep)
        return start

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

    def _write(self, film: Film, place: Path, run: Run, **how: Any) -> int:
        """Write a film or a part of it; return the bytes of its file."""
        target = self.target.with_recipe(film.recipe)
        write_film(film, replace(target, path=place, overwrite=True), run, **how)
        return place.stat().st_size

    def _predict(self, index: int) -> float | None:
        """Return the predicted bytes of a rung's file, or None for a film too short to sample."""
        if index not in self._predicted:
            film = self.film(index)
            place = self.folder / f"sample{self.target.path.suffix}"
            quiet = Run(threads=self.run.threads)

            def size(numbers: Sequence[int]) -> int:
                return self._write(film, place, quiet, numbers=numbers)

            self._predicted[index] = predicted_size(film.recipe, self.target.container, size)
        return self._predicted[index]

    def _size(self, index: int) -> float:
        """Return the bytes of a rung's whole file, written from kept frames where they are its."""
        if index not in self._sizes:
            film = self.film(index)
            if self._kept_film is None or not _same_frames(self._kept_film, film.recipe):
                self._kept_film = film.recipe
                self._kept.drop()

            def through(drawn: Iterator[Pixels], pixel_format: str) -> Iterator[Pixels]:
                if self._kept.complete:
                    return self._kept.again()
                if self._sure and index == 0:
                    return drawn
                pixels = prod(film.recipe.canvas.size) * film.recipe.output.frames
                room = self._kept.has_room(pixels, pixel_format)
                return self._kept.keeping(drawn, pixel_format) if room else drawn

            place = self.place(index)
            self._sizes[index] = self._write(film, place, self.run, through=through)
        return self._sizes[index]


def _same_frames(one: Recipe, other: Recipe) -> bool:
    """Return whether two rungs draw the same frames, however they are coded."""
    return (one.canvas, one.output.frames) == (other.canvas, other.output.frames)

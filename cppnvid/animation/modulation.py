"""What a sound moves: a recipe's numbers at a moment, pushed by the curves that were heard.

A curve is a number in [0, 1] for every moment of the sound, and lies over the film's own clock:
what keyframes and path say stays, and the push comes on top. Speed alone is spent, not added: the
path hurries where it is loud, lingers where it is quiet, and still arrives in time.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import track_at
from cppnvid.recipe import FACTORS, Camera, Palette, Part, Reaction, Recipe, Track, constant

_CONTRAST = (0.05, 20.0)  # as palettes allow


@dataclass(frozen=True, eq=False)
class Drive:
    """The curves of a recipe, and where in them its film stands."""

    reactions: tuple[tuple[Reaction, NDArray[np.float64]], ...]  # [moments] in [0, 1]
    moments: float  # of a curve, from time 0 of the film to time 1
    closed: bool  # whether the film goes on where it ends
    passed: NDArray[np.float64]  # [frames + 1], how far the path has come at even times

    @classmethod
    def of(cls, recipe: Recipe) -> Self | None:
        """Return what drives a recipe's film, None if nothing does."""
        sound, output = recipe.sound, recipe.output
        reactions = tuple(
            (reaction, np.frombuffer(reaction.curve, "<u2") / 65535)
            for reaction in sound.react
            if reaction.curve is not None
        )
        if not reactions or sound.rate is None:
            return None
        closed = recipe.morph.loop != "open"
        steps = max(output.frames - (not closed), 1)  # as frames stand: see motion.frame_times
        still = cls(reactions, float(steps / output.fps * sound.rate), closed, np.zeros(0))
        speeds = np.array([still.factor("morph.speed", step / steps) for step in range(steps + 1)])
        passed = np.concatenate([[0.0], np.cumsum((speeds[1:] + speeds[:-1]) / 2)])
        return cls(reactions, still.moments, closed, passed / passed[-1])

    def heard(self, curve: NDArray[np.float64], time: float) -> float:
        """Return a curve's value at a time of the film; it begins again where it ends."""
        time = time % 1.0 if self.closed else min(max(time, 0.0), 1.0)
        place = time * self.moments
        # Frames stand on moments, but for rounding; without this an onset would be felt before it.
        if abs(place - round(place)) < 1e-6:
            place = float(round(place))
        before = int(place)
        share = place - before
        first, second = curve[before % len(curve)], curve[(before + 1) % len(curve)]
        return float(first + (second - first) * share)

    def added(self, key: str, time: float) -> float:
        """Return what is added to the number with this key."""
        return sum(r.amount * self.heard(curve, time) for r, curve in self._of(key))

    def factor(self, key: str, time: float) -> float:
        """Return what the number with this key is multiplied by."""
        factor = 1.0
        for reaction, curve in self._of(key):
            factor *= (1.0 + reaction.amount) ** self.heard(curve, time)
        return factor

    def path_time(self, time: float) -> float:
        """Return the time at which the path stands where it is driven to at `time`."""
        if not self._of("morph.speed"):
            return time
        return float(np.interp(time, np.linspace(0.0, 1.0, len(self.passed)), self.passed))

    def parts(self, recipe: Recipe, time: float, film_time: float) -> tuple[Camera, Palette]:
        """Return camera and palette with their driven numbers as they are at a time.

        Args:
            recipe: whose they are.
            time: by the clock, which the sound runs by.
            film_time: where keyframes stand, which a ping-pong runs back through.
        """
        driven = {reaction.drives for reaction, _ in self.reactions}

        def moved(part: Part, where: str) -> dict[str, Track]:
            return {
                name: constant(self._number(key, track, time, film_time, recipe))
                for name, track in part
                if isinstance(track, Track) and (key := f"{where}.{name}") in driven
            }

        warps = [
            warp.model_copy(update=moved(warp, f"camera.warps.{index}"))
            for index, warp in enumerate(recipe.camera.warps)
        ]
        return (
            recipe.camera.model_copy(
                update={**moved(recipe.camera, "camera"), "warps": tuple(warps)}
            ),
            recipe.palette.model_copy(update=moved(recipe.palette, "palette")),
        )

    def _number(
        self, key: str, track: Track, time: float, film_time: float, recipe: Recipe
    ) -> float:
        closed = recipe.morph.loop == "closed"
        name = key.rpartition(".")[2]
        number = track_at(track, film_time, closed=closed, geometric=name == "zoom")
        if name not in FACTORS:
            return number + self.added(key, time)
        number *= self.factor(key, time)
        return min(max(number, _CONTRAST[0]), _CONTRAST[1]) if name == "contrast" else number

    def _of(self, key: str) -> list[tuple[Reaction, NDArray[np.float64]]]:
        return [(reaction, curve) for reaction, curve in self.reactions if reaction.drives == key]

"""Modulation: what a sound, or a tempo, adds to a recipe's numbers, by the curves that were heard.

A curve is a number in [0, 1] for every moment of the sound, and runs by the film's clock: keyframes
and path stay as they are, and the curve comes on top. Speed alone is not added but spent: the path
hurries where it is loud, lingers where it is quiet, and still arrives in time.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import track_at
from cppnvid.networks.sampling import draw_latent
from cppnvid.recipe import FACTORS, Camera, Palette, Part, Reaction, Recipe, Track, constant

_CONTRAST = (0.05, 20.0)  # as palettes allow
# Names the latent in whose direction sound pushes z, the same in every film.
_PUSH_SEED = int.from_bytes(b"sound", "big")


@dataclass(frozen=True)
class Pulse:
    """A jump to 1 at even times, which dies away.

    Attributes:
        every: time of the film from one to the next, where 1 is the whole film.
        falls: time in which it falls to a third.
    """

    every: float
    falls: float

    @classmethod
    def of(cls, recipe: Recipe, reaction: Reaction) -> Self:
        """Return that of a reaction to a tempo; the beats of a length in bars divide the film."""
        tempo, output = recipe.tempo, recipe.output
        steps = Fraction(max(output.frames - (recipe.morph.loop == "open"), 1))
        beat = (
            tempo.beat_seconds * output.fps
            if tempo.beats is None
            else (Fraction(output.frames, tempo.beats))
        )
        beats = tempo.beats_per_bar if reaction.feature == "bar" else 1
        falls = reaction.smooth * float(output.fps) / float(steps)
        return cls(float(beats * beat / steps), max(falls, 1e-9))

    def at(self, time: float) -> float:
        """Return its height, 0 to 1, at a time of the film."""
        pulses = math.floor(time / self.every + 1e-9)  # frames are on beats, but for rounding
        return math.exp(-max(time - pulses * self.every, 0.0) / self.falls)


Curve = NDArray[np.float64] | Pulse


@dataclass(frozen=True, eq=False)
class Modulation:
    """The curves of a recipe, and where in them its film is.

    Attributes:
        reactions: each with its curve, float64 [moments] in [0, 1], or its pulse.
        moments: number of moments of a curve from time 0 of the film to time 1.
        loops: whether a curve begins again where it ends.
        push: the direction in which the sound pushes the latent, float32 [z_dim].
        passed: how far the path has come at even times, float64 [frames + 1] in [0, 1].
    """

    reactions: tuple[tuple[Reaction, Curve], ...]
    moments: float
    loops: bool
    push: NDArray[np.float32]
    passed: NDArray[np.float64]

    @classmethod
    def of(cls, recipe: Recipe) -> Self | None:
        """Return what modulates a recipe's film; None if nothing does."""
        sound, output = recipe.sound, recipe.output
        reactions: list[tuple[Reaction, Curve]] = []
        for reaction in sound.react:
            if reaction.on_beat:
                reactions.append((reaction, Pulse.of(recipe, reaction)))
            elif reaction.curve is not None:
                reactions.append((reaction, np.frombuffer(reaction.curve, "<u2") / 65535))
        if not reactions:
            return None
        loops = recipe.morph.loop != "open"
        steps = max(output.frames - (not loops), 1)  # as in timing.frame_times
        moments = float(steps / output.fps * (sound.rate or output.fps))
        push = draw_latent(recipe.network, _PUSH_SEED)
        still = cls(tuple(reactions), moments, loops, push, np.zeros(0))
        speeds = np.array([still.factor("morph.speed", step / steps) for step in range(steps + 1)])
        passed = np.concatenate([[0.0], np.cumsum((speeds[1:] + speeds[:-1]) / 2)])
        return cls(still.reactions, moments, loops, push, passed / passed[-1])

    def heard(self, curve: Curve, time: float) -> float:
        """Return a curve's value at a time of the film; it begins again where it ends."""
        time = time % 1.0 if self.loops else min(max(time, 0.0), 1.0)
        if isinstance(curve, Pulse):
            return curve.at(time)
        place = time * self.moments
        # Frames are on moments, but for rounding; without this an onset would be felt before it.
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
        """Return the time by which the path runs at a time of the film."""
        if not self._of("morph.speed"):
            return time
        return float(np.interp(time, np.linspace(0.0, 1.0, len(self.passed)), self.passed))

    def latent_at(self, time: float) -> NDArray[np.float32]:
        """Return what is added to the latent at a time: float32 [z_dim]."""
        return self.push * np.float32(self.added("z", time))

    def parts(
        self, camera: Camera, palette: Palette, time: float, film_time: float, *, closed: bool
    ) -> tuple[Camera, Palette]:
        """Return camera and palette in which each modulated track is its number at a time.

        Args:
            camera: its tracks.
            palette: its tracks.
            time: by the clock, which the sound runs by.
            film_time: where keyframes are; a ping-pong runs back through them.
            closed: whether tracks lead from their last key back to their first.
        """
        driven = {reaction.drives for reaction, _ in self.reactions}

        def number(key: str, track: Track) -> float:
            name = key.rpartition(".")[2]
            value = track_at(track, film_time, closed=closed, geometric=name == "zoom")
            if name not in FACTORS:
                return value + self.added(key, time)
            value *= self.factor(key, time)
            return min(max(value, _CONTRAST[0]), _CONTRAST[1]) if name == "contrast" else value

        def moved(part: Part, where: str) -> dict[str, Track]:
            return {
                name: constant(number(key, track))
                for name, track in part
                if isinstance(track, Track) and (key := f"{where}.{name}") in driven
            }

        warps = [
            warp.model_copy(update=moved(warp, f"camera.warps.{index}"))
            for index, warp in enumerate(camera.warps)
        ]
        return (
            camera.model_copy(update={**moved(camera, "camera"), "warps": tuple(warps)}),
            palette.model_copy(update=moved(palette, "palette")),
        )

    def _of(self, key: str) -> list[tuple[Reaction, Curve]]:
        return [(reaction, curve) for reaction, curve in self.reactions if reaction.drives == key]

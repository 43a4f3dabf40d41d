"""The path through seeds: the table of its kinds, its pace, and the place at a moment.

A place on the path is a handful of coefficients, one for each control point: a seed, or for a
single seed the directions in which a path goes round from it. `control_points.py` makes the sums.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import FEWEST_STRIDES, ease
from cppnvid.recipe import AROUND_ONE, Morph
from cppnvid.recipe.pedigree import descent, pedigree

# scipy takes 0.4 s to load, and a film's first frame, which a preview shows at once, needs none.
if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline, PchipInterpolator


@dataclass(frozen=True)
class Place:
    """A place on the path: between which control points, how far, and the weight of each."""

    start: int
    end: int
    share: float  # of the way from start to end, [0, 1]
    coefficients: NDArray[np.float64]  # [control points]
    # [control points], sum 1: whose size a sum of tensors is scaled to; None leaves it as it is.
    size_coefficients: NDArray[np.float64] | None
    turns: bool = False  # each tensor turns from start to end by an even angle


def _straight(morph: Morph, leg: int, share: float) -> Place:
    """Go straight from one picture to the next, through what is smaller than either."""
    start, end = leg % morph.pictures, (leg + 1) % morph.pictures
    coefficients = np.zeros(morph.pictures)
    coefficients[start] += 1.0 - share
    coefficients[end] += share
    return Place(start, end, share, coefficients, None)


def _turning(morph: Morph, leg: int, share: float) -> Place:
    """Turn from one picture to the next."""
    place = _straight(morph, leg, share)
    return Place(place.start, place.end, share, place.coefficients, place.coefficients, turns=True)


def _smooth(morph: Morph, leg: int, share: float) -> Place:
    """Follow the spline through all pictures."""
    place = _straight(morph, leg, share)
    coefficients = place.coefficients
    if share:
        spline = _spline(morph.pictures, closed=morph.loop == "closed")
        coefficients = np.asarray(spline(leg + share), dtype=np.float64)
    return Place(place.start, place.end, share, coefficients, coefficients)


@lru_cache(maxsize=8)
def _spline(count: int, *, closed: bool) -> CubicSpline:
    """Return the spline through unit vectors: at any place it weighs the control points."""
    from scipy.interpolate import CubicSpline

    corners = np.eye(count)
    if closed:
        corners = np.vstack([corners, corners[:1]])
    return CubicSpline(range(len(corners)), corners, bc_type="periodic" if closed else "natural")


def _around(morph: Morph, leg: int, share: float) -> Place:
    """Follow a closed curve that starts at its seed: frame 0 is its still.

    An orbit is a circle. A wander is a sum of waves, each on a circle in directions of its own; the
    k-th is k times as fast as the first and 1/k as large, and all have an orbit's size together.
    One that does not close goes half way: to where its odd waves are opposite.
    """
    share = 1.0 - share if leg else share
    count = morph.harmonics
    size = math.sqrt(sum(1.0 / k**2 for k in range(1, count + 1)))
    half = morph.path == "wander" and morph.loop != "closed"
    coefficients = [1.0]
    for k in range(1, count + 1):
        angle = 2.0 * math.pi * k * share / (2.0 if half else 1.0)
        radius = morph.radius / (k * size)
        coefficients += [radius * (math.cos(angle) - 1.0), radius * math.sin(angle)]
    sizes = np.zeros(len(coefficients))
    sizes[0] = 1.0
    return Place(0, 0, share, np.array(coefficients), sizes)


class PathRow(NamedTuple):
    """How a path runs; `recipe.PATHS` says which pictures it takes and which keys it uses."""

    place: Callable[[Morph, int, float], Place]  # of a leg and the share of it that is behind
    # How much more it winds than a walk from seed to seed, for the frames that an even pace needs.
    winding: int = 1
    returns: bool = False  # a loop walks its one leg there and back
    moves: bool = True  # its network changes on the way, so that its pace can be measured


PATH_ROWS: dict[str, PathRow] = {
    "cubic": PathRow(_smooth),
    "slerp": PathRow(_turning),
    "linear": PathRow(_straight),
    "spline": PathRow(_smooth),
    "orbit": PathRow(_around, winding=3),
    "wander": PathRow(_around, winding=3),
    "grow": PathRow(_around, winding=4, returns=True),
    "zoom": PathRow(_around, moves=False),  # each of its frames magnifies by as much
}


def place_at(morph: Morph, time: float, pace: Pace) -> Place:
    """Return the place on the path at a film time in [0, 1].

    The pace says which leg it is and how much of its time has passed; hold and easing act on that
    share, and the pace turns it into a place.
    """
    leg, share = pace.leg_at(time)
    start, end = leg % morph.pictures, (leg + 1) % morph.pictures
    moved = _held(share, morph.hold_at(start), morph.hold_at(end))
    return PATH_ROWS[morph.path].place(morph, leg, pace.way(leg, ease(moved, morph.easing)))


def _held(share: float, before: float, after: float) -> float:
    """Rest at both ends of a leg, for half of what its seeds hold; the neighbours do the rest.

    So turning points, where a leg is walked twice, hold as long as seeds that are passed.
    """
    return min(max((share - before / 2) / (1.0 - (before + after) / 2), 0.0), 1.0)


def leg_count(morph: Morph) -> int:
    """Return the number of legs of the path."""
    if morph.path in AROUND_ONE:
        return 2 if PATH_ROWS[morph.path].returns and morph.loop == "closed" else 1
    return morph.pictures - (morph.loop != "closed")


def control_seeds(morph: Morph) -> tuple[int | str, ...]:
    """Return the seeds of the control points: those of pictures, or of one and its directions.

    A picture may be a child, whose name stands for its seed.
    """
    if morph.path not in AROUND_ONE:
        return morph.seeds
    (seed,) = morph.seeds
    return seed, *direction_seeds(seed, morph.harmonics)


def direction_seeds(seed: int | str, harmonics: int) -> tuple[int, ...]:
    """Return the seeds of the directions in which a path leaves a seed: two for each wave."""
    # A child's directions are the same at any strength, and turn with it.
    name = descent(pedigree(seed))
    return tuple(_direction_seed(name, index) for index in range(2 * harmonics))


def _direction_seed(seed: str, index: int) -> int:
    digest = hashlib.blake2b(f"cppnvid/1|{seed}|orbit.{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


# ------------------------------------------------------------------ pace


@dataclass(frozen=True, eq=False)
class Pace:
    """The ruler by which frames are placed on the path.

    Attributes:
        ends: how much of the ruler has passed at the end of each leg, float64 [legs].
        legs: for each leg, the share of its way that is behind once so much has passed in it;
            empty for a uniform pace, at which the two are equal.
        clock: what has passed at a time, for a spline that passes its seeds at given times; None
            where the ruler itself runs evenly.
    """

    ends: NDArray[np.float64]
    legs: tuple[PchipInterpolator, ...] = ()
    clock: Clock | None = None

    @classmethod
    def uniform(cls, legs: int) -> Self:
        """Return the pace at which every leg takes as long, whatever happens in it."""
        return cls(np.arange(1.0, legs + 1))

    @classmethod
    def of(cls, changes: NDArray[np.float64]) -> Self:
        """Return the pace for the change in each of the even steps of every leg.

        Args:
            changes: float64 [legs, steps], above 0. Between steps the ruler is smooth and rising
                (Fritsch and Butland, 1984).
        """
        from scipy.interpolate import PchipInterpolator

        passed = np.pad(np.cumsum(changes, axis=1), ((0, 0), (1, 0)))
        places = np.linspace(0.0, 1.0, passed.shape[1])
        return cls(
            np.cumsum(passed[:, -1]), tuple(PchipInterpolator(leg, places) for leg in passed)
        )

    def keeping_times(self, morph: Morph, strides: float) -> Self:
        """Return the pace at which a spline passes each seed at its own time.

        It passes them all at one speed, which half of the film is slower than and half faster: so
        legs flow into each other, and no seed stands out as a jerk. Between two seeds it hurries or
        lingers, most half way, to be in time.

        Args:
            morph: whose seeds and times.
            strides: number of strides from frame to frame in the film; the first and the last of a
                leg do not hurry.
        """
        times = np.linspace(0.0, 1.0, len(self.ends) + 1)
        times[: len(morph.times)] = morph.times
        passed, lasts = np.pad(self.ends, (1, 0)), np.diff(times)
        means = np.diff(passed) / lasts
        order = np.argsort(means)
        usual = float(means[order][np.searchsorted(np.cumsum(lasts[order]), 0.5 * times[-1])])
        calm = 1.0 / np.maximum(strides * lasts, FEWEST_STRIDES)
        return replace(self, clock=Clock(times, passed, means, usual, calm))

    def leg_at(self, time: float) -> tuple[int, float]:
        """Return the leg at a film time in [0, 1], and the share of its time that has passed."""
        ends = self._times
        now = min(max(time, 0.0), 1.0) * float(ends[-1])
        leg = min(int(np.searchsorted(ends, now, side="right")), len(ends) - 1)
        start, lasts = self._span(leg)
        return leg, (now - start) / lasts

    def way(self, leg: int, share: float) -> float:
        """Return the share of a leg's way that is behind after a share of its time."""
        if not 0.0 < share < 1.0:  # the ruler's rounding would part frames that are to be equal
            return share
        start, lasts = self._span(leg)
        passed = share * lasts
        if self.clock is not None:
            passed = self.clock(start + passed) - (float(self.ends[leg - 1]) if leg else 0.0)
        done = float(self.legs[leg](passed)) if self.legs else passed
        return min(max(done, 0.0), 1.0)

    @property
    def _times(self) -> NDArray[np.float64]:
        return self.ends if self.clock is None else self.clock.times[1:]

    def _span(self, leg: int) -> tuple[float, float]:
        """Return when a leg starts and how long it lasts."""
        start = float(self._times[leg - 1]) if leg else 0.0
        return start, float(self._times[leg]) - start


@dataclass(frozen=True, eq=False)
class Clock:
    """How much of the ruler has passed at a time of a spline, whose seeds have times."""

    times: NDArray[np.float64]  # [legs + 1], of the seeds, from 0 to 1
    passed: NDArray[np.float64]  # [legs + 1], at those times
    means: NDArray[np.float64]  # [legs], mean speed of each leg
    usual: float  # speed at every seed
    calm: NDArray[np.float64]  # [legs], share of a leg's time in which it does not hurry yet

    def __call__(self, time: float) -> float:
        """Return what has passed at a time in [0, 1]."""
        leg = min(int(np.searchsorted(self.times, time, side="right")) - 1, len(self.means) - 1)
        lasts = float(self.times[leg + 1] - self.times[leg])
        share = (time - float(self.times[leg])) / lasts
        gone = _gone(share, float(self.means[leg]), self.usual, float(self.calm[leg]))
        return float(self.passed[leg] + lasts * gone)


def _gone(share: float, mean: float, ends: float, calm: float) -> float:
    """Return how far a leg has come at a share of its time, in units of its mean speed.

    Its speed starts from `ends` and returns to it along one period of a cosine, which keeps off
    both ends by the share `calm` where the leg hurries. Where the leg would all but rest, because
    its mean is far below `ends`, speed falls more steeply, to half the mean.
    """
    if mean >= 2.0 / 3.0 * ends:
        calm = calm if mean > ends else 0.0  # one that lingers only leaves a smaller step
        turned = min(max((share - calm) / (1.0 - 2.0 * calm), 0.0), 1.0)
        return ends * share + (mean - ends) * (turned - math.sin(math.tau * turned) / math.tau)
    power = 2.0 * ends / mean - 2.0
    turned = 1.0 - 2.0 * share
    bent = 1.0 - math.copysign(abs(turned) ** (power + 1.0), turned)
    return (mean * share + (ends - mean / 2.0) * bent / (power + 1.0)) / 2.0

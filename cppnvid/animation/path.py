"""The path through seeds: where it stands at a moment.

A moment on the path is a handful of coefficients, one for each seed (or for a single seed and the
directions in which a path goes round from it); `interpolation.py` makes the sums that they weigh.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import FEWEST_STRIDES, ease
from cppnvid.recipe import AROUND_ONE, Morph

# scipy takes 0.4 s to load, and a film's first frame, which a preview shows at once, needs none.
if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline


def corner_seeds(morph: Morph) -> tuple[int, ...]:
    """Return the seeds whose tensors the path is made of: one alone also needs directions."""
    if morph.path not in AROUND_ONE:
        return morph.seeds
    (seed,) = morph.seeds
    return seed, *direction_seeds(seed, morph.harmonics)


def direction_seeds(seed: int, harmonics: int) -> tuple[int, ...]:
    """Return the seeds of the directions in which a path from a seed goes: two for each wave."""
    return tuple(_direction_seed(seed, index) for index in range(2 * harmonics))


def _direction_seed(seed: int, index: int) -> int:
    digest = hashlib.blake2b(f"cppnvid/1|{seed}|orbit.{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def leg_count(morph: Morph) -> int:
    """Return how many legs the path has; around one picture it is one, and growing comes back."""
    if morph.path in AROUND_ONE:
        return 1 + (morph.path == "grow" and morph.loop == "closed")
    return morph.pictures - (morph.loop != "closed")


# ------------------------------------------------------------------ places


@dataclass(frozen=True, eq=False)
class Pace:
    """How much of the film passes on the way: the ruler that frames are spaced by."""

    ends: NDArray[np.float64]  # [legs], how much has passed at the end of each leg
    shares: tuple[Callable[..., SupportsFloat], ...]  # for each leg, what has passed -> its share
    # time -> what has passed, and [legs + 1] from 0 to 1: where a spline keeps times.
    clock: Callable[..., SupportsFloat] | None = None
    times: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, changes: NDArray[np.float64]) -> Self:
        """Make a pace of how much happens in the even steps of every leg: [legs, steps], above 0.

        Between steps the ruler is smooth and rising (Fritsch and Butland, 1984).
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
        legs flow into each other, and no seed, the first in a loop, stands out as a jerk. Between
        two seeds it hurries or lingers, most half way, to be in time. `strides` is how many the
        film makes from end to end: the first and the last of a leg do not hurry.
        """
        times = np.linspace(0.0, 1.0, len(self.ends) + 1)
        times[: len(morph.times)] = morph.times
        passed, lasts = np.pad(self.ends, (1, 0)), np.diff(times)
        means = np.diff(passed) / lasts
        order = np.argsort(means)
        usual = float(means[order][np.searchsorted(np.cumsum(lasts[order]), 0.5 * times[-1])])
        calm = 1.0 / np.maximum(strides * lasts, FEWEST_STRIDES)

        def clock(time: float) -> float:
            leg = min(int(np.searchsorted(times, time, side="right")) - 1, len(lasts) - 1)
            share = (time - float(times[leg])) / float(lasts[leg])
            gone = _gone(share, float(means[leg]), usual, float(calm[leg]))
            return float(passed[leg] + lasts[leg] * gone)

        return replace(self, clock=clock, times=times)


def _gone(share: float, mean: float, ends: float, calm: float) -> float:
    """Return how far a leg has come at a share of its time, its mean speed at 1.

    Its speed starts from `ends` and returns to it by one period of a cosine, which stays away from
    both by the share `calm` where it hurries; where it would all but rest, as the mean is far
    below, it falls more steeply to half the mean.
    """
    if mean >= 2.0 / 3.0 * ends:
        calm = calm if mean > ends else 0.0  # one that lingers only leaves a smaller step
        turned = min(max((share - calm) / (1.0 - 2.0 * calm), 0.0), 1.0)
        return ends * share + (mean - ends) * (turned - math.sin(math.tau * turned) / math.tau)
    power = 2.0 * ends / mean - 2.0
    turned = 1.0 - 2.0 * share
    bent = 1.0 - math.copysign(abs(turned) ** (power + 1.0), turned)
    return (mean * share + (ends - mean / 2.0) * bent / (power + 1.0)) / 2.0


def uniform_pace(morph: Morph) -> Pace:
    """Return the pace at which every leg takes as long, whatever happens in it."""
    legs = leg_count(morph)
    return Pace(np.arange(1.0, legs + 1), (float,) * legs)


@dataclass(frozen=True)
class Place:
    """A moment on the path: between which two corners, how far, and the weight of every corner."""

    start: int
    end: int
    share: float  # of the way from start to end, [0, 1]
    coefficients: NDArray[np.float64]  # [corners]
    size_coefficients: NDArray[np.float64]  # [corners], sum 1: whose size the sum is to have


def place_at(morph: Morph, time: float, pace: Pace) -> Place:
    """Return where the path stands at a film time in [0, 1].

    The pace says which leg it is and how much of it has passed; hold and easing act on that share,
    and the pace turns it into a place again.
    """
    clock = pace.ends if pace.times is None else pace.times[1:]  # when each leg ends
    now = min(max(time, 0.0), 1.0) * float(clock[-1])
    leg = min(int(np.searchsorted(clock, now, side="right")), len(clock) - 1)
    since = float(clock[leg - 1]) if leg else 0.0
    lasts = float(clock[leg]) - since
    count = morph.pictures
    start, end = leg % count, (leg + 1) % count
    moved = _held((now - since) / lasts, morph.hold_at(start), morph.hold_at(end))
    share = ease(moved, morph.easing)
    if 0.0 < share < 1.0:  # at its ends the ruler's rounding would part frames that are to be equal
        passed = share * lasts
        if pace.clock is not None:
            passed = float(pace.clock(since + passed)) - (float(pace.ends[leg - 1]) if leg else 0.0)
        share = min(max(float(pace.shares[leg](passed)), 0.0), 1.0)
    if morph.path in AROUND_ONE:
        return _around(1.0 - share if leg else share, morph)
    if morph.path in ("cubic", "spline") and share:
        spline = _spline(count, closed=morph.loop == "closed")
        coefficients = np.asarray(spline(leg + share), dtype=np.float64)
    else:
        coefficients = np.zeros(count)
        coefficients[start] += 1.0 - share
        coefficients[end] += share
    return Place(start, end, share, coefficients, coefficients)


def _held(share: float, before: float, after: float) -> float:
    """Stand still at both ends of a leg, for half of what its seeds hold; others do the rest.

    So turning points, where a leg is walked twice, hold as long as seeds that are passed.
    """
    return min(max((share - before / 2) / (1.0 - (before + after) / 2), 0.0), 1.0)


@lru_cache(maxsize=8)
def _spline(count: int, *, closed: bool) -> "CubicSpline":
    """Weigh the seeds along the spline through them: it is the spline through unit vectors."""
    from scipy.interpolate import CubicSpline

    corners = np.eye(count)
    if closed:
        corners = np.vstack([corners, corners[:1]])
    return CubicSpline(range(len(corners)), corners, bc_type="periodic" if closed else "natural")


def _around(share: float, morph: Morph) -> Place:
    """Stand on a closed curve that passes through its seed at the start: frame 0 is its still.

    An orbit is a circle. A wander is a sum of waves, each on a circle of its own in directions of
    its own; the k-th is as fast as the first and so 1/k as large, and all have an orbit's size
    together. What does not close goes half way: to where its odd waves stand opposite.
    """
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

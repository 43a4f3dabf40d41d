"""The pace: how much of a film's time each stretch of its path takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import FEWEST_STRIDES
from cppnvid.recipe import Morph

# scipy takes 0.4 s to load, and a film's first frame, which a preview shows at once, needs none.
if TYPE_CHECKING:
    from scipy.interpolate import PchipInterpolator


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

"""The path through seeds: from a moment to every tensor's numbers.

A moment on the path is a handful of coefficients, one for each seed (or for the three corners of an
orbit), and a tensor at that moment is the sum they weigh.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from cppnvid.motion import ease
from cppnvid.recipe import Morph

# scipy takes 0.4 s to load, and a film's first frame, which a preview shows at once, needs none.
if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline


def corner_seeds(morph: Morph) -> tuple[int, ...]:
    """Return the seeds whose tensors the path is made of: an orbit also needs two directions."""
    if morph.path != "orbit":
        return morph.seeds
    (seed,) = morph.seeds
    return seed, *direction_seeds(seed)


def direction_seeds(seed: int) -> tuple[int, int]:
    """Return the seeds of the two directions in which the orbit of a seed goes."""
    return _direction_seed(seed, 0), _direction_seed(seed, 1)


def _direction_seed(seed: int, index: int) -> int:
    digest = hashlib.blake2b(f"cppnvid/1|{seed}|orbit.{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def leg_count(morph: Morph) -> int:
    """Return how many legs the path has; an orbit is one."""
    return morph.pictures - (morph.loop != "closed" and morph.path != "orbit")


# ------------------------------------------------------------------ places


@dataclass(frozen=True, eq=False)
class Pace:
    """How much of the film passes on the way: the ruler that frames are spaced by."""

    ends: NDArray[np.float64]  # [legs], how much has passed at the end of each leg
    shares: tuple[Callable[..., SupportsFloat], ...]  # for each leg, what has passed -> its share

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
    ends = pace.ends
    passed = min(max(time, 0.0), 1.0) * float(ends[-1])
    leg = min(int(np.searchsorted(ends, passed, side="right")), len(ends) - 1)
    before = float(ends[leg - 1]) if leg else 0.0
    length = float(ends[leg]) - before
    count = morph.pictures
    start, end = leg, (leg + 1) % count
    moved = _held((passed - before) / length, morph.hold_at(start), morph.hold_at(end))
    share = ease(moved, morph.easing)
    if 0.0 < share < 1.0:  # at its ends the ruler's rounding would part frames that are to be equal
        share = min(max(float(pace.shares[leg](share * length)), 0.0), 1.0)
    if morph.path == "orbit":
        return _on_orbit(share, morph.radius)
    if morph.path == "cubic" and share:
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


def _on_orbit(share: float, radius: float) -> Place:
    """Stand on a circle that passes through the seed at its start, so that frame 0 is its still."""
    angle = 2.0 * math.pi * share
    along, across = radius * (math.cos(angle) - 1.0), radius * math.sin(angle)
    return Place(0, 0, share, np.array([1.0, along, across]), np.array([1.0, 0.0, 0.0]))


# ------------------------------------------------------------------ tensors


@dataclass(frozen=True, eq=False)
class Corners:
    """One tensor at every corner of the path, and how large it is there."""

    values: NDArray[np.float64]  # [corners, ...]
    sizes: NDArray[np.float64]  # [corners], root mean square

    @classmethod
    def of(cls, tensors: Sequence[NDArray[np.float32]]) -> Self:
        """Gather one tensor of every corner: equal shapes."""
        values = np.stack(tensors).astype(np.float64)
        return cls(values, np.array([_size(tensor) for tensor in values]))


def blend(corners: Corners, place: Place, path: str, *, keep_size: bool) -> NDArray[np.float32]:
    """Return one tensor at a place of the path.

    Args:
        corners: that tensor at every corner.
        place: from `place_at`.
        path: a kind of path; `slerp` turns from corner to corner, the others weigh all corners.
        keep_size: scale the sum to the root mean square its corners have, which a straight blend
            halves on the way and with it the picture's detail. A `linear` path stays straight.

    Returns:
        float32, the corners' shape.
    """
    coefficients = _turn(corners, place) if path == "slerp" else place.coefficients
    total = np.zeros(corners.values.shape[1:])
    for values, coefficient in zip(corners.values, coefficients, strict=True):
        if coefficient:
            total += coefficient * values
    if keep_size and path != "linear":
        total *= _gain(_size(total), corners, place.size_coefficients)
    return total.astype(np.float32)


def _turn(corners: Corners, place: Place) -> NDArray[np.float64]:
    """Return the coefficients that turn from start to end by an even angle (Shoemake, 1985)."""
    first, last = corners.sizes[place.start], corners.sizes[place.end]
    coefficients = place.coefficients
    if first and last and place.start != place.end:
        start, end = corners.values[place.start], corners.values[place.end]
        angle = math.acos(min(max(float(np.mean(start * end)) / (first * last), -1.0), 1.0))
        # Else they lie in one direction, or in opposite ones with no shorter way between.
        if math.sin(angle) > 1e-6:
            size = first ** (1.0 - place.share) * last**place.share / math.sin(angle)
            coefficients = np.zeros(len(corners.sizes))
            coefficients[place.start] = size * math.sin((1.0 - place.share) * angle) / first
            coefficients[place.end] = size * math.sin(place.share * angle) / last
    return coefficients


def _gain(size: float, corners: Corners, size_coefficients: NDArray[np.float64]) -> float:
    """Return the factor that gives a sum of this size its corners' size, weighed geometrically.

    At most 2: independent corners need up to √2, and more is asked for only where a tensor of a few
    numbers passes near zero on its way to the other sign, which must stay a passage and not a jump.
    """
    if not corners.sizes.size or corners.sizes.min() == 0.0:
        return 1.0
    target = math.exp(float(size_coefficients @ np.log(corners.sizes)))
    return target / max(size, target / 2)


def _size(tensor: NDArray[np.float64]) -> float:
    return math.sqrt(float(np.vdot(tensor, tensor)) / tensor.size) if tensor.size else 0.0

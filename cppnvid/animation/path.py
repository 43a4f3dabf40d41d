"""The path through seeds: the table of its kinds, and where each is at a moment.

A place on the path is a handful of coefficients, one for each control point: a seed, or for a
single seed the directions in which a path goes round from it. `interpolation.py` makes the sums.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.pace import Pace
from cppnvid.animation.timing import ease
from cppnvid.recipe import AROUND_ONE, Morph

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline


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


def uniform_pace(morph: Morph) -> Pace:
    """Return the pace at which every leg of the path takes as long."""
    return Pace.uniform(leg_count(morph))


def control_seeds(morph: Morph) -> tuple[int, ...]:
    """Return the seeds of the control points: those of pictures, or of one and its directions."""
    if morph.path not in AROUND_ONE:
        return morph.seeds
    (seed,) = morph.seeds
    return seed, *direction_seeds(seed, morph.harmonics)


def direction_seeds(seed: int, harmonics: int) -> tuple[int, ...]:
    """Return the seeds of the directions in which a path leaves a seed: two for each wave."""
    return tuple(_direction_seed(seed, index) for index in range(2 * harmonics))


def _direction_seed(seed: int, index: int) -> int:
    digest = hashlib.blake2b(f"cppnvid/1|{seed}|orbit.{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1

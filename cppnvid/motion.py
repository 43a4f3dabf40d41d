"""Time to place: where a moment lies on the path through seeds, and where the camera looks.

All of it is numbers: a moment on the path is a handful of coefficients, one for each seed (or for
the three corners of an orbit), and a tensor at that moment is the sum they weigh.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from cppnvid.recipe import Morph, Recipe, Track

# ------------------------------------------------------------------ time


def frame_times(recipe: Recipe) -> NDArray[np.float64]:
    """Return the time of every frame, float64 [frames].

    Loops stand at k/n: the end frame would repeat the first and is never drawn. An open film ends
    on its last seed, so its frames stand at k/(n − 1).
    """
    frames = recipe.output.frames
    if recipe.morph.loop == "open":
        return np.linspace(0.0, 1.0, frames)
    return np.arange(frames) / frames


def fold_time(time: float, loop: str) -> float:
    """Return where the film stands at `time`: ping-pong runs back through its second half."""
    return 1.0 - abs(1.0 - 2.0 * time) if loop == "ping-pong" else time


def ease(share: float, easing: str) -> float:
    """Return how far a leg has come, 0 to 1, when `share` of its time has passed."""
    match easing:
        case "smooth":
            return 0.5 - 0.5 * math.cos(math.pi * share)
        case "ease-in":
            return share * share
        case "ease-out":
            return share * (2.0 - share)
        case "hold":
            return math.floor(share)
        case _:
            return share


def track_at(track: Track, time: float, *, closed: bool, geometric: bool = False) -> float:
    """Return a track's value at a film time.

    A closed track leads from its last key back to its first; an open one stays at its ends.
    A geometric one passes from key to key by an even ratio, as a zoom must to look even.
    """
    times = [key.time for key in track.keys]
    values = [math.log(key.value) if geometric else key.value for key in track.keys]
    if closed and len(times) > 1:
        before, after = (times[-1] - 1.0, values[-1]), (times[0] + 1.0, values[0])
        if before[0] < times[0]:
            times, values = [before[0], *times], [before[1], *values]
        if after[0] > times[-1]:
            times, values = [*times, after[0]], [*values, after[1]]
    value = float(np.interp(time, times, values))
    for (start, end), (first, last) in zip(pairwise(times), pairwise(values), strict=True):
        if start <= time < end:
            value = first + (last - first) * ease((time - start) / (end - start), track.easing)
    return math.exp(value) if geometric else value


# ------------------------------------------------------------------ path


@dataclass(frozen=True)
class Place:
    """A moment on the path: between which two corners, how far, and the weight of every corner."""

    start: int
    end: int
    share: float  # of the way from start to end, [0, 1]
    coefficients: NDArray[np.float64]  # [corners]
    size_coefficients: NDArray[np.float64]  # [corners], sum 1: whose size the sum is to have


def corner_seeds(morph: Morph) -> tuple[int, ...]:
    """Return the seeds whose tensors the path is made of: an orbit also needs two directions."""
    if morph.path != "orbit":
        return morph.seeds
    (seed,) = morph.seeds
    return seed, _direction_seed(seed, 0), _direction_seed(seed, 1)


def place_at(morph: Morph, time: float) -> Place:
    """Return where the path stands at a film time in [0, 1]."""
    if morph.path == "orbit":
        return _on_orbit(time, morph.radius)
    count = len(morph.seeds)
    closed = morph.loop == "closed"
    legs = count if closed else count - 1
    position = min(max(time, 0.0), 1.0) * legs
    leg = min(int(position), legs - 1)
    share = ease(_held(position - leg, morph.hold), morph.easing)
    start, end = leg, (leg + 1) % count
    if morph.path == "cubic":
        coefficients = _cubic_coefficients(count, leg + share, closed=closed)
    else:
        coefficients = np.zeros(count)
        coefficients[start] += 1.0 - share
        coefficients[end] += share
    return Place(start, end, share, coefficients, coefficients)


def _held(share: float, hold: float) -> float:
    """Stand still for `hold` of a leg, half at each end, so that turning points hold as long."""
    return min(max((share - hold / 2) / (1.0 - hold), 0.0), 1.0)


def _cubic_coefficients(count: int, position: float, *, closed: bool) -> NDArray[np.float64]:
    """Weigh the seeds at a position of the spline through them: the spline of unit vectors."""
    corners = np.eye(count)
    if closed:
        spline = CubicSpline(
            range(count + 1), np.vstack([corners, corners[:1]]), bc_type="periodic"
        )
    else:
        spline = CubicSpline(range(count), corners, bc_type="natural")
    return np.asarray(spline(position), dtype=np.float64)


def _on_orbit(time: float, radius: float) -> Place:
    """Stand on a circle that passes through the seed at time 0, so that it starts as its still."""
    angle = 2.0 * math.pi * time
    along, across = radius * (math.cos(angle) - 1.0), radius * math.sin(angle)
    return Place(0, 0, time, np.array([1.0, along, across]), np.array([1.0, 0.0, 0.0]))


def _direction_seed(seed: int, index: int) -> int:
    digest = hashlib.blake2b(f"cppnvid/1|{seed}|orbit.{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def blend(
    corners: Sequence[NDArray[np.float32]], place: Place, path: str, *, keep_size: bool
) -> NDArray[np.float32]:
    """Return one tensor at a place of the path.

    Args:
        corners: that tensor at every corner, float32, equal shapes.
        place: from `place_at`.
        path: a kind of path; `slerp` turns from corner to corner, the others weigh all corners.
        keep_size: scale the sum to the root mean square its corners have, which a straight blend
            halves on the way and with it the picture's detail.

    Returns:
        float32, the corners' shape.
    """
    if path == "slerp":
        return _slerp(corners[place.start], corners[place.end], place.share)
    total = _weighed(corners, place.coefficients)
    if keep_size and path != "linear":
        total *= _gain(total, corners, place.size_coefficients)
    return total.astype(np.float32)


def _weighed(
    corners: Sequence[NDArray[np.float32]], coefficients: NDArray[np.float64]
) -> NDArray[np.float64]:
    total = np.zeros(corners[0].shape)
    for corner, coefficient in zip(corners, coefficients, strict=True):
        if coefficient:
            total += coefficient * corner.astype(np.float64)
    return total


def _gain(
    total: NDArray[np.float64], corners: Sequence[NDArray[np.float32]], sizes: NDArray[np.float64]
) -> float:
    """Return the factor that gives the sum its corners' size, weighed geometrically.

    At most 2: independent corners need up to √2, and more is asked for only where a tensor of a few
    numbers passes near zero on its way to the other sign, which must stay a passage and not a jump.
    """
    size = _size(total)
    corner_sizes = [_size(corner) for corner in corners]
    if min(corner_sizes, default=0.0) == 0.0:
        return 1.0
    target = math.exp(float(sizes @ np.log(corner_sizes)))
    return target / max(size, target / 2)


def _slerp(
    start: NDArray[np.float32], end: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """Turn from start to end by an even angle, sizes passing geometrically (Shoemake, 1985)."""
    first, last = start.astype(np.float64), end.astype(np.float64)
    sizes = _size(first), _size(last)
    if min(sizes) == 0.0:
        return (first + share * (last - first)).astype(np.float32)
    first, last = first / sizes[0], last / sizes[1]
    angle = math.acos(min(max(float(np.mean(first * last)), -1.0), 1.0))
    size = sizes[0] ** (1.0 - share) * sizes[1] ** share
    weights = 1.0 - share, share
    if math.sin(angle) > 1e-6:  # else one direction, or opposite ones with no shorter way between
        weights = (
            math.sin((1.0 - share) * angle) / math.sin(angle),
            math.sin(share * angle) / math.sin(angle),
        )
    turned: NDArray[np.float32] = (size * (weights[0] * first + weights[1] * last)).astype(
        np.float32
    )
    return turned


def _size(tensor: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(tensor, dtype=np.float64)))) if tensor.size else 0.0

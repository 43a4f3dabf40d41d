"""Time: the time of every frame, easing, speed, and the value of a track."""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cppnvid.recipe import Recipe, Track

# Of a leg whose seeds have times: the first and the last stride are as long as the film's usual
# ones, and those between them hurry.
FEWEST_STRIDES = 3.0
SPEEDS = 2000  # samples of a track of speed: seven for each frame of the usual film


def frame_times(recipe: Recipe) -> NDArray[np.float64]:
    """Return the time of every frame, float64 [frames].

    Frame k of a loop is at k/n: a frame at 1 would repeat the first and is never drawn. An open
    film ends on its last seed, so its frames are at k/(n − 1).
    """
    frames = recipe.output.frames
    if recipe.morph.loop == "open":
        return np.linspace(0.0, 1.0, frames)
    return np.arange(frames) / frames


def stride_count(recipe: Recipe) -> float:
    """Return the number of strides from frame to frame between the path's start and its end."""
    frames = recipe.output.frames
    if recipe.morph.loop == "open":
        return max(frames - 1, 1)
    return frames / 2 if recipe.morph.loop == "ping-pong" else frames


def fold_time(time: float, loop: str) -> float:
    """Return the film time at `time`: a ping-pong runs back through its second half."""
    return 1.0 - abs(1.0 - 2.0 * time) if loop == "ping-pong" else time


def distance(speed: Track, time: float, *, closed: bool) -> float:
    """Return how much of the path, 0 to 1, is behind at a time, when speed follows a track.

    Speeds are relative to their mean, so a constant one changes nothing.
    """
    if speed.is_constant:
        return time
    times, walked = _walked(speed, closed=closed)
    return float(np.interp(time, times, walked))


@lru_cache(maxsize=8)
def _walked(speed: Track, *, closed: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return even times and what is behind at each, float64 [SPEEDS + 1] in [0, 1]."""
    times = np.linspace(0.0, 1.0, SPEEDS + 1)
    speeds = np.array([track_at(speed, float(time), closed=closed) for time in times])
    walked = np.pad(np.cumsum((speeds[:-1] + speeds[1:]) / 2.0), (1, 0))
    return times, walked / walked[-1]


def ease(share: float, easing: str) -> float:
    """Return the share of a leg's way, 0 to 1, that is behind after a share of its time."""
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

    A closed track leads from its last key back to its first; an open one rests at its ends. A
    geometric one passes from key to key by an even ratio, as a zoom must to look even.
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

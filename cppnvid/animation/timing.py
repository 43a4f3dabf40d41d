"""Time: when frames stand, how legs are eased, and what a track says at a moment."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cppnvid.recipe import Recipe, Track

# Of a leg whose seeds have times: the first and the last are as long as the film's usual ones, and
# what is left between them hurries.
FEWEST_STRIDES = 3.0
SPEEDS = 2000  # looks at a track of speed: seven for each frame of the usual film


def frame_times(recipe: Recipe) -> NDArray[np.float64]:
    """Return the time of every frame, float64 [frames].

    Loops stand at k/n: the end frame would repeat the first and is never drawn. An open film ends
    on its last seed, so its frames stand at k/(n − 1).
    """
    frames = recipe.output.frames
    if recipe.morph.loop == "open":
        return np.linspace(0.0, 1.0, frames)
    return np.arange(frames) / frames


def stride_count(recipe: Recipe) -> float:
    """Return how many strides, from frame to frame, lead from the start of the path to its end."""
    frames = recipe.output.frames
    if recipe.morph.loop == "open":
        return max(frames - 1, 1)
    return frames / 2 if recipe.morph.loop == "ping-pong" else frames


def jump_note(recipe: Recipe) -> str | None:
    """Say which times of seeds leave too few frames to move from one to the next; None is none."""
    morph = recipe.morph
    ends = [*morph.times, 1.0] if morph.loop == "closed" else morph.times
    strides = stride_count(recipe)
    for start, end in pairwise(ends):
        count = (end - start) * strides
        if count < FEWEST_STRIDES - 1e-9:
            least = math.ceil(1000 * FEWEST_STRIDES / strides) / 1000
            return (
                f"times: from {start:g} to {end:g} the film has {count:.1f} frames, too few for "
                f"the way from one seed to the next, so it jumps there; "
                f"{FEWEST_STRIDES:g} frames are {least:g} of its time"
            )
    return None


def fold_time(time: float, loop: str) -> float:
    """Return where the film stands at `time`: ping-pong runs back through its second half."""
    return 1.0 - abs(1.0 - 2.0 * time) if loop == "ping-pong" else time


def distance(speed: Track, *, closed: bool) -> Callable[[float], float]:
    """Return how much of the way, 0 to 1, is behind at a time, when speed is a track of it.

    Divided by all that is walked, so that a film ends where it did, sooner at no place and later at
    none; a constant speed changes nothing.
    """
    if speed.is_constant:
        return lambda time: time
    times = np.linspace(0.0, 1.0, SPEEDS + 1)
    speeds = np.array([track_at(speed, float(time), closed=closed) for time in times])
    walked = np.pad(np.cumsum((speeds[:-1] + speeds[1:]) / 2.0), (1, 0))
    return lambda time: float(np.interp(time, times, walked / walked[-1]))


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

"""Even pace: the path is measured beforehand, so that every frame changes the picture as much.

A walk at even speed through weights or latents is not even to the eye: its fastest frame changes
the picture up to twice as much as the median. So the path is drawn small, the change from step to
step is measured in Oklab, and that length becomes the ruler by which frames are placed.

The few frames of a short film cut the corners of a winding path, and two of them may look alike
though the way between is long. There the length of the way is only a first guess: frames are placed
by it, each one's distance to the next is measured, and the ruler is stretched where they are far
apart, over and over until all strides are alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.path import PATH_ROWS, Pace, leg_count
from cppnvid.animation.scene import Moment, Scene, Timeline
from cppnvid.animation.timing import stride_count
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.colour.oklab import to_oklab
from cppnvid.recipe import Recipe, constant

SIDE = 64  # pixels of the shorter side on any canvas: a larger video keeps its pace
# Pixels in all, where that side would make more: a canvas up to 2.5 times as long as wide has its
# 64, a ticker of 1280x32 has 16. With 64 its look took 25 times as long as the film itself.
MOST_PIXELS = SIDE * SIDE * 5 // 2
# With one step a frame the 95th percentile of a frame's change is 1.01 times the median, with two
# no better (two triples of seeds, weights and z, 300 frames); one costs 0.4 % of 1080×1080.
STEPS_PER_FRAME = 1
FEWEST_STEPS = 32  # of a leg
MOST_STEPS = 6000
# Frames of a leg: with fewer, frames are too far apart for equal lengths of way to be equal steps.
# Paths that wind more than a walk from seed to seed, a wander in every wave, need more, and more
# again the farther they go: an orbit of radius 2 had a seam of 1.35 with 72 frames, a wander one of
# 1.15 with 200. Previews have 0.4 of their film's frames and should move as it does, so films are
# corrected only where it shows.
SHORT = 16
NEAR = 0.5  # the usual radius
STEPS_PER_SHORT_FRAME, STEPS_PER_WAVE = 4, 12
MOST_POINTS = 2**23  # of all pictures that are kept of a short film: 100 MB
STEADY = 0.02
STEPS_OF_MANY_LEGS = 8  # so that a still of a long path is nearly the video's frame
# With 40 rounds of this power, 24 frames of the most winding wanders have strides within 4 % of
# their mean in most films; more rounds find nothing better, and a power of 1 oscillates.
ROUNDS, POWER = 40, 0.5
ENOUGH = 0.01  # a smaller deviation, as a share of the mean stride, is even
MOST_STRETCH = 4.0  # per round: two frames that are the same picture say nothing


def build_scene(recipe: Recipe) -> Scene:
    """Return the recipe's scene at the pace it asks for: the film as a function of time.

    Raises:
        RecipeError: a weight file was not read, or does not fit the recipe's network.
    """
    return paced(Scene.of(recipe), recipe)


def moment_of(recipe: Recipe, time: float) -> Moment:
    """Return one moment of the recipe's film, `time` in [0, 1].

    Every pace starts at the start, so only a later moment needs the path measured; at 8×128 that
    takes a hundred times as long as drawing a small picture.
    """
    scene = Scene.of(recipe)
    return (scene if time == 0.0 else paced(scene, recipe)).at(time)


def paced(scene: Scene, recipe: Recipe) -> Scene:
    """Return a recipe's scene at the pace the recipe asks for."""
    morph, pace = recipe.morph, scene.pace
    if morph.pace == "even" and PATH_ROWS[morph.path].moves:
        pace = even_pace(scene, recipe)
    if morph.path == "spline":
        pace = pace.keeping_times(morph, stride_count(recipe))
    return replace(scene, pace=pace)


def even_pace(scene: Scene, recipe: Recipe) -> Pace:
    """Measure how much the picture changes along the path, and return the pace that evens it.

    Camera and palette stand still while the path is measured, and run by the clock in the film: a
    steady turn stays steady. What a sound modulates comes on top of the pace. Always drawn by
    numpy, so that every backend draws the same film.
    """
    path = recipe.morph.path
    morph = recipe.morph.model_copy(
        update={
            "hold": 0.0,
            "holds": (),
            "easing": "linear",
            "speed": constant(1.0),
            "loop": "closed" if recipe.morph.loop == "closed" else "open",
        }
    )
    scene = replace(scene, morph=morph, pace=Pace.uniform(leg_count(morph)), modulation=None)
    frames, legs = recipe.output.frames, leg_count(morph)
    waves = legs * max(1, morph.harmonics)
    winding = PATH_ROWS[path].winding * max(1.0, morph.radius / NEAR)
    wanted = max(STEPS_PER_SHORT_FRAME * frames, FEWEST_STEPS * legs, STEPS_PER_WAVE * waves)
    short = frames < SHORT * winding * waves and wanted * len(_points(recipe)[0]) <= MOST_POINTS
    if not short:
        wanted = max(STEPS_PER_FRAME * frames, FEWEST_STEPS * legs)
    steps = max(min(wanted, MOST_STEPS) // legs, STEPS_OF_MANY_LEGS)
    times = [index / (legs * steps) for index in range(legs * steps + 1)]
    if short:
        looks = np.stack(list(_looks(scene, recipe, times)))
        changes = np.linalg.norm(np.diff(looks, axis=0), axis=-1)
        # In float32 a step beside one that is a million times as large would be none.
        ruler = _steadied(changes.mean(axis=-1, dtype=np.float64))
    else:
        ruler = _steadied(changes_along(scene, recipe, times))
    spans = _spans(recipe, legs * steps)
    for start, end, strides in spans:
        span = ruler[start:end]
        if short:
            span = even_strides(looks[start : end + 1], span, strides)
        if len(spans) > 1:
            span = span * (strides / span.sum())
        ruler[start:end] = span
    return Pace.of(ruler.reshape(legs, steps))


def _spans(recipe: Recipe, steps: int) -> list[tuple[int, int, int]]:
    """Return the spans that frames divide evenly: first step, last step, number of strides.

    A loop that returns as it went turns on a frame: two beside it would be the same picture.
    """
    frames, morph = recipe.output.frames, recipe.morph
    if morph.loop == "open":
        return [(0, steps, max(frames - 1, 1))]
    if morph.loop == "ping-pong":
        return [(0, steps, frames // 2)]
    if not PATH_ROWS[morph.path].returns or frames < 2:
        return [(0, steps, frames)]
    there = frames // 2
    return [(0, steps // 2, there), (steps // 2, steps, frames - there)]


def pace_of(changes: NDArray[np.float64], *, steady: float = STEADY) -> Pace:
    """Return the pace at which every frame changes the picture by the same amount.

    Args:
        changes: how much each step changes, [legs, steps].
        steady: what each step counts besides, as a share of the mean change: a stretch that changes
            nothing is crossed quickly, but not instantly.
    """
    return Pace.of(_steadied(changes, steady))


def _steadied(changes: NDArray[np.float64], steady: float = STEADY) -> NDArray[np.float64]:
    steadied: NDArray[np.float64] = changes + steady * changes.mean() + 1e-9
    return steadied


def changes_along(scene: Timeline, recipe: Recipe, times: Sequence[float]) -> NDArray[np.float64]:
    """Measure how much a scene changes from each time to the next, in Oklab: [times − 1].

    Args:
        scene: what to measure; its camera and palette stand still meanwhile.
        recipe: canvas and coordinates.
        times: at least one, in order.
    """
    return np.array(
        [
            np.linalg.norm(after - before, axis=-1).mean()
            for before, after in pairwise(_looks(scene, recipe, times))
        ],
        dtype=np.float64,
    )


def _looks(
    scene: Timeline, recipe: Recipe, times: Sequence[float]
) -> Iterator[NDArray[np.float32]]:
    """Yield a small picture of each time in Oklab, float32 [points, 3]."""
    x, y = _points(recipe)
    start = scene.at(times[0])
    moments = (
        replace(scene.at(time), view=start.view, colouring=start.colouring) for time in times
    )
    for colours in NumpyBackend().looks(moments, x, y):
        yield to_oklab(colours)


def _points(recipe: Recipe) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x and y of all pixels of a small picture: float32 [points] each."""
    width, height = recipe.canvas.size
    shorter, longer = sorted(recipe.canvas.size)
    side = max(min(isqrt(MOST_PIXELS * shorter // longer), SIDE), 1)
    ratio = side / shorter
    small = max(round(width * ratio), 1), max(round(height * ratio), 1)
    across, down = (axis.astype(np.float32) for axis in axes(recipe.camera.coordinates, *small))
    return np.tile(across, len(down)), np.repeat(down, len(across))


# ------------------------------------------------------------------ strides of short films


def even_strides(
    looks: NDArray[np.float32], changes: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Return the ruler by which strides are most even.

    Args:
        looks: pictures at even places of a path, both ends included: [places, points, 3].
        changes: the first guess, the length of the way between neighbours: [places − 1], above 0.
        count: number of strides in the film from end to end.

    Returns:
        The share of the film that passes between neighbours, in proportion: [places − 1].
    """
    ruler = best = changes
    least = np.inf
    middles = np.arange(len(changes)) + 0.5
    for _ in range(ROUNDS):
        passed = np.pad(np.cumsum(ruler), (1, 0))
        frames = np.interp(np.linspace(0.0, passed[-1], count + 1), passed, np.arange(len(passed)))
        strides = _strides(looks, frames)
        mean = float(strides.mean())
        if not mean:
            return changes  # nothing moves on this path
        uneven = float(strides.std())
        if uneven < least * mean:
            best, least = ruler, uneven / mean
        if least <= ENOUGH:
            break
        stretched = np.clip(strides / mean, 1.0 / MOST_STRETCH, MOST_STRETCH) ** POWER
        ruler = ruler * np.interp(middles, (frames[:-1] + frames[1:]) / 2.0, stretched)
    return best


def _strides(looks: NDArray[np.float32], frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance from each frame to the next, for frames at these fractional places."""
    strides = np.empty(len(frames) - 1)
    before = None
    for index, frame in enumerate(frames):
        place = min(int(frame), len(looks) - 2)
        share = np.float32(frame - place)
        after = looks[place] + share * (looks[place + 1] - looks[place])
        if before is not None:
            strides[index - 1] = np.linalg.norm(after - before, axis=-1).mean()
        before = after
    return strides

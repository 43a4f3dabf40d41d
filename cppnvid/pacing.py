"""Even pace: a look at the path beforehand, so that every frame changes the picture as much.

A walk at even speed through weights or latents is not even to the eye: its fastest frame changes
the picture up to twice as much as the median. So the path is drawn small, the change from step to
step is measured in Oklab, and that length becomes the ruler by which frames are placed.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from cppnvid.backends.reference import TorchBackend, one_thread
from cppnvid.camera import axes
from cppnvid.palette import to_oklab
from cppnvid.path import Pace, leg_count, uniform_pace
from cppnvid.recipe import Recipe, Sound, constant
from cppnvid.scene import Moment, Scene, paced_scene

SIDE = 64  # pixels of the shorter side, whatever the canvas: a larger video keeps its pace
# With one step a frame the 95th percentile of a frame's change is 1.01 times the median, with two
# no better (two triples of seeds, weights and z, 300 frames); one costs 0.4 % of 1080×1080.
STEPS_PER_FRAME = 1
# Of a leg: the 95th percentile of a loop of 20 frames is up to 1.43 times its median with 8 steps
# and 1.23 with 32 or 64, where frames stand too far apart to be joined by straight lines.
FEWEST_STEPS = 32
MOST_STEPS = 6000
STEPS_OF_MANY_LEGS = 8  # a still of a long path must stand where the video's frame does, nearly


def build_scene(recipe: Recipe) -> Scene:
    """Return the recipe's scene at the pace it asks for: the film, as a function of time."""
    # A zoom's network stands still, and each of its frames magnifies by as much.
    even = recipe.morph.pace == "even" and recipe.morph.path != "zoom"
    return paced_scene(recipe, even_pace(recipe) if even else uniform_pace(recipe.morph))


def moment_of(recipe: Recipe, time: float) -> Moment:
    """Return one moment of the recipe's film, `time` in [0, 1].

    Every pace starts at the start, so only a moment on the way needs the path measured; at 8×128
    that takes a hundred times as long as a small picture does.
    """
    if time == 0.0:
        return paced_scene(recipe, uniform_pace(recipe.morph)).at(0.0)
    return build_scene(recipe).at(time)


def even_pace(recipe: Recipe) -> Pace:
    """Measure how much the picture changes along the path.

    Camera and palette stand still while the path is measured, and run on by the clock in the film:
    a steady turn stays steady. What a sound moves comes on top of the pace. Always drawn by plain
    torch on the CPU, so that every backend draws the same film.
    """
    path = recipe.morph.path
    morph = recipe.morph.model_copy(
        update={
            "hold": 0.0,
            "holds": (),
            "easing": "linear",
            "speed": constant(1.0),
            "path": "cubic" if path == "spline" else path,  # the same way, without its times
            "loop": "closed" if recipe.morph.loop == "closed" else "open",
        }
    )
    plain = recipe.model_copy(update={"morph": morph, "sound": Sound()})
    scene = paced_scene(plain, uniform_pace(morph))
    legs = leg_count(morph)
    wanted = max(STEPS_PER_FRAME * recipe.output.frames, FEWEST_STEPS * legs)
    steps = max(min(wanted, MOST_STEPS) // legs, STEPS_OF_MANY_LEGS)
    times = [index / (legs * steps) for index in range(legs * steps + 1)]
    return pace_of(changes_along(scene, recipe, times).reshape(legs, steps))


def pace_of(changes: NDArray[np.float64], *, steady: float = 0.02) -> Pace:
    """Return the pace at which as much is seen to change in every frame.

    Args:
        changes: [legs, steps].
        steady: how much each step counts beside what changes in it, as a share of the mean: a path
            that changes nothing for a while is crossed quickly, yet not in no time.
    """
    return Pace.of(changes + steady * changes.mean() + 1e-9)


def changes_along(scene: Scene, recipe: Recipe, times: Sequence[float]) -> NDArray[np.float64]:
    """Measure how much a scene changes from each time to the next, in Oklab: [times − 1].

    Args:
        scene: what changes; its camera and palette stand still while it is measured.
        recipe: whose canvas and coordinates it has.
        times: at least one, in order.
    """
    width, height = recipe.canvas.size
    ratio = SIDE / min(width, height)
    small = max(round(width * ratio), 1), max(round(height * ratio), 1)
    across, down = (
        torch.from_numpy(axis).float() for axis in axes(recipe.camera.coordinates, *small)
    )
    x, y = across.repeat(len(down)), down.repeat_interleave(len(across))
    backend = TorchBackend("cpu")
    start = scene.at(times[0])

    def look(time: float) -> torch.Tensor:
        still = replace(scene.at(time), view=start.view, colouring=start.colouring)
        return to_oklab(backend.colours(still, x, y))

    changes = np.empty(len(times) - 1)
    with one_thread():  # for 4096 points waking a second costs more than it saves
        before = look(times[0])
        for index, time in enumerate(times[1:]):
            after = look(time)
            changes[index] = float((after - before).norm(dim=-1).mean())
            before = after
    return changes

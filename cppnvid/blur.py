"""Motion blur: a frame is what passes while the shutter is open, averaged as light."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from cppnvid.palette import from_linear, to_linear
from cppnvid.recipe import Recipe

# Rounded light to 8-bit sRGB: 2^14 steps are finer than the darkest level's 1/3295.
_STEPS = 2**14


def exposure_times(times: Sequence[float], recipe: Recipe) -> list[float]:
    """Return the moments that are drawn for each frame, in order: `times`, each several times.

    They are spread evenly over the time the shutter is open, around the frame's own. In a loop an
    exposure at its start begins at its end; an open film is cut off at both.
    """
    canvas, frames = recipe.canvas, recipe.output.frames
    looped = recipe.morph.loop != "open"
    length = canvas.shutter / (frames if looped else max(frames - 1, 1))
    offsets = ((np.arange(canvas.exposures) + 0.5) / canvas.exposures - 0.5) * length
    moments = (np.asarray(times, dtype=np.float64)[:, None] + offsets).ravel()
    return [float(moment) for moment in (moments % 1.0 if looped else moments.clip(0.0, 1.0))]


def expose(frames: Iterable[NDArray[np.uint8]], exposures: int) -> Iterator[NDArray[np.uint8]]:
    """Average every `exposures` frames in linear light.

    Args:
        frames: batches of uint8 [n, height, width, 3], sRGB.
        exposures: how many make one frame.

    Yields:
        uint8 [1, height, width, 3], sRGB.
    """
    to_light = to_linear(torch.arange(256) / 255.0).numpy()
    levels = from_linear(torch.linspace(0.0, 1.0, _STEPS + 1, dtype=torch.float64))
    to_levels = (levels * 255.0 + 0.5).to(torch.uint8).numpy()
    count = 0
    light: NDArray[np.float32] | None = None
    for batch in frames:
        for frame in batch:
            light = to_light[frame] if light is None else np.add(light, to_light[frame], out=light)
            count += 1
            if count == exposures:
                steps = (light * (_STEPS / exposures) + 0.5).astype(np.uint16)
                yield to_levels[steps][None]
                count, light = 0, None

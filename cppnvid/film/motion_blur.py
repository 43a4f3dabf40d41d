"""Motion blur: a frame is the average light that passes while the shutter is open."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.oklab import from_linear, to_linear
from cppnvid.colour.pixels import Pixels
from cppnvid.recipe import Recipe

# Steps from light to sRGB, by bytes of a level: finer than the darkest level, which is 1/3295 of
# the light with 8 bits and 1/846712 with 16.
_STEPS = {1: 2**14, 2: 2**22}


def exposure_times(times: Sequence[float], recipe: Recipe) -> list[float]:
    """Return the times of all exposures, several for each frame, in order.

    They are spread evenly around the frame's own time while the shutter is open. In a loop they run
    across the seam; in an open film they stop at both ends.
    """
    canvas, frames = recipe.canvas, recipe.output.frames
    looped = recipe.morph.loop != "open"
    length = canvas.shutter / (frames if looped else max(frames - 1, 1))
    offsets = ((np.arange(canvas.exposures) + 0.5) / canvas.exposures - 0.5) * length
    moments = (np.asarray(times, dtype=np.float64)[:, None] + offsets).ravel()
    return [float(moment) for moment in (moments % 1.0 if looped else moments.clip(0.0, 1.0))]


def expose(frames: Iterable[Pixels], exposures: int) -> Iterator[Pixels]:
    """Average every `exposures` frames in linear light.

    Args:
        frames: batches of uint8 or uint16 [n, height, width, 3], sRGB.
        exposures: number averaged for one frame.

    Yields:
        The same kind of level, [1, height, width, 3], sRGB.
    """
    count = 0
    light: NDArray[np.float32] | None = None
    for batch in frames:
        to_light, to_levels = _tables(batch.dtype)
        steps = len(to_levels) - 1
        for frame in batch:
            light = to_light[frame] if light is None else np.add(light, to_light[frame], out=light)
            count += 1
            if count == exposures:
                yield to_levels[(light * (steps / exposures) + 0.5).astype(np.uint32)][None]
                count, light = 0, None


@lru_cache(maxsize=2)
def _tables(kind: np.dtype[Any]) -> tuple[NDArray[np.float32], Pixels]:
    """Return the light of every level, and the level of every step of light."""
    most = np.iinfo(kind).max
    to_light = to_linear(np.arange(most + 1, dtype=np.float32) / np.float32(most))
    steps = np.linspace(0.0, 1.0, _STEPS[kind.itemsize] + 1)
    return to_light, (from_linear(steps) * most + 0.5).astype(kind)

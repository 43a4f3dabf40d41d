"""Motion blur: a frame is what passes while the shutter is open, averaged as light."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cppnvid.recipe import Recipe

# Rounded light to 8-bit sRGB: 2^14 steps are finer than the darkest level's 1/3295.
_STEPS = 2**14


def _levels_to_light() -> NDArray[np.float32]:
    """Return the linear light of every 8-bit level (IEC 61966-2-1): float32 [256]."""
    level = np.arange(256) / 255.0
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _light_to_levels() -> NDArray[np.uint8]:
    """Return the nearest 8-bit level of evenly spaced linear light: uint8 [_STEPS + 1]."""
    light = np.linspace(0.0, 1.0, _STEPS + 1)
    level = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (level * 255.0 + 0.5).astype(np.uint8)


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
    to_light, to_levels = _levels_to_light(), _light_to_levels()
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

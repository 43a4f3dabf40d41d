"""Features of a track: loudness and onsets of named bands, as curves over a film's frames.

Nothing lags: a window of sound is centred on its moment, loudness is smoothed forward and backward
alike, and an onset jumps at its own frame. In a loop the start follows the end. Curves are stored
with 16 bits, which hides the rounding that differs between machines.
"""

import base64
import hashlib
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cppnvid.audio.spectrum import Series, around, pick_onsets
from cppnvid.encode import RATE, fitted_sound, open_raw
from cppnvid.errors import EncodeError
from cppnvid.recipe import Reaction, Recipe

MOMENTS = 100  # a second, at which sound is analysed
# Decibels: a track that is more even than the first does not use the whole range, so that a steady
# tone does not shake; what is the second below its loudest counts as quiet.
_NARROWEST, _WIDEST = 12.0, 40.0
_RARE = 6.0  # decibels below its loudest is loud, where less than a fiftieth is any louder
_FLOOR = -70.0  # decibels below a sine as loud as the track, where a band has nothing but noise


def heard(recipe: Recipe, path: Path) -> Recipe:
    """Return the recipe with the curve of each reaction, and the name of the track.

    Args:
        recipe: whose length, rate and loop decide what is heard when.
        path: the track, cut or repeated to the film's length by `fitted_sound`.

    Raises:
        RecipeError: the track cannot be read; the message has ffmpeg's words.
        EncodeError: there is no ffmpeg, or no room for the decoded sound.
    """
    output = recipe.output
    state = path.stat() if path.is_file() else None
    sha256, curves = _listened(
        path,
        None if state is None else (state.st_mtime_ns, state.st_size),
        tuple(r.model_copy(update={"curve": None}) for r in recipe.sound.react if not r.on_beat),
        frames=output.frames,
        fps=output.fps,
        loops=recipe.morph.loop != "open",
    )
    left = iter(curves)
    react = [
        reaction.model_dump(mode="json")
        | ({} if reaction.on_beat else {"curve": base64.b64encode(next(left)).decode()})
        for reaction in recipe.sound.react
    ]
    about = {"file": {"name": path.name, "sha256": sha256}, "react": react, "rate": output.fps}
    return Recipe.model_validate(recipe.to_data() | {"sound": about})


@lru_cache(maxsize=4)  # a recipe is loaded again for every option that follows from another
def _listened(
    path: Path,
    state: tuple[int, int] | None,  # noqa: ARG001 - of the file, so that a changed one is read again
    reactions: tuple[Reaction, ...],
    *,
    frames: int,
    fps: Fraction,
    loops: bool,
) -> tuple[str, tuple[bytes, ...]]:
    """Return a file's sha256 and its curves, 16 bits for every frame."""
    with tempfile.TemporaryFile() as raw:  # without a name, so that a killed run leaves none
        try:
            fitted_sound(path, raw, seconds=frames / fps, loops=loops)
        except OSError as error:
            place = tempfile.gettempdir()
            raise EncodeError(
                "{place}: no room for the decoded sound: {error}", place=place, error=error
            ) from error
        sound = open_raw(raw)
        curves = curves_of(sound, reactions, frames=frames, fps=fps, loops=loops)
        del sound  # Windows deletes no file that is open
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return sha256, tuple(packed(curve) for curve in curves)


def packed(curve: NDArray[np.float64]) -> bytes:
    """Return a curve of numbers in [0, 1] as 16 bits each, little-endian."""
    return np.round(curve * 65535).astype("<u2").tobytes()


def curves_of(
    sound: NDArray[np.float32],
    reactions: Sequence[Reaction],
    *,
    frames: int,
    fps: Fraction,
    loops: bool,
) -> list[NDArray[np.float64]]:
    """Return the curve of each reaction at a film's frames: float64 [frames] in [0, 1].

    Args:
        sound: float32 [samples, channels] at `RATE`, as long as the film.
        reactions: which band and which feature of it.
        frames: number of frames.
        fps: frames a second.
        loops: whether the sound begins again where it ends.
    """
    count = max(8, round(len(sound) / RATE * MOMENTS))
    a_frame = count / len(sound) * RATE / float(fps)  # in moments, a whole number of them in a loop
    moments = np.arange(frames) * a_frame
    series = Series(sound, count, loops=loops)
    curves = []
    for reaction in reactions:
        energy, flux, noise = series.of(reaction.band)
        if reaction.feature == "onset":
            struck = np.zeros(frames)
            for moment, strength in pick_onsets(flux, noise, loops=loops):
                frame = int(moment / a_frame + 0.5)
                if loops or frame < frames:
                    struck[frame % frames] = max(struck[frame % frames], strength)
            curve = _dying_away(struck, float(fps) * reaction.smooth, loops=loops)
        else:
            level = _smoothed(_loudness(energy), reaction.smooth, loops=loops)
            curve = np.interp(moments, np.arange(count), level, period=count if loops else None)
        curves.append(np.clip(curve, 0.0, 1.0))
    return curves


def _loudness(energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return loudness from 0, the track's own quiet, to 1, its own loud: [moments]."""
    if not energy.any():
        return np.zeros(len(energy))
    decibels = 10.0 * np.log10(energy + 1e-10)
    loud = max(float(np.percentile(decibels, 98)), float(decibels.max()) - _RARE)
    quiet = float(np.percentile(decibels, 10))
    quiet = max(min(max(quiet, loud - _WIDEST), loud - _NARROWEST), _FLOOR)
    loud = max(loud, quiet + _NARROWEST)
    return np.clip((decibels - quiet) / (loud - quiet), 0.0, 1.0)


def _smoothed(level: NDArray[np.float64], seconds: float, *, loops: bool) -> NDArray[np.float64]:
    """Average over a bell that is as wide before as after, so that nothing lags."""
    if seconds * MOMENTS < 0.5:
        return level
    return around(gaussian_filter1d, level, seconds * MOMENTS / 2, loops=loops)


def _dying_away(struck: NDArray[np.float64], frames: float, *, loops: bool) -> NDArray[np.float64]:
    """Let each onset fall to 1/e in so many frames: [frames]."""
    kept = float(np.exp(-1.0 / max(frames, 1e-3)))
    curve, level = np.zeros(len(struck)), 0.0
    for _ in range(1 + loops):  # in a loop what rang at its end still rings at its start
        for frame, strength in enumerate(struck):
            level = max(level * kept, float(strength))
            curve[frame] = level
    return curve

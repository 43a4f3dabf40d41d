"""What tests of several rooms share."""

import base64
import io
import wave
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from cppnvid.animation.scene import Moment
from cppnvid.cli import main
from cppnvid.encode import RATE, container_for
from cppnvid.encode.ffmpeg import capture
from cppnvid.recipe import Recipe
from tests.conftest import small


@dataclass(frozen=True, eq=False)
class Moments:
    """A timeline of any moments, which need not be a recipe's."""

    at: Callable[[float], Moment]


def run(arguments: list[str]) -> tuple[int, str, str]:
    """Run the command line in this process; return its exit code, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def driven(values: NDArray[np.floating[Any]], drives: str, amount: float, **parts: Any) -> Recipe:
    """Return a small recipe one of whose numbers follows a curve at its frames."""
    data = base64.b64encode(np.round(values * 65535).astype("<u2").tobytes()).decode()
    react = [{"drives": drives, "amount": amount, "curve": data}]
    recipe = small(**{"output": {"frames": len(values)}, **parts})
    return Recipe.model_validate(
        recipe.to_data() | {"sound": {"react": react, "rate": recipe.output.fps}}
    )


def write_wav(path: Path, samples: NDArray[np.floating[Any]], *, rate: int = RATE) -> Path:
    """Write samples in [-1, 1], [n] or [n, channels], as 16 bits; return the path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return path


def clicks(seconds: float, every: float, *, first: float = 0.25) -> NDArray[np.float64]:
    """Return short bursts of 2 kHz, the first one at `first` seconds."""
    samples = np.zeros(round(seconds * RATE))
    burst = np.sin(np.arange(480) * 2 * np.pi * 2000 / RATE) * np.exp(-np.arange(480) / 80)
    for at in np.arange(first, seconds - 0.011, every):
        start = round(at * RATE)
        samples[start : start + 480] += 0.8 * burst
    return samples


def heard(path: Path) -> NDArray[np.float32]:
    """Return a film's sound as a player decodes it, float32 [samples], one channel."""
    demuxer = container_for(path).demuxer or ""
    arguments = ["-map", "0:a:0", "-f", "f32le", "-ac", "1", "-ar", str(RATE), "pipe:1"]
    return np.frombuffer(capture(path, demuxer, arguments, limit=10**9)[0], "<f4")


def starts(samples: NDArray[Any]) -> list[float]:
    """Return when each burst begins, in seconds."""
    loud = np.flatnonzero(np.abs(samples) > 0.25)
    return [float(at) / RATE for at in loud[np.diff(loud, prepend=-RATE) > RATE // 10]]


def packets(path: Path) -> bytes:
    """Return what ffmpeg lists of the pictures' packets: times, sizes and checksums."""
    demuxer = container_for(path).demuxer or ""
    arguments = ["-map", "0:v:0", "-c", "copy", "-f", "framecrc", "pipe:1"]
    return capture(path, demuxer, arguments, limit=10**7)[0]


def error_of(levels: NDArray[Any], wanted: NDArray[np.float64]) -> float:
    """Return the RMS of the error that is left after a blur of 4 pixels: bands, but no grain."""
    left = gaussian_filter(levels - wanted, (4, 4, 0), mode="nearest")
    return float(np.sqrt((left**2).mean()))


def slope(height: int = 200, width: int = 300) -> NDArray[np.float64]:
    """Return a pastel gradient in 8-bit levels, unrounded, other in every channel."""
    y, x = np.mgrid[:height, :width]
    return np.stack([180 + x / 60, 200 - y / 45, 170 + (x + y) / 90], axis=-1)

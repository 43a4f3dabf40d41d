"""The loop check: how evenly a film moves, and whether its seam shows.

Measured on the decoded file, because encoders make seams of their own: an opening picture coarser
than the last, or a last frame that is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import shrink
from cppnvid.encode import all_frames, probe_film
from cppnvid.errors import RecipeError

# Pixels of the shorter side at which frames are compared: an eye follows forms, not grain. At 1080
# the main job's numbers are the same to two decimals, for eighteen times the work.
SIDE = 256
SEEN = 1.1  # a larger seam, in median steps, is also compared with the steps beside it
RESTING = 0.1  # a frame that changes less than this share of the brisk ones hardly moves


@dataclass(frozen=True)
class LoopReport:
    """How a film moves; a step is the mean distance in Oklab from a frame to the next."""

    frames: int
    seam: float  # the step from the last frame to the first, over the median step
    evenness: float  # the 90th percentile of the steps over their median; 1 is perfectly even
    resting: float  # the share of frames that hardly move
    fastest: float  # the largest step except the seam, over the median
    beside: float  # the seam over the mean of the steps before and after it

    @property
    def tear(self) -> float:
        """How much the seam shows: less where the film is as fast just before and after.

        Neither speed that was asked for nor a rest beside the seam is a tear.
        """
        return min(self.seam, self.beside)

    def __str__(self) -> str:
        """Return the report in one line."""
        beside = f", {self.beside:.2f} of those beside it" if self.seam > SEEN else ""
        return (
            f"seam {self.seam:.2f} of the median step{beside}, evenness {self.evenness:.2f} "
            f"(90th over 50th percentile), fastest {self.fastest:.2f}, "
            f"{self.resting:.0%} of {self.frames} frames hardly move"
        )


def measure_loop(frames: Iterable[NDArray[np.uint8]]) -> LoopReport:
    """Measure how a film moves and closes.

    Args:
        frames: in playing order, uint8 [height, width, 3] each, sRGB, all of one size.

    Returns:
        The report. Frames at rest, whose step is under a tenth of the 90th percentile, are counted
        apart, so that holds do not make a film uneven. A film that never moves has a seam of 0 and
        an evenness of 1.

    Raises:
        RecipeError: there are no frames.
    """
    steps: list[float] = []
    first = before = None
    for frame in frames:
        after = _look(frame)
        if before is not None:
            steps.append(_distance(before, after))
        first = after if first is None else first
        before = after
    if first is None or before is None:
        raise RecipeError("has no frames, so its loop cannot be measured", key="path")
    return _report(np.array(steps), _distance(before, first))


def check_loop(path: str | os.PathLike[str], frames: int | None = None) -> LoopReport:
    """Measure any video, animation or folder of PNGs, from any program.

    Args:
        path: the film.
        frames: how many are one time round, where it plays several times; None is all.

    Raises:
        RecipeError: the file is missing, damaged or no film, or holds one picture.
        EncodeError: when ffmpeg cannot be started.
    """
    info = probe_film(path)
    if info.frames == 1 and not info.merged:
        raise RecipeError(f"{info.path}: is one picture, not a film")
    return measure_loop(islice(all_frames(info, SIDE), frames))


def _look(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width, _ = frame.shape
    ratio = min(SIDE / min(height, width), 1.0)
    small = shrink(frame, (max(round(width * ratio), 1), max(round(height * ratio), 1)))
    return to_oklab(small.reshape(-1, 3) / np.float32(255))


def _distance(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(after - before, axis=-1).mean())


def _report(steps: NDArray[np.float64], seam: float) -> LoopReport:
    brisk = float(np.percentile(np.append(steps, seam), 90))
    moving = steps[steps >= RESTING * brisk] if brisk else steps[:0]
    resting = 1.0 - (len(moving) + bool(brisk and seam >= RESTING * brisk)) / (len(steps) + 1)
    if not len(moving):
        # Nothing moves but, perhaps, at the seam.
        endless = float("inf") if seam else 0.0
        return LoopReport(len(steps) + 1, endless, 1.0, resting, 1.0, endless)
    median, beside = float(np.median(moving)), float(steps[0] + steps[-1]) / 2.0
    return LoopReport(
        frames=len(steps) + 1,
        seam=seam / median,
        evenness=float(np.percentile(moving, 90)) / median,
        resting=resting,
        fastest=float(moving.max()) / median,
        beside=seam / beside if beside else seam / median,
    )

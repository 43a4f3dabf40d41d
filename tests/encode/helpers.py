"""Encoders for tests: one call with friendly arguments in place of an output, a target and more."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from cppnvid.callbacks import Note, silent
from cppnvid.encode import Coding, Encoder, Target, open_encoder, write_still
from cppnvid.encode.ffmpeg import capture
from cppnvid.recipe import Output

RECIPE = '{"seeds": [1, 2]}'
_OF_TARGET = ("encoder", "overwrite", "sound", "max_size", "still")


def target(
    path: Path | str, *, width: int = 64, height: int = 48, coding: Coding | None = None, **how: Any
) -> Target:
    """Return a target; `how` are keys of `output`, and arguments of `Target.to`."""
    given = {name: how.pop(name) for name in _OF_TARGET if name in how}
    asked = {} if coding is None else asdict(coding)
    asked.pop("alpha", None)  # which is no key of the output
    output = Output.model_validate(how | asked)
    return Target.to(path, (width, height), output, **given)


def open_file(path: Path | str, *, recipe: str = "", **how: Any) -> Encoder:
    """Open an encoder; `how` is that of `target`, with arguments of `open_encoder`."""
    opening = ("pixel_format", "loops", "sound_follows", "at_once", "threads", "note")
    given = {name: how.pop(name) for name in opening if name in how}
    return open_encoder(target(path, **how), recipe_text=recipe, **given)


def write_picture(
    path: Path | str,
    rows: Iterable[NDArray[Any]],
    *,
    width: int,
    height: int,
    depth: int | None = None,
    recipe: str = "",
    overwrite: bool = False,
    note: Note = silent,
) -> None:
    """Write one picture from bands of rows."""
    place = target(path, width=width, height=height, depth=depth, overwrite=overwrite, still=True)
    write_still(place, rows, recipe_text=recipe, note=note)


def names(folder: Path) -> set[str]:
    """Return what a folder holds, hidden files included."""
    return {entry.name for entry in folder.iterdir()}


def stub(folder: Path, script: str) -> str:
    """Write a shell script in the place of ffmpeg; return its path."""
    path = folder / "ffmpeg-stub"
    path.write_text(f'#!/bin/sh\n[ "$1" = -version ] && exit\n{script}\n')
    path.chmod(0o755)
    return str(path)


def described(path: Path) -> str:
    """Return what ffmpeg says about the video stream."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    said = subprocess.run([program, "-i", path], capture_output=True, check=False).stderr.decode()
    return next(line for line in said.splitlines() if "Video:" in line)


def numbered(n: int) -> NDArray[np.uint8]:
    """Return frames of 64x48 that say their number in eight bars, uint8 `[n, 48, 64, 3]`."""
    bits = (np.arange(n)[:, None] >> np.arange(8)) & 1
    row = (40 + 170 * bits).astype(np.uint8).repeat(8, axis=1)
    return np.ascontiguousarray(np.broadcast_to(row[:, None, :, None], (n, 48, 64, 3)))


def opened(path: Path, frames: int, *, fps: Fraction = Fraction(5), **options: Any) -> Encoder:
    """Open an encoder of 64x48 whose segments hold 20 frames at most, at 5 a second."""
    return open_file(path, width=64, height=48, fps=fps, frames=frames, recipe=RECIPE, **options)


def encode(path: Path, frames: NDArray[np.uint8], **options: Any) -> None:
    """Write frames in the order the encoder asks for."""
    with opened(path, len(frames), **options) as encoder:
        for number in encoder.order:
            encoder.write(frames[number : number + 1])


def packets(path: Path, demuxer: str = "mov") -> list[tuple[int, int, int]]:
    """Return dts, pts and duration of every packet."""
    listing, _ = capture(
        path, demuxer, ["-map", "0:v:0", "-c", "copy", "-f", "framecrc", "pipe:1"], limit=10**7
    )
    found = re.findall(r"^0, *(-?\d+), *(-?\d+), *(\d+),", listing.decode(), re.MULTILINE)
    return [(int(dts), int(pts), int(duration)) for dts, pts, duration in found]


def waves(n: int, side: int = 160) -> NDArray[np.uint8]:
    """Return a loop of fine rings that move slowly, uint8 `[n, side, side, 3]`."""
    k, y, x = np.mgrid[0:n, 0:side, 0:side].astype(np.float32)
    across, down = 2 * np.sin(2 * np.pi * k / n), 2 * np.cos(2 * np.pi * k / n)
    colours = [
        np.sin(np.hypot(x - side / 2 + far * across, y - side / 2 + far * down) / 4 + phase)
        + np.sin((x + far * down) / 5.2 + phase)
        for far, phase in ((1, 0), (1.2, 1), (0.8, 2))
    ]
    return np.stack([128 + 55 * colour for colour in colours], -1).astype(np.uint8)


def encode_rings(
    path: Path, *, frames: int = 30, fps: Fraction = Fraction(30), **options: Any
) -> Path:
    """Write a film of moving rings."""
    pictures = np.resize(waves(10, 48), (frames, 48, 48, 3))
    with open_file(
        path, width=48, height=48, fps=fps, frames=frames, **{"recipe": RECIPE} | options
    ) as encoder:
        for number in encoder.order:
            encoder.write(pictures[number : number + 1])
    return path

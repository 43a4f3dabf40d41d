"""Refuse before drawing what could not be written after it."""

import os
from fractions import Fraction
from pathlib import Path

from cppnvid.encode.coding import AS_USUAL, Coding, coded
from cppnvid.encode.commands import quality_of
from cppnvid.encode.containers import CONTAINERS, FOLDER_SUFFIX, Container, container_for
from cppnvid.encode.folder import is_ours
from cppnvid.encode.h264 import h264_encoder, unusable
from cppnvid.encode.publish import exists_error, temporary_for
from cppnvid.encode.sound import check_track
from cppnvid.errors import BackendUnavailable, EncodeError, RecipeError


def check_output(
    path: str | os.PathLike[str],
    *,
    width: int,
    height: int,
    fps: Fraction,
    overwrite: bool,
    coding: Coding = AS_USUAL,
    crf: int | None = None,
    encoder: str = "auto",
    repeat: int = 1,
    sound: str | os.PathLike[str] | None = None,
    frames: int | None = None,
    max_size: int | None = None,
) -> Container:
    """Check everything about an output that is known before the first frame; return its container.

    That is the table's, with what `coding` asks of the file's colours. `width` and `height` are in
    pixels, `fps` in frames a second. For a still, `fps` is any positive number. `crf` is as in
    `quality_of`. `encoder` is that of H.264; hardware is tried, once in a process. `repeat` is how
    many times the film is to play in the file. `sound` is a file, of which a tenth of a second is
    read; a film of fewer `frames` needs no more. `max_size` is the most bytes that the file may
    have.

    Raises:
        RecipeError: for an unknown ending, a missing parent folder, an existing output without
            `overwrite`, a folder holding other things, a size, rate, coding, crf or encoder that
            the container lacks, a film repeated where it repeats by itself, a sound where there can
            be none, a file that holds none, or a cap on what is no single file.
        BackendUnavailable: the encoder asked for does not work here.
        EncodeError: when the folder cannot be written to.
    """
    container = coded(container_for(path), coding)
    quality_of(container, crf)
    _check_size(container, width, height)
    _check_rate(container, fps)
    _check_repeat(container, repeat)
    if max_size is not None and FOLDER_SUFFIX in container.suffixes:
        raise RecipeError(f"--max-size: is for one file, and {os.fspath(path)} is a folder of many")
    check_place(Path(path), folder=FOLDER_SUFFIX in container.suffixes, overwrite=overwrite)
    _check_encoder(container, encoder)
    if sound is not None:
        _check_sound(container, Path(sound), None if frames is None else frames * repeat / fps)
    return container


def _check_size(container: Container, width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise RecipeError(f"--size {width}x{height}: both sides must be at least 1 pixel")
    if max(width, height) > container.max_side:
        raise RecipeError(
            f"--size {width}x{height}: {container.name} holds at most {container.max_side} pixels "
            f"a side"
        )
    if container.even_size and (width % 2 or height % 2):
        raise RecipeError(
            f"--size {width}x{height}: {container.name} needs even sides; the nearest size is "
            f"{width + width % 2}x{height + height % 2}"
        )


def _check_rate(container: Container, fps: Fraction) -> None:
    if fps <= 0:
        raise RecipeError(f"--fps {fps}: must be more than 0")
    if container.max_fps is not None and fps > container.max_fps:
        raise RecipeError(
            f"--fps {float(fps):g}: {container.name} plays at most {container.max_fps} frames a "
            f"second, because browsers slow down anything faster; use {container.max_fps} or "
            f"{container.default_fps}, or write an .mp4"
        )


def _check_repeat(container: Container, repeat: int) -> None:
    if repeat < 1:
        raise RecipeError(f"--repeat {repeat}: must be at least 1")
    if repeat > 1 and container.demuxer is None:
        why = (
            "is played as its player likes" if container.name == "PNG folder" else "plays for ever"
        )
        raise RecipeError(
            f"--repeat, --min-seconds: are for .mp4, .webm and .mov; a {container.name} {why}, so "
            f"leave them out, or output.repeat, given {repeat} times"
        )


def _check_encoder(container: Container, encoder: str) -> None:
    if encoder != "auto" and not container.h264:
        raise RecipeError(
            f"--encoder {encoder}: is for .mp4 coded as h264; this {container.name} is coded as "
            f"{container.codec}, which has its own"
        )
    name = h264_encoder(encoder)
    reason = None if name == "x264" else unusable(name)
    if reason is not None:
        raise BackendUnavailable(
            f"encoder {name} is not usable here: {reason}\n"
            f"Leave --encoder out: x264 works everywhere"
        )


def _check_sound(container: Container, sound: Path, seconds: Fraction | None) -> None:
    if not container.sound:
        able = ", ".join(c.suffixes[0] for c in CONTAINERS if c.sound)
        raise RecipeError(
            f"--audio {sound}: {container.name} can hold no sound; write one of {able}, or leave "
            f"--audio out"
        )
    try:
        check_track(sound, seconds)
    except RecipeError as error:
        raise RecipeError(f"--audio {error}") from None


def check_place(path: Path, *, folder: bool, overwrite: bool) -> None:
    """Check where an output is to stand, whatever it holds; raises as `check_output` does."""
    parent = path.parent
    if not parent.exists():
        raise RecipeError(f"{path}: the folder {parent} does not exist; make it first")
    if not parent.is_dir():
        raise RecipeError(f"{path}: {parent} is a file, not a folder")
    if folder:
        _check_folder(path, overwrite=overwrite)
    elif path.is_dir():
        raise RecipeError(f"{path}: is a folder; end the name with / for PNGs, or name a file")
    elif os.path.lexists(path) and not overwrite:
        raise exists_error(path)
    # Only trying tells: permission bits say nothing on a read-only disk, a full one, or to root.
    trial = temporary_for(path.resolve(), folder=folder).with_suffix(".try")
    try:
        trial.open("xb").close()
        trial.unlink()
    except OSError as error:
        raise EncodeError(f"{path}: nothing can be written in {parent}: {error.strerror}") from None


def _check_folder(path: Path, *, overwrite: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise RecipeError(f"{path}: is a file, not a folder; choose another name")
    if path.samefile(Path.cwd()):
        raise RecipeError(f"{path}: is the folder you are in; name one inside it, as in frames/")
    if not any(path.iterdir()):
        return
    if not overwrite:
        raise exists_error(path)
    if not is_ours(path):
        raise RecipeError(
            f"{path}: holds files cppnvid did not write, so it is not replaced; choose another name"
        )

"""Films that anybody may have made: all of their frames, or a few without decoding the rest."""

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode.containers import CONTAINERS, FOLDER_SUFFIX, existing
from cppnvid.encode.decode import decode, decode_all, decode_at
from cppnvid.encode.probe import MediaInfo, probe, probe_video
from cppnvid.errors import RecipeError

# What cppnvid does not write and ffmpeg reads; the demuxer is named, so that no playlist is read.
# Not .ts, .mpg and .ogv, in which ffmpeg does not find the way to a moment.
_OTHERS = {
    ".m4v": "mov", ".3gp": "mov", ".mkv": "matroska", ".avi": "avi", ".wmv": "asf", ".flv": "flv",
}  # fmt: skip


def probe_film(path: str | os.PathLike[str]) -> MediaInfo:
    """Return the facts of a video, an animation or a folder of PNGs, whoever made it.

    Raises:
        RecipeError: it is missing, damaged, a still, or of no ending that is known.
        EncodeError: when ffmpeg cannot be started.
    """
    if not os.fspath(path):
        raise RecipeError("the film's name is empty: name one")
    place = Path(path)
    if not place.exists():
        raise RecipeError(f"{place}: there is no such file")
    demuxer = _OTHERS.get(place.suffix.lower())
    if demuxer is not None and place.is_file():
        return probe_video(place, place.suffix[1:].upper(), demuxer)
    try:
        _, container = existing(path)
    except RecipeError:
        known = [s for c in CONTAINERS for s in c.suffixes if s not in (FOLDER_SUFFIX, ".png")]
        raise RecipeError(
            f"{place}: frames are read from {', '.join([*known, *_OTHERS])} and folders of PNGs; "
            f"the ending must be one of these"
        ) from None
    if container.name == "PNG":
        raise RecipeError(f"{place}: is one picture, and no film")
    return probe(path)


def film_frames(info: MediaInfo, indexes: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    """Yield some frames of a film, uint8 `[height, width, 3]` each, sRGB.

    Args:
        info: from `probe_film`.
        indexes: which frames, from 0, rising. Where a file's frames last unequally long, those
            shown at the times that equal frames would have.

    Raises:
        RecipeError: the file is damaged.
        EncodeError: when ffmpeg cannot be started.
    """
    demuxer = _demuxer(info)
    if demuxer is not None:
        for index in indexes:
            # Half a frame before it, so that rounded times do not matter.
            yield decode_at(info.path, demuxer, max(index - 0.5, 0.0) * info.seconds / info.frames)
        return
    wanted = set(indexes)
    frames = decode(info.path)
    for index, frame in enumerate(itertools.islice(frames, max(indexes) + 1)):
        if index in wanted:
            yield frame


def all_frames(info: MediaInfo, short_side: int | None = None) -> Iterator[NDArray[np.uint8]]:
    """Yield every frame of a film from `probe_film`, uint8 `[height, width, 3]`, sRGB, in order.

    With `short_side` in pixels, videos whose shorter side is longer come as means of areas, no
    larger than that; animations and folders come as they are.

    Raises as `film_frames`.
    """
    demuxer = _demuxer(info)
    return decode(info.path) if demuxer is None else decode_all(info.path, demuxer, short_side)


def _demuxer(info: MediaInfo) -> str | None:
    """Return what ffmpeg is to read a file with, or None for what it does not read for us."""
    suffix = info.path.suffix.lower()
    ours = next((c.demuxer for c in CONTAINERS if suffix in c.suffixes), None)
    return (_OTHERS.get(suffix) or ours) if info.path.is_file() else None

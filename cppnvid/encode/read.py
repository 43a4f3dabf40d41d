"""Files back into facts, frames and recipes: cppnvid's own, and videos that anybody made."""

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode.containers import CONTAINERS, Container, container_for, endings
from cppnvid.encode.formats.base import RECIPE_LIMIT, Animation, Format, MediaInfo
from cppnvid.encode.formats.video import Video
from cppnvid.errors import RecipeError

# What cppnvid does not write and ffmpeg reads; the demuxer is named, so that no playlist is read.
# Not .ts, .mpg and .ogv, in which ffmpeg does not find the way to a moment.
_MOV = Video("mov")
_OTHERS = {
    ".3gp": _MOV,
    ".avi": Video("avi"),
    ".wmv": Video("asf"),
    ".flv": Video("flv"),
}

# XML cannot hold other control characters, and ffmpeg's side file no carriage return. JSON writes
# them all as \r or \u0000.
_IMPOSSIBLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def existing(path: str | os.PathLike[str]) -> tuple[Path, Container]:
    """Return a file or folder that is to be read, and the container its ending names.

    A folder holds PNGs, whatever it is called: `walk.mp4/` too.

    Raises:
        RecipeError: it has no name, does not exist, or its ending is not in the table.
    """
    place = _present(path)
    try:
        container = container_for(f"{path}/" if place.is_dir() else path)
    except RecipeError as error:
        raise RecipeError(
            f"{place}: cppnvid makes no such file, only {endings(CONTAINERS)} and folders of PNGs; "
            f"the ending must be one of these"
        ) from error
    return place, (_animated(place) if place.is_file() else None) or container


def _animated(place: Path) -> Container | None:
    """Return the container of an animation under a still's name, None for anything else."""
    for container in CONTAINERS:
        kind = container.format
        if place.suffix.lower() in container.also and isinstance(kind, Animation):
            return container if len(kind.facts(place).delays) > 1 else None
    return None


def _present(path: str | os.PathLike[str]) -> Path:
    if not os.fspath(path):
        raise RecipeError("the file's name is empty: name one")
    place = Path(path)
    if not place.exists():
        raise RecipeError(f"{place}: there is no such file")
    if not (place.is_file() or place.is_dir()):  # a FIFO would be waited for
        raise RecipeError(f"{place}: is not a regular file")
    return place


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """Return the facts of any file, or folder, that cppnvid makes; no pixel is decoded.

    Where the times of a GIF, WebP or WebM are rounded, `fps` is the common rate they were made
    from.

    Raises:
        RecipeError: for a missing, unknown or damaged file.
        EncodeError: ffmpeg cannot be started.
    """
    place, container = existing(path)
    return container.format.probe(place, container.name, container.codec)


def read_recipe(path: str | os.PathLike[str]) -> str | None:
    """Return the recipe's text in a file, folder or page that cppnvid made, None without one.

    The file is not trusted: at most 1 MB is read, and ffmpeg opens nothing else for it.

    Raises:
        RecipeError: for a missing, unknown or damaged file, or a text over 1 MB.
        EncodeError: ffmpeg cannot be started.
    """
    place, container = existing(path)
    return container.format.recipe(place)


def check_recipe(recipe: str) -> None:
    """Refuse a recipe's text that some container could not give back exactly.

    Raises:
        RecipeError: for more than 1 MB, or a control character other than tab and newline.
    """
    if bad := _IMPOSSIBLE.search(recipe):
        raise RecipeError(
            f"the recipe's text holds the character {bad[0]!r} at {bad.start()}; "
            f"write it the way JSON does, as a backslash sequence"
        )
    if len(recipe.encode()) > RECIPE_LIMIT:
        raise RecipeError(
            f"the recipe's text has {len(recipe.encode())} bytes; at most {RECIPE_LIMIT} fit"
        )


def decode(path: str | os.PathLike[str]) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of any file, or folder, that cppnvid makes, uint8 [height, width, 3], sRGB.

    Memory is that of a few frames. Closing the generator early ends ffmpeg.

    Raises:
        RecipeError: for a missing, unknown or damaged file.
        EncodeError: ffmpeg cannot be started.
    """
    place, container = existing(path)
    for levels in container.format.frames(place, deep=False):
        if levels.dtype == np.uint16:  # ffmpeg would make them half a level too bright
            yield ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
        else:
            yield levels


def decode_deep(path: str | os.PathLike[str]) -> Iterator[NDArray[np.uint16]]:
    """Yield frames like `decode`, but uint16, 65535 for 1, whatever the file's own depth."""
    place, container = existing(path)
    for levels in container.format.frames(place, deep=True):
        yield levels if levels.dtype == np.uint16 else levels.astype(np.uint16) * np.uint16(257)


def probe_film(path: str | os.PathLike[str]) -> MediaInfo:
    """Return the facts of a video, an animation or a folder of PNGs, whoever made it.

    Raises:
        RecipeError: it is missing, damaged, a still, or has an unknown ending.
        EncodeError: ffmpeg cannot be started.
    """
    place = _present(path)
    other = _OTHERS.get(place.suffix.lower())
    if other is not None and place.is_file():
        return other.probe(place, place.suffix[1:].upper(), "")
    try:
        _, container = existing(path)
    except RecipeError as error:
        known = endings(c for c in CONTAINERS if not c.still and not c.live)
        raise RecipeError(
            f"{place}: frames are read from {', '.join([known, *_OTHERS])} and folders of PNGs; "
            f"the ending must be one of these"
        ) from error
    if container.still:
        raise RecipeError(f"{place}: is one picture, not a film")
    if container.live:
        raise RecipeError(f"{place}: holds no frames; draw it as a video first")
    return probe(path)


def film_frames(info: MediaInfo, indexes: Sequence[int]) -> Iterator[NDArray[np.uint8]]:
    """Yield some frames of a film, uint8 [height, width, 3] each, sRGB.

    Args:
        info: from `probe_film`.
        indexes: which frames, from 0, rising. Where a file's frames last unequally long, those
            shown at the times that equal frames would have.

    Raises:
        RecipeError: the file is damaged.
        EncodeError: ffmpeg cannot be started.
    """
    video = _format_of(info)
    if isinstance(video, Video):
        for index in indexes:
            # Half a frame before it, so that rounded times do not matter.
            yield video.frame_at(info.path, max(index - 0.5, 0.0) * info.seconds / info.frames)
        return
    wanted = set(indexes)
    frames = decode(info.path)
    for index, frame in enumerate(itertools.islice(frames, max(indexes) + 1)):
        if index in wanted:
            yield frame


def all_frames(info: MediaInfo, short_side: int | None = None) -> Iterator[NDArray[np.uint8]]:
    """Yield every frame of a film from `probe_film`, uint8 [height, width, 3], sRGB, in order.

    With `short_side` in pixels, videos whose shorter side is longer come as means of areas, no
    larger than that; animations and folders come as they are.

    Raises as `film_frames`.
    """
    video = _format_of(info)
    return video.shown(info.path, short_side) if isinstance(video, Video) else decode(info.path)


def _format_of(info: MediaInfo) -> Format | None:
    """Return how a file is read; None for a folder."""
    if not info.path.is_file():
        return None
    suffix = info.path.suffix.lower()
    return _OTHERS.get(suffix) or existing(info.path)[1].format

"""Turn a finished file back into frames, one at a time: for tests, checks and notebooks."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cppnvid.encode.containers import existing
from cppnvid.encode.facts import shown_counts
from cppnvid.encode.ffmpeg import reading
from cppnvid.encode.folder import pictures_in
from cppnvid.encode.metadata import RECIPE_LIMIT
from cppnvid.encode.webp import read_webp
from cppnvid.errors import RecipeError

# Each frame leaves ffmpeg as a PPM picture, which says its own size. The matrix is named, and the
# flags are the accurate ones: the default decoder is off by up to two levels.
_VIDEO = (
    "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
    (
        "scale=in_color_matrix=bt709:in_range=tv:in_h_chr_pos=0:out_range=pc:"
        "flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24"
    ),
    "-c:v", "ppm", "-f", "image2pipe", "pipe:1",
)  # fmt: skip
# Of a file that may be anybody's, the matrix is what the file says.
_ANYBODYS = tuple(part.replace("=bt709:in_range=tv", "=auto:in_range=auto") for part in _VIDEO)
_PICTURE = ("-pix_fmt", "rgb24", "-c:v", "ppm", "-f", "image2pipe", "pipe:1")


def decode(path: str | os.PathLike[str]) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of any file, or folder, that cppnvid makes, as uint8 `[height, width, 3]`.

    Frames are sRGB, in playing order. Memory is that of a few frames. Closing the generator early
    ends ffmpeg.

    Raises:
        RecipeError: for a missing, unknown or damaged file.
        EncodeError: when ffmpeg cannot be started.
    """
    place, container = existing(path)
    if container.name == "PNG folder":
        for picture in pictures_in(place):
            yield from _decode_with_ffmpeg(picture, "png_pipe", _PICTURE)
    elif container.name == "PNG":  # not Pillow, which refuses 16384x16384 as a decompression bomb
        yield from _decode_with_ffmpeg(place, "png_pipe", _PICTURE)
    elif container.demuxer is not None:
        yield from _decode_with_ffmpeg(place, container.demuxer, _VIDEO)
    else:
        yield from _decode_with_pillow(place, container.name)


def decode_at(path: Path, demuxer: str, seconds: float) -> NDArray[np.uint8]:
    """Return the first frame shown at `seconds` or later, of any file that `demuxer` reads.

    Raises:
        RecipeError: for a damaged file, or one that ends before.
        EncodeError: when ffmpeg cannot be started.
    """
    with reading(path, demuxer, ("-frames:v", "1", *_ANYBODYS), start=seconds) as (output, _):
        frame = _next_ppm(output, path)
    if frame is None:
        raise RecipeError(f"{path}: has no picture {seconds:.2f} s from its start; it is damaged")
    return frame


def decode_all(path: Path, demuxer: str) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of any file that `demuxer` reads; see `decode`."""
    return _decode_with_ffmpeg(path, demuxer, _ANYBODYS)


def _decode_with_ffmpeg(
    place: Path, demuxer: str, arguments: tuple[str, ...]
) -> Iterator[NDArray[np.uint8]]:
    with reading(place, demuxer, arguments) as (output, _):
        while (frame := _next_ppm(output, place)) is not None:
            yield frame


def _next_ppm(output: IO[bytes], place: Path) -> NDArray[np.uint8] | None:
    """Read `P6 width height 255`, a line each, and the pixels; None at the end."""
    if output.readline() != b"P6\n":
        return None
    width, height = (int(side) for side in output.readline().split())
    output.readline()
    pixels = bytearray(height * width * 3)
    view = memoryview(pixels)
    while view and (count := output.readinto(view)):  # type: ignore[attr-defined]
        view = view[count:]
    if view:
        raise RecipeError(f"{place}: is cut short; make it again")
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def _decode_with_pillow(place: Path, name: str) -> Iterator[NDArray[np.uint8]]:
    counts = shown_counts(read_webp(place, limit=RECIPE_LIMIT).delays) if name == "WebP" else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(place, formats=["PNG" if name == "APNG" else name])
        with image:
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                frame = np.array(image.convert("RGB"), dtype=np.uint8)
                for _ in range(counts[index] if counts else 1):
                    yield frame.copy()
    except (
        OSError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
        UnidentifiedImageError,
    ) as error:
        raise RecipeError(f"{place}: is damaged: {error}") from None

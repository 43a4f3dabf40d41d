"""Turn a finished file back into frames, one at a time: for tests, checks and notebooks."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cppnvid.encode.containers import existing
from cppnvid.encode.facts import shown_counts
from cppnvid.encode.ffmpeg import reading
from cppnvid.encode.folder import pictures_in
from cppnvid.encode.formats.png import read_png
from cppnvid.encode.formats.webp import read_webp
from cppnvid.encode.metadata import RECIPE_LIMIT
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
# As means of areas, smaller before it leaves ffmpeg: a frame of 1080x1080 takes 8 ms and not 30.
_SMALLER = (
    "scale=w='round(iw*min(1,{side}/min(iw,ih)))':h='round(ih*min(1,{side}/min(iw,ih)))':",
    "flags=area",
)
# The same with 16 bits a channel. swscale would make them half an 8-bit level too bright.
_DEEP_VIDEO = (
    "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
    (
        "zscale=matrixin=709:rangein=limited:chromalin=left:matrix=gbr:range=full:filter=bicubic,"
        "format=gbrp16le,format=rgb48be"
    ),
    "-c:v", "ppm", "-f", "image2pipe", "pipe:1",
)  # fmt: skip
_DEEP_PICTURE = ("-pix_fmt", "rgb48be", "-c:v", "ppm", "-f", "image2pipe", "pipe:1")
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
            yield _eight_bits(_decode_png(picture))
    elif container.name == "PNG":
        yield _eight_bits(_decode_png(place))
    elif container.demuxer is not None:
        yield from _decode_with_ffmpeg(place, container.demuxer, _VIDEO)
    else:
        yield from _decode_with_pillow(place, container.name)


def decode_deep(path: str | os.PathLike[str]) -> Iterator[NDArray[np.uint16]]:
    """Yield the frames of any file, or folder, that cppnvid makes, with 16 bits a channel.

    Like `decode`, but uint16 `[height, width, 3]`, 65535 for 1, whatever the file's own depth.
    """
    place, container = existing(path)
    if container.demuxer is not None:
        yield from _decode_with_ffmpeg(place, container.demuxer, _DEEP_VIDEO)
    elif container.name in ("PNG", "PNG folder"):
        for picture in pictures_in(place) if container.name == "PNG folder" else [place]:
            levels = _decode_png(picture)
            yield levels if levels.dtype == np.uint16 else levels.astype(np.uint16) * np.uint16(257)
    else:
        for frame in _decode_with_pillow(place, container.name):
            yield frame.astype(np.uint16) * np.uint16(257)


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


def decode_all(
    path: Path, demuxer: str, short_side: int | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of any file that `demuxer` reads, made smaller if asked; see `decode`."""
    arguments = _ANYBODYS
    if short_side is not None:
        size, flags = _SMALLER
        arguments = tuple(
            part.replace("scale=", size.format(side=short_side)).replace("flags=bicubic", flags)
            for part in arguments
        )
    return _decode_with_ffmpeg(path, demuxer, arguments)


def _decode_png(place: Path) -> NDArray[Any]:
    """Return a PNG's levels: uint16 if it has 16 bits, else uint8.

    Not with Pillow, which refuses 16384x16384 as a decompression bomb and has no such depth.
    """
    deep = read_png(place, limit=RECIPE_LIMIT).depth == 16
    frames = list(_decode_with_ffmpeg(place, "png_pipe", _DEEP_PICTURE if deep else _PICTURE))
    if not frames:
        raise RecipeError(f"{place}: holds no picture; it is damaged")
    return frames[0]


def _eight_bits(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Round 16 bits; ffmpeg would make them half a level too bright."""
    if levels.dtype == np.uint8:
        return levels
    return ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _decode_with_ffmpeg(
    place: Path, demuxer: str, arguments: tuple[str, ...]
) -> Iterator[NDArray[Any]]:
    with reading(place, demuxer, arguments) as (output, _):
        while (frame := _next_ppm(output, place)) is not None:
            yield frame


def _next_ppm(output: IO[bytes], place: Path) -> NDArray[Any] | None:
    """Read `P6`, `width height`, 255 or 65535, a line each, and the pixels; None at the end."""
    if output.readline() != b"P6\n":
        return None
    width, height = (int(side) for side in output.readline().split())
    depth = 2 if output.readline() == b"65535\n" else 1
    pixels = bytearray(height * width * 3 * depth)
    view = memoryview(pixels)
    while view and (count := output.readinto(view)):  # type: ignore[attr-defined]
        view = view[count:]
    if view:
        raise RecipeError(f"{place}: is cut short; make it again")
    levels = np.frombuffer(pixels, f">u{depth}").reshape(height, width, 3)
    return levels.astype(f"u{depth}", copy=False)


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

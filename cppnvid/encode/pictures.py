"""Read the pixels of any picture that a user names: a photograph, a scan, a film's first frame."""

import io
import os
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cppnvid.encode.containers import container_for
from cppnvid.encode.formats.base import quiet_pillow
from cppnvid.encode.formats.video import Video
from cppnvid.encode.read import film_frames, probe_film
from cppnvid.errors import RecipeError

MOST_PIXELS = 100_000_000  # 400 MB while a PNG is read; a JPEG is read small
SIDE = 256  # pixels, enough for a picture's colours
_OPAQUE = 128  # the least alpha of a pixel whose colour counts
_BY_PROGRAMS = {"EPS", "WMF"}  # which Pillow hands to Ghostscript and to Windows


def read_pixels(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Return the colours of a picture, of at most 256 x 256 pixels that share it: uint8 [n, 3].

    They are sRGB, by the picture's colour profile if it has one. Pixels that are more transparent
    than opaque are left out. An animation's are those of its first frame. Pillow tells the format
    of a picture from its content; a video is known by its ending.

    Args:
        path: of a JPEG, PNG, WebP, AVIF, TIFF, GIF or another that Pillow reads, or of a video.

    Raises:
        RecipeError: it is missing, not a picture, damaged, transparent all over, or has more than
            100 million pixels.
        EncodeError: ffmpeg cannot be started, for a video.
    """
    place = Path(path)
    try:
        found = place.is_file()
        if not found:
            problem = "is a folder" if place.is_dir() else "there is no such file"
            raise RecipeError(f"{place}: {problem}; name a picture", given=str(path))
        image = _first_frame(place) if _is_video(place) else _opened(place)
    except Image.DecompressionBombError as error:
        raise _too_large(place) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        problem = f"{place}: is not a picture that can be read: {error}"
        raise RecipeError(problem, given=str(path)) from error
    levels = np.asarray(image, dtype=np.uint8)
    pixels: NDArray[np.uint8] = levels[levels[..., 3] >= _OPAQUE][:, :3]
    if not len(pixels):
        raise RecipeError(f"{place}: is transparent all over, and has no colours", given=str(path))
    return pixels


def _is_video(place: Path) -> bool:
    try:
        return isinstance(container_for(place).format, Video)
    except RecipeError:
        return False


def _first_frame(place: Path) -> Image.Image:
    (frame,) = film_frames(probe_film(place), [0])
    image = Image.fromarray(frame)
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return image.convert("RGBA")


def _opened(place: Path) -> Image.Image:
    """Return a picture as RGBA, no longer than `SIDE`."""
    with quiet_pillow(), Image.open(place, formats=_formats()) as image:
        image.draft(image.mode, (2 * SIDE, 2 * SIDE))
        if image.width * image.height > MOST_PIXELS:
            raise _too_large(place)
        image.load()
        small = image.convert("RGBA") if image.mode in ("1", "P", "PA", "LA") else image
        if small.mode.startswith("I") or small.mode == "F":
            small = _in_bytes(small)
        if "transparency" in small.info:
            small = small.convert("RGBA")
        small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
        return _in_srgb(small, image.info.get("icc_profile"))


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in Image.OPEN if name not in _BY_PROGRAMS)


def _in_bytes(image: Image.Image) -> Image.Image:
    """Return greys of 16 bits, or of numbers up to 1, 255 or 65535, as those of 8 bits."""
    levels = np.nan_to_num(np.asarray(image, dtype=np.float32))
    deep = image.mode.startswith("I;16")
    highest = 65535.0 if deep else next((m for m in (1.0, 255.0) if levels.max() <= m), 65535.0)
    return Image.fromarray(np.clip(levels * (255.0 / highest), 0.0, 255.0).astype(np.uint8))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture as RGBA in sRGB; a profile that does not fit it is ignored."""
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            shown = ImageCms.profileToProfile(image, source, srgb, outputMode=mode)
        except (ImageCms.PyCMSError, OSError):
            shown = None
        image = shown or image
    return image.convert("RGBA")


def _too_large(place: Path) -> RecipeError:
    problem = f"{place}: has more than {MOST_PIXELS:,} pixels; shrink it first"
    return RecipeError(problem, given=str(place), allowed=f"at most {MOST_PIXELS:,} pixels")

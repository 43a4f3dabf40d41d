"""Read any picture that a user names: a photograph, a scan, a frame of somebody's animation."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid.encode.formats.base import quiet_pillow
from cppnvid.errors import RecipeError

MOST_PIXELS = 100_000_000  # 300 MB while it is read


def read_picture(path: str | os.PathLike[str], *, key: str = "") -> NDArray[np.uint8]:
    """Return the first frame of a picture, uint8 [height, width, 3], the way up it is shown.

    Its values are taken for sRGB; transparency is ignored. Pillow, through imageio, tells the
    format from the file's content.

    Args:
        path: of a JPEG, PNG, WebP, AVIF, TIFF, GIF or another that Pillow reads.
        key: of the recipe that names the file, for messages.

    Raises:
        RecipeError: it is missing, not a picture, damaged, or has more than 100 million pixels.
    """
    import imageio.v3 as imageio

    place = Path(path)
    if not place.is_file():
        problem = "is a folder" if place.is_dir() else "there is no such file"
        raise RecipeError(f"{place}: {problem}; name a picture", key=key, given=str(path))
    try:
        with quiet_pillow(), imageio.imopen(place, "r", plugin="pillow") as file:
            height, width = file.properties(index=0).shape[:2]
            if height * width > MOST_PIXELS:
                raise _too_large(place, key)
            how = {"mode": "RGB", "rotate": True}
            return np.asarray(file.read(index=0, **how), dtype=np.uint8)
    except Image.DecompressionBombError as error:
        raise _too_large(place, key) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise RecipeError(
            f"{place}: is not a picture that can be read: {error}", key=key, given=str(path)
        ) from error


def _too_large(place: Path, key: str) -> RecipeError:
    return RecipeError(
        f"{place}: has more than {MOST_PIXELS:,} pixels; shrink it first",
        key=key,
        given=str(place),
        allowed=f"at most {MOST_PIXELS:,} pixels",
    )

"""Stills in other formats than PNG: JPEG, WebP, TIFF and AVIF, written by imageio with Pillow.

Pillow takes a picture whole and has 8 bits a channel. What needs more is a PNG: `png_writer.py`.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid.encode.formats.base import (
    RECIPE_LIMIT,
    Animation,
    PictureFacts,
    quiet_pillow,
    too_long,
)
from cppnvid.encode.formats.xmp import comment_in, most_xmp, xmp_of
from cppnvid.errors import RecipeError

_XMP, _PREDICTOR = 700, 317  # tags of a TIFF; 2 stores differences of neighbours


class Still(Animation):
    """A file of one picture, which is written without ffmpeg."""

    def holds(self, recipe: str) -> bool:
        """Return whether there is room for a recipe."""
        del recipe
        return True

    @abstractmethod
    def write(
        self,
        path: Path,
        bands: Iterable[NDArray[Any]],
        *,
        size: tuple[int, int],
        depth: int,
        alpha: bool,
        quality: int | None,
        recipe: str,
    ) -> None:
        """Write bands of rows, [k, width, 3] from top to bottom.

        Args:
            path: a temporary file.
            bands: unsigned of `depth` bits; it is the caller who counts their rows.
            size: width and height in pixels.
            depth: in bits a channel.
            alpha: bands have a fourth channel.
            quality: 1 to 100, None where nothing is lost.
            recipe: text that goes into the file.

        Raises:
            OSError: the disk refuses.
        """


@dataclass(frozen=True)
class Picture(Still):
    """A format that Pillow writes; the recipe is XMP.

    Attributes:
        pillow: Pillow's name of the format.
        options: Pillow's arguments for it.
            most_xmp: the bytes it has room for; None is any number.
    """

    pillow: str  # type: ignore[misc]
    options: Mapping[str, Any] = field(default_factory=dict)
    most_xmp: int | None = None

    def holds(self, recipe: str) -> bool:
        """Return whether there is room for a recipe."""
        return self.most_xmp is None or len(xmp_of(recipe)) <= self.most_xmp

    def facts(self, path: Path) -> PictureFacts:
        """Return a file's size and recipe; its pixels are not decoded."""
        try:
            with quiet_pillow(), Image.open(path, formats=[self.pillow]) as image:
                packet, size = image.info.get("xmp", b""), image.size
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            raise RecipeError(f"{path}: is damaged: {error}") from error
        if len(packet) > most_xmp(RECIPE_LIMIT):
            raise too_long(path)
        return PictureFacts(*size, (), comment_in(packet))

    def write(
        self,
        path: Path,
        bands: Iterable[NDArray[Any]],
        *,
        size: tuple[int, int],
        depth: int,
        alpha: bool,
        quality: int | None,
        recipe: str,
    ) -> None:
        """Write the picture whole."""
        import imageio.v3 as imageio  # a tenth of a second that films need not take

        del size, depth, alpha
        options = dict(self.options)
        if quality is not None:
            options["quality"] = quality
        elif self.pillow == "WEBP":
            options["lossless"] = True
        if self.pillow == "TIFF":
            options["tiffinfo"] = {_PREDICTOR: 2} | ({_XMP: xmp_of(recipe)} if recipe else {})
        elif recipe:
            options["xmp"] = xmp_of(recipe)
        picture = np.concatenate(list(bands))
        imageio.imwrite(
            path, picture, plugin="pillow", format=self.pillow, is_batch=False, **options
        )

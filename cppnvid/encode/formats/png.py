"""Walk the chunks of a PNG or APNG: read its size, delays and recipe, and put a recipe in.

The recipe is an uncompressed iTXt chunk with the keyword `comment`, right after IHDR.
"""

import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from cppnvid.encode.folder import RECIPE_NAME, pictures_in
from cppnvid.encode.formats.base import (
    RECIPE_LIMIT,
    Animation,
    Format,
    MediaInfo,
    PictureFacts,
    take,
    too_long,
)
from cppnvid.encode.formats.video import PPM, pictures
from cppnvid.encode.publish import rewriting
from cppnvid.errors import EncodeError, RecipeError

KEYWORD = "comment"

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXT_START = KEYWORD.encode() + b"\0\0\0\0\0"  # not compressed, method 0, no language, no title


class Apng(Animation):
    """Animated PNG."""

    pillow = "PNG"

    def facts(self, path: Path) -> PictureFacts:
        """Walk the file for its facts."""
        width = height = depth = plays = 0
        delays = []
        comment = None
        with path.open("rb") as file:
            if take(file, 8, path=path) != SIGNATURE:
                raise RecipeError(f"{path}: is not a PNG")
            kind = b""
            while kind != b"IEND":
                length, kind = struct.unpack(">I4s", take(file, 8, path=path))
                end = file.tell() + length + 4
                if kind == b"IHDR":
                    width, height, depth = struct.unpack(">IIB", take(file, 9, path=path))
                elif kind == b"acTL":
                    plays = int.from_bytes(take(file, 8, path=path)[4:], "big")
                elif kind == b"fcTL":
                    top, bottom = struct.unpack(">20xHH", take(file, 24, path=path))
                    delays.append(Fraction(top, bottom or 100))
                elif kind == b"iTXt" and comment is None:
                    comment = _read_text(file, path, length)
                file.seek(end)
        return PictureFacts(width, height, tuple(delays), comment, depth=depth, plays=plays)

    def embed(self, path: Path, recipe: str) -> None:
        """Rewrite the file with `recipe` as its comment."""
        with rewriting(path) as (source, target):
            target.write(source.read(8 + 25))  # the signature, and IHDR, which is always 25 bytes
            target.write(text_chunk(recipe))
            shutil.copyfileobj(source, target)


class Folder(Format):
    """A folder of numbered PNGs; the recipe is in `recipe.json` and in the first of them."""

    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return the facts of the first picture, and how many there are."""
        found = pictures_in(path)
        if not found:
            raise RecipeError(f"{path}: holds no pictures named 00000.png and on")
        first = Apng().probe(found[0], name, codec)
        return replace(first, path=path, frames=len(found))

    def recipe(self, path: Path) -> str | None:
        """Return the recipe's text."""
        file = path / RECIPE_NAME
        if not file.exists():
            found = pictures_in(path)
            return Apng().facts(found[0]).comment if found else None
        if file.stat().st_size > RECIPE_LIMIT:
            raise too_long(file)
        return file.read_bytes().decode("utf-8", "replace")

    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Yield the pictures in the order of their numbers, each with its own depth."""
        del deep
        for picture in pictures_in(path):
            yield levels_of(picture)

    def embed(self, path: Path, recipe: str) -> None:
        """Write `recipe.json`, and the recipe into the first picture."""
        try:
            (path / RECIPE_NAME).write_text(recipe, encoding="utf-8", newline="\n")
        except OSError as error:
            raise EncodeError(f"{path}: cannot be written: {error.strerror}") from error
        Apng().embed(pictures_in(path)[0], recipe)


def levels_of(path: Path) -> NDArray[Any]:
    """Return a PNG's levels, [height, width, 3]: uint16 if it has 16 bits, else uint8.

    Not by Pillow, which takes 16384x16384 for a decompression bomb and has no 16-bit RGB.

    Raises:
        RecipeError: it is damaged.
        EncodeError: ffmpeg cannot be started.
    """
    levels = "rgb48be" if Apng().facts(path).depth == 16 else "rgb24"
    for picture in pictures(path, "png_pipe", ("-pix_fmt", levels, *PPM)):
        return picture
    raise RecipeError(f"{path}: holds no picture; it is damaged")


def _read_text(file: BinaryIO, path: Path, length: int) -> str | None:
    start = take(file, min(length, len(_TEXT_START)), path=path)
    if start != _TEXT_START:
        return None
    if length - len(start) > RECIPE_LIMIT:
        raise too_long(path)
    return take(file, length - len(start), path=path).decode("utf-8", "replace")


def text_chunk(comment: str) -> bytes:
    """Return the chunk that holds a comment."""
    return chunk(b"iTXt", _TEXT_START + comment.encode())


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk: its length, its kind, its data and their checksum."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

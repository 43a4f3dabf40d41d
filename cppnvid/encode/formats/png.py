"""Walk the chunks of a PNG or APNG: read its size, delays and recipe, and put a recipe in.

The recipe is an uncompressed iTXt chunk with the keyword `comment`, right after IHDR.
"""

import shutil
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.encode.facts import PictureFacts, take
from cppnvid.encode.publish import rewriting
from cppnvid.errors import RecipeError

KEYWORD = "comment"

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXT_START = KEYWORD.encode() + b"\0\0\0\0\0"  # not compressed, method 0, no language, no title


def read_png(path: Path, *, limit: int) -> PictureFacts:
    """Return the facts of a PNG (no delays) or APNG; a comment is at most `limit` bytes.

    Raises:
        RecipeError: for a file that is no PNG, is cut short, or whose comment is too long.
    """
    width = height = depth = 0
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
            elif kind == b"fcTL":
                top, bottom = struct.unpack(">20xHH", take(file, 24, path=path))
                delays.append(Fraction(top, bottom or 100))
            elif kind == b"iTXt" and comment is None:
                comment = _read_text(file, path, length=length, limit=limit)
            file.seek(end)
    return PictureFacts(width, height, tuple(delays), comment, depth=depth)


def _read_text(file: BinaryIO, path: Path, *, length: int, limit: int) -> str | None:
    start = take(file, min(length, len(_TEXT_START)), path=path)
    if start != _TEXT_START:
        return None
    if length - len(start) > limit:
        raise RecipeError(f"{path}: its comment is longer than a recipe can be ({limit} bytes)")
    return take(file, length - len(start), path=path).decode("utf-8", "replace")


def insert_into_png(path: Path, recipe: str) -> None:
    """Rewrite the PNG or APNG with `recipe` as its comment.

    Raises:
        EncodeError: when the disk refuses.
    """
    with rewriting(path) as (source, target):
        target.write(source.read(8 + 25))  # the signature, and IHDR, which is always 25 bytes
        target.write(text_chunk(recipe))
        shutil.copyfileobj(source, target)


def text_chunk(comment: str) -> bytes:
    """Return the chunk that holds a comment."""
    return chunk(b"iTXt", _TEXT_START + comment.encode())


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk: its length, its kind, its data and their checksum."""
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

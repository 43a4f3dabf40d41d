"""Boxes of ISO files such as AVIF: a length of four bytes, a kind of four letters, and a content.

Files may be hostile: a box never reaches beyond what it lies in.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cppnvid.encode.formats.base import take
from cppnvid.errors import RecipeError

_HEAD = 8  # bytes of a length and a kind


def top_boxes(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Yield each box's kind, and where its content starts and ends, with the file standing there.

    Raises:
        RecipeError: the file ends before a box does.
    """
    size, position = path.stat().st_size, 0
    while position < size:
        file.seek(position)
        length, kind = struct.unpack(">I4s", take(file, _HEAD, path=path))
        start = position + _HEAD
        if length == 1:
            length = int.from_bytes(take(file, 8, path=path), "big")
            start += 8
        end = size if length == 0 else position + length
        if not start <= end <= size:
            raise RecipeError(f"{path}: is cut short; make it again")
        yield kind, start, end
        position = end


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the content of each box in `data`; what is cut short is left out."""
    position = 0
    while position + _HEAD <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        if not _HEAD <= length <= len(data) - position:
            return
        yield kind, data[position + _HEAD : position + length]
        position += length


def inner(data: bytes, *kinds: bytes) -> bytes:
    """Return the content of the first box on this way down; empty if there is none."""
    for kind in kinds:
        data = next((content for name, content in boxes(data) if name == kind), b"")
    return data


def replaced(data: bytes, way: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """Return boxes in which the content of those at the end of this way down is changed."""
    kinds, parts = way[1:], []
    for kind, content in boxes(data):
        if kind == way[0]:
            content = replaced(content, kinds, change) if kinds else change(content)
        parts.append(box(kind, content))
    return b"".join(parts)


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box with these parts."""
    content = b"".join(parts)
    return struct.pack(">I4s", _HEAD + len(content), kind) + content

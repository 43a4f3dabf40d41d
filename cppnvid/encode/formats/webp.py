"""Walk the chunks of a WebP: read its size, delays and recipe, and put a recipe in.

The recipe is an element `cppnvid:comment` in an XMP chunk at the end of the file, announced by a
flag in the VP8X chunk at its beginning.
"""

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.encode.formats.base import RECIPE_LIMIT, Animation, PictureFacts, take, too_long
from cppnvid.encode.formats.xmp import comment_in, most_xmp, xmp_of
from cppnvid.errors import EncodeError, RecipeError

_XMP_FLAG = 0x04


class WebP(Animation):
    """WebP, whose equal frames in a row are stored as one that is shown for longer."""

    pillow = "WebP"
    merges = True

    def facts(self, path: Path) -> PictureFacts:
        """Walk the file for its facts."""
        size = (0, 0)
        delays = []
        comment = None
        plays = 0
        lossless = True
        with path.open("rb") as file:
            for kind, length in _chunks(file, path):
                if kind == b"VP8X":
                    size = _canvas_size(take(file, 10, path=path))
                elif kind == b"VP8 " and size == (0, 0):
                    size = _still_size(file, path)
                elif kind == b"VP8L" and size == (0, 0):
                    size = _lossless_size(file, path)
                elif kind == b"ANIM":  # a background colour of 4 bytes goes before
                    plays = int.from_bytes(take(file, 6, path=path)[4:], "little")
                elif kind == b"ANMF":
                    head = take(file, 20, path=path)
                    delays.append(int.from_bytes(head[12:15], "little") * WebP.resolution)
                    lossless &= head[16:] == b"VP8L"
                elif kind == b"XMP " and comment is None:
                    if length > most_xmp(RECIPE_LIMIT):
                        raise too_long(path)
                    comment = comment_in(take(file, length, path=path))
                lossless &= kind != b"VP8 "
        return PictureFacts(*size, tuple(delays), comment, lossless=lossless, plays=plays)

    def counts(self, facts: PictureFacts) -> list[int]:
        """Return for how many frames each picture is shown."""
        return shown_counts(facts.delays)

    def embed(self, path: Path, recipe: str) -> None:
        """Add `recipe` to the file as its XMP."""
        payload = xmp_of(recipe)
        chunk = struct.pack("<4sI", b"XMP ", len(payload)) + payload + b"\0" * (len(payload) % 2)
        try:
            with path.open("rb+") as file:
                head = file.read(30)
                if head[12:16] == b"VP8X":
                    file.seek(20)
                    file.write(bytes([head[20] | _XMP_FLAG]))
                else:  # a single frame: ffmpeg writes the short form, which has no room for flags
                    file.seek(20)
                    measure = _lossless_size if head[12:16] == b"VP8L" else _still_size
                    width, height = measure(file, path)
                    file.seek(12)
                    picture = file.read()
                    file.seek(12)
                    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
                    file.write(struct.pack("<4sIB3x", b"VP8X", 10, _XMP_FLAG) + sides + picture)
                end = file.seek(0, 2)
                file.write(chunk)
                file.seek(4)
                file.write(struct.pack("<I", end + len(chunk) - 8))
        except OSError as error:
            raise EncodeError(f"{path}: cannot be written: {error.strerror}") from error

    def missing(self, path: Path, frames: int, seconds: Fraction) -> str | None:
        """Compare times, as frames may be stored as one; a file of one has none at all."""
        del frames
        delays = self.facts(path).delays
        if not delays or abs(sum(delays) - seconds) <= 2 * self.resolution:  # two rounded ends
            return None
        return f"{float(sum(delays)):.3f} s"


def shown_counts(delays: Sequence[Fraction]) -> list[int]:
    """Return for how many frames each picture is shown, where still moments are stored once.

    The shortest delays are single frames; their mean, not the least one, is the unit, so that
    rounding does not add up over long ones.
    """
    if not delays or min(delays) == 0:
        return [1] * len(delays)
    singles = [delay for delay in delays if delay < min(delays) * Fraction(3, 2)]
    unit = sum(singles, Fraction(0)) / len(singles)
    return [round(delay / unit) for delay in delays]


def _chunks(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, int]]:
    """Yield each chunk's kind and length in bytes, with the file standing at its payload."""
    riff, size, kind = struct.unpack("<4sI4s", take(file, 12, path=path))
    if (riff, kind) != (b"RIFF", b"WEBP"):
        raise RecipeError(f"{path}: is not a WebP")
    position, end = 12, size + 8
    if path.stat().st_size < end:
        raise RecipeError(f"{path}: is cut short; make it again")
    while position < end:
        file.seek(position)
        kind, length = struct.unpack("<4sI", take(file, 8, path=path))
        yield kind, length
        position += 8 + length + length % 2


def _canvas_size(payload: bytes) -> tuple[int, int]:
    sides = payload[4:7], payload[7:10]
    width, height = (int.from_bytes(side, "little") + 1 for side in sides)
    return width, height


def _still_size(file: BinaryIO, path: Path) -> tuple[int, int]:
    """Return the size in a VP8 key frame's header: 14 bits each, after 6 bytes of tag and code."""
    width, height = struct.unpack("<6xHH", take(file, 10, path=path))
    return width & 0x3FFF, height & 0x3FFF


def _lossless_size(file: BinaryIO, path: Path) -> tuple[int, int]:
    """Return the size in a VP8L header: a byte of signature, and 14 bits each, less one."""
    bits = int.from_bytes(take(file, 5, path=path)[1:], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1

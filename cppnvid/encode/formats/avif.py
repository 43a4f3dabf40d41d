"""Walk the boxes of an animated AVIF: read its size, delays and recipe, and put a recipe in.

An animation is a track in the box `moov`; a file of one picture has none, and its size is in the
box `meta`. The recipe is XMP at the end of the file. Both boxes name its place, as libavif's do,
because decoders of an animation look into its track alone.
"""

import shutil
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.encode.formats.avif_items import Items, depth_of, items_in, meta_of_xmp, with_xmp
from cppnvid.encode.formats.base import RECIPE_LIMIT, Animation, PictureFacts, take, too_long
from cppnvid.encode.formats.boxes import box, boxes, inner, replaced, top_boxes
from cppnvid.encode.formats.xmp import comment_in, most_xmp, xmp_of
from cppnvid.encode.publish import rewriting
from cppnvid.errors import EncodeError, RecipeError

_BRANDS = (b"avif", b"avis")
_MOST_FRAMES = 5_000_000  # two days; a list of times says any number in eight bytes
_LARGEST = 100_000_000  # bytes of a box that is read whole: 20 for each frame
_ENTRY = 78  # bytes of a sample's description before its boxes
_OFFSETS = (b"trak", b"mdia", b"minf", b"stbl", b"stco")


@dataclass(frozen=True)
class _Track:
    """What a track says: `sides` in pixels, `delays` in seconds, and how often it plays."""

    sides: tuple[int, int]
    delays: tuple[Fraction, ...]
    plays: int
    coding: bytes


class Avif(Animation):
    """Animated AVIF."""

    pillow = "AVIF"

    def facts(self, path: Path) -> PictureFacts:
        """Walk the file for its facts."""
        with path.open("rb") as file:
            whole = _whole_boxes(file, path)
            brands = whole.get(b"ftyp", b"")
            if not any(brand in brands for brand in _BRANDS):
                raise RecipeError(f"{path}: is not an AVIF")
            try:
                main = items_in(whole.get(b"meta", b""))
                track = _track(whole.get(b"moov", b""), path)
                tracks = items_in(inner(whole.get(b"moov", b""), b"trak", b"meta"))
                comment = _comment(file, path, main) or _comment(file, path, tracks)
            except (struct.error, IndexError, ZeroDivisionError) as error:
                raise RecipeError(f"{path}: is damaged; make it again") from error
        if track is None:
            return PictureFacts(main.width, main.height, (), comment, depth=depth_of(main.coding))
        depth = depth_of(track.coding)
        return PictureFacts(*track.sides, track.delays, comment, depth=depth, plays=track.plays)

    def embed(self, path: Path, recipe: str) -> None:
        """Rewrite the file with `recipe` as its XMP."""
        payload = xmp_of(recipe)
        try:
            with path.open("rb") as file:
                whole = _whole_boxes(file, path)
                pictures = next(
                    start - 8 for kind, start, _ in top_boxes(file, path) if kind not in whole
                )
            # Once for their size, and once with the places that follow from it.
            shift = len(_heads(whole, (0, 0), 0)) - pictures
            place = (path.stat().st_size + shift + 8, len(payload))
            with rewriting(path) as (source, target):
                target.write(_heads(whole, place, shift))
                source.seek(pictures)
                shutil.copyfileobj(source, target)
                target.write(box(b"mdat", payload))
        except OSError as error:
            raise EncodeError(f"{path}: cannot be written: {error.strerror}") from error


def _whole_boxes(file: BinaryIO, path: Path) -> dict[bytes, bytes]:
    """Return the content of the boxes before the pictures themselves."""
    found: dict[bytes, bytes] = {}
    for kind, start, end in top_boxes(file, path):
        if kind in (b"ftyp", b"meta", b"moov") and kind not in found:
            if end - start > _LARGEST:
                raise RecipeError(f"{path}: holds more than cppnvid reads ({_LARGEST} bytes)")
            found[kind] = take(file, end - start, path=path)
    return found


def _heads(whole: dict[bytes, bytes], place: tuple[int, int], shift: int) -> bytes:
    """Return the boxes before the pictures, with XMP at a place; the pictures move by `shift`."""

    def shifted(offsets: bytes) -> bytes:
        numbers = struct.unpack(f">{len(offsets) // 4}I", offsets)
        moved = (number + shift for number in numbers[2:])  # after version, flags and count
        return struct.pack(f">{len(numbers)}I", *numbers[:2], *moved)

    changed = dict(whole)
    changed[b"meta"] = with_xmp(whole[b"meta"], place, shift)
    if b"moov" in whole:
        described = box(b"meta", meta_of_xmp(place))
        moov = replaced(whole[b"moov"], _OFFSETS, shifted)
        changed[b"moov"] = replaced(moov, (b"trak",), lambda track: track + described)
    return b"".join(box(*each) for each in changed.items())


def _comment(file: BinaryIO, path: Path, items: Items) -> str | None:
    """Return the recipe in the XMP among items."""
    item = items.xmp
    if item is None:
        return None
    if sum(length for _, length in item.pieces) > most_xmp(RECIPE_LIMIT):
        raise too_long(path)
    packet = b""
    for offset, length in item.pieces:
        if item.method == 1:
            packet += items.inside[offset : offset + length]
        else:
            file.seek(offset)
            packet += take(file, length, path=path)
    return comment_in(packet)


def _track(moov: bytes, path: Path) -> _Track | None:
    """Return the track of pictures; None without one. That of alpha is another kind."""
    for kind, track in boxes(moov):
        handler = inner(track, b"mdia", b"hdlr")[8:12]
        if kind != b"trak" or handler not in (b"pict", b"vide"):
            continue
        clock = inner(track, b"mdia", b"mdhd")
        (scale,) = struct.unpack_from(">I", clock, 20 if clock[0] else 12)
        table = inner(track, b"mdia", b"minf", b"stbl")
        times = inner(table, b"stts")
        (count,) = struct.unpack_from(">I", times, 4)
        pairs = [struct.unpack_from(">II", times, 8 + 8 * index) for index in range(count)]
        if sum(number for number, _ in pairs) > _MOST_FRAMES:
            raise RecipeError(f"{path}: has more than {_MOST_FRAMES} frames")
        delays: list[Fraction] = []
        for number, units in pairs:
            delays += [Fraction(units, scale)] * number
        entry = inner(table, b"stsd")[16:]  # the first; a count and its own head go before
        sides = struct.unpack_from(">HH", entry, 24)
        return _Track(sides, tuple(delays), _plays(track), inner(entry[_ENTRY:], b"av1C"))
    return None


def _plays(track: bytes) -> int:
    """Return how often a track plays, 0 for ever: how often it holds its edit, which may repeat."""
    edits, head = inner(track, b"edts", b"elst"), inner(track, b"tkhd")
    if not edits:
        return 0
    if not edits[3] & 1:
        return 1
    (once,) = struct.unpack_from(">Q" if edits[0] else ">I", edits, 8)
    (whole,) = struct.unpack_from(">Q", head, 28) if head[0] else struct.unpack_from(">I", head, 20)
    plays = int(-(-whole // once))
    # For ever is all bits for libavif, and all but the first for ffmpeg; decoders count in 31 bits.
    return plays if plays < 2**31 and whole != 2**32 - 1 else 0

"""The items of an AVIF: the pictures and the metadata that its box `meta` lists.

An item has a number, a type, and pieces that lie elsewhere in the file. Properties such as its size
are listed once, and items say which are theirs.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cppnvid.encode.formats.boxes import box, boxes, inner

XMP_TYPE = b"application/rdf+xml"
_LISTS = 4  # bytes of version and flags before a list


@dataclass(frozen=True)
class Item:
    """An item: its number, its type, whether it is XMP, and where its pieces lie.

    `pieces` are offsets and lengths in bytes, in the file or, with `method` 1, in `Items.inside`.
    """

    number: int
    kind: bytes
    is_xmp: bool
    method: int
    pieces: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Items:
    """What a box `meta` holds.

    Attributes:
        items: pictures and metadata.
        width: of the main picture, in pixels, as is `height`; 0 if nothing says so.
        height: see `width`.
        coding: the content of its `av1C`, empty without one.
        inside: bytes of items that lie in the box itself.
    """

    items: tuple[Item, ...]
    width: int
    height: int
    coding: bytes
    inside: bytes

    @property
    def xmp(self) -> Item | None:
        """The first item of XMP."""
        return next((item for item in self.items if item.is_xmp), None)


def items_in(meta: bytes) -> Items:
    """Return what the content of a box `meta` holds.

    Raises:
        struct.error: it is damaged, as for IndexError.
        IndexError: see above.
    """
    listed = meta[_LISTS:]
    places = _places(inner(listed, b"iloc"))
    kinds = dict(_kinds(inner(listed, b"iinf")))
    items = tuple(
        Item(number, *kinds.get(number, (b"", False)), *place) for number, place in places.items()
    )
    width, height, coding = 0, 0, b""
    for kind, content in _properties(inner(listed, b"iprp"), _main(inner(listed, b"pitm"))):
        if kind == b"ispe":
            width, height = struct.unpack_from(">II", content, _LISTS)
        elif kind == b"av1C":
            coding = content
    return Items(items, width, height, coding, inner(listed, b"idat"))


def depth_of(coding: bytes) -> int:
    """Return the bits a channel that an `av1C` tells; 8 where there is none."""
    flags = coding[2] if len(coding) > 2 else 0
    return 8 if not flags & 0x40 else 12 if flags & 0x20 else 10


def with_xmp(meta: bytes, place: tuple[int, int], shift: int) -> bytes:
    """Return the content of a box `meta` with one more item, of XMP.

    Args:
        meta: of a file whose pictures lie at 32-bit offsets in the file.
        place: offset and length of the XMP.
        shift: by how many bytes all that the file's items have moved.
    """
    found = items_in(meta)
    number = max((item.number for item in found.items), default=0) + 1
    places = [
        (item.number, [(offset + shift, length) for offset, length in item.pieces])
        for item in found.items
    ]
    lists = {
        b"iloc": _located([*places, (number, [place])]),
        b"iinf": _with_entry(inner(meta[_LISTS:], b"iinf"), number),
    }
    parts = [box(kind, lists.get(kind, content)) for kind, content in boxes(meta[_LISTS:])]
    main = _main(inner(meta[_LISTS:], b"pitm"))
    describes = box(b"cdsc", struct.pack(">HHH", number, 1, main))
    parts.insert(-1, box(b"iref", bytes(_LISTS), describes))
    return meta[:_LISTS] + b"".join(parts)


def meta_of_xmp(place: tuple[int, int]) -> bytes:
    """Return the content of a track's box `meta` that holds XMP alone."""
    handler = box(b"hdlr", bytes(8), b"pict", bytes(13))
    entries = _with_entry(bytes(_LISTS + 2), 1)
    return bytes(_LISTS) + handler + box(b"iloc", _located([(1, [place])])) + box(b"iinf", entries)


def _main(pitm: bytes) -> int:
    """Return the number of the main picture; 0 if nothing says so."""
    if not pitm:
        return 0
    return int.from_bytes(pitm[_LISTS : _LISTS + (4 if pitm[0] else 2)], "big")


def _kinds(iinf: bytes) -> list[tuple[int, tuple[bytes, bool]]]:
    if not iinf:
        return []
    found = []
    for kind, entry in boxes(iinf[_LISTS + (4 if iinf[0] else 2) :]):
        if kind != b"infe" or entry[0] not in (2, 3):
            continue
        wide = 4 if entry[0] == 3 else 2
        number = int.from_bytes(entry[_LISTS : _LISTS + wide], "big")
        rest = entry[_LISTS + wide + 2 :]
        names = rest[4:].split(b"\0")
        is_xmp = rest[:4] == b"mime" and XMP_TYPE in names[1:2]
        found.append((number, (rest[:4], is_xmp)))
    return found


def _places(iloc: bytes) -> dict[int, tuple[int, tuple[tuple[int, int], ...]]]:
    """Return each item's method and pieces."""
    if not iloc:
        return {}
    version, sizes, position = iloc[0], iloc[_LISTS : _LISTS + 2], _LISTS + 2
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version else 0

    def number(size: int) -> int:
        nonlocal position
        if position + size > len(iloc):
            raise IndexError("the list of places ends early")
        position += size
        return int.from_bytes(iloc[position - size : position], "big")

    wide = 4 if version == 2 else 2
    found = {}
    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # where its data lie: in this file
        base = number(base_size)
        pieces = []
        for _ in range(number(2)):
            number(index_size)
            offset = base + number(offset_size)
            pieces.append((offset, number(length_size)))
            if not offset_size + length_size + index_size:
                break  # each piece is the whole file, and takes no bytes here
        found[item] = (method, tuple(pieces))
    return found


def _properties(iprp: bytes, item: int) -> list[tuple[bytes, bytes]]:
    """Return the properties of an item."""
    listed = list(boxes(inner(iprp, b"ipco")))
    ipma = inner(iprp, b"ipma")
    if not ipma:
        return []
    wide_item, wide_index = (4 if ipma[0] else 2), (2 if ipma[3] & 1 else 1)
    position = 8
    while position < len(ipma):
        number = int.from_bytes(ipma[position : position + wide_item], "big")
        count = ipma[position + wide_item]
        position += wide_item + 1
        if number == item:
            step = range(position, position + count * wide_index, wide_index)
            mask = 0x7FFF if wide_index == 2 else 0x7F  # the top bit says that it must be known
            indexes = [int.from_bytes(ipma[at : at + wide_index], "big") & mask for at in step]
            return [listed[index - 1] for index in indexes if 0 < index <= len(listed)]
        position += count * wide_index
    return []


def _located(places: Sequence[tuple[int, Sequence[tuple[int, int]]]]) -> bytes:
    """Return the content of an `iloc` of 32-bit offsets and lengths."""
    parts = [bytes(_LISTS), b"\x44\x00", struct.pack(">H", len(places))]
    for number, pieces in places:
        parts.append(struct.pack(">HHH", number, 0, len(pieces)))
        parts += [struct.pack(">II", *piece) for piece in pieces]
    return b"".join(parts)


def _with_entry(iinf: bytes, number: int) -> bytes:
    """Return the content of an `iinf`, whose numbers have 16 bits, with an entry for XMP."""
    (count,) = struct.unpack_from(">H", iinf, _LISTS)
    entry = box(
        b"infe", b"\2\0\0\0", struct.pack(">HH", number, 0), b"mime", b"XMP\0", XMP_TYPE + b"\0"
    )
    return iinf[:_LISTS] + struct.pack(">H", count + 1) + iinf[_LISTS + 2 :] + entry

"""Correct in place how long a WebM says it plays: with sound, ffmpeg counts what is left out.

The last packet of Opus is longer than what is heard of it. The packet says how much of it players
leave out, and the file's own length ignores that.
"""

import struct
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.callbacks import Note
from cppnvid.encode.codecs import Coding
from cppnvid.encode.formats.video import Video
from cppnvid.errors import EncodeError

# Elements by their ids; a WebM is a head and a segment, whose information comes before its frames.
_SEGMENT, _INFORMATION, _DURATION = b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x44\x89"
_WITHIN = (_SEGMENT, _INFORMATION)


class WebM(Video):
    """WebM, whose length is put right where it has sound."""

    def finish(
        self, path: Path, coding: Coding, *, sound_seconds: Fraction | None, note: Note
    ) -> None:
        """Let the file say how long it plays; one that says nothing is left alone."""
        del coding, note
        if sound_seconds is None:
            return
        try:
            with path.open("rb+") as file:
                while (identity := _number(file, whole=True)) not in (b"", _DURATION):
                    length = int.from_bytes(_number(file, whole=False), "big")
                    if identity not in _WITHIN:
                        file.seek(length, 1)
                if identity and _number(file, whole=False) == b"\x08":
                    milliseconds = float(sound_seconds * 1000)
                    file.write(struct.pack(">d", milliseconds))
        except OSError as error:
            raise EncodeError(f"{path}: cannot be written: {error.strerror}") from error


def _number(file: BinaryIO, *, whole: bool) -> bytes:
    """Read a number whose leading zeros say how long it is; the bit that ends them is part of ids.

    That bit is left out unless `whole`. Empty at the file's end.
    """
    first = file.read(1)
    if not first or not first[0]:
        return b""
    count = 8 - first[0].bit_length()
    rest = file.read(count)
    return (first if whole else bytes([first[0] - (0x80 >> count)])) + rest

"""Walk the blocks of a GIF: read its size, delays and recipe, and put a recipe in.

The recipe is a comment extension, `21 FE`, in sub-blocks of up to 255 bytes, right after the
NETSCAPE block that makes the GIF loop, where every reader meets it before the first frame.
"""

import shutil
import struct
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from cppnvid.callbacks import Note
from cppnvid.encode.codecs import Coding
from cppnvid.encode.formats.base import RECIPE_LIMIT, Animation, PictureFacts, take, too_long
from cppnvid.encode.formats.gif_colours import check_kind, palette_arguments
from cppnvid.encode.leftovers import discard, take_place
from cppnvid.encode.publish import rewriting
from cppnvid.errors import RecipeError
from cppnvid.units import file_size

_GIFSICLE_SECONDS = 600
# The blocks that say how often a GIF comes back to its start, 0 for ever; without one, never.
_LOOPING = (b"NETSCAPE2.0\x01", b"ANIMEXTS1.0\x01")


class Gif(Animation):
    """GIF, whose colours `gif_colours.py` chooses."""

    pillow = "GIF"
    resolution = Fraction(1, 100)

    def facts(self, path: Path) -> PictureFacts:
        """Walk the file for its facts."""
        delays = []
        comment = None
        plays = 1
        with path.open("rb") as file:
            width, height = _read_header(file, path)
            while (kind := take(file, 1, path=path)) != b";":
                if kind == b",":
                    flags = take(file, 9, path=path)[8]
                    _skip_palette(file, flags)
                    file.seek(1, 1)  # the code size before the pixels
                    _sub_blocks(file, path, keep=0)
                    continue
                if kind != b"!":
                    raise RecipeError(f"{path}: is damaged; make it again")
                label = take(file, 1, path=path)
                if label == b"\xf9":
                    block = _sub_blocks(file, path, keep=4)
                    delays.append(int.from_bytes(block[1:3], "little") * Gif.resolution)
                elif label == b"\xff":
                    block = _sub_blocks(file, path, keep=14)
                    if block[:12] in _LOOPING and len(block) >= 14:
                        repeats = int.from_bytes(block[12:14], "little")
                        plays = repeats + 1 if repeats else 0
                elif label == b"\xfe" and comment is None:
                    comment = _sub_blocks(file, path, keep=RECIPE_LIMIT + 1)
                else:
                    _sub_blocks(file, path, keep=0)
        if comment is not None and len(comment) > RECIPE_LIMIT:
            raise too_long(path)
        text = None if comment is None else comment.decode("utf-8", "replace")
        return PictureFacts(width, height, tuple(delays), text, plays=plays)

    def embed(self, path: Path, recipe: str) -> None:
        """Rewrite the file with `recipe` as its comment."""
        data = recipe.encode()
        with rewriting(path) as (source, target):
            _read_header(source, path)
            end = source.tell()
            if source.read(14) == b"!\xff\x0bNETSCAPE2.0":
                _sub_blocks(source, path, keep=0)
                end = source.tell()
            source.seek(0)
            target.write(source.read(end))
            target.write(b"!\xfe")
            for start in range(0, len(data), 255):
                part = data[start : start + 255]
                target.write(bytes([len(part)]) + part)
            target.write(b"\0")
            shutil.copyfileobj(source, target)

    def filters(self, coding: Coding) -> list[str]:
        """Return ffmpeg's arguments that give frames their palette."""
        return palette_arguments(coding.gif, coding.colours, dither=coding.dither)

    def check(self, coding: Coding, *, width: int, height: int, frames: int) -> None:
        """Refuse one palette for a film that ffmpeg could not keep in memory."""
        check_kind(coding.gif, width=width, height=height, frames=frames)

    def finish(
        self, path: Path, coding: Coding, *, sound_seconds: Fraction | None, note: Note
    ) -> None:
        """Let gifsicle, if there is one, make a file of one palette smaller."""
        del sound_seconds
        if coding.gif == "small":
            optimise(path, note)


def _read_header(file: BinaryIO, path: Path) -> tuple[int, int]:
    """Stop after the global palette; return width and height in pixels."""
    header = take(file, 13, path=path)
    signature, width, height, flags = struct.unpack("<6sHHBxx", header)
    if signature not in (b"GIF87a", b"GIF89a"):
        raise RecipeError(f"{path}: is not a GIF")
    _skip_palette(file, flags)
    return width, height


def _skip_palette(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)


def _sub_blocks(file: BinaryIO, path: Path, *, keep: int) -> bytes:
    """Read sub-blocks to their end; return the first `keep` bytes, rounded up to whole blocks."""
    kept = bytearray()
    while size := take(file, 1, path=path)[0]:
        if len(kept) < keep:
            kept += take(file, size, path=path)
        else:
            file.seek(size, 1)
    return bytes(kept)


def optimise(path: Path, note: Note) -> None:
    """Let gifsicle, if it is installed, make a GIF smaller in place; the smaller file is kept.

    With one palette it saves 5 to 15 %; with a palette a frame, nothing. `path` is a temporary file
    of ours. A gifsicle that fails changes nothing.
    """
    program = shutil.which("gifsicle")
    if program is None:
        return
    successor = path.with_name(f"{path.stem}-recipe{path.suffix}")
    before = path.stat().st_size
    try:
        done = subprocess.run(
            [program, "-O3", "--no-warnings", str(path), "-o", str(successor)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIFSICLE_SECONDS,
            check=False,
        )
        if done.returncode != 0 or _timing(successor) != _timing(path):
            note(f"skipped gifsicle, which failed: {program}")
            return
        after = successor.stat().st_size
        if after < before:
            take_place(successor, path)
            note(f"gifsicle saved {1 - after / before:.0%}: {file_size(after)}")
        else:
            note(f"skipped gifsicle, which would not make it smaller ({file_size(after)})")
    except (OSError, RecipeError, subprocess.TimeoutExpired) as error:
        note(f"skipped gifsicle, which failed: {error}")
    finally:
        discard(successor)


def _timing(path: Path) -> tuple[int, int, tuple[Fraction, ...]]:
    facts = Gif().facts(path)
    return facts.width, facts.height, facts.delays

"""Videos that ffmpeg reads: facts from a list of packets, frames as PPM pictures, tags as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode.ffmpeg import capture, reading
from cppnvid.encode.formats.base import RECIPE_LIMIT, Format, MediaInfo, nearest_rate
from cppnvid.errors import RecipeError

# 70 bytes a packet: room for five million frames, which is two days.
_LISTING_LIMIT = 400_000_000

_TURN = r"(?i)display ?matrix: rotation of (-?[\d.]+) degrees"  # to the left
PPM = ("-c:v", "ppm", "-f", "image2pipe", "pipe:1")  # a picture that says its own size
_ALL_FRAMES = ("-map", "0:v:0", "-fps_mode", "passthrough", "-vf")
# The matrix is named, and the flags are the accurate ones: the default is off by up to two levels.
_SCALE = (
    "scale=in_color_matrix=bt709:in_range=tv:{sited}:out_range=pc:"
    "flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24"
)
# Of a file that may be anybody's, the matrix is what the file says.
_ANYBODYS = _SCALE.replace("=bt709:in_range=tv", "=auto:in_range=auto")
# As means of areas, smaller before it leaves ffmpeg: a frame of 1080x1080 takes 8 ms and not 30.
_SMALLER = "scale=w='round(iw*min(1,{side}/min(iw,ih)))':h='round(ih*min(1,{side}/min(iw,ih)))'"
# With 16 bits a channel. swscale would make them half an 8-bit level too bright.
_DEEP = (
    "zscale=matrixin=709:rangein=limited:chromalin=left:matrix=gbr:range=full:filter=bicubic,"
    "format=gbrp16le,format=rgb48be"
)

# Where chroma is halved and a side is odd, luma is padded: swscale would spread 81 samples of
# chroma over 161 pixels and not 162, and zscale refuses. Padded whole, chroma lost its last sample.
_EVEN = (
    "extractplanes=y+u+v[y][u][v];[y]pad={width}:{height}:{left}:{top}[even];"
    "[even][u][v]mergeplanes=mapping=0x001020:format={format},"
)
# Chroma lies at the left of its two pixels and, of four, between the rows. ffmpeg turns frames
# before they are filtered, so by quarter turns to the left: where it lies then, in 256ths of a
# pixel, and at which sides the pixel of an odd row or column is alone.
_SITED = (
    "in_h_chr_pos=0",
    "in_h_chr_pos=128:in_v_chr_pos=256",
    "in_h_chr_pos=256:in_v_chr_pos=128",
    "in_h_chr_pos=128:in_v_chr_pos=0",
)
_ALONE_AT_LEFT, _ALONE_AT_TOP = (2, 3), (1, 2)


@dataclass(frozen=True)
class _Layout:
    """How a video's frames are filtered.

    Attributes:
        padding: the filter that makes both sides even; empty where they are, or chroma is whole.
        sited: swscale's options that say where chroma lies.
        size: width and height in pixels without padding.
        corner: columns and rows that are padded before them.
    """

    padding: str = ""
    sited: str = _SITED[0]
    size: tuple[int, int] = (0, 0)
    corner: tuple[int, int] = (0, 0)

    def filters(self, scale: str) -> str:
        """Return the filters that make pictures by this one."""
        return self.padding + scale.replace("{sited}", self.sited)

    def smaller(self, side: int) -> str:
        """Return the filters that make pictures of which no shorter side is longer than `side`."""
        smaller = _SMALLER.format(side=side)
        if not self.padding:
            scale = _ANYBODYS.replace("scale=", f"{smaller}:", 1).replace(
                "flags=bicubic", "flags=area"
            )
            return self.filters(scale)
        # Smaller in one go, chroma would slide again: its half has no whole size.
        width, height, left, top = (*self.size, *self.corner)
        whole = self.filters(_ANYBODYS)
        return f"{whole},crop={width}:{height}:{left}:{top},{smaller}:flags=area"

    def cut(self, frame: NDArray[Any]) -> NDArray[Any]:
        """Return the part of a padded frame that its file has."""
        if not self.padding:
            return frame
        (width, height), (left, top) = self.size, self.corner
        return np.ascontiguousarray(frame[top : top + height, left : left + width])


@dataclass(frozen=True)
class Video(Format):
    """A container of video that ffmpeg's `demuxer` reads, and to which it adds the recipe."""

    demuxer: str

    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return the facts of a file; its codec is what the file says."""
        del codec
        found = _packets(path, self.demuxer, "v")
        rate = re.search(r"Video: .*?, ([\d.]+) fps", found.said)
        heard = re.search(r"^ *Stream #0:\d+.*: Audio: (\w+)", found.said, re.MULTILINE)
        if "dimensions" not in found.head or not found.times or rate is None:
            raise RecipeError(f"{path}: holds no video")
        width, height = (int(side) for side in found.head["dimensions"].split("x"))
        count = len(found.times)
        if self.demuxer == "matroska":
            # Its times are whole milliseconds; the rate is elsewhere, printed to two decimals:
            # 23.98 is 24000/1001, 33.33 is 100/3.
            printed = Fraction(rate[1])
            fps = nearest_rate(printed, Fraction(1, 200), printed.limit_denominator(12))
            seconds = count / fps
        else:
            seconds = found.seconds
            fps = count / seconds
        turn = re.search(_TURN, found.said)
        shape = re.search(r"Video: [^\n]*?\bSAR (\d+):(\d+)", found.said)
        aspect = Fraction(1)
        if shape is not None and int(shape[1]) and int(shape[2]):
            aspect = Fraction(int(shape[1]), int(shape[2]))
        # The pixel format, such as yuv420p10le.
        deep = re.search(r"Video: [^\n]*?, \w+?p(\d\d)[lb]e\b", found.said)
        return MediaInfo(
            path=path,
            container=name,
            codec=found.head["codec_id"],
            width=width,
            height=height,
            fps=fps,
            frames=count,
            seconds=float(seconds),
            sound=heard[1] if heard else "",
            depth=8 if deep is None else int(deep[1]),
            turned=turn is not None and round(float(turn[1]) / 90) % 2 == 1,
            # Beyond this no camera goes, and a tile would have no pixel.
            pixel_aspect=min(max(aspect, Fraction(1, 16)), Fraction(16)),
        )

    def recipe(self, path: Path) -> str | None:
        """Return the comment among the file's tags."""
        # Each character may come escaped, and other tags are beside it.
        listing, _ = capture(
            path,
            self.demuxer,
            ["-map", "0:v:0", "-c", "copy", "-t", "0", "-f", "ffmetadata", "pipe:1"],
            limit=2 * RECIPE_LIMIT + 10_000,
        )
        return _comment_in(listing.decode("utf-8", "replace"))

    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Yield frames of 8 bits, or of 16 if `deep`."""
        layout = _layout(path, self.demuxer)
        convert = layout.filters(_DEEP if deep else _SCALE)
        for frame in pictures(path, self.demuxer, (*_ALL_FRAMES, convert, *PPM)):
            yield layout.cut(frame)

    def shown(self, path: Path, short_side: int | None) -> Iterator[NDArray[np.uint8]]:
        """Yield the frames of anybody's file, no larger than `short_side` in pixels if given."""
        layout = _layout(path, self.demuxer)
        if short_side is not None:
            arguments = (*_ALL_FRAMES, layout.smaller(short_side), *PPM)
            yield from pictures(path, self.demuxer, arguments)
            return
        arguments = (*_ALL_FRAMES, layout.filters(_ANYBODYS), *PPM)
        for frame in pictures(path, self.demuxer, arguments):
            yield layout.cut(frame)

    def frame_at(self, path: Path, seconds: float) -> NDArray[np.uint8]:
        """Return the first frame shown at `seconds` or later, of anybody's file.

        Raises:
            RecipeError: for a damaged file, or one that ends before.
            EncodeError: ffmpeg cannot be started.
        """
        layout = _layout(path, self.demuxer)
        arguments = ("-frames:v", "1", *_ALL_FRAMES, layout.filters(_ANYBODYS), *PPM)
        with reading(path, self.demuxer, arguments, start=seconds) as (output, _):
            frame = _next_picture(output, path)
        if frame is None:
            raise RecipeError(f"{path}: has no picture {seconds:.2f} s from its start; damaged")
        return layout.cut(frame)

    def sound_seconds(self, path: Path) -> float:
        """Return the length of its sound, with what goes before and after it.

        Raises:
            RecipeError: for a damaged file, or one without sound.
            EncodeError: ffmpeg cannot be started.
        """
        return float(_sound(path, self.demuxer).seconds)

    def sound_start(self, path: Path) -> Fraction:
        """Return when its sound begins, in seconds; below 0 where players leave out its start.

        Raises as `sound_seconds`.
        """
        found = _sound(path, self.demuxer, "-frames:a", "1")
        return found.times[0][0] * found.unit


def side_file(recipe: str) -> str:
    """Return the text of the ffmetadata file that makes ffmpeg write `recipe` as the comment.

    A command line holds 128 KiB at most.
    """
    escaped = re.sub(r"[=;#\\\n]", lambda found: "\\" + found[0], recipe)
    # No newline at the end: after a backslash, ffmpeg would take it for an escaped one.
    return f";FFMETADATA1\ncomment={escaped}"


def _comment_in(listing: str) -> str | None:
    """Return the comment among the global tags of an ffmetadata text (WebM's key is upper case)."""
    # One entry: anything but a newline or backslash, or a backslash and what it protects.
    for entry in re.finditer(r"(?:[^\\\n]++|\\[\s\S])++", listing):
        if entry[0].startswith("["):
            return None  # the tags of streams and chapters
        key, _, value = entry[0].partition("=")
        # Of WebM that names what it comments, as the library does by which pages save films.
        if key.lower() in ("comment", "movie/comment"):
            return re.sub(r"\\([\s\S])", r"\1", value)
    return None


@dataclass(frozen=True)
class _Packets:
    """What ffmpeg lists of a stream: its head, and each packet's time and duration in units."""

    head: dict[str, str]
    times: list[tuple[int, int]]
    said: str

    @property
    def unit(self) -> Fraction:
        return Fraction(self.head["tb"])

    @property
    def seconds(self) -> Fraction:
        return sum(duration for _, duration in self.times) * self.unit


def _packets(path: Path, demuxer: str, stream: str, *more: str) -> _Packets:
    """List the packets of a stream, one line each: stream, dts, pts, duration, size, checksum."""
    arguments = ["-map", f"0:{stream}:0", "-c", "copy", *more, "-f", "framecrc", "pipe:1"]
    data, said = capture(path, demuxer, arguments, limit=_LISTING_LIMIT)
    listing = data.decode("ascii", "replace")
    head = dict(re.findall(r"^#(\w+) 0: (.+)$", listing, re.MULTILINE))
    found = re.findall(r"^0,.*?, *(-?\d+), *(\d+),", listing, re.MULTILINE)
    return _Packets(head, [(int(shown), int(lasts)) for shown, lasts in found], said)


def _layout(path: Path, demuxer: str) -> _Layout:
    """Return how a video's frames are filtered."""
    facts = path.stat()
    return _layout_of(path, demuxer, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=8)  # a sheet reads its frames one by one
def _layout_of(path: Path, demuxer: str, *_changes: int) -> _Layout:
    found = _packets(path, demuxer, "v", "-t", "0")
    stored = re.search(r"Video: [^\n]*?, yuv42([02])(p\w*)", found.said)
    if "dimensions" not in found.head or stored is None:
        return _Layout()
    turn = re.search(_TURN, found.said)
    turns = 0 if turn is None else round(float(turn[1]) / 90) % 4
    width, height = (int(side) for side in found.head["dimensions"].split("x"))
    odd = width % 2, height % 2 * (stored[1] == "0")
    kind = f"yuv42{stored[1]}{stored[2]}"
    if turns % 2:
        width, height, odd = height, width, odd[::-1]
    # 4:2:2 becomes 4:4:0 then, whose planes ffmpeg cannot take apart: its chroma may slide.
    if odd == (0, 0) or (turns % 2 and stored[1] == "2"):
        return _Layout(sited=_SITED[turns])
    corner = odd[0] * (turns in _ALONE_AT_LEFT), odd[1] * (turns in _ALONE_AT_TOP)
    padding = _EVEN.format(
        width=width + odd[0], height=height + odd[1], left=corner[0], top=corner[1], format=kind
    )
    return _Layout(padding, _SITED[turns], (width, height), corner)


def _sound(path: Path, demuxer: str, *more: str) -> _Packets:
    found = _packets(path, demuxer, "a", *more)
    if "tb" not in found.head or not found.times:
        raise RecipeError(f"{path}: holds no sound")
    return found


def pictures(path: Path, demuxer: str, arguments: tuple[str, ...]) -> Iterator[NDArray[Any]]:
    """Yield what ffmpeg makes of a file as PPM pictures.

    Raises:
        RecipeError: for a damaged file.
        EncodeError: ffmpeg cannot be started.
    """
    with reading(path, demuxer, arguments) as (output, _):
        while (frame := _next_picture(output, path)) is not None:
            yield frame


def _next_picture(output: IO[bytes], path: Path) -> NDArray[Any] | None:
    """Read `P6`, `width height`, 255 or 65535, a line each, and the pixels; None at the end."""
    if output.readline() != b"P6\n":
        return None
    width, height = (int(side) for side in output.readline().split())
    depth = 2 if output.readline() == b"65535\n" else 1
    pixels = bytearray(height * width * 3 * depth)
    view = memoryview(pixels)
    while view and (count := output.readinto(view)):  # type: ignore[attr-defined]
        view = view[count:]
    if view:
        raise RecipeError(f"{path}: is cut short; make it again")
    levels = np.frombuffer(pixels, f">u{depth}").reshape(height, width, 3)
    return levels.astype(f"u{depth}", copy=False)

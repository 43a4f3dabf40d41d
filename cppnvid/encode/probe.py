"""Read the facts of a finished file: container, codec, size, rate, frames. No pixel is decoded."""

import os
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from cppnvid.encode.containers import Container, container_for, existing
from cppnvid.encode.facts import rate_of, shown_counts
from cppnvid.encode.ffmpeg import capture
from cppnvid.encode.folder import pictures_in
from cppnvid.encode.formats import gif, webp
from cppnvid.encode.metadata import READERS, RECIPE_LIMIT
from cppnvid.errors import RecipeError

# 70 bytes a packet: room for five million frames, which is two days.
_LISTING_LIMIT = 400_000_000


@dataclass(frozen=True)
class MediaInfo:
    """Facts about a media file: size in pixels, `fps` None for stills and folders, length.

    `sound` is the codec of its sound, empty where it has none; `depth` is in bits a channel.
    """

    path: Path
    container: str
    codec: str
    width: int
    height: int
    fps: Fraction | None
    frames: int
    seconds: float
    sound: str = ""
    depth: int = 8


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """Return the facts of any file, or folder, that cppnvid makes.

    Where a GIF's, WebP's or WebM's times are rounded, `fps` is the common rate they were made from.

    Raises:
        RecipeError: for a missing, unknown or damaged file.
        EncodeError: when ffmpeg cannot be started.
    """
    place, container = existing(path)
    if container.name == "PNG folder":
        return _probe_folder(place, container)
    if container.demuxer is None:
        return _probe_picture(place, container)
    return probe_video(place, container.name, container.demuxer)


def _probe_folder(place: Path, container: Container) -> MediaInfo:
    pictures = pictures_in(place)
    if not pictures:
        raise RecipeError(f"{place}: holds no pictures named 00000.png and on")
    first = _probe_picture(pictures[0], container_for(pictures[0]))
    return replace(first, path=place, container=container.name, frames=len(pictures))


def _probe_picture(place: Path, container: Container) -> MediaInfo:
    facts = READERS[container.name](place, limit=RECIPE_LIMIT)
    delays = list(facts.delays)
    if container.name == "WebP":
        counts = shown_counts(delays)
        pairs = zip(delays, counts, strict=True)
        delays = [delay / count for delay, count in pairs for _ in range(count)]
    resolution = gif.RESOLUTION if container.name == "GIF" else webp.RESOLUTION
    return MediaInfo(
        path=place,
        container=container.name,
        codec="lossless webp" if facts.lossless else container.codec,
        width=facts.width,
        height=facts.height,
        fps=rate_of(delays, resolution=resolution),
        frames=max(1, len(delays)),
        seconds=float(sum(delays)),
        depth=facts.depth,
    )


def probe_video(place: Path, name: str, demuxer: str) -> MediaInfo:
    """Return the facts of what ffmpeg's `demuxer` reads, a container called `name`.

    Lists the packets, one line each: stream, dts, pts, duration, size, checksum.

    Raises:
        RecipeError: for a damaged file, or one without video.
        EncodeError: when ffmpeg cannot be started.
    """
    data, said = capture(
        place,
        demuxer,
        ["-map", "0:v:0", "-c", "copy", "-f", "framecrc", "pipe:1"],
        limit=_LISTING_LIMIT,
    )
    listing = data.decode("ascii", "replace")
    head = dict(re.findall(r"^#(\w+) 0: (.+)$", listing, re.MULTILINE))
    durations = [int(n) for n in re.findall(r"^0,.*?,.*?, *(\d+),", listing, re.MULTILINE)]
    printed = re.search(r"Video: .*?, ([\d.]+) fps", said)
    heard = re.search(r"^ *Stream #0:\d+.*: Audio: (\w+)", said, re.MULTILINE)
    if "dimensions" not in head or not durations or printed is None:
        raise RecipeError(f"{place}: holds no video")
    width, height = (int(side) for side in head["dimensions"].split("x"))
    if demuxer == "matroska":
        # Its times are whole milliseconds; the rate stands elsewhere, printed to two decimals.
        fps = _printed_rate(printed[1])
        seconds = len(durations) / fps
    else:
        seconds = sum(durations) * Fraction(head["tb"])
        fps = len(durations) / seconds
    # The pixel format, such as yuv420p10le.
    deep = re.search(r"Video: [^\n]*?, \w+?p(\d\d)[lb]e\b", said)
    return MediaInfo(
        path=place,
        container=name,
        codec=head["codec_id"],
        width=width,
        height=height,
        fps=fps,
        frames=len(durations),
        seconds=float(seconds),
        sound=heard[1] if heard else "",
        depth=8 if deep is None else int(deep[1]),
    )


def probe_sound(place: Path, demuxer: str) -> float:
    """Return how many seconds of sound a file has, what goes before and after it included.

    Raises:
        RecipeError: for a damaged file, or one without sound.
        EncodeError: when ffmpeg cannot be started.
    """
    listing, _ = capture(
        place,
        demuxer,
        ["-map", "0:a:0", "-c", "copy", "-f", "framecrc", "pipe:1"],
        limit=_LISTING_LIMIT,
    )
    head = re.search(rb"^#tb 0: (\S+)$", listing, re.MULTILINE)
    durations = re.findall(rb"^0,.*?,.*?, *(\d+),", listing, re.MULTILINE)
    if head is None or not durations:
        raise RecipeError(f"{place}: holds no sound")
    return float(sum(map(int, durations)) * Fraction(head[1].decode()))


def sound_start(place: Path, demuxer: str) -> Fraction:
    """Return when a file's sound begins, in seconds; below 0 where players leave out its start.

    Raises:
        RecipeError: for a damaged file, or one without sound.
        EncodeError: when ffmpeg cannot be started.
    """
    first = ["-map", "0:a:0", "-c", "copy", "-frames:a", "1", "-f", "framecrc", "pipe:1"]
    listing, _ = capture(place, demuxer, first, limit=_LISTING_LIMIT)
    head = re.search(rb"^#tb 0: (\S+)$", listing, re.MULTILINE)
    shown = re.search(rb"^0,.*?, *(-?\d+),", listing, re.MULTILINE)
    if head is None or shown is None:
        raise RecipeError(f"{place}: holds no sound")
    return int(shown[1]) * Fraction(head[1].decode())


def _printed_rate(text: str) -> Fraction:
    """Return the rate meant by two decimals: 23.98 is 24000/1001, 33.33 is 100/3."""
    printed = Fraction(text)
    candidates = (
        Fraction(round(printed)),
        Fraction(round(printed * Fraction(1001, 1000)) * 1000, 1001),
        printed.limit_denominator(12),
    )
    near = [rate for rate in candidates if abs(rate - printed) <= Fraction(1, 200)]
    return near[0] if near else printed

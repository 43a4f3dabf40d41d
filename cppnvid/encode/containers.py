"""The containers cppnvid writes, as one literal table: ending, limits, defaults, ffmpeg arguments.

A new container is a new row, and a file in `formats/` if it is read or finished in a new way.
`arguments` says how frames are coded and `muxing` how the file is written; `commands.py` fills in
the numbers in braces and adds the rest. Two rows may share an ending: a WebP is a film or a
still.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cppnvid.encode.codecs import (
    AV1,
    AV1_CRF,
    AV1_SIDE,
    DEEP_PNG,
    DEEP_VP9,
    HEVC,
    LOSSLESS_WEBP,
    PRORES_4444,
    Codec,
)
from cppnvid.encode.formats.avif import Avif
from cppnvid.encode.formats.base import Format
from cppnvid.encode.formats.gif import Gif
from cppnvid.encode.formats.page import PAGES, LivePage
from cppnvid.encode.formats.picture import Picture
from cppnvid.encode.formats.png import Apng, Folder
from cppnvid.encode.formats.png_writer import Png
from cppnvid.encode.formats.shader import ShaderText
from cppnvid.encode.formats.video import Video
from cppnvid.encode.formats.webm import WebM
from cppnvid.encode.formats.webp import WebP
from cppnvid.encode.program import LEAST
from cppnvid.errors import RecipeError

FOLDER_SUFFIX = "/"
LARGE = 2560 * 1440  # pixels of a frame; of larger ones, few are kept in memory at once

_VIDEO_FPS = Fraction(30)
_PICTURE_FPS = Fraction(25)  # 4 hundredths of a second: exact in a GIF


def _repeats(plays: int) -> int:
    """Return how often a GIF comes back to its start; -1 leaves out the block that says so."""
    return -1 if plays == 1 else max(0, plays - 1)


@dataclass(frozen=True)
class Container:
    """One kind of output: what it is called, what it can hold and how it is made.

    Attributes:
        name: as people know it.
        suffixes: the endings of its files, the usual one first; `/` is a folder.
        format: reads it back, and puts the recipe in.
        also: endings of stills that its files may have as well, if its codec is named.
        max_side: in pixels, as is `least_side`.
        least_side: see `max_side`.
        arguments: ffmpeg's that code frames.
        muxing: ffmpeg's that write the file.
        even_size: whether both sides must be even.
        even_width: whether the width alone must be.
        default_short_side: in pixels.
        default_fps: frames a second.
        max_fps: frames a second that it can play; None means no limit of its own.
        default_crf: None where there is no crf.
        max_crf: the worst; 1 is the best.
        default_quality: 1 to 100; None where there is no such scale.
        segment_seconds: the longest stretch between keyframes; films are encoded in pieces of it,
            None where they are encoded whole.
        h264: coded by the encoder of H.264 that is asked for.
        yuv: the pixel format of what is coded in BT.709; None where RGB is.
        pictorial: it is shown as pictures are, not as videos are: its chroma lies between pixels,
            and its colours are sRGB's.
        plays: turns a number of plays into the number that its writer takes; None where a file has
            no such number.
        palettes: its colours are a palette's, to which its encoder dithers.
        still: it holds one picture, and is written without ffmpeg.
        live: it holds no frame, but the film's numbers, and draws them where it is watched.
        page: so drawn, it is a page of its own, which may be bare or hold a sound beside the film.
        sound: ffmpeg's arguments that code a sound; empty where there can be none.
        sound_rates: in kilobits a second, the usual one first.
        sound_delay: samples of silence before the sound that players leave out only if an edit list
            says so.
        codec: the name people know.
        depth: in bits a channel.
        lossless: whether colours come back as they were.
        dither: whether frames are to be dithered.
        alpha: the pixel format in which it has transparency; empty where it has none.
        transparent: whether its frames have transparency.
        codecs: others that it can have, and its own where that has alternatives.
        ffmpeg: the oldest that writes it.
    """

    name: str
    suffixes: tuple[str, ...]
    format: Format
    max_side: int
    also: tuple[str, ...] = ()
    least_side: int = 1
    arguments: tuple[str, ...] = ()
    muxing: tuple[str, ...] = ()
    even_size: bool = False
    even_width: bool = False
    default_short_side: int = 1080
    default_fps: Fraction = _VIDEO_FPS
    max_fps: Fraction | None = None
    default_crf: int | None = None
    max_crf: int | None = None
    default_quality: int | None = None
    segment_seconds: int | None = None
    h264: bool = False
    yuv: str | None = None
    pictorial: bool = False
    plays: Callable[[int], int] | None = None
    palettes: bool = False
    still: bool = False
    live: bool = False
    page: bool = False
    sound: tuple[str, ...] = ()
    sound_rates: tuple[int, ...] = ()
    sound_delay: int = 0
    codec: str = ""
    depth: int = 8
    lossless: bool = False
    dither: bool = False
    alpha: str = ""
    transparent: bool = False
    codecs: tuple[Codec, ...] = ()
    ffmpeg: tuple[int, int] = LEAST

    @property
    def deep(self) -> bool:
        """Whether its frames are to be drawn with 16 bits a channel."""
        return self.dither or self.transparent or self.depth > 8

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of pictures."""
        return FOLDER_SUFFIX in self.suffixes

    @property
    def demuxer(self) -> str | None:
        """Ffmpeg's reader of a video, which can be joined and tagged; None for pictures."""
        return self.format.demuxer


_AAC = ("-c:a", "aac", "-b:a", "{rate}k")
# Usual first, and what a cap on the file's size may make of it: Opus does with less than AAC.
_AAC_RATES = (192, 128, 96, 64)
_OPUS = ("-c:a", "libopus", "-b:a", "{rate}k")
_OPUS_RATES = (160, 128, 96, 64, 48)

CONTAINERS: tuple[Container, ...] = (
    Container(
        name="MP4",
        suffixes=(".mp4", ".m4v"),
        format=Video("mov"),
        even_size=True,  # x264 refuses odd sizes in 4:2:0
        muxing=(
            # The pictures need no edit list: without one alone they would start at 0.067 s, and
            # with negative_cts_offsets they start at 0.
            *("-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "{edit_list}"),
            *("-video_track_timescale", "{timescale}", "-f", "mp4"),
        ),
        max_side=16384,
        default_crf=14,
        max_crf=51,
        # The whole file is 2 to 5 % smaller than with a keyframe every two seconds, and the picture
        # is smooth across half as many.
        segment_seconds=4,
        h264=True,
        yuv="yuv420p",
        sound=_AAC,
        sound_rates=_AAC_RATES,
        # AAC begins with a packet of silence that only an edit list lets players leave out. Where
        # a platform asks for none, sound comes 21 ms late, two thirds of a frame. Apple's players
        # leave out 2112 samples then ("implicit encoder delay"), and so have it 23 ms early.
        sound_delay=1024,
        codec="h264",
        codecs=(*HEVC, *AV1),
    ),
    Container(
        name="WebM",
        suffixes=(".webm",),
        format=WebM("matroska"),
        arguments=(
            *("-c:v", "libvpx-vp9", "-crf", "{crf}", "-b:v", "0", "-g", "{longest}"),
            # cpu-used 4 instead of 2 is 1.5 times as fast and costs 0.9 dB.
            *("-row-mt", "1", "-deadline", "good", "-cpu-used", "2"),
        ),
        # Else its track has a number at random, and no two runs make the same bytes.
        muxing=("-fflags", "+bitexact", "-f", "webm"),
        max_side=16384,
        # On a pastel clip of 540x540, VP9 at crf 16 and 20 gives 48.6 and 48.0 dB; x264 at its
        # crf 15 gives 48.2 dB with 2.9 times the bytes.
        default_crf=18,
        max_crf=63,
        segment_seconds=4,
        yuv="yuv420p",
        sound=_OPUS,
        sound_rates=_OPUS_RATES,
        codec="vp9",
        alpha="yuva420p",
        codecs=(DEEP_VP9, *AV1),
    ),
    Container(
        name="MOV",
        suffixes=(".mov",),
        format=Video("mov"),
        # prores_ks pads odd sizes to whole macroblocks and keeps the exact size, but it leaves the
        # last sample of chroma out where 4:2:2 has an odd width: 4 and not 520 at 33.
        even_width=True,
        arguments=("-c:v", "prores_ks", "-profile:v", "hq", "-vendor", "apl0"),
        # Without use_metadata_tags a comment's length is 16 bits and 100 kB come back as 34.
        muxing=("-movflags", "+faststart+use_metadata_tags", "-f", "mov"),
        max_side=16384,
        yuv="yuv422p10le",
        sound=_AAC,
        sound_rates=_AAC_RATES,
        codec="prores",
        depth=10,
        codecs=(PRORES_4444,),
    ),
    Container(
        name="Matroska",
        suffixes=(".mkv",),
        format=WebM("matroska"),
        even_size=True,
        muxing=("-fflags", "+bitexact", "-f", "matroska"),
        max_side=16384,
        default_crf=14,
        max_crf=51,
        segment_seconds=4,
        h264=True,
        yuv="yuv420p",
        # Opus, not AAC: Matroska has no edit list that would let players leave out AAC's silence.
        sound=_OPUS,
        sound_rates=_OPUS_RATES,
        codec="h264",
        codecs=(*HEVC, *AV1),
    ),
    Container(
        name="GIF",
        suffixes=(".gif",),
        format=Gif(),
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        arguments=("-c:v", "gif"),
        muxing=("-loop", "{plays}", "-final_delay", "{last_delay}", "-f", "gif"),
        plays=_repeats,
        max_side=65535,
        max_fps=Fraction(50),  # browsers show a delay under 2 hundredths as 10
        palettes=True,
        codec="gif",
        ffmpeg=(6, 0),  # Atkinson's dither
    ),
    Container(
        name="WebP",
        suffixes=(".webp",),
        format=WebP(),
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        arguments=("-c:v", "libwebp_anim", "-quality", "{quality}"),
        muxing=("-loop", "{plays}", "-f", "webp"),
        plays=int,
        max_side=16383,
        # Times are whole milliseconds and browsers show 10 and less as 100.
        max_fps=Fraction(90),
        default_quality=90,
        codec="webp",
        alpha="bgra",
        codecs=(LOSSLESS_WEBP,),
    ),
    Container(
        name="AVIF",
        suffixes=(".avif",),
        format=Avif(),
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        muxing=("-loop", "{plays}", "-f", "avif"),
        plays=int,
        max_side=16384,
        least_side=AV1_SIDE,
        max_fps=Fraction(90),  # browsers show 10 milliseconds and less as 100
        # Not 10 bits: Chromium and Pillow cut them off to 8, and are 0.9 levels darker then.
        codec="av1",
        depth=8,
        yuv="yuv420p",
        pictorial=True,
        default_crf=AV1_CRF,
        max_crf=63,
        codecs=AV1,
        ffmpeg=(6, 0),  # -loop
    ),
    Container(
        name="APNG",
        suffixes=(".apng",),
        also=(".png",),
        format=Apng(),
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        # Smooth pictures: pred up gives 6 % fewer bytes than the default, in the same time.
        arguments=("-c:v", "apng", "-pred", "up"),
        muxing=("-plays", "{plays}", "-f", "apng"),
        plays=int,
        max_side=65535,
        codec="apng",
        alpha="rgba",
        lossless=True,
        dither=True,
    ),
    Container(
        name="PNG folder",
        suffixes=(FOLDER_SUFFIX,),
        format=Folder(),
        arguments=("-c:v", "png", "-pred", "up"),
        muxing=("-start_number", "0", "-f", "image2"),
        max_side=65535,
        codec="png",
        alpha="rgba",
        lossless=True,
        dither=True,
        codecs=(DEEP_PNG,),
    ),
    Container(
        name="HTML page",
        suffixes=PAGES,
        format=LivePage(),
        max_side=16384,
        live=True,
        page=True,
        codec="webgl",
    ),
    Container(
        name="Shadertoy",
        suffixes=(".glsl",),
        format=ShaderText(),
        max_side=16384,
        live=True,
        codec="shadertoy",
    ),
    Container(
        name="ISF",
        suffixes=(".fs",),
        format=ShaderText(),
        max_side=16384,
        live=True,
        codec="isf",
    ),
    Container(
        name="PNG",
        suffixes=(".png",),
        format=Png(),
        max_side=65535,
        still=True,
        codec="png",
        alpha="rgba",
        lossless=True,
        dither=True,
        codecs=(DEEP_PNG,),
    ),
    Container(
        name="JPEG",
        suffixes=(".jpg", ".jpeg"),
        # Every pixel has its own colour: half of them would blur saturated contours.
        format=Picture("JPEG", {"subsampling": 0, "optimize": True}, most_xmp=65_504),
        max_side=65500,
        default_quality=95,
        still=True,
        codec="jpeg",
    ),
    Container(
        name="WebP still",
        suffixes=(".webp",),
        format=Picture("WEBP"),
        max_side=16383,
        default_quality=95,
        still=True,
        codec="webp",
        alpha="rgba",
        codecs=(LOSSLESS_WEBP,),
    ),
    Container(
        name="TIFF",
        suffixes=(".tif", ".tiff"),
        format=Picture("TIFF", {"compression": "tiff_adobe_deflate"}),
        max_side=65535,
        still=True,
        codec="tiff",
        alpha="rgba",
        lossless=True,
        dither=True,
    ),
    Container(
        name="AVIF still",
        suffixes=(".avif",),
        format=Picture("AVIF", {"subsampling": "4:4:4"}),
        max_side=16384,
        default_quality=90,
        still=True,
        codec="av1",
        alpha="rgba",
    ),
)


def container_for(
    path: str | os.PathLike[str], *, still: bool = False, codec: str | None = None
) -> Container:
    """Return the container `path` asks for by its ending, the `still` one where there are two.

    An ending `/`, or an existing folder, is a folder of PNGs. Upper and lower case are one. With a
    film's `codec`, an ending of stills is an animation's that has it as well: .png coded as apng.

    Raises:
        RecipeError: for an ending that is not in the table; the message names those that are.
    """
    text = os.fspath(path)
    suffix = Path(text).suffix.lower()
    if text.endswith((FOLDER_SUFFIX, os.sep)) or (Path(text).is_dir() and not _named(suffix)):
        suffix = FOLDER_SUFFIX
    if not still and (also := [c for c in CONTAINERS if suffix in c.also and c.codec == codec]):
        return also[0]
    found = sorted(_named(suffix), key=lambda container: container.still != still)
    if found:
        return found[0]
    what = f"the ending {suffix!r}" if suffix else "a name without an ending"
    folder = "" if still else ", or end the name with / for a folder of PNGs"
    known = f"use one of {known_endings(still=still)}{folder}"
    problem = f"{text}: {what} is not a format cppnvid writes; {known}"
    raise RecipeError(problem, key="path", given=text)


def _named(suffix: str) -> list[Container]:
    return [container for container in CONTAINERS if suffix in container.suffixes]


def endings(containers: Iterable[Container]) -> str:
    """Return the endings of their files in words: `.mp4, .webm, ...`."""
    suffixes = [s for container in containers for s in container.suffixes if s != FOLDER_SUFFIX]
    return ", ".join(dict.fromkeys(suffixes))


def known_endings(*, still: bool = False) -> str:
    """Return the endings of all films, and of `.png`, in words; or those of all stills."""
    return endings(c for c in CONTAINERS if c.still == still or ".png" in c.suffixes)

"""The containers cppnvid writes, as one literal table: ending, limits, defaults, ffmpeg arguments.

A new container is a new row. `arguments` says how frames are coded and `muxing` how the file is
written; `encode/commands.py` fills in the numbers in braces and adds the rest.
"""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cppnvid.errors import RecipeError

FOLDER_SUFFIX = "/"
LARGE = 2560 * 1440  # pixels of a frame; of larger ones, few are kept in memory at once


@dataclass(frozen=True)
class Container:
    """One kind of output: what it is called, what it can hold and how ffmpeg makes it.

    `default_short_side` is in pixels, `default_fps` in frames a second. `demuxer` names ffmpeg's
    reader, None where the file is read without ffmpeg. `max_fps` None means no limit of its own.
    `segment_seconds` is the longest stretch between keyframes; films are encoded in pieces of it,
    None where they are encoded whole. `h264`: coded by the encoder of H.264 that is asked for.
    `yuv` is the pixel format of what is coded in BT.709, None where RGB is. `sound` codes a sound
    beside the pictures, empty where there can be none, at one of `sound_rates`, in kilobits a
    second, the first being usual; `sound_delay` is how many samples of silence that puts before it
    which players leave out only if an edit list says so. `codec` is the name people know, `depth`
    in bits a channel; `lossless` tells whether colours come back as they were, and `dither` whether
    the frames are to be dithered. `coding.py` has the other ways of coding.
    """

    name: str
    suffixes: tuple[str, ...]
    even_size: bool
    default_short_side: int
    default_fps: Fraction
    arguments: tuple[str, ...]
    muxing: tuple[str, ...]
    max_side: int
    max_fps: Fraction | None = None
    default_crf: int | None = None
    max_crf: int | None = None
    demuxer: str | None = None
    segment_seconds: int | None = None
    h264: bool = False
    yuv: str | None = None
    sound: tuple[str, ...] = ()
    sound_rates: tuple[int, ...] = ()
    sound_delay: int = 0
    codec: str = ""
    depth: int = 8
    lossless: bool = False
    dither: bool = False

    @property
    def deep(self) -> bool:
        """Whether its frames are to be drawn with 16 bits a channel."""
        return self.dither or self.depth > 8


_VIDEO_FPS = Fraction(30)
_AAC = ("-c:a", "aac", "-b:a", "{rate}k")
# Usual first, and what a cap on the file's size may make of it: Opus does with less than AAC.
_AAC_RATES = (192, 128, 96, 64)
_PICTURE_FPS = Fraction(25)  # 4 hundredths of a second: exact in a GIF

CONTAINERS: tuple[Container, ...] = (
    Container(
        name="MP4",
        suffixes=(".mp4",),
        even_size=True,  # x264 refuses odd sizes in 4:2:0
        default_short_side=1080,
        default_fps=_VIDEO_FPS,
        arguments=(),
        muxing=(
            # The pictures need no edit list: without one alone they would start at 0.067 s, and
            # with negative_cts_offsets they start at 0.
            *("-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "{edit_list}"),
            *("-video_track_timescale", "{timescale}", "-f", "mp4"),
        ),
        max_side=16384,
        default_crf=14,
        max_crf=51,
        demuxer="mov",
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
    ),
    Container(
        name="WebM",
        suffixes=(".webm",),
        even_size=False,  # VP9 codes odd sizes itself
        default_short_side=1080,
        default_fps=_VIDEO_FPS,
        arguments=(
            *("-c:v", "libvpx-vp9", "-crf", "{crf}", "-b:v", "0", "-g", "{longest}"),
            # cpu-used 4 instead of 2 is 1.5 times as fast and costs 0.9 dB.
            *("-row-mt", "1", "-deadline", "good", "-cpu-used", "2"),
        ),
        muxing=("-f", "webm"),
        max_side=16384,
        # On a pastel clip of 540x540, VP9 at crf 16 and 20 gives 48.6 and 48.0 dB; x264 at its
        # crf 15 gives 48.2 dB with 2.9 times the bytes.
        default_crf=18,
        max_crf=63,
        demuxer="matroska",
        segment_seconds=4,
        yuv="yuv420p",
        sound=("-c:a", "libopus", "-b:a", "{rate}k"),
        sound_rates=(160, 128, 96, 64, 48),
        codec="vp9",
    ),
    Container(
        name="MOV",
        suffixes=(".mov",),
        even_size=False,  # prores_ks pads to whole macroblocks and keeps the exact size
        default_short_side=1080,
        default_fps=_VIDEO_FPS,
        arguments=(*("-c:v", "prores_ks", "-profile:v", "hq", "-vendor", "apl0"),),
        # Without use_metadata_tags a comment's length is 16 bits and 100 kB come back as 34.
        muxing=("-movflags", "+faststart+use_metadata_tags", "-f", "mov"),
        max_side=16384,
        demuxer="mov",
        yuv="yuv422p10le",
        sound=_AAC,
        sound_rates=_AAC_RATES,
        codec="prores",
        depth=10,
    ),
    Container(
        name="GIF",
        suffixes=(".gif",),
        even_size=False,
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        arguments=("-c:v", "gif"),  # formats/gif_colours.py says how it gets its colours
        muxing=("-loop", "0", "-final_delay", "{last_delay}", "-f", "gif"),
        max_side=65535,
        max_fps=Fraction(50),  # browsers show a delay under 2 hundredths as 10
        codec="gif",
    ),
    Container(
        name="WebP",
        suffixes=(".webp",),
        even_size=False,
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        arguments=("-c:v", "libwebp_anim", "-quality", "{quality}"),
        muxing=("-loop", "0", "-f", "webp"),
        max_side=16383,
        # Times are whole milliseconds and browsers show 10 and less as 100.
        max_fps=Fraction(90),
        codec="webp",
    ),
    Container(
        name="APNG",
        suffixes=(".apng",),
        even_size=False,
        default_short_side=480,
        default_fps=_PICTURE_FPS,
        # Smooth pictures: pred up gives 6 % fewer bytes than the default, in the same time.
        arguments=("-c:v", "apng", "-pred", "up"),
        muxing=("-plays", "0", "-f", "apng"),
        max_side=65535,
        codec="apng",
        lossless=True,
        dither=True,
    ),
    Container(
        name="PNG folder",
        suffixes=(FOLDER_SUFFIX,),
        even_size=False,
        default_short_side=1080,
        default_fps=_VIDEO_FPS,
        arguments=("-c:v", "png", "-pred", "up"),
        muxing=("-start_number", "0", "-f", "image2"),
        max_side=65535,
        codec="png",
        lossless=True,
        dither=True,
    ),
    Container(
        name="PNG",
        suffixes=(".png",),
        even_size=False,
        default_short_side=1080,
        default_fps=_VIDEO_FPS,
        arguments=(),  # stills are written without ffmpeg: see png_writer.py
        muxing=(),
        max_side=65535,
        codec="png",
        lossless=True,
        dither=True,
    ),
)


def container_for(path: str | os.PathLike[str]) -> Container:
    """Return the container `path` asks for by its ending.

    An ending `/`, or an existing folder, is a folder of PNGs. Upper and lower case are one.

    Raises:
        RecipeError: for an ending that is not in the table; the message names those that are.
    """
    text = os.fspath(path)
    suffix = Path(text).suffix.lower()
    known_file = any(suffix in container.suffixes for container in CONTAINERS)
    if text.endswith((FOLDER_SUFFIX, os.sep)) or (Path(text).is_dir() and not known_file):
        suffix = FOLDER_SUFFIX
    for container in CONTAINERS:
        if suffix in container.suffixes:
            return container
    given = f"the ending {suffix!r} is" if suffix else "a name without an ending is"
    raise RecipeError(
        f"{text}: {given} no format cppnvid writes; use one of {known_endings()}, "
        f"or end the name with / for a folder of PNGs"
    )


def existing(path: str | os.PathLike[str]) -> tuple[Path, Container]:
    """Return a file or folder that is to be read, and the container its ending names.

    A folder holds PNGs, whatever it is called: `walk.mp4/` too.

    Raises:
        RecipeError: it has no name, does not exist, or its ending is not in the table.
    """
    if not os.fspath(path):
        raise RecipeError("the file's name is empty: name one")
    place = Path(path)
    if not place.exists():
        raise RecipeError(f"{place}: there is no such file")
    try:
        return place, container_for(f"{path}/" if place.is_dir() else path)
    except RecipeError:
        raise RecipeError(
            f"{place}: is no file that cppnvid makes, which are {known_endings()} and folders of "
            f"PNGs; the ending must be one of these"
        ) from None


def known_endings() -> str:
    """Return the endings of all files in the table in words: `.mp4, .webm, ...`."""
    return ", ".join(s for c in CONTAINERS for s in c.suffixes if s != FOLDER_SUFFIX)

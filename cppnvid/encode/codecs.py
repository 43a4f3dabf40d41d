"""How the colours of a file are coded: what is asked for, and the codecs beside a container's own.

`coding.py` finds the codec that is as asked; the rows of `containers.py` name those they can have.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Coding:
    """What is asked of a file's colours; None is the container's own choice.

    Attributes:
        codec: as people know it.
        depth: in bits a channel.
        lossless: colours come back as they were.
        dither: frames are dithered.
        gif: a name in `gif_colours.GIF_KINDS`.
        colours: of a GIF's palettes, 4 to 256.
        quality: of WebP and of stills that lose a little, 1 to 100.
        alpha: colours have transparency.
    """

    codec: str | None = None
    depth: int | None = None
    lossless: bool = False
    dither: bool | None = None
    gif: str = "quality"
    colours: int | None = None
    quality: int | None = None
    alpha: bool = False


@dataclass(frozen=True)
class Codec:
    """A way of coding that a container has beside its own; fields as in `Container`.

    `arguments` are alternatives, of which the first that works on this machine is taken.
    """

    codec: str
    depth: int
    arguments: tuple[tuple[str, ...], ...]
    yuv: str | None = None
    default_crf: int | None = None
    max_crf: int | None = None
    segment_seconds: int | None = None
    lossless: bool = False
    dither: bool = False
    least_side: int = 1
    alpha: str = ""


# What is added where a frame is large, so that fewer are in memory at once. Measured at 4K: SVT-AV1
# in groups of 8 and not 32, without looking ahead, takes 1.4 GB and not 2.1, with as many bytes
# at equal error; x265, looking 5 frames ahead and not 20, half a gigabyte less, with 1 % more.
OF_LARGE = {
    "av1_of_large": ":hierarchical-levels=3:lookahead=0",
    "hevc_of_large": ":rc-lookahead=5",
}

_X265 = (
    # Apple plays HEVC as hvc1 alone, and ffmpeg would write hev1. With cutree, what moves slowly
    # lags behind: at equal size the error after a blur of 4 pixels is a third larger.
    *("-c:v", "libx265", "-preset", "medium", "-crf", "{crf}", "-g", "{longest}"),
    *("-tag:v", "hvc1", "-x265-params", "log-level=error:cutree=0{hevc_of_large}"),
)
# Windows' wheel of ffmpeg brings no SVT-AV1; libaom takes three times as long. SVT's filter over
# time (tf) is for cameras' noise, and smears what moves slowly.
_SVT_AV1 = (
    *("-c:v", "libsvtav1", "-preset", "6", "-crf", "{crf}", "-g", "{longest}"),
    *("-svtav1-params", "enable-tf=0{av1_of_large}"),
)
_LIBAOM = (
    *("-c:v", "libaom-av1", "-cpu-used", "6", "-row-mt", "1"),
    *("-crf", "{crf}", "-b:v", "0", "-g", "{longest}"),
)
# As small as ffmpeg's own effort (70 and 4), in half the time.
_WEBP = (
    *("-c:v", "libwebp_anim", "-lossless", "1", "-pix_fmt", "bgra"),
    *("-quality", "50", "-compression_level", "3"),
)
# benchmarks/depth.py: HEVC of 10 bits has a fifth to two thirds of x264's low-frequency error at
# its 14, in two thirds to an eighth of the bytes; VP9 has a quarter to a half of that which 8 bits
# have at 18. AV1 has the smallest files, and more error.
_HEVC_CRF, AV1_CRF, _VP9_CRF = 10, 8, 8

AV1_SIDE = 8  # of 5x3, SVT-AV1 makes nothing

HEVC = (
    Codec("hevc", 10, (_X265,), "yuv420p10le", _HEVC_CRF, 51),
    Codec("hevc", 8, (_X265,), "yuv420p", _HEVC_CRF, 51),
)
AV1 = (
    Codec("av1", 10, (_SVT_AV1, _LIBAOM), "yuv420p10le", AV1_CRF, 63, least_side=AV1_SIDE),
    Codec("av1", 8, (_SVT_AV1, _LIBAOM), "yuv420p", AV1_CRF, 63, least_side=AV1_SIDE),
)
DEEP_VP9 = Codec("vp9", 10, (), "yuv420p10le", _VP9_CRF, 63, segment_seconds=4)
# Every pixel has its own colour, and three times the bytes.
PRORES_4444 = Codec(
    "prores4444",
    10,
    (("-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0"),),
    "yuv444p10le",
    alpha="yuva444p10le",
)
LOSSLESS_WEBP = Codec("webp", 8, (_WEBP,), lossless=True, dither=True, alpha="bgra")
DEEP_PNG = Codec(
    "png",
    16,
    (("-c:v", "png", "-pred", "up", "-pix_fmt", "rgb48be"),),
    lossless=True,
    alpha="rgba64be",
)

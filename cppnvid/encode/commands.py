"""The arguments of ffmpeg between its input and its output: colours, codec, container.

The table of containers says how each is made; here its numbers are filled in.
"""

from fractions import Fraction
from math import floor

from cppnvid.encode.codecs import OF_LARGE
from cppnvid.encode.containers import LARGE, Container
from cppnvid.encode.h264 import h264_arguments
from cppnvid.encode.sound import RATE, RAW, SOUND_NAME
from cppnvid.encode.target import Target

_GROUP_SECONDS = 4  # between keyframes, where a film is encoded whole
# Half of the frames that VP9 looks ahead by itself; 32 frames of 960x540 have the same bytes.
_VP9_OF_LARGE = ["-lag-in-frames", "12"]
_SRGB = "iec61966-2-1"


def padded_size(target: Target) -> tuple[int, int]:
    """Return the size at which frames go to ffmpeg: each sample of chroma has all its pixels.

    At 161x90, 81 samples would be spread over 161 pixels: swscale moves colours by up to a pixel
    towards the right and the bottom (11.9 levels RMS instead of 4.6), and zscale refuses.
    """
    yuv, width, height = target.container.yuv or "", target.width, target.height
    return (
        (width + width % 2, height + height % 2)
        if yuv.startswith(("yuv420", "yuva420"))
        else (width, height)
    )


def input_arguments(target: Target, pixel_format: str) -> list[str]:
    """Return the arguments of the first input: raw frames of this format on the standard input."""
    width, height = padded_size(target)
    # Without -r ffmpeg guesses a usual rate near the one it is given: 4.75 for 100/21.
    rate = str(target.fps)
    size = ("-video_size", f"{width}x{height}", "-framerate", rate, "-r", rate)
    # Here as well as after it: an ffmpeg from 7.1 converts what is not tagged.
    tags = _tags("bt709") if pixel_format == "yuv420p" else ()
    name = f"{pixel_format}le" if pixel_format in ("rgb48", "rgba64") else pixel_format
    return ["-f", "rawvideo", "-pix_fmt", name, *size, *tags, "-i", "pipe:0"]


def colour_arguments(target: Target, pixel_format: str) -> list[str]:
    """Convert RGB to tagged BT.709, cut to its size, the same on every ffmpeg since 4.3.

    swscale's default is untagged BT.601: mean errors of 8, 19 and 6 levels in what players show.
    From 7.1 the encoder takes its tags from the frames, so setparams must say them; older ones
    take them from the four options, so those stay. Both were measured (4.2, 7.0, 9.0).
    Chroma is sited at the left of its two pixels, where players expect it when a file does not say;
    swscale's own choice, between them, is off by half a pixel there. Decoders of pictures expect it
    between them: 2.7 levels RMS from libavif and from Chromium, and 4.6 at the left.
    Of 16 bits swscale makes luma that is half an 8-bit level too bright; zscale is exact.
    """
    container = target.container
    transfer = _SRGB if container.pictorial else "bt709"
    if container.yuv is None:
        return []
    if pixel_format == container.yuv:
        return [*_tags(transfer)]
    if pixel_format in ("rgb48", "rgba64"):
        sited = "center" if container.pictorial else "left"
        convert = (
            f"zscale=matrixin=gbr:matrix=709:rangein=full:range=limited:chromal={sited}:"
            "filter=bicubic:dither=none"
        )
    else:
        sited = "" if container.pictorial else "out_h_chr_pos=0:"
        convert = (
            f"scale=out_color_matrix=bt709:out_range=tv:{sited}"
            "flags=bicubic+accurate_rnd+full_chroma_int"
        )
    tags = f"setparams=colorspace=bt709:color_primaries=bt709:color_trc={transfer}:range=tv"
    size, cut = (target.width, target.height), ""
    if padded_size(target) != size:
        # Not exact, it would cut a whole sample of chroma off, and two pixels with it.
        cut = f"crop={size[0]}:{size[1]}:0:0:exact=1,"
    return ["-vf", f"{convert},format={container.yuv},{cut}{tags}", *_tags(transfer)]


def _tags(transfer: str) -> tuple[str, ...]:
    """Return ffmpeg's options that tag colours as BT.709 of limited range, but for its curve."""
    return (
        *("-colorspace", "bt709", "-color_primaries", "bt709"),
        *("-color_trc", transfer, "-color_range", "tv"),
    )


def longest_segment(container: Container, fps: Fraction) -> int | None:
    """Return how many frames a segment has at most; None where the film is encoded whole."""
    seconds = container.segment_seconds
    return None if seconds is None else max(1, round(seconds * fps))


def encoder_arguments(
    target: Target, *, frames: int, shortest: int, threads: int | None
) -> list[str]:
    """Return ffmpeg's arguments that code `frames` frames: a film, or a segment of it.

    `shortest` is how many frames its shortest segment has; `threads` is for every encoder other
    than x264, None being its own choice.
    """
    container, coding, crf = target.container, target.coding, target.crf
    pixels = target.width * target.height
    longest = longest_segment(container, target.fps)
    group = longest or max(1, round(_GROUP_SECONDS * target.fps))
    numbers = {"crf": crf, "longest": group, "quality": coding.quality or container.default_quality}
    large = OF_LARGE if pixels > LARGE else dict.fromkeys(OF_LARGE, "")
    arguments = [part.format(**numbers, **large) for part in container.arguments]
    if container.codec == "vp9" and pixels > LARGE:
        arguments += _VP9_OF_LARGE
    if container.transparent:
        # libvpx refuses transparency beside frames that are never shown.
        unseen = ["-auto-alt-ref", "0"] if container.codec == "vp9" else []
        arguments += [*unseen, "-pix_fmt", container.alpha]
    arguments = [*container.format.filters(coding), *arguments]
    if container.h264 and crf is not None and longest is not None:
        arguments += h264_arguments(
            target.encoder,
            crf=crf,
            frames=frames,
            shortest=shortest,
            longest=longest,
            pixels=pixels,
        )
    elif longest is not None:
        arguments += ["-threads", "1"]  # several are encoded at once, and more would change bytes
    elif threads is not None:
        arguments += ["-threads", str(threads)]
    return arguments


def muxing_arguments(target: Target, *, edit_list: bool) -> list[str]:
    """Return ffmpeg's arguments that write the film's file.

    `edit_list` tells whether an MP4 has one, which says what of its sound is left out.
    """
    frames, fps = target.frames, target.fps
    # ffmpeg rounds each time to a hundredth of a second, but the last frame's length by itself:
    # a loop at 40 frames a second would be a hundredth too long.
    last_delay = _hundredths(frames / fps) - _hundredths((frames - 1) / fps)
    # As ffmpeg chooses it, but explicit, so that segments and film count in one clock.
    timescale = fps.numerator
    while timescale < 10_000:
        timescale *= 2
    numbers = {"last_delay": last_delay, "timescale": timescale, "edit_list": int(edit_list)}
    if (named := target.container.plays) is not None:
        numbers["plays"] = named(target.plays)
    return [part.format(**numbers) for part in target.container.muxing]


def sound_input(target: Target) -> list[str]:
    """Return ffmpeg's arguments for the film's sound as an input, if it has one."""
    if target.sound is None:
        return []
    # What silence is heard before it is taken off its end, so that it ends with the film.
    silence = 0 if target.edit_list else target.container.sound_delay
    samples = round(target.seconds * RATE) - silence
    return [*RAW, "-t", f"{max(samples, 1) / RATE:.6f}", "-i", SOUND_NAME]


def sound_arguments(target: Target) -> list[str]:
    """Return ffmpeg's arguments that code the sound."""
    rate = target.sound_rate or target.container.sound_rates[0]
    return [part.format(rate=rate) for part in target.container.sound]


def _hundredths(seconds: Fraction) -> int:
    """Round to hundredths of a second the way ffmpeg does, halves up."""
    return floor(seconds * 100 + Fraction(1, 2))

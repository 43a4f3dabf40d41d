"""How H.264 is asked of x264 and of graphics hardware, and whether the latter works here.

x264 is the default everywhere: it makes the same bytes on every machine, and what hardware makes of
these pictures has not been measured. Hardware is used when it is asked for and a trial succeeds;
that an ffmpeg lists an encoder says nothing, since a build with nvenc fails where no driver is.
"""

from cppnvid.encode.containers import LARGE
from cppnvid.encode.trial import unusable_arguments
from cppnvid.errors import RecipeError

# Names as people say them, and ffmpeg's.
H264_ENCODERS = {"x264": "libx264", "nvenc": "h264_nvenc", "videotoolbox": "h264_videotoolbox"}

# benchmarks/x264.py: against `medium` at crf 15, as large, as exact, and less than half the work.
_X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "{crf}", "-threads", "1")
_X264_PARAMETERS = ("aq-mode=2", "trellis=1", "weightp=0")

# Looking 4 frames ahead instead of 10 saves 190 MB at 4K, and there the file is as small and as
# exact (0.15 % less, 0.01 dB). At 360x360 it is 6 to 8 % smaller and up to 1 dB worse.
_LOOKAHEAD_OF_LARGE = "rc-lookahead=4"

# A keyframe knows nothing of the errors that the frames before it have gathered, so the picture
# jumps there: small and slow ones by half a step and more. Bits spent around the ends of a segment
# make it smooth: times the usual, for the last frames in pairs, and for the first ones.
_SMALL = 640 * 640  # pixels; below, the jump is larger and bits are cheap
_ENDS_OF_SMALL = (1.4, 2.0, 3.0, 4.0, 5.0, 6.0), (5.0, 5.0, 4.0, 3.0, 2.0, 1.5)
_ENDS = (1.25, 1.6, 2.0, 2.5), (1.3,)

# In groups of 3 to 5 frames with pictures that refer to later ones, ffmpeg's times are off by a
# tick, and by up to a frame where such groups are joined.
_FEWEST_REORDERED = 6


def h264_encoder(name: str) -> str:
    """Return the name in `H264_ENCODERS` that is meant by `auto`, such a name, or ffmpeg's own.

    Raises:
        RecipeError: no encoder has this name.
    """
    if name == "auto":
        return "x264"
    for known, program in H264_ENCODERS.items():
        if name.lower() in (known, program):
            return known
    known = ", ".join(("auto", *H264_ENCODERS))
    problem = f"unknown encoder {name!r}; use one of {known}"
    raise RecipeError(problem, key="encoder", given=name, allowed=known)


def h264_arguments(
    name: str, *, crf: int, frames: int, shortest: int, longest: int, pixels: int
) -> tuple[str, ...]:
    """Return ffmpeg's arguments for one closed group of pictures.

    Args:
        name: a name in `H264_ENCODERS`.
        crf: x264's scale, 1 (finest) to 51; hardware gets its own scale's nearest.
        frames: how many the group has.
        shortest: how many the shortest group of the film has.
        longest: how many it may have at most; one number for all of a film's, as they share it.
        pixels: of a frame.
    """
    between = "2" if shortest >= _FEWEST_REORDERED else "0"  # one number for all groups, too
    group = ("-profile:v", "high", "-bf", between, "-g", str(longest))
    if name == "nvenc":
        # p5 is NVIDIA's own advice for quality; -b:v 0 leaves the rate to cq.
        quality = ("-preset", "p5", "-tune", "hq", "-rc", "vbr", "-cq", str(crf), "-b:v", "0")
        return ("-c:v", "h264_nvenc", *quality, "-spatial-aq", "1", *group)
    if name == "videotoolbox":
        # Its scale goes from 1 to 100, upwards; x264's 14 is taken for 73.
        return ("-c:v", "h264_videotoolbox", "-q:v", str(max(1, round(100 - crf * 1.94))), *group)
    parameters = [*_X264_PARAMETERS, f"zones={_zones(frames, pixels)}"]
    if pixels > LARGE:
        parameters.insert(0, _LOOKAHEAD_OF_LARGE)
    coding = (part.format(crf=crf) for part in _X264)
    return (*coding, *group, "-x264-params", ":".join(parameters))


def _zones(frames: int, pixels: int) -> str:
    """Return x264's list of frames that get more bits: `first,last,b=times/…`."""
    last, first = _ENDS_OF_SMALL if pixels < _SMALL else _ENDS
    times = dict(enumerate(first))
    for pair, value in enumerate(reversed(last)):
        for frame in (frames - 1 - 2 * pair, frames - 2 - 2 * pair):
            times[frame] = max(value, times.get(frame, 1.0))
    return "/".join(
        f"{frame},{frame},b={times[frame]}" for frame in sorted(times) if 0 <= frame < frames
    )


def unusable(name: str) -> str | None:
    """Return why an encoder does not work here, in ffmpeg's words, or None: it is tried.

    Raises:
        EncodeError: there is no ffmpeg.
    """
    return unusable_arguments(
        h264_arguments(name, crf=20, frames=1, shortest=1, longest=1, pixels=320 * 240)
    )

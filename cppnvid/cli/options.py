"""Every option, once: its name and what its help says; and which a video takes."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperCommand

_PICTURE, _MOTION, _FILE = "The picture", "The motion", "The file"


def _option(group: str, metavar: str, help_text: str, *names: str) -> Any:
    return typer.Option(*names, metavar=metavar, help=help_text, rich_help_panel=group)


# Values come as text and are read by the recipe's own rules, so that every mistake is told in
# one voice; typer's own types would also load pydantic and speak its language.
SourceName = Annotated[
    str | None,
    typer.Argument(
        metavar="PRESET|FILE", help="A preset's name, a YAML file, or any file cppnvid made."
    ),
]
Seeds = Annotated[
    list[str] | None,
    _option(_PICTURE, "N N N", "Pictures to pass through: 1 2 3, or 1,2,5-10.", "--seeds"),
]
Seed = Annotated[str | None, _option(_PICTURE, "N", "Which picture to draw.", "--seed")]
Weights = Annotated[
    list[str] | None,
    _option(
        _PICTURE,
        "FILE",
        "Trained networks to pass through: .npz, .safetensors.",
        "--weights",
    ),
]
Style = Annotated[
    str | None,
    _option(_PICTURE, "NAME", "The kind of network to start from, such as house.", "--style"),
]
Palette = Annotated[
    str | None,
    _option(
        _PICTURE, "NAME", "rgb, oklch, neon, ...; or your own: '#102030,#ff8040'.", "--palette"
    ),
]
HueShift = Annotated[
    str | None,
    _option(_PICTURE, "DEGREES", "Turn all hues; 180 is the opposite colours.", "--hue-shift"),
]
Contrast = Annotated[
    str | None,
    _option(_PICTURE, "X", "2 is more, 0.5 less; nothing is cut off.", "--contrast"),
]
Size = Annotated[
    str | None,
    _option(_PICTURE, "SIZE", "1080x1350, or square, reel, 1080p, 4k, ...", "--size"),
]
Samples = Annotated[
    str | None,
    _option(
        _PICTURE,
        "N",
        "Smoother edges: N x N points for each pixel, 1 to 8; or auto, where it matters.",
        "--samples",
    ),
]
Shutter = Annotated[
    str | None,
    _option(
        _MOTION,
        "SHARE",
        "Motion blur: 0.5 is a film camera's; eight times the drawing.",
        "--shutter",
    ),
]
Set = Annotated[
    list[str] | None,
    _option(
        _PICTURE, "KEY=VALUE", "Any key of the recipe: network.activation=sin. Repeatable.", "--set"
    ),
]
Time = Annotated[
    str | None,
    _option(_MOTION, "T", "Which moment: 0 is the start, 0.5 half way.", "--time"),
]
Frames = Annotated[str | None, _option(_MOTION, "N", "How many; 300 if not said.", "--frames")]
Seconds = Annotated[str | None, _option(_MOTION, "S", "How long, in place of frames.", "--seconds")]
Fps = Annotated[
    str | None,
    _option(_MOTION, "N", "Frames a second; the length stays as it is.", "--fps"),
]
Of = Annotated[
    str | None,
    _option(_MOTION, "KIND", "What changes: weights (bold), or z (one network, subtler).", "--of"),
]
Path = Annotated[
    str | None,
    _option(
        _MOTION,
        "KIND",
        "The way: cubic, slerp, linear, spline; of one seed: orbit, wander, grow, zoom.",
        "--path",
    ),
]
Radius = Annotated[
    str | None,
    _option(
        _MOTION, "X", "How far orbit and wander go from their seed; 0.5 if not said.", "--radius"
    ),
]
Detail = Annotated[
    str | None, _option(_MOTION, "N", "How winding a wander is, 1 to 16.", "--detail")
]
Times = Annotated[
    str | None,
    _option(
        _MOTION, "T T T", "When each seed is passed: 0 0.2 0.7, shares of the film.", "--times"
    ),
]
Speed = Annotated[
    str | None,
    _option(
        _MOTION,
        "X",
        "2 plays in half the time; '{keys: [[0, 1], [0.5, 3]]}' is fast half way.",
        "--speed",
    ),
]
Pace = Annotated[
    str | None,
    _option(_MOTION, "KIND", "even to the eye, or uniform: equal time for each leg.", "--pace"),
]
Loop = Annotated[
    bool | None,
    _option(_MOTION, "", "Come back to the start, or end at the last seed.", "--loop/--no-loop"),
]
PingPong = Annotated[
    bool, _option(_MOTION, "", "Go to the last seed and back the same way.", "--ping-pong")
]
Hold = Annotated[
    str | None,
    _option(
        _MOTION,
        "SHARE",
        "Rest at each seed (a zoom where it starts) for this share of the way, 0 to 0.95.",
        "--hold",
    ),
]
Ease = Annotated[
    str | None,
    _option(
        _MOTION, "KIND", "Between seeds: linear, smooth (lingers), ease-in, ease-out.", "--ease"
    ),
]
Output = Annotated[
    str | None,
    _option(
        _FILE, "FILE", ".mp4 .webm .mov .gif .webp .apng, or a folder/ of PNGs.", "--output", "-o"
    ),
]
StillOutput = Annotated[str | None, _option(_FILE, "FILE", "A .png.", "--output", "-o")]
TileSide = Annotated[
    str | None,
    _option(_PICTURE, "PIXELS", "The shorter side of each picture on the sheet.", "--tile"),
]
Columns = Annotated[
    str | None, _option(_PICTURE, "N", "How many pictures stand side by side.", "--columns")
]
For = Annotated[
    str | None,
    _option(
        _FILE,
        "PLATFORM",
        "Fit where it is posted: slack-emoji, x-gif...; 'platforms' lists them.",
        "--for",
    ),
]
Repeat = Annotated[
    str | None,
    _option(_FILE, "N", "Play the loop N times in the file, without encoding again.", "--repeat"),
]
MinSeconds = Annotated[
    str | None,
    _option(_FILE, "S", "Repeat the loop until the file lasts as long.", "--min-seconds"),
]
Preview = Annotated[
    bool,
    _option(_FILE, "", "A quick look: 320 px, 12 frames a second, shown at once.", "--preview"),
]
Audio = Annotated[
    str | None,
    _option(
        _FILE, "FILE", "Sound for .mp4, .mov and .webm, cut or repeated to the length.", "--audio"
    ),
]
React = Annotated[
    bool,
    _option(_MOTION, "", "Move to the sound: by the recipe's mapping, or a usual one.", "--react"),
]
Crf = Annotated[
    str | None,
    _option(_FILE, "N", "Fineness of MP4 and WebM: lower is finer and larger.", "--crf"),
]
Gif = Annotated[
    str | None,
    _option(_FILE, "KIND", "Of .gif: quality, or small (one palette, gifsicle).", "--gif"),
]
MaxSize = Annotated[
    str | None,
    _option(_FILE, "BYTES", "The largest file you want: 8MB, 500KB, 10MiB, 2000000.", "--max-size"),
]
Codec = Annotated[
    str | None,
    _option(_FILE, "NAME", ".mp4: h264 hevc av1; .webm: vp9 av1; .mov: prores(4444).", "--codec"),
]
Depth = Annotated[
    str | None,
    _option(_FILE, "BITS", "A channel: 8; 10 in videos, without bands; 16 in PNGs.", "--depth"),
]
Lossless = Annotated[
    bool | None,
    _option(_FILE, "", "A .webp whose colours are exactly as drawn.", "--lossless/--no-lossless"),
]
Dither = Annotated[
    bool | None,
    _option(
        _FILE, "", "Mix levels so that no bands show; PNGs have it unless --no-dither.",
        "--dither/--no-dither",
    ),
]  # fmt: skip
Overwrite = Annotated[
    bool,
    _option(_FILE, "", "Replace an older file, once the new one is done.", "--overwrite"),
]
Backend = Annotated[
    str,
    _option(_FILE, "NAME", "What draws; 'cppnvid backends' lists them.", "--backend"),
]
Encoder = Annotated[
    str,
    _option(_FILE, "NAME", "Of .mp4: x264, or this machine's nvenc or videotoolbox.", "--encoder"),
]
Threads = Annotated[
    str | None,
    _option(
        _FILE, "N", "Processors to draw and encode with, at most; all if not said.", "--threads"
    ),
]
Quiet = Annotated[bool, _option(_FILE, "", "No progress and no notes.", "--quiet", "-q")]

# What `morph` and `render` take, in the order of their help.
VIDEO: dict[str, Any] = {
    "seeds": Seeds, "weights": Weights, "style": Style, "palette": Palette, "hue_shift": HueShift,
    "contrast": Contrast, "size": Size, "samples": Samples, "set_": Set,
    "frames": Frames, "seconds": Seconds, "fps": Fps, "of": Of, "path": Path,
    "radius": Radius, "detail": Detail, "times": Times, "pace": Pace, "speed": Speed,
    "loop": Loop, "ping_pong": PingPong, "hold": Hold, "ease": Ease, "shutter": Shutter,
    "react": React, "output": Output, "for_": For, "repeat": Repeat, "min_seconds": MinSeconds,
    "audio": Audio,
    "preview": Preview, "crf": Crf, "gif": Gif, "max_size": MaxSize, "codec": Codec,
    "depth": Depth, "lossless": Lossless, "dither": Dither, "overwrite": Overwrite,
    "backend": Backend, "encoder": Encoder, "threads": Threads, "quiet": Quiet,
}  # fmt: skip
_UNSAID = {bool: False, str: "auto"}  # what a command is given that the user did not say; else None


def taking(options: Mapping[str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command of `**given` take these options, so that several can share a list of them.

    Args:
        options: by the name under which the command is given them, as types of this module.
    """

    def take(command: Callable[..., None]) -> Callable[..., None]:
        keyword = inspect.Parameter.KEYWORD_ONLY
        command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(
                    name, keyword, annotation=option, default=_UNSAID.get(get_args(option)[0])
                )
                for name, option in options.items()
            ]
        )
        return command

    return take


def described(metavar: str, help_text: str, *names: str, moves: bool = False) -> Any:
    """Return an option that only one command has, or that means something else there."""
    group = _MOTION if moves else _FILE if "-o" in names else _PICTURE
    return _option(group, metavar, help_text, *names)


class GroupedCommand(TyperCommand):
    """A command whose help shows options under the headings they were given."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each heading, in the order of the options."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                name = record[0].removesuffix(" <str>")  # an artist need not know of types
                heading = "Arguments" if parameter.param_type_name == "argument" else "Other"
                heading = getattr(parameter, "rich_help_panel", None) or heading
                groups[heading].append((name, record[1]))
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)

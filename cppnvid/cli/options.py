"""Every option, in one table: what a user types, what help says of it, and which key it sets.

Commands take their parameters from the rows, requests are read by them, and messages that name a
key of the recipe or an argument of a function name the option of its row instead.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from cppnvid.cli import parse
from cppnvid.errors import Setting

ANY_KEY = "*"  # what `--set` sets


@dataclass(frozen=True)
class Option:
    """An option or an argument of commands.

    Attributes:
        name: as it is typed, without its dashes.
        metavar: what help shows in place of its value; empty for a flag.
        help: what it does, its unit, its default.
        key: the key of the recipe that it sets; empty if it is an argument of functions.
        read: reads what was typed.
        id: what commands and functions call it; its name with underscores if empty.
        short: a short form such as `-o`.
        flag: what its presence means, and then what its `--no-` form means, for a flag.
        many: it may be given several times, and is read as a list.
        default: what functions get if it is not given.
        positional: it is an argument and has no dashes; `required` makes it so.
        required: it must be given.
    """

    name: str
    metavar: str
    help: str
    key: str = ""
    read: parse.Reader = parse.value
    id: str = ""
    short: str = ""
    flag: tuple[Any, ...] = ()
    many: bool = False
    default: Any = None
    positional: bool = False
    required: bool = False

    @property
    def typed(self) -> str:
        """What a user types for it and what messages call it: `--size`."""
        return self.metavar if self.positional else f"--{self.name}"

    @property
    def argument(self) -> str:
        """What commands and functions call it."""
        return self.id or self.name.replace("-", "_")

    @property
    def unset(self) -> Any:
        """Its value if it is not given."""
        return bool(self.default) if self.flag else self.default

    def form(self, help_text: str) -> Any:
        """Return typer's form of it."""
        heading = next(head for head, rows in TABLE.items() if self in rows)
        about: dict[str, Any] = {"metavar": self.metavar, "help": help_text}
        if self.positional:
            words: Any = list[str] if self.many else str
            return Annotated[words if self.required else words | None, typer.Argument(**about)]
        kind: Any = bool | None if self.flag else list[str] | None if self.many else str | None
        names = [f"{self.typed}/--no-{self.name}" if len(self.flag) > 1 else self.typed]
        names += [self.short] * bool(self.short)
        return Annotated[kind, typer.Option(*names, **about, rich_help_panel=heading)]

    def word(self, given: Any) -> str:
        """Return the option as it was typed, `--no-loop` if what was given is False."""
        return f"--no-{self.name}" if given is False else self.typed


TABLE: dict[str, tuple[Option, ...]] = {
    "Arguments": (
        Option("source", "PRESET|FILE",
               "A preset, a YAML file, or any file cppnvid made.",
               read=parse.text, positional=True),
        Option("film", "PRESET|FILE",
               "A preset or a recipe, which is drawn, or any video or animation.",
               read=parse.text, positional=True, required=True),
        Option("file", "FILE",
               "A file cppnvid made, or weights.", read=parse.text, positional=True, required=True),
        Option("name", "NAME", "The one to print.", read=parse.text, positional=True),
        Option("parents", "PICTURES",
               "Pictures to breed: seeds, or children such as 7m3 and 7x12.",
               read=parse.seeds, positional=True, many=True),
    ),
    "The picture": (
        Option("seeds", "N N N",
               "Seeds of the pictures to pass through: 1 2 3, or 1,2,5-10.",
               "morph.seeds", parse.seeds, many=True),
        Option("seed", "N", "Seed of the picture to draw.", "morph.seeds", parse.seed),
        Option("weights", "FILE",
               "Trained networks to draw: .npz or .safetensors files.",
               "morph.weights", parse.files, many=True),
        Option("picture", "N",
               "Number of the picture to export, counted from 1 (default 1).",
               read=parse.whole(1), default=1),
        Option("best", "K",
               "Show only the K seeds that score highest, best first.", read=parse.whole(1)),
        Option("style", "NAME",
               "Kind of network to start from, such as patterns (default house).",
               "style", parse.text),
        Option("palette", "NAME",
               "Palette: rgb, oklch, neon, ..., your own colours: '#102030,#ff8040', or those of a "
               "picture: photo.jpg (default lagoon).", "palette.name", parse.palette),
        Option("palette-by", "ORDER",
               "Order of a picture's colours: lightness, hue or amount (default lightness).",
               "palette.by", parse.text),
        Option("transparent", "COLOUR|KIND",
               "Transparency in .png, .apng, .webp, .webm and .mov: a colour to remove, such as "
               "'#000000'; or luminance, edge, channel (default none).",
               "palette.alpha", parse.text),
        Option("hue-shift", "DEGREES",
               "Rotate all hues: 180 gives the opposite colours (default 0).", "palette.hue"),
        Option("contrast", "X",
               "Contrast: 2 is stronger, 0.5 weaker; nothing clips (default 1).",
               "palette.contrast"),
        Option("size", "SIZE",
               "Size in pixels, such as 1080x1350, or a name: square, reel, 1080p, 4k (default "
               "1080x1080).", "canvas.size", parse.text),
        Option("samples", "N",
               "Antialiasing: N x N samples per pixel, 1 to 8, or auto, which samples more only "
               "where it matters (default 1).", "canvas.samples"),
        Option("set", "KEY=VALUE",
               "Set any key of the recipe, such as network.activation=sin. Repeatable.",
               ANY_KEY, parse.key_values, many=True),
        Option("from", "PRESET|FILE",
               "The sheet that --like chooses from, or what to breed the pictures of.",
               read=parse.text, id="base"),
        Option("like", "K K K",
               "Numbers of the pictures on the sheet to breed on from.", read=parse.numbers),
        Option("children", "N", "Number of children (default 24).", read=parse.whole(1, 500)),
        Option("page", "N", "Which page: each has other children (default 1).",
               read=parse.whole(1, 1000), default=1),
        Option("tile", "PIXELS",
               "Shorter side of each picture on the sheet (default 160).",
               read=parse.whole(1, 4096)),
        Option("columns", "N",
               "Number of columns (default: as many as suit the sheet).",
               read=parse.whole(1, 1000)),
        Option("frames", "N",
               "Number of frames to show, 2 to 64 (default 12).",
               read=parse.whole(2, 64), id="shown", default=12),
    ),
    "The motion": (
        Option("time", "T",
               "Moment to draw: 0 is the start, 0.5 halfway, 1 the end (default 0).",
               read=parse.moment),
        Option("frames", "N", "Number of frames (default 300).", "output.frames"),
        Option("seconds", "S", "Duration in seconds, in place of --frames.", "output.seconds"),
        Option("bpm", "N", "Tempo in beats per minute.", "tempo.bpm"),
        Option("bars", "N",
               "Duration in bars of --bpm, in place of --frames; the loop closes on the last beat.",
               "tempo.bars"),
        Option("beats-per-bar", "N", "Beats in each bar (default 4).", "tempo.beats_per_bar"),
        Option("fps", "N",
               "Frames per second; the duration stays the same (default 30).", "output.fps"),
        Option("of", "KIND",
               "What changes on the way: weights (bold), or z, an input of one network (subtle) "
               "(default weights).", "morph.of", parse.text),
        Option("path", "KIND",
               "Path through several seeds: cubic, slerp, linear, spline; from one seed: orbit, "
               "wander, grow, zoom (default cubic; for one seed, orbit).",
               "morph.path", parse.text),
        Option("radius", "X",
               "How far orbit and wander go from their seed, up to 10 (default 0.5).",
               "morph.radius"),
        Option("detail", "N", "Number of waves in a wander, 1 to 16 (default 4).", "morph.detail"),
        Option("times", "T T T",
               "When to pass each seed, from 0 to 1, or in time: 0 2.5s 8beats (default: at equal "
               "intervals).",
               "morph.times", parse.times),
        Option("pace", "KIND",
               "even: every frame changes the picture as much; uniform: equal time between seeds "
               "(default even).", "morph.pace", parse.text),
        Option("speed", "X",
               "Speed: 2 halves the duration; '{keys: [[0, 1], [0.5, 3]]}' is fastest halfway "
               "(default 1).", "morph.speed"),
        Option("loop", "",
               "Return to the start, or end at the last seed (default --loop).",
               "morph.loop", flag=("closed", "open")),
        Option("ping-pong", "",
               "Go to the last seed and back the same way.", "morph.loop", flag=("ping-pong",)),
        Option("hold", "SHARE",
               "Pause at each seed, or where a zoom starts, for this share of the way, 0 to 0.95 "
               "(default 0).", "morph.hold"),
        Option("ease", "KIND",
               "Easing between seeds: linear, smooth (lingers at seeds), ease-in, ease-out "
               "(default linear).", "morph.easing", parse.text),
        Option("shutter", "SHARE",
               "Motion blur: share of a frame that the shutter is open, 0 to 4; 0.5 is usual in "
               "films. Drawing takes eight times as long (default 0).", "canvas.shutter"),
        Option("react", "",
               "Move to the sound, or to the beats of --bpm, by the recipe's mapping or a default "
               "one.", flag=(True,)),
        Option("animate", "", "Make every tile move, as a looping video.", flag=(True,)),
    ),
    "The explanation": (
        Option("compare", "X",
               "Compare with a preset, a file, weights, or a changed key: network.layers=16x16.",
               read=parse.text),
        Option("video", "KIND",
               "Make a video: reveal (layer by layer), depth, width, init, or weight (one of "
               "them; weight:2,5,7 is layer 2, to neuron 5, from value 7).", read=parse.text),
        Option("labels", "",
               "Label every stage of a video (default --labels).",
               flag=(True, False), default=True),
        Option("max-seam", "N",
               "Exit with 1 if the seam exceeds N median steps (default 1.5).",
               read=parse.from_zero, default=1.5),
    ),
    "The file": (
        Option("output", "FILE",
               "A .mp4, .m4v, .mkv, .webm, .mov, .gif, .webp, .avif, .apng, a .html, .glsl or .fs "
               "that plays it live, or a folder/ of PNGs (default: .mp4, named after what it "
               "shows).",
               read=parse.text, short="-o"),
        Option("format", "NAME",
               "Format to send to a pipe (--output -, or a FIFO): mp4, webm, gif, png, ... The "
               "ending of a file's name says its format.", read=parse.ending),
        Option("for", "PLATFORM",
               "Fit a platform, such as slack-emoji or x-gif; 'cppnvid platforms' lists them.",
               read=parse.text, id="platform"),
        Option("repeat", "N",
               "Play the loop N times in the file, without encoding it again (default 1).",
               "output.repeat"),
        Option("plays", "N",
               "Number of times a .gif, .webp, .avif or .apng plays; 0 is for ever (default 0).",
               "output.plays"),
        Option("min-seconds", "S",
               "Repeat the loop until the file lasts at least S seconds.",
               read=parse.duration, id="least_seconds"),
        Option("audio", "FILE",
               "Sound for a video, cut or repeated to the film's length.",
               "sound.file", parse.text),
        Option("embed-audio", "",
               "Hold the sound in a .html as well, about 160 kB for 10 s; a button switches it on.",
               flag=(True,)),
        Option("with-saver", "",
               "Give a .html a button that encodes the film as MP4 or WebM in the browser: 80 kB.",
               flag=(True,)),
        Option("embed", "",
               "Write a bare .html, without bar and keys, for a frame in a page of yours.",
               flag=(True,)),
        Option("preview", "",
               "Show the first frame at once, and then the film, drawn live in a browser.",
               flag=(True,)),
        Option("crf", "N",
               "Quality (CRF): lower is better and larger (default 14 in .mp4, 18 in .webm, 8 "
               "in .avif).",
               "output.crf"),
        Option("gif", "KIND",
               "GIF encoding: quality, or small, with one palette and gifsicle (default quality).",
               "output.gif", parse.text),
        Option("max-size", "BYTES",
               "Largest file size: 8MB, 500KB, 10MiB, 2000000; the film is reduced until it fits.",
               read=parse.file_size),
        Option("codec", "NAME",
               "Codec: h264, hevc, av1 in .mp4 and .mkv; vp9, av1 in .webm; prores, prores4444 in "
               ".mov; av1 in .avif; apng animates a .png (default: the first).",
               "output.codec", parse.text),
        Option("depth", "BITS",
               "Bits per channel: 8, 10 in videos (no bands), or 16 in PNGs (default 8; in .mov "
               "10).", "output.depth"),
        Option("lossless", "",
               "Keep the exact colours in a .webp (default --no-lossless).",
               "output.lossless", flag=(True, False)),
        Option("dither", "",
               "Dither, so that no bands show (default --dither in PNGs, --no-dither elsewhere).",
               "output.dither", flag=(True, False)),
        Option("overwrite", "",
               "Replace an existing file once the new one is complete.", flag=(True,)),
        Option("fresh", "",
               "Draw the film from its start, without the parts that an interrupted run kept.",
               flag=(True,)),
        Option("backend", "NAME",
               "What draws; 'cppnvid backends' lists the choices (default auto).",
               read=parse.text, default="auto"),
        Option("encoder", "NAME",
               "H.264 encoder for .mp4: x264, or this machine's nvenc or videotoolbox (default "
               "x264).", read=parse.text, default="auto"),
        Option("threads", "N",
               "Number of processors for drawing and encoding (default all).", read=parse.whole(1)),
        Option("quiet", "", "Show no progress and no notes.", flag=(True,), short="-q"),
    ),
}  # fmt: skip
# What functions call the recipe that they take and the file that they write.
_ALIASES = {"recipe": "source", "path": "output"}
OPTIONS = {option.argument: option for options in TABLE.values() for option in options}


def namer(setting: Setting) -> str:
    """Return what the command line calls a setting.

    `--size 64x64` for `canvas.size`, `--no-loop` for `morph.loop` if it is `open`, `--overwrite`
    for an argument of that name. A key without an option is itself, or `--set key=value`.
    """
    key, value = setting.key.rstrip("0123456789").rstrip("."), setting.value
    key = _ALIASES.get(key, key)
    rows = [row for row in OPTIONS.values() if key in (row.key, row.argument, row.name)]
    for row in rows:
        if value in row.flag:
            return f"--no-{row.name}" if row.flag.index(value) else row.typed
    if value is None:
        return rows[0].typed if rows else setting.key
    shown = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if not rows or rows[0].flag or shown.startswith("["):  # a list in YAML is for --set
        return f"--set {setting.key}={shown.lower() if isinstance(value, bool) else shown}"
    return f"{rows[0].typed} {shown}"

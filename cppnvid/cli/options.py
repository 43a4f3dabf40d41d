"""Every option, once: its name, what its help says, and the recipe's key it sets."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from cppnvid.cli.seeds import parse_files, parse_seeds
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.presets import Override, Source

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
    _option(_MOTION, "KIND", "The way: cubic, slerp, linear; orbit for one seed.", "--path"),
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
    _option(_MOTION, "SHARE", "Rest at each seed for this share of the way, 0 to 0.95.", "--hold"),
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
Crf = Annotated[
    str | None,
    _option(_FILE, "N", "Fineness of MP4 and WebM: lower is finer and larger.", "--crf"),
]
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

_KEYS = {
    "seeds": "morph.seeds", "style": "style", "palette": "palette.name", "size": "canvas.size",
    "samples": "canvas.samples", "frames": "output.frames", "seconds": "output.seconds",
    "fps": "output.fps", "of": "morph.of", "path": "morph.path", "hold": "morph.hold",
    "ease": "morph.easing", "crf": "output.crf", "seed": "morph.seeds", "pace": "morph.pace",
    "weights": "morph.weights",
    "shutter": "canvas.shutter", "hue_shift": "palette.hue", "contrast": "palette.contrast",
}  # fmt: skip
_NAMES = ("style", "palette", "size", "of", "path", "pace", "ease")


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


def overrides_from(given: Mapping[str, Any], *, set_name: str = "--set") -> "list[Override]":
    """Return what a command's options lay over the recipe; `--set` comes last.

    Args:
        given: the command's parameters by name; those that set no key are left alone.
        set_name: what messages call the option that takes `KEY=VALUE`.

    Raises:
        RecipeError: a value cannot be read, or two options contradict each other.
    """
    from cppnvid.presets import Override

    overrides: list[Override] = []
    for name, key in _KEYS.items():
        if given.get(name) is not None:
            option = f"--{name.replace('_', '-')}"
            value = _value(name, given[name], option)
            is_list = name == "palette" and isinstance(value, list)
            overrides.append(Override("palette.colours" if is_list else key, value, option))
    overrides += _loop(loop=given.get("loop"), ping_pong=given.get("ping_pong", False))
    return overrides + [_set(text, set_name) for text in given.get("set_") or ()]


def _value(name: str, text: Any, option: str) -> Any:
    from cppnvid.presets import parse

    if name == "seeds":
        return parse_seeds(text)
    if name == "weights":
        return parse_files(text)
    if name == "seed":
        return [parse(text, "--seed", lined=False).data]
    if name == "palette" and text.startswith("#"):
        return [colour.strip() for colour in text.split(",")]
    return text if name in _NAMES else parse(text, option, lined=False).data


def _loop(*, loop: bool | None, ping_pong: bool) -> "list[Override]":
    from cppnvid.presets import Override

    if ping_pong and loop is False:
        raise RecipeError("--ping-pong, --no-loop: a ping-pong comes back, so keep one of the two")
    if ping_pong:
        return [Override("morph.loop", "ping-pong", "--ping-pong")]
    if loop is None:
        return []
    return [Override("morph.loop", "closed" if loop else "open", "--loop" if loop else "--no-loop")]


def _set(text: str, option: str) -> "Override":
    from cppnvid.presets import Override, parse

    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")):
        raise RecipeError(
            f"{option}: write KEY=VALUE, such as network.activation=sin, given {text!r}"
        )
    return Override(key, parse(value, f"{option} {key}", lined=False).data, f"{option} {key}")


def film_of(source: "Source", name: str) -> "Source":
    """Return the source, if what made it can be drawn again as a film or a still.

    Raises:
        RecipeError: `explain` made it: its recipe is that of the network it shows.
    """
    if source.explain is not None:
        raise RecipeError(
            f"{name}: was made by 'cppnvid explain', which can make it again; what it explains is "
            f"drawn from its recipe: 'cppnvid info {name} > recipe.yaml'"
        )
    return source


def parse_threads(text: str | None) -> int | None:
    """Return the limit that `--threads` names, None if it was not said.

    Raises:
        RecipeError: it is not a whole number from 1.
    """
    from cppnvid.presets import parse

    if text is None:
        return None
    threads = parse(text, "--threads", lined=False).data
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise RecipeError(f"--threads: must be a whole number from 1, given {text!r}")
    return threads


def one_picture(origin: "Source", given: Mapping[str, Any]) -> "tuple[Source, list[Override]]":
    """Return the source of one picture, and what the command line lays over it.

    A seed names a network, and so takes the place of the files whose networks the source walks
    through; its layers stay theirs.

    Raises:
        RecipeError: files and a seed are both given, or it is a sheet of seeds and none is named.
    """
    from dataclasses import replace

    from cppnvid.presets import Override, load_recipe

    seed = given["seed"]
    if origin.sheet == "seeds" and seed is None and given.get("picture") is None:
        name = given["source"]
        raise RecipeError(f"{name}: is a sheet of many seeds: say which to draw with --seed")
    overrides = overrides_from(given)
    if seed is None:
        return origin, overrides
    recipe = load_recipe(origin, overrides)
    if recipe.morph.of != "weights" or not recipe.morph.weights:
        return origin, overrides
    if any(override.key == "morph.weights" for override in overrides):
        raise RecipeError("--seed, --weights: each names a picture, so keep one of the two")
    # A file may be what says the layers, so they are kept before it is left out.
    kept = replace(origin, data=recipe.to_data(), lines={})
    return kept, [Override("morph.weights", []), *overrides]


def parse_time(text: str) -> float:
    """Return the moment that `--time` names.

    Raises:
        RecipeError: it is not a number in 0 to 1.
    """
    from cppnvid.presets import parse

    time = parse(text, "--time", lined=False).data
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time <= 1:
        raise RecipeError(f"--time: must lie in 0 to 1, where 0.5 is half way, given {text!r}")
    return float(time)


def whole(name: str, text: str | None, lowest: int, highest: int) -> int | None:
    """Return the whole number that an option of this name was given, None if it was not.

    Raises:
        RecipeError: it is no whole number from `lowest` to `highest`.
    """
    from cppnvid.presets import parse

    if text is None:
        return None
    number = parse(text, f"--{name}", lined=False).data
    if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
        raise RecipeError(
            f"--{name}: must be a whole number from {lowest} to {highest}, given {text!r}"
        )
    return number

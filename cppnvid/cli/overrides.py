"""What the options of a command say, read: overrides of a recipe, moments, numbers."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cppnvid.cli.seeds import parse_files, parse_seeds, parse_times
from cppnvid.errors import RecipeError
from cppnvid.units import parse_file_size

if TYPE_CHECKING:
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe

_KEYS = {
    "seeds": "morph.seeds", "style": "style", "palette": "palette.name", "size": "canvas.size",
    "samples": "canvas.samples", "frames": "output.frames", "seconds": "output.seconds",
    "fps": "output.fps", "of": "morph.of", "path": "morph.path", "hold": "morph.hold",
    "ease": "morph.easing", "crf": "output.crf", "seed": "morph.seeds", "pace": "morph.pace",
    "weights": "morph.weights", "radius": "morph.radius", "detail": "morph.detail",
    "times": "morph.times", "speed": "morph.speed", "repeat": "output.repeat",
    "codec": "output.codec", "depth": "output.depth", "lossless": "output.lossless",
    "dither": "output.dither", "gif": "output.gif",
    "shutter": "canvas.shutter", "hue_shift": "palette.hue", "contrast": "palette.contrast",
    "audio": "sound.file",
}  # fmt: skip
_NAMES = (
    "audio", "style", "palette", "size", "of", "path", "pace", "ease", "codec", "gif",
)  # fmt: skip


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
    if name == "times":
        return parse_times(text)
    if name == "weights":
        return parse_files(text)
    if name == "seed":
        return [parse(text, "--seed", lined=False).data]
    if name == "palette" and text.startswith("#"):
        return [colour.strip() for colour in text.split(",")]
    if name in _NAMES or isinstance(text, bool):
        return text
    return parse(text, option, lined=False).data


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


def least_seconds(given: Mapping[str, Any]) -> Fraction | None:
    """Return the length that `--min-seconds` names, None if it was not said.

    Raises:
        RecipeError: it is no length, or `--repeat` says it too.
    """
    from cppnvid.presets import parse

    text = given["min_seconds"]
    if text is None:
        return None
    if given["repeat"] is not None:
        raise RecipeError("--repeat, --min-seconds: each says how long the file is: keep one")
    seconds = parse(text, "--min-seconds", lined=False).data
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise RecipeError(f"--min-seconds: must be more than 0, given {text!r}")
    return Fraction(str(seconds))


def repeated(recipe: "Recipe", seconds: Fraction) -> "Override":
    """Return how often a recipe's film plays in the file, if that is to last so long.

    Raises:
        RecipeError: it would be more often than a file can hold.
    """
    from math import ceil

    from cppnvid.presets import Override
    from cppnvid.recipe.canvas import MOST_TURNS

    times = ceil(seconds * recipe.output.fps / recipe.output.frames)
    if times > MOST_TURNS:
        once = recipe.output.seconds
        raise RecipeError(
            f"--min-seconds: a film of {once:g} s plays at most {MOST_TURNS} times in its file, "
            f"which is {MOST_TURNS * once:g} s, given {float(seconds):g}"
        )
    return Override("output.repeat", times, "--min-seconds")


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


def parse_max_size(text: str | None) -> int | None:
    """Return the bytes that `--max-size` names, None if it was not said.

    Raises:
        RecipeError: it is no size of a file.
    """
    return None if text is None else parse_file_size(text, name="--max-size")


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

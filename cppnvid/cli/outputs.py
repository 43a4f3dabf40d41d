"""An output: its name, what its format needs of the recipe, and what it is when finished."""

import os
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli.options import namer
from cppnvid.cli.parse import refusal
from cppnvid.errors import EncodeError, RecipeError, Setting
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.cli.request import Request
    from cppnvid.encode import Container
    from cppnvid.notebook import Video
    from cppnvid.platforms import Platform
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe

_MOST_NAMED = 6
# Formats with these defaults take any recipe as it is.
_USUAL_SHORT_SIDE, _USUAL_FPS = 1080, Fraction(30)
# What a format may lack, and what notes call it.
_CODING = {name: name for name in ("codec", "depth", "dither", "crf")}
_CODING["lossless"] = "lossless colours"


def pictures(recipe: "Recipe") -> list[str]:
    """Return what each picture of a recipe's path is called: its file without ending, its seed."""
    morph = recipe.morph
    return [*(Path(file.name).stem for file in morph.weights), *map(str, morph.seeds)]


def video_name(stem: str, seeds: Sequence[object]) -> str:
    """Return `aurora.mp4` for a source of that stem, else `morph-1-2-3.mp4`, short for many."""
    if stem:
        return f"{stem}.mp4"
    named = "-".join(str(seed) for seed in seeds[:_MOST_NAMED])
    more = len(seeds) - _MOST_NAMED
    return f"morph-{named}{f'-and-{more}-more' if more > 0 else ''}.mp4"


def posted_name(platform: "Platform", name: str, *, alpha: bool = False) -> str:
    """Return `aurora.slack-emoji.gif` for what would be called `aurora.mp4`, or `aurora.x.mp4`.

    With `alpha` it has the first ending, of those the platform takes, that holds transparency.
    """
    from cppnvid.encode import container_for, holds_alpha
    from cppnvid.platforms import platforms

    stem = Path(Path(name).stem)
    if stem.suffix[1:] in platforms():
        stem = stem.with_suffix("")
    endings = platform["endings"]
    able = [ending for ending in endings if alpha and holds_alpha(container_for(f"a{ending}"))]
    return f"{stem}.{platform.name}{(able or endings)[0]}"


def animated_still(asked: "Request") -> str | None:
    """Return the codec of a film whose name is that of a still, such as `a.png`; None for others.

    The user names it, or a platform that takes animations under this name.
    """
    from cppnvid.encode import CONTAINERS
    from cppnvid.platforms import platform_named

    suffix = Path(asked.output or "").suffix.lower()
    known = [container.codec for container in CONTAINERS if suffix in container.also]
    named = [override.value for override in asked.overrides if override.key == "output.codec"]
    if not known or named or asked.platform is None:
        return next((codec for codec in named[-1:] if codec in known), None)
    platform = platform_named(asked.platform)
    taken = known if suffix in platform["endings"] else []
    return next((codec for codec in taken if codec in platform["codecs"]), None)


def named_output(output: str | None, default: str) -> str:
    """Return the output's name; an empty one is a variable nobody set, and no wish."""
    if output == "":
        raise refusal("--output", "is empty: name a file, or leave the option out")
    if output is not None:
        return output
    from cppnvid.encode import LONGEST_NAME, shortened

    # It is made from another file's name, and may have become longer than a name can be.
    place = Path(default)
    stem = shortened(place.stem, LONGEST_NAME - len(os.fsencode(place.suffix)))
    return str(place.with_name(f"{stem}{place.suffix}"))


def is_named(key: str, overrides: "Sequence[Override]") -> bool:
    """Return whether an override is about this key, or about the part that holds it."""
    return any(override.key in (key, key.partition(".")[0]) for override in overrides)


def for_format(
    recipe: "Recipe", container: "Container", source: "Source", overrides: "Sequence[Override]"
) -> "tuple[Recipe, list[str]]":
    """Return the recipe as a format needs it, and the notes on what that changed."""
    from cppnvid.presets import load_recipe

    needed = format_overrides(recipe, container, overrides, made_as=source.suffix)
    if needed:
        recipe = load_recipe(source, [*overrides, *needed])
    return recipe, describe(needed, container)


def format_overrides(
    recipe: "Recipe",
    container: "Container",
    overrides: "Sequence[Override]",
    *,
    made_as: str = "",
) -> "list[Override]":
    """Return what a format such as GIF needs where the user asked for nothing else.

    A GIF cannot play 30 frames a second evenly, compresses little and has 8 bits. A file with the
    ending `made_as` that is drawn again in the same format keeps its size and rate.
    """
    from cppnvid.presets import Override

    if container.still or made_as.lower() in container.suffixes:
        return _without_what_it_lacks(recipe, container, overrides)
    needed: list[Override] = []
    width, height = recipe.canvas.size
    short_side = container.default_short_side
    shrink = Fraction(short_side, min(width, height))
    if shrink < 1 and short_side < _USUAL_SHORT_SIDE and not is_named("canvas.size", overrides):
        size = f"{_even(width * shrink)}x{_even(height * shrink)}"
        needed.append(Override("canvas.size", size, f"the size of {container.name}"))
    fps = container.default_fps
    slower = fps < min(recipe.output.fps, _USUAL_FPS)
    if slower and not is_named("output.fps", overrides):
        needed.append(Override("output.fps", str(fps), f"the frame rate of {container.name}"))
    repeats = recipe.output.repeat > 1 and container.demuxer is None
    if repeats and not is_named("output.repeat", overrides):  # it was a video's before
        needed.append(Override("output.repeat", 1))
    plays = recipe.output.plays and container.plays is None
    if plays and not is_named("output.plays", overrides):  # it was an animation's before
        needed.append(Override("output.plays", None))
    return [*needed, *_without_what_it_lacks(recipe, container, overrides)]


def _without_what_it_lacks(
    recipe: "Recipe", container: "Container", overrides: "Sequence[Override]"
) -> "list[Override]":
    """Return the recipe's wishes for its file's colours that this format lacks, each left out.

    A film drawn again brings those of the format it had. What the user named stays, to be refused.
    """
    from cppnvid.encode import beyond, coded, coding_of, without
    from cppnvid.presets import Override

    coding = coding_of(recipe.output, alpha=recipe.palette.alpha is not None)
    kept = [name for name in _CODING if is_named(f"output.{name}", overrides)]
    lacking = list(beyond(container, coding, kept))
    crf = recipe.output.crf
    if crf is not None and "crf" not in kept:
        with suppress(RecipeError):  # a named wish is refused later, with the whole file
            if crf > (coded(container, without(coding, lacking)).max_crf or 0):
                lacking.append("crf")
    return [Override(f"output.{name}", False if name == "lossless" else None) for name in lacking]


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))


def describe(needed: "Sequence[Override]", container: "Container") -> list[str]:
    """Return the notes on what `format_overrides` chose, and on how to choose otherwise."""
    words = {"canvas.size": "{}", "output.fps": "{} frames per second", "output.repeat": "one loop"}
    notes = []
    chosen = [override for override in needed if override.key in words]
    if chosen:
        values = " and ".join(words[o.key].format(o.value) for o in chosen)
        options = " or ".join(
            "another ending" if o.key == "output.repeat" else namer(Setting(o.key)) for o in chosen
        )
        notes.append(f"{container.name} is drawn at {values}; {options} changes that")
    keys = {override.key for override in needed}
    left = [name for key, name in _CODING.items() if f"output.{key}" in keys]
    if left:
        lacks = f"which this {container.name} lacks"
        notes.append(f"drawn without the recipe's {' and '.join(left)}, {lacks}")
    return notes


def check_posted(platform: "Platform", path: Path) -> None:
    """Look at a finished file as the platform will.

    Raises:
        EncodeError: the platform would not take it: all that is wrong, and on whose word.
    """
    from cppnvid.platforms import misfits

    wrong = misfits(platform, path)
    if wrong:
        raise EncodeError(f"{path}: is finished, but does not fit: {'; '.join(wrong)}")


def summary(video: "Video") -> str:
    """Return what a finished film is, in words: `96x96, 12 frames, 0.583 s, 27 kB`."""
    frames = f"{video.frames} frame{'s' * (video.frames > 1)}"
    size = size_on_disk(video.path)
    return f"{video.width}x{video.height}, {frames}, {round(video.seconds, 3):g} s, {size}"


def size_on_disk(path: Path) -> str:
    """Return the size of a file, or of the files in a folder, in words: `3.2 MB`."""
    files = path.iterdir() if path.is_dir() else (path,)
    return file_size(sum(file.stat().st_size for file in files))

"""What a file is called when nobody said, and what its format asks of the recipe."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.errors import RecipeError
from cppnvid.filesize import file_size

if TYPE_CHECKING:
    from cppnvid.encode import Container
    from cppnvid.presets import Override
    from cppnvid.recipe import Recipe

_MOST_NAMED = 6
# Of the formats that ask for nothing; they take any recipe as it is.
_USUAL_SHORT_SIDE, _USUAL_FPS = 1080, Fraction(30)


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


def is_named(key: str, overrides: "Sequence[Override]") -> bool:
    """Return whether an override is about this key, or about the part that holds it."""
    return any(override.key in (key, key.partition(".")[0]) for override in overrides)


# What may be given up for a file's size.
_GIVEN_UP = (
    "canvas.size", "output.fps", "output.frames", "output.crf", "output.quality", "output.gif",
    "output.colours",
)  # fmt: skip


def fixed_keys(overrides: "Sequence[Override]") -> list[str]:
    """Return the keys that the user decided, so that no cap on the file's size changes them."""
    return [key for key in _GIVEN_UP if is_named(key, overrides)]


def format_overrides(
    recipe: "Recipe",
    container: "Container",
    overrides: "Sequence[Override]",
    *,
    made_as: str = "",
) -> "list[Override]":
    """Return what a format such as GIF asks for where the user asked for nothing.

    A GIF cannot play 30 frames a second evenly, and compresses little. A file with the ending
    `made_as` that is drawn again in the same format keeps what it has.
    """
    from cppnvid.presets import Override

    if made_as.lower() in container.suffixes:
        return []
    asked: list[Override] = []
    width, height = recipe.canvas.size
    short_side = container.default_short_side
    shrink = Fraction(short_side, min(width, height))
    if shrink < 1 and short_side < _USUAL_SHORT_SIDE and not is_named("canvas.size", overrides):
        size = f"{_even(width * shrink)}x{_even(height * shrink)}"
        asked.append(Override("canvas.size", size, f"the size of {container.name}"))
    fps = container.default_fps
    slower = fps < min(recipe.output.fps, _USUAL_FPS)
    if slower and not is_named("output.fps", overrides):
        asked.append(Override("output.fps", str(fps), f"the frame rate of {container.name}"))
    repeats = recipe.output.repeat > 1 and container.demuxer is None
    if repeats and not is_named("output.repeat", overrides):  # it was a video's before
        asked.append(Override("output.repeat", 1))
    has_crf = recipe.output.crf is not None and not is_named("output.crf", overrides)
    if has_crf and container.max_crf is None:  # as an MP4 has that was made to fit
        asked.append(Override("output.crf", None))
    return asked


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))


def describe(asked: "Sequence[Override]", container: "Container") -> str:
    """Return the line that tells what `format_overrides` chose and how to choose otherwise."""
    said = {
        "canvas.size": ("{}", "--size"), "output.fps": ("{} frames a second", "--fps"),
        "output.repeat": ("one time round", "another ending"),
        "output.crf": ("its usual fineness, without crf", "another ending"),
    }  # fmt: skip
    chosen = " and ".join(said[override.key][0].format(override.value) for override in asked)
    options = " or ".join(dict.fromkeys(said[override.key][1] for override in asked))
    return f"{container.name} is drawn at {chosen}; {options} changes that"


def named_output(output: str | None, default: str) -> str:
    """Return the output's name; one that is empty is a variable nobody set, not a wish."""
    if output == "":
        raise RecipeError("--output is empty: name a file, or leave the option out")
    return output or default


def check_early(
    recipe: "Recipe",
    output: str,
    *,
    overwrite: bool,
    encoder: str = "auto",
    repeat: int = 1,
    audio: Path | None = None,
) -> None:
    """Refuse what cannot be written before torch is loaded, which takes seconds."""
    from cppnvid.encode import check_output, coding_of

    width, height = recipe.canvas.size
    check_output(
        output,
        width=width,
        height=height,
        fps=recipe.output.fps,
        overwrite=overwrite,
        coding=coding_of(recipe.output),
        encoder=encoder,
        repeat=repeat,
        sound=audio,
    )


def size_on_disk(path: Path) -> str:
    """Return the size of a file, or of the files in a folder, in words: `3.2 MB`."""
    files = path.iterdir() if path.is_dir() else (path,)
    size = sum(file.stat().st_size for file in files)
    return file_size(size)

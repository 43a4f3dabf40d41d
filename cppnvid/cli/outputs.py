"""What a file is called when nobody said, and what its format asks of the recipe."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.errors import RecipeError
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.encode import Container
    from cppnvid.notebook import Video
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
    "output.colours", "output.sound_rate",
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

    A GIF cannot play 30 frames a second evenly, compresses little and has 8 bits. A file with the
    ending `made_as` that is drawn again in the same format keeps its size and rate.
    """
    from cppnvid.presets import Override

    if made_as.lower() in container.suffixes:
        return coding_overrides(recipe, container, overrides)
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
    return [*asked, *coding_overrides(recipe, container, overrides)]


def coding_overrides(
    recipe: "Recipe", container: "Container", overrides: "Sequence[Override]"
) -> "list[Override]":
    """Return the recipe's wishes for its file's colours that this format lacks, each left out.

    A film drawn again brings those of the format it had. What the user named stays, to be refused.
    """
    from cppnvid.encode import beyond, coded, coding_of, without
    from cppnvid.presets import Override

    coding = coding_of(recipe.output)
    kept = [name for name in _LEFT_OUT if is_named(f"output.{name}", overrides)]
    lacking = list(beyond(container, coding, kept))
    crf = recipe.output.crf
    if crf is not None and "crf" not in kept:
        with suppress(RecipeError):  # a named wish is refused later, with the whole file
            if crf > (coded(container, without(coding, lacking)).max_crf or 0):
                lacking.append("crf")
    return [Override(f"output.{name}", False if name == "lossless" else None) for name in lacking]


# What `coding_overrides` may leave out, and what notes call it.
_LEFT_OUT = {
    "codec": "codec", "depth": "depth", "lossless": "lossless colours", "dither": "dither",
    "crf": "crf",
}  # fmt: skip


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))


def describe(asked: "Sequence[Override]", container: "Container") -> str:
    """Return the line that tells what `format_overrides` chose and how to choose otherwise."""
    said = {
        "canvas.size": ("{}", "--size"), "output.fps": ("{} frames a second", "--fps"),
        "output.repeat": ("one time round", "another ending"),
    }  # fmt: skip
    told = []
    chosen = [override for override in asked if override.key in said]
    if chosen:
        values = " and ".join(said[override.key][0].format(override.value) for override in chosen)
        options = " or ".join(dict.fromkeys(said[override.key][1] for override in chosen))
        told.append(f"{container.name} is drawn at {values}; {options} changes that")
    left = [name for key, name in _LEFT_OUT.items() if any(a.key == f"output.{key}" for a in asked)]
    if left:
        told.append(
            f"drawn without the recipe's {' and '.join(left)}, which this {container.name} lacks"
        )
    return "; ".join(told)


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
    audio: Path | None = None,
    max_size: int | None = None,
    still: bool = False,
) -> None:
    """Refuse what cannot be written before torch is loaded, which takes seconds."""
    from cppnvid.encode import Target, quality_of

    target = Target.of(
        recipe,
        output,
        encoder=encoder,
        overwrite=overwrite,
        sound=audio,
        max_size=max_size,
        still=still,
    )
    quality_of(target.container, recipe.output.crf)  # which a still has no use for


def summary(video: "Video") -> str:
    """Return what a finished film is, in words: `96x96, 12 frames, 0.583 s, 27 kB`."""
    frames = f"{video.frames} frame{'s' * (video.frames > 1)}"
    size = size_on_disk(video.path)
    return f"{video.width}x{video.height}, {frames}, {round(video.seconds, 3):g} s, {size}"


def size_on_disk(path: Path) -> str:
    """Return the size of a file, or of the files in a folder, in words: `3.2 MB`."""
    files = path.iterdir() if path.is_dir() else (path,)
    size = sum(file.stat().st_size for file in files)
    return file_size(size)

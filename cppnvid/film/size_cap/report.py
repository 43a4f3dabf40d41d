"""What was given up, in a line."""

from collections.abc import Collection
from fractions import Fraction

from cppnvid.encode import Container
from cppnvid.encode.coding import quality_of
from cppnvid.encode.commands import DEFAULT_QUALITY
from cppnvid.encode.formats.gif_colours import QUALITY_COLOURS, SMALL_COLOURS
from cppnvid.film.size_cap.heard import sound_bytes
from cppnvid.recipe import Recipe
from cppnvid.units import file_size

_OPTIONS = {
    "canvas.size": "--size", "output.fps": "--fps", "output.frames": "--frames",
    "output.crf": "--crf", "output.gif": "--gif", "output.sound_rate": "output.sound_rate",
}  # fmt: skip


def given_up(
    asked: Recipe, fitted: Recipe, container: Container, *, colours: int | None = None
) -> str:
    """Return the differences: `crf 14 -> 21, 1080x1080 -> 960x960`; empty where there are none.

    `colours` is how many a GIF's palettes have where a recipe leaves it open.
    """
    before, after = _facts(asked, container, colours), _facts(fitted, container, colours)
    said = []
    for name, value in after.items():
        if value != before[name]:
            said.append(f"{name} {before[name]} -> {value}".lstrip())
    return ", ".join(said)


def cap_in_words(cap: int) -> str:
    """Return a cap as people say it: `8 MB`."""
    return file_size(cap).replace(".0 ", " ")


def refusal(asked: Recipe, last: Recipe, size: float, cap: int, keep: Collection[str],
            container: Container, *, heard: bool = False,
            colours: int | None = None) -> str:  # fmt: skip
    """Return why no file fits: what the smallest has, and what would help.

    `heard` tells that the film has a sound; `colours` is as in `given_up`.
    """
    options = [option for key, option in _OPTIONS.items() if key in keep]
    changed = given_up(asked, last, container, colours=colours)
    smallest = f"even with {changed}" if changed else "as it is"
    help_ = "fewer --seconds or a larger --max-size"
    if container.dither:
        help_ = f"--no-dither, {help_}"
    if options:
        kept = " and ".join(options)
        it = "them" if len(options) > 1 else "it"
        help_ = f"{kept} may not change: leave {it} out where you said {it}, or take {help_}"
    else:
        help_ = f"take {help_}"
    sound = ""
    if heard:
        sound = f", some {file_size(round(sound_bytes(last, container)))} of them its sound"
    return (
        f"--max-size: {smallest} the file has {file_size(round(size))}{sound}, and "
        f"{cap_in_words(cap)} are allowed: {help_}"
    )


def _facts(recipe: Recipe, container: Container, colours: int | None) -> dict[str, str]:
    width, height = recipe.canvas.size
    output = recipe.output
    facts = {"crf": str(quality_of(container, output.crf))}
    if container.name == "WebP" and not container.lossless:
        facts["quality"] = str(output.quality or DEFAULT_QUALITY)
    facts[""] = f"{width}x{height}"
    facts["fps"] = _rate(output.fps)
    if container.sound_rates:
        facts["sound"] = f"{output.sound_rate or container.sound_rates[0]} kb/s"
    if container.name == "GIF":
        small = output.gif == "small"
        usual = SMALL_COLOURS if small else QUALITY_COLOURS
        facts["colours"] = str(output.colours or colours or usual)
        facts["palette"] = "for the film" if small else "a frame"
    return facts


def _rate(fps: Fraction) -> str:
    return f"{float(fps):.4g}"

"""What was given up for a smaller file, in a line, and why nothing fits."""

from collections.abc import Collection

from cppnvid.encode import Container, Target
from cppnvid.encode.coding import quality_of
from cppnvid.errors import RecipeError, Setting
from cppnvid.film.film import Film
from cppnvid.film.size_cap.ladder import KEYS, most_colours, sound_bytes
from cppnvid.recipe import Recipe
from cppnvid.units import file_size


def given_up(film: Film, fitted: Recipe, container: Container) -> str:
    """Return what differs from a film's recipe: `crf 14 -> 21, 1080x1080 -> 960x960`."""
    before, after = (_facts(recipe, container, film.colours) for recipe in (film.recipe, fitted))
    changed = (
        f"{name} {before[name]} -> {value}".lstrip()
        for name, value in after.items()
        if value != before[name]
    )
    return ", ".join(changed)


def cap_in_words(cap: int) -> str:
    """Return a cap as people write it: `8 MB`."""
    return file_size(cap).replace(".0 ", " ")


def refusal(
    film: Film, smallest: Recipe, size: float, target: Target, keep: Collection[str]
) -> RecipeError:
    """Return why no file fits: the smallest has `size` bytes, and what would help."""
    cap, container = target.max_size or 0, target.container
    changed = given_up(film, smallest, container)
    sound = ""
    if target.sound is not None:
        sound = f", of which about {file_size(round(sound_bytes(smallest, container)))} are sound"
    kept = tuple(Setting(key) for key in KEYS if key in keep)
    return RecipeError(
        "{even} the file has {size}{sound}, and {cap} are allowed: "
        + ("let {kept} change, or " * bool(kept))
        + ("use {no_dither}, " if container.dither else "use ")
        + "a shorter {seconds} or a larger {max_size}",
        key="max_size",
        given=cap,
        even=f"even with {changed}," if changed else "as it is,",
        size=file_size(round(size)),
        sound=sound,
        cap=cap_in_words(cap),
        kept=kept,
        no_dither=Setting("output.dither", False),
        seconds=Setting("output.seconds"),
        max_size=Setting("max_size"),
    )


def _facts(recipe: Recipe, container: Container, colours: int | None) -> dict[str, str]:
    """Return what a cap may change, in words; `colours` as in `ladder`."""
    width, height = recipe.canvas.size
    output = recipe.output
    facts = {
        "crf": str(quality_of(container, output.crf)),
        "quality": str(output.quality or container.default_quality),
        "": f"{width}x{height}",
        "fps": f"{float(output.fps):.4g}",
        "colours": str(output.colours or colours or most_colours(output)),
        "palette": "for the film" if output.gif == "small" else "a frame",
    }
    if container.sound_rates:
        facts["sound"] = f"{output.sound_rate or container.sound_rates[0]} kb/s"
    return facts

"""What the words of `morph` and `render` make of a film, before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.cli import overrides as reading
from cppnvid.cli.idle import check_idle
from cppnvid.cli.outputs import (
    describe,
    fixed_keys,
    format_overrides,
    named_output,
    pictures,
    video_name,
)
from cppnvid.cli.posting import made_for, posted_name
from cppnvid.cli.sounds import reacting, silent, sound_of
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.platforms import Platform
    from cppnvid.presets import Source
    from cppnvid.recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """A film to be drawn: its recipe, its file's name, and what holds for the file.

    `max_size` is in bytes, None being any; `keep` are keys that are not given up for it; `told` is
    a line about what was chosen, empty if nothing was; `audio` is the file whose sound it has.
    """

    recipe: "Recipe"
    output: str
    max_size: int | None
    keep: tuple[str, ...]
    told: str
    platform: "Platform | None"
    audio: Path | None


def planned(source: "Source", given: Mapping[str, Any]) -> Plan:
    """Return the plan of a source with the options that a command was given.

    The user's words come first, then what the format of the file asks for where they say nothing,
    then what the platform asks for.

    Raises:
        RecipeError: an option cannot be read, or is not what another, or the platform, takes.
    """
    from cppnvid.encode import container_for
    from cppnvid.platforms import Wishes, fit, platform_named
    from cppnvid.presets import load_recipe

    platform = None if given["for_"] is None else platform_named(given["for_"])
    overrides = [*reading.overrides_from(given), *reacting(source, given)]
    max_size = reading.parse_max_size(given["max_size"])
    recipe = load_recipe(source, overrides)
    least = reading.least_seconds(given)
    if least is not None:
        overrides = [*overrides, reading.repeated(recipe, least)]
        recipe = load_recipe(source, overrides)
    check_idle(recipe, overrides)
    name = video_name(source.stem, pictures(recipe))
    name = name if platform is None else posted_name(platform, name)
    output = named_output(given["output"], name)
    container = container_for(output)
    if given["gif"] is not None and container.name != "GIF":
        raise RecipeError(f"--gif: is for .gif, and {output} is {container.name}")
    asked = format_overrides(recipe, container, overrides, made_as=source.suffix)
    if asked:
        recipe = load_recipe(source, [*overrides, *asked])
    keep = tuple(fixed_keys(overrides))
    audio, silence = sound_of(recipe, source, overrides, container)
    if platform is None:
        told = "; ".join([*([describe(asked, container)] if asked else []), *silence])
        return Plan(recipe, output, max_size, keep, told, None, audio)
    wishes = Wishes(
        overrides, output, max_size, sound=given["audio"] is not None and not recipe.sound.react,
        least_seconds=least,
    )  # fmt: skip
    fitted = fit(platform, recipe, wishes)
    # On the whole recipe, in which a length is frames, whichever way it was asked for.
    recipe = load_recipe(replace(source, data=recipe.to_data(), lines={}), fitted.overrides)
    if audio is not None and platform.sound is not None and not platform.sound.value:
        audio, silence = None, [silent(f"{platform.name} takes", recipe)]
    told = "; ".join([made_for(platform, recipe, fitted.most_bytes), *silence])
    keep = (*keep, *fitted.keep)
    return Plan(recipe, output, fitted.most_bytes, keep, told, platform, audio)

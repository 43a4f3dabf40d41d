"""What `--audio` and `--react` mean for a film: its sound, and whether it moves to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.encode import Container
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe


def reacting(source: "Source", given: Mapping[str, Any]) -> "list[Override]":
    """Return the override that makes a film move to its sound, if that is asked for and needed.

    Raises:
        RecipeError: there is no sound to move to.
    """
    from cppnvid.presets import Override

    sound = source.data.get("sound") if isinstance(source.data, Mapping) else None
    written = sound if isinstance(sound, Mapping) else {}
    if not given["react"]:
        return []
    by_hand = any(text.strip().startswith("sound.file=") for text in given["set_"] or ())
    if not (given["audio"] or by_hand or written.get("file")):
        raise RecipeError("--react: there is no sound to move to: name one with --audio")
    return [] if written.get("react") else [Override("sound.react", "default", "--react")]


def sound_of(
    recipe: "Recipe", source: "Source", overrides: "Sequence[Override]", container: "Container"
) -> tuple[Path | None, list[str]]:
    """Return the file with a film's sound, and the line to say if there is none or can be none.

    A format that holds no sound is an error only where the sound does nothing else.

    Raises:
        RecipeError: a file that the recipe or `--set` names is no sound.
    """
    from cppnvid.encode import check_track
    from cppnvid.presets import sound_place

    place = sound_place(recipe, source, overrides)
    asked = any(override.origin == "--audio" for override in overrides)
    if recipe.sound.unheard and recipe.sound.file is None:
        return None, ["the recipe moves to a sound, and there is none: name one with --audio"]
    if place is not None and container.sound and not asked and place != source.film:
        try:
            check_track(place, recipe.output.frames * recipe.output.repeat / recipe.output.fps)
        except RecipeError as error:
            named = [
                override.origin or override.key
                for override in overrides
                if override.key == "sound.file"
            ]
            label = named[-1] if named else f"{source.name}: sound.file:"
            raise RecipeError(f"{label} {error}") from None
    if place is None or container.sound or (asked and not recipe.sound.react):
        return place, []
    return None, [silent(f"{container.name} holds", recipe)]


def silent(why: str, recipe: "Recipe") -> str:
    """Return the line that tells why a film is silent, `why` ending as in `GIF holds`."""
    moves = ": the film moves to it in silence" if recipe.sound.react else ""
    return f"{why} no sound{moves}"

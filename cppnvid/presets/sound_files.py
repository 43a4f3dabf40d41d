"""The sound that a recipe or its options name: where it lies, and what is heard in it.

A file that the user names may lie anywhere; one that a recipe's text names lies beside it. What
was heard rides in a film, which is so drawn again without the file; the sound itself is then taken
from the film.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cppnvid.errors import RecipeError, Setting
from cppnvid.presets.beside import another_file, place_beside
from cppnvid.presets.overrides import Override
from cppnvid.presets.sources import Source
from cppnvid.recipe import Recipe, Sound

KEY = "sound.file"


def sound_place(recipe: Recipe, source: Source, overrides: Sequence[Override]) -> Path | None:
    """Return the file with a recipe's sound, None where there is none or it is not here.

    Args:
        recipe: what the source and the overrides make.
        source: where the recipe comes from; a film that cppnvid made has its sound in itself.
        overrides: what options say; the last for `sound.file` names a file anywhere.

    Raises:
        RecipeError: the recipe's text names a file outside its folder.
    """
    named = [override.value for override in overrides if override.key == KEY]
    if named and named[-1] is not None:
        return Path(named[-1])
    if recipe.sound.file is None:
        return None
    if source.film is not None:
        return source.film if _has_sound(source.film) else None
    if source.folder is None:
        return None
    return place_beside(recipe.sound.file.name, source, key=KEY)


def _has_sound(film: Path) -> bool:
    from cppnvid.encode import container_for, probe

    return bool(container_for(film).sound) and bool(probe(film).sound)


def with_name(overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides with what the recipe keeps of a sound's place: the file's name."""
    kept = []
    for override in overrides:
        if override.key == KEY and isinstance(override.value, str) and override.value:
            override = override._replace(value=Path(override.value).name or override.value)
        kept.append(override)
    return kept


def with_sound(recipe: Recipe, source: Source, overrides: Sequence[Override]) -> Recipe:
    """Return the recipe with the curves of what it reacts to, if it reacts to a sound.

    Raises:
        RecipeError: the sound is not here, is not what the recipe was written for, or is none.
    """
    named = [override for override in overrides if override.key == KEY]
    if any(_changes_curve(override) for override in overrides):
        recipe = recipe.model_copy(update={"sound": _unheard(recipe.sound)})
    file = recipe.sound.file
    if file is None or not recipe.sound.unheard:
        return recipe
    place = sound_place(recipe, source, overrides)
    if place is None:
        raise RecipeError(
            "{name} is not here to be analysed: name it with {setting}",
            file=source.name,
            key=KEY,
            given=file.name,
            name=file.name,
            setting=Setting(KEY),
        )
    from cppnvid.audio import heard

    try:
        done = heard(recipe, place)
    except RecipeError as error:
        if named:
            raise error.at(KEY, origins=(named[-1].origin,)) from error
        raise error.at(KEY, file=source.name) from error
    if place == source.film:  # its own sound, which is not the file that it was made with
        return done.model_copy(update={"sound": done.sound.model_copy(update={"file": file})})
    found = done.sound.file
    if file.sha256 is not None and found is not None and found.sha256 != file.sha256:
        raise another_file(str(place), found.sha256, file.sha256, source, KEY)
    return done


def without_curves(data: Any) -> Any:
    """Return a recipe's data without what was heard, which is heard again when it is drawn."""
    sound = data.get("sound") if isinstance(data, Mapping) else None
    react = sound.get("react") if isinstance(sound, Mapping) else None
    if not isinstance(sound, Mapping) or not isinstance(react, list):
        return data
    plain = [
        {key: value for key, value in entry.items() if key != "curve"}
        if isinstance(entry, Mapping)
        else entry
        for entry in react
    ]
    kept = {key: value for key, value in sound.items() if key != "rate"}
    return {**data, "sound": kept | {"react": plain}}


def _changes_curve(override: Override) -> bool:
    """Tell whether an override is about what a reaction hears, and not only what it does."""
    last = override.key.rpartition(".")[2]
    return override.path[0] == "sound" and last not in ("drives", "amount")


def _unheard(sound: Sound) -> Sound:
    """Return a sound without what was heard in it, since options changed it."""
    react = tuple(reaction.model_copy(update={"curve": None}) for reaction in sound.react)
    return sound.model_copy(update={"react": react, "rate": None})

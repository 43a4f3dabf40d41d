"""The files that a recipe names: where they may lie, and the sound among them.

A file that the user names may lie anywhere. One that a recipe's text names lies in the recipe's
folder or below it, since whoever wrote it may not choose what is read from another person's disk.
A recipe that is a link has two folders: its own, and that of the file it leads to.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from cppnvid.errors import RecipeError, Setting
from cppnvid.presets.overrides import Override
from cppnvid.presets.sources import Source
from cppnvid.recipe import Recipe, Sound

SOUND = "sound.file"


def place_beside(name: str, source: Source, *, key: str) -> Path:
    """Return the place of a file that a recipe's text names, relative to the recipe's folder.

    Where the recipe is a link, its own folder comes first, then that of the file it leads to.

    Raises:
        RecipeError: the name leads out of the folder, or is not a file's name.
    """
    folders = [source.folder or Path(), *filter(None, [source.linked])]
    if not name.isprintable() or not name:
        raise RecipeError(file=source.name, key=key, given=name, allowed="the name of a file")
    windows = PureWindowsPath(name)
    steps = {*PurePosixPath(name).parts, *windows.parts}
    places = [folder / name for folder in folders]
    place = next((place for place in places if os.path.lexists(place)), places[0])
    outside = PurePosixPath(name).is_absolute() or windows.drive or windows.root or ".." in steps
    if outside or not any(place.resolve().is_relative_to(one.resolve()) for one in folders):
        problem = (
            "{name!r} lies outside the recipe's folder, where a recipe may not look: put the file "
            "beside it, or name it yourself with {setting}"
        )
        facts: dict[str, Any] = {"name": name, "setting": Setting(key)}
        raise RecipeError(problem, file=source.name, key=key, given=name, **facts)
    return place


def another_file(name: str, sha256: str, wanted: str, source: Source, key: str) -> RecipeError:
    """Return the error for a file that is not the one its recipe was written for."""
    problem = f"{name} is not the file that the recipe was written for: its sha256 is {sha256}, "
    problem += f"the recipe's is {wanted}"
    return RecipeError(problem, file=source.name, key=key, given=sha256, allowed=wanted)


def sound_place(recipe: Recipe, source: Source, overrides: Sequence[Override]) -> Path | None:
    """Return the file with a recipe's sound, None where there is none or it is not here.

    Args:
        recipe: what the source and the overrides make.
        source: where the recipe comes from; a film that cppnvid made has its sound in itself.
        overrides: the last for `sound.file` names a file anywhere.

    Raises:
        RecipeError: the recipe's text names a file outside its folder.
    """
    named = [override.value for override in overrides if override.key == SOUND]
    if named and named[-1] is not None:
        return Path(named[-1])
    if recipe.sound.file is None:
        return None
    if source.film is not None:
        return source.film if _has_sound(source.film) else None
    if source.folder is None:
        return None
    return place_beside(recipe.sound.file.name, source, key=SOUND)


def _has_sound(film: Path) -> bool:
    from cppnvid.encode import container_for, probe

    return bool(container_for(film).sound) and bool(probe(film).sound)


def with_name(overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides with only the name of a sound's place, which is what a recipe keeps."""
    return [
        override._replace(value=Path(override.value).name or override.value)
        if override.key == SOUND and isinstance(override.value, str) and override.value
        else override
        for override in overrides
    ]


def with_sound(recipe: Recipe, source: Source, overrides: Sequence[Override]) -> Recipe:
    """Return the recipe with the curves of what it reacts to, if it reacts to a sound.

    Raises:
        RecipeError: the sound is missing, unreadable, or not the one the recipe was written for.
    """
    if any(_changes_curve(override) for override in overrides):
        recipe = recipe.model_copy(update={"sound": _unheard(recipe.sound)})
    file = recipe.sound.file
    if file is None or not recipe.sound.unheard:
        return recipe
    place = sound_place(recipe, source, overrides)
    if place is None:
        problem = "{name} is not here to be analysed: name it with {setting}"
        facts: dict[str, Any] = {"name": file.name, "setting": Setting(SOUND)}
        raise RecipeError(problem, file=source.name, key=SOUND, given=file.name, **facts)
    from cppnvid.audio import heard

    try:
        done = heard(recipe, place)
    except RecipeError as error:
        named = [override.origin for override in overrides if override.key == SOUND]
        blame: dict[str, Any] = {"origins": (named[-1],)} if named else {"file": source.name}
        raise error.at(SOUND, **blame) from error
    if place == source.film:  # its own sound, which is not the file that it was made with
        return done.model_copy(update={"sound": done.sound.model_copy(update={"file": file})})
    found = done.sound.file.sha256 if done.sound.file else None
    if file.sha256 and found and found != file.sha256:
        raise another_file(str(place), found, file.sha256, source, SOUND)
    return done


def without_curves(data: Any) -> Any:
    """Return a recipe's data without the curves of its sound, which are computed when drawn."""
    sound = data.get("sound") if isinstance(data, Mapping) else None
    react = sound.get("react") if isinstance(sound, Mapping) else None
    if not isinstance(sound, Mapping) or not isinstance(react, list):
        return data
    plain = [_without(entry, "curve") if isinstance(entry, Mapping) else entry for entry in react]
    return {**data, "sound": _without(sound, "rate") | {"react": plain}}


def _without(data: Mapping[str, Any], left_out: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != left_out}


def _changes_curve(override: Override) -> bool:
    """Tell whether an override is about what a reaction hears, and not only what it does."""
    return override.path[0] == "sound" and override.path[-1] not in ("drives", "amount")


def _unheard(sound: Sound) -> Sound:
    """Return a sound without its curves, which overrides have made obsolete."""
    react = tuple(reaction.model_copy(update={"curve": None}) for reaction in sound.react)
    return sound.model_copy(update={"react": react, "rate": None})

"""Text in, Recipe out: find, read and override YAML presets, and name every mistake in them.

A text is laid on the style that it names, and overrides on both, all as data; the result is then
validated. An override of `style` counts as the text's own, so that what the text wrote still wins.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cppnvid.callbacks import Note, silent
from cppnvid.errors import RecipeError, shown
from cppnvid.presets.files import sound_place as sound_place, with_name, with_sound
from cppnvid.presets.messages import explain
from cppnvid.presets.overrides import Override as Override, lay
from cppnvid.presets.palettes import names_picture as names_picture, with_colours
from cppnvid.presets.schema import recipe_schema as recipe_schema
from cppnvid.presets.sources import (
    TEXT_SUFFIXES as TEXT_SUFFIXES,
    Preset as Preset,
    Source as Source,
    list_presets as list_presets,
    names_film as names_film,
    parse_recipe_text as parse_recipe_text,
    preset_path as preset_path,
    read_source as read_source,
    recipe_text as recipe_text,
    recipe_yaml as recipe_yaml,
)
from cppnvid.presets.weights import (
    check_weights,
    only_drawn as only_drawn,
    trained as trained,
    with_weights,
    without_riders as without_riders,
)
from cppnvid.presets.yaml import dump as dump, parse as parse
from cppnvid.recipe import Recipe


def load_recipe(
    source: str | os.PathLike[str] | Mapping[str, Any] | Source,
    overrides: Sequence[Override] = (),
    *,
    weights: Sequence[str | os.PathLike[str]] = (),
    note: Note = silent,
) -> Recipe:
    """Return the recipe of a preset, a YAML or JSON file, or a file that cppnvid made.

    Args:
        source: a preset's name (`aurora`, `article/grey-goo`), a path, or a recipe's data.
        overrides: values laid over it, the later over the earlier.
        weights: files of networks, the pictures to pass through. Files that a recipe itself names
            must lie in its folder, or in the current folder if the source is a mapping; and so
            must a picture whose colours are its palette.
        note: called with the order of a file's layers, where numbers in their names do not say it.

    Raises:
        RecipeError: carries all mistakes, with their keys, lines and what is allowed.
    """
    if isinstance(source, Mapping):
        source = Source(dict(source), folder=Path())
    elif not isinstance(source, Source):
        source = read_source(source)
    data = source.data
    if not isinstance(data, dict):
        form = "a recipe is a mapping, such as 'morph: {seeds: [1, 2]}'"
        what = "this is empty" if data is None else f"given {shown(data)}"
        raise RecipeError(f"{form}; {what}", file=source.name, given=data)
    if weights:
        overrides = [*overrides, Override("morph.weights", list(weights))]
    styles = [override for override in overrides if override.key == "style"]
    for style in styles:
        data = data | {"style": style.value}
    data, laid = with_weights(source, data, with_name(overrides), note)
    data, laid = with_colours(source, data, laid)
    source = replace(source, data=data)
    others = [override for override in laid if override.key != "style"]
    if data and others:
        _validated(data, source, styles)  # so that no override hides a mistake in the text
    recipe = _validated(lay(data, others) if others else data, source, laid)
    check_weights(recipe, source.name, overrides)
    return with_sound(recipe, source, overrides)


def _validated(data: dict[str, Any], source: Source, overrides: Sequence[Override]) -> Recipe:
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise explain(error, data, source, overrides) from error

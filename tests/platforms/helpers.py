"""Shared by the tests of platforms: resolve a recipe as the command line does."""

from typing import Any

from cppnvid.cli.outputs import format_overrides
from cppnvid.encode import container_for
from cppnvid.platforms import Fitted, Wishes, fit, platform_named, platforms
from cppnvid.presets import Override, Source, load_recipe
from cppnvid.recipe import Recipe

NAMES = list(platforms())
Data = dict[str, Any]


def resolved(
    name: str, *named: Override, output: str = "", data: Data | None = None, **more: Any
) -> tuple[Recipe, Fitted]:
    """Return what a platform makes of a recipe with overrides; `more` is for `Wishes`."""
    output = output or f"x{platform_named(name)['endings'][0]}"
    source = Source(data or {})
    asked = format_overrides(load_recipe(source, named), container_for(output), named)
    recipe = load_recipe(source, [*named, *asked])
    fitted = fit(platform_named(name), recipe, Wishes(named, output, **more))
    return load_recipe(recipe.to_data(), fitted.overrides), fitted


def typed(key: str, value: Any, label: str = "") -> Override:
    """Return an option of the command line."""
    return Override(key, value, label or f"--{key.rpartition('.')[2]}")

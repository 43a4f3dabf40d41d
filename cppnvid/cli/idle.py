"""Refuse what a user asked of a path that has no use for it, rather than draw without it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.presets import Override
    from cppnvid.recipe import Recipe

# The paths that a key of `morph` is for; the last is the one to take.
_ARE_FOR = {"radius": ("orbit", "wander"), "detail": ("wander",), "grow": ("grow",)}


def check_idle(recipe: "Recipe", overrides: "Sequence[Override]") -> None:
    """Check that the path of a recipe uses all that was said of paths in the same breath.

    What stands in a recipe from before may wait for the path that uses it.

    Raises:
        RecipeError: it does not; the message names the option and the path that would.
    """
    morph = recipe.morph
    for key, paths in _ARE_FOR.items():
        said = [override.origin or override.key for override in overrides if _says(override, key)]
        if not said or morph.path in paths:
            continue
        way = f"--path {paths[-1]}"
        way = f"add {way}" if morph.pictures == 1 else f"give one seed and {way}"
        raise RecipeError(
            f"{said[-1]}: is of path {' and '.join(paths)}, and this film's is {morph.path}: "
            f"{way}, or leave it out"
        )


def _says(override: "Override", key: str) -> bool:
    within = override.key == "morph" and isinstance(override.value, Mapping)
    return override.key == f"morph.{key}" or (within and key in override.value)

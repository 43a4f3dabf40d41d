"""Overrides: values from a caller, laid over what a recipe's text says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from cppnvid.errors import Message, Mistake, RecipeError
from cppnvid.presets.schema import parts_at, value_at
from cppnvid.presets.yaml import KeyPath, dotted, steps
from cppnvid.recipe import Key, Part, Recipe, Track, merge, rules
from cppnvid.recipe.base import plain


class Override(NamedTuple):
    """A value for one key of a recipe, which wins over its text."""

    key: str
    """Dotted path, with indexes for lists: `camera.warps.0.segments`."""
    value: Any
    origin: str = ""
    """What the caller calls it, for mistakes: `--size`. Empty for the key itself."""

    @property
    def path(self) -> KeyPath:
        """The steps of the key."""
        return steps(self.key)

    def origin_at(self, path: KeyPath) -> str:
        """Return the origin, with the key of a mistake at `path` if that lies inside the value."""
        values = self.value if isinstance(self.value, list) else [self.value]
        named = len(path) > len(self.path) and any(isinstance(value, Mapping) for value in values)
        return f"{self.origin}: {dotted(path)}" if self.origin and named else self.origin

    def mistake(self, problem: str, **facts: Any) -> RecipeError:
        """Return the error for an override that does not fit the recipe."""
        text = Message(problem, **facts) if facts else problem
        origins = (self.origin,) if self.origin else ()
        return RecipeError.of([Mistake(text, self.key, self.value, origins=origins)])


def lay(data: Mapping[str, Any], overrides: Iterable[Override]) -> dict[str, Any]:
    """Return a recipe's data with overrides laid on it, the later on the earlier.

    Args:
        data: the recipe as it was written; its style and the defaults are added.
        overrides: the values to lay on it.

    Raises:
        RecipeError: a key leads through a value without keys, or overrides contradict each other.
    """
    written = {name: _part(name, values) for name, values in Recipe.written_out(data).items()}
    laid = below = merge(_defaults(), written)
    named: dict[str, Override] = {}
    for override in overrides:
        for path, value in _leaves(override.path, override.value, laid):
            laid = _put(laid, path, value, (), override)
            named[dotted(path)] = override
    laid = rules.keep_length(below, rules.replaced(below, laid, named), named)
    try:
        return rules.at_speed(rules.at_tempo(laid, named), named)
    except PydanticCustomError as error:
        made: Mistake = (error.context or {})["mistake"]
        meant = [named[key].origin for key in (made.key, *made.also) if key in named]
        origins = tuple(origin for origin in meant if origin)
        raise RecipeError.of([replace(made, origins=origins)]) from error


def _part(name: str, values: Any) -> Any:
    """Return the data of one part of the recipe, written out."""
    default = Recipe.model_fields[name].default if name in Recipe.model_fields else None
    return default.written_out(plain(values)) if isinstance(default, Part) else values


@cache
def _defaults() -> Mapping[str, Any]:
    return {name: plain(field.default) for name, field in Recipe.model_fields.items()}


def _leaves(path: KeyPath, value: Any, data: Any) -> list[tuple[KeyPath, Any]]:
    """Take a mapping over a mapping key by key; replace entries of lists as a whole."""
    in_list = any(isinstance(step, int) for step in path)
    if in_list or not (isinstance(value, Mapping) and isinstance(value_at(data, path), Mapping)):
        return [(path, value)]
    below = ((*path, key) for key in value)
    return [leaf for key in below for leaf in _leaves(key, value[key[-1]], data)]


def _put(node: Any, path: KeyPath, value: Any, above: KeyPath, override: Override) -> Any:
    """Return `node`, which lies at `above`, with the value at `path` below it."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    node = _spelled_out(node, above)
    if isinstance(node, list):
        index = _index(key, node, above, override)
        below = node[index] if index < len(node) else None
        new = _put(below, rest, value, (*above, index), override)
        return [*node[:index], new, *node[index + 1 :]]
    if not isinstance(node, Mapping):
        raise override.mistake(f"{dotted(above)} is a single value and has no keys")
    below = node[key] if key in node else _usual(node, key, above)
    return {**node, key: _put(below, rest, value, (*above, key), override)}


def _usual(node: Mapping[str, Any], key: str | int, path: KeyPath) -> Any:
    """Return the default of a track, or None: entries of lists are not written out."""
    fields = [part.model_fields.get(str(key)) for part in parts_at(path, node)]
    tracks = [field.default for field in fields if field and isinstance(field.default, Track)]
    return tracks[0].keys[0].value if tracks else None


def _spelled_out(node: Any, path: KeyPath) -> Any:
    """Write out a number in place of a mapping, such as the width of a layer."""
    if node is None:
        return {}
    if isinstance(node, tuple):
        return list(node)
    if isinstance(node, int | float):
        for part in parts_at(path):
            node = part.written_out(node)
    return node


def _index(key: str | int, entries: list[Any], path: KeyPath, override: Override) -> int:
    if Key in parts_at(path) and len(entries) == 2 and key in ("time", "value"):
        return ("time", "value").index(key)
    if not isinstance(key, int):
        raise override.mistake(f"{dotted(path)} is a list: name an entry, such as {dotted(path)}.0")
    if key > len(entries):
        raise override.mistake(
            f"{dotted(path)} has {len(entries)} entries, counted from 0: given {key}, the next new "
            f"one is {len(entries)}"
        )
    return key


def blamed(path: KeyPath, overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides to blame for a mistake at `path`: the last at or above, or all below."""
    for override in reversed(overrides):
        if path[: len(override.path)] == override.path:
            return [override]
    return [override for override in overrides if path and override.path[: len(path)] == path]

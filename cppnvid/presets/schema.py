"""What keys a recipe has, found by walking its models, and its JSON schema for editors."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from cppnvid.presets.yaml import KeyPath
from cppnvid.recipe import Part, Recipe

_ALSO = {
    "Output": ("seconds",),
    "Palette": ("by",),
}  # read in place of another key, so the models do not list it

_REPEATED = {
    "type": "string",
    "pattern": r"^\s*\d{1,3}\s*x\s*\d{1,4}\s*$",
    "description": "9x16: nine layers of sixteen.",
}


def parts_in(annotation: Any) -> Iterator[type[Part]]:
    """Yield the models that an annotation mentions, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from parts_in(argument)


def parts_at(path: KeyPath, data: Any = None) -> tuple[type[Part], ...]:
    """Return the models that the data at `path` may have: none for a value, several for a warp.

    Where the data names its kind, as a warp does, only that kind is returned.
    """
    parts: tuple[type[Part], ...] = (Recipe,)
    for key in path:
        if isinstance(key, str):
            fields = [part.model_fields[key] for part in parts if key in part.model_fields]
            parts = tuple(found for field in fields for found in parts_in(field.annotation))
    kind = data.get("kind") if isinstance(data, Mapping) else None
    return tuple(part for part in parts if kind in _kinds(part)) or parts


def _parts(above: type[Part]) -> Iterator[type[Part]]:
    for part in above.__subclasses__():
        yield part
        yield from _parts(part)


def keys_of(part: type[Part]) -> tuple[str, ...]:
    """Return the keys that a model reads."""
    return (*part.model_fields, *_ALSO.get(part.__name__, ()))


def keys_at(path: KeyPath, data: Any = None) -> tuple[str, ...]:
    """Return the keys known at `path`; of warps, those of the kind that `data` names."""
    return tuple(dict.fromkeys(key for part in parts_at(path, data) for key in keys_of(part)))


def kinds_at(path: KeyPath) -> tuple[str, ...]:
    """Return the kinds of warp, or of whatever else has kinds, that are known at `path`."""
    return tuple(kind for part in parts_at(path) for kind in _kinds(part))


def _kinds(part: type[Part]) -> tuple[str, ...]:
    return get_args(part.model_fields["kind"].annotation) if "kind" in part.model_fields else ()


@cache
def paths_of() -> Mapping[str, tuple[str, ...]]:
    """Return the dotted paths at which each key is known, without those in lists."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(part: type[Part], above: str) -> None:
        for key in keys_of(part):
            found[key] = (*found.get(key, ()), above + key)
            below = part.model_fields[key].annotation if key in part.model_fields else None
            if isinstance(below, type) and issubclass(below, Part):
                walk(below, f"{above}{key}.")

    walk(Recipe, "")
    return found


def value_at(data: Any, path: KeyPath) -> Any:
    """Return the value at `path` in plain data, or None."""
    for key in path:
        inside = isinstance(data, Mapping) and key in data
        if not inside and not (isinstance(data, list) and isinstance(key, int) and key < len(data)):
            return None
        data = data[key]
    return data


def recipe_schema() -> dict[str, Any]:
    """Return the JSON schema of everything that a recipe's text may contain."""
    schema = Recipe.model_json_schema(mode="validation")
    parts = schema["$defs"]
    layers = parts["NetworkSpec"]["properties"]["layers"]
    layers["items"] = {"anyOf": [_REPEATED, layers["items"]]}
    listed = {key: layers.pop(key) for key in ("type", "items", "maxItems") if key in layers}
    layers["anyOf"] = [_REPEATED, listed]
    react = parts["Sound"]["properties"]["react"]
    react["anyOf"] = [
        {"enum": ["default", "beats"]},
        {key: react.pop(key) for key in ("type", "items")},
    ]
    for part in _parts(Part):
        if part.short and part.__name__ in parts:
            parts[part.__name__] = {"anyOf": [part.short, parts[part.__name__]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A recipe of cppnvid",
        **{key: value for key, value in schema.items() if key != "title"},
    }

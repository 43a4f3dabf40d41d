"""Say in plain words what is wrong with a recipe: where it stands, what is given, what is right."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cppnvid.errors import RecipeError
from cppnvid.presets.keys import keys_at, keys_of, kinds_at, parts_at, paths_of, value_at
from cppnvid.presets.yaml import KeyPath
from cppnvid.recipe import unknown

MOST_SHOWN = 5

Where = Callable[[KeyPath, KeyPath, str], str]

# What a value must be, by pydantic's name of the mistake; braces are filled from its context.
_MUST_BE = {
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "string_type": "must be text, in quotes if need be",
    "tuple_type": "must be a list",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
}
_SHORT_FORMS = {
    "Key": "must be a pair [time, value]",
    "Layer": "must be a width, or a mapping with width, activation, bias, residual",
    "Palette": "must be a palette's name, or a mapping with name, colours, hue",
    "WeightFile": "must be the name of a .npz or .safetensors file",
    "Track": "must be a number, or keyframes such as {keys: [[0, 1], [0.5, 2]]}",
}


def explain(error: ValidationError, data: Any, where: Where) -> RecipeError:
    """Return every mistake as one error.

    Args:
        error: what validating `data` raised.
        data: the recipe as it was written; key paths in messages are its own.
        where: told a key path, the path whose line is meant, and the words; returns what stands
            before them: file, line and key path, or an option.
    """
    messages: dict[str, None] = {}
    for details in error.errors(include_url=False):
        path, value = _written(details["loc"], data)
        if details["type"] == "too_short" and len(value or ()) >= details["ctx"]["min_length"]:
            continue  # entries with mistakes of their own are not counted
        words = _in_words(details, path, value, data)
        stands = _mentioned(path, words, data) if details["type"] == "value_error" else path
        messages[f"{where(path, stands, words)}{words}"] = None
    if len(messages) == 1:
        return RecipeError(*messages)
    shown = list(messages)[:MOST_SHOWN]
    if len(messages) > MOST_SHOWN:
        shown.append(f"and {len(messages) - MOST_SHOWN} more")
    return RecipeError("\n".join([f"{len(messages)} mistakes", *shown]))


def _written(loc: tuple[int | str, ...], data: Any) -> tuple[KeyPath, Any]:
    """Follow pydantic's location as far as the text goes; return the key path and what is there.

    Locations name things the text does not have: union tags, the parts of short forms such as
    a layer that is only a width, and the index of a layer after `9x16` has been spelled out.
    """
    path: list[str | int] = []
    node = data
    for step in loc:
        key = step
        if isinstance(node, Mapping) and key not in node and node.get("kind") == key:
            continue
        if isinstance(node, list):
            key = {"time": 0, "value": 1}.get(str(step), step)
            if path == ["network", "layers"] and isinstance(key, int):
                key = _written_layer(node, key)
        if isinstance(node, Mapping):
            if key not in node:
                break
        elif not (isinstance(node, list) and isinstance(key, int) and key < len(node)):
            break
        path.append(key)
        node = node[key]
    return tuple(path), node


def _mentioned(path: KeyPath, words: str, data: Any) -> KeyPath:
    """Return the key below `path` that the words name first; a mistake between keys has no own."""
    for name in re.findall(r"[a-z_]+(?:\.\w+)*", words):
        steps = tuple(int(step) if step.isdecimal() else step for step in name.split("."))
        if isinstance(value_at(data, path), Mapping) and value_at(data, path + steps) is not None:
            return path + steps
    return path


def _written_layer(layers: list[Any], index: int) -> int:
    """Return which entry of `layers` wrote the layer `index`, as `9x16` writes nine."""
    for entry, written in enumerate(layers):
        repeated = re.match(r"\s*(\d{1,3})\s*x", written) if isinstance(written, str) else None
        index -= int(repeated[1]) if repeated else 1
        if index < 0:
            return entry
    return len(layers)


def _in_words(details: ErrorDetails, path: KeyPath, value: Any, data: Any) -> str:
    kind, given = details["type"], details["input"]
    context = {
        name: f"{value:g}" if isinstance(value, float) else value
        for name, value in details.get("ctx", {}).items()
    }
    name = str(details["loc"][-1]) if details["loc"] else "recipe"
    if kind == "extra_forbidden":
        return _unknown_key(name, keys_at(path[:-1], value_at(data, path[:-1])))
    if kind == "value_error":
        said = str(context["error"])
        told = any(word in said for word in ("given", "unknown", "weights"))
        return said if told or isinstance(given, Mapping) else f"{said}, given {show(given)}"
    if kind == "missing":
        a = "an" if name[:1] in "aeiou" else "a"
        return f"needs {a} {name}: known are {', '.join(keys_at(path, value))}"
    if kind == "literal_error":
        return _unknown_value(name, given, str(context["expected"]))
    if kind == "union_tag_invalid":
        return _unknown_value("kind", context["tag"], str(context["expected_tags"]))
    if kind in ("union_tag_not_found", "model_attributes_type"):
        kinds = ", ".join(kinds_at(path))
        return f"needs a kind, such as {{kind: swirl}}; known are {kinds}; given {show(value)}"
    if kind in ("model_type", "dict_type"):
        return f"{_must_be_part(str(context.get('class_name')), path)}, given {show(given)}"
    if kind == "string_pattern_mismatch":
        shape = "64 digits from 0 to f" if name == "sha256" else "a colour such as '#102030'"
        return f"must be {shape}, given {show(given)}"
    if kind == "too_short" and not value:
        return "must not be empty"
    if kind in ("too_long", "too_short"):
        return f"{_MUST_BE[kind].format(**context)}, given {context['actual_length']}"
    must_be = _MUST_BE.get(kind, "").format(**context) or details["msg"].removeprefix("Input ")
    return f"{must_be}, given {show(given)}"


def _unknown_key(name: str, known: Iterable[str]) -> str:
    """Name the nearest key, or where in the recipe a key of this very name stands."""
    elsewhere = paths_of().get(name, ())
    if len(elsewhere) != 1:
        return unknown("key", name, known)
    return f"unknown key {name!r}: did you mean {elsewhere[0]!r}? known are {', '.join(known)}"


def _unknown_value(name: str, given: Any, expected: str) -> str:
    """Name the nearest of the values pydantic lists, as in `'a', 'b' or 'c'`."""
    if "'" not in expected:
        return f"must be {expected}, given {show(given)}"
    known = [word.strip("'") for word in re.split(r", | or ", expected)]
    what = name if name.isalpha() else "value"
    return unknown(what, given, known)


def _must_be_part(class_name: str, path: KeyPath) -> str:
    if class_name in _SHORT_FORMS:
        return _SHORT_FORMS[class_name]
    keys = [key for part in parts_at(path) for key in keys_of(part)]
    return f"must be a mapping with keys such as {', '.join(keys[:4])}"


def show(value: Any) -> str:
    """Return a value as it would be written in YAML, cut to a length a message can bear."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."

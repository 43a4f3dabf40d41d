"""Turn pydantic's errors about a recipe into mistakes: key, given value, allowed values, line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cppnvid.errors import Message, Mistake, RecipeError, Setting, shown
from cppnvid.presets.overrides import Override, blamed
from cppnvid.presets.schema import keys_at, kinds_at, parts_at, paths_of, value_at
from cppnvid.presets.sources import Source
from cppnvid.presets.yaml import KeyPath, dotted, steps
from cppnvid.recipe import unknown

# What is allowed, by pydantic's type of error; braces are filled from its context.
_ALLOWED = {
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "string_too_long": "text of at most {max_length} characters",
    "string_type": "text, in quotes if necessary",
    "string_unicode": "text in UTF-8, as recipes are; if it names a file, rename the file",
    "tuple_type": "a list",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} entries",
}
# Keys whose numbers are easily taken for frames or seconds.
_MOMENTS = ("time", "times")


def explain(
    error: ValidationError, data: Any, source: Source, overrides: Sequence[Override] = ()
) -> RecipeError:
    """Return one error with all mistakes.

    Args:
        error: what the validation of `data` raised.
        data: what was validated.
        source: the text; mistakes in it carry its name, its keys and their lines.
        overrides: what was laid on the text; mistakes in them carry their origins.
    """
    found: dict[str, Mistake] = {}
    for details in error.errors(include_url=False):
        path, _ = _written(details["loc"], data)
        text = data if blamed(path, overrides) else source.data
        path, value = _written(details["loc"], text)
        if details["type"] == "too_short" and len(value or ()) >= details["ctx"]["min_length"]:
            continue  # entries with mistakes of their own are not counted
        if details["type"] == "mistake":
            made = _whole(details, path, text)
        else:
            made = replace(_of_pydantic(details, path, value, text), key=dotted(path))
        made = _placed(made, source, overrides)
        found[made.words()] = made
    return RecipeError.of(found.values())


def _whole(details: ErrorDetails, path: KeyPath, data: Any) -> Mistake:
    """Return a validator's mistake with whole keys."""
    made: Mistake = details["ctx"]["mistake"]

    def whole(key: str) -> str:
        full = path + steps(key)
        written, _ = _written(details["loc"] + steps(key), data)
        return dotted(written if len(written) == len(full) else full)

    given = details["input"] if made.given is None and not made.key else made.given
    return replace(made, key=whole(made.key), given=given, also=tuple(map(whole, made.also)))


def _placed(made: Mistake, source: Source, overrides: Sequence[Override]) -> Mistake:
    """Return a mistake with the origins of the overrides to blame, or else with file and line."""
    keys = [steps(key) for key in (made.key, *made.also)]
    found = [(key, blamed(key, overrides)) for key in keys]
    also = tuple(
        dotted(key)
        for key, overriding in found[1:]
        if overriding or value_at(source.data, key) is not None
    )
    made = replace(made, also=also)
    if meant := [(key, override) for key, overriding in found for override in overriding]:
        origins = dict.fromkeys(override.origin_at(key) for key, override in meant)
        return replace(made, origins=tuple(origin for origin in origins if origin))
    written = next((key for key in keys if key in source.lines), keys[0])
    prefixes = (written[:count] for count in range(len(written), 0, -1))
    line = next((source.lines[key] for key in prefixes if key in source.lines), None)
    return replace(made, file=source.name, line=line)


def _written(loc: tuple[int | str, ...], data: Any) -> tuple[KeyPath, Any]:
    """Follow pydantic's location as far as the text goes; return the path and the value there.

    Locations name things that are not in the text: tags of unions, keys of short forms, and the
    index of a layer after `9x16` has been written out.
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


def _written_layer(layers: list[Any], index: int) -> int:
    """Return the entry of `layers` that contains layer `index`: `9x16` has nine."""
    for entry, written in enumerate(layers):
        repeated = re.match(r"\s*(\d{1,3})\s*x", written) if isinstance(written, str) else None
        index -= int(repeated[1]) if repeated else 1
        if index < 0:
            return entry
    return len(layers)


def _of_pydantic(details: ErrorDetails, path: KeyPath, value: Any, data: Any) -> Mistake:
    kind, given = details["type"], details["input"]
    context = {
        name: f"{value:g}" if isinstance(value, float) else value
        for name, value in details.get("ctx", {}).items()
    }
    name = str(details["loc"][-1]) if details["loc"] else "recipe"
    if kind == "extra_forbidden":
        return _unknown_key(name, keys_at(path[:-1], value_at(data, path[:-1])))
    if kind == "missing":
        return Mistake(f"needs the key {name!r}: known are {', '.join(keys_at(path, value))}")
    if kind == "literal_error":
        return _unknown_value(name, given, str(context["expected"]))
    if kind == "union_tag_invalid":
        return _unknown_value("kind", context["tag"], str(context["expected_tags"]))
    if kind in ("union_tag_not_found", "model_attributes_type"):
        kinds = ", ".join(kinds_at(path))
        return Mistake(
            f"needs a kind, such as {{kind: swirl}}, given {shown(value)}: known are {kinds}",
            given=value,
            allowed=kinds,
        )
    if kind in ("model_type", "dict_type"):
        return Mistake(given=given, allowed=_part(str(context.get("class_name")), path))
    if kind == "string_pattern_mismatch":
        shape = "64 digits from 0 to f" if name == "sha256" else "a colour such as '#102030'"
        return Mistake(given=given, allowed=shape)
    if kind == "too_short" and not value:
        return Mistake("must not be empty", given=given)
    if kind in ("too_long", "too_short"):
        given = context["actual_length"]
    named = next((step for step in reversed(details["loc"]) if isinstance(step, str)), "")
    if named in _MOMENTS and kind in ("less_than_equal", "greater_than_equal"):
        return Mistake(given=given, allowed="a share of the film, from 0 to 1")
    if kind not in _ALLOWED:
        return Mistake(str(details["msg"]), given=given)
    return Mistake(given=given, allowed=_ALLOWED[kind].format(**context))


def _unknown_key(name: str, known: Iterable[str]) -> Mistake:
    """Suggest the nearest key, or the only key of this name elsewhere in a recipe."""
    names = ", ".join(known)
    elsewhere = paths_of().get(name, ())
    if len(elsewhere) != 1:
        return Mistake(unknown("key", name, known), allowed=names)
    template = "unknown key {name!r}: did you mean {elsewhere}? known are {names}"
    facts = {"name": name, "elsewhere": Setting(elsewhere[0]), "names": names}
    return Mistake(Message(template, **facts), allowed=names)


def _unknown_value(name: str, given: Any, expected: str) -> Mistake:
    """Suggest the nearest of the values that pydantic lists as `'a', 'b' or 'c'`."""
    if "'" not in expected:
        return Mistake(given=given, allowed=expected)
    known = [word.strip("'") for word in re.split(r", | or ", expected)]
    what = name if name.isalpha() and len(name) > 2 else "value"  # not `of`
    return Mistake(unknown(what, given, known), given=given, allowed=", ".join(known))


def _part(class_name: str, path: KeyPath) -> str:
    parts = [part for part in parts_at(path) if part.__name__ == class_name] or parts_at(path)
    if forms := [part.form for part in parts if part.form]:
        return forms[0]
    return f"a mapping with keys such as {', '.join(keys_at(path)[:4])}"

"""The JSON schema of a recipe, so that editors complete and check presets."""

from typing import Any

from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.recipe import COLOUR_MODES, SIZES, Recipe
from cppnvid.recipe.styles import STYLES

_PALETTES = [*COLOUR_MODES, *GRADIENT_NAMES, "custom"]

# What may be written in place of a mapping; the models read it before pydantic's schema begins.
_SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Key": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
        "description": "[time, value]",
    },
    "Layer": {"type": "integer", "minimum": 1, "maximum": 1024, "description": "Its width."},
    "Palette": {"enum": _PALETTES, "description": "Its name."},
    "SoundFile": {"type": "string", "description": "Its name, in the recipe's own folder."},
    "WeightFile": {"type": "string", "description": "Its name, in the recipe's own folder."},
    "Track": {"type": "number", "description": "The same all the time."},
}
_REPEATED = {
    "type": "string",
    "pattern": r"^\s*\d{1,3}\s*x\s*\d{1,4}\s*$",
    "description": "9x16: nine layers of sixteen.",
}


def recipe_schema() -> dict[str, Any]:
    """Return the JSON schema of everything a recipe's text may hold."""
    schema = Recipe.model_json_schema(mode="validation")
    parts = schema["$defs"]
    layers = parts["NetworkSpec"]["properties"]["layers"]
    layers["items"] = {"anyOf": [_REPEATED, layers["items"]]}
    listed = {key: layers.pop(key) for key in ("type", "items", "maxItems") if key in layers}
    layers["anyOf"] = [_REPEATED, listed]
    react = parts["Sound"]["properties"]["react"]
    react["anyOf"] = [{"const": "default"}, {key: react.pop(key) for key in ("type", "items")}]
    parts["Output"]["properties"]["seconds"] = {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 36_000,
        "description": "Length, in place of `frames`.",
    }
    parts["Palette"]["properties"]["name"]["enum"] = _PALETTES
    parts["Canvas"]["properties"]["size"]["examples"] = ["1080x1920", *SIZES]
    schema["properties"]["style"]["enum"] = list(STYLES)
    for name, short in _SHORT_FORMS.items():
        parts[name] = {"anyOf": [short, parts[name]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A recipe of cppnvid",
        **{key: value for key, value in schema.items() if key != "title"},
    }

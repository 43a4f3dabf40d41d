"""Write docs/recipe.md, every key of a recipe, from the models: `python docs/make_reference.py`."""

import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.recipe import (
    COLOUR_MODES,
    SIZES,
    Camera,
    Canvas,
    Init,
    Layer,
    Morph,
    NetworkSpec,
    Output,
    Palette,
    Reaction,
    Recipe,
    Sound,
    SoundFile,
    Tempo,
    Track,
    WeightFile,
)  # fmt: skip
from cppnvid.recipe.camera import WARPS
from cppnvid.recipe.styles import STYLES

TARGET = Path(__file__).parent / "recipe.md"
EXAMPLE = """```yaml
title: Slow tide
palette: {colours: ["#061a2b", "#14827f", "#e9edc0"]}
network: {layers: [6x16], activation: sin}
morph: {seeds: [3, 14, 15], of: z, hold: 0.2}
camera:
  rotate: {keys: [[0, 0], [1, 360]], easing: linear}  # one full turn, so that the loop closes
  warps: [{kind: kaleidoscope, segments: 6}]
canvas: {size: square}
output: {seconds: 8, fps: 30}
```""".splitlines()
SPECIAL = {
    (Camera, "warps"): "list of warps, see below",
    (Canvas, "size"): "WIDTHxHEIGHT, a name, or one number",
    (Morph, "weights"): "list of names or mappings",
    (Sound, "file"): "a name or a mapping",
    (Sound, "react"): "list of mappings, or `default`",
    (Track, "keys"): "list of `[time, value]`",
}
SECTIONS: list[tuple[str, type[BaseModel]]] = [
    ("network", NetworkSpec),
    ("network.layers", Layer),
    ("network.init", Init),
    ("morph", Morph),
    ("morph.weights", WeightFile),
    ("camera", Camera),
    *((f"camera.warps, kind: {warp.__name__.lower()}", warp) for warp in WARPS),
    ("palette", Palette),
    ("tempo", Tempo),
    ("sound", Sound),
    ("sound.file", SoundFile),
    ("sound.react", Reaction),
    ("canvas", Canvas),
    ("output", Output),
    ("a track", Track),
]  # fmt: skip


def reference() -> str:
    """Return the whole page."""
    lines = [
        "# Every key of a recipe",
        "",
        "Made by `python docs/make_reference.py`. Defaults are the models' own; a recipe starts",
        f"from its `style` ({', '.join(STYLES)}), whose values come before these.",
        "",
        "This is a whole recipe. Omitted keys come from the style, and mistakes are named by file,",
        "line and key. Draw it with `cppnvid render tide.yaml`; `cppnvid presets NAME` prints one",
        "to start from, and `cppnvid schema > recipe.schema.json` lets editors complete keys.",
        "",
        *EXAMPLE,
        "",
        Recipe.__doc__ or "",
        "",
        *table(Recipe),
    ]
    for name, model in SECTIONS:
        lines += ["", f"## {name}", "", inspect.getdoc(model) or "", "", *table(model)]
    lines += [
        "",
        "## Names",
        "",
        f"Colour modes: {', '.join(COLOUR_MODES)}. Gradients: {', '.join(GRADIENT_NAMES)};",
        "`cppnvid palettes -o SHEET.png` shows them.",
        "",
        "Sizes: " + ", ".join(f"{name} {w}×{h}" for name, (w, h) in SIZES.items()) + ".",
        "",
    ]
    return "\n".join(line.rstrip() for line in lines)


def table(model: type[BaseModel]) -> Iterator[str]:
    """Yield a row for every field: its name, what it may be, its default, what it is."""
    yield "| key | may be | default | |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        about = " ".join((field.description or "").split()).replace("|", "\\|")
        may_be = SPECIAL.get((model, name)) or kind(field.annotation)
        yield f"| `{name}` | {may_be} | {default(name, field)} | {about} |"


def kind(annotation: Any) -> str:
    """Return a field's type in words."""
    if get_origin(annotation) is Annotated:
        return kind(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(
            kind(part) for part in get_args(annotation) if part is not types.NoneType
        )
    if get_origin(annotation) is tuple:
        parts = [part for part in get_args(annotation) if part is not Ellipsis]
        return "list of " + " and ".join(dict.fromkeys(kind(part) for part in parts))
    if issubclass(annotation, BaseModel) and annotation not in (Track, Layer):
        return "see below"
    names = {
        "Layer": "widths or mappings", "int": "whole number", "float": "number", "str": "text",
        "bool": "true or false", "bytes": "base64",
        "Track": "number or track", "Fraction": "number or ratio",
    }  # fmt: skip
    return names.get(annotation.__name__, f"{annotation.__name__.lower()}")


def default(name: str, field: FieldInfo) -> str:
    """Return a field's default as it would be written in YAML."""
    value = field.default
    if field.is_required():
        return "required"
    if isinstance(value, Track):
        return f"`{value.keys[0].value:g}`"
    if isinstance(value, BaseModel) or value is None or value == "":
        return ""
    if isinstance(value, tuple):
        if value and isinstance(value[0], Layer):
            return f"`{len(value)}x{value[0].width}`"
        text = "x".join(map(str, value)) if name == "size" else f"[{', '.join(map(str, value))}]"
        return f"`{text}`"
    return f"`{value}`".replace("True", "true").replace("False", "false")


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")

"""How the network's output becomes colours."""

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.colour.modes import ALPHAS, MODES
from cppnvid.errors import Setting
from cppnvid.recipe.base import Part, Text, mistake, unknown
from cppnvid.recipe.keyframes import Track, constant

COLOUR_MODES: tuple[str, ...] = tuple(MODES)
PALETTES: tuple[str, ...] = (*COLOUR_MODES, *GRADIENT_NAMES, "custom")
_NAMED = {"anyOf": [{"enum": [*PALETTES]}, {"type": "string", "pattern": r"[./\\]"}]}

_ALPHA = re.compile(f"{'|'.join(ALPHAS)}|#[0-9a-fA-F]{{6}}")
_ALPHAS = {"anyOf": [{"enum": [*ALPHAS]}, {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}]}


def _with_order(schema: dict[str, Any]) -> None:
    about = "Order of a picture's colours: from dark to light (default), around the circle of hues,"
    about += " or from the most to the least frequent."
    schema["properties"]["by"] = {"enum": ["lightness", "hue", "amount"], "description": about}


class Palette(Part):
    """How the network's output becomes colours."""

    model_config = ConfigDict(json_schema_extra=_with_order)
    form = "a palette's name, or a mapping with name, colours, hue"
    short: ClassVar[dict[str, Any]] = {**_NAMED, "description": "Its name."}
    name: Annotated[Text, Field(json_schema_extra=_NAMED)] = "rgb"
    """A mode (rgb, grey, hsv, hsl, cmyk, oklch), a named gradient, or `custom` with `colours`. Or a
    picture in the recipe's folder, such as `photo.jpg`: its colours are taken, in the order of
    `by`: `lightness` (default), `hue` or `amount`."""
    colours: Annotated[
        tuple[Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")], ...], Field(max_length=32)
    ] = ()
    """Evenly spaced stops of your own gradient, such as `#102030`, interpolated in Oklab. Two make
    a duotone; repeat a colour for a flat band."""
    hue: Track = constant(0.0)
    """Rotation of all hues in degrees; 0 to 360 is one full turn."""
    contrast: Track = constant(1.0)
    """Contrast of the network's output before it becomes colour, 0.05 to 20: 2 doubles differences
    in the middle, 0.5 halves them. Nothing is clipped."""
    alpha: Annotated[Text, Field(json_schema_extra=_ALPHAS)] | None = None
    """Transparency, for PNG, APNG, WebP, WebM and MOV: a colour to remove, such as `#000000`;
    `luminance`, by which dark is clear; `edge`, a soft rounded frame; or `channel`, the last of the
    network's. Default: none."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for a palette; colours alone are a custom one."""
        if isinstance(data, dict) and "by" in data:
            raise mistake("by", "orders the colours of a picture, and none is named", data["by"])
        if isinstance(data, dict) and data.get("colours") and "name" not in data:
            return data | {"name": "custom"}
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.name not in PALETTES:
            raise self.mistake("name", unknown("palette", self.name, PALETTES))
        if self.colours and self.name != "custom":
            problem = "must be custom with {colours}, given {given}"
            raise self.mistake("name, colours", problem, colours=Setting("palette.colours"))
        if self.name == "custom" and len(self.colours) < 2:
            problem = "custom needs at least two {colours}, given {given}"
            raise self.mistake("colours, name", problem, colours=Setting("palette.colours"))
        if self.alpha is not None and not _ALPHA.fullmatch(self.alpha):
            allowed = f"{', '.join(ALPHAS)}, or a colour such as '#000000'"
            raise self.mistake("alpha", allowed=allowed)
        if not all(0.05 <= key.value <= 20 for key in self.contrast.keys):
            raise self.mistake("contrast", allowed="from 0.05 to 20")
        return self

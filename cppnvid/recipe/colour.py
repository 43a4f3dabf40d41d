"""How the network's output becomes colours."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.colour.modes import MODES
from cppnvid.errors import Setting
from cppnvid.recipe.base import Part, Text, unknown
from cppnvid.recipe.keyframes import Track, constant

COLOUR_MODES: tuple[str, ...] = tuple(MODES)
NAMES = [*COLOUR_MODES, *GRADIENT_NAMES, "custom"]


class Palette(Part):
    """How the network's output becomes colours."""

    form = "a palette's name, or a mapping with name, colours, hue"
    short: ClassVar[dict[str, Any]] = {"enum": NAMES, "description": "Its name."}
    name: Annotated[Text, Field(json_schema_extra={"enum": NAMES})] = "rgb"
    """A mode (rgb, grey, hsv, hsl, cmyk, oklch), a named gradient, or `custom` with `colours`."""
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

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for a palette; colours alone are a custom one."""
        if isinstance(data, dict) and data.get("colours") and "name" not in data:
            return data | {"name": "custom"}
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.name not in NAMES:
            raise self.mistake("name", unknown("palette", self.name, NAMES))
        if self.colours and self.name != "custom":
            problem = "must be custom with {colours}, given {given}"
            raise self.mistake("name, colours", problem, colours=Setting("palette.colours"))
        if self.name == "custom" and len(self.colours) < 2:
            problem = "custom needs at least two {colours}, given {given}"
            raise self.mistake("colours, name", problem, colours=Setting("palette.colours"))
        if not all(0.05 <= key.value <= 20 for key in self.contrast.keys):
            raise self.mistake("contrast", allowed="from 0.05 to 20")
        return self

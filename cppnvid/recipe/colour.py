"""How the network's output becomes colour."""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.errors import Setting
from cppnvid.recipe.base import Part, Text, mistake, unknown
from cppnvid.recipe.keyframes import Track, constant

ColourMode = Literal["rgb", "grey", "hsv", "hsl", "cmyk", "oklch"]
COLOUR_MODES: tuple[str, ...] = get_args(ColourMode)


class Palette(Part):
    """How the network's output becomes colour."""

    name: Text = "rgb"
    """A mode (rgb, grey, hsv, hsl, cmyk, oklch), a named gradient, or `custom` with `colours`."""
    colours: Annotated[
        tuple[Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")], ...], Field(max_length=32)
    ] = ()  # fmt: skip
    """Stops of a gradient of your own, such as `#102030`, at even distances and joined in Oklab.
    Two make a duotone; a colour written twice stays flat between the two."""
    hue: Track = constant(0.0)
    """Turn every colour's hue, degrees; 0 to 360 is once round."""
    contrast: Track = constant(1.0)
    """Push the network's output from its middle towards both ends before it becomes colour, 0.05 to
    20: 2 doubles the differences in the middle, 0.5 halves them, and nothing is cut off."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for the palette, and colours for a palette of their own."""
        if isinstance(data, dict) and data.get("colours") and "name" not in data:
            return data | {"name": "custom"}
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        known = (*COLOUR_MODES, *GRADIENT_NAMES, "custom")
        if self.name not in known:
            raise mistake(unknown("palette", self.name, known), key="name", given=self.name)
        if self.colours and self.name != "custom":
            raise mistake(
                "must be custom if {colours} are given, given {name}",
                key="name",
                given=self.name,
                allowed="custom",
                also=("colours",),
                name=self.name,
                colours=Setting("palette.colours"),
            )
        if self.name == "custom" and len(self.colours) < 2:
            raise mistake(
                "custom needs at least two {colours}, given {given}",
                key="colours",
                given=list(self.colours),
                also=("name",),
                colours=Setting("palette.colours"),
            )
        for key in self.contrast.keys:
            if not 0.05 <= key.value <= 20:
                raise mistake(key="contrast", given=key.value, allowed="from 0.05 to 20")
        return self

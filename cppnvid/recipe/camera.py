"""Where in the field to look, and what folds the screen before."""

from typing import Annotated, Literal

from pydantic import Field

from cppnvid.recipe.base import Flag, Part, Real, Whole
from cppnvid.recipe.keyframes import Track, constant

Coordinates = Literal["centres", "corners", "pixels", "endpoints"]


class Mirror(Part):
    """Fold the picture along a line."""

    kind: Literal["mirror"]
    angle: Track = constant(0.0)
    """Of the line, degrees: 0 mirrors left and right."""
    offset: Track = constant(0.0)
    """Of the line from the centre; the shorter side is 1."""


class Kaleidoscope(Part):
    """Fold the picture into wedges around the centre."""

    kind: Literal["kaleidoscope"]
    segments: Annotated[Whole, Field(ge=1, le=128)] = 6
    """How many mirrored wedges."""
    angle: Track = constant(0.0)
    """Of the first wedge, degrees."""


class Tile(Part):
    """Repeat a square of the picture."""

    kind: Literal["tile"]
    size: Track = constant(0.5)
    """Of a tile; the shorter side is 1."""
    mirrored: Flag = True
    """Every other tile is mirrored, so that no edge shows."""


class Swirl(Part):
    """Turn the picture around its centre, most at the centre."""

    kind: Literal["swirl"]
    angle: Track = constant(180.0)
    """At the centre, degrees."""
    radius: Track = constant(0.35)
    """Where the turn has fallen to 1/e; the shorter side is 1."""


class Wave(Part):
    """Push the picture to and fro in waves."""

    kind: Literal["wave"]
    amplitude: Track = constant(0.03)
    """How far; the shorter side is 1."""
    frequency: Track = constant(3.0)
    """How many waves along the shorter side."""
    phase: Track = constant(0.0)
    """Degrees; a track from 0 to 360 makes the waves travel once."""
    angle: Track = constant(0.0)
    """The direction waves travel in, degrees."""


class Endless(Part):
    """Wind the picture into a spiral that is the same at every magnification, to zoom into."""

    kind: Literal["endless"]
    phase: Track = constant(0.0)
    """Degrees; a track from 0 to 360 zooms in by one `period`, and the loop closes."""
    period: Annotated[Real, Field(ge=1.1, le=1e6)] = 4.0
    """At how many times the size the picture is the same again."""
    arms: Annotated[Whole, Field(ge=-16, le=16)] = 1
    """Of the spiral; below 0 they turn the other way, 0 is rings."""
    radius: Track = constant(0.4)
    """Of the circle round which the picture is taken; the shorter side is 1."""
    depth: Track = constant(0.5)
    """How far to both sides of that circle, as a power of e: 0.7 is half to twice the radius."""
    twist: Track = constant(30.0)
    """How far the picture is turned to and fro on its way inwards, degrees."""


Warp = Annotated[Mirror | Kaleidoscope | Tile | Swirl | Wave | Endless, Field(discriminator="kind")]


class Camera(Part):
    """Where in the field to look.

    Warps fold the screen first; zoom, rotate and pan then choose what lies on it.
    """

    coordinates: Coordinates = "centres"
    """`centres`: the shorter side spans −½…½. The others are published systems' own."""
    scale: Annotated[Real, Field(gt=0, le=1e6)] = 1.0
    """How much of the field is seen; coordinates are multiplied by this."""
    zoom: Track = constant(1.0)
    """Coordinates are divided by this; keyframes are passed at an even rate of magnification."""
    rotate: Track = constant(0.0)
    """Degrees, clockwise on the screen."""
    pan_x: Track = constant(0.0)
    """Of the centre, in field units: the shorter side is `scale`."""
    pan_y: Track = constant(0.0)
    warps: Annotated[tuple[Warp, ...], Field(max_length=16)] = ()
    """Applied in order."""

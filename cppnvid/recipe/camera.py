"""The view: which part of the picture's plane is drawn, and the warps that fold it first."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from cppnvid.recipe.base import Flag, Part, Real, Whole
from cppnvid.recipe.keyframes import Track, constant

Coordinates = Literal["centres", "corners", "pixels", "endpoints"]


class Mirror(Part):
    """Fold the picture along a line."""

    kind: Literal["mirror"]
    angle: Track = constant(0.0)
    """Angle of the line in degrees; 0 mirrors left and right."""
    offset: Track = constant(0.0)
    """Distance of the line from the centre; the shorter side is 1."""


class Kaleidoscope(Part):
    """Fold the picture into wedges around the centre."""

    kind: Literal["kaleidoscope"]
    segments: Annotated[Whole, Field(ge=1, le=128)] = 6
    """Number of mirrored wedges."""
    angle: Track = constant(0.0)
    """Angle of the first wedge in degrees."""


class Tile(Part):
    """Repeat a square of the picture."""

    kind: Literal["tile"]
    size: Track = constant(0.5)
    """Side of a tile; the shorter side of the picture is 1."""
    mirrored: Flag = True
    """Mirror every other tile, so that no edges show."""


class Swirl(Part):
    """Rotate the picture around its centre, most at the centre."""

    kind: Literal["swirl"]
    angle: Track = constant(180.0)
    """Rotation at the centre, in degrees."""
    radius: Track = constant(0.35)
    """Distance at which the rotation has fallen to 1/e; the shorter side is 1."""


class Wave(Part):
    """Displace the picture in waves."""

    kind: Literal["wave"]
    amplitude: Track = constant(0.03)
    """Largest displacement; the shorter side is 1."""
    frequency: Track = constant(3.0)
    """Number of waves along the shorter side."""
    phase: Track = constant(0.0)
    """Phase in degrees; a track from 0 to 360 makes the waves travel by one wavelength."""
    angle: Track = constant(0.0)
    """Direction in which the waves travel, in degrees."""


class Endless(Part):
    """Wind the picture into a self-similar spiral to zoom into."""

    kind: Literal["endless"]
    phase: Track = constant(0.0)
    """Phase in degrees; a track from 0 to 360 zooms in by one `period`, which closes the loop."""
    period: Annotated[Real, Field(ge=1.1, le=1e6)] = 4.0
    """Magnification after which the picture repeats."""
    arms: Annotated[Whole, Field(ge=-16, le=16)] = 1
    """Number of spiral arms; negative numbers reverse the direction, 0 makes rings."""
    radius: Track = constant(0.4)
    """Radius of the circle around which the picture is sampled; the shorter side is 1."""
    depth: Track = constant(0.5)
    """Extent on both sides of that circle, as a power of e; 0.7 is half to twice the radius."""
    twist: Track = constant(30.0)
    """Amplitude in degrees by which the picture swings on its way inwards."""


Warp = Annotated[Mirror | Kaleidoscope | Tile | Swirl | Wave | Endless, Field(discriminator="kind")]


WARPS: tuple[type[Part], ...] = get_args(get_args(Warp)[0])


class Camera(Part):
    """The view of the picture's plane: warps fold it first, then come zoom, rotation and pan."""

    coordinates: Coordinates = "centres"
    """`centres`: the shorter side spans −½…½. The others are those of published systems."""
    scale: Annotated[Real, Field(gt=0, le=1e6)] = 1.0
    """Size of the visible part of the plane; coordinates are multiplied by it."""
    zoom: Track = constant(1.0)
    """Magnification; between keyframes it changes at an even rate."""
    rotate: Track = constant(0.0)
    """Rotation in degrees, clockwise on the screen."""
    pan_x: Track = constant(0.0)
    """Horizontal position of the centre; the shorter side is `scale`."""
    pan_y: Track = constant(0.0)
    """Vertical position of the centre; y points down."""
    warps: Annotated[tuple[Warp, ...], Field(max_length=16)] = ()
    """Warps, applied in order."""

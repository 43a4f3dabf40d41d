"""The camera and its warps at one moment: the recipe's tracks as plain numbers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.timing import track_at
from cppnvid.recipe import Camera, Track, constant
from cppnvid.recipe.camera import Endless, Tile


@dataclass(frozen=True)
class Warp:
    """One warp's numbers at a moment; angles in radians, lengths where the shorter side is 1."""

    kind: str
    numbers: dict[str, float]


@dataclass(frozen=True)
class View:
    """Where the camera looks at one moment: `p -> rotate(p) · scale + pan`, after the warps."""

    scale: float  # field units along the shorter side, zoom included
    angle: float  # radians, clockwise on the screen, whose y points down
    pan: tuple[float, float]  # field units
    warps: tuple[Warp, ...]


ANGLES = ("angle", "phase", "twist")


def view_at(camera: Camera, time: float, *, closed: bool) -> View:
    """Return the camera's view at a film time in [0, 1]."""

    def at(track: Track, *, geometric: bool = False) -> float:
        return track_at(track, time, closed=closed, geometric=geometric)

    warps = []
    for warp in camera.warps:
        numbers: dict[str, float] = {}
        for name, value in warp:
            if isinstance(value, Track):
                number = at(value)
                numbers[name] = math.radians(number) if name in ANGLES else number
            elif name != "kind":
                numbers[name] = float(value)
        mirrored = isinstance(warp, Tile) and warp.mirrored
        warps.append(Warp("tile_mirrored" if mirrored else warp.kind, numbers))
    return View(
        scale=camera.scale / at(camera.zoom, geometric=True),
        angle=math.radians(at(camera.rotate)),
        pan=(at(camera.pan_x), at(camera.pan_y)),
        warps=tuple(warps),
    )


def at_depth(camera: Camera, share: float, *, closed: bool) -> Camera:
    """Return the camera of an endless zoom after a share of its way.

    The zoom is its path, so that hold, easing and speed act on it; everything else runs by the
    clock.
    """
    return camera.model_copy(
        update={
            "warps": tuple(
                warp.model_copy(
                    update={"phase": constant(track_at(warp.phase, share, closed=closed))}
                )
                if isinstance(warp, Endless)
                else warp
                for warp in camera.warps
            )
        }
    )


def axes(
    coordinates: str, width: int, height: int, samples: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the x of every column and the y of every row, before camera and scale.

    Args:
        coordinates: `centres` −½…½ on the shorter side, y down; `corners` i/min − ½;
            `pixels` i; `endpoints` −1…1 on both sides, ends included.
        width: in pixels.
        height: in pixels.
        samples: sub-columns of each column and sub-rows of each row, spread evenly over the pixel.

    Returns:
        float64 [width · samples] and [height · samples].
    """
    offsets = (np.arange(samples) + 0.5) / samples  # within the pixel, whose centre is at 0.5
    shorter = min(width, height)

    def axis(count: int) -> NDArray[np.float64]:
        positions = (np.arange(count)[:, None] + offsets).ravel()
        match coordinates:
            case "corners":
                return (positions - 0.5) / shorter - 0.5
            case "pixels":
                return positions - 0.5
            case "endpoints":
                half = max((count - 1) / 2, 0.5)
                return (positions - 0.5 - (count - 1) / 2) / half
            case _:
                return (positions - count / 2) / shorter

    return axis(width), axis(height)

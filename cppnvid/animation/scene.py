"""Scene: everything a pixel depends on, as data, and what it is at a time.

A scene is numbers and names of functions. It knows nothing of frame rates, files or devices, and a
moment of it can be drawn at any size. It can be pickled, and drawn elsewhere.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View, at_depth, view_at
from cppnvid.animation.control_points import ControlPoints, SceneLayer
from cppnvid.animation.growth import deepen, thin
from cppnvid.animation.modulation import Modulation
from cppnvid.animation.palette import Colouring, colouring_at
from cppnvid.animation.path import Pace, Place, leg_count, place_at
from cppnvid.animation.timing import distance, fold_time
from cppnvid.recipe import FEWEST_GROWN, Camera, Morph, Palette, Recipe


@dataclass(frozen=True, eq=False)
class Moment:
    """A scene at one time: all that a backend needs to draw it."""

    inputs: tuple[str, ...]  # those of x, y, r that the first layer reads, in this order
    layers: tuple[SceneLayer, ...]
    coordinates: str  # the convention of camera.axes
    view: View
    colouring: Colouring


class Timeline(Protocol):
    """What a backend can draw: a moment for every time in [0, 1]."""

    def at(self, time: float, /) -> Moment:
        """Return the moment at a time; the same time gives the same moment."""
        ...


@dataclass(frozen=True, eq=False)
class Scene:
    """A recipe's film as a timeline.

    Another pace is `dataclasses.replace(scene, pace=…)`: it samples no network again.

    Attributes:
        morph: the path through the control points, and its timing.
        camera: tracks of the camera and its warps.
        palette: tracks of the colours.
        control_points: the networks that the path is made of.
        pace: how much of the film's time each stretch of the path takes.
        modulation: what a sound adds; None without one.
    """

    morph: Morph
    camera: Camera
    palette: Palette
    control_points: ControlPoints
    pace: Pace
    modulation: Modulation | None = None

    def __repr__(self) -> str:
        """Return one line: the path and the network, not its numbers."""
        return f"<Scene: {self.morph.path} of {self.control_points.network!r}>"

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """Return a recipe's scene at a uniform pace; `film.pacing.build_scene` makes it even.

        Raises:
            RecipeError: a weight file was not read, or does not fit the recipe's network.
        """
        return cls(
            recipe.morph,
            recipe.camera,
            recipe.palette,
            ControlPoints.of(recipe),
            Pace.uniform(leg_count(recipe.morph)),
            Modulation.of(recipe),
        )

    def at(self, time: float, /) -> Moment:
        """Return the film at a time in [0, 1]; the same time gives the same moment."""
        morph, modulation = self.morph, self.modulation
        closed = morph.loop == "closed"
        film_time = path_time = fold_time(time, morph.loop)
        if modulation is not None:
            path_time = fold_time(modulation.path_time(time), morph.loop)
        place = place_at(morph, distance(morph.speed, path_time, closed=closed), self.pace)
        camera, palette = self.camera, self.palette
        if morph.path == "zoom":
            camera = at_depth(camera, place.share, closed=closed)
        if modulation is not None:
            camera, palette = modulation.parts(camera, palette, time, film_time, closed=closed)
        return Moment(
            inputs=tuple(name for name in self.control_points.network.inputs if name != "z"),
            layers=self._layers(place, time),
            coordinates=camera.coordinates,
            view=view_at(camera, film_time, closed=closed),
            colouring=colouring_at(palette, film_time, closed=closed),
        )

    def _layers(self, place: Place, time: float) -> tuple[SceneLayer, ...]:
        layers, latent = self.control_points.at(place)
        if "z" in self.control_points.network.inputs:
            if self.modulation is not None:
                latent = latent + self.modulation.latent_at(time)
            layers[0] = _fold_latent(layers[0], latent)
        if self.morph.path != "grow":
            return tuple(layers)
        if self.morph.grow == "width":
            return thin(layers, place.share, fewest=FEWEST_GROWN, louder=True)
        return deepen(layers, 1.0 + place.share * (len(layers) - 2))


def _fold_latent(layer: SceneLayer, latent: NDArray[np.float32]) -> SceneLayer:
    """Fold z into the bias: z is the same at every pixel, so a latent of any size costs nothing."""
    coordinates = layer.weight.shape[1] - len(latent)
    bias = layer.bias + layer.weight[:, coordinates:].astype(np.float64) @ latent
    weight = np.ascontiguousarray(layer.weight[:, :coordinates])
    return SceneLayer(weight, bias, layer.activation, layer.residual)

"""Scene: everything a pixel depends on, as a pure function of time.

A scene is numbers and names of functions. It knows nothing of frame rates, files or devices, and a
moment of it can be drawn at any size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import View, at_depth, view_at
from cppnvid.animation.control_points import corner_networks
from cppnvid.animation.growth import deepen, thin
from cppnvid.animation.interpolation import Corners, SceneLayer, blend
from cppnvid.animation.modulation import Drive
from cppnvid.animation.palette import Colouring, colouring_at
from cppnvid.animation.path import Pace, place_at
from cppnvid.animation.timing import distance, fold_time, stride_count
from cppnvid.networks.sampling import Network, sample_latent
from cppnvid.recipe import FEWEST_GROWN, Recipe

# Names the latent in whose direction sound pushes z, the same in every film.
_PUSH_SEED = int.from_bytes(b"sound", "big")


@dataclass(frozen=True, eq=False)
class Moment:
    """A scene at one time: all that a backend needs to draw it."""

    inputs: tuple[str, ...]  # those of x, y, r that the first layer reads, in this order
    layers: tuple[SceneLayer, ...]
    coordinates: str  # the convention of camera.axes
    view: View
    colouring: Colouring


@dataclass(frozen=True, eq=False)
class Scene:
    """A function from time in [0, 1) to `Moment`; the same time gives the same moment."""

    at: Callable[[float], Moment]


def paced_scene(recipe: Recipe, pace: Pace) -> Scene:
    """Draw every network the recipe's path needs and return its scene at a pace."""
    morph, spec = recipe.morph, recipe.network
    closed = morph.loop == "closed"
    moving = range(len(spec.layers) + 1) if morph.of == "weights" else range(0)
    if morph.path == "spline":
        pace = pace.keeping_times(morph, stride_count(recipe))
    walked = distance(morph.speed, closed=closed)
    corners = corner_networks(recipe)
    first = corners[0]
    weights = [Corners.of([c.layers[i].weight for c in corners]) for i in moving]
    biases = [Corners.of([_bias(c, i) for c in corners]) for i in moving]
    latents = Corners.of([c.latent for c in corners])
    drive = Drive.of(recipe)
    push: NDArray[np.float32] = sample_latent(spec, _PUSH_SEED)

    def at(time: float) -> Moment:
        film_time = fold_time(time, morph.loop)
        path_time = film_time if drive is None else fold_time(drive.path_time(time), morph.loop)
        place = place_at(morph, walked(path_time), pace)
        film = recipe
        if morph.path == "zoom":
            camera = at_depth(recipe.camera, place.share, closed=closed)
            film = recipe.model_copy(update={"camera": camera})
        camera, palette = film.camera, film.palette
        if drive is not None:
            camera, palette = drive.parts(film, time, film_time)

        def mixed(tensors: Corners, *, keep_size: bool = True) -> NDArray[np.float32]:
            return blend(tensors, place, morph.path, keep_size=keep_size)

        layers: Sequence[SceneLayer] = [
            SceneLayer(
                mixed(weights[index]) if moving else layer.weight,
                (mixed(biases[index]) if moving else _bias(first, index)).astype(np.float64),
                layer.activation,
                layer.residual,
            )
            for index, layer in enumerate(first.layers)
        ]
        if "z" in first.inputs:
            latent = mixed(latents, keep_size=bool(moving))
            if drive is not None:
                latent = latent + push * np.float32(drive.added("z", time))
            layers = [_fold_latent(layers[0], latent), *layers[1:]]
        if morph.path == "grow":
            layers = _grown(recipe, layers, place.share)
        return Moment(
            inputs=tuple(name for name in first.inputs if name != "z"),
            layers=tuple(layers),
            coordinates=recipe.camera.coordinates,
            view=view_at(camera, film_time, closed=closed),
            colouring=colouring_at(palette, film_time, closed=closed),
        )

    return Scene(at)


def _grown(recipe: Recipe, layers: Sequence[SceneLayer], share: float) -> Sequence[SceneLayer]:
    """Return how much of a network has grown: 0 is a layer or a few neurons of each, 1 is all."""
    if recipe.morph.grow == "width":
        return thin(layers, share, fewest=FEWEST_GROWN, louder=True)
    return deepen(layers, 1.0 + share * (len(layers) - 2))


def _bias(network: Network, index: int) -> NDArray[np.float32]:
    layer = network.layers[index]
    if layer.bias is None:
        return np.zeros(len(layer.weight), dtype=np.float32)
    return layer.bias


def _fold_latent(layer: SceneLayer, latent: NDArray[np.float32]) -> SceneLayer:
    """Fold z into the bias: z is the same at every pixel, so a latent of any size costs nothing."""
    coordinates = layer.weight.shape[1] - len(latent)
    bias = layer.bias + layer.weight[:, coordinates:].astype(np.float64) @ latent
    weight = np.ascontiguousarray(layer.weight[:, :coordinates])
    return SceneLayer(weight, bias, layer.activation, layer.residual)

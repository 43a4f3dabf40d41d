"""Scene: everything a pixel depends on, as a pure function of time.

A scene is numbers and names of functions. It knows nothing of frame rates, files or devices, and a
moment of it can be drawn at any size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.blending import Corners, blend
from cppnvid.camera import View, view_at
from cppnvid.corners import corner_networks
from cppnvid.motion import distance, fold_time
from cppnvid.network import Network
from cppnvid.palette import Colouring, colouring_at
from cppnvid.path import Pace, place_at
from cppnvid.recipe import Recipe


@dataclass(frozen=True, eq=False)
class SceneLayer:
    """One layer at one moment; the latent is already in the first one's bias."""

    weight: NDArray[np.float32]  # [out, in]
    # [out]. Float64, because z is folded into it: rounded to float32 it moved the sharpest of the
    # published networks by 6e-5 of the range, and parity with their formulas is to be 1e-5.
    bias: NDArray[np.float64]
    activation: str  # of network.ACTIVATIONS; the last layer's of OUTPUT_FUNCTIONS
    residual: bool


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
        pace = pace.keeping_times(morph)
    walked = distance(morph.speed, closed=closed)
    corners = corner_networks(recipe)
    first = corners[0]
    weights = [Corners.of([c.layers[i].weight.numpy() for c in corners]) for i in moving]
    biases = [Corners.of([_bias(c, i) for c in corners]) for i in moving]
    latents = Corners.of([c.latent.numpy() for c in corners])

    def at(time: float) -> Moment:
        film_time = fold_time(time, morph.loop)
        place = place_at(morph, walked(film_time), pace)

        def mixed(tensors: Corners, *, keep_size: bool = True) -> NDArray[np.float32]:
            return blend(tensors, place, morph.path, keep_size=keep_size)

        layers = [
            SceneLayer(
                mixed(weights[index]) if moving else layer.weight.numpy(),
                (mixed(biases[index]) if moving else _bias(first, index)).astype(np.float64),
                layer.activation,
                layer.residual,
            )
            for index, layer in enumerate(first.layers)
        ]
        if "z" in first.inputs:
            layers[0] = _fold_latent(layers[0], mixed(latents, keep_size=bool(moving)))
        return Moment(
            inputs=tuple(name for name in first.inputs if name != "z"),
            layers=tuple(layers),
            coordinates=recipe.camera.coordinates,
            view=view_at(recipe.camera, film_time, closed=closed),
            colouring=colouring_at(recipe.palette, film_time, closed=closed),
        )

    return Scene(at)


def _bias(network: Network, index: int) -> NDArray[np.float32]:
    layer = network.layers[index]
    if layer.bias is None:
        return np.zeros(len(layer.weight), dtype=np.float32)
    return layer.bias.numpy()


def _fold_latent(layer: SceneLayer, latent: NDArray[np.float32]) -> SceneLayer:
    """Fold z into the bias: z is the same at every pixel, so a latent of any size costs nothing."""
    coordinates = layer.weight.shape[1] - len(latent)
    bias = layer.bias + layer.weight[:, coordinates:].astype(np.float64) @ latent
    weight = np.ascontiguousarray(layer.weight[:, :coordinates])
    return SceneLayer(weight, bias, layer.activation, layer.residual)

"""Control points: the networks a path is made of, and the network anywhere between them.

Each tensor of a moment is a sum over the control points, weighed by a place on the path. A network
from a file takes its place there as a seed's does. Alone it orbits, in directions drawn as large as
its own tensors, whatever sizes training gave them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.path import Place, control_seeds, direction_seeds
from cppnvid.errors import RecipeError
from cppnvid.networks.children import sample_latents, sample_network, sample_networks
from cppnvid.networks.files import network_of
from cppnvid.networks.sampling import Layer, Network, normal
from cppnvid.networks.weights import unpack
from cppnvid.recipe import AROUND_ONE, NetworkSpec, Recipe, WeightFile


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
class ControlTensor:
    """One tensor at every control point, and its size there."""

    values: NDArray[np.float64]  # [control points, ...]
    sizes: NDArray[np.float64]  # [control points], root mean square

    @classmethod
    def of(cls, tensors: Sequence[NDArray[np.float32]]) -> Self:
        """Gather one tensor from every control point: equal shapes."""
        values = np.stack(tensors).astype(np.float64)
        return cls(values, np.array([_size(tensor) for tensor in values]))


@dataclass(frozen=True, eq=False)
class ControlPoints:
    """The networks at a path's control points, tensor by tensor.

    Attributes:
        network: the first one; all have its architecture.
        weights: of each layer; empty where the path walks through latents of one network.
        biases: likewise.
        latents: [control points, z_dim], already multiplied by z_scale; empty without z.
    """

    network: Network
    weights: tuple[ControlTensor, ...]
    biases: tuple[ControlTensor, ...]
    latents: ControlTensor

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """Sample or read every network of a recipe's path.

        Raises:
            RecipeError: a weight file was not read, or does not fit the recipe's network.
        """
        networks = control_networks(recipe)
        layers = range(len(networks[0].layers)) if recipe.morph.of == "weights" else ()
        return cls(
            networks[0],
            tuple(ControlTensor.of([n.layers[i].weight for n in networks]) for i in layers),
            tuple(ControlTensor.of([_bias(n.layers[i]) for n in networks]) for i in layers),
            ControlTensor.of([network.latent for network in networks]),
        )

    def at(self, place: Place) -> tuple[list[SceneLayer], NDArray[np.float32]]:
        """Return the layers and the latent, float32 [z_dim], at a place on the path.

        The first layer still has the columns that read the latent.
        """
        layers = self.network.layers
        if self.weights:
            weights: Sequence[NDArray[np.float32]] = [blend(one, place) for one in self.weights]
            biases: Sequence[NDArray[np.float32]] = [blend(one, place) for one in self.biases]
        else:
            weights, biases = [layer.weight for layer in layers], [_bias(layer) for layer in layers]
        latent = blend(self.latents, place, keep_size=bool(self.weights))
        return [
            SceneLayer(weight, bias.astype(np.float64), layer.activation, layer.residual)
            for layer, weight, bias in zip(layers, weights, biases, strict=True)
        ], latent


def _bias(layer: Layer) -> NDArray[np.float32]:
    return np.zeros(len(layer.weight), np.float32) if layer.bias is None else layer.bias


def blend(tensor: ControlTensor, place: Place, *, keep_size: bool = True) -> NDArray[np.float32]:
    """Return a tensor at a place on the path.

    Args:
        tensor: its value at every control point.
        place: from `place_at`.
        keep_size: scale the sum to the root mean square of its control points, which a plain sum
            halves on the way, and with it the picture's detail; unless the place keeps none.

    Returns:
        float32, the shape of one value.
    """
    coefficients = _turn(tensor, place) if place.turns else place.coefficients
    total = np.zeros(tensor.values.shape[1:])
    for values, coefficient in zip(tensor.values, coefficients, strict=True):
        if coefficient:
            total += coefficient * values
    if keep_size and place.size_coefficients is not None:
        total *= _gain(_size(total), tensor, place.size_coefficients)
    return total.astype(np.float32)


def _turn(tensor: ControlTensor, place: Place) -> NDArray[np.float64]:
    """Return the coefficients that turn from start to end by an even angle (Shoemake, 1985)."""
    first, last = tensor.sizes[place.start], tensor.sizes[place.end]
    coefficients = place.coefficients
    if first and last and place.start != place.end:
        start, end = tensor.values[place.start], tensor.values[place.end]
        angle = math.acos(min(max(float(np.mean(start * end)) / (first * last), -1.0), 1.0))
        # Else they point in the same direction, or in opposite ones with no shorter way between.
        if math.sin(angle) > 1e-6:
            size = first ** (1.0 - place.share) * last**place.share / math.sin(angle)
            coefficients = np.zeros(len(tensor.sizes))
            coefficients[place.start] = size * math.sin((1.0 - place.share) * angle) / first
            coefficients[place.end] = size * math.sin(place.share * angle) / last
    return coefficients


def _gain(size: float, tensor: ControlTensor, size_coefficients: NDArray[np.float64]) -> float:
    """Return the factor that gives a sum of this size its control points' geometric mean size.

    At most 2: independent tensors need up to √2, and more is asked for only where a tensor of a few
    numbers passes near zero on its way to the other sign, which must stay a passage and not a jump.
    """
    if not tensor.sizes.size or tensor.sizes.min() == 0.0:
        return 1.0
    target = math.exp(float(size_coefficients @ np.log(tensor.sizes)))
    return target / max(size, target / 2)


def _size(tensor: NDArray[np.float64]) -> float:
    return math.sqrt(float(np.vdot(tensor, tensor)) / tensor.size) if tensor.size else 0.0


def control_networks(recipe: Recipe) -> list[Network]:
    """Return the network at every control point: of each picture, or of one and its directions.

    Raises:
        RecipeError: a weight file was not read, or does not fit the recipe's network.
    """
    morph, spec = recipe.morph, recipe.network
    files = [_read(spec, file) for file in morph.weights]
    if morph.of == "z":
        network = files[0] if files else sample_network(spec, morph.network_seed)
        latents = sample_latents(spec, control_seeds(morph))
        return [replace(network, latent=latent) for latent in latents]
    if files and morph.path in AROUND_ONE:
        seeds = direction_seeds(morph.network_seed, morph.harmonics)
        return [files[0], *(_direction(files[0], seed) for seed in seeds)]
    return [*files, *sample_networks(spec, control_seeds(morph))]


def _read(spec: NetworkSpec, file: WeightFile) -> Network:
    if file.data is None:
        raise RecipeError(
            "was not read: load_recipe reads the files a recipe names, Recipe reads none",
            key="morph.weights",
            file=file.name,
        )
    return network_of(unpack(file.data, file.name), spec)


def _direction(network: Network, seed: int) -> Network:
    """Draw a network of the same shapes, every tensor as large as this network's own."""

    def like(tensor: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        size = float(np.sqrt(np.square(tensor, dtype=np.float64).mean())) if tensor.size else 0.0
        values = normal(seed, name, tensor.size) * size
        return values.astype(np.float32).reshape(tensor.shape)

    layers = [
        replace(
            layer,
            weight=like(layer.weight, f"layers.{index}.weight"),
            bias=None if layer.bias is None else like(layer.bias, f"layers.{index}.bias"),
        )
        for index, layer in enumerate(network.layers)
    ]
    return Network(network.inputs, tuple(layers), like(network.latent, "z"))

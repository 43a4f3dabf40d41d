"""Control points: the networks that a path is made of, sampled from seeds or read from files.

A network from a file takes its place on the path as a seed's does. Alone it orbits, in directions
drawn as large as its own tensors, whatever sizes training gave them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.interpolation import ControlTensor, SceneLayer, blend
from cppnvid.animation.path import Place, control_seeds, direction_seeds
from cppnvid.errors import RecipeError
from cppnvid.networks.files import network_of
from cppnvid.networks.sampling import Layer, Network, normal, sample_latent, sample_network
from cppnvid.networks.weights import unpack
from cppnvid.recipe import AROUND_ONE, NetworkSpec, Recipe, WeightFile


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

    def layers_at(self, place: Place) -> list[SceneLayer]:
        """Return the layers at a place on the path, the first one still with its latent columns."""
        layers = self.network.layers
        if self.weights:
            weights: Sequence[NDArray[np.float32]] = [blend(one, place) for one in self.weights]
            biases: Sequence[NDArray[np.float32]] = [blend(one, place) for one in self.biases]
        else:
            weights, biases = [layer.weight for layer in layers], [_bias(layer) for layer in layers]
        return [
            SceneLayer(weight, bias.astype(np.float64), layer.activation, layer.residual)
            for layer, weight, bias in zip(layers, weights, biases, strict=True)
        ]

    def latent_at(self, place: Place) -> NDArray[np.float32]:
        """Return the latent at a place on the path, float32 [z_dim]."""
        return blend(self.latents, place, keep_size=bool(self.weights))


def _bias(layer: Layer) -> NDArray[np.float32]:
    return np.zeros(len(layer.weight), np.float32) if layer.bias is None else layer.bias


def control_networks(recipe: Recipe) -> list[Network]:
    """Return the network at every control point: of each picture, or of one and its directions.

    Raises:
        RecipeError: a weight file was not read, or does not fit the recipe's network.
    """
    morph, spec = recipe.morph, recipe.network
    files = [_read(spec, file) for file in morph.weights]
    if morph.of == "z":
        network = files[0] if files else sample_network(spec, morph.network_seed)
        return [replace(network, latent=sample_latent(spec, s)) for s in control_seeds(morph)]
    if files and morph.path in AROUND_ONE:
        seeds = direction_seeds(morph.network_seed, morph.harmonics)
        return [files[0], *(_direction(files[0], seed) for seed in seeds)]
    return [*files, *(sample_network(spec, seed) for seed in control_seeds(morph))]


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

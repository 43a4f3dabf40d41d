"""The networks that a path is made of: drawn from seeds, or read from files.

A file's network stands on the path as a seed's does. Alone it orbits, in directions drawn as large
as its own tensors, whatever sizes its training gave them.
"""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from cppnvid import __version__
from cppnvid.animation.path import corner_seeds, direction_seeds
from cppnvid.errors import RecipeError
from cppnvid.networks.sampling import (
    Layer,
    Network,
    is_residual,
    normal,
    sample_latent,
    sample_network,
)
from cppnvid.networks.weights import (
    Trained,
    TrainedLayer,
    check_fit,
    network_words,
    read_bytes,
    read_weights,
    unpack,
    write_weights,
)
from cppnvid.recipe import AROUND_ONE, NetworkSpec, Recipe, WeightFile


def corner_networks(recipe: Recipe) -> list[Network]:
    """Return the network at every corner of a recipe's path; of one picture, then directions.

    Raises:
        RecipeError: a weight file was not read, or does not fit the recipe's network.
    """
    morph, spec = recipe.morph, recipe.network
    files = [_read(spec, file) for file in morph.weights]
    if morph.of == "z":
        network = files[0] if files else sample_network(spec, morph.network_seed)
        return [replace(network, latent=sample_latent(spec, s)) for s in corner_seeds(morph)]
    if files and morph.path in AROUND_ONE:
        seeds = direction_seeds(morph.network_seed, morph.harmonics)
        return [files[0], *(_direction(files[0], seed) for seed in seeds)]
    return [*files, *(sample_network(spec, seed) for seed in corner_seeds(morph))]


def _read(spec: NetworkSpec, file: WeightFile) -> Network:
    if file.data is None:
        raise RecipeError(
            f"{file.name}: was not read: load_recipe reads the files a recipe names, and "
            f"Recipe itself opens none"
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


# ------------------------------------------------------------------ files


def network_of(trained: Trained, spec: NetworkSpec) -> Network:
    """Make a network of a file's numbers; a latent that it lacks is 0, the middle of them all.

    Raises:
        RecipeError: a layer does not fit the architecture.
    """
    check_fit(trained, spec)
    inputs = tuple(name for name in ("x", "y", "r", "z") if name in spec.inputs)
    layers: list[Layer] = []
    for index, read in enumerate(trained.layers):
        weight, bias = read.weight, read.bias
        if index == len(spec.layers):
            layers.append(Layer(weight, bias, spec.output))
            break
        residual = is_residual(spec, index, weight.shape[1])
        layers.append(Layer(weight, bias, spec.activation_of(spec.layers[index]), residual))
    size = spec.z_dim if "z" in inputs else 0
    latent = np.zeros(size, np.float32) if trained.latent is None else trained.latent[:size]
    return Network(inputs, tuple(layers), latent)


def trained_of(network: Network, about: dict[str, object] | None = None) -> Trained:
    """Make what `weights.write_weights` writes of a network; `about` adds to its architecture."""
    layers = tuple(TrainedLayer("", layer.weight, layer.bias) for layer in network.layers)
    latent = network.latent if "z" in network.inputs else None
    words = {"cppnvid": __version__, "network": _words(network), **(about or {})}
    return Trained("", layers, latent, words)


def _words(network: Network) -> dict[str, object]:
    *hidden, last = network.layers
    words: dict[str, object] = {
        "inputs": list(network.inputs),
        "layers": [
            {
                "width": len(layer.weight),
                "activation": layer.activation,
                "bias": layer.bias is not None,
                "residual": layer.residual,
            }
            for layer in hidden
        ],
        "output": last.activation,
        "output_bias": last.bias is not None,
        "channels": len(last.weight),
    }
    return words | ({"z_dim": len(network.latent)} if "z" in network.inputs else {})


def save_network(
    network: Network, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write a network as `.npz` or `.safetensors`, with all it takes to read it back.

    Its tensors are called `0.weight` [out, in], `0.bias` [out], `2.weight`…, as those of an
    `nn.Sequential` of Linear layers with an activation after each, and `latent` [z_dim].

    Raises:
        RecipeError: the ending is another, the folder is missing, or the file exists.
        EncodeError: the disk refuses.
    """
    return write_weights(trained_of(network), path, overwrite=overwrite)


def load_network(path: str | os.PathLike[str], spec: NetworkSpec | None = None) -> Network:
    """Read a network from `.npz` or `.safetensors`, exactly as it was saved.

    Args:
        path: the file; nothing in it is run.
        spec: its architecture; None takes the file's own word for it, which `save_network` writes
            and files of other programs seldom have.

    Raises:
        RecipeError: it is no such file, or a layer does not fit; the message names both.
    """
    trained = read_weights(read_bytes(path), os.fspath(path))
    if spec is None:
        try:
            spec = NetworkSpec.model_validate(network_words(trained, {}))
        except ValidationError as error:
            raise RecipeError(
                f"{trained.name}: says of itself what is no network: {error}"
            ) from None
    return network_of(trained, spec)

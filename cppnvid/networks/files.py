"""Networks in files: `.npz` and `.safetensors` in, and out again exactly as they were.

Nothing that a file holds is run.
"""

import os
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from cppnvid import __version__
from cppnvid.errors import RecipeError
from cppnvid.networks.sampling import Layer, Network, is_residual
from cppnvid.networks.weights import (
    Trained,
    TrainedLayer,
    check_fit,
    network_keys,
    read_bytes,
    read_weights,
    write_weights,
)
from cppnvid.recipe import NetworkSpec


def network_of(trained: Trained, spec: NetworkSpec) -> Network:
    """Return a file's numbers as a network; a missing latent is 0, the mean of all latents.

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
    """Return what `write_weights` takes of a network; `about` adds to its architecture."""
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
    """Write a network as `.npz` or `.safetensors`, with its architecture.

    Tensors are named `0.weight` [out, in], `0.bias` [out], `2.weight`…, as in an `nn.Sequential` of
    Linear layers with an activation after each, and `latent` [z_dim].

    Raises:
        RecipeError: another ending, a missing folder, or an existing file without `overwrite`.
        EncodeError: the disk refuses.
    """
    return write_weights(trained_of(network), path, overwrite=overwrite)


def load_network(path: str | os.PathLike[str], spec: NetworkSpec | None = None) -> Network:
    """Read a network from `.npz` or `.safetensors`, exactly as it was saved.

    Args:
        path: the file; nothing in it is run.
        spec: its architecture; None reads it from the file, where `save_network` writes it and
            other programs seldom do.

    Raises:
        RecipeError: it is not such a file, or a layer does not fit; the message names both.
    """
    trained = read_weights(read_bytes(path), os.fspath(path))
    if spec is None:
        try:
            spec = NetworkSpec.model_validate(network_keys(trained, {}))
        except ValidationError as error:
            raise RecipeError(
                "describes a network that is not valid: {why}", file=trained.name, why=error
            ) from error
    return network_of(trained, spec)

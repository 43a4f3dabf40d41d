"""Networks: layers of float32 weights drawn from a seed, the same on every machine for ever.

Weights come from Philox raw words, a stream numpy guarantees, keyed by the seed and the tensor's
own name: adding a layer, an input or a bias leaves every other tensor as it was.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cppnvid.networks.activations import ACTIVATIONS
from cppnvid.networks.inputs import INPUTS
from cppnvid.recipe import Init, NetworkSpec

SAMPLER_VERSION = 1


def fan_out(width: int, activation: str) -> int:
    """Return how many values a layer of `width` neurons hands on."""
    return width * ACTIVATIONS[activation].values


def is_residual(spec: NetworkSpec, index: int, width: int) -> bool:
    """Return whether a hidden layer adds its input, of this width, to its output."""
    layer = spec.layers[index]
    if layer.residual is not None:
        return layer.residual
    return spec.residual and index > 0 and width == fan_out(layer.width, spec.activation_of(layer))


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: `activation(weight @ h + bias)`, plus `h` itself if residual."""

    weight: NDArray[np.float32]  # [out, in]; the first layer reads x, y, r, z…, in this order
    bias: NDArray[np.float32] | None  # [out]
    activation: str  # a name of ACTIVATIONS, or of OUTPUT_FUNCTIONS in the last layer
    residual: bool = False


@dataclass(frozen=True, eq=False)
class Network:
    """Layers from the coordinates to the output, and the latent drawn from the same seed."""

    inputs: tuple[str, ...]  # those of x, y, r, z that the first layer reads, in this order
    layers: tuple[Layer, ...]
    latent: NDArray[np.float32]  # [z_dim], already multiplied by z_scale; empty without z

    def __repr__(self) -> str:
        """Return one line: the inputs, the number of layers, the output; not the numbers."""
        count, last = len(self.layers) - 1, self.layers[-1]
        hidden = f"{count} hidden layer{'s' * (count != 1)}"
        ends = f"{len(last.weight)} {last.activation}"
        return f"<Network: {', '.join(self.inputs)} -> {hidden} -> {ends}>"


def draw_network(spec: NetworkSpec, seed: int | str) -> Network:
    """Draw a network by chance.

    Args:
        spec: the architecture and how its weights are drawn.
        seed: of the random numbers: a seed, or the descent of a child.

    Returns:
        A network of float32 arrays, `len(spec.layers) + 1` layers, the last being the output.
    """
    inputs = tuple(name for name in INPUTS if name in spec.inputs)
    init = spec.init
    layers: list[Layer] = []
    width = len(inputs) - 1 + spec.z_dim if "z" in inputs else len(inputs)
    for index, layer in enumerate(spec.layers):
        activation = spec.activation_of(layer)
        if index == 0:
            weight = _first_weight(spec, inputs, width, seed, layer.width)
        else:
            weight = _draw(
                init.weights,
                init.hidden,
                width,
                seed,
                f"layers.{index}.weight",
                (layer.width, width),
            )
        has_bias = (
            (spec.bias == "all" or (spec.bias == "first" and index == 0))
            if layer.bias is None
            else layer.bias
        )
        bias = (
            _draw_bias(init, width, seed, f"layers.{index}.bias", layer.width) if has_bias else None
        )
        layers.append(Layer(weight, bias, activation, is_residual(spec, index, width)))
        width = fan_out(layer.width, activation)
    if spec.layers:
        weight = _draw(
            init.weights, init.output, width, seed, "output.weight", (spec.channels, width)
        )
    else:
        weight = _first_weight(spec, inputs, width, seed, spec.channels)
    bias = _draw_bias(init, width, seed, "output.bias", spec.channels) if spec.output_bias else None
    layers.append(Layer(weight, bias, spec.output))
    return Network(inputs, tuple(layers), draw_latent(spec, seed))


def draw_latent(spec: NetworkSpec, seed: int | str) -> NDArray[np.float32]:
    """Draw a latent by chance: float32 [z_dim], times z_scale; empty without z."""
    if "z" not in spec.inputs:
        return np.zeros(0, np.float32)
    draw = normal if spec.z_distribution == "normal" else uniform
    return (draw(seed, "z", spec.z_dim) * spec.z_scale).astype(np.float32)


def _first_weight(
    spec: NetworkSpec, inputs: tuple[str, ...], fan_in: int, seed: int | str, width: int
) -> NDArray[np.float32]:
    """Draw the weights from the coordinates input by input, so that adding r leaves x, y and z."""
    init = spec.init
    columns = []
    for name in inputs:
        scale, count = (init.latent, spec.z_dim) if name == "z" else (init.first, 1)
        columns.append(_draw(init.weights, scale, fan_in, seed, f"layers.0.{name}", (width, count)))
    return np.concatenate(columns, axis=1)


def _draw_bias(
    init: Init, fan_in: int, seed: int | str, name: str, width: int
) -> NDArray[np.float32]:
    if init.biases == "zero":
        return np.zeros(width, np.float32)
    return _draw(init.biases, init.bias, fan_in, seed, name, (width,))


def _draw(
    kind: str, scale: float, fan_in: int, seed: int | str, name: str, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Draw one tensor: float64 arithmetic, rounded once to float32."""
    count = int(np.prod(shape))
    values = (
        normal(seed, name, count) if kind in ("normal", "variance") else uniform(seed, name, count)
    )
    if kind in ("pytorch", "variance"):
        scale = scale / max(fan_in, 1) ** 0.5
    return (values * scale).astype(np.float32).reshape(shape)


def raw_words(seed: int | str, name: str, count: int) -> NDArray[np.uint64]:
    """Return `count` words of the stream that belongs to this seed and this name."""
    text = f"cppnvid/{SAMPLER_VERSION}|{seed}|{name}"
    key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")
    return np.random.Philox(key=key).random_raw(count)


def uniform(seed: int | str, name: str, count: int) -> NDArray[np.float64]:
    """Draw float64 [count] in [−1, 1), from the upper 53 bits of each word."""
    return (raw_words(seed, name, count) >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0


def normal(seed: int | str, name: str, count: int) -> NDArray[np.float64]:
    """Draw float64 [count] of N(0, 1) by Box and Muller's transform, two words for two values."""
    pairs = (count + 1) // 2
    words = (raw_words(seed, name, 2 * pairs) >> np.uint64(11)).reshape(pairs, 2)
    radius = np.sqrt(-2.0 * np.log((words[:, 0] + 1.0) * 2.0**-53))  # + 1: log never sees 0
    angle = 2.0 * np.pi * (words[:, 1] * 2.0**-53)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]

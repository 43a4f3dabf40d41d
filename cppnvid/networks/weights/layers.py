"""Layers from named arrays: which bias belongs to which weight, their order and orientation.

Names are PyTorch's `0.weight`, `0.bias`, `2.weight`…, Keras's `dense/kernel`, `W0` and `b0`, or the
`arr_0` of np.savez. Weights are turned to PyTorch's [out, in]. Files that we write have the names
of an `nn.Sequential` of Linear layers with an activation after each.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cppnvid.callbacks import silent
from cppnvid.errors import RecipeError
from cppnvid.networks.weights.formats import (
    MAX_WEIGHTS_A_FILE,
    Array,
    Tensors,
    check_suffix,
    format_tensors,
    parse_tensors,
)

LATENT = "latent"
_ROLE = re.compile(r"(?<![A-Za-z])(weights?|kernel|bias(?:es)?|[WwBb])(?![A-Za-z])")
_BIAS = ("bias", "biases", "b", "B")
_UNNAMED = re.compile(r"arr_\d+")


@dataclass(frozen=True, eq=False)
class TrainedLayer:
    """One layer of a file."""

    name: str  # that of its weight in the file
    weight: Array  # [out, in]
    bias: Array | None  # [out]


@dataclass(frozen=True, eq=False)
class Trained:
    """The network of a file: layers from the inputs to the output."""

    name: str  # that of the file, for messages
    layers: tuple[TrainedLayer, ...]
    latent: Array | None = None  # [z_dim], already multiplied by z_scale
    about: Mapping[str, Any] | None = None


def read_weights(data: bytes, name: str, suffix: str = "") -> Trained:
    """Read a weight file's bytes.

    Args:
        data: from `formats.read_bytes`.
        name: the file, for messages.
        suffix: its format; by default, the ending of the name.

    Raises:
        RecipeError: it does not consist of plain layers; names the array that does not fit.
    """
    tensors = parse_tensors(data, name, suffix or check_suffix(name))
    arrays = dict(tensors.arrays)
    latent = arrays.pop(LATENT, None)
    if latent is not None and latent.ndim != 1:
        raise RecipeError(f"{LATENT} is {_shape(latent)}; it must be one row of numbers", file=name)
    if (count := sum(array.size for array in arrays.values())) > MAX_WEIGHTS_A_FILE:
        raise RecipeError(
            f"has {count:,} weights, at most {MAX_WEIGHTS_A_FILE:,} are allowed", file=name
        )
    layers = _turned(_paired(arrays, name), name)
    return Trained(name, layers, latent, tensors.about)


def pack(trained: Trained) -> bytes:
    """Return the numbers of a network as a .safetensors file."""
    return format_tensors(_named(trained), ".safetensors")


def unpack(data: bytes, name: str) -> Trained:
    """Return the network in the bytes of `pack`; `name` is the file it came from."""
    return read_weights(data, name, ".safetensors")


def write_weights(
    trained: Trained, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write a network, and what it says about itself, as .npz or .safetensors by the ending.

    Raises:
        RecipeError: the ending is another, the folder is missing, or the file exists.
        EncodeError: the disk refuses.
    """
    from cppnvid.encode.publish import publication

    check_target(path, overwrite=overwrite)
    data = format_tensors(_named(trained, trained.about), check_suffix(os.fspath(path)))
    place = Path(path)
    with publication(place.resolve(), overwrite=overwrite, folder=False, note=silent) as temporary:
        temporary.write_bytes(data)
    return place


def check_target(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse a file that `write_weights` could not write."""
    from cppnvid.encode.place import check_place

    check_suffix(os.fspath(path))
    place = Path(path)
    if not place.parent.is_dir():
        raise RecipeError(
            f"the folder {place.parent} does not exist; make it first", file=str(place)
        )
    if place.is_dir():
        raise RecipeError("is a folder; name a file", file=str(place))
    check_place(place, folder=False, overwrite=overwrite)


def _named(trained: Trained, about: Mapping[str, Any] | None = None) -> Tensors:
    arrays: dict[str, Array] = {}
    for index, layer in enumerate(trained.layers):
        arrays[f"{2 * index}.weight"] = layer.weight
        if layer.bias is not None:
            arrays[f"{2 * index}.bias"] = layer.bias
    if trained.latent is not None:
        arrays[LATENT] = trained.latent
    return Tensors(arrays, dict(about or {}))


# ------------------------------------------------------------------ names


@dataclass
class _Pair:
    """A weight and a bias whose names differ only in the word that tells them apart."""

    name: str = ""
    weight: Array | None = None
    bias: Array | None = None
    kernel: bool = False  # Keras and Flax call [in, out] so


def _paired(arrays: Mapping[str, Array], name: str) -> list[_Pair]:
    """Find the weight and bias of every layer, in the natural order of their names."""
    pairs: dict[str, _Pair] = {}
    alone = all(_UNNAMED.fullmatch(key) for key in arrays)  # np.savez(file, *arrays)
    stem = ""
    for key in sorted(arrays, key=_natural):
        array = arrays[key]
        role, owner = _role(key)
        if role in _BIAS and array.ndim == 2 and 1 in array.shape:
            array = array.ravel()  # a row or a column, as hand-written networks keep it
        if array.ndim not in (1, 2) or array.size == 0:
            raise RecipeError(
                f"{key} is {_shape(array)}; cppnvid draws plain layers, whose weight has "
                f"two sides and whose bias one",
                file=name,
            )
        stem = (key if array.ndim == 2 else stem) if alone else owner
        pair = pairs.setdefault(stem, _Pair())
        if (pair.weight if array.ndim == 2 else pair.bias) is not None:
            rival = pair.name if array.ndim == 2 else "its bias"
            raise RecipeError(f"{key} belongs to the same layer as {rival}", file=name)
        if array.ndim == 2:
            pair.name, pair.weight, pair.kernel = key, array, role == "kernel"
        else:
            pair.bias = array
            pair.name = pair.name or key
    for pair in pairs.values():
        if pair.weight is None:
            raise RecipeError(
                f"{pair.name} is one row of numbers without a weight of the same name; "
                f"cppnvid draws plain layers, such as 0.weight with 0.bias, or W0 with b0",
                file=name,
            )
    return list(pairs.values())


def _role(key: str) -> tuple[str, str]:
    """Return the word for an array's role, and the name without it, which is the layer's."""
    found = list(_ROLE.finditer(key))
    if not found:
        return "", key
    return found[-1][0], key[: found[-1].start()] + key[found[-1].end() :]


def _natural(key: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts `2.weight` before `10.weight`."""
    steps = re.split(r"(\d+)", key)
    return [(step.isdecimal(), int(step) if step.isdecimal() else 0, step) for step in steps]


# ------------------------------------------------------------------ which way round


def _turned(pairs: Sequence[_Pair], name: str) -> tuple[TrainedLayer, ...]:
    """Turn every weight to [out, in]: as it is if the layers fit, else transposed."""
    as_is, turned = _layers(pairs, turn=False), _layers(pairs, turn=True)
    misfit = _misfit(as_is)
    if all(pair.kernel for pair in pairs):
        if wrong := _misfit(turned):
            raise RecipeError(wrong, file=name)
        return turned
    if misfit is None:
        unnamed = not any("weight" in pair.name for pair in pairs)
        if unnamed and _misfit(turned) is None and _differ(as_is, turned):
            raise RecipeError(
                "every layer is square, so rows and columns cannot be told apart: call "
                "them 0.weight, 1.weight... if they are [out, in] as PyTorch's, or 0.kernel, "
                "1.kernel... if they are [in, out] as Keras's",
                file=name,
            )
        return as_is
    if _misfit(turned) is None:
        return turned
    order = ", ".join(layer.name for layer in as_is[:8])
    raise RecipeError(
        f"{misfit} (layers are taken in the order {order}"
        f"{', ...' if len(as_is) > 8 else ''}, each [out, in])",
        file=name,
    )


def _layers(pairs: Iterable[_Pair], *, turn: bool) -> tuple[TrainedLayer, ...]:
    return tuple(
        TrainedLayer(
            pair.name, np.ascontiguousarray(pair.weight.T if turn else pair.weight), pair.bias
        )
        for pair in pairs
        if pair.weight is not None
    )


def _differ(some: Sequence[TrainedLayer], others: Sequence[TrainedLayer]) -> bool:
    return any(not np.array_equal(a.weight, b.weight) for a, b in zip(some, others, strict=True))


def _misfit(layers: Sequence[TrainedLayer]) -> str | None:
    """Say which layer does not fit the one before it, or its bias; None if all fit."""
    for index, layer in enumerate(layers):
        width = len(layer.weight)
        if layer.bias is not None and len(layer.bias) != width:
            return (
                f"{called(layers, index)} is {_shape(layer.weight)}, and its bias has "
                f"{len(layer.bias)} numbers"
            )
    for index, (before, layer) in enumerate(pairwise(layers), start=1):
        width = len(before.weight)
        # Each neuron of an atan_pair hands on two values; the recipe says whether it is one.
        if layer.weight.shape[1] not in (width, 2 * width):
            return (
                f"{called(layers, index)} is {_shape(layer.weight)}, and layer {index} "
                f"({before.name}) gives {width} values"
            )
    return None


def called(layers: Sequence[TrainedLayer], index: int) -> str:
    """Return what messages call a layer: `layer 2 of 5 (2.weight)`."""
    return f"layer {index + 1} of {len(layers)} ({layers[index].name})"


def _shape(array: Array) -> str:
    return "x".join(map(str, array.shape)) or "a single number"

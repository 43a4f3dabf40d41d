"""Layers from named arrays: which bias belongs to which weight, and how each is turned.

Names are PyTorch's `0.weight`, `0.bias`, `2.weight`…, Keras's `dense/kernel`, `W0` and `b0`, or the
`arr_0` of np.savez; `pairs` reads them, and `order` orders layers whose numbers do not. Weights are
turned to PyTorch's [out, in]. Files that we write have the names of an `nn.Sequential` of Linear
layers with an activation after each.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from os.path import commonprefix
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
from cppnvid.networks.weights.order import (
    Sides,
    agrees,
    is_numbered,
    listed,
    orders,
    whole_networks,
)
from cppnvid.networks.weights.pairs import Pair, paired, shape_of

LATENT = "latent"


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
    order: str = ""
    """The order taken and why, in words; empty where numbers in the names say it."""


def read_weights(data: bytes, name: str, suffix: str = "") -> Trained:
    """Read a weight file's bytes.

    Args:
        data: from `formats.read_bytes`.
        name: the file, for messages.
        suffix: its format; by default, the ending of the name.

    Raises:
        RecipeError: it does not consist of plain layers in one order; names the array that does not
            fit, the orders that do, or the networks of which one is meant.
    """
    suffix = suffix or check_suffix(name)
    tensors = parse_tensors(data, name, suffix)
    arrays = dict(tensors.arrays)
    latent = arrays.pop(LATENT, None)
    if latent is not None and latent.ndim != 1:
        raise RecipeError(
            f"{LATENT} is {shape_of(latent)}; it must be one row of numbers", file=name
        )
    if (count := sum(array.size for array in arrays.values())) > MAX_WEIGHTS_A_FILE:
        raise RecipeError(
            f"has {count:,} weights, at most {MAX_WEIGHTS_A_FILE:,} are allowed", file=name
        )
    layers, order = _ordered(paired(arrays, name), name, kept=suffix == ".npz")
    return Trained(name, layers, latent, tensors.about, order)


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


# ------------------------------------------------------------------ order, and which way round


def _ordered(
    pairs: Sequence[Pair], name: str, *, kept: bool
) -> tuple[tuple[TrainedLayer, ...], str]:
    """Return the layers in their order, and in words where that comes from if not from numbers.

    Args:
        pairs: in the natural order of their names.
        name: the file, for messages.
        kept: the file's own order is that in which it was saved.
    """
    if several := whole_networks(*(_sides(pairs, turn=turn) for turn in (False, True))):
        raise _which_one([[pairs[index] for index in group] for group in several], name, kept=kept)
    if is_numbered([pair.owner for pair in pairs]):
        return _turned(pairs, name), ""
    saved = sorted(pairs, key=lambda pair: pair.place)
    if kept and agrees([pair.owner for pair in saved]) and _fits(saved):
        return _turned(saved, name), f"{_names(saved)} (as saved in the file)"
    ways = [way for side in _possible(pairs) if (way := orders(_sides(pairs, turn=side)))]
    if ways and any("weight" in pair.name for pair in pairs):
        ways = ways[:1]  # [out, in] if that fits
    found = [
        [pairs[index] for index in order] for order in dict.fromkeys(o for way in ways for o in way)
    ]
    if len(found) > 1 or any(len(way) > 1 for way in ways):
        raise RecipeError(
            f"does not say in which order its layers follow each other: "
            f"{' or '.join(_names(one) for one in found[:2])}; number them in their names "
            f"(0.weight, 1.weight, ...), or save a .npz, whose order is kept",
            file=name,
        )
    if not found:
        return _turned(pairs, name), ""  # which says what does not fit
    return _turned(found[0], name), f"{_names(found[0])} (the only order that their shapes allow)"


def _which_one(networks: Sequence[Sequence[Pair]], name: str, *, kept: bool) -> RecipeError:
    """Return the error for a file of several networks, with the lines that keep one of them."""
    # Of names, and not of paths: `model.0.weight` and `model.2.weight` have `model.`.
    prefixes = [commonprefix([pair.name for pair in one]) for one in networks]  # noqa: RUF071
    firsts = [one[0].name for one in networks]
    apart = sum(first.startswith(prefix) for first in firsts for prefix in prefixes) == len(firsts)
    called = listed(prefixes) if apart else f"those of {listed(firsts)}"
    path = Path(name)
    lines = _KEEP_ONE[kept].format(file=path.name, one=prefixes[0], new=f"one-{path.name}")
    way = f"keep it with\n{lines}" if apart else "save its arrays in a file of its own"
    return RecipeError(
        f"contains {len(networks)} whole networks, {called}; which one is meant? {way}", file=name
    )


_KEEP_ONE = {
    True: "    import numpy as np\n"
    '    arrays = np.load("{file}")\n'
    '    np.savez("{new}", **{{k: arrays[k] for k in arrays if k.startswith("{one}")}})',
    False: "    from safetensors.numpy import load_file, save_file\n"
    '    arrays = load_file("{file}")\n'
    '    save_file({{k: a for k, a in arrays.items() if k.startswith("{one}")}}, "{new}")',
}


def _names(pairs: Sequence[Pair]) -> str:
    return listed([pair.name for pair in pairs])


def _sides(pairs: Iterable[Pair], *, turn: bool) -> list[Sides]:
    shapes = ((pair.owner, pair.weight.shape) for pair in pairs if pair.weight is not None)
    return [Sides(owner, *(shape[::-1] if turn else shape)) for owner, shape in shapes]


def _possible(pairs: Sequence[Pair]) -> list[bool]:
    """Return whether weights may be as they are, [out, in], or turned, by names and biases."""
    ways = [True] if all(pair.kernel for pair in pairs) else [False, True]
    return [turn for turn in ways if all(_has_its_bias(pair, turn=turn) for pair in pairs)]


def _has_its_bias(pair: Pair, *, turn: bool) -> bool:
    return pair.bias is None or pair.weight is None or len(pair.bias) == pair.weight.shape[turn]


def _fits(pairs: Sequence[Pair]) -> bool:
    return any(_misfit(_layers(pairs, turn=turn)) is None for turn in (False, True))


def _turned(pairs: Sequence[Pair], name: str) -> tuple[TrainedLayer, ...]:
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


def _layers(pairs: Iterable[Pair], *, turn: bool) -> tuple[TrainedLayer, ...]:
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
                f"{called(layers, index)} is {shape_of(layer.weight)}, and its bias has "
                f"{len(layer.bias)} numbers"
            )
    for index, (before, layer) in enumerate(pairwise(layers), start=1):
        width = len(before.weight)
        # Each neuron of an atan_pair hands on two values; the recipe says whether it is one.
        if layer.weight.shape[1] not in (width, 2 * width):
            return (
                f"{called(layers, index)} is {shape_of(layer.weight)}, and layer {index} "
                f"({before.name}) gives {width} values"
            )
    return None


def called(layers: Sequence[TrainedLayer], index: int) -> str:
    """Return what messages call a layer: `layer 2 of 5 (2.weight)`."""
    return f"layer {index + 1} of {len(layers)} ({layers[index].name})"

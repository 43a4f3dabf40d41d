"""Pairs of a weight and its bias, from the names of a file's arrays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cppnvid.errors import RecipeError
from cppnvid.networks.weights.formats import Array

_ROLE = re.compile(r"(?<![A-Za-z])(weights?|kernel|bias(?:es)?|[WwBb])(?![A-Za-z])")
_BIAS = ("bias", "biases", "b", "B")
_UNNAMED = re.compile(r"arr_\d+")


@dataclass
class Pair:
    """A weight and a bias whose names differ only in the word that tells them apart."""

    name: str = ""
    weight: Array | None = None
    bias: Array | None = None
    kernel: bool = False  # Keras and Flax call [in, out] so
    owner: str = ""  # the name without the word for the role
    place: int = 0  # of its weight in the file


def paired(arrays: Mapping[str, Array], name: str) -> list[Pair]:
    """Find the weight and bias of every layer, in the natural order of their names."""
    pairs: dict[str, Pair] = {}
    alone = all(_UNNAMED.fullmatch(key) for key in arrays)  # np.savez(file, *arrays)
    stem = ""
    places = {key: place for place, key in enumerate(arrays)}
    for key in sorted(arrays, key=_natural):
        array = arrays[key]
        role, owner = _role(key)
        if role in _BIAS and array.ndim == 2 and 1 in array.shape:
            array = array.ravel()  # a row or a column, as hand-written networks keep it
        if array.ndim not in (1, 2) or array.size == 0:
            raise RecipeError(
                f"{key} is {shape_of(array)}; cppnvid draws plain layers, whose weight has "
                f"two sides and whose bias one",
                file=name,
            )
        stem = (key if array.ndim == 2 else stem) if alone else owner
        pair = pairs.setdefault(stem, Pair())
        if (pair.weight if array.ndim == 2 else pair.bias) is not None:
            rival = pair.name if array.ndim == 2 else "its bias"
            raise RecipeError(f"{key} belongs to the same layer as {rival}", file=name)
        if array.ndim == 2:
            pair.name, pair.weight, pair.kernel = key, array, role == "kernel"
            pair.owner, pair.place = stem, places[key]
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


def shape_of(array: Array) -> str:
    """Return an array's shape in words: `7x16`."""
    return "x".join(map(str, array.shape)) or "a single number"

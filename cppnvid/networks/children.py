"""The networks and latents that names of pictures stand for: of seeds, and of their children.

A mutation of strength s is turned by s towards a network drawn by chance: every tensor becomes
√(1 − s²) of its parent's and s of that one's. So weights stay as large as the recipe says, whatever
the strength and however often a picture is mutated, and at 1 nothing of the parent is left.

A crossing takes each neuron, with all that feeds it, from either parent, and so each number of a
latent. Chance depends on the names of the ancestors alone, without strengths and shares: a stronger
mutation is further in the same direction, and a larger share has the same neurons and more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cppnvid.errors import RecipeError
from cppnvid.networks.sampling import Layer, Network, draw_latent, draw_network, uniform
from cppnvid.recipe import NetworkSpec
from cppnvid.recipe.pedigree import Crossing, MisnamedError, Mutation, Pedigree, descent, pedigree

_Floats = NDArray[np.float32]
_Kind = TypeVar("_Kind", Network, _Floats)


def sample_network(spec: NetworkSpec, picture: int | str) -> Network:
    """Return the network that a picture's name stands for.

    Args:
        spec: the architecture and how its weights are drawn.
        picture: a seed, 0 to 2**63 − 1, or a child such as `7x12m3@0.4`; the same name gives the
            same weights on every machine and version.

    Returns:
        A network of float32 arrays, `len(spec.layers) + 1` layers, the last being the output.

    Raises:
        RecipeError: it is no name of a picture.
    """
    return sample_networks(spec, [picture])[0]


def sample_networks(spec: NetworkSpec, pictures: Iterable[int | str]) -> list[Network]:
    """Return the networks of several pictures; common ancestors are drawn once."""
    return _grown(pictures, lambda seed: draw_network(spec, seed), _mutated, _crossed)


def sample_latents(spec: NetworkSpec, pictures: Iterable[int | str]) -> list[_Floats]:
    """Return the latents of several pictures: float32 [z_dim] each, times z_scale; empty without z.

    Raises:
        RecipeError: one is no name of a picture.
    """
    return _grown(pictures, lambda seed: draw_latent(spec, seed), _turned, _mixed_latent)


def _grown(
    pictures: Iterable[int | str],
    drawn: Callable[[int | str], _Kind],
    mutated: Callable[[_Kind, _Kind, float], _Kind],
    crossed: Callable[[_Kind, _Kind, Crossing], _Kind],
) -> list[_Kind]:
    known: dict[Pedigree, _Kind] = {}

    def of(child: Pedigree) -> _Kind:
        if child not in known:
            match child:
                case Mutation():
                    parent, towards = of(child.parent), drawn(descent(child))
                    known[child] = mutated(parent, towards, child.strength)
                case Crossing():
                    known[child] = crossed(of(child.first), of(child.second), child)
                case seed:
                    known[child] = drawn(seed)
        return known[child]

    return [of(_read(picture)) for picture in pictures]


def _read(picture: int | str) -> Pedigree:
    whole = isinstance(picture, int) and not isinstance(picture, bool) and 0 <= picture < 2**63
    if not whole and not isinstance(picture, str):
        allowed = "a whole number from 0 to 2**63 - 1, or a child such as 7m3"
        raise RecipeError(key="seed", given=picture, allowed=allowed)
    try:
        return pedigree(picture)
    except MisnamedError as error:
        raise RecipeError(f"{picture!r} {error}", key="seed", given=picture) from error


# ------------------------------------------------------------------ mutations


def _mutated(parent: Network, other: Network, strength: float) -> Network:
    pairs = zip(parent.layers, other.layers, strict=True)
    layers = [
        replace(
            layer,
            weight=_turned(layer.weight, towards.weight, strength),
            bias=None
            if layer.bias is None or towards.bias is None
            else _turned(layer.bias, towards.bias, strength),
        )
        for layer, towards in pairs
    ]
    latent = _turned(parent.latent, other.latent, strength)
    return Network(parent.inputs, tuple(layers), latent)


def _turned(tensor: _Floats, towards: _Floats, strength: float) -> _Floats:
    """Return float64's √(1 − s²) of a tensor and s of another, rounded once."""
    kept = math.sqrt(1.0 - strength * strength)
    made = kept * tensor.astype(np.float64) + strength * towards.astype(np.float64)
    return made.astype(np.float32)


# ------------------------------------------------------------------ crossings


def _crossed(first: Network, second: Network, child: Crossing) -> Network:
    """Return a network each of whose neurons is one parent's or the other's, with what feeds it.

    Args:
        first: one parent.
        second: the other.
        child: its descent decides by chance which neurons are the second's.

    Raises:
        RecipeError: their architectures differ, so that a neuron of one would not fit the other.
    """
    forms = [_form(network) for network in (first, second)]
    if forms[0] != forms[1]:
        raise RecipeError(
            f"networks of two architectures cannot be crossed, whose neurons do not fit into each "
            f"other: {forms[0]} and {forms[1]}"
        )
    layers: list[Layer] = []
    for index, (one, other) in enumerate(zip(first.layers, second.layers, strict=True)):
        last = index == len(first.layers) - 1
        place = "output.neurons" if last else f"layers.{index}.neurons"
        takes = _coins(child, place, len(one.weight))
        bias = one.bias
        if bias is not None and other.bias is not None:
            bias = np.where(takes, other.bias, bias)
        weight = np.where(takes[:, None], other.weight, one.weight)
        layers.append(replace(one, weight=weight, bias=bias))
    latent = _mixed_latent(first.latent, second.latent, child)
    return Network(first.inputs, tuple(layers), latent)


def _form(network: Network) -> str:
    layers = ", ".join(
        f"{'x'.join(map(str, layer.weight.shape))} {layer.activation}"
        f"{' with bias' * (layer.bias is not None)}{' residual' * layer.residual}"
        for layer in network.layers
    )
    return f"{' '.join(network.inputs)} -> {layers}"


def _mixed_latent(first: _Floats, second: _Floats, child: Crossing) -> _Floats:
    return np.where(_coins(child, "z", len(first)), second, first)


def _coins(child: Crossing, place: str, count: int) -> NDArray[np.bool_]:
    """Return by chance, for each of `count` neurons, whether it is the second parent's."""
    return 0.5 + 0.5 * uniform(descent(child), place, count) < child.share

"""Export: the network of a picture, or of a moment between pictures, as a file of weights."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from cppnvid.animation.control_points import control_networks
from cppnvid.animation.scene import Moment
from cppnvid.animation.timing import fold_time, track_at
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import moment_of
from cppnvid.networks.files import trained_of
from cppnvid.networks.sampling import Layer, Network
from cppnvid.networks.weights import check_target, write_weights
from cppnvid.recipe import Recipe


def export_network(
    recipe: Recipe,
    path: str | os.PathLike[str],
    *,
    time: float | None = None,
    picture: int = 1,
    overwrite: bool = False,
) -> Path:
    """Write a network of a recipe as `.npz` or `.safetensors`, with its camera and palette.

    Args:
        recipe: of the film.
        path: the file; see `save_network` for what it holds.
        time: 0 to 1, the moment whose network is written, with the latent folded into the first
            bias and tracks at their values; None writes that of a picture on the path.
        picture: number of the picture on the path, from 1.
        overwrite: replace an existing file.

    Raises:
        RecipeError: there is no such picture or moment, or the file exists or has another ending.
        EncodeError: the disk refuses.
    """
    check_target(path, overwrite=overwrite)
    data = recipe.to_data()
    if time is None:
        count = recipe.morph.pictures
        if not 1 <= picture <= count:
            raise RecipeError(key="picture", given=picture, allowed=f"from 1 to {count}")
        network = control_networks(recipe)[picture - 1]
        about: dict[str, Any] = {"network": data["network"]}
    elif not 0.0 <= time <= 1.0:
        raise RecipeError(key="time", given=time, allowed="from 0 to 1")
    elif set(recipe.network.inputs) == {"z"}:
        raise RecipeError(
            "has only z, so a moment of it is one colour and not a network",
            key="network.inputs",
            given=recipe.network.inputs,
        )
    else:
        network = _network_of(moment_of(recipe, time))
        about = {}
        _stand_still(data, recipe, time)
    about |= {"camera": data["camera"], "palette": data["palette"]}
    return write_weights(trained_of(network, about), path, overwrite=overwrite)


def _network_of(moment: Moment) -> Network:
    layers = [
        Layer(layer.weight, layer.bias.astype(np.float32), layer.activation, layer.residual)
        for layer in moment.layers
    ]
    return Network(moment.inputs, tuple(layers), np.zeros(0, np.float32))


def _stand_still(data: dict[str, Any], recipe: Recipe, time: float) -> None:
    """Replace every track by its value at one time."""
    film_time = fold_time(time, recipe.morph.loop)
    closed = recipe.morph.loop == "closed"
    for key, track, _ in recipe.tracks():
        *above, name = key.split(".")
        part: Any = data
        for step in above:
            part = part[int(step) if step.isdecimal() else step]
        part[name] = track_at(track, film_time, closed=closed, geometric=name == "zoom")

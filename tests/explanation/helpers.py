"""Small networks of the article's, and what arrives at their outputs."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.definition import layer_by_layer
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe

POINTS = np.random.default_rng(1).random((50, 2)) - 0.5


def recipe(
    network: dict[str, object] | None = None, *, size: str = "48x48", frames: int = 12
) -> Recipe:
    """Return a small network of the article's."""
    return Recipe.model_validate(
        {
            "style": "article",
            "network": {"layers": ["4x5"]} | (network or {}),
            "morph": {"seeds": [3]},
            "canvas": {"size": size},
            "output": {"frames": frames},
        }
    )


def shorter(whole: Recipe, count: int) -> Moment:
    """Return the moment of the network of only the first layers."""
    network = whole.network.model_copy(update={"layers": whole.network.layers[:count]})
    return moment_of(whole.model_copy(update={"network": network}), 0.0)


def sums(moment: Moment, layers: tuple[SceneLayer, ...]) -> NDArray[np.float64]:
    """Return what arrives at the output at each of POINTS."""
    return list(layer_by_layer(replace(moment, layers=layers), POINTS))[-1][0]

"""Every row of every table through both writers of shaders, as their hosts draw them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Scene
from cppnvid.backends.shader import colour, field, functions
from cppnvid.live.isf import draw_isf
from cppnvid.live.shadertoy import draw_shadertoy
from cppnvid.recipe import Recipe
from tests.backends.helpers import COORDINATES, WARPS
from tests.conftest import small
from tests.live.hosts import Isf, Shadertoy, wanted

WIDTH, HEIGHT = 33, 17
MODES = ("ember", *(mode for mode in colour.MODES if mode != "gradient"))

# A film for each activation has the next row of every other table; there are more activations than
# rows of any other.
_OTHERS = (tuple(functions.OUTPUT_FUNCTIONS), tuple(WARPS), MODES, COORDINATES)
FILMS = {
    activation: tuple(rows[index % len(rows)] for rows in _OTHERS)
    for index, activation in enumerate(functions.ACTIVATIONS)
}


def film_of(activation: str) -> Recipe:
    """Return the film of an activation, with the rows that go with it."""
    output, warp, mode, coordinates = FILMS[activation]
    channels = {"cmyk": 4, "grey": 1}.get(mode, 3)
    network: dict[str, Any] = {
        "layers": [5, 5],
        "activation": activation,
        "residual": True,
        "output": output,
        "channels": channels,
        "init": {"hidden": 0.4},
    }
    camera = {"warps": [WARPS[warp]], "rotate": 33, "zoom": 0.6, "coordinates": coordinates}
    if coordinates == "pixels":
        camera["scale"] = 0.03
    return small(
        WIDTH,
        HEIGHT,
        network=network,
        camera=camera,
        morph={"seeds": [5, 6], "pace": "uniform"},
        palette={"name": mode, "hue": 77.0 if colour.takes_hue(mode) else 0.0, "contrast": 1.5},
        output={"frames": 4, "fps": 4},
    )


def levels_off(drawn: NDArray[np.uint8], recipe: Recipe, scene: Scene) -> float:
    """Return how far all values but one in 500, which may lie on an edge, are off."""
    missed = np.abs(drawn.astype(int) - wanted(recipe, scene, 0.25)).ravel()
    return float(np.sort(missed)[-1 - missed.size // 500])


def test_the_films_have_every_row() -> None:
    """Each table is as long as that of activations, or shorter."""
    for index, table in enumerate(_OTHERS):
        assert {rows[index] for rows in FILMS.values()} == set(table)
    assert set(field.WARPS) == {warp.split()[0] for warp in WARPS}
    assert list(FILMS) == list(functions.ACTIVATIONS)


@pytest.mark.parametrize("activation", FILMS)
def test_both_writers_print_it(activation: str) -> None:
    """At most 2 levels from the definition."""
    recipe = film_of(activation)
    scene = Scene.of(recipe)

    toy = Shadertoy(draw_shadertoy(recipe, scene), WIDTH, HEIGHT).draw(0.25)
    isf = Isf(draw_isf(recipe, scene), WIDTH, HEIGHT).draw(0.25)

    assert levels_off(toy, recipe, scene) <= 2
    assert levels_off(isf, recipe, scene) <= 2

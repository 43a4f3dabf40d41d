"""The widget: what a notebook's cell needs to draw a film, and the script that does."""

from __future__ import annotations

from typing import Any

from cppnvid.animation.scene import Timeline
from cppnvid.live.limits import check_network
from cppnvid.live.matrix import Matrix
from cppnvid.live.page import data_uri, film_data, joined, poster_of
from cppnvid.recipe import Recipe

STYLE = "widget.css"
_SCRIPTS = ("numbers.js", "device.js", "fineness.js", "widget.js")


def widget_script() -> str:
    """Return an ES module whose default export has `render({ model, el })`, as anywidget asks."""
    return f"{joined(_SCRIPTS)}export default {{ render }};\n"


def widget_film(recipe: Recipe, scene: Timeline) -> dict[str, Any]:
    """Return a film as the module reads it: numbers, texts and lists alone.

    Args:
        recipe: what to play.
        scene: the recipe's, at its pace.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too long.
    """
    check_network(scene.at(0.0))
    film = film_data(recipe, Matrix.of(recipe, scene))
    poster = data_uri(poster_of(recipe, scene))
    return {**film, "title": recipe.title or "cppnvid", "poster": poster}

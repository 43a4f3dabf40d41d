"""A film as a widget of a notebook, drawn in its cell and steered from Python."""

from functools import cache
from importlib import import_module
from typing import Any

from cppnvid.live.page import part
from cppnvid.live.widget import STYLE, widget_film, widget_script
from cppnvid.recipe import Recipe
from cppnvid.render import live_scene


def live_widget(recipe: Recipe) -> Any:
    """Return a widget that draws a recipe's film in a cell; it needs `anywidget`.

    Its traits are the same in Python and on the screen: `time`, from 0 to 1, which follows a
    playing film twice a second; `zoom`, the magnification, from 0.1 to 1000; `hue`, by which all
    hues are turned, in degrees; `paused`.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too long.
        ModuleNotFoundError: anywidget is not installed.
    """
    made = _widget_class()
    return made(film=widget_film(recipe, live_scene(recipe)))


@cache
def _widget_class() -> Any:
    try:
        anywidget: Any = import_module("anywidget")
        traitlets: Any = import_module("traitlets")
    except ModuleNotFoundError as error:
        problem = f"a live widget needs {error.name}: pip install 'cppnvid[widget]'"
        raise ModuleNotFoundError(problem, name=error.name) from error
    parts = {
        "__module__": __name__,
        "__repr__": _shown,
        "_esm": widget_script(),
        "_css": part(STYLE),
        "film": traitlets.Dict().tag(sync=True),
        "time": traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True),
        "now": traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True),
        "_follow": traitlets.observe("now")(_follow),
        "zoom": traitlets.Float(1.0, min=0.1, max=1000.0).tag(sync=True),
        "hue": traitlets.Float(0.0).tag(sync=True),
        "paused": traitlets.Bool(False).tag(sync=True),
    }
    return type("LiveWidget", (anywidget.AnyWidget,), parts)


def _follow(widget: Any, change: Any) -> None:
    """Let `time` be where a playing film says it is; a late word changes nothing once it rests."""
    if not widget.paused:
        widget.time = change["new"]


def _shown(widget: Any) -> str:
    """Return where a widget is, not the film's numbers."""
    numbers = ", ".join(f"{name}={getattr(widget, name):g}" for name in ("time", "zoom", "hue"))
    return f"<LiveWidget: {numbers}, paused={widget.paused}>"

"""Animations and videos painted by small random neural networks.

A recipe builds a scene, a backend turns the scene into frames, an encoder turns frames into a file:

    import cppnvid

    recipe = cppnvid.load_recipe("aurora")
    cppnvid.render_video(recipe, "aurora.mp4")

What takes time to load is loaded when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from cppnvid.animation.scene import Scene
    from cppnvid.backends import choose
    from cppnvid.encode import decode, decode_deep, probe
    from cppnvid.errors import (
        BackendError,
        BackendUnavailable,
        CppnvidError,
        EncodeError,
        RecipeError,
    )
    from cppnvid.explanation import Explanation, explain, explain_video, save_explanation
    from cppnvid.export import export_network
    from cppnvid.film.pacing import build_scene
    from cppnvid.film.run import Run
    from cppnvid.live.extras import PageExtras
    from cppnvid.networks.children import sample_network
    from cppnvid.networks.files import load_network, save_network
    from cppnvid.networks.sampling import Network
    from cppnvid.notebook import LivePage, Still, Video
    from cppnvid.presets import list_presets, load_recipe
    from cppnvid.recipe import Recipe
    from cppnvid.render import live_page, render_frames, render_still, render_video, save_still
    from cppnvid.sheets.breeding import children_of, save_breeding_sheet
    from cppnvid.sheets.gallery import (
        best_seeds,
        contact_sheet,
        save_contact_sheet,
        save_moving_sheet,
    )
    from cppnvid.sheets.page import save_gallery_page
    from cppnvid.sheets.scoring import score
    from cppnvid.sheets.storyboard import save_storyboard, storyboard
    from cppnvid.widget import live_widget

# Each public name by the module that it is loaded from on first use.
_HOMES = {
    "animation.scene": "Scene",
    "backends": "choose",
    "encode": "decode decode_deep probe",
    "errors": "BackendError BackendUnavailable CppnvidError EncodeError RecipeError",
    "explanation": "Explanation explain explain_video save_explanation",
    "export": "export_network",
    "film.pacing": "build_scene",
    "film.run": "Run",
    "live.extras": "PageExtras",
    "networks.files": "load_network save_network",
    "networks.children": "sample_network",
    "networks.sampling": "Network",
    "notebook": "LivePage Still Video",
    "presets": "list_presets load_recipe",
    "recipe": "Recipe",
    "render": "live_page render_frames render_still render_video save_still",
    "sheets.breeding": "children_of save_breeding_sheet",
    "sheets.gallery": "best_seeds contact_sheet save_contact_sheet save_moving_sheet",
    "sheets.page": "save_gallery_page",
    "sheets.scoring": "score",
    "sheets.storyboard": "save_storyboard storyboard",
    "widget": "live_widget",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["BackendError", "BackendUnavailable", "CppnvidError", "EncodeError", "Explanation"]
__all__ += ["LivePage", "Network", "PageExtras", "Recipe", "RecipeError", "Run", "Scene", "Still"]
__all__ += ["Video", "best_seeds", "build_scene", "children_of", "choose", "contact_sheet"]
__all__ += ["decode", "decode_deep"]
__all__ += ["explain", "explain_video", "export_network", "list_presets", "live_page"]
__all__ += ["load_network", "load_recipe", "probe", "render_frames", "render_still"]
__all__ += ["render_video", "sample_network", "save_breeding_sheet", "save_contact_sheet"]
__all__ += ["live_widget", "save_explanation", "save_gallery_page"]
__all__ += ["save_moving_sheet", "save_network", "save_still", "save_storyboard", "score"]
__all__ += ["storyboard"]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562), so that --help needs no torch."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cppnvid' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"cppnvid.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

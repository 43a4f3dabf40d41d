"""The documents that draw a film where it is watched, by the codec of their container."""

from collections.abc import Callable

from cppnvid.animation.scene import Scene
from cppnvid.live.isf import draw_isf
from cppnvid.live.page import draw_page
from cppnvid.live.shadertoy import draw_shadertoy
from cppnvid.recipe import Recipe

DOCUMENTS: dict[str, Callable[[Recipe, Scene], str]] = {
    "webgl": draw_page,
    "shadertoy": draw_shadertoy,
    "isf": draw_isf,
}

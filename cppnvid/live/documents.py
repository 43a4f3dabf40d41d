"""The documents that draw a film where it is watched, by the codec of their container.

Each is drawn from a recipe and its scene; a page's also takes `extras` and `sound`.
"""

from collections.abc import Callable

from cppnvid.live.isf import draw_isf
from cppnvid.live.page import draw_page
from cppnvid.live.shadertoy import draw_shadertoy

DOCUMENTS: dict[str, Callable[..., str]] = {
    "webgl": draw_page,
    "shadertoy": draw_shadertoy,
    "isf": draw_isf,
}

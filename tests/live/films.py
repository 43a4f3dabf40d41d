"""Films that between them have most of what a live page can be asked to draw."""

from typing import Any

from cppnvid.recipe import Recipe
from tests.conftest import small

FRAMES = 24
TURN = {"keys": [[0, 0], [1, 360]]}

_PARTS: dict[str, dict[str, Any]] = {
    "walk": {"morph": {"seeds": [1, 2, 3]}, "canvas": {"samples": 2}},
    "orbit": {"morph": {"seeds": [4], "of": "z"}, "network": {"z_dim": 6}},
    "kaleidoscope": {
        "camera": {
            "rotate": TURN,
            "coordinates": "corners",
            "warps": [
                {"kind": "kaleidoscope", "angle": TURN},
                {"kind": "swirl", "angle": {"keys": [[0, 0], [0.5, 90]]}},
            ],
        },
        "palette": {"name": "oklch", "hue": TURN, "contrast": 1.5},
        "network": {"activation": "sin"},
    },
    "zoom": {
        "morph": {"seeds": [5], "path": "zoom"},
        "camera": {"warps": [{"kind": "endless", "period": 8}]},
        "network": {"activation": "atan_pair"},
    },
    "grow": {
        "morph": {"seeds": [6], "path": "grow", "loop": "open"},
        "palette": {"name": "cmyk"},
        "network": {"channels": 4, "residual": True},
    },
    "cuts": {
        "morph": {"seeds": [7, 8, 9], "easing": "hold"},
        "camera": {"coordinates": "endpoints", "warps": [{"kind": "wave", "phase": TURN}]},
        "palette": {"name": "hsv"},
    },
    "there and back": {
        "morph": {"seeds": [10, 11], "loop": "ping-pong", "hold": 0.3, "path": "slerp"},
        "camera": {"zoom": {"keys": [[0, 1], [1, 3]]}, "pan_x": 0.1},
    },
}
NAMES = tuple(_PARTS)


def film(name: str, width: int = 40, height: int = 28, **more: Any) -> Recipe:
    """Return one of these films; the parts in `more` are laid over its own."""
    parts = {key: dict(value) for key, value in _PARTS[name].items()}
    for key, value in {"output": {"frames": FRAMES}, **more}.items():
        parts[key] = {**parts.get(key, {}), **value}
    return small(width, height, **parts)

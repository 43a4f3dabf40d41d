"""The named styles: partial recipes that a recipe starts from.

Data only. `Recipe` lays what the user wrote over the style it names, so every key stays overridable
and a recipe that was written out in full means the same after a style has changed. The house style
was chosen by looking at contact sheets of seeds 1 to 64.
"""

from typing import Any

DEFAULT_STYLE = "house"

STYLES: dict[str, dict[str, Any]] = {
    # A first layer of sines folds the plane, three of tanh sculpt it: more detail for each step of
    # the walk than any depth of tanh alone (their pictures flash by at 300 frames). Small σ keeps
    # contours wide enough for one sample a pixel. A sine at the end spreads values on the gradient.
    "house": {
        "network": {
            "layers": [{"width": 16, "activation": "sin"}, "3x16"],
            "output": "sine",
            "init": {"first": 2.1, "latent": 0.3, "hidden": 0.45, "output": 0.22, "bias": 0.3},
        },
        "camera": {"scale": 2.0},
        "palette": {"name": "lagoon"},
    },
    "article": {
        "network": {
            "inputs": ["x", "y"],
            "layers": ["9x16"],
            "bias": "first",
            "output_bias": False,
            "init": {"biases": "pytorch"},
        },
        "camera": {"coordinates": "corners"},
        "palette": {"name": "rgb"},
    },
}

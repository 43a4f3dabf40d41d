"""The named styles: partial recipes that a recipe starts from.

Data only. `Recipe` lays what the user wrote over the style it names, so every key stays overridable
and a recipe that was written out in full means the same after a style has changed. The house style
was chosen by looking at contact sheets of seeds 1 to 64.
"""

from typing import Any

DEFAULT_STYLE = "house"

STYLES: dict[str, dict[str, Any]] = {
    "house": {},
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

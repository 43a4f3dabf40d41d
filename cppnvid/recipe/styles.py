"""The named styles: partial recipes on which a text is laid.

What the text says wins over its style, so a recipe that was written out in full stays the same when
a style changes. The house style was chosen by looking at contact sheets of seeds 1 to 64.
"""

from typing import Any

DEFAULT_STYLE = "house"

# The published systems; tests hold them to their formulas and numbers.
_PATTERNS: dict[str, Any] = {
    "network": {"layers": ["4x32"], "z_dim": 8, "z_scale": 10.0, "z_distribution": "uniform"},
    "camera": {"coordinates": "endpoints", "scale": 10.0},
    "palette": {"name": "rgb"},
}
_TANH_SOFTPLUS = [{"width": 32, "activation": name} for name in ("tanh", "softplus") * 2]


def _patterns(**network: Any) -> dict[str, Any]:
    return _PATTERNS | {"network": _PATTERNS["network"] | network}


_DEEP = {"inputs": ["x", "y"], "layers": ["9x16"], "bias": "first", "output_bias": False}
_CORNERS: dict[str, Any] = {"camera": {"coordinates": "corners"}, "palette": {"name": "rgb"}}
_SHORTER = {"inputs": ["x", "y", "r", "z"], "layers": ["8x16"]}

PUBLISHED: dict[str, dict[str, Any]] = {
    # "Making deep neural networks paint to understand how they work", 2019.
    "article": _CORNERS | {"network": _DEEP | {"init": {"biases": "pytorch"}}},
    # Neural network generative art in JavaScript, 2015: its third input, a 1, is a bias.
    "netart-2015": _CORNERS | {"network": _DEEP},
    # The same, 2016: widths 12 to 19 with 24 - width layers, of which 16 is taken.
    "netart-2016": _CORNERS
    | {"network": _DEEP | _SHORTER | {"z_dim": 2, "z_distribution": "uniform"}},
    # "Generating Abstract Patterns with TensorFlow", 2016, and its variants B to E.
    "patterns": _PATTERNS,
    "patterns-b": _patterns(output="ridge"),
    "patterns-c": _patterns(layers=_TANH_SOFTPLUS),
    "patterns-d": _patterns(layers=_TANH_SOFTPLUS, output="sine"),
    "patterns-e": _patterns(residual=True),
    # The generator of the GAN and VAE follow-up, 2016, before training.
    "trained": {
        "network": {
            "layers": [{"width": 128, "activation": "softplus"}, "3x128"],
            "z_dim": 32,
            "z_scale": 8.0,
            "init": {"first": 0.1, "latent": 0.1, "hidden": 0.1, "output": 0.1, "bias": 0.1},
        },
        "camera": {"coordinates": "endpoints", "scale": 8.0},
        "palette": {"name": "rgb"},
    },
    # Lucid's: both halves of each activation are passed on, so 24 neurons give 48 values.
    "lucid": {
        "network": {
            "inputs": ["x", "y"],
            "layers": ["8x24"],
            "activation": "atan_pair",
            "init": {"weights": "variance", "biases": "zero"},
        },
        "camera": {"coordinates": "endpoints", "scale": 3**0.5},
        "palette": {"name": "rgb"},
    },
}

STYLES: dict[str, dict[str, Any]] = {
    # A layer of sines folds the plane and three of tanh sculpt it: more detail for each step of the
    # path than tanh alone at any depth, whose pictures flash by at 300 frames. Small σ keeps
    # contours wide enough for one sample per pixel; a sine at the end uses the whole gradient.
    "house": {
        "network": {
            "layers": [{"width": 16, "activation": "sin"}, "3x16"],
            "output": "sine",
            "init": {"first": 2.1, "latent": 0.3, "hidden": 0.45, "output": 0.22, "bias": 0.3},
        },
        "camera": {"scale": 2.0},
        "palette": {"name": "lagoon"},
    },
    **PUBLISHED,
}

"""The named styles: partial recipes that a recipe starts from.

Data only. `Recipe` lays what the user wrote over the style it names, so every key stays overridable
and a recipe that was written out in full means the same after a style has changed. The house style
was chosen by looking at contact sheets of seeds 1 to 64.
"""

from typing import Any

DEFAULT_STYLE = "house"

# The published systems, by their own formulas and numbers; tests hold them to both.
_PATTERNS: dict[str, Any] = {
    "network": {"layers": ["4x32"], "z_dim": 8, "z_scale": 10.0, "z_distribution": "uniform"},
    "camera": {"coordinates": "endpoints", "scale": 10.0},
    "palette": {"name": "rgb"},
}
_TANH_SOFTPLUS = [{"width": 32, "activation": name} for name in ("tanh", "softplus") * 2]


def _patterns(**network: Any) -> dict[str, Any]:
    return _PATTERNS | {"network": _PATTERNS["network"] | network}


PUBLISHED: dict[str, dict[str, Any]] = {
    # "Making deep neural networks paint to understand how they work", 2019.
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
    # Neural network generative art in JavaScript, 2015: its third input, a 1, is a bias.
    "netart-2015": {
        "network": {
            "inputs": ["x", "y"],
            "layers": ["9x16"],
            "bias": "first",
            "output_bias": False,
        },
        "camera": {"coordinates": "corners"},
        "palette": {"name": "rgb"},
    },
    # The same, 2016: widths 12 to 19 with 24 - width layers; 16 stands for them.
    "netart-2016": {
        "network": {
            "inputs": ["x", "y", "r", "z"],
            "z_dim": 2,
            "z_distribution": "uniform",
            "layers": ["8x16"],
            "bias": "first",
            "output_bias": False,
        },
        "camera": {"coordinates": "corners"},
        "palette": {"name": "rgb"},
    },
    # "Generating Abstract Patterns with TensorFlow", 2016, and its variants B to E.
    "patterns": _PATTERNS,
    "patterns-b": _patterns(output="ridge"),
    "patterns-c": _patterns(layers=_TANH_SOFTPLUS),
    "patterns-d": _patterns(layers=_TANH_SOFTPLUS, output="sine"),
    "patterns-e": _patterns(residual=True),
    # The generator of the GAN and VAE follow-up, 2016, before it has learnt anything.
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
    # Lucid's: both halves of each activation go on, so 24 neurons hand on 48 values.
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
    **PUBLISHED,
}

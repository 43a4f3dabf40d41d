"""What tests of backends share: scenes for every row of every table, and the comparison."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.scene import Moment, Scene
from cppnvid.backends import Backend, definition, machine
from cppnvid.colour.gradients import GRADIENT_NAMES
from cppnvid.colour.modes import MODES
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import build_scene
from cppnvid.networks.activations import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.networks.inputs import INPUTS
from cppnvid.recipe import Recipe, Samples

# No pixel lies on a seam of these tiles, where float32 and float64 may take different sides.
WARPS: dict[str, dict[str, Any]] = {
    "mirror": {"kind": "mirror", "angle": 30, "offset": 0.1},
    "kaleidoscope": {"kind": "kaleidoscope", "segments": 5, "angle": 20},
    "tile": {"kind": "tile", "size": 0.137, "mirrored": False},
    "tile_mirrored": {"kind": "tile", "size": 0.3},
    "swirl": {"kind": "swirl", "angle": 200, "radius": 0.3},
    "wave": {"kind": "wave", "amplitude": 0.1, "frequency": 3, "phase": 50, "angle": 25},
    "endless": {"kind": "endless", "phase": 100, "arms": 2, "twist": 40},
    "endless rings": {"kind": "endless", "phase": -30, "arms": 0, "period": 9, "radius": 0.3},
}
COORDINATES = ("centres", "corners", "pixels", "endpoints")
WEIRD = ((33, 17), (7, 5), (61, 4), (1, 40), (50, 2), (5, 23))  # sizes, taken in turn


def scene_of(**parts: Any) -> Scene:
    """Return a recipe's scene: small hidden weights, so that rounding errors stay what they are."""
    network = {"layers": [8, 8], "init": {"hidden": 0.4}} | parts.pop("network", {})
    morph = {"seeds": [5, 6], "pace": "uniform"} | parts.pop("morph", {})
    data = {"network": network, "morph": morph, "palette": {"name": "rgb"}} | parts
    return build_scene(Recipe.model_validate(data))


def _rows() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ACTIVATIONS:
        init = {"hidden": 0.4, "output": 0.3}
        network = {"layers": [7, 6, 6], "activation": name, "init": init, "residual": True}
        for scale in (1.0, 30.0):  # near zero, and where functions saturate or turn many times
            yield f"{name} x{scale:g}", {"network": network, "camera": {"scale": scale}}
    for name in OUTPUT_FUNCTIONS:
        yield f"output {name}", {"network": {"output": name}}
    for names in (*((name,) for name in INPUTS), ("y", "r"), tuple(INPUTS)):
        for layers in ([], [3]):
            network = {"inputs": names, "layers": layers}
            yield f"inputs {' '.join(names)}, {len(layers)} layers", {"network": network}
    for name in (*MODES, "ember"):
        for channels in (4,) if name == "cmyk" else (1, 3):
            network = {"channels": channels, "layers": [8], "init": {"output": 2.0}}
            for palette in ({"hue": 0.0}, {"hue": 77.0}, {"contrast": 3.0}):
                label = f"{name} of {channels}, {palette}"
                yield label, {"network": network, "palette": {"name": name} | palette}
    for name in GRADIENT_NAMES:
        yield f"gradient {name}", {"palette": {"name": name}}
    view = {"rotate": 33, "pan_x": 0.2, "pan_y": -0.1, "zoom": 0.6}
    for name, warp in WARPS.items():
        yield f"warp {name}", {"camera": {"warps": [warp]} | view}
    for name in COORDINATES:
        yield f"coordinates {name}", {"camera": {"coordinates": name, "warps": [*WARPS.values()]}}


# Every row of every table, as parts of a recipe; and a size for each.
ROWS: dict[str, dict[str, Any]] = dict(_rows())
SIZES = {name: WEIRD[index % len(WEIRD)] for index, name in enumerate(ROWS)}


def make_unusable(monkeypatch: pytest.MonkeyPatch, *names: str, why: str = "none") -> None:
    """Let this machine lack backends."""
    for name in names:
        row = replace(machine.BACKENDS[name], probe=lambda: (False, why))
        monkeypatch.setitem(machine.BACKENDS, name, row)


def drawn(
    backend: Backend, moment: Moment, width: int, height: int, samples: Samples = 1
) -> NDArray[np.uint8]:
    """Return one whole frame."""
    return np.concatenate(list(backend.bands(moment, Raster(width, height, samples))))


def assert_defined(
    backend: Backend, moment: Moment, raster: Raster, *, share: float = 0.005
) -> None:
    """Assert that a backend draws what the definition says, but for a few roundings."""
    exact = definition.picture(moment, raster)
    made = np.concatenate(list(backend.bands(moment, raster)))
    assert (made.dtype, made.shape) == (exact.dtype, exact.shape)
    steps = np.abs(made.astype(int) - exact)
    level = 1 if made.dtype == np.uint8 else 64
    assert steps.max() <= level, f"{np.count_nonzero(steps > level)} values are off by more"
    if level == 1:
        assert np.count_nonzero(steps) <= 1 + share * steps.size


def planes_of(moment: Moment, width: int, height: int) -> NDArray[np.uint8]:
    """Return the planes of BT.709 that the definition's colours make, in float64."""
    rgb = definition.picture(moment, Raster(width, height, 1, "rgb48")) / 65535
    padded = np.pad(rgb, ((0, 0), (1, 0), (0, 0)), mode="edge")
    mean = (padded[:, 0:-1:2] + 2 * padded[:, 1::2] + padded[:, 2::2]) / 4
    mean = mean.reshape(height // 2, 2, width // 2, 3).mean(1)
    shares = np.array([0.2126, 0.7152, 0.0722])
    chroma = [(mean[..., c] - mean @ shares) / (2 * (1 - shares[c])) * 224 + 128 for c in (2, 0)]
    values = [(rgb @ shares * 219 + 16).ravel(), *(plane.ravel() for plane in chroma)]
    return (np.concatenate(values) + 0.5).astype(np.uint8).reshape(-1, width)

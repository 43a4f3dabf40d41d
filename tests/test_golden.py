"""Golden pictures: the same seed is the same picture, on every machine and in every version.

They come from the definition in float64, so that no machine's rounding moves them. `python -m
tests.test_golden` writes them anew, which is right only when a picture was meant to change.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid.backends import definition
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe
from cppnvid.render import render_still
from tests.conftest import small

FOLDER = Path(__file__).parent / "golden"
RECIPES: dict[str, tuple[Recipe, float]] = {
    "weights": (small(64, 64, morph={"seeds": [1, 2, 3]}), 0.2),
    "latents": (small(64, 64, morph={"seeds": [1, 2], "of": "z", "path": "slerp"}), 0.3),
    "orbit": (small(64, 64, morph={"seeds": [4]}, palette={"name": "ember"}), 0.4),
    "warped": (
        small(
            64, 48,
            network={"layers": [12, {"width": 9, "activation": "sin"}], "output": "sine"},
            camera={
                "rotate": 20, "zoom": 0.5, "warps": [{"kind": "kaleidoscope"}, {"kind": "wave"}],
            },
            palette={"name": "oklch", "hue": 40},
        ),
        0.0,
    ),
}  # fmt: skip


def drawn(name: str) -> NDArray[np.uint8]:
    """Draw a golden recipe as it is drawn today."""
    recipe, time = RECIPES[name]
    return definition.picture(moment_of(recipe, time), Raster(*recipe.canvas.size))


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_pictures_are_what_they_were(name: str) -> None:
    """No value differs by more than 1 from the picture that was kept."""
    with Image.open(FOLDER / f"{name}.png") as picture:
        kept = np.asarray(picture).astype(int)

    assert np.abs(drawn(name).astype(int) - kept).max() <= 1


def test_the_comparison_can_fail() -> None:
    """The next seed's picture is nowhere near the one that was kept."""
    with Image.open(FOLDER / "weights.png") as picture:
        kept = np.asarray(picture).astype(int)

    other = render_still(small(64, 64, morph={"seeds": [2, 3, 4]}), time=0.2)
    assert np.abs(other.astype(int) - kept).max() > 20


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for golden in RECIPES:
        Image.fromarray(drawn(golden)).save(FOLDER / f"{golden}.png")

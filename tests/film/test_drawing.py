"""Which films are interpolated, and what their files say of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cppnvid.animation.scene import Scene
from cppnvid.backends import sparse
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Target
from cppnvid.film.film import film_of, with_drawing
from cppnvid.film.run import Run
from cppnvid.presets import load_recipe
from cppnvid.recipe import Recipe
from cppnvid.render import render_video
from tests.conftest import small


def house(**parts: Any) -> Recipe:
    """Return the house style at 1080×1080, or with other keys, drawn as `auto` decides."""
    parts["canvas"] = {"drawing": "auto"} | parts.get("canvas", {})
    return load_recipe({"morph": {"seeds": [1, 2], "pace": "uniform"}} | parts)


@pytest.mark.parametrize(
    ("path", "parts", "drawing"),
    [
        ("a.mp4", {}, "adaptive"),
        ("a.webm", {}, "adaptive"),
        ("a.webp", {"canvas": {"size": "1080x1080"}}, "adaptive"),
        ("a.gif", {"canvas": {"size": "1080x1080"}}, "adaptive"),
        ("a.webp", {"canvas": {"size": "1080x1080"}, "output": {"lossless": True}}, "auto"),
        ("a.apng", {"canvas": {"size": "1080x1080"}}, "auto"),
        ("a.mov", {}, "auto"),
        ("a.mp4", {"output": {"depth": 10}}, "auto"),
        ("a.mp4", {"canvas": {"size": "480x480"}}, "auto"),
        ("a.mp4", {"canvas": {"drawing": "exact"}}, "exact"),
        ("a.apng", {"canvas": {"drawing": "adaptive"}}, "adaptive"),
        ("a.mp4", {"network": {"layers": [12, 12]}}, "auto"),
        ("a.mp4", {"network": {"layers": [12, 12]}, "canvas": {"samples": 2}}, "adaptive"),
    ],
)
def test_auto_interpolates_where_it_pays_and_the_file_forgives(
    tmp_path: Path, path: str, parts: dict[str, Any], drawing: str
) -> None:
    """What was asked for by name stays."""
    recipe = house(**parts)
    target = Target.of(recipe, tmp_path / path)
    assert with_drawing(recipe, Scene.of(recipe), target).canvas.drawing == drawing


@pytest.mark.parametrize("interpolates", [True, False])
def test_only_what_is_interpolated_says_so(tmp_path: Path, *, interpolates: bool) -> None:
    """In its recipe and to the user; a backend that draws every pixel leaves `auto` as it is."""
    notes: list[str] = []
    backend = NumpyBackend()
    backend.interpolates = interpolates
    recipe = house()
    run = Run(backend=backend, note=notes.append)
    film = film_of(recipe, run, Target.of(recipe, tmp_path / "a.mp4"))
    assert film.recipe.canvas.drawing == ("adaptive" if interpolates else "auto")
    assert [note for note in notes if "interpolating" in note] == notes[: int(interpolates)]


def test_a_file_says_that_it_was_interpolated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn again from its recipe it is the same, whatever `auto` would choose then."""
    monkeypatch.setattr(sparse, "LEAST", 0)
    recipe = house(canvas={"size": "96x64"}, output={"frames": 3})
    first, again = tmp_path / "first.mp4", tmp_path / "again.mp4"
    render_video(recipe, first)
    read = load_recipe(first)
    assert read.canvas.drawing == "adaptive"
    monkeypatch.undo()
    render_video(read, again)
    assert again.read_bytes() == first.read_bytes()


def test_films_are_exact_unless_asked_otherwise() -> None:
    """Interpolation misses some dots and lines, so nobody gets it unasked."""
    assert Recipe().canvas.drawing == "exact"


@pytest.mark.parametrize("drawing", ["adaptive", "auto"])
def test_a_still_is_drawn_exactly(drawing: str) -> None:
    """Pixels of a film may be interpolated; those of a picture never are."""
    exact, other = (
        np.concatenate(list(film_of(recipe, still=0.3).picture(0.3)))
        for recipe in (house(canvas={"size": "160", "drawing": way}) for way in ("exact", drawing))
    )
    np.testing.assert_array_equal(exact, other)


def test_motion_blur_averages_interpolated_frames() -> None:
    """The mean of eight is as near to the exact one as each of them is."""
    canvas = {"size": "160x128", "shutter": 0.5, "exposures": 3}
    exact, adaptive = (
        next(iter(film_of(house(canvas=canvas | {"drawing": way})).frames([1]))).astype(int)
        for way in ("exact", "adaptive")
    )
    off = np.abs(exact - adaptive)
    assert off.any(), "nothing was interpolated"
    assert off.max() <= 2
    assert np.mean(off > 1) <= 1e-4


def test_what_is_too_large_or_too_small_is_not_interpolated() -> None:
    """A frame of 4K is; of 8K, drawing in bands saves memory."""
    moment = Scene.of(small(64, 64)).at(0.0)
    dear = Scene.of(house()).at(0.0)
    assert sparse.pays(dear, Raster(3840, 2160))
    assert not sparse.pays(dear, Raster(7680, 4320))
    assert not sparse.pays(dear, Raster(8000, 60))
    assert sparse.pays(moment, Raster(1080, 1080)) == (
        sum(layer.weight.size for layer in moment.layers) >= sparse.CHEAPEST
    )

"""Palettes from pictures: the gradient, and the recipe that keeps it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid.animation.palette import colouring_at
from cppnvid.colour.clustering import ORDERS, gradient_of
from cppnvid.colour.oklab import to_oklab
from cppnvid.errors import RecipeError
from cppnvid.presets import Override, load_recipe, recipe_text
from cppnvid.recipe import Palette

BEACH = [(20, 40, 90), (60, 120, 190), (240, 210, 150), (250, 245, 235), (200, 40, 50)]
SHARES = [400, 900, 600, 300, 20]


def beach(name: str = "beach.png") -> NDArray[np.uint8]:
    """Save a picture of five colours in shares, a little noisy, and return its pixels."""
    noise = np.random.default_rng(5).integers(-4, 5, (sum(SHARES), 3))
    pixels = np.repeat(np.array(BEACH), SHARES, axis=0) + noise
    levels = np.clip(pixels, 0, 255).astype(np.uint8)
    Image.fromarray(levels.reshape(37, 60, 3)).save(name)
    return levels


def lab_of(colours: tuple[str, ...]) -> NDArray[np.float64]:
    """Return colours in Oklab, [n, 3]."""
    rgb = [[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours]
    lab: NDArray[np.float64] = to_oklab(np.array(rgb))
    return lab


def test_a_gradient_goes_through_the_colours_of_a_picture() -> None:
    """Near each of them, that of a small red boat too, whatever the order."""
    pixels = beach()
    for by in ORDERS:
        table = colouring_at(Palette(colours=gradient_of(pixels, by)), 0.0, closed=True).gradient
        assert table is not None
        for colour in BEACH:
            wanted = to_oklab(np.array([colour]) / 255.0)
            assert np.linalg.norm(table - wanted, axis=1).min() < 0.04, (by, colour)


def test_each_order_is_its_own() -> None:
    """Lightness rises; hues go around once; the most frequent colour comes first. All are even."""
    pixels = beach()
    made = {by: lab_of(gradient_of(pixels, by)) for by in ORDERS}

    assert (np.diff(made["lightness"][:, 0]) > -0.003).all()
    assert np.linalg.norm(made["amount"][0] - to_oklab(np.array([BEACH[1]]) / 255)) < 0.03
    assert np.linalg.norm(made["amount"][-1] - to_oklab(np.array([BEACH[4]]) / 255)) < 0.03
    chroma = np.hypot(*made["hue"][:, 1:].T)
    assert chroma[0] < 0.03 < chroma[-1]  # white, which has no hue, and then the others
    for lab in made.values():
        steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
        assert steps.max() < 1.05 * np.median(steps)
    shuffled = np.random.default_rng(1).permutation(pixels)
    assert [gradient_of(shuffled, by) for by in ORDERS] == [
        gradient_of(pixels, by) for by in ORDERS
    ]


def test_a_small_colour_counts_for_more_than_its_area() -> None:
    """A red boat of a two-hundredth of a sky of many blues is on the gradient."""
    sky = np.linspace((10, 20, 60), (210, 235, 250), 20_000)
    pixels = np.concatenate([sky, np.tile((200.0, 30.0, 40.0), (100, 1))]).astype(np.uint8)

    lab = lab_of(gradient_of(pixels))

    assert np.linalg.norm(lab - lab_of(("#c81e28",)), axis=1).min() < 0.06


def test_hues_begin_after_the_widest_gap_of_their_circle() -> None:
    """Green, cyan and blue, which lie on both sides of where angles jump."""
    colours = [(30, 60, 220), (0, 170, 180), (40, 150, 50)]

    lab = lab_of(gradient_of(np.array(colours, np.uint8), "hue"))

    ends = to_oklab(np.array([colours[2], colours[0]]) / 255.0)
    np.testing.assert_allclose(lab[[0, -1]], ends, atol=0.01)


@pytest.mark.parametrize("name", ["beach.png", Path("beach.png"), "./beach.png"])
def test_a_recipe_keeps_the_colours_and_not_the_picture(name: Any) -> None:
    """The last order wins, and the film's own recipe needs no file."""
    colours = gradient_of(beach(), "hue")
    laid = [Override("palette.by", by) for by in ("amount", "hue")]
    recipe = load_recipe({"palette": {"hue": 20.0}}, [Override("palette.name", name), *laid])

    assert recipe.palette.colours == colours
    assert recipe.palette.hue.keys[0].value == 20
    assert "beach" not in recipe_text(recipe)
    Path("beach.png").unlink()
    assert load_recipe(recipe.to_data()) == recipe


def test_a_text_may_name_a_picture_beside_it() -> None:
    """Alone or with an order, which an override may change; and another palette replaces it."""
    pixels = beach()
    for written in ("beach.png", "{name: beach.png, by: amount, contrast: 2}"):
        Path("loop.yaml").write_text(f"palette: {written}\n")
        order = "amount" if "by" in written else "lightness"
        assert load_recipe("./loop.yaml").palette.colours == gradient_of(pixels, order)
        hue = load_recipe("./loop.yaml", [Override("palette.by", "hue")]).palette
        assert hue.colours == gradient_of(pixels, "hue")
        assert hue.contrast.keys[0].value == (2 if "by" in written else 1)
        assert load_recipe("./loop.yaml", [Override("palette.name", "neon")]).palette.name == "neon"


def test_a_palettes_name_is_not_a_picture() -> None:
    """A file of that name is meant by its folder."""
    beach("ember.png")
    Path("ember.png").rename("ember")
    Path("embers").hardlink_to("ember")

    assert load_recipe({}, [Override("palette.name", "ember")]).palette.name == "ember"
    named = load_recipe({}, [Override("palette.name", "./ember")]).palette
    assert named.colours == gradient_of(beach())
    with pytest.raises(RecipeError, match=r"did you mean 'ember'.*write \./embers"):
        load_recipe({}, [Override("palette.name", "embers", "--palette")])


def test_what_gives_no_gradient_is_refused_by_name() -> None:
    """With the key of the text, or the option."""
    beach()
    Image.new("RGB", (9, 9), (10, 20, 30)).save("plain.png")
    by = Override("palette.by", "hue", "--palette-by")
    cases: list[tuple[Any, list[Override], str]] = [
        (
            {"palette": "plain.png"},
            [],
            "palette.name: plain.png: has one colour, #0a141e",
        ),
        ({"palette": "../beach.png"}, [], "palette.name:.*outside the recipe's folder"),
        (
            {"palette": {"name": "beach.png", "by": "size"}},
            [],
            "palette.by: .*amount.*'size'",
        ),
        ({"palette": {"by": "hue"}}, [], "palette.by: orders the colours of a picture"),
        ({"palette": "neon"}, [by], "--palette-by: orders the colours.*palette.name"),
        (
            {},
            [Override("palette.name", "gone.jpg", "--palette")],
            "--palette: gone.jpg: there is",
        ),
    ]
    for data, laid, words in cases:
        with pytest.raises(RecipeError, match=words):
            load_recipe(data, laid)

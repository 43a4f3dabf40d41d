"""The sheet of palettes, and their list."""

import io
from contextlib import redirect_stdout

import numpy as np
import pytest
from coloraide import Color
from PIL import Image

from cppnvid import load_recipe
from cppnvid.cli import main
from cppnvid.colour.gradients import GRADIENT_NAMES, GRADIENTS
from cppnvid.recipe import COLOUR_MODES, Palette
from cppnvid.sheets import palettes as swatches


def test_a_swatch_is_the_gradient_above_its_picture() -> None:
    """The bar goes from the first colour to the last, and the picture has many colours."""
    made = swatches.swatch(Palette(name="ember"))

    ends = [np.array(Color(GRADIENTS["ember"][k]).coords()) * 255 for k in (0, -1)]
    np.testing.assert_allclose(made[0, [0, -1]], ends, atol=2)
    assert made[40:].reshape(-1, 3).std(axis=0).min() > 20
    assert made[40:].shape[:2] == (146, 160)


def test_the_sheet_holds_every_palette(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile for each, named; the picture's recipe rides along, to be drawn in any of them."""
    asked: list[str] = []

    def swatch(palette: Palette) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
        asked.append(palette.name)
        return np.full((186, 160, 3), len(asked), np.uint8)

    monkeypatch.setattr(swatches, "swatch", swatch)
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as end:
        main(["palettes", "-o", "all.png", "--quiet"])

    assert (end.value.code, out.getvalue()) == (0, "all.png\n")
    assert sorted(asked) == sorted((*GRADIENT_NAMES, *COLOUR_MODES))
    with Image.open("all.png") as picture:
        values = set(np.unique(np.asarray(picture)))
    assert values >= set(range(1, len(asked) + 1))
    assert load_recipe("all.png").morph.seeds == (swatches.SEED,)


def test_a_picture_is_shown_in_each_order() -> None:
    """As colours that `--palette` takes, and with -o as a sheet of three."""
    Image.fromarray(np.arange(192, dtype=np.uint8).reshape(8, 8, 3)).save("a.png")
    out = io.StringIO()
    for more in ([], ["-qo", "b.png"]):
        with redirect_stdout(out), pytest.raises(SystemExit):
            main(["palettes", "--palette", "a.png", *more])

    lightness, hue, amount, sheet = out.getvalue().splitlines()
    assert [line.split()[0] for line in (lightness, hue, amount)] == ["lightness", "hue", "amount"]
    assert len(set(lightness.split()[1].split(","))) == 20
    assert load_recipe(sheet).palette.colours == tuple(lightness.split()[1].split(","))
    with Image.open(sheet) as picture:
        assert picture.width > 3 * 160


def test_the_list_names_every_palette() -> None:
    """One a line, each with its kind, without drawing anything."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        main(["palettes"])

    named = [line.split()[0] for line in out.getvalue().splitlines()]
    assert named == [*GRADIENT_NAMES, *COLOUR_MODES]

"""Sheets of children: from near to far by what the eye sees, numbered, and bred on from."""

import numpy as np
import pytest

from cppnvid.film.run import Run
from cppnvid.presets import load_recipe, read_source
from cppnvid.recipe.pedigree import Crossing, Mutation, pedigree
from cppnvid.sheets.breeding import children_of, plan_breeding, unlikeness
from cppnvid.sheets.gallery import stills
from tests.conftest import Run as Cli, names_here
from tests.sheets.helpers import picture_in, tile_of

FAST = ["--set", "network.layers=3x8", "--size", "32x24", "--tile", "24", "-q"]


@pytest.mark.parametrize("of", ["weights", "z"])
def test_children_go_from_near_to_far(of: str) -> None:
    """Mutations first, then crossings; unlikeness rises in both, and no two are the same."""
    # A latent moves a picture less than weights do: with a large one it moves enough.
    network = {"layers": "3x8", "z_scale": 3.0}
    recipe = load_recipe({"network": network, "morph": {"of": of}, "canvas": {"size": [32, 24]}})
    names = children_of(recipe, [7, 12], 12)

    kinds = [type(pedigree(name)) for name in names]
    assert kinds == [Mutation] * 6 + [Crossing] * 6
    assert len(set(names)) == 12
    shown: list[int | str] = [7, 12, *names]
    drawn = stills(recipe, shown, (32, 24), Run("numpy"))
    frames = dict(zip(shown, drawn, strict=True))
    for part in (names[:6], names[6:]):
        far = [unlikeness(frames[n], frames[7 if n.startswith("7") else 12]) for n in part]
        assert np.mean(far[:2]) < 0.8 * np.mean(far[-2:])


def test_a_page_has_other_children() -> None:
    """And one parent has mutations alone."""
    recipe = load_recipe({"network": {"layers": "2x4"}, "canvas": {"size": [16, 16]}})
    first, second = (children_of(recipe, [7], 4, page) for page in (1, 2))
    assert [name.split("@")[0] for name in first] == ["7m1", "7m2", "7m3", "7m4"]
    assert [name.split("@")[0] for name in second] == ["7m5", "7m6", "7m7", "7m8"]


def test_a_sheet_is_chosen_from_by_number(run: Cli) -> None:
    """Its tiles are the stills of its names, and --like breeds on from those of its numbers."""
    assert run("breed", "7", "12", "--children", "4", *FAST, "-o", "a.png")[:2] == (0, "a.png\n")
    seeds = load_recipe("a.png").morph.seeds
    assert seeds[:2] == (7, 12)
    assert len(seeds) == 6
    sheet = plan_breeding(load_recipe("a.png"), seeds, tile=24)
    picture = picture_in("a.png")
    assert "".join(sheet.labels[3]).replace(" ", "") == f"4{seeds[3]}"
    for index in (2, 5):
        look = ["--samples", "2", "--no-dither", "--size", "32x24", "-q"]
        assert (
            run("still", "a.png", "--seed", str(seeds[index]), *look, "-o", f"{index}.png")[0] == 0
        )
        assert np.array_equal(tile_of(picture, sheet, index), picture_in(f"{index}.png"))

    typed = (
        "breed",
        "--from",
        "a.png",
        "--like",
        "3",
        "6",
        "--children",
        "2",
        "--tile",
        "24",
        "-q",
    )
    assert run(*typed, "-o", "b.png")[0] == 0
    assert load_recipe("b.png").morph.seeds[:2] == (seeds[2], seeds[5])
    assert load_recipe("b.png").network == load_recipe("a.png").network
    assert read_source("b.png").sheet == "children"
    assert "breed on: 'cppnvid breed --from a.png --like" in run("info", "a.png")[1]


def test_parents_come_from_anything(run: Cli) -> None:
    """A still's own seed, or those that are typed, in the style of a preset."""
    assert run("still", "--seed", "5m2", *FAST[:4], "-q", "-o", "s.png")[0] == 0
    assert run("breed", "--from", "s.png", "--children", "1", *FAST[4:], "-o", "a.png")[0] == 0
    assert load_recipe("a.png").morph.seeds[0] == "5m2"
    fast = ("--children", "1", "--size", "16", "--tile", "16", "--set", "network.layers=2x4", "-q")
    assert run("breed", "9", "--from", "aurora", *fast)[:2] == (0, "breed-9.png\n")
    assert load_recipe("breed-9.png").title == "Aurora"


def test_a_sheet_without_a_choice_is_refused(run: Cli) -> None:
    """As is a gallery, whose labels are seeds, and a number that no picture has."""
    assert run("breed", "7", "--children", "1", *FAST, "-o", "a.png")[0] == 0
    assert run("gallery", "--seeds", "7", "12", *FAST, "-o", "g.png")[0] == 0
    for typed, words in (
        ("--from a.png", "--like: choose pictures of the sheet by their numbers"),
        ("--from a.png --like 3", "--like: must be numbers from 1 to 2"),
        ("--from g.png --like 1", "g.png is labelled by seeds: breed 7 12 --from g.png"),
    ):
        code, out, err = run("breed", *typed.split(), "-o", "b.png")
        assert (code, out) == (2, "")
        assert words in err
    assert names_here() == ["a.png", "g.png"]

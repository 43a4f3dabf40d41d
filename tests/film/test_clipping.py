"""What is said of pictures whose colours have come to their end."""

import pytest

from cppnvid import Run, build_scene, load_recipe, render_video, save_still
from cppnvid.film.clipping import NOTEWORTHY, clipped_share
from cppnvid.recipe import Recipe
from tests.conftest import small


def share_of(recipe: Recipe) -> float:
    """Return the share of a recipe's opening picture."""
    return clipped_share([build_scene(recipe).at(0.0)], *recipe.canvas.size)


def hard(output: float) -> Recipe:
    """Return a recipe whose output weights drive its channels to their ends, or do not."""
    return small(40, 30, network={"init": {"output": output}}, palette={"name": "rgb"})


def test_hard_outputs_are_saturated_and_soft_ones_not() -> None:
    """With huge output weights nearly everything is at an end; with small ones nothing is."""
    assert share_of(hard(100.0)) > 0.8
    assert share_of(hard(0.1)) == 0.0


@pytest.mark.parametrize("preset", ["ember-drift", "overprint", "stained-glass"])
def test_our_artworks_are_not_told_off(preset: str) -> None:
    """The strongest of the presets stay under the share that is worth a note."""
    assert share_of(load_recipe(preset)) < NOTEWORTHY


def test_the_share_does_not_hang_on_the_size() -> None:
    """A picture four times as large has the same share, to the points that were looked at."""
    recipe = load_recipe("overprint")
    moment = build_scene(recipe).at(0.0)

    assert clipped_share([moment], 64, 64) == pytest.approx(
        clipped_share([moment], 256, 256), abs=0.03
    )


def test_stills_and_films_say_so() -> None:
    """A note tells the share and the key that softens; a soft picture gets none."""
    for recipe, told in ((hard(100.0), 1), (hard(0.1), 0)):
        notes: list[str] = []
        save_still(recipe, "a.png", Run(note=notes.append, overwrite=True))
        assert sum("network.init.output" in note for note in notes) == told
        render_video(recipe, "a.gif", Run(note=notes.append, overwrite=True))
        assert sum("network.init.output" in note for note in notes) == 2 * told

"""What is given up for a smaller file, and in which order."""

from fractions import Fraction
from itertools import pairwise

import pytest

from cppnvid.encode import container_for
from cppnvid.film.size_cap.ladder import ladder, sound_bytes, with_sound
from tests.film.helpers import lively


@pytest.mark.parametrize("name", ["x.mp4", "x.webm", "x.mov", "x.gif", "x.webp", "x.apng"])
def test_a_ladder_falls_from_the_recipe_itself(name: str) -> None:
    """Each rung is a little smaller than the last, sides fit the container, lengths stay."""
    recipe = lively(120, 50)
    rungs = ladder(recipe, container_for(name))

    shares = [rung.share for rung in rungs]
    assert rungs[0].recipe == recipe
    assert all(0.78 < after / before < 1 for before, after in pairwise(shares))
    assert shares[-1] < 0.1
    for rung in rungs:
        assert abs(rung.recipe.output.seconds - 2) < 0.06
        assert all(side % 2 == 0 for side in rung.recipe.canvas.size) or not name.endswith(".mp4")


def test_a_gif_slows_down_by_exact_rates() -> None:
    """From 25 to 10 by whole hundredths of a second; one palette comes late, 32 colours too."""
    rungs = [rung.recipe for rung in ladder(lively(120, 50), container_for("x.gif"))]

    rates = [Fraction(100, hundredths) for hundredths in range(4, 11)]
    assert list(dict.fromkeys(recipe.output.fps for recipe in rungs)) == rates
    assert [recipe.output.gif for recipe in (rungs[0], rungs[-1])] == [None, "small"]
    assert 32 <= (rungs[-1].output.colours or 0) < 40


def test_an_emoji_loses_colours_before_its_size_and_a_large_gif_does_not() -> None:
    """Half its colours and half its frames come before any pixel of 128; 480 become 320 sooner."""
    shrunk = {}
    for side in (128, 480):
        rungs = [rung.recipe for rung in ladder(lively(side, 50), container_for("x.gif"))]
        shrunk[side] = next(recipe for recipe in rungs if max(recipe.canvas.size) < side)

    assert shrunk[128].output.fps == 10
    assert shrunk[480].output.fps == Fraction(25, 2)
    assert 48 <= (shrunk[128].output.colours or 0) < 56
    assert 96 <= (shrunk[480].output.colours or 0) < 110


def test_what_the_user_said_is_not_given_up() -> None:
    """Keys that are kept are the same on every rung; with all of them kept there is only one."""
    keep = ["canvas.size", "output.frames"]
    recipe = lively(120, 50)
    rungs = ladder(recipe, container_for("x.gif"), keep)

    assert len(rungs) > 10
    assert {(rung.recipe.canvas, rung.recipe.output.frames) for rung in rungs} == {
        (recipe.canvas, recipe.output.frames)
    }
    assert len(ladder(recipe, container_for("x.mp4"), [*keep, "output.crf"])) == 1


# ------------------------------------------------------------------ sound


@pytest.mark.parametrize(("name", "rates"), [("x.mp4", 4), ("x.webm", 5), ("x.mov", 4)])
@pytest.mark.parametrize("size", [40_000, 150_000, 5_000_000])
def test_sound_takes_a_quarter_of_the_file_at_most(name: str, rates: int, size: int) -> None:
    """Rungs fall, and pictures step down only where they have three times its bytes."""
    recipe, container = lively(240, 60, fps=30), container_for(name)
    alone = ladder(recipe, container)

    rungs = with_sound(alone, container, (), size)

    assert rungs[0].recipe == recipe
    assert len(rungs) == len(alone) + rates - 1
    assert all(before.share > after.share for before, after in pairwise(rungs))
    used = [rung.recipe.output.sound_rate or container.sound_rates[0] for rung in rungs]
    assert used == sorted(used, reverse=True)
    assert sorted(set(used), reverse=True) == list(container.sound_rates)
    for (before, after), rate in zip(pairwise(rungs), used, strict=False):
        if after.recipe.output.sound_rate in (None, rate) and rate > container.sound_rates[-1]:
            assert sound_bytes(before.recipe, container) <= 0.2501 * before.share * size


def test_a_rate_that_was_named_is_kept() -> None:
    """A rate of 128 is kept where it was named; a lower rate in the recipe only falls."""
    recipe, container = lively(240, 60, sound_rate=128), container_for("x.mp4")
    alone = ladder(recipe, container)

    assert with_sound(alone, container, ["output.sound_rate"], 50_000)[0].recipe == recipe
    kept = with_sound(alone, container, ["output.sound_rate"], 50_000)
    assert {rung.recipe.output.sound_rate for rung in kept} == {128}
    lower = {rung.recipe.output.sound_rate for rung in with_sound(alone, container, (), 50_000)}
    assert lower == {128, 96, 64}

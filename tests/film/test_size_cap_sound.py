"""A film with sound under a cap: its rate steps down with the pictures, unless it is kept."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.encode import RATE, container_for, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.film.size_cap.heard import sound_bytes, with_sound
from cppnvid.film.size_cap.ladder import ladder
from cppnvid.render import render_video
from tests.encode.test_sound import encode, heard, write_wav
from tests.film.test_size_cap import lively


def noise(seconds: float) -> NDArray[np.float64]:
    """Return a sound that no codec makes smaller than its rate."""
    return np.random.default_rng(0).uniform(-0.5, 0.5, round(seconds * RATE))


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
    """`--set output.sound_rate=128` stands, and from a lower one of the recipe it only falls."""
    recipe, container = lively(240, 60, sound_rate=128), container_for("x.mp4")
    alone = ladder(recipe, container)

    assert with_sound(alone, container, ["output.sound_rate"], 50_000)[0].recipe == recipe
    kept = with_sound(alone, container, ["output.sound_rate"], 50_000)
    assert {rung.recipe.output.sound_rate for rung in kept} == {128}
    lower = {rung.recipe.output.sound_rate for rung in with_sound(alone, container, (), 50_000)}
    assert lower == {128, 96, 64}


def test_a_cap_is_shared_by_pictures_and_sound() -> None:
    """A second in 16 kB: 24 kB of sound at its usual rate become 8, and the line says so."""
    track = write_wav(Path("a.wav"), noise(1))
    recipe = lively(48, 25)
    notes: list[str] = []

    video = render_video(recipe, "x.mp4", Run(note=notes.append), max_size=16_000, audio=track)

    assert 12_800 <= Path("x.mp4").stat().st_size <= 16_000
    (said,) = [note for note in notes if note.startswith("fitted to 16 kB: ")]
    assert "sound 192 kb/s -> 64 kb/s" in said
    assert json.loads(read_recipe("x.mp4") or "")["recipe"]["output"]["sound_rate"] == 64
    assert len(heard(Path("x.mp4"))) == pytest.approx(video.seconds * RATE, abs=1)
    with pytest.raises(RecipeError, match=r"some 24 kB of them its sound.*output\.sound_rate may"):
        render_video(recipe, "y.mp4", max_size=16_000, audio=track, keep=["output.sound_rate"])


def test_a_lower_rate_makes_a_smaller_file(tmp_path: Path) -> None:
    """96 kilobits a second of sound are 12 kB."""
    track = write_wav(tmp_path / "a.wav", noise(1))

    usual, less = (
        encode(tmp_path / f"{rate}.mp4", sound=track, sound_rate=rate).stat().st_size
        for rate in (None, 96)
    )

    assert usual - less == pytest.approx(12_000, rel=0.1)

"""A film with sound under a cap: pictures and sound share it."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.encode import RATE, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.render import render_video
from tests.film.helpers import lively
from tests.helpers import heard, write_wav


def noise(seconds: float) -> NDArray[np.float64]:
    """Return a sound that no codec makes smaller than its rate."""
    return np.random.default_rng(0).uniform(-0.5, 0.5, round(seconds * RATE))


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
    with pytest.raises(RecipeError, match=r"about 24 kB are sound.*let output\.sound_rate change"):
        render_video(recipe, "y.mp4", max_size=16_000, audio=track, keep=["output.sound_rate"])


def test_a_lower_rate_makes_a_smaller_file() -> None:
    """96 kilobits per second of sound are 12 kB less than 192."""
    track = write_wav(Path("a.wav"), noise(1))

    usual, less = (
        render_video(lively(48, 25, sound_rate=rate), f"{rate}.mp4", audio=track).path
        for rate in (None, 96)
    )

    assert usual.stat().st_size - less.stat().st_size == pytest.approx(12_000, rel=0.1)

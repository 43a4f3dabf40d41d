"""Warnings about clipped colours, and about seeds that are too close in time."""

from pathlib import Path

import numpy as np
import pytest

from cppnvid import Run, build_scene, load_recipe, render_video, save_still
from cppnvid.errors import Setting
from cppnvid.film.warnings import NOTEWORTHY, clipped_share, crowd_note, jump_note
from cppnvid.recipe import Recipe
from tests.conftest import small
from tests.helpers import clicks, driven, write_wav


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


@pytest.mark.parametrize(
    ("loop", "times", "frames", "jump"),
    [
        ("closed", (0.0, 0.5, 0.95), 48, (0.95, 1, 2.4)),
        ("closed", (0.0, 0.5, 0.9375), 48, None),
        ("closed", (0.0, 0.02, 0.6), 48, (0, 0.02, 0.96)),
        ("open", (0.0, 0.9, 1.0), 31, None),
        ("open", (0.0, 0.9, 1.0), 30, (0.9, 1, 2.9)),
        ("ping-pong", (0.0, 0.9, 1.0), 40, (0.9, 1, 2.0)),
        ("closed", (), 3, None),
    ],
)
def test_times_that_leave_no_frames_are_reported(
    loop: str, times: tuple[float, ...], frames: int, jump: tuple[float, float, float] | None
) -> None:
    """Fewer than three frames from one seed to the next are a jump; the note says where."""
    morph = {"path": "spline", "seeds": [1, 2, 3], "times": times, "loop": loop}
    recipe = Recipe.model_validate({"morph": morph, "output": {"frames": frames}})

    note = jump_note(recipe)

    assert (note is None) == (jump is None)
    if note is not None:
        assert [note.facts[key] for key in ("start", "end", "count")] == pytest.approx(jump)
        assert note.facts["times"] == Setting("morph.times")


@pytest.mark.parametrize(
    ("loop", "frames", "enough"),
    [
        *(("closed", 5, 6), ("closed", 6, None), ("open", 5, 6), ("open", 6, None)),
        *(("ping-pong", 10, 12), ("ping-pong", 12, None)),
    ],
)
def test_fewer_frames_than_seeds_are_reported(loop: str, frames: int, enough: int | None) -> None:
    """The note says how many show each."""
    morph: dict[str, object] = {"seeds": [1, 2, 3, 4, 5, 6], "loop": loop, "pace": "uniform"}
    recipe = small(16, 16, morph=morph, output={"frames": frames})

    note = crowd_note(recipe)

    assert (None if note is None else note.facts["enough"].value) == enough
    notes: list[str] = []
    render_video(recipe, "a.gif", Run(note=notes.append))
    assert any("never shown" in text for text in notes) is (enough is not None)


def test_a_sound_that_moves_nothing_is_reported() -> None:
    """All of it, or the bands that are silent."""
    for curve, said in ((np.zeros(4), True), (np.array([0, 0, 0.5, 0]), False)):
        notes: list[str] = []
        render_video(
            driven(curve, "camera.zoom", 1.0), "a.gif", Run(note=notes.append, overwrite=True)
        )
        assert ("the sound is silent, so nothing moves to it" in notes) is said
    one = driven(np.zeros(4), "camera.zoom", 1.0).to_data()
    other = driven(np.ones(4), "palette.hue", 1.0).to_data()
    one["sound"]["react"] += other["sound"]["react"]
    notes = []
    render_video(Recipe.model_validate(one), "b.gif", Run(note=notes.append))
    assert "nothing to react to was heard for camera.zoom (all loudness)" in notes


@pytest.mark.parametrize(("seconds", "said"), [(0.5, True), (0.35, False)])
def test_a_song_that_is_mostly_cut_off_is_reported(
    tmp_path: Path, seconds: float, said: bool
) -> None:
    """Of a film of 0.2 s; a song of a usual length under a loop is no news."""
    track = write_wav(tmp_path / "song.wav", clicks(seconds, 0.1, first=0.1))
    notes: list[str] = []
    render_video(small(16, 16), "a.mp4", Run(note=notes.append), audio=track)

    problem = f"the film plays the first 0.2 s of song.wav, which lasts {seconds:g} s; "
    assert any(str(note).startswith(problem) for note in notes) is said

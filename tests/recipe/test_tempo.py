"""Tempo: a length in bars, times in beats and seconds, and what reacts to the beat."""

import copy
import pickle
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from cppnvid.animation.scene import Scene
from cppnvid.animation.timing import frame_times, track_at
from cppnvid.film.warnings import beat_note
from cppnvid.presets import Override, load_recipe, recipe_yaml
from cppnvid.recipe import Recipe


def recipe(**parts: Any) -> Recipe:
    """Return a recipe of a small loop through two seeds, at 120 beats a minute."""
    return load_recipe({"morph": {"seeds": [1, 2]}, "tempo": {"bpm": 120}} | parts)


BARS = {"bpm": 130, "bars": 3, "beats_per_bar": 3}


def test_bars_set_the_length_at_any_rate() -> None:
    """To the nearest frame, in text and overrides, and again at another rate or tempo."""
    for fps in (24, "24000/1001", 25, 30, 50, 60, 100):
        film = recipe(tempo=BARS, output={"fps": fps})
        exact = Fraction(9 * 60, 130) * film.output.fps
        assert abs(film.output.frames - exact) <= Fraction(1, 2)
        again = load_recipe(recipe(tempo=BARS).to_data(), [Override("output.fps", str(fps))])
        assert again == film
    faster = load_recipe(film.to_data(), [Override("tempo.bpm", 260)])
    assert faster.output.frames == round(film.output.frames / 2)
    there_and_back = recipe(tempo=BARS, morph={"seeds": [1, 2], "loop": "ping-pong"})
    assert there_and_back.output.frames % 2 == 0


def test_what_sets_the_length_replaces_bars() -> None:
    """An override wins over the text; the tempo stays."""
    for key, value in (("output.frames", 77), ("output.seconds", 3), ("morph.speed", 2)):
        film = load_recipe(recipe(tempo=BARS).to_data(), [Override(key, value)])
        assert (film.tempo.bpm, film.tempo.bars) == (130, None)
        assert film.output.frames == {"output.frames": 77, "output.seconds": 90}.get(key, 62)
    for frames, bars in ((124, 3), (125, 3), (126, None)):  # as rounding at two rates makes them
        film = load_recipe(recipe(tempo=BARS).to_data(), [Override("output.frames", frames)])
        assert (film.output.frames, film.tempo.bars) == (frames, bars)
    laid = [Override(f"tempo.{key}", value) for key, value in BARS.items()]
    assert load_recipe({"output": {"frames": 50}}, laid).output.frames == 125


def test_a_recipe_without_a_tempo_has_no_word_of_it() -> None:
    """So that files of other films stay what they were."""
    assert "tempo" not in recipe(tempo={}).to_data()
    assert recipe().to_data()["tempo"] == {"bpm": 120, "beats_per_bar": 4}


@pytest.mark.parametrize(
    ("loop", "length", "time", "share"),
    [
        ("closed", {"seconds": 4}, "3 beats", 3 / 8),
        ("closed", {"seconds": 4}, "1 bar", 1 / 2),
        ("closed", {"seconds": 4}, "2.5s", 2.5 / 4),
        ("closed", {"seconds": 4}, "4 s", 1),
        ("ping-pong", {"seconds": 4}, "3 beats", 3 / 4),
        ("open", {"frames": 121}, "3 beats", 45 / 120),  # the frame at the beat is the 45th
        ("open", {"frames": 121}, "8 beats", 1),
    ],
)
def test_times_are_in_seconds_beats_or_bars(
    loop: str, length: dict[str, Any], time: str, share: float
) -> None:
    """Counted from the film's start; the recipe keeps them as they were written."""
    keys = [[0, 1.5], [time, 1.5]]
    warp = {
        "kind": "swirl",
        "angle": {"keys": [{"time": 0, "value": 0}, {"time": time, "value": 0}]},
    }
    film = recipe(
        morph={"seeds": [1, 2], "loop": loop, "speed": {"keys": keys}},
        camera={"zoom": {"keys": keys}, "warps": [warp]},
        palette={"contrast": {"keys": keys}},
        output=length,
    )
    angle = film.camera.warps[0].angle  # type: ignore[union-attr]
    for track in (film.morph.speed, film.camera.zoom, film.palette.contrast, angle):
        assert track.keys[1].time == pytest.approx(share)
    assert film.to_data()["camera"]["zoom"]["keys"] == [[0, 1.5], [time, 1.5]]
    assert load_recipe(film.to_data()) == film
    for other in (pickle.loads(pickle.dumps(film)), copy.deepcopy(film)):
        assert recipe_yaml(other) == recipe_yaml(film)


def test_a_time_keeps_its_unit_at_another_length() -> None:
    """Seconds stay seconds, and a beat of a length in bars its share, with any rate or tempo."""
    keys = {"keys": [[0, 1], ["2 s", 2], ["6 beats", 3]]}
    film = recipe(camera={"zoom": keys}, output={"seconds": 4})
    longer = load_recipe(film.to_data(), [Override("output.seconds", 8)])
    assert [key.time for key in longer.camera.zoom.keys] == [0, 0.25, 0.375]

    bars = {"bpm": 130, "bars": 2}
    for fps, bpm in product((25, 30), (130, 140)):
        laid = [Override("output.fps", fps), Override("tempo.bpm", bpm)]
        zoom = {"keys": [[0, 1], ["6 beats", 3]]}
        film = load_recipe(recipe(tempo=bars, camera={"zoom": zoom}).to_data(), laid)
        assert film.camera.zoom.keys[1].time == 0.75


def test_seeds_are_passed_on_beats() -> None:
    """As `--times 0 2beats` says."""
    film = recipe(
        morph={"seeds": [1, 2, 3], "times": [0, "2 beats", "1 bar"]}, output={"seconds": 4}
    )

    assert film.morph.path == "spline"
    assert film.morph.times == (0, 0.25, 0.5)
    assert film.to_data()["morph"]["times"] == [0, "2 beats", "1 bar"]


@pytest.mark.parametrize("loop", ["closed", "open"])
@pytest.mark.parametrize(
    ("tempo", "beat"),
    [({"bpm": 120}, 15), ({"bpm": 120, "bars": 1}, 15), ({"bpm": 100}, 18), ({"bpm": 150}, 12)],
)
def test_the_picture_jumps_on_each_beat(loop: str, tempo: dict[str, Any], beat: int) -> None:
    """At the beat's own frame by the amount, a third of it after the seconds of `smooth`."""
    react = [
        {"feature": "beat", "drives": "camera.rotate", "amount": 100, "smooth": 0.1},
        {"feature": "bar", "drives": "palette.hue", "amount": 90, "smooth": 0.1},
    ]
    length = {} if "bars" in tempo else {"frames": 12 * beat}
    film = recipe(
        tempo=tempo, sound={"react": react}, output=length, morph={"seeds": [1, 2], "loop": loop}
    )
    scene = Scene.of(film)
    assert scene.modulation is not None
    times = [float(time) for time in frame_times(film)]
    turned = np.array([scene.modulation.added("camera.rotate", time) for time in times])
    hues = np.array([np.degrees(scene.at(time).colouring.hue) for time in times])

    frames = np.arange(film.output.frames)
    np.testing.assert_allclose(turned, 100 * np.exp(-(frames % beat) / 3), atol=1e-4)
    np.testing.assert_allclose(hues, 90 * np.exp(-(frames % (4 * beat)) / 3), atol=1e-4)


def test_a_film_of_bars_has_whole_beats_at_any_tempo() -> None:
    """Each as long as the others, though no beat is on a frame; a note says what would be exact."""
    react = [{"feature": "beat", "drives": "camera.rotate", "amount": 1, "smooth": 0.05}]
    film = recipe(tempo={"bpm": 130, "bars": 2}, sound={"react": react})
    modulation = Scene.of(film).modulation
    assert modulation is not None
    fine = np.array([modulation.added("camera.rotate", k / 8000) for k in range(8000)])

    assert np.flatnonzero(fine > 0.999).tolist() == [1000 * beat for beat in range(8)]
    note = str(beat_note(film))
    assert "111" not in note
    assert "8 beats at 130 a minute" in note
    exact = load_recipe(film.to_data(), [Override("output.fps", note.split("fps: ")[1].split()[0])])
    assert beat_note(exact) is None
    assert exact.output.frames / exact.output.fps == exact.tempo.seconds


def test_a_loop_of_broken_beats_is_noted() -> None:
    """With the number of bars that fits."""
    stumbling = recipe(sound={"react": "beats"}, output={"seconds": 4.3})

    assert "8.60 beats" in str(beat_note(stumbling))
    assert "tempo.bars: 2" in str(beat_note(stumbling))
    assert beat_note(recipe(sound={"react": "beats"}, output={"seconds": 4.5})) is None
    assert beat_note(recipe(output={"seconds": 4.3})) is None


def test_a_pulse_leaves_keyframes_where_they_are() -> None:
    """It comes on top of them."""
    react = [{"feature": "beat", "drives": "camera.rotate", "amount": 10, "smooth": 0}]
    turn = {"keys": [[0, 0], [1, 360]], "easing": "linear"}
    film = recipe(camera={"rotate": turn}, sound={"react": react}, output={"seconds": 4})
    modulation = Scene.of(film).modulation
    assert modulation is not None
    for time in (0.25, 0.3):
        camera, _ = modulation.parts(film.camera, film.palette, time, time, closed=True)
        expected = 360 * time + (10 if time == 0.25 else 0)
        assert track_at(camera.rotate, 0.0, closed=True) == pytest.approx(expected)

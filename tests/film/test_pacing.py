"""Even pace: every frame changes the picture by as much, and time stays a clock for the camera."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import load_recipe
from cppnvid.animation.camera import axes
from cppnvid.animation.path import Pace
from cppnvid.animation.scene import Scene, Timeline
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.oklab import to_oklab
from cppnvid.film import pacing
from cppnvid.film.pacing import build_scene, even_pace, moment_of
from cppnvid.presets import Override
from cppnvid.recipe import Recipe
from tests.conftest import small
from tests.helpers import Moments


def changes(scene: Timeline, frames: int) -> NDArray[np.float64]:
    """Return the Oklab distance from each frame of a loop to the next, drawn at 32 px."""
    across, down = axes("centres", 32, 32)
    x, y = np.tile(across, 32), np.repeat(down, 32)
    backend = TorchBackend()
    looks = [to_oklab(backend.colours(scene.at(k / frames), x, y)) for k in range(frames)]
    pairs = zip(looks, [*looks[1:], looks[0]], strict=True)
    return np.array([np.linalg.norm(after - before, axis=-1).mean() for before, after in pairs])


def measured(recipe: Recipe) -> Pace:
    """Return the even pace of a recipe's path."""
    return even_pace(Scene.of(recipe), recipe)


def house(seeds: list[int], **morph: object) -> Recipe:
    """Build a loop of 100 frames in the house style."""
    return Recipe.model_validate({"morph": {"seeds": seeds} | morph, "output": {"frames": 100}})


@pytest.mark.parametrize("of", ["weights", "z"])
@pytest.mark.parametrize(
    ("seeds", "path"),
    [([5, 17, 40], "cubic"), ([8, 3], "slerp"), ([2], "orbit"), ([2], "wander"), ([2], "grow")],
)
def test_even_pace_is_even(of: str, seeds: list[int], path: str) -> None:
    """The 95th percentile of a frame's change is at most 1.15 times the median; no seam shows."""
    steps = changes(build_scene(house(seeds, of=of, path=path)), 100)

    assert np.percentile(steps, 95) <= 1.15 * np.median(steps)
    assert steps[-1] <= 1.1 * np.median(steps)


@pytest.mark.parametrize(
    ("morph", "frames"),
    [
        ({"seeds": [1, 2]}, 20),
        ({"seeds": [1, 2, 3], "path": "linear"}, 24),
        ({"seeds": [4], "path": "orbit"}, 12),
        ({"seeds": [3], "path": "orbit", "radius": 2}, 26),
        ({"seeds": [7], "path": "orbit", "radius": 2}, 72),
        ({"seeds": [7], "path": "wander", "detail": 16, "radius": 2}, 24),
        ({"seeds": [3], "path": "wander", "detail": 8, "radius": 1}, 24),
        ({"seeds": [1], "path": "grow", "grow": "width"}, 24),
        ({"seeds": [12], "path": "grow", "grow": "width"}, 48),
    ],
)
def test_short_loops_are_even_too(morph: dict[str, object], frames: int) -> None:
    """Few frames cut the corners of their path, and are as far apart all the same."""
    recipe = Recipe.model_validate({"morph": morph, "output": {"frames": frames}})

    steps = changes(build_scene(recipe), frames)

    assert np.percentile(steps, 90) <= 1.1 * np.median(steps)
    assert steps[-1] <= 1.1 * np.median(steps)


@pytest.mark.parametrize(("loop", "frames"), [("open", 13), ("ping-pong", 24)])
def test_short_films_that_do_not_close_are_even_too(loop: str, frames: int) -> None:
    """An open film has one stride fewer than frames, the way there of a ping-pong half as many."""
    morph = {"seeds": [3], "path": "wander", "detail": 8, "radius": 1, "loop": loop}
    recipe = Recipe.model_validate({"morph": morph, "output": {"frames": frames}})
    scene = build_scene(recipe)

    steps = changes(Moments(lambda time: scene.at(time * (1.0 if loop == "open" else 0.5))), 12)

    assert steps[:-1].max() <= 1.1 * np.median(steps[:-1])


@pytest.mark.parametrize("frames", [25, 131])
def test_what_grows_turns_on_a_frame(frames: int) -> None:
    """With an odd number of frames its whole network is in one, not in two that are the same."""
    recipe = Recipe.model_validate(
        {"morph": {"seeds": [3], "path": "grow"}, "output": {"frames": frames}}
    )

    steps = changes(build_scene(recipe), frames)

    turn = steps[frames // 2 - 1 : frames // 2 + 2]
    assert turn.min() > 0.8 * np.median(steps)
    assert turn.max() < 1.2 * np.median(steps)


@pytest.mark.parametrize(
    ("times", "frames"),
    [((0, 0.2, 0.7), 100), ((0, 0.2, 0.9), 48), ((0, 0.5, 0.93), 48), ((0, 0.06, 0.6), 50)],
)
def test_times_of_seeds_leave_no_seam(times: tuple[float, ...], frames: int) -> None:
    """Unequal times make a film hurry between its seeds, and not where it starts again.

    A leg may have as few as three frames, before the seam or after it.
    """
    morph = {"seeds": [5, 17, 40], "path": "spline", "times": times}
    recipe = Recipe.model_validate({"morph": morph, "output": {"frames": frames}})

    steps = changes(build_scene(recipe), frames)

    assert steps[[0, -1]] == pytest.approx(np.median(steps), rel=0.12)
    assert steps[-1] < 1.1 * np.median(steps)
    assert steps.max() > 1.5 * np.median(steps)


def test_uniform_pace_is_not() -> None:
    """Without it the same path moves by fits and starts, so the measure can tell."""
    steps = changes(build_scene(house([5, 17, 40], pace="uniform")), 100)

    assert np.percentile(steps, 95) > 1.3 * np.median(steps)


def test_camera_runs_by_the_clock() -> None:
    """An even pace moves the path and not the camera: a steady turn stays steady."""
    recipe = small(
        morph={"pace": "even"},
        camera={"rotate": {"keys": [[0, 0], [1, 360]], "easing": "linear"}},
    )
    scene = build_scene(recipe)

    angles = [scene.at(k / 8).view.angle for k in range(8)]

    assert np.allclose(np.diff(angles), np.pi / 4)


def test_the_camera_does_not_bend_the_pace() -> None:
    """The path is measured with a still camera: turning it changes no place on the path."""
    turn = {"keys": [[0, 0], [0.5, 300], [1, 360]], "easing": "linear"}
    still, turned = (
        build_scene(small(morph={"pace": "even"}, camera={"rotate": rotate}))
        for rotate in (0.0, turn)
    )

    assert np.array_equal(still.at(0.3).layers[1].weight, turned.at(0.3).layers[1].weight)


def test_hold_acts_on_top_of_the_pace() -> None:
    """With hold, frames at the seeds stand still and the rest are even."""
    steps = changes(build_scene(house([5, 17], hold=0.5, path="slerp")), 100)
    moving = steps[steps > 1e-6]

    assert 0.4 < len(moving) / len(steps) < 0.6
    assert np.percentile(moving[1:-1], 90) <= 1.2 * np.median(moving)


@pytest.mark.parametrize(
    "timing",
    [
        {"hold": 0.5},
        {"holds": (0.6, 0.1)},
        {"easing": "smooth"},
        {"speed": {"keys": [[0, 1], [0.5, 3]]}},
        {"path": "spline", "times": (0.0, 0.2)},
    ],
)
def test_what_acts_on_top_of_the_pace_does_not_bend_it(timing: dict[str, object]) -> None:
    """The path is measured without rests, easing, speed and times, which then act on the ruler."""
    morph: dict[str, object] = {"pace": "even", "seeds": [1, 2], "path": "cubic"}
    plain, timed = (measured(small(morph=morph | more)) for more in ({}, timing))

    assert np.array_equal(plain.ends, timed.ends)
    for share in np.linspace(0.0, 1.0, 9):
        assert plain.way(0, share) == timed.way(0, share)


def test_the_colours_do_not_bend_the_pace() -> None:
    """The path is measured with a still palette: turning hues change no place on the path."""
    still, turned = (
        measured(small(morph={"pace": "even"}, palette={"name": "tide", "hue": hue}))
        for hue in (0.0, {"keys": [[0, 0], [0.5, 170], [1, 360]]})
    )

    assert np.array_equal(still.ends, turned.ends)


def test_a_path_that_changes_nothing_is_drawn_all_the_same() -> None:
    """Latents that the network does not feel are walked at an even clock, without dividing by 0."""
    recipe = small(network={"z_scale": 0.0}, morph={"of": "z", "pace": "even"})

    scene = build_scene(recipe)

    assert np.isfinite(scene.at(0.4).layers[0].bias).all()


def test_a_stretch_that_changes_nothing_is_crossed_quickly() -> None:
    """Half of a path stands still: it takes a hundredth of the time, not half and not none."""
    pace = pacing.pace_of(np.array([[1.0] * 10 + [0.0] * 10]))

    arrived = pace.way(0, 0.99)

    assert arrived == pytest.approx(0.5, abs=0.02)
    assert pace.way(0, 0.995) > arrived + 0.1


def test_the_pace_does_not_depend_on_the_size() -> None:
    """A larger video of the same shape shows the same film."""
    one, other = (build_scene(small(size, size, morph={"pace": "even"})) for size in (128, 2048))

    assert np.array_equal(one.at(0.37).layers[1].weight, other.at(0.37).layers[1].weight)


@pytest.mark.parametrize(
    ("size", "points"),
    [
        ((202, 202), 64 * 64),
        ((1080, 1920), 64 * 114),
        ((2048, 1024), 128 * 64),
        ((2560, 1080), 152 * 64),
        ((1280, 32), 640 * 16),
        ((16, 4096), 6 * 1536),
        ((16384, 1), 16384),
    ],
)
def test_a_strip_is_looked_at_with_as_many_points_as_a_square(
    size: tuple[int, int], points: int
) -> None:
    """Usual shapes keep their 64 pixels, and so their films; a ticker would have had 164,000."""
    assert len(pacing._points(small(*size))[0]) == points


def test_fewer_points_tell_the_pace_of_a_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    """The points that are left place every moment where eight times as many did."""
    recipe = house([5, 17, 40]).model_copy(update={"canvas": small(640, 32).canvas})
    few = measured(recipe)
    monkeypatch.setattr(pacing, "MOST_PIXELS", pacing.SIDE**2 * 20)
    many = measured(recipe)

    for time in np.linspace(0, 0.99, 20):
        assert few.way(0, time) == pytest.approx(many.way(0, time), abs=0.01)


def test_a_film_of_one_colour_has_a_pace() -> None:
    """So near that a picture is one colour, a short film changes a million times as much here."""
    parts = {"morph": {"seeds": [1, 2]}, "camera": {"zoom": 1e6}, "output": {"frames": 8}}
    recipe = Recipe.model_validate(parts | {"canvas": {"size": "40x30"}})

    scene = build_scene(recipe)

    assert np.isfinite(scene.at(0.4).layers[1].weight).all()


@pytest.mark.parametrize("recipe", ["aurora", "masks", "patterns/ten-in-betweens"])
def test_the_first_moment_needs_no_pace(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A still at the start is the film's first frame, and the path is not measured for it."""
    whole = load_recipe(recipe, [Override("output.frames", 12)])
    first = build_scene(whole).at(0.0)

    monkeypatch.setattr(pacing, "even_pace", lambda *_: pytest.fail("the path was measured"))

    moment = moment_of(whole, 0.0)
    for one, other in zip(moment.layers, first.layers, strict=True):
        np.testing.assert_array_equal(one.weight, other.weight)
        np.testing.assert_array_equal(one.bias, other.bias)
    assert (moment.view, moment.colouring.hue) == (first.view, first.colouring.hue)

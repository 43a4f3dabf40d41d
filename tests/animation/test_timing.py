"""The path through seeds and the camera's tracks: closed loops, kept sizes, no doubled frames."""

import functools
import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from cppnvid.animation.camera import axes, view_at
from cppnvid.animation.control_points import ControlTensor, blend
from cppnvid.animation.path import PATH_ROWS, Pace, control_seeds, leg_count, place_at
from cppnvid.animation.timing import distance, ease, fold_time, frame_times, track_at
from cppnvid.recipe import PATHS, Camera, Morph, Output, Recipe, Track
from cppnvid.recipe.morph import PathKind


def control_tensor(shape: tuple[int, ...], count: int) -> ControlTensor:
    """Return a random tensor at so many control points, the same for the same arguments."""
    rng = np.random.default_rng((count, *shape))
    return ControlTensor.of([rng.standard_normal(shape, np.float32) for _ in range(count)])


def blended(tensor: ControlTensor, time: float, **morph: object) -> NDArray[np.float32]:
    """Return a tensor at a time of a path at uniform pace, through one seed a control point."""
    made = Morph.model_validate({"seeds": list(range(len(tensor.values)))} | morph)
    return blend(tensor, place_at(made, time, Pace.uniform(leg_count(made))))


def track(*keys: tuple[float, float], easing: str = "smooth") -> Track:
    """Build a track from pairs."""
    return Track.model_validate({"keys": [list(key) for key in keys], "easing": easing})


def test_loops_never_draw_their_end_frame() -> None:
    """Frames of a loop are at k/n; those of an open film reach 1."""
    loop = Recipe(output=Output(frames=4))
    film = Recipe(output=Output(frames=5), morph=Morph(loop="open"))

    assert frame_times(loop).tolist() == [0, 0.25, 0.5, 0.75]
    assert frame_times(film).tolist() == [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize("frames", [2, 4, 10])
def test_ping_pong_doubles_neither_end(frames: int) -> None:
    """There and back, each end is shown once and every other place twice."""
    places = [round(fold_time(k / frames, "ping-pong"), 9) for k in range(frames)]

    assert places.count(0.0) == 1
    assert places.count(1.0) == 1
    assert len(set(places)) == frames // 2 + 1


def test_every_path_of_a_recipe_has_a_row() -> None:
    """A path that the recipe allows is one that runs, and the other way round."""
    assert list(PATH_ROWS) == list(PATHS) == list(get_args(PathKind))


@pytest.mark.parametrize("path", ["cubic", "slerp", "linear"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_closed_paths_pass_through_every_seed_and_return(path: str, count: int) -> None:
    """At i/n the path is at seed i, and at 1 at the first again."""
    tensor = control_tensor((3, 4), count)

    for index in range(count + 1):
        made = blended(tensor, index / count, path=path)
        np.testing.assert_allclose(made, tensor.values[index % count], atol=1e-6)


def test_cubic_paths_have_no_corner() -> None:
    """The cubic's speed is the same on both sides of every seed, the seam too; slerp's is not."""
    tensor = control_tensor((8, 8), 3)
    step = 1e-4

    def bend(path: str, time: float) -> float:
        before, here, after = (
            blended(tensor, moment % 1.0, path=path).astype(np.float64)
            for moment in (time - step, time, time + step)
        )
        return float(np.abs(after - 2 * here + before).max() / np.abs(after - before).max())

    for time in (0.0, 1 / 3, 2 / 3):
        assert bend("cubic", time) < 0.05
        assert bend("slerp", time) > 0.2


@pytest.mark.parametrize("path", ["cubic", "slerp"])
def test_weight_paths_keep_their_size(path: str) -> None:
    """Midway the root mean square is within 5 % of the corners'; the straight blend's is not."""
    tensor = control_tensor((16, 16), 2)

    def size(kind: str) -> float:
        return float(np.sqrt(np.mean(blended(tensor, 0.25, path=kind) ** 2)))

    corners = np.exp(np.log(tensor.sizes).mean())
    assert size(path) == pytest.approx(corners, rel=0.05)
    assert size("linear") < 0.8 * corners


def test_slerp_turns_by_even_angles() -> None:
    """A quarter of the way is a quarter of the angle; a straight blend is at 18 degrees of 90."""
    tensor = ControlTensor.of([np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)])

    x, y = blended(tensor, 0.25, path="slerp", loop="open")

    assert np.degrees(np.arctan2(y, x)) == pytest.approx(22.5)


def test_a_number_that_changes_its_sign_passes_zero_and_does_not_jump() -> None:
    """Keeping the size of a tensor of one number must not make it leap from + to −."""
    tensor = ControlTensor.of([np.array([1.0], np.float32), np.array([-1.0], np.float32)])
    values = [float(blended(tensor, time, loop="open")[0]) for time in np.linspace(0, 1, 101)]

    assert max(abs(b - a) for a, b in itertools.pairwise(values)) < 0.05


def test_zero_tensors_stay_zero() -> None:
    """Biases of zero are blended without dividing by their size."""
    tensor = ControlTensor.of([np.zeros(3, np.float32), np.zeros(3, np.float32)])
    for path in ("cubic", "slerp", "linear"):
        assert blended(tensor, 0.3, path=path).tolist() == [0, 0, 0]


def test_orbit_starts_at_its_seed_and_is_a_circle() -> None:
    """One seed: frame 0 is its still, and every moment is as far from the circle's middle."""
    morph = Morph(seeds=(5,))
    seeds = control_seeds(morph)
    coefficients = np.array(
        [
            place_at(morph, time, Pace.uniform(leg_count(morph))).coefficients
            for time in np.arange(8) / 8
        ]
    )

    assert morph.path == "orbit"
    assert seeds[0] == 5
    assert len(set(seeds)) == 3
    assert coefficients[0].tolist() == [1, 0, 0]
    reach = np.linalg.norm(coefficients[:, 1:] - [-0.5, 0.0], axis=1)
    np.testing.assert_allclose(reach, 0.5)


def around(time: float, **morph: object) -> np.ndarray:
    """Return the coefficients of a path around seed 5 at a time, the seed's own first."""
    made = Morph.model_validate({"seeds": [5]} | morph)
    return place_at(made, time, Pace.uniform(leg_count(made))).coefficients


@pytest.mark.parametrize("detail", [1, 3, 8])
def test_a_wander_closes_without_a_corner(detail: int) -> None:
    """Frame 0 is the seed's still; place, speed and bend are the same on both sides of the seam."""
    wander = functools.partial(around, path="wander", detail=detail)
    step = 1e-3
    places = np.array([wander(1.0 + k * step if k < 0 else k * step) for k in range(-3, 4)])

    assert wander(0.0)[0] == 1
    assert not wander(0.0)[1:].any()
    np.testing.assert_allclose(wander(1.0), wander(0.0), atol=1e-12)
    third = np.diff(places, n=3, axis=0) / step**3  # a jump of speed or bend would be 1/step large
    assert np.abs(third).max() < (2 * np.pi * detail) ** 3


def test_a_wander_is_as_large_as_its_radius_and_as_winding_as_its_detail() -> None:
    """Around its middle it is as far as an orbit in the mean; more detail is a longer way."""
    times = np.arange(64) / 64

    def way(**morph: object) -> np.ndarray:
        return np.array([around(time, **morph) for time in times])[:, 1:]

    lengths = []
    for detail in (1, 4, 16):
        walked = way(path="wander", radius=0.3, detail=detail)
        assert np.linalg.norm(walked - walked.mean(axis=0), axis=1).mean() == pytest.approx(0.3)
        lengths.append(np.linalg.norm(np.diff(walked, axis=0), axis=1).sum())
    np.testing.assert_array_equal(way(path="wander", detail=1), way(path="orbit"))
    assert lengths == sorted(lengths)
    assert lengths[1] > 1.5 * lengths[0]


@pytest.mark.parametrize("loop", ["open", "ping-pong"])
def test_a_wander_that_does_not_close_ends_elsewhere(loop: str) -> None:
    """An open film does not come back to its first frame, nor does the way there of a ping-pong."""
    assert np.linalg.norm(around(1.0, path="wander", loop=loop)[1:]) > 0.5


# ------------------------------------------------------------------ when


def passed(pace: Pace, time: float, **morph: object) -> float:
    """Return how many legs of a spline's way are behind at a time."""
    made = Morph.model_validate({"path": "spline"} | morph)
    place = place_at(made, time, pace.keeping_times(made, 1000))
    return place.start + place.share


LEGS = Pace.of(np.array([[1.0, 3.0], [2.0, 2.0], [8.0, 1.0]]))  # of a loop through three seeds


def test_a_spline_keeps_the_times_of_its_seeds() -> None:
    """It is at each seed at its time, whatever happens between; without times, evenly."""
    for times in ((0.0, 0.2, 0.7), (0.0, 0.05, 0.1), ()):
        for index, time in enumerate(times or (0.0, 1 / 3, 2 / 3)):
            assert passed(LEGS, time, seeds=[1, 2, 3], times=times) == pytest.approx(index)
    open_film = {"seeds": [1, 2, 3, 4], "times": (0.0, 0.1, 0.6, 1.0), "loop": "open"}
    found = [passed(LEGS, time, **open_film) for time in (0.0, 0.1, 0.6, 1.0)]
    assert found == pytest.approx([0, 1, 2, 3])


def test_the_time_of_a_spline_neither_turns_back_nor_jumps() -> None:
    """From a quick leg to a slow one speed changes smoothly, at the seam too."""
    way = {"seeds": [1, 2, 3], "times": (0.0, 0.08, 0.9)}
    even = Pace.of(np.ones((3, 4)))
    places = np.array([passed(even, time, **way) for time in np.arange(2000) / 2000])
    steps = np.diff(np.append(places, 3.0))

    assert steps.min() > 0
    assert np.abs(np.diff(np.append(steps, steps[0]))).max() < 0.05 * steps.max()


@pytest.mark.parametrize(
    "times", [(0.0, 0.2, 0.7), (0.0, 0.05, 0.1), (0.0, 0.6, 0.62), (0.0, 0.3, 0.4), ()]
)
def test_a_spline_passes_all_its_seeds_at_the_usual_speed(times: tuple[float, ...]) -> None:
    """On both sides of every seed, the seam too, it is as fast as in the film's median moment."""
    made = Morph.model_validate({"path": "spline", "seeds": [1, 2, 3], "times": times})
    pace = LEGS.keeping_times(made, 1000)
    assert pace.clock is not None
    clock = pace.clock
    steps = np.diff([clock(time) for time in np.linspace(0.0, 1.0, 4001)])
    usual = 4000 * np.median(steps)

    for start, end in itertools.pairwise(clock.times):
        assert (clock(start + 1e-7) - clock(start)) * 1e7 == pytest.approx(usual, rel=1e-3)
        assert (clock(end) - clock(end - 1e-7)) * 1e7 == pytest.approx(usual, rel=1e-3)
    assert steps.min() > 0.0


def test_speed_says_where_the_way_is_quick() -> None:
    """Three times the speed is three times the way in as much time; both ends stay."""
    walked = [
        distance(track((0, 1), (0.5, 3)), time, closed=True) for time in np.linspace(0, 1, 101)
    ]
    steps = np.diff(walked)

    assert [walked[0], walked[-1]] == pytest.approx([0.0, 1.0])
    assert steps[49] / steps[0] == pytest.approx(3, rel=0.01)
    assert steps[-1] == pytest.approx(steps[0])
    assert distance(track((0, 7)), 0.3, closed=True) == 0.3


def test_hold_stands_still_at_the_seeds() -> None:
    """With hold 0.5 a half of every leg, around the seed, does not move."""
    morph = Morph(seeds=(1, 2), hold=0.5, path="slerp")
    shares = [
        place_at(morph, time, Pace.uniform(leg_count(morph))).share
        for time in (0.0, 0.12, 0.25, 0.38, 0.49)
    ]

    assert shares == [0, 0, 0.5, 1, 1]


def test_each_seed_may_hold_for_its_own_time() -> None:
    """Around the first seed a third of a leg stands still, around the second four fifths."""
    morph = Morph(seeds=(1, 2), holds=(1 / 3, 0.8), path="linear")
    pace = Pace.uniform(leg_count(morph))

    def share(time: float) -> float:
        return float(place_at(morph, time, pace).coefficients[1])

    assert [share(time) for time in (0.0, 0.08, 0.31, 0.5, 0.69, 0.92)] == [0, 0, 1, 1, 1, 0]
    assert share(1 / 12 + 0.5 * (0.5 - 1 / 12 - 0.2)) == pytest.approx(0.5)


@pytest.mark.parametrize("easing", ["linear", "smooth", "ease-in", "ease-out"])
def test_easings_lead_from_0_to_1(easing: str) -> None:
    """Every easing starts at 0, ends at 1 and never turns back; smooth rests at both ends."""
    values = [ease(share, easing) for share in np.linspace(0, 1, 51)]

    assert values[0] == 0
    assert values[-1] == pytest.approx(1)
    assert all(b >= a for a, b in itertools.pairwise(values))
    assert easing != "smooth" or values[1] < 0.002


@pytest.mark.parametrize(
    ("easing", "speeds"),
    [("linear", (1, 1, 1)), ("smooth", (0, 1.57, 0)), ("ease-in", (0, 1, 2)),
     ("ease-out", (2, 1, 0))],
)  # fmt: skip
def test_easings_start_and_arrive_as_their_names_say(
    easing: str, speeds: tuple[float, float, float]
) -> None:
    """Their speed at the start, half way and at the end; ease-in starts at rest, ease-out ends."""
    found = [(ease(at + 1e-4, easing) - ease(at, easing)) / 1e-4 for at in (0.0, 0.5, 1 - 1e-4)]

    assert found == pytest.approx(speeds, abs=0.01)


def test_track_goes_through_its_keys() -> None:
    """Values between keys are eased, values at keys are the keys'."""
    zoom = track((0, 1), (0.5, 3), easing="linear")

    assert track_at(zoom, 0, closed=True) == 1
    assert track_at(zoom, 0.25, closed=True) == 2
    assert track_at(zoom, 0.5, closed=True) == 3
    assert track_at(zoom, 0.75, closed=True) == 2


def test_track_without_a_key_at_0_comes_from_its_last_key() -> None:
    """A closed track wraps round the seam; an open one stays at its ends."""
    pan = track((0.25, 1), (0.75, 3), easing="linear")

    assert track_at(pan, 0, closed=True) == pytest.approx(2)
    assert track_at(pan, 0, closed=False) == 1
    assert track_at(pan, 1, closed=False) == 3


def test_geometric_track_passes_by_even_ratios() -> None:
    """A zoom from 1 to 4 is at 2 halfway."""
    zoom = track((0, 1), (1, 4), easing="linear")

    assert track_at(zoom, 0.5, closed=False, geometric=True) == pytest.approx(2)


def test_hold_easing_stays_until_the_next_key() -> None:
    """With easing hold the value changes only at keys."""
    steps = track((0, 1), (0.5, 2), easing="hold")

    assert [track_at(steps, time, closed=True) for time in (0, 0.49, 0.5, 0.99)] == [1, 1, 2, 2]


@given(
    times=st.lists(st.floats(0, 0.99), min_size=1, max_size=6, unique=True).map(sorted),
    values=st.lists(st.floats(-5, 5), min_size=6, max_size=6),
)
def test_every_closed_track_closes(times: list[float], values: list[float]) -> None:
    """Whatever its keys, a closed track at 1 is where it was at 0."""
    keyed = track(*zip(times, values, strict=False))

    assert track_at(keyed, 1.0, closed=True) == pytest.approx(
        track_at(keyed, 0.0, closed=True), abs=1e-6
    )


def test_view_reads_every_track() -> None:
    """Zoom divides the scale, angles are radians, pan is as written."""
    camera = Camera.model_validate(
        {
            "scale": 2,
            "zoom": 4,
            "rotate": 90,
            "pan_x": {"keys": [[0, 0], [0.5, 1]], "easing": "linear"},
            "warps": [{"kind": "swirl", "angle": 180}, {"kind": "kaleidoscope", "segments": 5}],
        }
    )

    view = view_at(camera, 0.25, closed=True)

    assert view.scale == pytest.approx(0.5)
    assert view.angle == pytest.approx(np.pi / 2)
    assert view.pan == (0.5, 0.0)
    assert [warp.kind for warp in view.warps] == ["swirl", "kaleidoscope"]
    assert view.warps[0].numbers["angle"] == pytest.approx(np.pi)
    assert view.warps[1].numbers["segments"] == 5


def test_axes_follow_their_conventions() -> None:
    """Centres, corners, pixels and endpoints, as the published systems number a pixel."""
    assert axes("centres", 4, 2)[0].tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert axes("centres", 4, 2)[1].tolist() == [-0.25, 0.25]
    assert axes("corners", 4, 2)[0].tolist() == [-0.5, 0, 0.5, 1]
    assert axes("pixels", 3, 2)[0].tolist() == [0, 1, 2]
    assert axes("endpoints", 3, 5)[0].tolist() == [-1, 0, 1]
    assert axes("endpoints", 3, 5)[1].tolist() == [-1, -0.5, 0, 0.5, 1]


def test_larger_pictures_show_the_same_field() -> None:
    """The span of the shorter side is 1 at every size, so that 4K is 256 with more detail."""
    for size in (1, 256, 3840):
        x, _ = axes("centres", size, size)
        assert x[-1] - x[0] + 1 / size == pytest.approx(1)


@pytest.mark.parametrize("coordinates", ["centres", "corners", "pixels", "endpoints"])
def test_samples_spread_around_the_pixel(coordinates: str) -> None:
    """The mean of a pixel's samples is the pixel's own place."""
    x, _ = axes(coordinates, 6, 4)
    fine, _ = axes(coordinates, 6, 4, samples=3)

    np.testing.assert_allclose(fine.reshape(6, 3).mean(axis=1), x, atol=1e-12)
    assert len(set(np.diff(fine).round(9))) == 1

"""A zoom without end: its way is the phase of its warp, and what times a way times the zoom."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import build_scene
from cppnvid.film.loop_check import check_loop
from cppnvid.recipe import Recipe
from tests.conftest import small
from tests.helpers import driven, run

FAST_HALF_WAY = {"keys": [[0, 1], [0.5, 3]], "easing": "linear"}


def zooming(camera: dict[str, object] | None = None, **morph: object) -> Recipe:
    """Return a small film that zooms by one period."""
    return small(morph={"seeds": [7], "path": "zoom"} | morph, camera=camera or {})


def phases(recipe: Recipe, count: int = 40) -> NDArray[np.float64]:
    """Return how far the film has zoomed at even times from 0 to 1, in periods."""
    scene = build_scene(recipe)
    times = np.linspace(0.0, 1.0, count + 1)
    return np.array([scene.at(t).view.warps[-1].numbers["phase"] for t in times]) / math.tau


def test_a_zoom_goes_in_by_even_steps_and_closes() -> None:
    """Every frame magnifies by as much, and at the end it is one whole period deep."""
    np.testing.assert_allclose(phases(zooming(pace="even")), np.linspace(0.0, 1.0, 41), atol=1e-12)


def test_speed_hurries_a_zoom_where_it_says() -> None:
    """Three times as fast half way as at the seam, on both sides of which it is as fast."""
    found = phases(zooming(speed=FAST_HALF_WAY))
    steps = np.diff(found)

    assert [found[0], found[-1]] == pytest.approx([0.0, 1.0])
    assert steps[20] / steps[0] == pytest.approx(2.9 / 1.1 * 1.025, rel=0.05)
    assert steps[-1] == pytest.approx(steps[0])


def test_a_zoom_rests_and_eases_at_its_start() -> None:
    """With hold 0.4 a fifth at each end stands still; smooth easing arrives and starts at rest."""
    held, smooth = phases(zooming(hold=0.4)), phases(zooming(easing="smooth"))

    assert (held[8], held[20], held[32]) == pytest.approx((0.0, 0.5, 1.0))
    assert held[9] > 0.0
    assert held[31] < 1.0
    assert smooth[10] == pytest.approx(0.5 - 0.5 * math.cos(math.pi / 4))


def test_only_the_zoom_is_timed_and_not_the_camera() -> None:
    """Other keyframes, those of another warp too, keep to the film's own clock."""
    turn = {"keys": [[0, 0], [1, 360]], "easing": "linear"}
    camera: dict[str, object] = {
        "rotate": turn,
        "warps": [{"kind": "wave", "phase": turn}, {"kind": "endless"}],
    }
    scene = build_scene(zooming(camera, speed=FAST_HALF_WAY, hold=0.5))

    view = scene.at(0.1).view

    assert view.angle == pytest.approx(math.tau / 10)
    assert view.warps[0].numbers["phase"] == pytest.approx(math.tau / 10)
    assert view.warps[1].numbers["phase"] == 0.0


def test_a_sound_that_drives_the_way_drives_the_zoom() -> None:
    """Loud in its second half and three times as fast there: half way it has come a quarter."""
    loud = np.repeat([0.0, 1.0], 60)
    zoom = {"seeds": [7], "path": "zoom"}

    hurried = phases(driven(loud, "morph.speed", 2.0, morph=zoom))
    pushed = phases(driven(loud, "camera.warps.0.phase", 90.0, morph=zoom | {"hold": 0.4}))

    assert hurried[20] == pytest.approx(0.25, abs=0.01)
    assert [hurried[0], hurried[-1]] == pytest.approx([0.0, 1.0])
    assert [pushed[4], pushed[36] - 1.0] == pytest.approx([0.0, 0.25])


def test_the_seam_of_a_zoom_with_speed_is_none() -> None:
    """From the command line: the fastest frames are where they were asked for, not at the seam."""
    speed = "{keys: [[0, 1], [0.5, 3]]}"
    film = "morph --seeds 7 --path zoom --size 96 --frames 48 -q -o zoom.gif --speed"
    code, _, err = run([*film.split(), speed])
    assert code == 0, err

    report = check_loop("zoom.gif")

    assert report.seam < 1.0
    assert report.fastest > 1.3

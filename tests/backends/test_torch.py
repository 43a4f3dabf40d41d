"""The torch backend against a pixel written out in numpy, on shapes nobody chooses."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cppnvid.backends import choose, definition
from cppnvid.backends.machine import BACKENDS, report
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError, BackendUnavailable, RecipeError
from cppnvid.film.pacing import build_scene
from cppnvid.film.run import Run
from cppnvid.networks.children import sample_network
from cppnvid.recipe import Recipe
from cppnvid.render import render_frames, render_still
from tests.conftest import small

TORCH = TorchBackend("cpu")
WEIRD = [(1, 1), (7, 5), (33, 17), (5, 64)]


def pixel(recipe: Recipe, column: int, row: int) -> list[float]:
    """Return one pixel of a tanh and sigmoid rgb recipe at time 0, by the formulas, in [0, 255]."""
    width, height = recipe.canvas.size
    x = (column + 0.5 - width / 2) / min(width, height)
    y = (row + 0.5 - height / 2) / min(width, height)
    network = sample_network(recipe.network, recipe.morph.seeds[0])
    h = np.array([x, y, math.hypot(x, y), *network.latent], dtype=np.float64)
    for layer in network.layers[:-1]:
        assert layer.bias is not None
        before = h
        h = np.tanh(layer.weight.astype(np.float64) @ h + layer.bias)
        h = h + before if layer.residual else h
    last = network.layers[-1]
    assert last.bias is not None
    u = last.weight.astype(np.float64) @ h + last.bias
    return [255 / (1 + math.exp(-value)) for value in u]


@pytest.mark.parametrize(("width", "height"), WEIRD)
@pytest.mark.parametrize("widths", [[1], [3, 17], [128], [8, 8, 8], []])
@pytest.mark.parametrize("residual", [False, True])
def test_pixels_are_what_the_formulas_say(
    width: int, height: int, widths: list[int], residual: bool
) -> None:
    """Each pixel is rounded from the value that numpy computes for it alone in float64."""
    recipe = small(
        width, height,
        network={"layers": widths, "residual": residual}, morph={"seeds": [3]},
        palette={"name": "rgb"},
    )  # fmt: skip

    frame = render_still(recipe, Run(backend=TORCH))

    expected = [[pixel(recipe, i, j) for i in range(width)] for j in range(height)]
    assert frame.shape == (height, width, 3)
    assert np.abs(frame - np.array(expected)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize(("width", "height"), WEIRD)
@pytest.mark.parametrize("samples", [1, 3])
def test_tiles_do_not_show(
    width: int, height: int, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture drawn in tiles of a few points is the picture drawn at once."""
    recipe = small(width, height, canvas={"size": f"{width}x{height}", "samples": samples})
    whole = render_still(recipe, Run(backend=TORCH))

    for points in (4, 50, 300):
        monkeypatch.setattr(TorchBackend, "_points_per_tile", lambda *_, points=points: points)
        assert np.array_equal(render_still(recipe, Run(backend=TORCH)), whole), points


@pytest.mark.parametrize(("width", "height"), [*WEIRD, (300, 211)])
def test_threads_do_not_show(width: int, height: int) -> None:
    """A picture drawn by three threads at once is the picture drawn by one, to the byte."""
    recipe = small(width, height)
    one, three = (TorchBackend(threads=threads) for threads in (1, 3))

    assert np.array_equal(
        render_still(recipe, Run(backend=one)), render_still(recipe, Run(backend=three))
    )


def test_samples_average_light() -> None:
    """Antialiasing is the mean of the finer picture in linear light, not of its encoded values."""
    sharp: dict[str, dict[str, object]] = {
        "network": {"layers": "3x8", "init": {"output": 60.0}},
        "palette": {"name": "rgb"},
    }
    coarse = render_still(small(16, 12, canvas={"size": "16x12", "samples": 4}, **sharp))
    fine = render_still(small(64, 48, canvas={"size": "64x48"}, **sharp)) / 255.0

    light = np.where(fine <= 0.04045, fine / 12.92, ((fine + 0.055) / 1.055) ** 2.4)
    mean = light.reshape(12, 4, 16, 4, 3).mean(axis=(1, 3))
    encoded = np.where(mean <= 0.0031308, mean * 12.92, 1.055 * mean ** (1 / 2.4) - 0.055)
    assert np.abs(coarse - encoded * 255).max() <= 1.5


def test_larger_pictures_are_the_same_picture() -> None:
    """The mean over blocks of a larger picture is the smaller one, whatever the size."""
    small_one = render_still(small(24, 16)).astype(float)
    large = render_still(small(120, 80)).astype(float).reshape(16, 5, 24, 5, 3).mean(axis=(1, 3))

    assert np.abs(small_one - large).mean() < 1.0


def test_running_out_of_memory_halves_the_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that refuses 300 points is asked for fewer, and the picture is the same."""
    recipe = small()
    whole = render_still(recipe, Run(backend=TORCH))
    original, asked = TorchBackend._colours, []

    def tight(self: TorchBackend, *args: Any) -> Any:
        asked.append(len(args[2]))
        if asked[-1] > 300:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(self, *args)

    monkeypatch.setattr(TorchBackend, "_colours", tight)
    drawn = render_still(recipe, Run(backend=TORCH))

    assert np.array_equal(drawn, whole)
    assert max(asked) > 300


def test_a_device_without_any_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """When not even 256 points fit, the message names the backend and the way out."""

    def full(*_: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(TorchBackend, "_colours", full)
    with pytest.raises(BackendError, match=r"torch:cpu lacks the memory.*backend=.torch:cpu."):
        render_still(small(), Run(backend="torch:cpu"))


def test_other_failures_are_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in drawing is raised as it is, not retried for ever."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(TorchBackend, "_colours", broken)
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        render_still(small(), Run(backend="torch:cpu"))


def test_times_one_by_one_are_times_together() -> None:
    """A frame does not depend on which others are drawn, and repeats to the byte."""
    recipe = small(canvas={"size": "130x70"})
    frames = np.concatenate(list(render_frames(recipe, Run(backend="torch:cpu"))))
    scene = build_scene(recipe)

    for index in (4, 1):
        (alone,) = TorchBackend().render(scene, [index / 6], Raster(130, 70))
        assert np.array_equal(alone[0], frames[index])


# --------------------------------------------------------------- warps


def at(recipe: Recipe, x: float, y: float) -> NDArray[np.float64]:
    """Return the colour at a point of the screen, float64 [3]."""
    (made,) = definition.colours(build_scene(recipe).at(0.0), np.array([x]), np.array([y]))
    return np.asarray(made)


def warped(**warp: object) -> Recipe:
    """Build a recipe with one warp."""
    return small(camera={"warps": [warp]})


def test_mirror_shows_the_same_on_both_sides() -> None:
    """Points mirrored on the line are equal; with the line at x = 0.1, 0.05 and 0.15 are."""
    plain = small()
    recipe = warped(kind="mirror", offset=0.1)

    assert np.allclose(at(recipe, 0.05, 0.2), at(recipe, 0.15, 0.2))
    assert np.allclose(at(recipe, 0.15, 0.2), at(plain, 0.15, 0.2))
    assert not np.allclose(at(plain, 0.05, 0.2), at(plain, 0.15, 0.2))


@pytest.mark.parametrize("segments", [1, 3, 8])
def test_kaleidoscope_repeats_every_wedge(segments: int) -> None:
    """Turning by one wedge changes nothing, and each wedge is mirrored in itself."""
    recipe = warped(kind="kaleidoscope", segments=segments)
    wedge = 2 * math.pi / segments

    def around(angle: float) -> NDArray[np.float64]:
        return at(recipe, 0.3 * math.cos(angle), 0.3 * math.sin(angle))

    assert np.allclose(around(0.2), around(0.2 + wedge))
    assert np.allclose(around(0.2), around(wedge - 0.2))


@pytest.mark.parametrize("mirrored", [True, False])
def test_tiles_repeat(mirrored: bool) -> None:
    """The middle tile is the picture itself; the next is it again, mirrored or not."""
    recipe = warped(kind="tile", size=0.2, mirrored=mirrored)

    assert np.allclose(at(recipe, 0.06, -0.03), at(small(), 0.06, -0.03))
    expected = at(recipe, -0.06 if mirrored else 0.06, -0.03)
    assert np.allclose(at(recipe, 0.26, -0.03), expected)
    assert np.allclose(at(recipe, 0.46, -0.03), at(recipe, 0.06, -0.03))


def test_swirl_turns_most_at_its_centre() -> None:
    """At `radius` the turn is 1/e of the angle; far away there is none."""
    recipe = warped(kind="swirl", angle=90, radius=0.2)
    turn = math.radians(90) / math.e

    expected = at(small(), 0.2 * math.cos(turn), -0.2 * math.sin(turn))
    assert np.allclose(at(recipe, 0.2, 0.0), expected)
    assert np.allclose(at(recipe, 5.0, 0.0), at(small(), 5.0, 0.0))


@pytest.mark.parametrize("arms", [0, 1, -3])
def test_an_endless_picture_is_the_same_at_every_period(arms: int) -> None:
    """Four times as far out the picture is the same, twice as far another; so it is after 360°."""
    recipe = warped(kind="endless", period=4, arms=arms)
    here = at(recipe, 0.11, -0.07)

    assert np.allclose(at(recipe, 0.44, -0.28), here)
    assert np.allclose(at(recipe, 0.11 / 64, -0.07 / 64), here)
    assert not np.allclose(at(recipe, 0.22, -0.14), here, atol=0.01)
    assert np.allclose(
        at(warped(kind="endless", period=4, arms=arms, phase=360), 0.11, -0.07), here
    )


def test_the_phase_of_an_endless_picture_magnifies_it() -> None:
    """Half a period of phase shows what was at half the distance: 90° of a period of 16 are 2."""
    still, later = (warped(kind="endless", period=16, phase=phase) for phase in (0, 90))

    assert np.allclose(at(later, 0.3, 0.1), at(still, 0.15, 0.05))


def test_an_endless_picture_has_no_edge_and_a_centre() -> None:
    """Colours just beside one another differ by little, across the angle's cut too."""
    recipe = warped(kind="endless", arms=3)

    assert np.isfinite(at(recipe, 0.0, 0.0)).all()
    for radius in np.geomspace(0.01, 0.7, 40):
        above, below = (at(recipe, -radius, sign * 1e-9) for sign in (1, -1))
        assert np.allclose(above, below, atol=1e-4)
        assert np.allclose(above, at(recipe, -radius * (1 + 1e-7), 0.0), atol=1e-4)


def test_wave_pushes_across_its_direction() -> None:
    """A wave along x moves points in y by its amplitude; a whole period changes nothing."""
    recipe = warped(kind="wave", amplitude=0.1, frequency=2.0)

    assert np.allclose(at(recipe, 0.125, 0.0), at(small(), 0.125, 0.1))
    again = warped(kind="wave", amplitude=0.1, frequency=2.0, phase=360.0)
    assert np.allclose(at(again, 0.07, 0.02), at(recipe, 0.07, 0.02))


def test_camera_zooms_turns_and_pans() -> None:
    """Zoom 2 shows half the field, a quarter turn moves right to down, pan moves the centre."""
    plain = small()
    zoomed, turned = small(camera={"zoom": 2.0}), small(camera={"rotate": 90.0})
    panned = small(camera={"pan_x": 0.3, "pan_y": -0.1})

    assert np.allclose(at(zoomed, 0.4, 0.2), at(plain, 0.2, 0.1))
    assert np.allclose(at(turned, 0.0, 0.4), at(plain, 0.4, 0.0))
    assert np.allclose(at(panned, 0.0, 0.0), at(plain, 0.3, -0.1))


# --------------------------------------------------------------- choosing


def test_a_backend_asked_for_by_name_works_or_raises() -> None:
    """Nothing but auto may fall back."""
    assert choose("torch:cpu").name == "torch:cpu"
    if not torch.cuda.is_available():
        with pytest.raises(BackendUnavailable, match=r"torch:cuda is not usable here.*torch:cpu"):
            choose("torch:cuda")


@pytest.mark.parametrize("name", ["troch", "torch:gpu", "cuda:gpu", ""])
def test_unknown_backends_are_the_users_mistake(name: str) -> None:
    """A name nobody knows is exit code 2, and the known ones are listed."""
    with pytest.raises(RecipeError, match="known are auto, torch, "):
        choose(name)


def test_auto_says_what_it_chose_and_why_not_the_others() -> None:
    """Every backend that might be here is the one chosen or named with a reason."""
    said: list[str] = []
    chosen = choose("auto", note=said.append)

    assert chosen.name in said[0]
    for entry in report():
        assert entry.usable or not BACKENDS[entry.name].could_be_here() or entry.name in said[0]

"""The matrix of a film gives every moment back."""

import numpy as np
import pytest

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Scene
from cppnvid.backends.shader.architecture import numbers_of
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import build_scene
from cppnvid.live import limits, matrix as module
from cppnvid.live.factors import factored, tensors_of
from cppnvid.live.limits import check_network
from cppnvid.live.matrix import Matrix
from cppnvid.live.page import AXES, film_data
from tests.conftest import small
from tests.helpers import driven
from tests.live.films import NAMES, film


def rows_miss(matrix: Matrix, scene: Scene, time: float) -> float:
    """Return what the numbers at a time miss, as a share of the largest of their kind."""
    moment = scene.at(time)
    row = matrix.row_at(time)
    missed, at = 0.0, 0
    for rows, tensor in zip(matrix.directions, tensors_of(moment), strict=True):
        found = row[at : at + len(rows)] @ rows.astype(np.float64)
        missed = max(missed, float(np.abs(found - tensor).max() / (np.abs(tensor).max() or 1.0)))
        at += len(rows)
    numbers = np.array(numbers_of(moment))
    return max(missed, float((np.abs(row[at:] - numbers) / np.maximum(abs(numbers), 1)).max()))


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_in_the_rows(name: str) -> None:
    """Whatever the path, pace, camera and loop, a row is the moment, within float32's rounding."""
    recipe = film(name)
    scene = build_scene(recipe)
    matrix = Matrix.of(recipe, scene)
    steps = recipe.output.frames - (recipe.morph.loop == "open")

    assert len(matrix.ways) == matrix.density * steps
    assert max(rows_miss(matrix, scene, k / steps) for k in range(steps + 1)) < 2e-6


def test_a_walk_through_seeds_has_a_direction_for_each() -> None:
    """Four seeds are four directions of every tensor, however many frames there are."""
    recipe = film(
        "walk", morph={"seeds": [1, 2, 3, 4], "of": "weights"}, network={"inputs": ["x", "y", "r"]}
    )

    matrix = Matrix.of(recipe, Scene.of(recipe))

    assert {len(rows) for rows in matrix.directions} <= {1, 3, 4}
    assert len(matrix.directions[1]) == 4


def test_a_film_that_moves_in_one_frame_alone_is_looked_at_there() -> None:
    """A sound heard for one frame of 200 is between the moments that directions come from."""
    curve = np.zeros(200)
    curve[101] = 1.0
    recipe = driven(curve, "z", 2.0, morph={"seeds": [1]}, network={"z_dim": 4})
    scene = Scene.of(recipe)

    matrix = Matrix.of(recipe, scene)

    assert max(rows_miss(matrix, scene, k / 200) for k in range(95, 108)) < 2e-6


def test_cuts_are_steps_and_angles_go_on_at_the_seam() -> None:
    """No picture is blended over a cut, and a full turn does not run back at the loop's end."""
    cuts, turning = film("cuts"), film("kaleidoscope")

    ways = Matrix.of(cuts, Scene.of(cuts)).ways
    matrix = Matrix.of(turning, Scene.of(turning))

    assert set(np.unique(ways)) - {0, 1} <= {2, 3}
    assert np.isin(ways, (2, 3)).any()
    angle = matrix.rows.shape[1] - len(numbers_of(matrix.first))  # the kaleidoscope's
    assert matrix.rows[-1, angle] == pytest.approx(2 * np.pi)
    assert rows_miss(matrix, Scene.of(turning), 1 - 0.4 / len(matrix.ways)) < 0.01


def test_wild_films_have_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it shows half way between frames, there are more rows than frames; else a row each."""
    wild = film("walk", output={"frames": 8}, network={"init": {"hidden": 2.5}})
    calm = film("walk", output={"frames": 200})

    densities = [Matrix.of(recipe, Scene.of(recipe)).density for recipe in (wild, calm)]
    monkeypatch.setattr(module, "MOST_ROWS", 1)

    assert densities[0] > 1
    assert densities[1] == 1
    assert Matrix.of(wild, Scene.of(wild)).density == 1


def test_a_film_of_one_frame_has_its_rows() -> None:
    """A loop of one frame, and an open film of one, still have a start and an end."""
    for loop in ("closed", "open"):
        recipe = film("walk", output={"frames": 1}, morph={"loop": loop})
        scene = Scene.of(recipe)
        matrix = Matrix.of(recipe, scene)

        assert len(matrix.rows) >= 2
        assert rows_miss(matrix, scene, 0.0) < 2e-6


def test_factors_have_no_more_directions_than_moments() -> None:
    """A film of few moments, each another network, is its moments."""
    recipe = film("grow", output={"frames": 3})
    found = factored(Scene.of(recipe), [0.0, 0.5, 1.0])

    assert max(map(len, found.directions)) <= 3
    assert {share.shape[0] for share in found.shares} == {3}


@pytest.mark.parametrize("coordinates", AXES)
@pytest.mark.parametrize("size", [(7, 4), (3, 9), (1, 1)])
def test_positions_are_those_of_every_other_backend(
    coordinates: str, size: tuple[int, int]
) -> None:
    """The few numbers by which the page places pixels are the conventions of `axes`."""
    wanted = axes(coordinates, *size)
    for side, positions in zip(size, wanted, strict=True):
        origin, unit = (
            np.dot(AXES[coordinates][name], (side, min(size), 1)) for name in ("origin", "unit")
        )
        assert np.allclose((np.arange(side) + 0.5 - origin) / max(unit, 0.5), positions)


def test_what_is_too_large_says_what_fits() -> None:
    """A network and a film beyond the limits are refused with their size, the limit and a way."""
    recipe = small(network={"layers": "4x512"})
    with pytest.raises(RecipeError, match=r"79\d,\d{3} weights.* 262,144 .*4x288") as error:
        check_network(Scene.of(recipe).at(0.0))
    assert error.value.mistakes[0].key == "network.layers"
    check_network(Scene.of(small(network={"layers": "4x288"})).at(0.0))
    recipe = small(network={"layers": "1x1024", "activation": "atan_pair"})
    with pytest.raises(RecipeError, match=r"layers of up to 2,048 .* 1x512"):
        check_network(Scene.of(recipe).at(0.0))


def test_a_film_of_too_many_numbers_says_how_many_frames_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit is on the page; frames are what can be given up."""
    monkeypatch.setattr(limits, "MOST_NUMBERS", 400)
    recipe = film("walk")
    with pytest.raises(RecipeError, match=r"at most 400 numbers, .* 1\d frames fit") as error:
        film_data(recipe, Matrix.of(recipe, Scene.of(recipe)))
    assert error.value.mistakes[0].key == "output.frames"

"""A matrix with fewer rows and digits makes the same film, or is known not to."""

import numpy as np

from cppnvid.animation.scene import Scene
from cppnvid.live.blending import number_text
from cppnvid.live.compact import faithful, rounded, thinned
from cppnvid.live.matrix import Matrix
from tests.live.films import FRAMES, film


def test_half_the_rows_and_six_decimals_make_a_calm_film() -> None:
    """Of an orbit with 48 frames, every second row is enough, and every 12th is not."""
    recipe = film("orbit", output={"frames": 2 * FRAMES})
    scene = Scene.of(recipe)
    matrix = Matrix.of(recipe, scene)

    fewer = rounded(thinned(matrix, 2), 6)

    assert len(fewer.ways) == FRAMES
    assert faithful(recipe, scene, fewer)
    assert not faithful(recipe, scene, thinned(matrix, 12))
    assert not faithful(recipe, scene, rounded(matrix, 1))


def test_a_film_is_looked_at_between_its_frames_too() -> None:
    """A turn for every frame is at rest in the frames, and so are rows for them alone."""
    recipe = film("orbit", camera={"rotate": {"keys": [[0, 0], [1, 360 * FRAMES]]}})
    scene = Scene.of(recipe)
    matrix = Matrix.of(recipe, scene)

    assert matrix.density == 4
    assert not faithful(recipe, scene, thinned(matrix, 4))


def test_directions_whose_shares_stay_are_one() -> None:
    """A camera alone moves: each tensor has one direction, with a share that makes it whole."""
    recipe = film("zoom")
    matrix = Matrix.of(recipe, Scene.of(recipe))
    doubled = rounded(matrix, 7)

    assert {len(rows) for rows in doubled.directions} == {1}
    for before, after in zip(matrix.directions, doubled.directions, strict=True):
        assert np.abs(after).max() in (0.0, 1.0)
        assert before.shape == after.shape


def test_numbers_are_brief() -> None:
    """What a constructor of vectors takes."""
    printed = {12.5: "12.5", 0.25: ".25", -0.5: "-.5", -1e-9: "0", 1.0: "1", 10.0: "10", 0.0: "0"}
    for value, text in printed.items():
        assert number_text(value, 6) == text
    assert number_text(20.0, 0) == "20"

"""Strides of a short film: alike, however the path between its frames winds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.film.pacing import even_strides


def path(places: NDArray[np.floating], *, winding: float = 0.0) -> NDArray[np.float32]:
    """Return looks of one point along a circle, faster on one side, that winds to and fro."""
    angle = 2 * np.pi * places + 0.8 * np.sin(2 * np.pi * places)
    reach = 1.0 + winding * np.sin(14 * np.pi * places)
    looks = np.stack([reach * np.cos(angle), reach * np.sin(angle), 0 * angle], axis=-1)
    return looks[:, None].astype(np.float32)


def strides(ruler: NDArray[np.float64], count: int, winding: float) -> NDArray[np.float64]:
    """Return the distances of frames placed by a ruler, on the path itself."""
    passed = np.pad(np.cumsum(ruler), (1, 0))
    stands = np.interp(
        np.linspace(0, passed[-1], count + 1), passed, np.linspace(0, 1, len(passed))
    )
    looks = path(stands, winding=winding)
    found: NDArray[np.float64] = np.linalg.norm(np.diff(looks, axis=0), axis=-1).mean(axis=-1)
    return found


@pytest.mark.parametrize(("count", "winding"), [(8, 0.1), (12, 0.2), (24, 0.3)])
def test_strides_become_alike(count: int, winding: float) -> None:
    """Frames at even lengths of a winding way are unevenly far apart, the last one included."""
    looks = path(np.linspace(0, 1, 193), winding=winding)
    changes = np.linalg.norm(np.diff(looks, axis=0), axis=-1).mean(axis=-1)

    before = strides(changes, count, winding)
    after = strides(even_strides(looks, changes, count), count, winding)

    assert before.max() > 1.15 * before.min()
    assert after.max() < 1.1 * after.min()


def test_a_path_that_stands_still_keeps_its_ruler() -> None:
    """Where no frame differs from another there is nothing to make alike."""
    looks = np.zeros((9, 4, 3), dtype=np.float32)

    np.testing.assert_array_equal(even_strides(looks, np.ones(8), 4), np.ones(8))


def test_frames_that_are_one_picture_do_not_break_the_ruler() -> None:
    """A rest in the middle of a path is crossed, and every step of the ruler stays above 0."""
    looks = path(np.concatenate([np.linspace(0, 0.5, 30), [0.5] * 40, np.linspace(0.5, 1, 30)]))
    changes = np.linalg.norm(np.diff(looks, axis=0), axis=-1).mean(axis=-1) + 0.1

    ruler = even_strides(looks, changes, 40)

    assert np.isfinite(ruler).all()
    assert ruler.min() > 0.0

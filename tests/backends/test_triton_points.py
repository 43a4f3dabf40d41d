"""Colours at points that lie on no grid, from the fused `cuda` backend."""

import numpy as np
import pytest

from tests.backends.helpers import scene_of

from tests.backends.triton_twins import OVERFLOWS, cards, interpreter  # isort: skip

from cppnvid.backends import definition
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.errors import BackendUnavailable

__all__ = ["interpreter"]
pytestmark = OVERFLOWS


@pytest.mark.parametrize("count", [0, 1, 7, 300])
def test_points_have_the_colours_of_the_definition(count: int) -> None:
    """Any number of points anywhere, to float32's precision."""
    warps = [{"kind": "wave"}, {"kind": "swirl"}]
    moment = scene_of(palette={"name": "ember"}, camera={"warps": warps, "scale": 3}).at(0.3)
    x, y = np.random.default_rng(count).uniform(-0.7, 0.7, (2, count))

    made = CudaBackend(cards()).colours(moment, x, y)

    assert made.dtype == np.float32
    assert made.shape == (count, 3)
    assert np.abs(made - definition.colours(moment, x, y)).max(initial=0.0) < 1e-4
    assert count < 7 or np.ptp(made, axis=0).max() > 0.05


def test_what_it_cannot_draw_is_declined() -> None:
    """A scene that no frame could be drawn of has no points either."""
    moment = scene_of(network={"layers": list(range(1, 20))}).at(0.0)

    with pytest.raises(BackendUnavailable, match="its layers change"):
        CudaBackend(cards()).colours(moment, np.zeros(1), np.zeros(1))

"""Scenes are pure functions of time, and their moments carry the whole picture."""

import pickle
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from cppnvid.animation import control_points
from cppnvid.animation.path import Pace
from cppnvid.animation.scene import Moment
from cppnvid.film.pacing import build_scene
from cppnvid.networks.children import sample_network, sample_networks
from cppnvid.networks.sampling import Network
from cppnvid.recipe import NetworkSpec, Recipe
from tests.conftest import small


def tensors(moment: Moment) -> NDArray[np.float32]:
    """Put every number of a moment's layers in one row."""
    parts = [part.ravel() for layer in moment.layers for part in (layer.weight, layer.bias)]
    return np.concatenate(parts)


@pytest.mark.parametrize("of", ["weights", "z"])
@pytest.mark.parametrize("path", ["cubic", "slerp", "linear"])
@given(time=st.floats(0, 1))
@settings(max_examples=10, deadline=None)
def test_closed_scenes_close(of: str, path: str, time: float) -> None:
    """A scene at 1 is the scene at 0, and the same time gives the same numbers."""
    scene = build_scene(small(morph={"seeds": [1, 2, 3], "of": of, "path": path}))

    np.testing.assert_allclose(tensors(scene.at(1.0)), tensors(scene.at(0.0)), atol=1e-5)
    np.testing.assert_array_equal(tensors(scene.at(time)), tensors(scene.at(time)))


@pytest.mark.parametrize("of", ["weights", "z"])
def test_first_moment_is_the_first_seeds_own(of: str) -> None:
    """At time 0 the numbers are those of the first seed, its latent folded into the first bias."""
    recipe = small(morph={"seeds": [4, 5, 6], "of": of, "network_seed": 9})
    network = sample_network(recipe.network, 4 if of == "weights" else 9)
    latent = sample_network(recipe.network, 4).latent
    first = network.layers[0]
    assert first.bias is not None

    made = build_scene(recipe).at(0.0).layers[0]

    np.testing.assert_allclose(made.weight, first.weight[:, :3], rtol=1e-6)
    expected = first.bias + first.weight[:, 3:] @ latent
    np.testing.assert_allclose(made.bias, expected, rtol=1e-5, atol=1e-6)


def test_walking_through_z_moves_only_the_first_bias() -> None:
    """With `of: z`, all weights stand still."""
    scene = build_scene(small(morph={"seeds": [1, 2], "of": "z"}))
    start, later = scene.at(0.0), scene.at(0.3)

    for before, after in zip(start.layers, later.layers, strict=True):
        np.testing.assert_array_equal(before.weight, after.weight)
    assert not np.allclose(start.layers[0].bias, later.layers[0].bias)
    np.testing.assert_array_equal(start.layers[1].bias, later.layers[1].bias)


def test_ping_pong_runs_back_through_its_second_half() -> None:
    """The camera goes back too: at 0.7 everything is as at 0.3."""
    scene = build_scene(
        small(
            morph={"seeds": [1, 2], "loop": "ping-pong"},
            camera={"rotate": {"keys": [[0, 0], [1, 50]]}},
            palette={"name": "rgb", "hue": {"keys": [[0, 0], [1, 90]]}},
        )
    )

    np.testing.assert_array_equal(tensors(scene.at(0.3)), tensors(scene.at(0.7)))
    assert scene.at(0.3).view == scene.at(0.7).view
    assert scene.at(0.3).colouring.hue == scene.at(0.7).colouring.hue
    assert scene.at(0.5).view.angle == pytest.approx(np.radians(50))


def test_open_scene_ends_at_its_last_seed() -> None:
    """Without a loop the last frame is the last seed's picture."""
    recipe = small(morph={"seeds": [1, 2, 3], "loop": "open"})
    alone = small(morph={"seeds": [3]})

    np.testing.assert_allclose(
        tensors(build_scene(recipe).at(1.0)), tensors(build_scene(alone).at(0.0)), atol=1e-6
    )


SOUND = {
    "react": [{"drives": "z", "amount": 0.5, "curve": "AAD//wAA//8AAP//"}],  # 0 and 1 in turn
    "rate": "30",
}


@pytest.mark.parametrize(
    "morph",
    [
        {"seeds": [1, 2, 3], "pace": "even"},
        {"seeds": [1, 2], "of": "z", "path": "slerp", "hold": 0.3, "easing": "smooth"},
        {"seeds": [1, 2, 3], "path": "spline", "times": [0, 0.2, 0.7], "pace": "even"},
        {"seeds": [4], "path": "wander", "speed": {"keys": [[0, 1], [0.5, 3]]}},
        {"seeds": [4], "path": "grow"},
    ],
)
@pytest.mark.parametrize("sound", [{}, SOUND])
def test_a_pickled_scene_is_the_same_film(
    morph: dict[str, object], sound: dict[str, object]
) -> None:
    """A scene that went to another process has equal moments, whatever makes it move."""
    recipe = Recipe.model_validate(
        small(morph=morph, palette={"name": "tide", "hue": {"keys": [[0, 0], [0.5, 90]]}}).to_data()
        | {"sound": sound}
    )
    scene = build_scene(recipe)

    other = pickle.loads(pickle.dumps(scene))

    for time in (0.0, 0.3, 0.77):
        one, same = scene.at(time), other.at(time)
        np.testing.assert_array_equal(tensors(one), tensors(same))
        np.testing.assert_array_equal(one.colouring.gradient, same.colouring.gradient)
        assert (one.view, one.colouring.hue) == (same.view, same.colouring.hue)


def test_another_pace_samples_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timing is a part of the scene, and networks are drawn once for it."""
    sampled: list[int | str] = []

    def counted(spec: NetworkSpec, pictures: Iterable[int | str]) -> list[Network]:
        sampled.extend(pictures := list(pictures))
        return sample_networks(spec, pictures)

    monkeypatch.setattr(control_points, "sample_networks", counted)

    scene = build_scene(small(morph={"seeds": [1, 2, 3], "pace": "even"}))
    uniform = replace(scene, pace=Pace.uniform(3))

    assert sampled == [1, 2, 3]
    assert not np.array_equal(tensors(uniform.at(0.2)), tensors(scene.at(0.2)))

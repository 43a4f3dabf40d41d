"""The `gpu` backend draws what the definition says: every form, any size, in order.

On a machine without graphics Mesa's software device draws; it compiles a network for seconds, so
few networks are drawn here. Every row of every table is compared in test_shader_wgsl.
"""

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import list_presets, load_recipe
from cppnvid.animation.scene import Scene
from cppnvid.backends import choose, definition
from cppnvid.backends.gpu import adapters, backend as gpu, drawing, program, ring
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Samples
from tests.backends.helpers import assert_defined, drawn, planes_of, scene_of
from tests.helpers import Moments

pytest.importorskip("wgpu")

EDGES = {"network": {"layers": [8, 8]}, "camera": {"scale": 9.0}}
TIMES = [0.0, 0.1, 0.25, 0.35, 0.5, 0.6, 0.8]  # a loop of two seeds passes 0.4 again at 0.6


@pytest.fixture(scope="module")
def backend() -> gpu.GpuBackend:
    """Return the backend, or skip by name where this machine has no adapter.

    One that draws wrong is refused when it is made, and that is a failure.
    """
    if not adapters.adapters():
        pytest.skip("no adapter for wgpu here: apt-get install mesa-vulkan-drivers")
    return gpu.GpuBackend()


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Return the film that most of these tests draw, so that it is compiled once."""
    return scene_of(**EDGES)


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a frame take several pieces."""
    monkeypatch.setattr(drawing, "MOST_PIXELS", 200)


def test_the_article_network_is_as_exact_as_cpu(backend: gpu.GpuBackend) -> None:
    """6 layers of 16 with tanh: at most one level, in at most 1 of 10,000 values."""
    moment = scene_of(network={"layers": ["6x16"]}).at(0.3)
    made = drawn(backend, moment, 128, 96)

    steps = np.abs(made.astype(int) - definition.picture(moment, Raster(128, 96)))
    assert steps.max() <= 1
    assert np.mean(steps > 0) <= 1e-4
    assert np.ptp(made) > 100


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (61, 4), (1, 40), (33, 17)])
@pytest.mark.parametrize("samples", [1, 2, 5])
@pytest.mark.parametrize("pixel_format", ["rgb24", "rgb48"])
def test_any_size_and_samples(
    size: tuple[int, int],
    samples: int,
    pixel_format: str,
    scene: Scene,
    backend: gpu.GpuBackend,
) -> None:
    """Odd sizes, points averaged in linear light, 8 bits and 16; one compiled network for all."""
    before = set(program._PROGRAMS)
    assert_defined(backend, scene.at(0.3), Raster(*size, samples, pixel_format))
    assert len(set(program._PROGRAMS) - before) <= 1


def test_pipelines_are_as_many_as_architectures(
    backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is drawn of a film: each network is compiled once, and each pixel format once."""
    from wgpu.backends.wgpu_native import _api as api

    compiled: list[int] = []
    make = api.GPUDevice.create_compute_pipeline

    def counted(self: Any, **parts: Any) -> Any:
        compiled.append(1)
        return make(self, **parts)

    monkeypatch.setattr(api.GPUDevice, "create_compute_pipeline", counted)
    monkeypatch.setattr(program, "_PROGRAMS", {})
    program.packer_for.cache_clear()
    moments = gpu.small_moment(), scene_of(network={"layers": [3]}).at(0.0)
    film = Moments(lambda time: moments[time > 0.5])
    formats = ("rgb24", "rgb48", "yuv420p")
    choices: tuple[Samples, ...] = (1, 3, "auto")
    for pixel_format, samples in product(formats, choices):
        list(backend.render(film, TIMES, Raster(10, 8, samples, pixel_format)))
        if pixel_format != "yuv420p":
            list(backend.bands(moments[0], Raster(11, 7, samples, pixel_format)))
    backend.colours(moments[1], np.zeros(5), np.zeros(5))

    assert len(compiled) == len(moments) + len(formats)


@pytest.mark.parametrize("size", [(2, 2), (62, 34), (34, 62)])
@pytest.mark.parametrize("pieces", [False, True])
def test_planes(
    size: tuple[int, int],
    pieces: bool,
    scene: Scene,
    backend: gpu.GpuBackend,
    request: pytest.FixtureRequest,
) -> None:
    """yuv420p is what float64 makes of the definition's colours, also of a frame in pieces."""
    if pieces:
        request.getfixturevalue("in_pieces")
    frames = np.concatenate(list(backend.render(scene, [0.1, 0.3], Raster(*size, 1, "yuv420p"))))

    for frame, time in zip(frames, (0.1, 0.3), strict=True):
        steps = np.abs(frame.astype(int) - planes_of(scene.at(time), *size))
        assert steps.max() <= 1
        assert np.mean(steps > 0) <= 0.001


@pytest.mark.usefixtures("in_pieces")
def test_pieces_do_not_show(scene: Scene, backend: gpu.GpuBackend) -> None:
    """A still and a film whose frames are drawn in pieces are those that are drawn at once."""
    raster = Raster(33, 41)
    whole = definition.picture(scene.at(0.3), raster)
    bands = list(backend.bands(scene.at(0.3), raster))
    (film,) = backend.render(scene, [0.3], raster)

    assert len(bands) > 5
    for made in (np.concatenate(bands), film[0]):
        assert np.abs(made.astype(int) - whole).max() <= 1
        assert np.mean(made != whole) <= 0.001


@pytest.mark.parametrize("together", [1, 2, 16])
def test_frames_come_in_order(
    together: int, scene: Scene, backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More frames than the ring holds, each distinct, and the same when drawn alone."""
    monkeypatch.setattr(ring, "MOST_TOGETHER", together)
    monkeypatch.setattr(program.Pace, "points", lambda _: 10**9)
    frames = np.concatenate(list(backend.render(scene, TIMES, Raster(31, 18))))

    assert len({frame.tobytes() for frame in frames}) == len(TIMES)
    for frame, time in zip(frames, TIMES, strict=True):
        (alone,) = backend.render(scene, [time], Raster(31, 18))
        assert np.array_equal(frame, alone[0])


def test_a_film_that_is_left_early(scene: Scene, backend: gpu.GpuBackend) -> None:
    """Its buffers go while frames are under way, and the next film is whole."""
    first = next(backend.render(scene, TIMES, Raster(31, 18)))
    again = next(backend.render(scene, TIMES, Raster(31, 18)))

    assert np.array_equal(first, again)


def test_a_film_of_several_architectures(backend: gpu.GpuBackend, scene: Scene) -> None:
    """Another network in the middle of a film is compiled and drawn at its place."""
    other = scene_of(network={"layers": [3]}).at(0.0)
    film = Moments(lambda time: other if 0.2 < time < 0.5 else scene.at(time))
    frames = np.concatenate(list(backend.render(film, TIMES, Raster(9, 6))))

    for frame, time in zip(frames, TIMES, strict=True):
        exact = definition.picture(film.at(time), Raster(9, 6))
        assert np.abs(frame.astype(int) - exact).max() <= 1


@pytest.mark.parametrize("pixel_format", ["rgb24", "rgb48", "yuv420p"])
@pytest.mark.parametrize("pieces", [False, True])
def test_pixels_are_drawn_again_where_they_need_it(
    pixel_format: str,
    pieces: bool,
    scene: Scene,
    backend: gpu.GpuBackend,
    request: pytest.FixtureRequest,
) -> None:
    """`samples: auto` is what numpy makes of it, also where lists and frames are cut."""
    if pieces:
        request.getfixturevalue("in_pieces")
    made = _auto(scene, "auto", pixel_format, backend)
    plain = _auto(scene, 1, pixel_format, backend)
    level = 64 if pixel_format == "rgb48" else 1

    if pixel_format != "yuv420p":
        (twin,) = choose("numpy").render(scene, [0.3], Raster(66, 34, "auto", pixel_format))
        steps = np.abs(made.astype(int) - twin[0])
        assert np.mean(steps > level) <= 0.001
    assert np.mean(made != plain) > 0.01


def _auto(
    scene: Scene, samples: Samples, pixel_format: str, backend: gpu.GpuBackend
) -> NDArray[np.unsignedinteger]:
    (batch,) = backend.render(scene, [0.3], Raster(66, 34, samples, pixel_format))
    frame: NDArray[np.unsignedinteger] = batch[0]
    return frame


@pytest.mark.parametrize("count", [0, 1, 1000, 70_001])
def test_colours_at_points(count: int, scene: Scene, backend: gpu.GpuBackend) -> None:
    """Any number of points on no grid, to float32's precision and unrounded."""
    x, y = np.random.default_rng(count).uniform(-0.7, 0.7, (2, count))
    made = backend.colours(scene.at(0.3), x, y)

    assert made.dtype == np.float32
    assert made.shape == (count, 3)
    assert np.abs(made - definition.colours(scene.at(0.3), x, y)).max(initial=0.0) < 1e-4


def test_weights_that_need_storage(backend: gpu.GpuBackend) -> None:
    """Beyond the 64 KiB of a uniform buffer; and values that do not fit registers."""
    moment = scene_of(network={"layers": ["5x72"], "init": {"hidden": 0.4}}).at(0.3)
    assert not program.program_for(backend.adapter, moment).uniform

    assert_defined(backend, moment, Raster(33, 17))


@pytest.mark.parametrize("preset", [preset.name for preset in list_presets()])
def test_every_preset(preset: str, backend: gpu.GpuBackend) -> None:
    """Its first frame is as near to float64 as numpy's in float32, to one level."""
    moment = moment_of(load_recipe(preset), 0.0)
    exact = definition.picture(moment, Raster(29, 17)).astype(int)

    mine, numpys = (
        np.abs(np.concatenate(list(each.bands(moment, Raster(29, 17)))) - exact)
        for each in (backend, choose("numpy"))
    )
    # article/raw-pixels is noise: a millionth of a pixel further its values go from 0 to 255.
    assert np.count_nonzero(mine > 1 + numpys.max()) <= (preset == "article/raw-pixels")
    assert np.ptp(exact) > 0

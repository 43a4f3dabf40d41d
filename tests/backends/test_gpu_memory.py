"""How the `gpu` backend does with little memory, and that it takes no more with every frame."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.backends import Backend, definition
from cppnvid.backends.gpu import adapters, backend as gpu, lane, program, ring
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError
from cppnvid.film.motion_blur import expose
from tests.backends.helpers import planes_of
from tests.helpers import Moments

wgpu = pytest.importorskip("wgpu")
from wgpu.backends.wgpu_native import _api as api  # noqa: E402

# The picture that an adapter is tried with, moving: all that is compiled here.
STILL = gpu.small_moment()
WIDE = Raster(66, 50)  # 3,300 pixels
TIMES = [0.0, 0.2, 0.4, 0.6, 0.8]


def moment_at(time: float) -> Any:
    """Return the small picture, turned, and from so far away that `samples: auto` has work."""
    return replace(STILL, view=replace(STILL.view, angle=0.3 + time, scale=9.0))


FILM = Moments(moment_at)


@pytest.fixture(scope="module")
def backend() -> gpu.GpuBackend:
    """Return the backend, or skip by name where this machine has no adapter."""
    if not adapters.adapters():
        pytest.skip("no adapter for wgpu here: apt-get install mesa-vulkan-drivers")
    return gpu.GpuBackend()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the sizes of all buffers that are made, in bytes."""
    sizes: list[int] = []
    make = api.GPUDevice.create_buffer

    def counted(self: Any, *, size: int, **others: Any) -> Any:
        sizes.append(size)
        return make(self, size=size, **others)

    monkeypatch.setattr(api.GPUDevice, "create_buffer", counted)
    return sizes


def let_have(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Let a device run out of memory with a buffer of more bytes."""
    make = api.GPUDevice.create_buffer

    def scarce(self: Any, *, size: int, **others: Any) -> Any:
        if size > most:
            raise wgpu.GPUOutOfMemoryError("Not enough memory left.")
        return make(self, size=size, **others)

    monkeypatch.setattr(api.GPUDevice, "create_buffer", scarce)


def assert_film(frames: NDArray[Any], raster: Raster) -> None:
    """Assert that these are FILM's frames at TIMES, as float64 has them."""
    assert len(frames) == len(TIMES)
    for frame, time in zip(frames, TIMES, strict=True):
        if raster.pixel_format == "yuv420p":
            exact = planes_of(moment_at(time), raster.width, raster.height)
        else:
            exact = definition.picture(moment_at(time), raster)
        steps = np.abs(frame.astype(int) - exact)
        assert steps.max() <= (64 if raster.pixel_format == "rgb48" else 1)


def rendered(backend: Backend, raster: Raster) -> NDArray[Any]:
    """Return FILM's frames at TIMES."""
    return np.concatenate(list(backend.render(FILM, TIMES, raster)))


@pytest.mark.parametrize("pixel_format", ["rgb24", "rgb48", "yuv420p"])
def test_less_memory_means_smaller_pieces(
    pixel_format: str,
    backend: gpu.GpuBackend,
    taken: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a buffer does not fit, frames are drawn in bands that do, down to a row or two."""
    raster = replace(WIDE, pixel_format=pixel_format)
    monkeypatch.setattr(lane, "FEWEST_PIXELS", 1)
    monkeypatch.setattr(ring, "BYTES_TOGETHER", 1)
    most = 2048  # under a tenth of what `draw` makes of a frame, and two rows
    let_have(monkeypatch, most)

    assert_film(rendered(backend, raster), raster)
    assert max(taken) <= most


def test_memory_that_runs_out_in_mid_film(
    backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was under way is drawn again, smaller; no frame is lost, doubled or out of order."""
    submit = api.GPUQueue.submit
    calls = iter(range(1000))

    def scarce(self: Any, buffers: Any) -> None:
        if next(calls) in (2, 3, 9):
            raise wgpu.GPUOutOfMemoryError("Not enough memory left.")
        submit(self, buffers)

    monkeypatch.setattr(api.GPUQueue, "submit", scarce)
    monkeypatch.setattr(lane, "FEWEST_PIXELS", 1)
    monkeypatch.setattr(ring, "MOST_TOGETHER", 1)

    assert_film(rendered(backend, WIDE), WIDE)
    assert next(calls) > 9


@pytest.mark.parametrize("samples", [2, "auto"])
def test_points_and_lists_with_less_memory(
    samples: Any, backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pixels that are drawn again, and points on no grid, in as many pieces as it takes."""
    raster = replace(WIDE, samples=samples)
    whole = rendered(backend, raster)
    assert np.any(whole != rendered(backend, WIDE))
    x, y = np.random.default_rng(1).uniform(-0.7, 0.7, (2, 3000))
    let_have(monkeypatch, 4096)
    monkeypatch.setattr(lane, "FEWEST_PIXELS", 16)

    assert np.array_equal(rendered(backend, raster), whole)
    assert np.abs(backend.colours(STILL, x, y) - definition.colours(STILL, x, y)).max() < 1e-4


@pytest.mark.parametrize(
    "draw",
    [
        lambda backend: rendered(backend, WIDE),
        lambda backend: rendered(backend, replace(WIDE, samples="auto", pixel_format="yuv420p")),
        lambda backend: backend.colours(STILL, np.zeros(9), np.zeros(9)),
    ],
    ids=["rows", "lists and planes", "points"],
)
def test_no_memory_at_all(
    draw: Callable[[Backend], Any], backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3 with the driver's words, once no smaller piece is left to try."""
    let_have(monkeypatch, 20)
    monkeypatch.setattr(gpu, "forget_programs", lambda _: None)

    with pytest.raises(BackendError, match=r"Not enough memory left, also in pieces of") as caught:
        draw(backend)
    assert caught.value.exit_code == 3


def test_a_frame_beyond_the_limit_of_a_binding(backend: gpu.GpuBackend) -> None:
    """Of a device whose bindings end at 16 KiB no larger one is asked for; the driver would say."""
    handle = backend.adapter.handle
    low = SimpleNamespace(
        limits=handle.limits | {"max-storage-buffer-binding-size": 2**14},
        request_device_sync=handle.request_device_sync,
    )
    adapter = replace(backend.adapter, name="Small", handle=low)
    small = gpu.GpuBackend()
    small.adapter = adapter
    raster = replace(WIDE, samples=2)

    assert 8 * WIDE.width * WIDE.height > 2**14
    assert_film(rendered(small, raster), raster)
    with pytest.raises(wgpu.GPUValidationError, match="16384"):
        _bind(adapter, 2**14 + 16)


def _bind(adapter: adapters.Adapter, size: int) -> None:
    """Bind a buffer of so many bytes, as a ring does."""
    device = adapters.device_of(adapter)
    buffer = device.create_buffer(size=size, usage="STORAGE")
    _, groups = program.packer_for(adapter, "rgb24")
    settings = device.create_buffer(size=48, usage="UNIFORM")
    device.create_bind_group(
        layout=groups,
        entries=[
            {"binding": at, "resource": {"buffer": each, "offset": 0, "size": each.size}}
            for at, each in ((0, settings), (6, buffer), (7, buffer))
        ],
    )


def test_a_row_that_takes_too_long(
    backend: gpu.GpuBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn in strokes of few pixels, each a submission, below a watchdog's time."""
    submit, dispatch = api.GPUQueue.submit, api.GPUComputePassEncoder.dispatch_workgroups
    since, most = [0], [0]

    def counted(self: Any, buffers: Any) -> None:
        most.append(since.pop())
        since.append(0)
        submit(self, buffers)

    def dispatched(self: Any, across: int, *more: int) -> None:
        since[0] += across
        dispatch(self, across, *more)

    monkeypatch.setattr(program.Pace, "points", lambda _: 64 * 4)
    monkeypatch.setattr(ring, "MOST_TOGETHER", 1)
    monkeypatch.setattr(api.GPUQueue, "submit", counted)
    monkeypatch.setattr(api.GPUComputePassEncoder, "dispatch_workgroups", dispatched)
    raster = Raster(400, 2, 2)
    (frame,) = backend.render(FILM, [0.0], raster)

    assert np.abs(frame[0].astype(int) - definition.picture(moment_at(0.0), raster)).max() <= 1
    drawing, packing = 1, 5  # workgroups: 64 pixels, and 300 words of rgb24
    assert max(most) == drawing + packing


@pytest.mark.parametrize("pixel_format", ["rgb24", "yuv420p"])
@pytest.mark.parametrize("samples", [1, "auto"])
def test_a_longer_film_takes_no_more_memory(
    samples: Any, pixel_format: str, backend: gpu.GpuBackend, taken: list[int]
) -> None:
    """Buffers are made for the first frames alone; also for lists of `samples: auto`."""
    raster = Raster(32, 18, samples, pixel_format)
    counts = []
    for frames in (2, 20):
        taken.clear()
        for _ in backend.render(FILM, np.linspace(0, 1, frames), raster):
            pass
        counts.append(len(taken))

    assert counts[0] == counts[1]


def test_motion_blur(backend: gpu.GpuBackend) -> None:
    """The mean light of several exposures, within a level of that in float64."""
    raster, times = Raster(33, 21), [0.0, 0.3, 0.6, 0.9]
    (made,) = expose(backend.render(FILM, times, raster), 4)
    exact = [definition.picture(moment_at(time), raster) for time in times]
    (mean,) = expose(iter([np.stack(exact)]), 4)

    assert np.abs(made[0].astype(int) - mean[0]).max() <= 1
    assert np.abs(made[0].astype(int) - exact[0]).max() > 10

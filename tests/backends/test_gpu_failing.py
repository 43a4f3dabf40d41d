"""What the `gpu` backend does when its device fails: before anything is drawn, and in mid-film.

wgpu's calls are made to fail one by one; where a device can be lost for real, it is. All that is
drawn here is the picture that an adapter is tried with, so nothing is compiled twice.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cppnvid import decode
from cppnvid.backends import Backend, choose, definition, machine, select
from cppnvid.backends.gpu import adapters, backend as gpu, program, ring
from cppnvid.backends.protocol import Job
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError
from tests.backends.helpers import make_unusable, planes_of
from tests.helpers import Moments, run

wgpu = pytest.importorskip("wgpu")

MOMENT = gpu.small_moment()
FILM = Moments(lambda _: MOMENT)
RASTER = Raster(14, 10)
WORDS = "the driver's own words"
# Where a call is, and what wgpu raises there.
CALLS = {
    "request_device_sync": ("GPUAdapter", RuntimeError),
    "create_shader_module": ("GPUDevice", wgpu.GPUValidationError),
    "create_compute_pipeline": ("GPUDevice", wgpu.GPUPipelineError),
    "create_bind_group": ("GPUDevice", wgpu.GPUValidationError),
    "create_buffer": ("GPUDevice", wgpu.GPUInternalError),
    "write_buffer": ("GPUQueue", wgpu.GPUValidationError),
    "submit": ("GPUQueue", wgpu.GPUInternalError),
    "map_async": ("GPUBuffer", RuntimeError),
    "sync_wait": ("GPUPromise", RuntimeError),
    "read_mapped": ("GPUBuffer", RuntimeError),
}
OF_A_NETWORK = ("request_device_sync", "create_shader_module", "create_compute_pipeline")
OF_EVERY_FRAME = ("write_buffer", "submit", "map_async", "sync_wait", "read_mapped")


@pytest.fixture(autouse=True)
def device(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the device of an adapter that `auto` takes, and after which it takes numpy."""
    if not adapters.adapters():
        pytest.skip("no adapter for wgpu here: apt-get install mesa-vulkan-drivers")
    make_unusable(monkeypatch, "cuda", "torch:cuda", "torch:mps", "cpu", "torch:cpu")
    row = replace(machine.BACKENDS["gpu"], could_be_here=lambda: True, only_by_name=lambda _: None)
    monkeypatch.setitem(machine.BACKENDS, "gpu", row)
    monkeypatch.setattr(select, "until_halide_draws", lambda *_: 0.0)  # no job is small
    monkeypatch.setattr(ring, "MOST_TOGETHER", 1)
    adapter = gpu.GpuBackend().adapter
    return adapters.device_of(adapter)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is compiled after a failure that only seems one."""
    monkeypatch.setattr(gpu, "forget_programs", lambda _: None)


def break_down(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Let a call of wgpu fail from now on."""
    import wgpu.backends.wgpu_native._api as api

    of, kind = CALLS[call]
    error = kind(WORDS, None) if kind is wgpu.GPUPipelineError else kind(WORDS)

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(getattr(api, of), call, fail)


def chosen(notes: list[str]) -> Backend:
    """Return what `auto` takes for a film of MOMENT."""
    made = choose("auto", Job(MOMENT, RASTER, 10), notes.append)
    assert made.name == "gpu"
    return made


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("call", CALLS)
def test_auto_goes_on_where_nothing_was_drawn(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next backend draws the whole film, and a note has the driver's words."""
    notes: list[str] = []
    backend = chosen(notes)
    if call in OF_A_NETWORK:
        monkeypatch.setattr(program, "_PROGRAMS", {})
    if call == "request_device_sync":
        monkeypatch.setattr(adapters, "_DEVICES", {})
    break_down(monkeypatch, call)
    frames = np.concatenate(list(backend.render(FILM, iter([0.0, 0.1, 0.2]), RASTER)))

    assert len(frames) == 3
    assert np.abs(frames.astype(int) - definition.picture(MOMENT, RASTER)).max() <= 1
    assert backend.name == "numpy"
    assert WORDS in notes[1]
    assert "; drawing with numpy" in notes[1]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "draw",
    [
        lambda backend: np.concatenate(list(backend.bands(MOMENT, RASTER))),
        lambda backend: backend.colours(MOMENT, np.zeros(1), np.zeros(1)),
        lambda backend: next(backend.render(FILM, [0.0], replace(RASTER, pixel_format="yuv420p"))),
    ],
    ids=["bands", "colours", "planes"],
)
def test_every_way_of_drawing_goes_on(
    draw: Callable[[Backend], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A still, points, and planes, which an encoder already waits for and numpy does not draw."""
    backend = chosen([])
    break_down(monkeypatch, "submit")
    made = draw(backend)

    if made.shape == (1, 3):
        exact: Any = definition.colours(MOMENT, np.zeros(1), np.zeros(1))
        assert np.abs(made - exact).max() < 1e-4
        return
    exact = definition.picture(MOMENT, RASTER)
    if made.shape != exact.shape:
        exact = planes_of(MOMENT, RASTER.width, RASTER.height)[None]
    assert np.abs(made.astype(int) - exact).max() <= 1


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("call", OF_EVERY_FRAME)
def test_no_other_backend_ends_a_film(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a frame was drawn, what fails is an error of the machine with the driver's words."""
    backend = chosen([])
    frames = backend.render(FILM, [0.0] * 20, RASTER)
    next(frames)
    break_down(monkeypatch, call)

    with pytest.raises(BackendError, match=WORDS) as caught:
        list(frames)
    assert caught.value.exit_code == 3
    assert backend.name == "gpu"


@pytest.mark.usefixtures("kept")
def test_the_last_one_fails_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else draws, the error is the device's."""
    backend = chosen([])
    make_unusable(monkeypatch, "numpy")
    break_down(monkeypatch, "submit")

    with pytest.raises(BackendError, match=WORDS):
        next(backend.bands(MOMENT, RASTER))


@pytest.mark.usefixtures("kept")
def test_by_name_nothing_else_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """`gpu` is a wish, and fails."""
    backend = choose("gpu")
    break_down(monkeypatch, "submit")

    with pytest.raises(BackendError, match=WORDS):
        next(backend.bands(MOMENT, RASTER))


def test_a_lost_device_is_opened_again(device: Any) -> None:
    """A film that loses it for real ends, in the driver's words; the next is whole."""
    backend = choose("gpu")
    frames = backend.render(FILM, [0.0] * 20, RASTER)
    first = next(frames)
    device.destroy()

    with pytest.raises(BackendError, match=r"Parent device is lost.*Device lost"):
        list(frames)
    (again,) = backend.render(FILM, [0.0], RASTER)
    assert np.array_equal(first, again)
    assert adapters.device_of(gpu.GpuBackend().adapter) is not device


@pytest.mark.parametrize("mid_film", [False, True])
def test_a_device_that_is_lost_from_the_command_line(
    mid_film: bool, device: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In mid-film: exit code 3, and the older file stays. Before its first frame: numpy draws."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"older")
    submitted = ring.Ring._submitted
    frames = iter(range(3 if mid_film else 0))

    def lost(self: Any, *work: Any) -> Any:
        # Not while a frame is waited for: wgpu stops its thread that polls a device it destroys.
        if next(frames, None) is None:
            self.program.device.destroy()
        return submitted(self, *work)

    monkeypatch.setattr(ring.Ring, "_submitted", lost)
    asked = ["morph", "--seeds", "1", "--frames", "9", "--size", "16x16", "--overwrite"]
    code, _, err = run([*asked, "--set", "network.layers=[3]", "-o", str(film)])

    if mid_film:
        assert code == 3
        assert "lost" in err
        assert "--backend cpu" in err
        assert film.read_bytes() == b"older"
    else:
        assert code == 0
        assert len(list(decode(film))) == 9
        assert "failed while drawing" in err
        assert "; drawing with numpy" in err

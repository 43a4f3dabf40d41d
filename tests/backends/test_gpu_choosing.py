"""When the `gpu` backend is chosen, and what it says where it cannot draw."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cppnvid import cli, decode
from cppnvid.backends import choose, definition, machine
from cppnvid.backends.gpu import adapters, backend as gpu, drawing
from cppnvid.backends.machine import report
from cppnvid.backends.protocol import Job
from cppnvid.backends.shader import functions
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError, BackendUnavailable, RecipeError
from tests.backends.helpers import make_unusable, scene_of

wgpu = pytest.importorskip("wgpu")

CARD = adapters.Adapter("Arc", software=False, interface="Vulkan", driver="Mesa 30", handle=None)
SOFT = replace(CARD, name="llvmpipe", software=True)
JOB = Job(scene_of(network={"layers": ["9x16"]}).at(0.0), Raster(10**9, 1))
CLI = ["morph", "--seeds", "1", "--frames", "2", "--size", "16x16", "--quiet"]


def processor() -> str:
    """Return what draws here on the processor: a new Python has no wheel of Halide yet."""
    return next(name for name in ("cpu", "torch:cpu", "numpy") if machine.BACKENDS[name].probe()[0])


@pytest.fixture(autouse=True)
def graphics(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let drivers be here, and no other card; forget what was found and what passed."""
    make_unusable(monkeypatch, "cuda", "torch:cuda", "torch:mps")
    monkeypatch.setitem(
        machine.BACKENDS, "gpu", replace(machine.BACKENDS["gpu"], could_be_here=lambda: True)
    )
    gpu.check.cache_clear()
    yield
    gpu.check.cache_clear()


def let_be(monkeypatch: pytest.MonkeyPatch, *found: adapters.Adapter) -> None:
    """Let this machine have adapters."""
    monkeypatch.setattr(adapters, "adapters", lambda: found)


def let_draw(monkeypatch: pytest.MonkeyPatch, off: int = 0) -> None:
    """Let every adapter draw the picture that it is tried with, off by so many levels."""

    def bands(self: Any, moments: list[Any]) -> Iterator[tuple[int, Any]]:
        yield 0, definition.picture(moments[0], self.raster) + np.uint8(off)

    monkeypatch.setattr(drawing.Drawing, "bands", bands)


def test_auto_takes_a_card_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A film goes to the card before the processor, a small picture to numpy."""
    let_be(monkeypatch, CARD, SOFT)
    let_draw(monkeypatch)
    notes: list[str] = []

    assert choose("auto", JOB, notes.append).name == "gpu"
    assert f"drawing with gpu (wgpu {wgpu.__version__}, Arc (Vulkan, Mesa 30))" in notes[0]
    assert choose("auto", replace(JOB, raster=Raster(10, 1))).name == "numpy"


def test_auto_never_takes_software(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so and goes on; by name the backend draws, and says that it is slow."""
    let_be(monkeypatch, SOFT)
    let_draw(monkeypatch)
    notes: list[str] = []

    assert choose("auto", JOB, notes.append).name == processor()
    assert "not with" in notes[0]
    assert "gpu: llvmpipe is software" in notes[0]
    assert choose("gpu", note=notes.append).name == "gpu"
    assert notes[1] == "drawing with gpu: llvmpipe is software, which cpu outruns"


def test_auto_looks_for_no_driver_where_there_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Linux has no device of graphics, wgpu is not even loaded."""
    monkeypatch.undo()
    monkeypatch.setattr(machine, "_has_graphics", lambda: False)
    row = machine.BACKENDS["gpu"]
    monkeypatch.setitem(
        machine.BACKENDS, "gpu", replace(row, could_be_here=machine._has_graphics, probe=_fail)
    )
    make_unusable(monkeypatch, "torch:cuda")

    assert choose("auto", JOB).name != "gpu"


def _fail() -> tuple[bool, str]:
    raise AssertionError("wgpu was looked at")


def test_a_number_takes_another_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """gpu:1 is the second; of gpu:7 the error names both that there are."""
    let_be(monkeypatch, CARD, SOFT)
    let_draw(monkeypatch)

    second = choose("gpu:1")
    assert isinstance(second, gpu.GpuBackend)
    assert (second.name, second.adapter) == ("gpu:1", SOFT)
    for name in ("gpu:7", "gpu:x", "gpu:-1"):
        with pytest.raises(BackendUnavailable, match=r"gpu:0 is Arc.*gpu:1 is llvmpipe"):
            choose(name)
    assert [row.name for row in report() if row.name.startswith("gpu")] == ["gpu", "gpu:1"]


def test_no_adapter_at_all(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Exit code 3 with what is missing and what is usable; auto goes on."""
    let_be(monkeypatch)

    assert choose("auto", JOB).name == processor()
    with pytest.raises(SystemExit) as ended:
        cli.main([*CLI, "--backend", "gpu"])
    assert ended.value.code == 3
    assert (
        f"finds no Vulkan, Metal or Direct3D 12 here. Usable: {processor()}"
        in capsys.readouterr().err
    )


def test_an_adapter_that_draws_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure is in the words, and auto goes on with the processor."""
    let_be(monkeypatch, CARD)
    let_draw(monkeypatch, off=3)
    notes: list[str] = []

    assert choose("auto", JOB, notes.append).name == processor()
    assert "Arc (Vulkan, Mesa 30) draws a test picture up to 3 of 255 levels off" in notes[0]
    with pytest.raises(BackendUnavailable, match="3 of 255 levels off"):
        choose("gpu")


def test_an_adapter_is_tried_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first backend draws the small picture, the second does not."""
    let_be(monkeypatch, CARD)
    let_draw(monkeypatch)
    choose("gpu")
    let_draw(monkeypatch, off=3)

    assert choose("gpu").name == "gpu"


def test_a_device_that_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that refuses has its words in the reason, and auto goes on."""

    def refuse(**_: object) -> None:
        raise RuntimeError("Request device failed: not enough memory left")

    handle = SimpleNamespace(limits=dict.fromkeys(adapters._LIMITS, 1), request_device_sync=refuse)
    let_be(monkeypatch, replace(CARD, name="Broken", handle=handle))
    notes: list[str] = []

    assert choose("auto", JOB, notes.append).name == processor()
    assert "opening Broken: Request device failed: not enough memory left" in notes[0]


def test_a_row_that_shaders_lack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scene with an activation that the printed functions do not know is declined by its name."""
    let_be(monkeypatch, CARD)
    let_draw(monkeypatch)
    made = choose("gpu")
    monkeypatch.delitem(functions.ACTIVATIONS, "tanh")
    notes: list[str] = []

    assert choose("auto", JOB, notes.append).name == processor()
    for named in (notes[0], str(_error_of(lambda: choose("gpu", JOB)))):
        assert "it has no activation tanh" in named
    assert JOB.moment is not None
    moment, place = JOB.moment, np.zeros(1)
    assert "no activation tanh" in str(_error_of(lambda: made.colours(moment, place, place)))


def _error_of(draw: Any) -> BackendUnavailable:
    with pytest.raises(BackendUnavailable) as caught:
        draw()
    return caught.value


def test_a_film_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its frames are numpy's, to the encoder's loss; it prints nothing that is not ours."""
    if not adapters.adapters():
        pytest.skip("no adapter for wgpu")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)  # of which Mesa has much to say
    films = []
    for name in ("gpu", "numpy"):
        film = tmp_path / f"{name}.gif"
        options = ["--frames", "3", "--size", "64x48", "--backend", name, "-o", str(film)]
        done = subprocess.run(
            [sys.executable, "-m", "cppnvid", *CLI, *options], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        films.append(np.stack(list(decode(film))).astype(int))

    assert np.abs(films[0] - films[1]).mean() < 1
    assert films[0].std() > 10


def test_a_python_that_has_no_pytorch_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs it says so, and the card draws all the same."""
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "torch", None)
    let_be(monkeypatch, CARD)
    let_draw(monkeypatch)
    rows = {row.name: row for row in report()}

    assert rows["gpu"].usable
    for name in ("cuda", "torch:cuda", "torch:mps", "torch:cpu"):
        assert not rows[name].usable
        assert "PyTorch cannot be loaded" in rows[name].detail


def test_errors_are_the_machines() -> None:
    """What wgpu raises becomes a `BackendError`, and what is ours stays as it is."""
    with (
        pytest.raises(BackendError, match="failed while drawing: out of memory"),
        adapters.driver_words("drawing"),
    ):
        raise MemoryError("out of memory")
    with pytest.raises(BackendUnavailable, match=r"^ours$"), adapters.driver_words("drawing"):
        raise BackendUnavailable("ours")


@pytest.mark.parametrize("name", ["cpu:1", "numpy:0", "gpu1", "gpu:1:1"])
def test_only_what_has_devices_takes_a_number(name: str) -> None:
    """The user's mistake, exit code 2."""
    with pytest.raises(RecipeError, match="known are auto"):
        choose(name)

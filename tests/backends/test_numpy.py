"""Numpy draws small jobs: the same pictures as torch, and torch is never loaded."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from cppnvid import load_recipe
from cppnvid.animation.scene import Moment
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import build_scene, moment_of
from tests.conftest import small


def drawn(backend: Any, moment: Moment, width: int, height: int, **how: Any) -> NDArray[Any]:
    """Draw a moment's bands and join them."""
    return np.concatenate(list(backend.bands(moment, Raster(width, height, **how))))


def assert_alike(moment: Moment, width: int = 29, height: int = 17, **how: Any) -> None:
    """Compare numpy's picture with torch's: a level of 8 bits, or as much of 16."""
    torchs, made = (
        drawn(b, moment, width, height, **how) for b in (TorchBackend(), NumpyBackend())
    )

    assert (made.dtype, made.shape) == (torchs.dtype, torchs.shape)
    assert torchs.std() > 0
    off = np.abs(made.astype(int) - torchs.astype(int))
    assert off.max() <= (1 if made.dtype == np.uint8 else 64)


def test_adaptive_samples_are_those_of_torch() -> None:
    """Pixels are drawn again where torch draws them again, from every shape of frame."""
    moment = moment_of(load_recipe("stained-glass"), 0.0)

    assert_alike(moment, 70, 50, samples="auto")
    assert_alike(moment, 50, 2, samples="auto")


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """However a frame is cut, even within a row, and however many draw, it is the same."""
    moment = build_scene(small()).at(0.4)
    whole = drawn(NumpyBackend(), moment, 45, 23, samples=2)

    for points, threads in ((2**15, 1), (800, 3), (60, 2), (1, 2)):
        monkeypatch.setattr(NumpyBackend, "_points_per_tile", lambda *_, points=points: points)
        made = drawn(NumpyBackend(threads), moment, 45, 23, samples=2)
        np.testing.assert_array_equal(made, whole)


def test_frames_are_the_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """`render` yields a frame for each time, each as its bands are."""
    scene = build_scene(small())
    monkeypatch.setattr(NumpyBackend, "_points_per_tile", lambda *_: 100)
    backend = NumpyBackend(1)

    frames = list(backend.render(scene, [0.0, 0.5], Raster(20, 12)))

    assert [frame.shape for frame in frames] == [(1, 12, 20, 3)] * 2
    for frame, time in zip(frames, (0.0, 0.5), strict=True):
        np.testing.assert_array_equal(frame[0], drawn(backend, scene.at(time), 20, 12))
    assert (frames[0] != frames[1]).any()


def test_products_of_matrices_take_a_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles and looks are what is shared out; afterwards there are as many threads as before."""
    before, during = blas_threads(), []
    summed = NumpyBackend._sums

    def counting(*given: Any) -> Any:
        during.append(blas_threads())
        return summed(*given)

    monkeypatch.setattr(NumpyBackend, "_sums", counting)
    with threadpool_limits(limits=2, user_api="blas"):
        drawn(NumpyBackend(2), build_scene(small()).at(0.0), 400, 300)
        tiles = len(during)
        build_scene(small(morph={"pace": "even"}))
        after = blas_threads()

    assert len(during) > tiles > 1
    assert all(threads == 1 for counts in during for threads in counts)
    assert after == [2] * len(before)


def blas_threads() -> list[int]:
    """Return how many threads numpy's library of matrices may use; scipy may have its own."""
    found = [each for each in threadpool_info() if each["user_api"] == "blas"]
    return [each["num_threads"] for each in found if "numpy" in each["filepath"]]


def test_what_overflows_is_black() -> None:
    """Unbounded activations and huge weights give no number, which is no warning and no crash."""
    network: dict[str, object] = {"layers": "12x8", "activation": "elu", "init": {"hidden": 1e6}}
    moment = build_scene(small(network={**network, "output": "sine"})).at(0.0)

    picture = drawn(NumpyBackend(), moment, 9, 9)

    assert picture.min() == 0


@pytest.mark.parametrize(
    "typed",
    [
        ("still", "aurora", "--size", "64", "-o", "a.png"),
        ("morph", "--seeds", "1", "2", "--frames", "6", "--size", "32", "-o", "a.mp4"),
        ("morph", "--seeds", "1", "2", "--frames", "3", "--size", "32", "--backend", "cpu",
         "-o", "a.gif"),
        ("morph", "--seeds", "1", "2", "--frames", "6", "--size", "32", "--preview"),
    ],
)  # fmt: skip
def test_small_jobs_load_no_torch(typed: tuple[str, ...], tmp_path: Path) -> None:
    """Two seconds and 150 MB less, from the recipe to the report of the loop."""
    program = (
        "import sys\n"
        "from cppnvid.cli import main\n"
        f"sys.argv = {['cppnvid', *typed]!r}\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ended:\n"
        "    assert not ended.code, ended.code\n"
        "assert not {'torch', 'wgpu'} & set(sys.modules)\n"
    )

    run_python(program, tmp_path)


def test_a_film_on_the_processor_loads_nothing_for_cards(tmp_path: Path) -> None:
    """Without a driver's device `auto` looks for no card: torch would say so after two seconds."""
    program = (
        "import os, sys\n"
        "os.environ['PATH'] = ''\n"
        "from cppnvid import Recipe, build_scene, choose\n"
        "from cppnvid.backends import Job, machine\n"
        "from cppnvid.colour.pixels import Raster\n"
        "machine.DEVICES, machine.RENDERERS, sys.platform = (), 'nowhere', 'linux'\n"
        "moment = build_scene(Recipe()).at(0.0)\n"
        "assert choose(job=Job(moment, Raster(10**10, 1))).name == 'cpu'\n"
        "assert not {'torch', 'wgpu'} & set(sys.modules)\n"
    )
    run_python(program, tmp_path)


def run_python(program: str, folder: Path) -> None:
    """Run a program in a process of its own, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=folder
    )

    assert done.returncode == 0, done.stderr

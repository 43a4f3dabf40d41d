"""The gates that hold what the cuda backend's kernel is compiled to; no GPU is needed for them.

Compiling and interpreting exclude each other in a process, so that these run in one of their own.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

# Looked for and not imported, or tests that interpret could not run in this process any more.
pytestmark = pytest.mark.skipif(
    find_spec("triton") is None, reason="no Triton here: it has wheels for Linux only"
)

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which Triton compiles, into a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    cache = str(tmp_path_factory.mktemp("triton"))
    return kept | {"TRITON_CACHE_DIR": cache, "PYTHONPATH": str(ROOT)}


def count(
    environment: dict[str, str], *arguments: str, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the benchmark that counts, after some Python of the test's."""
    program = f"import sys; from benchmarks import kernels\n{before}\nkernels.main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_kernels_keep_within_their_limits(environment: dict[str, str]) -> None:
    """The benchmark counts what is compiled; .ci/run does so for every net and card."""
    done = count(environment, "9x16", "--target", "90")

    assert done.returncode == 0, done.stderr
    lines = [line.split("|") for line in done.stdout.splitlines() if "| sm_" in line]
    row, *others = lines
    assert row[2].strip() == "sm_90"
    assert row[8].strip() == "0"
    assert 16 < float(row[10]) < 27  # sixteen are the products alone
    assert [row[1].strip() for row in others] == ["planes", "mark", "gather"]
    assert all(10 < float(row[6]) < 299 and row[4].strip() == "0" for row in others)


def test_the_gates_are_alive(environment: dict[str, str]) -> None:
    """More instructions, more shared memory, or values that spill: each fails and is named."""
    before = """
plan = kernels.Plan("ieee", 128, 4)
counted = {
    80: kernels.Counted("9x16", 80, plan, 64, 0, 9000, 30.0),
    86: kernels.Counted("9x16", 86, plan, 64, 0, 100 * 1024, 24.0),
    90: kernels.Counted("9x16", 90, plan, 64, 8, 100 * 1024, 24.0),
    120: kernels.Counted("9x16", 120, plan, 64, 0, 9000, 24.0),
}
kernels.SHARED = dict.fromkeys(counted, 99) | {90: 227}
kernels.count = lambda net, target: counted[target]
others = {80: (8, 20.0), 86: (0, 400.0), 90: (0, 20.0), 120: (0, 20.0)}
kernels.count_other = lambda name, target: kernels.Other(
    name, target, 32, others[target][0], 0, others[target][1]
)
kernels._OTHERS = {"mark": ()}
"""

    done = count(environment, "9x16", before=before)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "9x16 for sm_80: 30.0 instructions a neuron, 27 at most",
        "9x16 for sm_86: 102400 bytes of shared memory",
        "9x16 for sm_90: 8 bytes of stack",
        "mark for sm_80: 8 bytes of stack",
        "mark for sm_86: 400.0 instructions a pixel, 299 at most",
    ]


LAUNCHING = """
import torch
from triton.backends.compiler import GPUTarget
from triton.runtime import driver


class NoCard:
    get_current_target = staticmethod(lambda: GPUTarget("cuda", 90, 32))
    get_current_device = staticmethod(lambda: 0)
    get_current_stream = staticmethod(lambda _: 0)


driver.set_active(NoCard())
from cppnvid.colour.pixels import Raster
from cppnvid import build_scene
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton import card
from cppnvid.recipe import Recipe


class Compiling:
    def __getitem__(self, grid):
        return lambda *given, **keys: print(kernel.warmup(*given, grid=grid, **keys).hash)


kernel, card.draw = card.draw, Compiling()
backend = CudaBackend([card.Card(torch.device("cpu"), (9, 0))])
for seeds, size, zoom in (([1, 2], (7, 5), 1.0), ([3, 4], (64, 48), 2.0), ([3, 4], (1, 1), 2.0)):
    camera = {"zoom": zoom, "warps": [{"kind": "swirl", "angle": 30 * zoom}]}
    morph = {"seeds": seeds, "pace": "uniform"}
    network = {"layers": [3, 3], "activation": "gelu"}
    recipe = {"network": network, "morph": morph, "camera": camera, "palette": {"name": "tide"}}
    scene = build_scene(Recipe.model_validate(recipe))
    list(backend.render(scene, [0.0, 0.2], Raster(*size)))
"""


def test_launching_compiles_once_for_all_seeds_cameras_and_sizes(
    environment: dict[str, str],
) -> None:
    """What a launch hands over compiles as it stands, narrow layers too, and to one kernel."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHING], env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    hashes = done.stdout.split()
    assert len(hashes) == 3
    assert len(set(hashes)) == 1

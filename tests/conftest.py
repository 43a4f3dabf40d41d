"""What the tests share."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

# Before torch loads: test pictures are small, test workers many, and with two threads each on two
# busy cores, threads that waited for each other made pictures of 64 px thirteen times slower.
os.environ["OMP_NUM_THREADS"] = "1"
# Before Mesa's software devices load: they compile a shader for seconds and run it in milliseconds.
# Neither changes what it computes; both together halve what the gpu tests take of a processor.
os.environ["GALLIVM_PERF"] = "nopt"
os.environ["LP_NATIVE_VECTOR_WIDTH"] = "128"

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from cppnvid.cli import main
from cppnvid.recipe import Camera, Canvas, Morph, NetworkSpec, Output, Palette, Recipe

# Run in the background (`nohup make test &`), pytest finds Ctrl-C and SIGHUP ignored, and so would
# every program that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):  # Windows has none
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The same examples on every run: a check that fails by luck stops somebody else's work.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


def small(width: int = 33, height: int = 17, **parts: dict[str, object]) -> Recipe:
    """Build a small recipe from plain data, whatever the house style is.

    Parts that are models replace the style's; `parts` are laid over tiny defaults.
    """
    network: dict[str, object] = {"layers": "3x8", "z_dim": 3}
    output: dict[str, object] = {"frames": 6, "fps": 30}
    return Recipe(
        network=NetworkSpec.model_validate(network | parts.pop("network", {})),
        morph=Morph.model_validate({"pace": "uniform"} | parts.pop("morph", {})),
        camera=Camera.model_validate(parts.pop("camera", {})),
        palette=Palette.model_validate(parts.pop("palette", {})),
        canvas=Canvas.model_validate({"size": f"{width}x{height}"} | parts.pop("canvas", {})),
        output=Output.model_validate(output | parts.pop("output", {})),
    )


def step(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the mean difference of two frames in 8-bit levels."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def names_here() -> list[str]:
    """Return what stands in the current folder, hidden files too."""
    return sorted(path.name for path in Path().iterdir())


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run the real command line; return its exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "300")  # or words that are looked for are broken over two lines
    numbers = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP", "SIGBREAK"))
    handlers = {number: signal.getsignal(number) for number in numbers if number is not None}

    def run(*typed: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(typed)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run every test in a folder of its own, so that default names land nowhere else.

    And open no windows on a developer's screen.
    """
    monkeypatch.setattr("cppnvid.cli.viewer.open_file", lambda path: "tests open nothing")
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))

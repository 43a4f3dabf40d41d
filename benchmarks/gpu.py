"""The gpu backend on a card: is every picture right, and how fast is it beside the others.

    make bench-gpu                                  # or, for a look at whether it runs,
    python -m benchmarks.gpu [--small] [--save] [--rounds N] [--skip-tests]

First the parity tests run: a table of wrong pictures is worth nothing. Then backends take turns (A
B C, A B C …) at films of a few frames, in host memory as an encoder takes them; the least time of
each counts. Last the main job runs end to end with each. `--small` does the same with small
pictures: it works on Mesa's software device, and what it prints says nothing of speed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drawing import moment_of
from benchmarks.machine import describe
from cppnvid.backends import Backend, choose
from cppnvid.backends.gpu.backend import GpuBackend
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError, BackendUnavailable
from tests.helpers import Moments

NETS = ("9x16", "9x32", "9x64", "9x128")
SIZES = ((1920, 1080), (3840, 2160))
NAMES = ("gpu", "cuda", "torch:cuda", "torch:mps", "cpu")
FRAMES = 16  # of a film on a card; the processor draws one
HEADINGS = "| net | size | backend | ms a frame | first frame, s |"


@dataclass
class Way:
    """One backend at one net and size."""

    backend: Backend
    frames: int
    first: float = 0.0
    best: float = float("inf")

    def draw(self, net: str, size: tuple[int, int], frames: int) -> float:
        """Return the seconds that a film takes until its last frame is in host memory."""
        moment = moment_of(net)
        planes = "yuv420p" in self.backend.pixel_formats
        raster = Raster(*size, 1, "yuv420p" if planes else "rgb24")
        start = time.perf_counter()
        for _ in self.backend.render(Moments(lambda _: moment), [0.0] * frames, raster):
            pass
        return time.perf_counter() - start


def measured(
    backends: list[Backend], net: str, size: tuple[int, int], rounds: int, frames: int
) -> list[str]:
    """Return the rows of one net at one size."""
    ways = []
    for backend in backends:
        way = Way(backend, 1 if backend.name == "cpu" else frames)
        try:
            way.first = way.draw(net, size, 1)
            ways.append(way)
        except BackendError as error:
            print(f"{net} at {size[0]}x{size[1]}: {error}", flush=True)
    for _ in range(rounds):
        for way in ways:
            way.best = min(way.best, way.draw(net, size, way.frames) / way.frames)
    return [
        f"| {net} | {size[0]}x{size[1]} | {way.backend.name} | {way.best * 1000:.2f} "
        f"| {way.first:.1f} |"
        for way in ways
    ]


def main_job(backends: list[Backend], size: int, frames: int) -> list[str]:
    """Return how long the command of the README takes with each, in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for backend in backends:
            command = [
                sys.executable,
                "-m",
                "cppnvid",
                "morph",
                "--seeds",
                "1",
                "2",
                "3",
                "--quiet",
            ]
            command += ["--frames", f"{frames}", "--size", f"{size}x{size}"]
            command += ["--backend", backend.name, "-o", f"{folder}/film.mp4", "--overwrite"]
            start = time.perf_counter()
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            took = f"{time.perf_counter() - start:.1f}" if done.returncode == 0 else done.stderr
            rows.append(f"| {backend.name} | {took.strip()} |")
    return rows


def usable() -> list[Backend]:
    """Return the backends to compare, those that this machine has."""
    found = []
    for name in NAMES:
        try:
            found.append(choose(name))
        except BackendUnavailable as error:
            print(f"without {name}: {error}", flush=True)
    return found


def tested() -> bool:
    """Return whether the parity tests pass, and run."""
    folder = Path(__file__).parent.parent / "tests" / "backends"
    names = ("test_gpu_frames.py", "test_gpu_choosing.py", "test_shader_wgsl.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run([*command, *(folder / n for n in names)], check=False).returncode == 0


def main() -> None:
    """Compare, measure, and print the table last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="whether it works; no measurement")
    parser.add_argument("--skip-tests", action="store_true")
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/gpu-CARD.md")
    options = parser.parse_args()
    backends = usable()
    if not backends or not isinstance(backends[0], GpuBackend):
        sys.exit("nothing was measured: the gpu backend is not usable here")
    adapter = backends[0].adapter
    right = options.skip_tests or tested()
    lines = [
        f"# Drawing on {adapter.name}",
        "",
        f"{describe()}; {adapter}.",
        "Tests were skipped." if options.skip_tests else f"Tests {'pass' if right else 'FAIL'}.",
    ]
    if options.small or adapter.software:
        lines.append("SMALL OR IN SOFTWARE: these figures say nothing of any card.")
    nets, sizes = (NETS[:2], ((64, 36),)) if options.small else (NETS, SIZES)
    rounds, frames = (1, 3) if options.small else (options.rounds, FRAMES)
    lines += ["", HEADINGS, "|---|---|---|---|---|"]
    for net in nets:
        for size in sizes:
            lines += measured(backends, net, size, rounds, frames)
    job = (64, 6) if options.small else (1080, 300)
    lines += ["", f"The main job, {job[1]} frames of {job[0]}x{job[0]}:", ""]
    lines += ["| backend | seconds |", "|---|---|", *main_job(backends, *job)]
    if options.save and not options.small:
        name = re.sub(r"[^a-z0-9]+", "-", adapter.name.lower()).strip("-")
        path = Path(__file__).parent / "results" / f"gpu-{name}.md"
        path.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    main()

"""How long a frame takes to draw, in turn by each way, and how exact it comes out.

    python -m benchmarks.drawing [--rounds N] [--threads N] [--size 1920x1080] [--save] [NET …]

Ways take turns (A B C D, A B C D …), so that a busy machine is busy for all; the least time of each
counts. Processor seconds stand beside wall seconds: other programs lengthen these alone.
"""

import argparse
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.article import Parameters, grid, in_tiles, whole_frame
from benchmarks.machine import describe, processor
from cppnvid import build_scene
from cppnvid.backends import Backend
from cppnvid.backends.cpu import CpuBackend, compiled
from cppnvid.backends.reference import TorchBackend
from cppnvid.recipe import Recipe
from cppnvid.scene import Moment

NETS = ("9x16", "9x32", "16x32", "8x128")
TILES = (2048, 4096, 8192, 16384, 32768, 65536)
HEADINGS = (
    "| net | way | seconds | processor seconds | times torch in tiles | by processor seconds "
    "| values not float64's | by at most |"
)
Draw = Callable[[], NDArray[np.uint8]]


@dataclass
class Way:
    """One way of drawing, and how long it took each time."""

    name: str
    draw: Draw
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self) -> NDArray[np.uint8]:
        """Draw once and keep the times."""
        wall, worked = time.perf_counter(), time.process_time()
        frame = self.draw()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - worked)
        return frame


def moment_of(net: str) -> Moment:
    """Return the article's style of network: tanh, N(0, 1) weights, x and y in, RGB out."""
    recipe = {
        "style": "article",
        "network": {"layers": [net]},
        "morph": {"seeds": [1, 2], "pace": "uniform"},
    }
    return build_scene(Recipe.model_validate(recipe)).at(0.0)


def parameters_of(moment: Moment, dtype: torch.dtype) -> Parameters:
    """Return a moment's weights and biases as tensors."""
    return [
        (torch.from_numpy(layer.weight).to(dtype), torch.from_numpy(layer.bias).to(dtype))
        for layer in moment.layers
    ]


def frame_of(backend: Backend, moment: Moment, width: int, height: int) -> NDArray[np.uint8]:
    """Draw one frame with one of our backends."""
    return np.concatenate(list(backend.bands(moment, width=width, height=height)))


def best_tile(parameters: Parameters, points: torch.Tensor) -> int:
    """Return the fastest tile size on a sixteenth of the frame, of two tries each."""
    some = points[: max(len(points) // 16, 2**17)]
    times: dict[int, float] = {}
    for _ in range(2):
        for tile in TILES:
            start = time.perf_counter()
            in_tiles(parameters, some, tile)
            took = time.perf_counter() - start
            times[tile] = min(times.get(tile, took), took)
    return min(times, key=lambda tile: times[tile])


def measure(net: str, width: int, height: int, rounds: int, threads: int | None) -> list[str]:
    """Return a net's rows of the table."""
    moment = moment_of(net)
    parameters = parameters_of(moment, torch.float32)
    points = grid(width, height, torch.float32)
    tile = best_tile(parameters, points)
    plain, fused = TorchBackend(), CpuBackend(threads)
    compiled.cache_clear()
    start = time.perf_counter()
    frame_of(fused, moment, 64, 64)
    compiling = time.perf_counter() - start
    ways = [
        Way("the article's: one batch", lambda: whole_frame(parameters, width, height)),
        Way(f"torch in tiles of {tile}", lambda: in_tiles(parameters, points, tile)),
        Way("backend torch", lambda: frame_of(plain, moment, width, height)),
        Way("backend cpu", lambda: frame_of(fused, moment, width, height)),
    ]
    for _ in range(rounds):
        for way in ways:
            way.run()
    small = 480, 270
    exact = whole_frame(parameters_of(moment, torch.float64), *small)
    frames = (
        whole_frame(parameters, *small), in_tiles(parameters, grid(*small, torch.float32), tile),
        frame_of(plain, moment, *small), frame_of(fused, moment, *small),
    )  # fmt: skip
    rows = []
    reference = ways[1]
    for way, frame in zip(ways, frames, strict=True):
        steps = np.abs(frame.reshape(exact.shape).astype(int) - exact)
        note = f" (compiled in {compiling:.1f} s)" if way.name == "backend cpu" else ""
        rows.append(
            f"| {net} | {way.name}{note} | {min(way.wall):.3f} | {min(way.processor):.3f} "
            f"| {min(reference.wall) / min(way.wall):.2f} "
            f"| {min(reference.processor) / min(way.processor):.2f} "
            f"| {np.mean(steps > 0):.1e} | {steps.max()} |"
        )
    return rows


def main() -> None:
    """Print the table, and save it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(NETS), help="layers x width")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=None, help="of every way; else all cores")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/DATE-CPU.md")
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    threads = options.threads or os.cpu_count()
    lines = [
        f"# Drawing one frame of {width}x{height}",
        "",
        f"{describe()}.",
        f"{threads} thread(s) for every way, the least of {options.rounds} rounds in turn.",
        "",
        HEADINGS,
        "|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for net in options.nets:
        rows = measure(net, width, height, options.rounds, options.threads)
        lines += rows
        print("\n".join(rows), flush=True)
    if options.save:
        machine = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
        today = time.strftime("%Y-%m-%d", time.gmtime())
        path = Path(__file__).parent / "results" / f"{today}-{machine}-{threads}-threads.md"
        path.write_text("\n".join(lines) + "\n")
        print(path)


if __name__ == "__main__":
    main()

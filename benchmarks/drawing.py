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
from cppnvid.animation.scene import Moment
from cppnvid.backends import Backend
from cppnvid.backends.halide.backend import CpuBackend, compiled
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.recipe import Recipe

NETS = ("9x16", "9x32", "16x32", "8x128")
TILES = (2048, 4096, 8192, 16384, 32768, 65536)
HEADINGS = (
    "| net | way | seconds | processor seconds | times torch in tiles | by processor seconds "
    "| values not float64's | by at most |"
)
Draw = Callable[[int, int], NDArray[np.uint8]]  # of this width and height


@dataclass
class Way:
    """One way of drawing, and how long it took each time."""

    name: str
    draw: Draw
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def run(self, width: int, height: int) -> None:
        """Draw once and keep the times."""
        wall, worked = time.perf_counter(), time.process_time()
        self.draw(width, height)
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - worked)


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
    return np.concatenate(list(backend.bands(moment, Raster(width, height))))


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


def compiled_by_torch(parameters: Parameters, tile: int) -> tuple[Draw | None, str]:
    """Return the tiles drawn by what torch.compile makes of them, or why it makes nothing here."""

    def tile_of(values: torch.Tensor) -> torch.Tensor:
        for weight, bias in parameters[:-1]:
            values = torch.tanh(torch.nn.functional.linear(values, weight, bias))
        weight, bias = parameters[-1]
        values = torch.sigmoid(torch.nn.functional.linear(values, weight, bias))
        return (values * 255 + 0.5).to(torch.uint8)

    made = torch.compile(tile_of)

    def draw(width: int, height: int) -> NDArray[np.uint8]:
        points = grid(width, height, torch.float32)
        missing = -len(points) % tile  # one size of tile, or it is compiled again for the last
        points = torch.cat([points, points[:1].expand(missing, -1)])
        with torch.inference_mode():
            tiles = [made(points[k : k + tile]) for k in range(0, len(points), tile)]
        return torch.cat(tiles)[: width * height].numpy().reshape(height, width, 3)

    start = time.perf_counter()
    try:
        draw(64, 64)
    except Exception as error:  # noqa: BLE001 - it fails in many ways where there is no compiler
        return None, f"does not work here ({type(error).__name__})"
    return draw, f"compiled in {time.perf_counter() - start:.0f} s"


def measure(net: str, width: int, height: int, rounds: int, threads: int | None) -> list[str]:
    """Return a net's rows of the table."""
    moment = moment_of(net)
    parameters = parameters_of(moment, torch.float32)
    tile = best_tile(parameters, grid(width, height, torch.float32))
    plain, fused = TorchBackend(), CpuBackend(threads)
    compiled.cache_clear()
    start = time.perf_counter()
    frame_of(fused, moment, 64, 64)
    compiling = time.perf_counter() - start
    ways = [
        Way("the article's: one batch", lambda w, h: whole_frame(parameters, w, h)),
        Way(
            f"torch in tiles of {tile}",
            lambda w, h: in_tiles(parameters, grid(w, h, torch.float32), tile),
        ),
        Way("backend torch", lambda w, h: frame_of(plain, moment, w, h)),
        Way("backend cpu", lambda w, h: frame_of(fused, moment, w, h)),
    ]
    notes = {"backend cpu": f" (compiled in {compiling:.1f} s)"}
    fast, said = compiled_by_torch(parameters, tile)
    if fast is not None:
        ways.insert(2, Way("torch.compile, same tiles", fast))
        notes["torch.compile, same tiles"] = f" ({said})"
    small = 480, 270
    exact = whole_frame(parameters_of(moment, torch.float64), *small)
    frames = [way.draw(*small) for way in ways]  # warms every way up, too
    for _ in range(rounds):
        for way in ways:
            way.run(width, height)
    rows = [] if fast is not None else [f"| {net} | torch.compile: {said} | | | | | | |"]
    reference = ways[1]
    for way, frame in zip(ways, frames, strict=True):
        steps = np.abs(frame.reshape(exact.shape).astype(int) - exact)
        note = notes.get(way.name, "")
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
        name = f"{today}-{machine}-{threads}-threads-{width}x{height}.md"
        path = Path(__file__).parent / "results" / name
        path.write_text("\n".join(lines) + "\n")
        print(path)


if __name__ == "__main__":
    main()

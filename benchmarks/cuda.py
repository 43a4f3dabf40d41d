"""The cuda backend on a card: is every picture right, and how long does a frame of 4K take.

    python -m benchmarks.cuda [--rounds N] [--size 3840x2160] [--save] [NET …]

First every scene of tests/backends/test_triton_*.py is drawn on the card and compared with torch.
Then ways take turns (A B C, A B C …), timed by events on the card, so that copying to the host is
not in it; the least time of each counts. The last lines are the table.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.drawing import NETS, moment_of, parameters_of
from benchmarks.machine import describe
from cppnvid.animation.camera import axes
from cppnvid.backends import BackendUnavailable, choose
from cppnvid.backends.triton.architecture import architecture_of
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton.card import STREAMS, Card, Grid, Stream, Work
from cppnvid.backends.triton.plan import precision_for
from cppnvid.colour.pixels import Raster
from tests.helpers import Moments

TILES = tuple(2**power for power in range(16, 24))
HEADINGS = "| net | way | ms a frame | times torch in its best tile | compiled in, s |"


def torch_way(net: str, points: torch.Tensor, tile: int) -> Callable[[], torch.Tensor]:
    """Return what draws a frame with torch in tiles of points [n, 2]: uint8 [n, 3]."""
    layers = [
        (weight.T.contiguous().to(points.device), bias.to(points.device))
        for weight, bias in parameters_of(moment_of(net), torch.float32)
    ]
    frame = torch.empty(len(points), 3, dtype=torch.uint8, device=points.device)

    def draw() -> torch.Tensor:
        for start in range(0, len(points), tile):
            values = points[start : start + tile]
            for weight, bias in layers[:-1]:
                values = torch.tanh_(torch.addmm(bias, values, weight))
            weight, bias = layers[-1]
            values = torch.sigmoid_(torch.addmm(bias, values, weight))
            frame[start : start + tile] = (values * 255 + 0.5).to(torch.uint8)
        return frame

    return draw


def kernel_way(net: str, card: Card, width: int, height: int, form: str) -> Callable[[], object]:
    """Return what draws a frame with the kernel, and leaves it on the card."""
    moment = moment_of(net)
    architecture = architecture_of(moment)
    columns, lines = (axis.astype("float32") for axis in axes(moment.coordinates, width, height))
    precision = precision_for(architecture, [card.capability])
    work = Work([moment], architecture, precision, Grid(columns, lines, 1), None, form)
    launch, _ = card.prepare(work, Stream(card.device))
    return launch


def milliseconds(draw: Callable[[], object], repeats: int) -> float:
    """Return how long the card takes for one, of a few one after the other."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(repeats):
        draw()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / repeats


def measure(net: str, card: Card, width: int, height: int, rounds: int) -> list[str]:
    """Return a net's rows of the table."""
    device = card.device
    moment = moment_of(net)
    columns, lines = (torch.from_numpy(axis).float() for axis in axes("corners", width, height))
    y, x = torch.meshgrid(lines, columns, indexing="ij")
    points = torch.stack([x.reshape(-1), y.reshape(-1)], dim=1).to(device)
    times = dict.fromkeys(TILES, 0.0)
    with torch.inference_mode():
        for tile in TILES:
            try:
                way = torch_way(net, points, tile)
                way()
                times[tile] = milliseconds(way, 2)
            except torch.OutOfMemoryError:
                times[tile] = float("inf")
                torch.cuda.empty_cache()
        tile = min(TILES, key=lambda tile: times[tile])
        ways: dict[str, Callable[[], object]] = {
            f"torch in tiles of {tile}": torch_way(net, points, tile),
            "torch.compile, the same tiles": torch.compile(torch_way(net, points, tile)),
            "cuda, rgb24": kernel_way(net, card, width, height, "rgb24"),
            "cuda, yuv420p": kernel_way(net, card, width, height, "yuv420p"),
        }
        compiling: dict[str, float] = {}
        for name, draw in list(ways.items()):
            start = time.perf_counter()
            try:
                draw()
                torch.cuda.synchronize()
            except Exception as error:  # noqa: BLE001 - torch.compile fails in many ways
                print(f"{net}: {name} does not work: {str(error).splitlines()[0]}", flush=True)
                del ways[name]
            compiling[name] = time.perf_counter() - start
        best = {name: float("inf") for name in ways}
        for _ in range(rounds):
            for name, draw in ways.items():
                best[name] = min(best[name], milliseconds(draw, 3))
    plain = best[f"torch in tiles of {tile}"]
    precision = precision_for(architecture_of(moment), [card.capability])
    return [
        f"| {net} | {name}{f', {precision}' if name.startswith('cuda') else ''} | {took:.2f} "
        f"| {plain / took:.1f} | {compiling[name]:.1f} |"
        for name, took in best.items()
    ]


def to_the_host(width: int, height: int) -> str:
    """Return how long a film's frames take until they are in host memory, on all cards."""
    moment = moment_of("9x16")
    backend = CudaBackend()
    scene = Moments(lambda _: moment)
    frames = 8 * STREAMS * len(backend.cards)
    rows: list[str] = []
    for form in ("rgb24", "yuv420p"):
        for times in (STREAMS, frames):
            start = time.perf_counter()
            for _ in backend.render(scene, [0.0] * times, Raster(width, height, pixel_format=form)):
                pass
        took = (time.perf_counter() - start) / frames * 1000
        rows.append(f"9x16 in host memory, {form}, {len(backend.cards)} card(s): {took:.2f} ms")
    return "\n".join(rows)


def main() -> None:
    """Compare, measure, and print the table last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cuda", description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(NETS), help="layers x width")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", default="3840x2160")
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/cuda-CARD.md")
    options = parser.parse_args()
    try:
        choose("cuda")
    except BackendUnavailable as error:
        sys.exit(f"{error}\nnothing was measured: this wants an NVIDIA GPU")
    tests = (Path(__file__).parent.parent / "tests" / "backends").glob("test_triton_*.py")
    compared = subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], check=False)
    width, height = (int(side) for side in options.size.split("x"))
    card = CudaBackend().cards[0]
    name = torch.cuda.get_device_name(card.device)
    lines = [
        f"# Drawing one frame of {width}x{height} on {name}",
        "",
        f"{describe()}, on {len(CudaBackend().cards)} card(s).",
        "Every test scene is as torch draws it."
        if compared.returncode == 0
        else "SOME TEST SCENES ARE NOT AS TORCH DRAWS THEM.",
        "",
        HEADINGS,
        "|---|---|---|---|---|",
    ]
    with torch.cuda.device(card.device):
        for net in options.nets:
            lines += measure(net, card, width, height, options.rounds)
    lines += ["", to_the_host(width, height)]
    if options.save:
        machine = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        path = Path(__file__).parent / "results" / f"cuda-{machine}.md"
        path.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    sys.exit(compared.returncode)


if __name__ == "__main__":
    main()

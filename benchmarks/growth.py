"""How the time of drawing grows with pixels, width and depth, in the fused cpu backend.

    python -m benchmarks.growth [--rounds N] [--save]

Frames cost alike (a job's time is linear in them, and its memory does not grow: benchmarks.job).
"""

import argparse
import time
from pathlib import Path

from benchmarks.drawing import frame_of, moment_of
from benchmarks.machine import describe, processor
from cppnvid.backends.halide.backend import CpuBackend

BASE = (960, 540)
SIZES = ((480, 270), BASE, (1920, 1080), (3840, 2160))
NETS = ("1x16", "4x16", "9x16", "16x16", "30x16", "9x4", "9x8", "9x32", "9x64", "9x128")


def least(net: str, size: tuple[int, int], rounds: int) -> float:
    """Return the least processor seconds of a frame, compiling apart."""
    moment, backend = moment_of(net), CpuBackend()
    frame_of(backend, moment, 64, 64)
    times = []
    for _ in range(rounds):
        start = time.process_time()
        frame_of(backend, moment, *size)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the table, and save it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/growth-CPU.md")
    options = parser.parse_args()
    lines = [
        "# How drawing grows: backend cpu",
        "",
        f"{describe()}.",
        "",
        "| net | size | processor seconds | ns a pixel | ns a pixel and layer |",
        "|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for net, size in [("9x16", size) for size in SIZES] + [(net, BASE) for net in NETS]:
        took = least(net, size, options.rounds)
        pixel = took / (size[0] * size[1]) * 1e9
        layer = pixel / int(net.partition("x")[0])
        lines.append(f"| {net} | {size[0]}x{size[1]} | {took:.4f} | {pixel:.1f} | {layer:.2f} |")
        print(lines[-1], flush=True)
    if options.save:
        name = f"growth-{processor().lower().replace(' ', '-')}.md"
        path = Path(__file__).parent / "results" / name
        path.write_text("\n".join(lines) + "\n")
        print(path)


if __name__ == "__main__":
    main()

"""What interpolating where a film is smooth costs and gives beside drawing every pixel.

    python -m benchmarks.sparse [--size 1080x1080] [--frames 5] [--backend cpu] [--save] [WORD …]

The house style, every artwork and every experiment of the article. Frames are drawn both ways in
turn, and their processor seconds compared frame by frame, in the pixel format that MP4 is given:
the median counts. Errors are in 8-bit levels against the same backend's exact frames; flicker is
how far the step from a frame to the next of 300 differs from the exact step, RMS in levels. WORD
limits all to recipes whose name holds one.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe, processor
from cppnvid import load_recipe
from cppnvid.animation.scene import Scene
from cppnvid.backends import Backend, choose, sparse
from cppnvid.backends.lattice import Frame, Places
from cppnvid.colour.pixels import Raster
from cppnvid.recipe import Recipe

PRESETS = Path(__file__).parent.parent / "presets"
HOUSE = "house"
STEP = 1 / 300  # from a frame to the next
HEADINGS = (
    "| recipe | weights | auto | points | seconds | off by 1 | off by 2 or more | most | flicker |",
    "|---|---|---|---|---|---|---|---|---|",
)


@dataclass
class Work:
    """What was measured of a recipe."""

    name: str
    weights: int
    pays: bool
    points: float = 0.0  # share of the pixels
    ratios: list[float] = field(default_factory=list)  # of processor seconds, a frame each
    errors: list[NDArray[np.int16]] = field(default_factory=list)

    def row(self) -> str:
        """Return the recipe's row of the table."""
        off = np.abs(np.stack(self.errors))
        flicker = np.diff(np.stack(self.errors[-2:]).astype(float), axis=0)
        return (
            f"| {self.name} | {self.weights} | {'adaptive' if self.pays else 'exact'} "
            f"| {self.points:.3f} | {median(self.ratios):.2f} | {np.mean(off == 1):.4f} "
            f"| {np.mean(off > 1):.1e} | {off.max()} | {np.sqrt(np.mean(flicker**2)):.3f} |"
        )


class Counter:
    """Counts the points that `sparse.sparse` has drawn."""

    def __init__(self) -> None:
        self.points = 0
        self._original = sparse.sparse
        sparse.sparse = self._counting  # type: ignore[assignment]

    def _counting(self, size: tuple[int, int], draw: sparse.Draw, *rest: Any) -> Frame | None:
        def counted(rows: Places, columns: Places) -> Frame:
            self.points += len(rows)
            return draw(rows, columns)

        frame = self._original(size, counted, *rest)
        self.points += size[0] * size[1] if frame is None else 0
        return frame


def recipe_of(name: str) -> Recipe:
    """Return a preset, or the house style."""
    return load_recipe({"morph": {"seeds": [1, 2, 3]}} if name == HOUSE else name)


def measure(
    name: str, size: tuple[int, int], count: int, backend: Backend, counter: Counter
) -> Work:
    """Draw frames of a recipe both ways."""
    scene = Scene.of(recipe_of(name))
    moment = scene.at(0.0)
    times = [0.0, *(k / count for k in range(count))]  # the first one compiles
    times.append(times[-1] + STEP)
    weights = sum(layer.weight.size for layer in moment.layers)
    work = Work(name, weights, sparse.pays(moment, Raster(*size)))
    films, timed = (
        [
            backend.render(scene, times, Raster(*size, 1, pixel_format, drawing))
            for drawing in ("exact", "adaptive")
        ]
        for pixel_format in ("rgb24", backend.pixel_formats[-1])
    )
    for number, _ in enumerate(times):
        counter.points = 0
        frames = [next(film)[0].astype(np.int16) for film in films]
        seconds = []
        for film in timed:
            before = time.process_time()
            next(film)
            seconds.append(time.process_time() - before)
        if number:
            work.points += counter.points / (2 * size[0] * size[1] * (len(times) - 1))
            work.ratios.append(seconds[1] / seconds[0])
            work.errors.append(frames[1] - frames[0])
    return work


def names(words: list[str]) -> Iterator[str]:
    """Yield the recipes whose names hold one of the words."""
    every = [HOUSE, *(path.stem for path in sorted(PRESETS.glob("*.yaml")))]
    every += [f"article/{path.stem}" for path in sorted(PRESETS.glob("article/*.yaml"))]
    yield from (name for name in every if any(word in name for word in words or [""]))


def main() -> None:
    """Print the table; with --save, write it beside the others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", default="1080x1080")
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--backend", default="cpu")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only recipes that hold one")
    given = parser.parse_args()
    width, height = (int(side) for side in given.size.split("x"))
    lines = [f"# Interpolated frames beside exact ones, {given.size}, {given.backend}", ""]
    lines += [
        describe(),
        "",
        "Points and processor seconds are shares of those of exact frames.",
        "",
    ]
    lines += HEADINGS
    print("\n".join(lines), flush=True)
    backend, counter = choose(given.backend), Counter()
    for name in names(given.words):
        work = measure(name, (width, height), given.frames, backend, counter)
        lines.append(work.row())
        print(lines[-1], flush=True)
    if given.save:
        kind = processor().split("@")[0].split()[:2]
        file = f"sparse-{given.backend.replace(':', '-')}-{given.size}-{'-'.join(kind).lower()}.md"
        (Path(__file__).parent / "results" / file).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

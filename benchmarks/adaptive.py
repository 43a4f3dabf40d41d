"""What `samples: auto` costs and gives beside 4×4 points for every pixel.

    python -m benchmarks.adaptive [--side 320] [--save] [--main] [WORD …]

Every artwork and every experiment of the article, drawn by the `cpu` backend with one thread.
Points and processor seconds are shares of those of 4×4; errors are in 8-bit steps against torch's
4×4: RMS, and the largest of a pixel. Two more tables: other limits; and films, where what counts is
how far each step from frame to frame differs from the step of the 4×4 film, for a flicker would
show there. WORD limits all to recipes whose name holds one.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe, processor
from cppnvid import build_scene, load_recipe
from cppnvid.animation.scene import Moment
from cppnvid.backends import adaptive
from cppnvid.backends.halide.backend import CpuBackend
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe, Samples
from tests.helpers import Moments

Picture = NDArray[np.uint8]
FILMS = ("aurora", "paper-cut", "sonar", "stained-glass", "article/normal")
FRAMES = 8  # of three hundred
REPEATS = 2  # the fastest counts
PRESETS = Path(__file__).parent.parent / "presets"


@dataclass(frozen=True)
class Work:
    """A recipe's first moment, drawn in three ways: the picture and processor seconds of each."""

    name: str
    pictures: dict[Samples, Picture]
    seconds: dict[Samples, float]
    truth: NDArray[np.float64]

    def redrawn(self) -> tuple[Picture, float, float]:
        """Return what `auto` draws, and the shares of pixels with few points and with all."""
        samples = adaptive.needy(adaptive.marks(self.pictures[1]))[..., None]
        few, full = samples == adaptive.FEW, samples == adaptive.SAMPLES
        picture = np.select([few, full], [self.pictures[2], self.pictures[4]], self.pictures[1])
        return picture, float(few.mean()), float(full.mean())


def points(few: float, full: float) -> float:
    """Return how many points are drawn, as a share of those of 4×4."""
    return (1 + adaptive.FEW**2 * few + adaptive.SAMPLES**2 * full) / adaptive.SAMPLES**2


def draw(moment: Moment, size: tuple[int, int], samples: Samples) -> Picture:
    """Return a whole frame, drawn as one of a film."""
    width, height = size
    (frames,) = CpuBackend(1).render(
        Moments(lambda _: moment), [0.0], Raster(width, height, samples)
    )
    picture: Picture = frames[0]
    return picture


def sized(name: str, side: int) -> tuple[Recipe, tuple[int, int]]:
    """Return a recipe, and its size with this shorter side."""
    recipe = load_recipe(name)
    ratio = side / min(recipe.canvas.size)
    width, height = (round(length * ratio) for length in recipe.canvas.size)
    return recipe, (width, height)


def measure(name: str, side: int) -> Work:
    """Draw a recipe in the three ways."""
    recipe, size = sized(name, side)
    moment = moment_of(recipe, 0.0)
    pictures: dict[Samples, Picture] = {}
    seconds: dict[Samples, float] = {1: np.inf, "auto": np.inf, 4: np.inf}
    for samples in seconds:
        draw(moment, (64, 64), samples)  # compiles
    for _ in range(REPEATS):
        for samples, fastest in seconds.items():
            before = time.process_time()
            pictures[samples] = draw(moment, size, samples)
            seconds[samples] = min(fastest, time.process_time() - before)
    pictures[2] = draw(moment, size, 2)
    bands = TorchBackend().bands(moment, Raster(*size, 4))
    return Work(name, pictures, seconds, np.concatenate(list(bands)).astype(float))


def rms(error: NDArray[np.float64]) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt((error**2).mean()))


HEADINGS = (
    "| recipe | size | 2×2 | 4×4 | points | seconds | 1: RMS | auto: RMS | largest |",
    "|---|---|---|---|---|---|---|---|---|",
)


def main_row(work: Work) -> str:
    """Return a recipe's row of the main table."""
    single, auto = (work.pictures[samples] - work.truth for samples in (1, "auto"))
    _, few, full = work.redrawn()
    return (
        f"| {work.name} | {auto.shape[1]}x{auto.shape[0]} | {few:.1%} | {full:.1%} "
        f"| {points(few, full):.2f} | {work.seconds['auto'] / work.seconds[4]:.2f} "
        f"| {rms(single):.2f} | {rms(auto):.2f} | {np.abs(auto).max():.0f} |"
    )


def limits_table(works: list[Work]) -> Iterator[str]:
    """Yield a row for each choice of limits: points, and errors."""
    yield (
        "| limits | crowded | artworks: points, mean | most | RMS, worst "
        "| experiments: points, mean | most but pollock | RMS, worst |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    kept = adaptive.LIMITS, adaptive.CROWDED
    for limits, crowded in (
        (kept[0], 5),
        (kept[0], 0),
        (kept[0], 6),
        (kept[0], 4),
        ((32, 64, 32, 64), 0),
        ((32, 64, 128, 999), 0),
        ((32, 64, 128, 200), 5),
        ((32, 64, 100, 250), 5),
        ((32, 64, 160, 250), 5),
        ((24, 48, 96, 180), 5),
        ((48, 96, 160, 250), 5),
    ):
        adaptive.LIMITS, adaptive.CROWDED = limits, crowded
        row = f"| {', '.join(map(str, limits))} | {f'1/{crowded}' if crowded else 'never'} |"
        for experiments in (False, True):
            costs, errors = {}, []
            for work in works:
                if work.name.startswith("article/") == experiments:
                    picture, few, full = work.redrawn()
                    costs[work.name] = points(few, full)
                    errors.append(rms(picture - work.truth))
            if errors:
                most = max(cost for name, cost in costs.items() if "pollock" not in name)
                mean = np.mean(list(costs.values()))
                row += f" {mean:.3f} | {most:.2f} | {max(errors):.2f} |"
        yield row
    adaptive.LIMITS, adaptive.CROWDED = kept


def film_table(names: list[str], side: int) -> Iterator[str]:
    """Yield a row for each film: how far its steps are from those of the 4×4 film."""
    yield (
        "| film | step of 4×4, RMS | 1: differs by, RMS | largest "
        "| auto: differs by, RMS | 1 in 10,000 | largest |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name in names:
        recipe, size = sized(name, side)
        scene = build_scene(recipe)
        steps: dict[Samples, NDArray[np.float64]] = {}
        for samples in (1, "auto", 4):
            frames = [draw(scene.at((90 + k) / 300), size, samples) for k in range(FRAMES)]
            steps[samples] = np.diff(np.stack(frames).astype(float), axis=0)
        single, auto = (steps[samples] - steps[4] for samples in (1, "auto"))
        yield (
            f"| {name} | {rms(steps[4]):.2f} | {rms(single):.2f} | {np.abs(single).max():.0f} "
            f"| {rms(auto):.2f} | {np.quantile(np.abs(auto), 0.9999):.0f} "
            f"| {np.abs(auto).max():.0f} |"
        )


def main() -> None:
    """Print the tables; with --save, write them beside the others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--side", type=int, default=320, help="of the shorter one, in pixels")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/")
    parser.add_argument("--main", action="store_true", help="the first table alone")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only recipes that hold one")
    given = parser.parse_args()
    names = [path.stem for path in sorted(PRESETS.glob("*.yaml"))]
    names += [f"article/{path.stem}" for path in sorted(PRESETS.glob("article/*.yaml"))]

    def wanted(all_names: list[str]) -> list[str]:
        words = given.words or [""]
        return [name for name in all_names if any(word in name for word in words)]

    lines = [f"# Adaptive antialiasing, shorter side {given.side}", "", describe(), "", *HEADINGS]
    print("\n".join(lines), flush=True)
    works = []
    for name in wanted(names):
        work = measure(name, given.side)
        lines.append(main_row(work))
        print(lines[-1], flush=True)
        if not given.main:
            works.append(work)
    if not given.main:
        others = ["", "## Other limits", "", *limits_table(works)]
        others += ["", f"## Films, {FRAMES} frames of 300", ""]
        others += film_table(wanted(list(FILMS)), given.side)
        print("\n".join(others))
        lines += others
    if given.save:
        machine = processor().lower().replace(" ", "-")
        target = Path(__file__).parent / "results" / f"adaptive-{given.side}-{machine}.md"
        target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

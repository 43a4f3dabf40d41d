"""How even a film's motion is, and how a loop closes in its file.

    python -m benchmarks.motion [--triples N] [--frames N] [--paths NAME …] [--save]

Evenness: the 95th percentile of a frame's change over the median, closed loops through three seeds,
in Oklab: of the scene at 64 px, as the pace is measured, and of the drawn frames at 96 px. Seam:
of the step from the last frame to the first over the median step, on the decoded file at 256 px.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.machine import describe, processor
from cppnvid import Recipe, Run, render_video
from cppnvid.backends import Backend, Job, choose
from cppnvid.backends.torch_ import one_thread
from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import Raster
from cppnvid.film.loop_check import check_loop
from cppnvid.film.pacing import build_scene, changes_along, moment_of

KINDS = ("weights", "z")
PATHS: dict[str, Mapping[str, Any]] = {
    "cubic": {"seeds": [1, 2, 3], "path": "cubic"},
    "slerp": {"seeds": [1, 2, 3], "path": "slerp"},
    "linear": {"seeds": [1, 2, 3], "path": "linear"},
    "ping-pong": {"seeds": [1, 2, 3], "path": "cubic", "loop": "ping-pong"},
    "spline": {"seeds": [1, 2, 3], "path": "spline"},
    "spline, times 0 0.2 0.7": {"seeds": [1, 2, 3], "times": [0.0, 0.2, 0.7]},
    "orbit": {"seeds": [7], "path": "orbit"},
    "wander": {"seeds": [7], "path": "wander"},
    "grow: depth": {"seeds": [7], "path": "grow", "grow": "depth"},
    "grow: width": {"seeds": [7], "path": "grow", "grow": "width"},
    "zoom": {"seeds": [7], "path": "zoom"},
}


def film(morph: Mapping[str, Any], side: int, frames: int) -> Recipe:
    """Return a film in the house style."""
    return Recipe.model_validate(
        {"morph": dict(morph), "canvas": {"size": side}, "output": {"frames": frames}}
    )


def unevenness(steps: NDArray[np.float64]) -> float:
    """Return the 95th percentile of the steps over their median."""
    return float(np.percentile(steps, 95) / np.median(steps))


def measure(recipe: Recipe, drawer: Backend) -> tuple[float, float]:
    """Return how uneven a loop's scene is at 64 px, and its drawn frames, with the seam's step."""
    frames, (width, height) = recipe.output.frames, recipe.canvas.size
    times = [k / frames for k in range(frames)]
    scene = build_scene(recipe)
    seen = unevenness(changes_along(scene, recipe, [*times, 0.0]))
    with one_thread():
        looks = [
            to_oklab(torch.from_numpy(frame.reshape(-1, 3) / np.float32(255)))
            for batch in drawer.render(scene, times, Raster(width, height))
            for frame in batch
        ]
        pairs = zip(looks, [*looks[1:], looks[0]], strict=True)
        steps = [float((after - before).norm(dim=-1).mean()) for before, after in pairs]
    return seen, unevenness(np.array(steps))


def evenness(kinds: Sequence[str], triples: int, frames: int) -> Iterator[str]:
    """Yield the table of evenness, a row for each kind and pace."""
    yield "| of | pace | at 64 px: median of the films | worst | frames at 96 px: median | worst |"
    yield "|---|---|---|---|---|---|"
    random = np.random.default_rng(2026)
    seeds = [[int(seed) for seed in random.integers(0, 2**31, 3)] for _ in range(triples)]
    for of in kinds:
        for pace in ("even", "uniform"):
            films = [film({"seeds": s, "of": of, "pace": pace}, 96, frames) for s in seeds]
            drawer = choose("auto", Job(moment_of(films[0], 0.0), Raster(96, 96), frames))
            scenes, drawn = zip(*(measure(one, drawer) for one in films), strict=True)
            numbers = (np.median(scenes), max(scenes), np.median(drawn), max(drawn))
            yield f"| {of} | {pace} | " + " | ".join(f"{number:.3f}" for number in numbers) + " |"


def seams(names: list[str], side: int, frames: int) -> Iterator[str]:
    """Yield the table of seams, a row for each path."""
    yield "| path | MP4: seam | 90th over 50th percentile | GIF: seam | 90th over 50th percentile |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            recipe = film(PATHS[name], side, frames)
            row = []
            for ending in ("mp4", "gif"):
                fps = 30 if ending == "mp4" else 25
                output = recipe.output.model_copy(update={"fps": fps})
                place = Path(folder) / f"loop.{ending}"
                made = recipe.model_copy(update={"output": output})
                report = check_loop(render_video(made, place, Run(overwrite=True)).path)
                row += [f"{report.seam:.2f}", f"{report.evenness:.2f}"]
            yield f"| {name} | {' | '.join(row)} |"


def main() -> None:
    """Print the tables, and save them if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.motion", description=__doc__)
    parser.add_argument("--triples", type=int, default=20)
    parser.add_argument("--of", nargs="*", choices=KINDS, default=KINDS)
    parser.add_argument("--frames", type=int, default=300, help="of the films whose evenness it is")
    parser.add_argument("--paths", nargs="*", choices=PATHS, default=list(PATHS))
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/motion-CPU.md")
    options = parser.parse_args()
    lines = ["# Motion", "", f"{describe()}.", ""]

    def show(table: Iterator[str]) -> None:
        for line in table:
            lines.append(line)
            print(line, flush=True)

    if options.triples:
        lines += [f"## Evenness: {options.triples} loops of {options.frames} frames", ""]
        show(evenness(options.of, options.triples, options.frames))
    if options.paths:
        lines += ["", "## Seam: loops of 120 frames, 256×256", ""]
        show(seams(options.paths, 256, 120))
    if options.save:
        path = (
            Path(__file__).parent / "results" / f"motion-{processor().lower().replace(' ', '-')}.md"
        )
        path.write_text("\n".join(lines) + "\n")
        print(path)


if __name__ == "__main__":
    main()

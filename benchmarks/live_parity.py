"""Is what a live page draws what the definition says, in every preset, style and row of a table?

    make parity-live                         # or, for some of them,
    python -m benchmarks.live_parity [--only TEXT] [--save]

A page draws a film from its matrix by its shader. Here the same shader runs in OpenGL by EGL, on a
processor by Mesa's llvmpipe, with the rows and the gradient that the page's script reads;
tests/live holds that the script itself does the same. Each film is drawn at 8 of its frames,
160×160, and compared with the definition in float64; presets and styles half way to the next frame
too, at pixels that the two frames change by less than 20 levels.

The bar: at most 1 level in 99.99 % of the values of frames, at most 2 in 99.9 % half way. What
misses it is listed, and the exit code is 1.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from cppnvid.animation.scene import Moment, Scene
from cppnvid.backends.definition import picture
from cppnvid.backends.numpy_ import one_thread_each
from cppnvid.backends.shader.architecture import numbers_of
from cppnvid.colour.pixels import Raster
from cppnvid.film.pacing import build_scene
from cppnvid.live.matrix import CALM, SEEN, Matrix
from cppnvid.live.packing import FINE, FINER, in_steps
from cppnvid.presets import Override, list_presets, load_recipe
from cppnvid.presets.sources import Source
from cppnvid.recipe import Recipe
from cppnvid.recipe.styles import STYLES
from tests.backends.helpers import ROWS
from tests.backends.shader_devices import OpenGl

SIDE = 160
MOMENTS = 8
FEW = 1e-4  # share of values that may be off by more; of a film's frames
FEW_HALF = 1e-3  # and half way, as live/matrix.py asks: edges as sharp as a knife
ROW_FRAMES = 24  # of the film of a table's row

Frame = NDArray[np.uint8]


@dataclass
class Found:
    """What one film misses: shares of values off by more than the bar, and the worst, in levels."""

    name: str
    share: float
    worst: int
    half_share: float
    half_worst: int
    calm: float
    density: int

    @property
    def is_off(self) -> bool:
        """Whether it misses the bar."""
        return self.share > FEW or self.half_share > FEW_HALF


def films() -> Iterator[tuple[str, Recipe, bool]]:
    """Yield the name and the recipe of each film, and whether to look between its frames."""
    size = Override("canvas.size", f"{SIDE}x{SIDE}")
    for preset in list_presets():
        yield f"preset {preset.name}", load_recipe(preset.name, [size]), True
    for style in STYLES:
        data = {"style": style, "morph": {"seeds": [1, 2, 3]}, "output": {"frames": 300}}
        yield f"style {style}", load_recipe(Source(data), [size]), True
    for name, parts in ROWS.items():
        rest = dict(parts)
        network = {"layers": [8, 8], "init": {"hidden": 0.4}} | rest.pop("network", {})
        data = {
            "network": network,
            "morph": {"seeds": [5, 6], "pace": "uniform"},
            "palette": {"name": "rgb"},
            "output": {"frames": ROW_FRAMES},
            "canvas": {"samples": 1},
        }
        yield name, load_recipe(Source(data | rest), [size]), False


def as_read(matrix: Matrix) -> Matrix:
    """Return a matrix with the numbers that a page's script reads of it, which are whole steps."""

    def read(column: NDArray[Any], origin: float, bits: int) -> NDArray[np.float64]:
        whole, step = in_steps(
            column, origin, bits, float(np.abs(column - origin).max(initial=0.0))
        )
        made: NDArray[np.float64] = origin + whole * step
        return made

    rows = [
        read(column, float(column[0]), FINE if k < matrix.shares else FINER)
        for k, column in enumerate(matrix.rows.T)
    ]
    directions = [np.stack([read(row, 0.0, FINE) for row in part]) for part in matrix.directions]
    # In float64, as the script has them.
    read_rows: Any = np.stack(rows, axis=1)
    read_directions: Any = tuple(directions)
    return replace(matrix, rows=read_rows, directions=read_directions)


class Player:
    """Draws a film as its page does."""

    def __init__(self, device: OpenGl, recipe: Recipe, scene: Scene) -> None:
        self.device, self.scene = device, scene
        samples = recipe.canvas.samples
        self.samples = 2 if samples == "auto" else samples
        self.matrix = as_read(Matrix.of(recipe, scene))

    def page(self, time: float) -> Frame:
        """Return what the page draws: uint8 [SIDE, SIDE, 3]."""
        like = self.scene.at(time)
        moment = self.matrix.moment_at(time, like)
        gradient = like.colouring.gradient
        if gradient is not None:
            stored = np.round(32767 * gradient) / 32767
            moment = replace(moment, colouring=replace(moment.colouring, gradient=stored))
        row = self.matrix.row_at(time).astype(np.float32)
        numbers = row[-len(numbers_of(like)) :].tolist()
        made = self.device.draw(moment, SIDE, SIDE, self.samples, numbers=numbers)
        return np.round(255 * np.clip(made, 0, 1)).astype(np.uint8)

    def defined(self, moment: Moment) -> Frame:
        """Return what the definition says."""
        with one_thread_each():
            return picture(moment, Raster(SIDE, SIDE, self.samples, "rgb24")).astype(np.uint8)


def apart(one: Frame, other: Frame) -> NDArray[np.int16]:
    """Return by how many levels two pictures differ, everywhere."""
    difference: NDArray[np.int16] = np.abs(one.astype(np.int16) - other)
    return difference


def looked_at(device: OpenGl, name: str, recipe: Recipe, *, between: bool) -> Found:
    """Compare one film."""
    scene = build_scene(recipe)
    player = Player(device, recipe, scene)
    steps = max(recipe.output.frames - (recipe.morph.loop == "open"), 1)
    misses, half_misses, calms = [], [], []
    for k in np.unique(np.linspace(0, steps - 1, MOMENTS).round().astype(int)).tolist():
        frame = player.defined(scene.at(k / steps))
        misses.append(apart(player.page(k / steps), frame))
        if between:
            after, half = (player.defined(scene.at((k + s) / steps)) for s in (1.0, 0.5))
            calm = apart(after, frame).max(axis=-1) < CALM
            missed = apart(player.page((k + 0.5) / steps), half)
            half_misses.append(np.where(calm[:, :, None], missed, 0))
            calms.append(calm)
    off, half = np.stack(misses), np.stack(half_misses or [np.zeros(1, np.int16)])
    calm_share = float(np.mean(calms)) if calms else 1.0
    return Found(
        name,
        float((off > 1).mean()),
        int(off.max()),
        float((half > SEEN).mean()),
        int(half.max()),
        calm_share,
        player.matrix.density,
    )


def row_of(found: Found) -> str:
    """Return one row of the table."""
    parts: list[Any] = [found.name, f"{100 * found.share:.4f}", found.worst]
    parts += [f"{100 * found.half_share:.4f}", found.half_worst, f"{100 * found.calm:.0f}"]
    return f"| {' | '.join(map(str, [*parts, found.density]))} |"


def main() -> None:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live_parity", description=__doc__)
    parser.add_argument("--only", default="", help="films whose names hold this text")
    parser.add_argument("--save", action="store_true", help="as benchmarks/results/live-parity.md")
    options = parser.parse_args()
    device, found = OpenGl(), []
    head = "| film | off by > 1, % | worst | half way > 2, % | worst | calm, % | rows a frame |"
    print(f"{head}\n|{'---|' * 7}", flush=True)
    for name, recipe, between in films():
        if options.only in name:
            found.append(looked_at(device, name, recipe, between=between))
            print(row_of(found[-1]), flush=True)
    if not found:
        sys.exit(f"no film's name holds {options.only!r}")
    off = [one for one in found if one.is_off]
    shares = [float(np.mean([one.share for one in found])), max(one.share for one in found)]
    total = (
        f"{len(found)} films: {100 * shares[0]:.5f} % of all values are off by more than 1, "
        f"{100 * shares[1]:.4f} % of the worst film's; {len(off)} miss the bar"
        f"{': ' if off else ''}{', '.join(one.name for one in off)}."
    )
    print(total)
    if options.save:
        shown = [one for one in found if one.worst > 1 or one.half_worst > 1 or one.density > 1]
        lines = ["# What live pages draw", "", f"{describe()}.", "", total, ""]
        lines += [
            "Films that are off by more than 1 level anywhere, or have more rows than frames:"
        ]
        lines += ["", head, f"|{'---|' * 7}", *map(row_of, shown), ""]
        place = Path(__file__).parent / "results" / "live-parity.md"
        place.write_text("\n".join(lines), encoding="utf-8")
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()

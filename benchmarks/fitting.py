"""Twelve files under a cap: how full each is, what was given up, how often it was encoded.

    python -m benchmarks.fitting [--save]

MP4s and GIFs of presets, from a chat's 128 kB to 15 MB.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.machine import describe
from cppnvid import Run, load_recipe, render_video
from cppnvid.film import size_cap as fitting
from cppnvid.film.film import write_film
from cppnvid.presets import Override, read_source
from cppnvid.units import parse_file_size


@dataclass(frozen=True)
class Task:
    """One file to be made: a preset, its size, frames and rate, an ending and a cap."""

    preset: str
    size: str
    frames: int
    fps: int
    ending: str
    cap: str
    keep: tuple[str, ...] = ()


TASKS = (
    Task("aurora", "480x480", 150, 30, "mp4", "1MB"),
    Task("aurora", "480x480", 150, 30, "mp4", "500KB"),
    Task("stained-glass", "480x480", 150, 30, "mp4", "700KB"),
    Task("stained-glass", "480x480", 150, 30, "mp4", "256KiB"),
    Task("sakura", "360x640", 150, 30, "mp4", "1MB"),
    Task("sakura", "360x640", 150, 30, "mp4", "256KB"),
    Task("aurora", "480x480", 150, 25, "gif", "8MB"),
    Task("aurora", "480x480", 150, 25, "gif", "2MB"),
    Task("stained-glass", "640x640", 150, 25, "gif", "15MB"),
    Task("stained-glass", "480x480", 100, 25, "gif", "5MB", ("canvas.size", "output.fps")),
    Task("sakura", "480x480", 100, 25, "gif", "1MB"),
    Task("sakura", "128x128", 50, 25, "gif", "128KB", ("canvas.size",)),
)


def fit(task: Task, folder: Path) -> str:
    """Make a file and return its line of the table."""
    recipe = load_recipe(
        read_source(task.preset),
        [
            Override("canvas.size", task.size),
            Override("output", {"frames": task.frames, "fps": task.fps}),
        ],
    )
    cap, path = parse_file_size(task.cap), folder / f"x.{task.ending}"
    notes: list[str] = []
    whole: list[Sequence[int] | None] = []

    def counted(*given: Any, **named: Any) -> None:
        whole.append(named.get("numbers"))
        write_film(*given, **named)

    start = time.perf_counter()
    with mock.patch.object(fitting, "write_film", counted):
        render_video(
            recipe, path, Run(overwrite=True, note=notes.append), max_size=cap, keep=task.keep
        )
    seconds = time.perf_counter() - start
    size = path.stat().st_size
    said = [note.partition(": ")[2] for note in notes if note.startswith("fitted")]
    kept = f", {' and '.join(task.keep)} kept" if task.keep else ""
    what = f"{task.preset}, {task.size}, {task.frames} frames{kept}"
    samples = sum(numbers is not None for numbers in whole)
    return (
        f"| {what} | {task.ending} | {task.cap} | {size} | {size / cap:.1%} "
        f"| {', '.join(said) or 'nothing'} | {samples} + {len(whole) - samples} | {seconds:.0f} |"
    )


def main() -> None:
    """Make every file and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    lines = [
        "# Files under a cap", "",
        f"{describe()}. The machine did other work too: seconds are no measure.",
        "", "| film | file | cap | bytes | share | given up | samples + encodings | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            lines.append(fit(task, Path(folder)))
            print(lines[-1], flush=True)
    if given.save:
        text = "\n".join(lines) + "\n"
        (Path(__file__).parent / "results" / "fitting.md").write_text(text)


if __name__ == "__main__":
    main()

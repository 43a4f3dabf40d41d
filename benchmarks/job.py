"""The whole job, side by side: two networks of 9×16, 1080×1080, MP4, drawn and written.

    python -m benchmarks.job [--frames N] [--size WxH] [--save]

Each way runs in a process of its own, which tells its seconds, its processor seconds with those of
ffmpeg, and its peak memory. The article's program is written anew from its description: every frame
in one batch, all of them kept as float32 until the last is drawn, then written.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe, processor

HEADINGS = "| way | seconds | processor seconds | peak MB | MB a frame more | file MB |"


def recipe(frames: int, size: str) -> "cppnvid.Recipe":  # type: ignore[name-defined] # noqa: F821
    """Return the job as a recipe: the article's style, two seeds, there and back."""
    from cppnvid import Recipe

    return Recipe.model_validate(
        {
            "style": "article",
            "morph": {"seeds": [1, 2]},
            "canvas": {"size": size},
            "output": {"frames": frames},
        }
    )


def article(frames: int, size: str, path: str) -> None:
    """Blend two networks linearly, draw whole frames, keep them all, write them."""
    import imageio_ffmpeg
    import torch

    from benchmarks.article import in_bytes, whole_colours

    width, height = (int(side) for side in size.split("x"))
    torch.manual_seed(1)
    shapes = [(16, 2), *[(16, 16)] * 8, (3, 16)]
    first, last = ([(torch.randn(s), torch.randn(s[0])) for s in shapes] for _ in range(2))
    kept = []
    for index in range(frames):
        share = index / max(frames - 1, 1)
        blended = [
            (torch.lerp(w, v, share), torch.lerp(b, c, share))
            for (w, b), (v, c) in zip(first, last, strict=True)
        ]
        kept.append(whole_colours(blended, width, height))
    writer = imageio_ffmpeg.write_frames(path, (width, height), fps=30, macro_block_size=2)
    writer.send(None)
    for frame in kept:
        writer.send(in_bytes(frame))
    writer.close()


def whole(frames: int, size: str, path: str) -> None:
    """Let cppnvid do the job."""
    from cppnvid import render_video

    render_video(recipe(frames, size), path)


def drawing(frames: int, size: str, _path: str) -> None:
    """Draw what cppnvid encodes, planes of yuv420p where there is a fused backend, and drop it."""
    for _ in drawn(frames, size):
        pass


def encoding(frames: int, size: str, path: str) -> "Used":
    """Encode the frames that were drawn into a file before; return what that had used."""
    from cppnvid.encode import Target, open_encoder
    from cppnvid.recipe import Output

    raw, shape = Path(path).with_suffix(".raw"), (0, 0)
    with raw.open("wb") as file:
        for batch in drawn(frames, size):
            shape = batch.shape[1:]
            file.write(batch.data)
    before = used()
    width, height = (int(side) for side in size.split("x"))
    kept = np.memmap(raw, np.uint8, "r", shape=(frames, *shape))
    target = Target.to(path, (width, height), Output(frames=frames))
    pixel_format = "rgb24" if len(shape) == 3 else "yuv420p"
    at_once = os.cpu_count() or 1
    with open_encoder(target, pixel_format=pixel_format, at_once=at_once) as encoder:
        for number in encoder.order:
            encoder.write(kept[number : number + 1])
    return before


def drawn(frames: int, size: str) -> Iterator[NDArray[np.uint8]]:
    """Draw the job's frames as render_video does."""
    from cppnvid import build_scene
    from cppnvid.animation.timing import frame_times
    from cppnvid.backends import Job, choose
    from cppnvid.colour.pixels import Raster

    made = recipe(frames, size)
    width, height = made.canvas.size
    scene = build_scene(made)
    backend = choose("auto", Job(scene.at(0.0), Raster(width, height), frames))
    times = [float(time) for time in frame_times(made)]
    return backend.render(
        scene, times, Raster(width, height, pixel_format=backend.pixel_formats[-1])
    )


WAYS: dict[str, Callable[[int, str, str], "Used | None"]] = {
    "the article's program": article,
    "cppnvid": whole,
    "cppnvid, drawing alone": drawing,
    "cppnvid, encoding alone": encoding,
}


@dataclass(frozen=True)
class Used:
    """What this process and those it has waited for have used so far."""

    seconds: float
    worked: float  # processor seconds


def used() -> Used:
    """Return what has been used so far."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worked = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return Used(time.perf_counter(), worked)


def measure(way: str, frames: int, size: str) -> dict[str, float]:
    """Run one way in a fresh process and return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.job", "--way", way]
        command += ["--frames", str(frames), "--size", size, "--path", f"{folder}/loop.mp4"]
        told: dict[str, float] = json.loads(subprocess.check_output(command).splitlines()[-1])
        return told


def main() -> None:
    """Run every way twice, short and whole, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--size", default="1080x1080")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--way")
    parser.add_argument("--path", default="")
    given = parser.parse_args()
    if given.way:
        start = Used(time.perf_counter(), 0.0)  # imports count
        start = WAYS[given.way](given.frames, given.size, given.path) or start
        end = used()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"seconds": end.seconds - start.seconds, "worked": end.worked - start.worked}
        path = Path(given.path)
        size = path.stat().st_size / 1e6 if path.exists() else 0.0
        print(json.dumps(told | {"peak": peak, "size": size}))
        return
    lines = [
        f"# {given.frames} frames of {given.size} to MP4, two networks of 9x16", "",
        describe() + ".", "", HEADINGS, "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for way in WAYS:
        few = measure(way, given.frames // 4, given.size)
        all_ = measure(way, given.frames, given.size)
        more = (all_["peak"] - few["peak"]) / (given.frames - given.frames // 4)
        lines.append(
            f"| {way} | {all_['seconds']:.1f} | {all_['worked']:.1f} "
            f"| {all_['peak']:.0f} | {more:.1f} | {all_['size']:.2f} |"
        )
        print(lines[-1], flush=True)
    text = "\n".join(lines) + "\n"
    print(text)
    if given.save:
        name = f"job-{processor().lower().replace(' ', '-')}.md"
        (Path(__file__).parent / "results" / name).write_text(text)


if __name__ == "__main__":
    main()

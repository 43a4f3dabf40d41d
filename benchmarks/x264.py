"""What x264's settings cost and give on our own frames: size, error, processor seconds, the seam.

    python -m benchmarks.x264 [--frames N] [--size 1080x1080] [--save] [WORD …]

Frames of three recipes are drawn once and encoded by every row of the table, one thread each.
Errors are in 8-bit levels against the drawn frames: RMS over all channels; of luma over blocks of
8x8 pixels, which is what shows as bands. WORD limits the rows to those whose name holds one. Two
more tables: steps across the seam of a loop, and frames fed as 8-bit RGB or as yuv420p.
"""

import argparse
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe, processor
from cppnvid import build_scene, load_recipe
from cppnvid.animation.camera import axes
from cppnvid.animation.timing import frame_times
from cppnvid.backends.halide.backend import CpuBackend
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Target, decode, open_encoder
from cppnvid.encode.commands import colour_arguments, input_arguments
from cppnvid.encode.h264 import h264_arguments
from cppnvid.encode.segments import segments_of
from cppnvid.recipe import Output, Recipe
from cppnvid.render import render_frames

Frames = NDArray[np.uint8]
FPS = Fraction(30)
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
BLOCK = 8
# Of a loop at this size the seam showed most; (preset, its pixels a side).
LOOPS = (("neon-alley", 160), ("sonar", 160))

HEADINGS = (
    "| settings | house: kB | RMS | blocks | ms | stained-glass: kB | RMS | blocks | ms "
    "| article: kB | RMS | blocks | ms |"
)

_GROUP = ("-profile:v", "high", "-bf", "2", "-threads", "1")
_AQ = "aq-mode=2:trellis=1:weightp=0"


def _x264(preset: str, crf: int, parameters: str = "") -> list[str]:
    extra = ["-x264-params", parameters] if parameters else []
    return ["-c:v", "libx264", "-preset", preset, "-crf", str(crf), *_GROUP, "-g", "120", *extra]


def rows() -> Iterator[tuple[str, list[str]]]:
    """Yield every setting: its name and ffmpeg's arguments."""
    for preset in ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium"):
        yield f"{preset} 15", _x264(preset, 15)
    for preset in ("superfast", "veryfast", "medium"):
        for crf in (14, 16, 18, 20):
            yield f"{preset} {crf}", _x264(preset, crf)
    for parameters in (
        "aq-mode=0", "aq-mode=2", "aq-mode=3", "trellis=1", "weightp=0", "mbtree=0", "ref=2",
    ):  # fmt: skip
        yield f"veryfast 15 {parameters}", _x264("veryfast", 15, parameters)
    for tune in ("animation", "grain", "stillimage"):
        yield f"veryfast 15 tune {tune}", [*_x264("veryfast", 15), "-tune", tune]
    for preset, crf in (("superfast", 18), ("veryfast", 13), ("veryfast", 14), ("medium", 15)):
        yield f"{preset} {crf} {_AQ}", _x264(preset, crf, _AQ)
    for threads in ("2", "4"):
        arguments = _x264("veryfast", 14, _AQ)
        arguments[arguments.index("-threads") + 1] = threads
        yield f"veryfast 14 {_AQ} threads {threads}", arguments


def recipes(size: str) -> dict[str, Recipe]:
    """Return what is drawn: the house style, a preset of flat cells, the article's noise."""
    canvas = {"canvas": {"size": size}, "output": {"frames": 300}}
    glass = load_recipe("stained-glass")
    return {
        "house": Recipe.model_validate({"morph": {"seeds": [1, 2, 3]}} | canvas),
        "stained-glass": Recipe.model_validate(glass.model_dump() | canvas),
        "article": Recipe.model_validate({"style": "article", "morph": {"seeds": [1, 2]}} | canvas),
    }


def encode(frames: Frames, arguments: list[str], path: Path) -> float:
    """Encode frames; return the processor seconds it took."""
    height, width = frames.shape[1:3]
    output = Output(frames=len(frames), fps=FPS)
    target = Target.to(path, (width, height), output, overwrite=True)
    source = input_arguments(target, "rgb24")
    colours = colour_arguments(target.container, "rgb24")
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-v", "error", "-y", "-filter_threads", "1", *source, *colours]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, *arguments, str(path)], input=frames.data, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def errors(path: Path, frames: Frames) -> tuple[float, float]:
    """Return the RMS of every fifth frame's error, and that of its luma over blocks."""
    whole, blocks = [], []
    for decoded, frame in islice(zip(decode(path), frames, strict=True), 0, None, 5):
        error = decoded.astype(np.float32) - frame
        whole.append((error**2).mean())
        high, wide = (side - side % BLOCK for side in error.shape[:2])
        luma = (error[:high, :wide] @ LUMA).reshape(high // BLOCK, BLOCK, wide // BLOCK, BLOCK)
        blocks.append((luma.mean(axis=(1, 3)) ** 2).mean())
    return float(np.sqrt(np.mean(whole))), float(np.sqrt(np.mean(blocks)))


def seam(name: str, side: int, folder: Path, *, smooth: bool) -> str:
    """Return a row of the second table: size, and the steps across seam and keyframes."""
    recipe = load_recipe(name)
    recipe = recipe.model_copy(
        update={"canvas": recipe.canvas.model_copy(update={"size": (side, side)})}
    )
    frames = np.concatenate(list(render_frames(recipe)))
    shown: list[Frames] = []
    size = 0
    segments = segments_of(len(frames), 120)
    for segment in segments:
        count = len(segment)
        arguments = list(
            h264_arguments(
                "x264", crf=14, frames=count, shortest=count, longest=120, pixels=side * side
            )
        )
        if not smooth:
            arguments[-1] = _AQ
        path = folder / "segment.mp4"
        encode(frames[segment.start : segment.stop], arguments, path)
        size += path.stat().st_size
        shown += decode(path)
    moved = [
        np.abs(a.astype(int) - b).mean() for a, b in zip(shown, shown[1:] + shown[:1], strict=True)
    ]
    inner = max(moved[segment.stop - 1] for segment in segments[:-1])
    way = "more bits around the ends" if smooth else "plain"
    middle = np.median(moved)
    return (
        f"| {name} {side}x{side} | {way} | {size / 1000:.0f} | {moved[-1] / middle:.2f} "
        f"| {inner / middle:.2f} |"
    )


def seams(folder: Path) -> Iterator[str]:
    """Yield the second table."""
    yield from (
        "", "Steps across the seam and the worst keyframe inside, over the median step.", "",
        "| loop | bits | kB | seam | keyframe |", "|---|---|---|---|---|",
    )  # fmt: skip
    for name, side in LOOPS:
        for smooth in (False, True):
            yield seam(name, side, folder, smooth=smooth)


def feeds(folder: Path) -> Iterator[str]:
    """Yield the third table: luma against that of float32 colours, which torch draws."""
    yield from (
        "", "Twelve frames of 540x540, the same settings: RGB of 8 bits that is converted",
        "by ffmpeg, against yuv420p that the cpu backend rounds once. Luma in 8-bit levels.",
        "", "| recipe | frames as | kB | RMS | blocks | ms |", "|---|---|---|---|---|---|",
    )  # fmt: skip
    side, path = 540, folder / "fed.mp4"
    for name in ("house", "stained-glass", "glacier", "ember-drift"):
        known = recipes(f"{side}x{side}")
        recipe = known.get(name) or load_recipe(name)
        scene = build_scene(recipe)
        times = [float(time) for time in frame_times(recipe)][20:32]
        columns, _ = axes(recipe.camera.coordinates, side, side)
        x, y = np.tile(columns, side), np.repeat(columns, side)
        exact = np.stack(
            [(TorchBackend().colours(scene.at(t), x, y) * 255) @ LUMA for t in times]
        ).reshape(-1, side, side)
        for pixel_format in ("rgb24", "yuv420p"):
            frames = np.concatenate(
                list(
                    CpuBackend().render(scene, times, Raster(side, side, pixel_format=pixel_format))
                )
            )
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            output = Output(frames=len(frames), fps=FPS)
            target = Target.to(path, (side, side), output, overwrite=True)
            with open_encoder(target, pixel_format=pixel_format) as encoder:
                encoder.write(frames)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            error = luma_of(path, side) - exact
            cut = side - side % BLOCK
            blocks = error[:, :cut, :cut].reshape(-1, cut // BLOCK, BLOCK, cut // BLOCK, BLOCK)
            yield (
                f"| {name} | {pixel_format} | {path.stat().st_size / 1000:.0f} "
                f"| {np.sqrt((error**2).mean()):.3f} "
                f"| {np.sqrt((blocks.mean(axis=(2, 4)) ** 2).mean()):.3f} "
                f"| {took / len(frames) * 1000:.0f} |"
            )


def luma_of(path: Path, side: int) -> NDArray[np.float32]:
    """Return the luma plane of every frame, 0 to 255, without rounding it again."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    raw = subprocess.check_output(
        [program, "-v", "error", "-i", path, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    )
    planes = np.frombuffer(raw, np.uint8).reshape(-1, side * 3 // 2, side)[:, :side]
    return (planes.astype(np.float32) - 16) / 219 * 255


def main() -> None:
    """Print the tables, and save them if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.x264")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--size", default="1080x1080")
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    lines = [
        f"# x264 on {given.frames} frames of {given.size}", "",
        f"{describe()}.",
        "One thread where a row names no other; the number is crf, then x264's own options.",
        "Milliseconds are of processor time, a frame; the machine was shared, which lengthens them",
        "by up to a third. Sizes and errors are exact.", "", HEADINGS, "|---" * 13 + "|",
    ]  # fmt: skip
    print("\n".join(lines), flush=True)
    clips = [
        np.concatenate(list(islice(render_frames(recipe), given.frames)))
        for recipe in recipes(given.size).values()
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        for name, arguments in rows():
            if given.words and not any(word in name for word in given.words):
                continue
            cells = []
            for clip in clips:
                seconds = encode(clip, arguments, path)
                rms, blocks = errors(path, clip)
                size, took = path.stat().st_size / 1000, seconds / len(clip) * 1000
                cells.append(f"{size:.0f} | {rms:.3f} | {blocks:.3f} | {took:.0f}")
            lines.append(f"| {name} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
        if not given.words:
            for table in (seams(Path(folder)), feeds(Path(folder))):
                for line in table:
                    lines.append(line)
                    print(line, flush=True)
    if given.save:
        name = f"x264-{processor().lower().replace(' ', '-')}.md"
        (Path(__file__).parent / "results" / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

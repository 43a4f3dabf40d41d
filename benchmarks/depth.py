"""Bands, size and time of every way a file's colours can be coded.

    python -m benchmarks.depth [--side 540] [--frames 12] [--crf] [--save]

A pastel gradient so slow that a level is many pixels wide, and an artwork, drawn once in 16 bits;
each file is decoded again and compared with that. LF4 is the RMS error after a Gaussian blur of 4
pixels, which is what shows as bands: grain of single pixels is gone. Errors are in 8-bit levels.
With --crf other numbers than the defaults are measured too, to choose those by.
"""

import argparse
import resource
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks.machine import describe, processor
from cppnvid import build_scene, decode, decode_deep, load_recipe
from cppnvid.animation.timing import frame_times
from cppnvid.backends.halide.backend import CpuBackend
from cppnvid.backends.halide.yuv import planes_of, yuv_pipeline
from cppnvid.colour.dither import dithered
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Coding, Target, coded, container_for, open_encoder, write_still
from cppnvid.recipe import Output, Recipe

Deep = NDArray[np.uint16]
PASTEL = {
    "network": {"layers": [12, 12], "init": {"hidden": 0.5, "output": 0.6}},
    "morph": {"seeds": [3, 5], "pace": "uniform"},
    "camera": {"zoom": 20},
    "palette": {"name": "sakura"},
}
ROWS: tuple[tuple[str, Coding], ...] = (
    ("a.png", Coding(dither=False)), ("a.png", Coding()), ("a.png", Coding(depth=16)),
    ("a.apng", Coding(dither=False)), ("a.apng", Coding()),
    ("a.webp", Coding(lossless=True, dither=False)), ("a.webp", Coding(lossless=True)),
    ("a.webp", Coding()), ("a.gif", Coding()),
    ("a.mp4", Coding()), ("a.mp4", Coding("hevc", 8)), ("a.mp4", Coding("av1", 8)),
    ("a.mp4", Coding("hevc", 10)), ("a.mp4", Coding("av1", 10)),
    ("a.webm", Coding()), ("a.webm", Coding("vp9", 10)), ("a.webm", Coding("av1", 10)),
    ("a.mov", Coding()), ("a.mov", Coding("prores4444")),
)  # fmt: skip
CRFS = {"h264": (12, 14, 16), "hevc": (8, 10, 12, 14), "av1": (4, 8, 12, 18),
        "vp9": (4, 8, 14, 18)}  # fmt: skip


def draw(recipe: Recipe, side: int, frames: int) -> Deep:
    """Return as many frames of a recipe's film of 300, uint16 [n, side, side, 3]."""
    times = [float(time) for time in frame_times(recipe)[:frames]]
    drawn = CpuBackend().render(
        build_scene(recipe), times, Raster(side, side, pixel_format="rgb48")
    )
    return np.concatenate(list(drawn))


def target_of(place: Path | str, deep: Deep, asked: Coding, crf: int | None) -> Target:
    """Return where frames go as a file of this coding."""
    output = Output.model_validate(asdict(asked) | {"frames": len(deep), "fps": 25, "crf": crf})
    still = str(place).endswith(".png")
    return Target.to(place, (deep.shape[2], deep.shape[1]), output, still=still)


def handed_over(deep: Deep, name: str, asked: Coding) -> tuple[NDArray[Any], str]:
    """Return the frames as a render hands them over to such a file, and their pixel format."""
    side = deep.shape[1]
    target = target_of(name, deep, asked, None)
    pixel_format = target.best_format
    if target.container.dither:
        return np.stack([dithered(frame) for frame in deep]), "rgb24"
    if pixel_format == "rgb48":
        return deep, "rgb48"
    if pixel_format == "rgb24":
        return ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8), "rgb24"
    planes = np.empty((len(deep), side * 3 // 2, side), np.uint8)
    for frame, colours in zip(planes, deep, strict=True):
        yuv_pipeline().convert(colours, planes_of(frame, side), 2)
    return planes, "yuv420p"


def busy() -> float:
    """Return the processor seconds that this process and those it waited for have taken."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def measure(deep: Deep, name: str, asked: Coding, crf: int | None) -> tuple[float, ...]:
    """Return kB a frame, LF4, mean error, and processor milliseconds a frame."""
    still = name.endswith(".png")
    if still:
        deep = deep[:1]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        before = busy()
        frames, pixel_format = handed_over(deep, name, asked)
        target = target_of(place, deep, asked, crf)
        if still:
            write_still(target, frames)
        else:
            with open_encoder(target, pixel_format=pixel_format) as encoder:
                encoder.write(frames)
        seconds = busy() - before
        size = place.stat().st_size
        if name.endswith((".gif", ".webp")):
            levels = np.stack(list(decode(place))).astype(float)
        else:
            levels = np.stack(list(decode_deep(place))) / 257
    wanted = deep / 257
    bands = gaussian_filter(levels - wanted, (0, 4, 4, 0), mode="nearest")
    return (
        size / len(deep) / 1000,
        float(np.sqrt((bands**2).mean())),
        float(np.abs(levels - wanted).mean()),
        seconds / len(deep) * 1000,
    )


def described(name: str, asked: Coding, crf: int | None) -> str:
    """Return a row's name."""
    container = coded(container_for(name), asked)
    words = [container.name, f"{container.codec} {container.depth} bits"]
    words += ["lossless"] * asked.lossless + ["dithered"] * container.dither
    words += [f"crf {crf}"] if crf is not None else []
    return ", ".join(words)


def rows(every_crf: bool) -> list[tuple[str, Coding, int | None]]:
    """Return what is measured."""
    found: list[tuple[str, Coding, int | None]] = []
    for name, asked in ROWS:
        container = coded(container_for(name), asked)
        if every_crf and container.default_crf is None:
            continue
        crfs = CRFS.get(container.codec, ()) if every_crf else ()
        found += [(name, asked, crf) for crf in crfs or (container.default_crf,)]
    return found


def main() -> None:
    """Print the table; with --save write it beside the other results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=540)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--crf", action="store_true")
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    recipes = {"pastel": Recipe.model_validate(PASTEL), "silk": load_recipe("silk")}
    clips = {name: draw(recipe, given.side, given.frames) for name, recipe in recipes.items()}
    lines = [
        f"# Bands, size and time of {given.frames} frames of {given.side}x{given.side}",
        "",
        describe(),
        "",
        "`pastel` is a gradient of seven to thirteen levels, `silk` the artwork. LF4 is the RMS",
        "error after a blur of 4 pixels, mean the mean error, both in 8-bit levels against frames",
        "of 16 bits; kB and processor milliseconds are of a frame, dithering and conversion",
        "included. The machine was shared, which lengthens times; sizes and errors are exact.",
        "",
        "| file | " + " | ".join(f"{name}: LF4 | mean | kB | ms" for name in clips) + " |",
        "|---|" + "---|" * 4 * len(clips),
    ]
    print("\n".join(lines))
    for name, asked, crf in rows(given.crf):
        cells = []
        for deep in clips.values():
            size, bands, mean, spent = measure(deep, name, asked, crf)
            cells.append(f"{bands:.3f} | {mean:.2f} | {size:.1f} | {spent:.0f}")
        lines.append(f"| {described(name, asked, crf)} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    if given.save:
        short = "-".join(processor().lower().split()[:2])
        place = Path(__file__).parent / "results" / f"depth-{short}.md"
        place.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

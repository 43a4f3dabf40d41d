"""GIFs beside those of gifski at its quality 90: bytes, and how far their colours are off.

    npm install --prefix /tmp/gifski gifski    # 1.7.1, of 2022: only the judge
    python -m benchmarks.gif --gifski PATH [--save]

Clips are 40 frames of 360×360 at 20 a second, 2 s of films that last 8 s. The error is the mean
distance in Oklab between the decoded frames and those drawn, times 100; `blurred` is that of both
after a blur of 1.5 pixels, as an eye mixes dots that lie close. What `--gif quality` aims at was
chosen on the first two clips; the others came after. gifski leaves out frames that are nearly as
the one before, so files are compared as they play. Nothing is timed.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmarks.machine import describe
from cppnvid import Recipe, load_recipe
from cppnvid.backends import Job, choose
from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Coding, Target, decode, open_encoder
from cppnvid.encode.formats.gif import Gif
from cppnvid.film.gif_palette import colours_needed, looked_at
from cppnvid.film.pacing import build_scene
from cppnvid.presets import Source
from cppnvid.recipe import Output

CLIPS = {"aurora": "smooth gradients", "stained-glass": "saturated contours"}
OTHERS = (
    "ember-drift", "filament", "glacier", "glass-garden", "ink-in-water", "masks", "neon-alley",
    "tide-pool", "coral", "paper-cut", "house seeds 1 2 3", "house seeds 21 22 23",
)  # fmt: skip
SIDE, FRAMES, LOOP, FPS = 360, 40, 160, 20
LOOKS = 10  # frames that are compared, evenly spread

Frames = NDArray[np.uint8]


def recipe_of(name: str) -> Recipe:
    """Return the recipe of a preset, or of a walk through `house seeds`."""
    if not name.startswith("house seeds "):
        return load_recipe(name)
    return load_recipe(Source({"morph": {"seeds": [int(seed) for seed in name.split()[2:]]}}))


def clip(name: str) -> Frames:
    """Draw the frames of a clip, uint8 [frames, height, width, 3]."""
    recipe = recipe_of(name)
    recipe = recipe.model_copy(
        update={
            "canvas": recipe.canvas.model_copy(update={"size": (SIDE, SIDE)}),
            "output": recipe.output.model_copy(update={"frames": LOOP, "fps": Fraction(FPS)}),
        }
    )
    scene = build_scene(recipe)
    times = [index / LOOP for index in range(FRAMES)]
    backend = choose("auto", Job(scene.at(0.0), Raster(SIDE, SIDE), FRAMES))
    return np.concatenate(list(backend.render(scene, times, Raster(SIDE, SIDE))))


def error(frames: Frames, path: Path) -> tuple[float, float]:
    """Return the mean distance in Oklab, times 100: of pixels, and after a blur."""
    plain, blurred = [], []
    delays = Gif().facts(path).delays
    shown = [round(delay * FPS) for delay in delays]
    decoded = [
        frame for frame, count in zip(decode(path), shown, strict=True) for _ in range(count)
    ]
    assert len(decoded) == len(frames), (path, len(decoded))
    for index in range(0, len(frames), len(frames) // LOOKS):
        apart = oklab(frames[index]) - oklab(decoded[index])
        plain.append(np.linalg.norm(apart, axis=-1).mean())
        mixed = gaussian_filter(apart, (1.5, 1.5, 0))
        blurred.append(np.linalg.norm(mixed, axis=-1).mean())
    return 100 * float(np.mean(plain)), 100 * float(np.mean(blurred))


def oklab(frame: Frames) -> NDArray[np.float32]:
    """Return a frame in Oklab, float32 [height, width, 3]."""
    colours = torch.from_numpy(frame.reshape(-1, 3) / np.float32(255))
    return np.asarray(to_oklab(colours).numpy().reshape(frame.shape), dtype=np.float32)


def ours(frames: Frames, path: Path, coding: Coding) -> None:
    """Write the frames as cppnvid does."""
    output = Output.model_validate(asdict(coding) | {"frames": len(frames), "fps": FPS})
    with open_encoder(Target.to(path, (SIDE, SIDE), output, overwrite=True)) as file:
        file.write(frames)


def needed(frames: Frames) -> int:
    """Return how many colours cppnvid chooses for a film of these frames."""
    return colours_needed(frames[looked_at(len(frames), SIDE**2)])


def gifski(frames: Frames, path: Path, program: str, quality: int) -> None:
    """Write the frames as gifski does."""
    with tempfile.TemporaryDirectory() as folder:
        for index, frame in enumerate(frames):
            Image.fromarray(frame).save(Path(folder) / f"{index:04}.png", compress_level=1)
        pictures = sorted(str(picture) for picture in Path(folder).iterdir())
        subprocess.run(
            [program, "-q", "-Q", str(quality), "--fps", str(FPS), "-o", str(path), *pictures],
            check=True,
        )  # fmt: skip


def ways(frames: Frames, path: Path, program: str) -> Iterator[str]:
    """Write the clip in every way, one after the other; yield what each is called."""
    gifski(frames, path, program, 90)
    yield "gifski, quality 90"
    colours = needed(frames)
    ours(frames, path, Coding(colours=colours))
    yield f"`--gif quality` (chose {colours} colours)"
    ours(frames, path, Coding(colours=256))
    yield "`--gif quality`, 256 colours"
    ours(frames, path, Coding(colours=256, dither=True))
    yield "`--gif quality --dither`, 256 colours"
    ours(frames, path, Coding(dither=False, colours=colours))
    yield "`--gif quality --no-dither`"
    ours(frames, path, Coding(gif="small"))
    yield "`--gif small`"
    ours(frames, path, Coding(gif="small", colours=64))
    yield "`--gif small`, 64 colours"


def beside(name: str, path: Path, program: str) -> str:
    """Return a row of the second table: a clip by gifski, and by `--gif quality`."""
    frames = clip(name)
    gifski(frames, path, program, 90)
    theirs, their_size = error(frames, path)[0], path.stat().st_size / 1000
    colours = needed(frames)
    ours(frames, path, Coding(colours=colours))
    size, apart = path.stat().st_size / 1000, error(frames, path)[0]
    return (
        f"| {name} | {their_size:.0f} | {theirs:.3f} | {colours} | {size:.0f} | {apart:.3f} "
        f"| {size / their_size - 1:+.0%} | {apart / theirs - 1:+.0%} |"
    )


def main() -> None:
    """Write every clip in every way and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gifski", required=True)
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    lines = [
        f"# GIFs of {FRAMES} frames, {SIDE}x{SIDE}, beside gifski 1.7.1", "", describe() + ".", "",
        "| clip | way | kB | error | error, blurred |", "|---|---|---|---|---|",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.gif"
        for preset, kind in CLIPS.items():
            frames = clip(preset)
            for way in ways(frames, path, given.gifski):
                plain, blurred = error(frames, path)
                size = path.stat().st_size / 1000
                lines.append(
                    f"| {preset}: {kind} | {way} | {size:.0f} | {plain:.3f} | {blurred:.3f} |"
                )
                print(lines[-1], flush=True)
        lines += [
            "", "Other films:", "",
            "| clip | gifski, kB | error | colours | `--gif quality`, kB | error | kB | error |",
            "|---|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for name in OTHERS:
            lines.append(beside(name, path, given.gifski))
            print(lines[-1], flush=True)
    text = "\n".join(lines) + "\n"
    if given.save:
        (Path(__file__).parent / "results" / "gif.md").write_text(text)


if __name__ == "__main__":
    main()

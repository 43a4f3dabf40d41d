"""GIFs beside those of gifski at its quality 90: bytes, and how far their colours are off.

    npm install --prefix /tmp/gifski gifski    # 1.7.1, of 2022: only the judge
    python -m benchmarks.gif --gifski PATH [--save]

Clips are 40 frames of 360×360 at 20 a second, 2 s of presets that last 8 s. The error is the mean
distance in Oklab between the decoded frames and those drawn, times 100; `blurred` is that of both
after a blur of 1.5 pixels, as an eye mixes dots that lie close.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmarks.machine import describe
from cppnvid import load_recipe
from cppnvid.backends import choose
from cppnvid.encode import decode, open_encoder
from cppnvid.encode.coding import Coding
from cppnvid.encode.palettes import QUALITY_COLOURS
from cppnvid.oklab import to_oklab
from cppnvid.pacing import build_scene

CLIPS = {"aurora": "smooth gradients", "stained-glass": "saturated contours"}
SIDE, FRAMES, LOOP, FPS = 360, 40, 160, 20
LOOKS = 10  # frames that are compared, evenly spread

Frames = NDArray[np.uint8]


def clip(preset: str) -> Frames:
    """Draw the frames of a clip, uint8 [frames, height, width, 3]."""
    recipe = load_recipe(preset)
    recipe = recipe.model_copy(
        update={
            "canvas": recipe.canvas.model_copy(update={"size": (SIDE, SIDE)}),
            "output": recipe.output.model_copy(update={"frames": LOOP, "fps": Fraction(FPS)}),
        }
    )
    scene = build_scene(recipe)
    times = [index / LOOP for index in range(FRAMES)]
    backend = choose("auto", moment=scene.at(0.0), points=FRAMES * SIDE**2)
    return np.concatenate(list(backend.render(scene, times, width=SIDE, height=SIDE)))


def error(frames: Frames, path: Path) -> tuple[float, float]:
    """Return the mean distance in Oklab, times 100: of pixels, and after a blur."""
    plain, blurred = [], []
    decoded = list(decode(path))
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
    with open_encoder(
        path, width=SIDE, height=SIDE, fps=Fraction(FPS), frames=len(frames), coding=coding,
        overwrite=True,
    ) as file:  # fmt: skip
        file.write(frames)


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
    ours(frames, path, Coding())
    yield f"`--gif quality` ({QUALITY_COLOURS} colours)"
    ours(frames, path, Coding(colours=256))
    yield "`--gif quality`, 256 colours"
    ours(frames, path, Coding(colours=256, dither=True))
    yield "`--gif quality --dither`, 256 colours"
    ours(frames, path, Coding(dither=False))
    yield "`--gif quality --no-dither`"
    ours(frames, path, Coding(gif="small"))
    yield "`--gif small`"
    ours(frames, path, Coding(gif="small", colours=64))
    yield "`--gif small`, 64 colours"


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
    text = "\n".join(lines) + "\n"
    if given.save:
        (Path(__file__).parent / "results" / "gif.md").write_text(text)


if __name__ == "__main__":
    main()

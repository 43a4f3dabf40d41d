"""Has a change to the code changed any file? Write many files with each tree, then compare them.

    PYTHONPATH=/path/to/a/tree python benchmarks/compare_files.py write FOLDER
    python benchmarks/compare_files.py compare OLD NEW

`write` runs the command line of the cppnvid that PYTHONPATH names, every job in this one process:
all presets as MP4 (drawn by Halide), GIF (drawn by what `auto` chooses, here numpy) and PNG (drawn
by torch), then at least one job for each feature. FOLDER keeps the files and a manifest of their
hashes. `compare` prints the names that differ and exits with 1 if there are any. Compare only what
the same machine wrote with the same packages.

The manifest has two hashes of each file: one of its bytes, and one of its decoded frames, their
times and the sound (by ffmpeg; by Pillow for WebP). A file in which only the recipe has changed
therefore reads `bytes differ, frames equal`. ffmpeg gives the tracks of a WebM random numbers, so
these are set to zero before the bytes are hashed; nothing else differs between two runs of the same
code. cppnvid's version is set to `compared`, so that a release does not change every file.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageSequence

MANIFEST = "manifest.json"
PACKAGES = ("halide", "imageio-ffmpeg", "matplotlib", "numpy", "pillow", "scipy", "torch")
RANDOM = re.compile(rb"(?<=[\x73\x63]\xc5\x88).{8}", re.DOTALL)  # TrackUID and TagTrackUID of WebM
# A second that grows louder, with four clicks.
TONE = "aevalsrc='0.4*t*sin(2*PI*110*t)+0.2*lt(mod(t,0.25),0.01)':s=16000:d=1"

# Each job ends with the name of its file. One that only prints has it behind a >.
SHORT = "--size 96x64 --frames 12 --threads 2 -q"
WALK = f"morph --seeds 1 2 3 {SHORT}"
ONE = f"morph --seeds 7 {SHORT}"
STILL = "still --seed 7 --size 96x64 --threads 2 -q"
ENDINGS = ".webm .webp .apng .mov .gif -pngs/"
PALETTES = "grey hsv hsl cmyk oklch viridis"
STYLES = "house article netart-2016 patterns-b patterns-c patterns-d patterns-e trained lucid"
SHOWN = "main.mp4 walk.webm walk.webp walk-pngs react.mp4 poster.png net.safetensors"
JOBS = f"""
morph --seeds 1 2 3 --frames 48 --size 128 --threads 2 -o main.mp4
morph --seeds 1 2 3 --frames 48 --size 128 --threads 2 --backend cpu -o main-cpu.mp4
{WALK} --depth 10 --crf 30 -o depth-10.mp4
{WALK} --depth 10 --backend cpu -o depth-10.webm
{WALK} --lossless -o lossless.webp
{WALK} --codec hevc -o hevc.mp4
{WALK} --codec av1 -o av1.webm
{WALK} --codec prores4444 -o prores4444.mov
{WALK} --samples auto --backend cpu -o samples-auto.mp4
{WALK} --samples auto --backend torch:cpu -o samples-auto.apng
{WALK} --samples 2 --backend numpy -o samples-2.mp4
{WALK} --shutter 0.5 -o shutter.mp4
{WALK} --gif small -o small.gif
{WALK} --max-size 20KB -o max-size.mp4
{WALK} --max-size 30KB -o max-size.gif
{WALK} --repeat 2 -o repeat.mp4
{WALK} --min-seconds 2 -o min-seconds.mov
morph --seeds 1 2 --for slack-emoji --threads 2 -q -o slack-emoji.gif
{WALK} --path cubic --pace uniform -o cubic.gif
{WALK} --path slerp --hold 0.2 -o slerp.gif
{WALK} --path linear --ease smooth -o linear.gif
{WALK} --path spline --times 0 0.2 0.7 -o spline.gif
{ONE} --path orbit --radius 0.7 -o orbit.gif
{ONE} --path wander --detail 3 -o wander.gif
{ONE} --path grow -o grow.gif
{ONE} --path zoom -o zoom.gif
{WALK} --of z --ping-pong -o z-ping-pong.mp4
{WALK} --no-loop -o no-loop.mp4
{WALK} --speed '{{keys: [[0, 1], [0.5, 3]]}}' -o speed.gif
{WALK} --backend numpy -o numpy.mp4
{WALK} --backend torch:cpu -o torch.mp4
{WALK} --backend cpu --no-dither -o cpu.apng
{WALK} --audio sound.wav -o audio.mp4
{WALK} --audio sound.wav -o audio.webm
{WALK} --audio sound.wav --react --repeat 2 -o react.mp4
{WALK} --audio sound.wav --react --no-loop -o react.gif
render aurora {SHORT} --palette '#102030,#ff8040' --hue-shift 90 --contrast 1.5 -o changed.mp4
render walk.webm --size 48 --threads 2 -q -o drawn-again.apng
gallery coral --seeds 1-12 --tile 48 -q -o gallery.png
gallery --seeds 1-9 --best 4 --tile 48 -q -o best.png
gallery --seeds 1-4 --tile 32 --animate --frames 8 -q -o moving.mp4
sheet aurora --frames 4 --tile 48 -q -o storyboard.png
sheet walk.gif --frames 4 --tile 48 -q -o storyboard-of-file.png
palettes -q -o palettes.png
explain --seed 7 --size 64 -q -o poster.png
explain --seed 7 --size 64 --compare network.activation=sin -q -o page.html
explain --seed 7 --size 64 --video depth --frames 8 -q -o depth.mp4
figures -q -o figures
export --seed 7 -o net.safetensors
export aurora --time 0.3 -o aurora.npz
{WALK} --weights net.safetensors --no-loop -o weights.mp4
{STILL} --depth 16 -o depth-16.png
{STILL} --samples auto --backend torch:cpu -o samples-auto.png
{STILL} --samples 3 --no-dither --backend cpu -o cpu.png
check main.mp4 > check.txt
schema > schema.txt
presets aurora > preset-aurora.txt
platforms slack-emoji > platform.txt
"""


def jobs(presets: list[str]) -> Iterator[list[str]]:
    """Yield the words of every job."""
    for name in presets:
        file, drawing = f"preset-{name.replace('/', '-')}", "--size 128 --threads 2 -q"
        yield f"render {name} {drawing} --frames 24 --backend cpu -o {file}.mp4".split()
        slow = name == "article/pollock"  # 20 s to measure its pace: once is enough
        drawing += " --set morph.pace=uniform" * slow
        yield f"render {name} {drawing} --frames 24 -o {file}.gif".split()
        yield f"still {name} {drawing} --time 0.3 --backend torch:cpu -o {file}.png".split()
    yield from (f"{WALK} -o walk{name}".split() for name in ENDINGS.split())
    yield from (f"{STILL} --style {name} -o style-{name}.png".split() for name in STYLES.split())
    yield from (f"{STILL} --palette {name} -o {name}.png".split() for name in PALETTES.split())
    yield from map(shlex.split, JOBS.strip().splitlines())
    yield from (f"info {name} > info-{name}.txt".split() for name in SHOWN.split())


def run(words: list[str]) -> str:
    """Run one command of cppnvid in this process and return what it printed.

    Raises:
        RuntimeError: its exit code is not 0.
    """
    from cppnvid.cli import main

    printed, told, code = io.StringIO(), io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
        try:
            main(words)
        except SystemExit as end:
            code = end.code
    if code in (130, 143):
        sys.exit(code)  # this process was told to end
    if code:
        raise RuntimeError(f"cppnvid {shlex.join(words)}\nexit code {code}: {told.getvalue()}")
    return printed.getvalue()


def ffmpeg(*arguments: str) -> bytes:
    """Run ffmpeg and return what it printed."""
    return subprocess.check_output([get_ffmpeg_exe(), "-v", "error", *arguments])


def decoded(path: Path) -> str | None:
    """Return a hash of a file's frames, their times and its sound; None if it has no frames."""
    total = hashlib.sha256()
    if path.suffix == ".webp":
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                total.update(frame.convert("RGBA").tobytes())
                total.update(repr(frame.info.get("duration")).encode())
    elif path.suffix in (".mp4", ".mov", ".webm", ".gif", ".apng", ".png"):
        total.update(ffmpeg("-i", str(path), "-map", "0", "-f", "framehash", "-"))
    else:
        return None
    return total.hexdigest()


def describe(path: Path) -> dict[str, Any]:
    """Return a file's entry in the manifest."""
    data = path.read_bytes()
    entry = {"sha256": "", "bytes": len(data), "frames": decoded(path)}
    if path.suffix == ".webm":
        data, count = RANDOM.subn(bytes(8), data)
        entry["note"] = f"sha256 is of the bytes with {count} random track numbers set to zero"
    return entry | {"sha256": hashlib.sha256(data).hexdigest()}


def write(folder: Path) -> int:
    """Run every job in `folder`, hash the files, and write the manifest."""
    import cppnvid

    cppnvid.__version__ = "compared"  # before any module takes it from there
    tree, start, failures = Path(cppnvid.__file__).parent.parent, time.perf_counter(), []
    print(f"writing {folder} with {tree}", flush=True)
    folder.mkdir(parents=True)
    os.chdir(folder)
    ffmpeg("-f", "lavfi", "-i", TONE, "-bitexact", "sound.wav")
    for words in jobs([line.split()[0] for line in run(["presets"]).splitlines()]):
        try:
            text = run(words[: words.index(">")] if ">" in words else words)
        except RuntimeError as error:
            failures.append(str(error))
            print(error, flush=True)
            continue
        if ">" in words:
            Path(words[-1]).write_text(text, encoding="utf-8")
    files = {p.as_posix(): describe(p) for p in sorted(Path().rglob("*")) if p.is_file()}
    packages = {name: version(name) for name in PACKAGES}
    made_by = {"machine": platform.platform(), "python": platform.python_version()} | packages
    manifest = {"tree": str(tree), "made by": made_by, "failures": failures, "files": files}
    Path(MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(f"{len(files)} files, {len(failures)} failures, {time.perf_counter() - start:.0f} s")
    return 1 if failures else 0


def difference(old: dict[str, Any] | None, new: dict[str, Any] | None) -> str | None:
    """Return how two entries differ, or None if they are the same."""
    if old is None or new is None:
        return "only in NEW" if old is None else "only in OLD"
    if old["sha256"] == new["sha256"]:
        return None
    known = old["frames"] is not None
    frames = f", frames {'equal' if old['frames'] == new['frames'] else 'differ'}" if known else ""
    return f"bytes differ{frames} ({old['bytes']} and {new['bytes']} bytes)"


def compare(old: Path, new: Path) -> int:
    """Print how two folders differ; return 1 if they do, or if a job failed in either."""
    first, second = (json.loads((f / MANIFEST).read_text(encoding="utf-8")) for f in (old, new))
    if first["made by"] != second["made by"]:
        print(f"other machine or packages:\n{first['made by']}\n{second['made by']}")
    names = sorted({*first["files"], *second["files"]})
    found = {n: difference(first["files"].get(n), second["files"].get(n)) for n in names}
    differing = [f"{name}: {how}" for name, how in found.items() if how is not None]
    failures = [*first["failures"], *second["failures"]]
    print("\n".join([*differing, *failures, f"{len(differing)} of {len(names)} files differ"]))
    return 1 if differing or failures else 0


def main() -> int:
    """Read the command line and run its command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write").add_argument("folder", type=Path)
    comparing = commands.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    given = parser.parse_args()
    return write(given.folder.absolute()) if "folder" in given else compare(given.old, given.new)


if __name__ == "__main__":
    sys.exit(main())

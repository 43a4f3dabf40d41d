"""Wrong files: what is read, and where something is to be written."""

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.attempts import FILM, GOOD, SMALL, STILL, Attempt, Prepare, made, writes

_READ = (
    *(".yaml", ".json", ".png", ".jpg", ".tif", ".avif", ".gif", ".webp", ".apng", ".mp4", ".mkv"),
    *(".mov", ".webm", ".html", ".npz", ".safetensors", ".wav", ""),
)
_READERS = ("render", "info", "check", "sheet", "still")


def files() -> Iterator[Attempt]:
    """Yield files that are empty, torn, damaged, or no files, read by every command that reads."""
    lot = random.Random(7)
    for ending in _READ:
        name = f"f{ending}"
        kinds: dict[str, Prepare] = {
            "empty": writes(name, b""),
            "random": writes(name, lot.randbytes(3000)),
            "a folder": Path(name).mkdir,
            "a loop of links": partial(Path(name).symlink_to, name),
            "a device": partial(Path(name).symlink_to, "/dev/null"),
            "a FIFO": partial(os.mkfifo, name),
        }
        if ending not in ("", ".yaml", ".json"):
            kinds["torn"] = partial(_damage, name, ending, torn=True)
            kinds["damaged"] = partial(_damage, name, ending, torn=False)
        for kind, make in kinds.items():
            for reader in lot.sample(_READERS, 2):
                yield Attempt("files", (reader, name), make, note=kind)
            yield Attempt("files", (*STILL.split(), "--weights", name), make, note=kind)
            sound = (*FILM.split(), "--audio", name, "-o", "o.mp4")
            yield Attempt("files", sound, make, note=kind)
    yield from _weights()


def _damage(name: str, ending: str, *, torn: bool) -> None:
    data = bytearray(made(ending))
    if torn:
        del data[len(data) * 2 // 3 :]
    else:
        for place in random.Random(len(data)).sample(range(len(data)), max(1, len(data) // 50)):
            data[place] ^= 0x5A
    Path(name).write_bytes(data)


def _weights() -> Iterator[Attempt]:
    """Yield arrays that are no network."""
    arrays: dict[str, dict[str, Any]] = {
        "no arrays": {},
        "a number": {"a": np.float32(1)},
        "no rows": {"a.weight": np.zeros((0, 3), np.float32)},
        "text": {"a.weight": np.array([["x"]])},
        "complex": {"a.weight": np.zeros((3, 3), np.complex64)},
        "objects": {"a.weight": np.array([[None]], dtype=object)},
        "NaN": {"a.weight": np.full((3, 3), np.nan, np.float32)},
        "five axes": {"a.weight": np.zeros((1, 1, 1, 1, 1), np.float32)},
        "wide": {"a.weight": np.zeros((1, 100_000), np.float32)},
    }
    for kind, held in arrays.items():
        words = ("still", "--weights", "w.npz", *SMALL.split())
        yield Attempt("files", words, partial(np.savez, "w.npz", **held), note=kind)


_ODD = (
    *(".", "..", "/", "", "x", "x.", ".png", "..png", " .png", "x.PNG", "x.png ", "x.png/"),
    *("~/x.png", "a/b.png", "good.yaml/x.png", "a/" * 2100 + "x.png", "%d.png", "-x.png"),
    *("file:x.png", "pipe:1.png", "a:b.png", "con.png", "a\nb.png", "é🙂.png", "\udcff.png"),
    *("/dev/null", "/dev/full", "/dev/full/x.png", "/proc/x.png", "/proc/self/x.png", "/sys/x.png"),
    *("loop.png", "loop.png/x.png", "dangling.png", "folder.png", "fifo.png/x.png", "\x1b[31m.png"),
    *("x" * 251 + ".png", "x" * 252 + ".png", "é" * 125 + ".png", "x." + "y" * 250, "x" * 4096),
)


def _odd_files() -> None:
    Path("loop.png").symlink_to("loop.png")
    Path("loop.mp4").symlink_to("loop.mp4")
    Path("dangling.png").symlink_to("no/where.png")
    Path("folder.png").mkdir()
    os.mkfifo("fifo.png")


def outputs() -> Iterator[Attempt]:
    """Yield outputs of odd names, with and without `--overwrite`."""
    for name in _ODD:
        film = name.replace(".png", ".mp4")
        for words in (
            (*STILL.split(), "-o", name),
            (*STILL.split(), "-o", name, "--overwrite"),
            (*FILM.split(), "-o", film, "--overwrite"),
            ("export", "--seed", "1", "-o", name.replace(".png", ".npz")),
            (*GOOD["explain"].split()[:-1], name.replace(".png", ".html"), "--overwrite"),
            ("gallery", "--seeds", "1", "--tile", "16", "--backend", "numpy", "-o", name),
        ):
            yield Attempt("outputs", words, _odd_files)
    for stem in ("x" * 234, "x" * 251, "é" * 125):
        for ending in (".mp4", ".gif", ".webm", "/"):
            yield Attempt("outputs", (*FILM.split(), "-o", stem + ending))
    for typed in (FILM, "figures", "palettes", GOOD["explain"][:-10]):
        yield Attempt("outputs", (*typed.split(), "-o", "-"))


def folders() -> Iterator[Attempt]:
    """Yield commands in a folder that is gone, or may not be written or entered."""

    def gone() -> None:
        Path("gone").mkdir()
        os.chdir("gone")
        Path("../gone").rmdir()

    where = "in a deleted folder"
    for good in GOOD.values():
        yield Attempt("folders", tuple(good.split()), gone, note=where)
        yield Attempt("folders", tuple(good.split()), gone, note=where, shell="$RUN")
    for typed in (FILM, STILL, "export --seed 1"):
        for name in ("x.mp4", "/x.mp4", "./x.png", "../x.npz", "x/"):
            yield Attempt("folders", (*typed.split(), "-o", name, "--overwrite"), gone, note=where)
    yield Attempt("folders", tuple(f"{FILM} --preview".split()), gone, note=where)
    yield Attempt("folders", ("sheet", "."))
    yield Attempt("folders", ("check", ".."))
    yield Attempt("folders", ("render", "/", "-o", "x.mp4"))

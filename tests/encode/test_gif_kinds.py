"""Kinds of GIF: a palette for each frame or one for all, dither, and gifsicle."""

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cppnvid import decode, load_recipe
from cppnvid.encode import Coding
from cppnvid.encode.formats.gif import Gif
from cppnvid.film.run import Run
from cppnvid.render import render_video
from tests.conftest import names_here
from tests.encode.helpers import open_file
from tests.film.helpers import lively


def own_palettes(path: str) -> list[bool]:
    """Return, for each frame of a GIF, whether it brings a palette of its own."""
    data = Path(path).read_bytes()
    found, at = [], 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[at : at + 1] != b";":
        if data[at : at + 1] == b",":
            flags = data[at + 9]
            found.append(bool(flags & 0x80))
            at += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        else:
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return found


def gifsicle(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put a program of this name on the path; the last of its arguments is what it writes."""
    program = folder / "gifsicle"
    program.write_text(f"#!/bin/sh\nfor out; do :; done\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_kinds_of_gif(monkeypatch: pytest.MonkeyPatch) -> None:
    """`quality` has a palette for every frame, `small` one; both say where they are to loop."""
    monkeypatch.setenv("PATH", "")
    for kind, own in (("quality", True), ("small", False)):
        recipe = lively(48, 6, gif=kind, colours=24)

        render_video(recipe, f"{kind}.gif")

        facts = Gif().facts(Path(f"{kind}.gif"))
        assert own_palettes(f"{kind}.gif")[1:] == [own] * 5
        assert facts.delays == (Fraction(4, 100),) * 6
        assert b"NETSCAPE2.0\x03\x01\x00\x00\x00" in Path(f"{kind}.gif").read_bytes()
        colours = [len(np.unique(f.reshape(-1, 3), axis=0)) for f in decode(f"{kind}.gif")]
        assert 2 < max(colours) <= 24


def test_a_gif_is_dithered_a_little_and_more_where_that_is_asked() -> None:
    """With few colours, the means of a ramp's blocks come nearer to what was drawn."""
    ramp = np.zeros((1, 64, 64, 3), np.uint8)
    ramp[..., 0] = np.arange(64) * 3
    errors = []
    for dither in (False, None, True):
        with open_file(
            "x.gif",
            width=64,
            height=64,
            fps=Fraction(25),
            frames=1,
            overwrite=True,
            coding=Coding(colours=6, dither=dither),
        ) as file:
            file.write(ramp)
        apart = next(decode("x.gif")).astype(float) - ramp[0]
        errors.append(float(np.abs(apart.reshape(8, 8, 8, 8, 3).mean(axis=(1, 3))).mean()))

    assert errors[2] < 0.5 * errors[0]
    assert errors[1] < 0.8 * errors[0]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("script", "kept", "said"),
    [
        ('cp "$SMALLER" "$out"', "smaller.gif", "gifsicle saved"),
        ('cp "$LARGER" "$out"', "plain.gif", "would not make it smaller"),
        ("exit 1", "plain.gif", "skipped gifsicle, which failed"),
        ('echo broken > "$out"', "plain.gif", "skipped gifsicle, which failed"),
    ],
)
def test_gifsicle_is_used_where_it_helps(
    script: str, kept: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it makes is taken if it is smaller and whole, and its recipe and loop ride on."""
    recipe = lively(48, 6, gif="small")
    for name, colours in (("smaller.gif", 8), ("plain.gif", None), ("larger.gif", 250)):
        render_video(lively(48, 6, gif="small", colours=colours), name)
    for name in ("SMALLER", "LARGER"):
        monkeypatch.setenv(name, str(Path(f"{name.lower()}.gif").resolve()))
    gifsicle(monkeypatch, tmp_path, script)
    notes: list[str] = []

    render_video(recipe, "x.gif", Run(note=notes.append))

    assert any(said in note for note in notes)
    assert [f.tobytes() for f in decode("x.gif")] == [f.tobytes() for f in decode(kept)]
    assert load_recipe("x.gif") == recipe
    assert not [name for name in names_here() if name.startswith(".")]

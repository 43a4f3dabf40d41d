"""The recipe in every container: exact, bounded, and read from files that may be hostile."""

import json
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cppnvid.encode import read_recipe
from cppnvid.errors import RecipeError
from tests.encode.helpers import open_file, write_picture

ANIMATED = ["a.mp4", "a.webm", "a.mov", "a.gif", "a.webp", "a.avif", "a.apng", "frames/"]
EVERYTHING = [*ANIMATED, "a.png"]

NASTY = (
    '  {"quotes": "\\"\'", "signs": "=;#\\\\", "markup": "<a>&amp;</a>]]>",\n'
    '\t"words": "é 漢 🎨 \u2028", "tags": "\n[STREAM]\ncomment=no\n;no"}\n\n \\'
)
LONG = json.dumps({"weights": [k / 7 for k in range(6000)]}, indent=1)


def write(path: str, recipe: str, frames: int = 2) -> None:
    """Write a small clip, or still, that carries `recipe`."""
    pixels = np.zeros((frames, 16, 16, 3), np.uint8)
    pixels += 20 * np.arange(frames).astype(np.uint8)[:, None, None, None]  # none are equal
    if path.endswith(".png"):
        write_picture(path, pixels[0][None], width=16, height=16, recipe=recipe)
        return
    with open_file(
        path, width=16, height=16, fps=Fraction(25), frames=frames, recipe=recipe
    ) as encoder:
        encoder.write(pixels)


@pytest.mark.parametrize("recipe", [NASTY, LONG, "\n", "="], ids=["nasty", "long", "line", "sign"])
@pytest.mark.parametrize("name", EVERYTHING)
def test_recipe_comes_back_exactly(tmp_path: Path, name: str, recipe: str) -> None:
    """Quotes, separators, newlines, every alphabet and 100 kB survive each container."""
    assert len(LONG) > 100_000
    write(f"{tmp_path}/{name}", recipe)
    assert read_recipe(f"{tmp_path}/{name}") == recipe


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_recipe_is_none(tmp_path: Path, name: str) -> None:
    """A file without a recipe is no error."""
    write(f"{tmp_path}/{name}", "")
    assert read_recipe(f"{tmp_path}/{name}") is None


@pytest.mark.parametrize("name", ["a.gif", "a.apng", "a.webp", "a.avif", "a.png"])
def test_other_programs_see_the_recipe(tmp_path: Path, name: str) -> None:
    """Pillow opens the file with the recipe in it, and finds it, and every frame."""
    write(f"{tmp_path}/{name}", '{"seed": 1}', frames=3)
    with Image.open(tmp_path / name) as image:
        image.load()
        found = {**image.info}
        frames = getattr(image, "n_frames", 1)
    text = found.get("comment") or found.get("xmp")
    assert '{"seed": 1}' in (text.decode() if isinstance(text, bytes) else str(text))
    assert frames == (1 if name == "a.png" else 3)


@pytest.mark.parametrize("name", ["a.webp", "a.avif", "a.gif"])
def test_a_single_frame_carries_it_too(tmp_path: Path, name: str) -> None:
    """A still WebP has another layout, in which the flags must be made; Pillow agrees."""
    write(f"{tmp_path}/{name}", '{"seed": 1}', frames=1)
    assert read_recipe(tmp_path / name) == '{"seed": 1}'
    with Image.open(tmp_path / name) as image:
        image.load()
        assert image.size == (16, 16)


def test_first_picture_of_a_folder_carries_it(tmp_path: Path) -> None:
    """00000.png travels alone with its recipe; recipe.json is for people."""
    write(f"{tmp_path}/frames/", NASTY)
    assert read_recipe(tmp_path / "frames" / "00000.png") == NASTY
    assert read_recipe(tmp_path / "frames" / "00001.png") is None
    assert (tmp_path / "frames" / "recipe.json").read_text(encoding="utf-8") == NASTY
    (tmp_path / "frames" / "recipe.json").unlink()
    assert read_recipe(tmp_path / "frames") == NASTY


@pytest.mark.parametrize("bad", ["a\rb", "a\0b", "a\x1bb", "a\ud800b", "a\ufffeb"])
def test_what_a_container_would_change_is_refused(tmp_path: Path, bad: str) -> None:
    """Control characters, which JSON never holds, are refused before drawing."""
    with pytest.raises(RecipeError, match="at 1; write it the way JSON does"):
        write(f"{tmp_path}/a.mp4", bad)


def test_a_recipe_over_a_megabyte_is_refused(tmp_path: Path) -> None:
    """What could not be read back is not written."""
    with pytest.raises(RecipeError, match="1000001 bytes; at most 1000000"):
        write(f"{tmp_path}/a.png", "x" * 1_000_001)
    write(f"{tmp_path}/a.png", "x" * 1_000_000)
    assert read_recipe(tmp_path / "a.png") == "x" * 1_000_000


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.webm", "a.gif", "a.webp", "a.avif", "a.apng", "a.png"]
)
@pytest.mark.parametrize("content", [b"", b"GIF89a", b"not media at all" * 100])
def test_broken_files_are_refused_plainly(tmp_path: Path, name: str, content: bytes) -> None:
    """An empty, tiny or foreign file is a RecipeError that names it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecipeError, match=name):
        read_recipe(tmp_path / name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere says so."""
    with pytest.raises(RecipeError, match="there is no such file"):
        read_recipe(tmp_path / "a.mp4")


def test_a_playlist_in_disguise_opens_nothing(tmp_path: Path) -> None:
    """A list of other files under the name .mp4 is not followed."""
    write(f"{tmp_path}/secret.mp4", "secret")
    (tmp_path / "a.mp4").write_text("ffconcat version 1.0\nfile 'secret.mp4'\n")
    with pytest.raises(RecipeError, match=r"a\.mp4"):
        read_recipe(tmp_path / "a.mp4")


def huge_png() -> bytes:
    """Return a PNG whose comment claims 4 GB."""
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 1, 1, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header[4:]))
    return b"\x89PNG\r\n\x1a\n" + header + checksum + b"\xff\xff\xff\xffiTXtcomment\0\0\0\0\0x"


def huge_gif() -> bytes:
    """Return a GIF with a comment of 2 MB."""
    block = b"\xff" + b"x" * 255
    return b"GIF89a\1\0\1\0\0\0\0!\xfe" + block * 8000 + b"\0;"


def huge_webp() -> bytes:
    """Return a WebP with an XMP chunk of 6 MB."""
    chunk = b"XMP " + struct.pack("<I", 6_000_000) + b"x" * 6_000_000
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", huge_png()), ("a.gif", huge_gif()), ("a.webp", huge_webp())],
    ids=["png", "gif", "webp"],
)
def test_a_huge_comment_is_not_read(tmp_path: Path, name: str, content: bytes) -> None:
    """A comment longer than any recipe is refused without being held in memory."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecipeError, match="its recipe has more than 1000000 bytes"):
        read_recipe(tmp_path / name)


def test_a_huge_recipe_json_is_not_read(tmp_path: Path) -> None:
    """The side file of a folder is bounded like the rest."""
    (tmp_path / "recipe.json").write_bytes(b" " * 1_000_001)
    with pytest.raises(RecipeError, match="its recipe has more than 1000000 bytes"):
        read_recipe(tmp_path)

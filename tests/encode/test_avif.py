"""Animated AVIF: what two other decoders make of it, its boxes, and what it refuses."""

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid import RecipeError, probe, render_video
from cppnvid.encode import coding, decode, read_recipe
from cppnvid.encode.ffmpeg import reading
from cppnvid.encode.formats.avif import Avif
from cppnvid.film.loop_check import check_loop
from cppnvid.presets import load_recipe
from tests.conftest import Run, small
from tests.encode.helpers import RECIPE, described, encode, numbered, open_file, target


def contours(width: int, height: int, frames: int = 3) -> NDArray[np.uint8]:
    """Return moving rings in saturated colours, uint8 [frames, height, width, 3]."""
    k, y, x = np.mgrid[0:frames, 0:height, 0:width].astype(np.float32)
    away = np.hypot(x - width / 2 + 4 * k, y - height / 2)
    waves = [np.sin(away / 6 + p) * np.cos((x + y) / 11 + p) for p in (0, 1.7, 3.3)]
    return np.stack([128 + 110 * wave for wave in waves], -1).astype(np.uint8)


def write(path: Path, frames: NDArray[np.uint8], *, depth: int = 8, **how: Any) -> None:
    """Write frames at 24000/1001 a second, nearly without loss."""
    count, height, width, _ = frames.shape
    deep = depth > 8
    given = {"fps": Fraction(24000, 1001), "frames": count, "crf": 4, "depth": depth} | how
    size = {"width": width, "height": height}
    pixel_format = "rgb48" if deep else "rgb24"
    with open_file(path, recipe=RECIPE, pixel_format=pixel_format, **size, **given) as encoder:
        encoder.write(frames.astype(np.uint16) * 257 if deep else frames)


def rms(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return the difference of pictures in 8-bit levels."""
    return float(np.sqrt(np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("size", [(160, 120), (161, 91)])
def test_colours_are_where_decoders_of_pictures_expect_them(
    tmp_path: Path, size: tuple[int, int], depth: int
) -> None:
    """Chroma between two columns: 2.7 levels by libavif, and 4.6 where videos have it."""
    frames = contours(*size)
    write(tmp_path / "a.avif", frames, depth=depth)
    with Image.open(tmp_path / "a.avif") as image:
        found = []
        for index in range(3):
            image.seek(index)
            found.append(np.array(image.convert("RGB")))
    assert rms(np.stack(found), frames) < 3.2
    assert [np.array_equal(*pair) for pair in zip(decode(tmp_path / "a.avif"), found, strict=True)]
    assert "(tv, bt709/bt709/iec61966-2-1" in described(tmp_path / "a.avif")
    info = probe(tmp_path / "a.avif")
    assert (info.depth, info.fps) == (depth, Fraction(24000, 1001))


@pytest.mark.parametrize("lacking", ["", "libsvtav1"])
def test_ffmpeg_finds_the_film_beside_the_picture(
    tmp_path: Path, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since 7.1 its first stream is the picture that stands for the film, and the film the next."""
    if lacking:
        monkeypatch.setattr(
            coding, "unusable_arguments", lambda tried, **_: "no" if lacking in tried else None
        )
    path = tmp_path / "a.avif"
    encode(path, numbered(9))
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")
    found = []
    for stream in (0, 1):
        with reading(path, "mov", ("-map", f"0:v:{stream}", *raw)) as (output, _):
            found.append(np.frombuffer(output.read(), np.uint8).reshape(-1, 48, 64, 3))
    assert [len(frames) for frames in found] == [1, 9]
    assert np.abs(found[1].astype(int) - numbered(9)).max() < 40  # a bar is 170 from another
    assert np.array_equal(found[0][0], found[1][0])


def test_a_film_is_drawn_looked_at_and_drawn_again(run: Run) -> None:
    """From its own file, under a cap, and with the options of AV1."""
    recipe = small(32, 33, output={"frames": 8, "fps": 10})
    render_video(recipe, "a.avif", max_size=3000)
    assert Path("a.avif").stat().st_size <= 3000
    assert check_loop("a.avif").frames == 8
    _, out, _ = run("info", "a.avif")
    assert "AVIF" in out.splitlines()[0]
    assert "plays for ever" in out.splitlines()[0]
    assert run("check", "a.avif")[0] in (0, 1)
    assert run("render", "a.avif", "-o", "b.avif", "--depth", "10", "--plays", "2", "-q")[0] == 0
    assert load_recipe(Path("b.avif")).morph == recipe.morph
    assert (probe("b.avif").depth, probe("b.avif").plays) == (10, 2)
    for crf in ("2", "60"):
        coded = run("render", "a.avif", "-o", f"{crf}.avif", "--codec", "av1", "--crf", crf, "-q")
        assert coded[0] == 0
    assert Path("60.avif").stat().st_size < Path("2.avif").stat().st_size - 1000
    assert run("still", "a.avif", "-o", "d.avif", "-q")[0] == 0
    assert (probe("d.avif").frames, probe("d.avif").fps) == (1, None)


@pytest.mark.parametrize(
    ("how", "key"),
    [
        ({"codec": "hevc"}, "codec"),
        ({"depth": 16}, "depth"),
        ({"lossless": True}, "lossless"),
        ({"dither": True}, "dither"),
        ({"repeat": 2}, "repeat"),
        ({"fps": 100}, "fps"),
        ({"crf": 64}, "crf"),
        ({"width": 7}, "size"),
    ],
)
def test_what_it_cannot_be_is_refused(tmp_path: Path, how: dict[str, Any], key: str) -> None:
    """The error names the key."""
    with pytest.raises((RecipeError, ValueError), match=key):
        target(tmp_path / "a.avif", **how)


def test_damaged_files_are_refused_or_read(tmp_path: Path) -> None:
    """Whatever byte is wrong, nothing but our own error comes out, and nothing takes long."""
    path = tmp_path / "a.avif"
    encode(path, numbered(3), plays=2)
    whole = path.read_bytes()
    heads = whole.index(b"mdat")
    chance, outcomes = random.Random(1), set()
    for _ in range(400):
        bent = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3))):
            bent[chance.randrange(heads)] = chance.choice(
                (0, 1, 2, 127, 255, chance.randrange(256))
            )
        path.write_bytes(bent)
        try:
            outcomes.add(len(Avif().facts(path).delays))
        except RecipeError:
            outcomes.add(-1)
    assert {-1, 3} <= outcomes


def test_a_stranger_is_read(tmp_path: Path) -> None:
    """Pillow's own animation: 64-bit times, frames of unequal length, one picture listed twice."""
    path = tmp_path / "a.avif"
    pictures = [Image.fromarray(frame) for frame in numbered(3)]
    for recipe in ("", "<cppnvid:comment>{}</cppnvid:comment>"):
        pictures[0].save(
            path, save_all=True, append_images=pictures[1:], duration=[40, 80, 40], xmp=recipe
        )
        assert Avif().facts(path).delays == (Fraction(1, 25), Fraction(2, 25), Fraction(1, 25))
        assert (probe(path).frames, probe(path).plays, probe(path).width) == (3, 0, 64)
        assert read_recipe(path) == ("{}" if recipe else None)
    pictures[0].save(path, xmp="<cppnvid:comment>{}</cppnvid:comment>")
    assert (probe(path).frames, probe(path).height, read_recipe(path)) == (1, 48, "{}")

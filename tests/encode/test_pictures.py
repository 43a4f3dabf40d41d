"""Stills in other formats than PNG, with their recipes, and pictures that anybody made."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid import load_recipe
from cppnvid.encode import decode, decode_deep, pictures, probe, read_picture, read_recipe
from cppnvid.errors import RecipeError
from tests.encode.helpers import write_picture
from tests.helpers import run

STILLS = [".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif"]
STILL = "still --seed 7 --size 96x64 --backend numpy -q"
SMOOTH = np.stack(np.broadcast_arrays(*np.ogrid[0:48, 64:128, 99:100]), -1)[:, :, 0].astype("u1")


def draw(line: str) -> tuple[int, str, str]:
    """Run a command line; return its exit code, output and messages."""
    return run(line.split())


@pytest.mark.parametrize("ending", STILLS)
def test_a_still_of_any_format_is_the_png(ending: str) -> None:
    """Drawn by the command line: the same picture, nearly or exactly, with the same recipe."""
    for name in ("a.png", f"b{ending}"):
        code, out, err = draw(f"{STILL} -o {name}")
        assert (code, out) == (0, f"{name}\n"), err

    png, other = (next(decode(name)).astype(int) for name in ("a.png", f"b{ending}"))
    exact = ending in (".tif", ".tiff")
    assert np.abs(png - other).max() <= (0 if exact else 40)
    assert np.abs(png - other).mean() <= (0 if exact else 3)
    assert read_recipe(f"b{ending}") == read_recipe("a.png")
    info = probe(f"b{ending}")
    assert (info.width, info.height, info.frames, info.fps, info.depth) == (96, 64, 1, None, 8)
    with Image.open(f"b{ending}") as image:
        assert image.size == (96, 64)


def test_a_lossless_webp_is_the_png() -> None:
    """Level for level, dithered like it."""
    draw(f"{STILL} -o a.png")
    code, _, err = draw(f"{STILL} --set output.lossless=true -o b.webp")

    assert code == 0, err
    np.testing.assert_array_equal(next(decode("b.webp")), next(decode("a.png")))
    assert probe("b.webp").codec == "lossless webp"


@pytest.mark.parametrize("ending", [".jpg", ".webp", ".tif", ".avif"])
def test_a_still_is_drawn_again_from_any_format(ending: str) -> None:
    """`info`, `still` and `render` read the recipe, whatever it rides in."""
    still = f"{STILL} --time 0.25 --set morph.pace=uniform"  # no path to measure
    draw(f"{still} -o a{ending}")

    assert load_recipe(f"a{ending}").canvas.size == (96, 64)
    code, out, _ = draw(f"info a{ending}")
    assert code == 0
    assert "96x64" in out
    assert draw(f"still a{ending} --backend numpy -q -o b.png")[0] == 0
    draw(f"{still} -o c.png")
    np.testing.assert_array_equal(next(decode("b.png")), next(decode("c.png")))
    code, _, err = draw(f"render a{ending} --frames 2 --backend numpy -q -o c.gif")
    assert code == 0, err


def test_render_draws_a_still_by_its_ending() -> None:
    """A .jpg can only be a still; a .webp is a film there."""
    draw(f"{STILL} -o a.png")

    assert draw("render a.png --backend numpy -q -o b.jpg")[0] == 0
    assert draw("render a.png --frames 3 --backend numpy -q -o b.webp")[0] == 0
    assert (probe("b.jpg").frames, probe("b.webp").frames) == (1, 3)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--depth 16 -o a.tif", "TIFF has 8 bits a channel, given 16"),
        ("--depth 10 -o a.avif", "AVIF still has 8 bits a channel, given 10"),
        ("--dither -o a.jpg", "JPEG would lose it again"),
        ("--set output.lossless=true -o a.jpg", "JPEG always loses a little here; .webp"),
        ("--set output.crf=20 -o a.avif", "AVIF still coded as av1 has none"),
        ("-o a.bmp", "the ending '.bmp' is not a format"),
        ("-o a.gif", "a still is .png, .jpg, .jpeg, .webp, .tif, .tiff, .avif"),
    ],
)
def test_what_a_format_cannot_be_is_refused(line: str, words: str) -> None:
    """With what would be right, and nothing is written."""
    code, _, err = draw(f"{STILL} {line}")

    assert code == 2
    assert words in err
    assert not list(Path().iterdir())


@pytest.mark.parametrize("ending", STILLS)
def test_recipes_come_back_exactly(ending: str) -> None:
    """Markup, every alphabet, and what is as long as a recipe with a small network."""
    recipe = '{"a": "<&>é 漢 🎨", "b": [' + "0.25, " * 5000 + "1]}"

    write_picture(f"a{ending}", [SMOOTH], width=64, height=48, recipe=recipe)

    assert read_recipe(f"a{ending}") == recipe


def test_a_recipe_without_room_is_left_out_and_said() -> None:
    """A JPEG holds 64 kB of it, the others any."""
    recipe, notes = "x" * 100_000, list[str]()

    for ending in (".jpg", ".avif", ".tif", ".webp"):
        path = f"a{ending}"
        write_picture(path, [SMOOTH], width=64, height=48, recipe=recipe, note=notes.append)

    assert [read_recipe(f"a{e}") for e in (".jpg", ".avif", ".tif", ".webp")] == [
        None,
        recipe,
        recipe,
        recipe,
    ]
    (note,) = notes
    assert "a.jpg is without its recipe: a JPEG has no room for 100 kB" in note


def test_quality_makes_a_still_larger() -> None:
    """The key of WebP's quality counts for every format that loses a little."""
    for ending in (".jpg", ".webp", ".avif"):
        for quality in (20, 98):
            draw(f"{STILL} --set output.quality={quality} -o {quality}{ending}")
        assert Path(f"98{ending}").stat().st_size > 1.5 * Path(f"20{ending}").stat().st_size


@pytest.mark.parametrize("ending", [".jpg", ".webp", ".tif", ".avif"])
def test_damaged_stills_are_named(ending: str) -> None:
    """A file that is cut short, or none of its kind at all."""
    write_picture(f"a{ending}", [SMOOTH], width=64, height=48, recipe="{}")
    whole = Path(f"a{ending}").read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"nothing of the kind"):
        Path(f"a{ending}").write_bytes(data)
        with pytest.raises(RecipeError, match=rf"a\{ending}: is "):
            list(decode(f"a{ending}"))


def test_deep_levels_of_a_still_are_its_own() -> None:
    """65535 stands for 255."""
    write_picture("a.tif", [SMOOTH], width=64, height=48)

    np.testing.assert_array_equal(next(decode_deep("a.tif")), SMOOTH.astype(np.uint16) * 257)


def test_films_do_not_load_imageio() -> None:
    """It takes a tenth of a second that they need not wait for."""
    program = "import sys, cppnvid.encode; print('imageio' in sys.modules)"
    said = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert said == "False\n"


# ------------------------------------------------------------------ anybody's pictures


def saved(name: str, picture: NDArray[np.uint8], mode: str = "RGB", **options: object) -> None:
    """Save a picture with Pillow, as others do."""
    Image.fromarray(picture).convert(mode).save(name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.png", "RGB"), ("a.png", "RGBA"), ("a.png", "L"), ("a.bmp", "RGB"), ("a.tif", "CMYK"),
     ("a.gif", "P"), ("a.ppm", "RGB"), ("a.webp", "RGB"), ("a.jpg", "RGB"), ("a.avif", "RGB")],
)  # fmt: skip
def test_any_picture_is_read(name: str, mode: str) -> None:
    """As uint8 RGB of its size, whatever it holds."""
    saved(name, SMOOTH, mode)

    picture = read_picture(name)

    assert (picture.shape, picture.dtype.name) == ((48, 64, 3), "uint8")
    wanted = np.asarray(Image.fromarray(SMOOTH).convert(mode).convert("RGB")).astype(int)
    assert np.abs(picture - wanted).mean() < 6


def test_the_first_frame_is_read_and_the_right_way_up() -> None:
    """Of an animation; and as its EXIF says a photograph was held."""
    frames = [Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (40, 200)]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:])
    exif = Image.Exif()
    exif[274] = 6  # turned by a quarter
    saved("a.png", SMOOTH, exif=exif)

    assert np.unique(read_picture("a.gif")).tolist() == [40]
    np.testing.assert_array_equal(read_picture("a.png"), np.rot90(SMOOTH, -1))


def test_what_is_no_picture_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the key that names it, and the file."""
    Path("a.txt").write_text("hello")
    Path("folder").mkdir()
    saved("large.png", SMOOTH)
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    cases = {
        "a.txt": "is not a picture",
        "folder": "is a folder",
        "none.jpg": "no such file",
        "large.png": "has more than 1,000 pixels",
    }
    for name, words in cases.items():
        with pytest.raises(RecipeError, match=words) as refused:
            read_picture(name, key="palette.from")
        assert (refused.value.key, refused.value.given) == ("palette.from", name)
        assert name in str(refused.value)

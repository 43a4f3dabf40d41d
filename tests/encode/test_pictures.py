"""Stills in other formats than PNG, with their recipes, and pictures that anybody made."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cppnvid import load_recipe
from cppnvid.encode import decode, decode_deep, pictures, probe, read_pixels, read_recipe
from cppnvid.errors import RecipeError
from tests.encode.helpers import open_file, write_picture
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
     ("a.jpg", "CMYK"), ("a.gif", "P"), ("a.ppm", "RGB"), ("a.webp", "RGB"), ("a.jpg", "RGB"),
     ("a.avif", "RGB"), ("a.png", "I;16"), ("a.tif", "F"), ("a.png", "LA"), ("a.png", "1")],
)  # fmt: skip
def test_the_pixels_of_any_picture_are_read(name: str, mode: str) -> None:
    """As uint8 sRGB, whatever it holds; a grey of 16 bits or of floats becomes one of 8."""
    grey = np.asarray(Image.fromarray(SMOOTH).convert("L"))
    if mode in ("I;16", "F"):
        deep = grey.astype(np.uint16) * 257 if mode == "I;16" else grey.astype(np.float32) / 255
        Image.fromarray(deep).save(name)
    else:
        saved(name, SMOOTH, mode)

    pixels = read_pixels(name)

    assert (pixels.shape, pixels.dtype.name) == ((48 * 64, 3), "uint8")
    shown = Image.fromarray(SMOOTH).convert("L" if mode in ("I;16", "F") else mode).convert("RGB")
    wanted = np.asarray(shown).reshape(-1, 3).astype(int)
    assert np.abs(pixels - wanted).mean() < 6


def test_a_large_picture_is_read_as_a_small_one() -> None:
    """With its colours in their shares."""
    halves = np.zeros((600, 1200, 3), np.uint8)
    halves[:, :300] = (200, 30, 60)
    for name in ("a.png", "a.jpg"):
        saved(name, halves)
        pixels = read_pixels(name)
        assert len(pixels) <= 256 * 256
        assert 0.24 < (pixels[:, 0] > 150).mean() < 0.26


def test_a_colour_profile_is_obeyed() -> None:
    """A picture in another space has the colours that a viewer shows; a broken one is ignored."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = srgb.replace(b"rXYZ", b"xXYZ").replace(b"gXYZ", b"rXYZ").replace(b"xXYZ", b"gXYZ")
    picture = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    saved("a.png", picture, icc_profile=exchanged)
    saved("b.png", picture, icc_profile=b"none")

    np.testing.assert_allclose(read_pixels("a.png")[0], (100, 200, 50), atol=2)
    assert read_pixels("b.png")[0].tolist() == [200, 100, 50]


def test_the_first_frame_is_read_and_no_transparent_pixel() -> None:
    """Of an animation or a video; what shines through has no colour of its own."""
    frames = [Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (40, 200)]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:])
    clear = np.full((8, 8, 4), 90, np.uint8)
    clear[:4] = (250, 0, 0, 20)
    clear[4:, :, 3] = 255
    Image.fromarray(clear).save("a.png")
    pictures_of = np.full((2, 32, 32, 3), 40, np.uint8)
    pictures_of[1] = 200
    with open_file("a.mp4", width=32, height=32, frames=2) as encoder:
        encoder.write(pictures_of)

    assert np.unique(read_pixels("a.gif")).tolist() == [40]
    assert np.unique(read_pixels("a.png")).tolist() == [90]
    assert np.abs(read_pixels("a.mp4").astype(int) - 40).max() <= 2


def test_what_is_no_picture_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the file."""
    Path("a.txt").write_text("hello")
    Path("empty.png").touch()
    Path("b.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n")
    Path("c.mp4").write_bytes(b"hello")
    Path("folder").mkdir()
    saved("large.png", SMOOTH)
    saved("small.png", np.random.default_rng(1).integers(0, 256, (30, 30, 3), np.uint8))
    Path("cut.png").write_bytes(Path("small.png").read_bytes()[:900])
    Image.new("RGBA", (8, 8)).save("clear.png")
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    cases = {
        "a.txt": "is not a picture",
        "empty.png": "is not a picture",
        "b.eps": "is not a picture",
        "c.mp4": "c.mp4",
        "cut.png": "is not a picture",
        "clear.png": "is transparent all over",
        "folder": "is a folder",
        "none.jpg": "no such file",
        "n" * 300 + ".jpg": "is not a picture",
        "large.png": "has more than 1,000 pixels",
    }
    for name, words in cases.items():
        with pytest.raises(RecipeError, match=words) as refused:
            read_pixels(name)
        assert name in str(refused.value)

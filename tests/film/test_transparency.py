"""Transparency: what it is made from, and what other programs find in the files."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid import load_recipe
from cppnvid.animation.scene import Timeline
from cppnvid.colour.alpha import in_bytes, with_alpha
from cppnvid.colour.pixels import Pixels
from cppnvid.encode import Target, ffmpeg_program, read_recipe
from cppnvid.errors import RecipeError
from cppnvid.film.film import film_of
from cppnvid.film.run import Run
from cppnvid.film.transparency import transparent_bands
from cppnvid.presets import Override
from cppnvid.recipe import Recipe
from cppnvid.render import render_video, save_still

WIDTH, HEIGHT, FRAMES = 49, 33, 3  # odd, so that chroma is padded
WHITE, RED = np.array((255.0, 255.0, 255.0)), np.array((220.0, 30.0, 10.0))


def recipe(alpha: str | None, **keys: Any) -> Recipe:
    """Return a recipe of a small film with transparency."""
    data = {
        "morph": {"seeds": [1, 2, 3]},
        "canvas": {"size": f"{WIDTH}x{HEIGHT}"},
        "output": {"frames": FRAMES},
        "palette": {"name": "ember"} | ({} if alpha is None else {"alpha": alpha}),
    }
    return load_recipe(data, [Override(key, value) for key, value in keys.items()])


def over(picture: NDArray[Any], background: NDArray[Any]) -> NDArray[np.float64]:
    """Lay straight RGBA over a colour, as browsers and editors do; levels of 8 bits."""
    scale = 255.0 / np.iinfo(picture.dtype).max
    alpha = picture[..., 3:] / np.iinfo(picture.dtype).max
    laid: NDArray[np.float64] = picture[..., :3] * scale * alpha + background * (1.0 - alpha)
    return laid


def drawn(alpha: str) -> NDArray[np.uint16]:
    """Return the frames that are to be in a file, uint16 RGBA."""
    film = film_of(recipe(None), Run("numpy"))
    frames = np.concatenate(list(film.frames(pixel_format="rgb48")))
    return np.stack([with_alpha(frame, alpha) for frame in frames])


def decoded(path: str) -> NDArray[np.uint8]:
    """Return the frames of a file by Pillow, or by libvpx or ffmpeg's own reader of ProRes."""
    if path.endswith((".webm", ".mov")):
        reader = ["-c:v", "libvpx-vp9"] if path.endswith(".webm") else []
        how = ["-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"]
        command = [ffmpeg_program(), "-v", "error", *reader, "-i", path, *how]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 4)
    found = []
    for name in sorted(map(str, Path(path).glob("*.png"))) if path.endswith("/") else [path]:
        with Image.open(name) as image:
            assert image.mode == "RGBA"
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                found.append(np.asarray(image.convert("RGBA")))
    return np.stack(found)


@pytest.fixture(scope="module")
def wanted() -> NDArray[np.uint16]:
    """Return the frames without black."""
    return drawn("#000000")


# How far the mean level, and that of all but a twentieth, may be off: WebP and VP9 have one colour
# for four pixels.
@pytest.mark.parametrize(
    ("name", "mean", "most"),
    [("a.webm", 6, 20), ("a.mov", 1, 3), ("a.apng", 0.5, 1), ("a.webp", 4, 16), ("a/", 0.5, 1)],
)
def test_files_hold_straight_alpha(
    name: str, mean: float, most: float, wanted: NDArray[np.uint16]
) -> None:
    """Over black, white and red they look as drawn, in programs that are not ours."""
    film = recipe("#000000")
    render_video(film, name, Run("numpy"), measure=False)

    found = decoded(name)

    assert len(found) == FRAMES
    assert np.abs(found[..., 3] - wanted[..., 3] / 257.0).mean() < min(mean, 2)
    for background in (WHITE * 0, WHITE, RED):
        error = np.abs(over(found, background) - over(wanted, background))
        assert error.mean() < mean
        assert np.percentile(error, 95) < most
    assert load_recipe(name) == film


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.avif"])
def test_stills_hold_it_too(name: str, wanted: NDArray[np.uint16]) -> None:
    """With their recipe; a PNG of 16 bits has all of them."""
    save_still(recipe("#000000"), name, Run("numpy"))
    (found,) = decoded(name)
    for background in (WHITE * 0, WHITE):
        assert np.abs(over(found, background) - over(wanted[0], background)).mean() < 4
    assert '"alpha": "#000000"' in str(read_recipe(name))


def test_a_png_of_16_bits_keeps_them(wanted: NDArray[np.uint16]) -> None:
    """As another decoder says, ffmpeg's."""
    save_still(recipe("#000000", **{"output.depth": 16}), "a.png", Run("numpy"))
    how = ["-i", "a.png", "-f", "rawvideo", "-pix_fmt", "rgba64le", "pipe:1"]
    raw = subprocess.run([ffmpeg_program(), "-v", "error", *how], capture_output=True, check=True)
    assert np.array_equal(np.frombuffer(raw.stdout, "<u2").reshape(HEIGHT, WIDTH, 4), wanted[0])


def disc() -> NDArray[np.uint16]:
    """Return a white disc with a soft edge on black, [64, 64, 3]."""
    y, x = np.mgrid[-1:1:64j, -1:1:64j]
    light = np.clip((0.8 - np.hypot(x, y)) * 5, 0, 1)
    return np.repeat((light * 65535)[..., None], 3, axis=2).astype(np.uint16)


def test_no_edge_is_dark() -> None:
    """A soft white disc without its black background is white through and through."""
    found = with_alpha(disc(), "#000000")
    assert (found[..., :3] == 65535).all()
    assert np.abs(over(found, WHITE) - 255).max() < 0.01
    assert (found[0, 0, 3], found[32, 32, 3]) == (0, 65535)


@pytest.mark.parametrize("key", ["#000000", "#ffffff", "#3f8fa6"])
def test_over_the_removed_colour_is_the_picture(key: str) -> None:
    """To a level of 8 bits; and the colour itself is clear."""
    colours = np.random.default_rng(3).integers(0, 65536, (9, 7, 3), np.uint16)
    removed = np.array([int(key[i : i + 2], 16) for i in (1, 3, 5)])
    colours[4, 2] = removed * 257
    found = with_alpha(colours, key)
    assert np.abs(over(found, removed) - colours / 257).max() < 0.02
    assert found[4, 2, 3] == 0
    assert np.abs(over(in_bytes(found, dither=False), removed) - colours / 257).max() < 1.5


def test_other_kinds_keep_the_colours() -> None:
    """Dark is clear, the rim is clear, or what the network's last channel says."""
    colours = np.random.default_rng(4).integers(0, 65536, (40, 64, 3), np.uint16)
    light = with_alpha(colours, "luminance")
    rim = with_alpha(colours, "edge")
    channel = with_alpha(colours, "channel", channel=colours[::-1])

    for made in (light, rim, channel):
        np.testing.assert_array_equal(made[..., :3], colours)
    np.testing.assert_allclose(light[..., 3], colours @ np.array([0.2126, 0.7152, 0.0722]), atol=1)
    assert rim[[0, -1]].astype(int)[..., 3].max() < 3000
    assert rim[12:28, 20:44, 3].min() == 65535
    np.testing.assert_array_equal(rim[..., 3], rim[::-1, ::-1, 3])
    np.testing.assert_array_equal(channel[..., 3], colours[::-1, :, 2])
    halves = [with_alpha(colours[a:b], "edge", place=(a, 40)) for a, b in ((0, 17), (17, 40))]
    np.testing.assert_array_equal(np.concatenate(halves), rim)


def test_the_bands_of_a_still_know_where_they_are() -> None:
    """A rim is that of the whole picture."""
    made = recipe("edge")
    film, target = film_of(made, Run("numpy")), Target.of(made, "a.png", still=True)
    (whole,) = transparent_bands(made, film.scene, lambda _: film.picture(0.0, target), target)

    def in_two(_scene: Timeline) -> Iterator[Pixels]:
        colours = np.concatenate(list(film.picture(0.0, target)))
        yield from (colours[:10], colours[10:])

    bands = list(transparent_bands(made, film.scene, in_two, target))
    assert len(bands) == 2
    np.testing.assert_array_equal(np.concatenate(bands), whole)


@pytest.mark.parametrize("alpha", ["channel", "edge"])
def test_every_backend_has_it_with_samples_and_blur(alpha: str) -> None:
    """It is made from colours that all of them draw alike."""
    keys = {"canvas.samples": 2, "canvas.shutter": 0.5, "canvas.exposures": 2}
    made = recipe(alpha, **keys)
    target = Target.of(made, "a.apng")
    found = [
        np.concatenate(list(film_of(made, Run(name), target).transparent_frames([0, 2], target)))
        for name in ("numpy", "torch")
    ]
    assert found[0].shape == (2, HEIGHT, WIDTH, 4)
    assert found[0][..., 3].std() > 10
    assert np.abs(found[0].astype(int) - found[1]).max() <= 1


def test_what_cannot_hold_it_is_refused_first() -> None:
    """By name, with what can; nothing is drawn or written."""
    for name, words in {
        "a.mp4": "palette.alpha: MP4 cannot hold transparency; .webm",
        "a.gif": "GIF cannot hold transparency",
        "a.mkv": "Matroska cannot hold",
        "a.avif": "AVIF cannot hold",
        "a.html": "HTML page cannot hold",
    }.items():
        with pytest.raises(RecipeError, match=words):
            render_video(recipe("edge"), name)
    with pytest.raises(RecipeError, match="JPEG cannot hold"):
        save_still(recipe("edge"), "a.jpg")
    for keys, name, words in (
        ({"output.codec": "prores"}, "a.mov", "coded as prores cannot.*coded as prores4444 it can"),
        ({"output.codec": "av1"}, "a.webm", "coded as av1 cannot hold"),
        ({"output.depth": 10}, "a.webm", "WebM with transparency has 8 bits"),
    ):
        with pytest.raises(RecipeError, match=words):
            Target.of(recipe("edge", **keys), name)
    assert not list(Path().iterdir())


def test_an_opaque_recipe_has_no_word_of_it() -> None:
    """So that files of other films stay what they were."""
    assert "alpha" not in recipe(None).to_data()["palette"]

"""Colours of videos that are stored turned, or have odd sides, against a decoder of our own."""

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.colour.pixels import shrink
from cppnvid.encode.formats.video import Video
from tests.encode.helpers import open_file
from tests.encode.test_avif import contours, rms

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SIZES = [(160, 120), (161, 91), (160, 91), (161, 90)]
Turned = Callable[[int, int, int], tuple[Path, NDArray[np.float64]]]


def rows_at(samples: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows at places between rows, in a straight line."""
    places = np.clip(places, 0, len(samples) - 1)
    before = np.floor(places).astype(int)
    after = np.minimum(before + 1, len(samples) - 1)
    share = (places - before)[:, None]
    between: NDArray[np.float64] = samples[before] * (1 - share) + samples[after] * share
    return between


def colours(data: bytes, width: int, height: int) -> NDArray[np.float64]:
    """Return a frame of 4:2:0 as RGB in BT.709, its chroma at the left of two, between two rows."""
    rows, columns = (height + 1) // 2, (width + 1) // 2
    planes = np.frombuffer(data, np.uint8).astype(float)
    luma = (planes[: width * height].reshape(height, width) - 16) * 255 / 219
    halves = (planes[width * height :].reshape(2, rows, columns) - 128) * 255 / 224
    down, across = (np.arange(height) - 0.5) / 2, np.arange(width) / 2
    blue, red = (rows_at(rows_at(half, down).T, across).T for half in halves)
    green = luma - 0.187324 * blue - 0.468124 * red
    return np.stack([luma + 1.5748 * red, green, luma + 1.8556 * blue], -1).clip(0, 255)


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Turned:
    """Return a function that makes a video stored turned, and its first frame as it is shown."""
    folder = tmp_path_factory.mktemp("turned")

    def made(width: int, height: int, degrees: int) -> tuple[Path, NDArray[np.float64]]:
        whole, path = folder / f"{width}x{height}.webm", folder / f"{width}x{height}-{degrees}.mp4"
        if not whole.exists():
            with open_file(
                whole, width=width, height=height, fps=Fraction(25), frames=2, crf=4
            ) as encoder:
                encoder.write(contours(width, height, 2))
        call = [FFMPEG, "-v", "error", "-y", "-display_rotation", str(degrees), "-i", whole]
        subprocess.run([*call, "-c", "copy", path], check=True)
        raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"]
        call = [FFMPEG, "-v", "error", "-noautorotate", "-i", path, *raw]
        data = subprocess.run(call, check=True, capture_output=True).stdout
        return path, np.rot90(colours(data, width, height), degrees // 90)

    return made


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("size", SIZES)
def test_colours_stay_where_they_are(turned: Turned, size: tuple[int, int], degrees: int) -> None:
    """Turned or odd, each pixel has its colour: 1.1 levels for all, and 2.6 to 9.1 before."""
    path, wanted = turned(*size, degrees)
    film = Video("mov")
    assert rms(next(iter(film.shown(path, None))), wanted) < 1.3
    assert rms(next(iter(film.shown(path, 400))), wanted) < 1.3
    assert rms(film.frame_at(path, 0.0), wanted) < 1.3
    height, width, _ = wanted.shape
    ratio = 48 / min(width, height)
    smaller = shrink(wanted.round().astype(np.uint8), (round(width * ratio), round(height * ratio)))
    # As means of areas; where sides are even, by swscale's own, which take chroma as it lies.
    assert rms(next(iter(film.shown(path, 48))), smaller) < 3.7


def test_half_the_columns_of_chroma_become_half_the_rows(tmp_path: Path) -> None:
    """4:2:2 of odd width, turned, is 4:4:0 of odd height, which ffmpeg cannot pad."""
    source, path = tmp_path / "a.webm", tmp_path / "a.mp4"
    make = ["-f", "lavfi", "-i", "color=0x3060c0:size=33x20", "-frames:v", "1"]
    coded = ["-vf", "scale=out_color_matrix=bt709,format=yuv422p", "-c:v", "libvpx-vp9"]
    tags = ["-colorspace", "bt709", "-color_range", "tv", "-crf", "4", "-b:v", "0"]
    subprocess.run([FFMPEG, "-v", "error", *make, *coded, *tags, source], check=True)
    call = [FFMPEG, "-v", "error", "-display_rotation", "90", "-i", source, "-c", "copy", path]
    subprocess.run(call, check=True)
    frame = Video("mov").frame_at(path, 0.0)
    assert frame.shape == (33, 20, 3)
    assert np.abs(frame.astype(int) - (0x30, 0x60, 0xC0)).max() <= 3

"""Videos that players turn or stretch: sheets and `info` show them as players do."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from cppnvid import probe
from cppnvid.encode import film_frames, probe_film
from cppnvid.sheets.storyboard import storyboard
from tests.conftest import Run


def made(path: Path, *, turn: int = 0, pixels: str = "1") -> Path:
    """Write four frames of 64x32, red on the left and blue on the right, stored as asked."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    source = "color=red:size=32x32:rate=4[a];color=blue:size=32x32:rate=4[b];[a][b]hstack"
    flat = path.with_name(f"flat{path.suffix}")
    coding = ("-c:v", "libvpx-vp9" if path.suffix == ".webm" else "libx264", "-pix_fmt", "yuv420p")
    draw = [*("-filter_complex", f"{source},setsar={pixels}"), "-frames:v", "4", *coding]
    subprocess.run([program, "-v", "error", "-y", *draw, str(flat)], check=True)
    copy = ["-display_rotation", str(turn), "-i", str(flat), "-c", "copy"]
    subprocess.run([program, "-v", "error", "-y", *copy, str(path)], check=True)
    return path


@pytest.mark.parametrize(
    ("name", "turn", "pixels", "shown"),
    [
        ("a.mp4", 0, "1", (64, 32)),
        ("a.mp4", 90, "1", (32, 64)),
        ("a.mov", 180, "1", (64, 32)),
        ("a.mp4", 270, "1", (32, 64)),
        ("a.mkv", 90, "1", (32, 64)),
        ("a.mp4", 0, "2", (128, 32)),
        ("a.webm", 0, "1/2", (32, 32)),
        ("a.mkv", 0, "2", (128, 32)),
        ("a.mp4", 90, "2", (32, 128)),
    ],
)
def test_a_sheet_has_the_shape_of_what_is_shown(
    tmp_path: Path, run: Run, name: str, turn: int, pixels: str, shown: tuple[int, int]
) -> None:
    """Tiles are as wide as players show frames; `info` names both sizes where they differ."""
    path = made(tmp_path / name, turn=turn, pixels=pixels)

    info = probe(path)
    assert ((info.width, info.height), info.shown_size) == ((64, 32), shown)
    frame = next(film_frames(probe_film(path), [0]))
    upright = frame.shape[0] > frame.shape[1]
    assert upright == (turn % 180 == 90)
    first, last = (frame[0, 0], frame[-1, -1])
    red_first = first[0] > first[2]
    assert red_first == (turn in (0, 270)), (first, last)
    sheet = np.asarray(storyboard(path, 2, tile=32, columns=1))
    least = 32 * shown[0] // min(shown)
    assert least < sheet.shape[1] < least + 64
    line = run("info", str(path))[1].splitlines()[0]
    assert "64x32" in line
    assert ("shown as" in line) == (shown != (64, 32))
    assert run("check", str(path))[0] == 0

"""`.m4v` and `.mkv`: written, read back, repeated and with sound, as .mp4 is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cppnvid import RecipeError, load_recipe, probe, render_video
from cppnvid.encode import decode, read_recipe
from cppnvid.film.loop_check import check_loop
from cppnvid.sheets.storyboard import storyboard
from tests.conftest import Run, small
from tests.encode.helpers import RECIPE, described, encode, numbered, packets
from tests.helpers import write_wav

DEMUXERS = {".m4v": "mov", ".mkv": "matroska"}


@pytest.mark.parametrize("suffix", DEMUXERS)
@pytest.mark.parametrize(
    ("how", "codec", "depth"),
    [({}, "h264", 8), ({"codec": "hevc"}, "hevc", 10), ({"codec": "av1", "depth": 8}, "av1", 8)],
)
def test_frames_recipe_and_times_come_back(
    tmp_path: Path, suffix: str, how: dict[str, Any], codec: str, depth: int
) -> None:
    """Every frame is the one that was written, from 0 on, in BT.709."""
    path, wanted = tmp_path / f"a{suffix}", numbered(25)
    encode(path, wanted, **how)

    info = probe(path)
    assert (info.codec, info.depth, info.frames, info.seconds) == (codec, depth, 25, 5)
    assert info.fps == 5
    assert read_recipe(path) == RECIPE
    for number, frame in enumerate(decode(path)):
        assert np.abs(frame.astype(int) - wanted[number]).mean() < 2, number
    assert min(shown for _, shown, _ in packets(path, DEMUXERS[suffix])) == 0
    assert "bt709" in described(path)


@pytest.mark.parametrize("suffix", DEMUXERS)
def test_repeated_with_sound(tmp_path: Path, suffix: str) -> None:
    """The sound fills both turns, and the pictures of the second are those of the first."""
    tone = np.sin(np.arange(48_000) * 0.05).astype(np.float32)
    track = write_wav(tmp_path / "t.wav", tone[:, None])
    path = tmp_path / f"a{suffix}"
    encode(path, numbered(6), repeat=2, sound=track)

    info = probe(path)
    assert (info.frames, info.sound) == (12, {".m4v": "aac", ".mkv": "opus"}[suffix])
    frames = list(decode(path))
    assert all(
        np.array_equal(one, other) for one, other in zip(frames[:6], frames[6:], strict=True)
    )


@pytest.mark.parametrize("suffix", DEMUXERS)
def test_every_command_reads_them(run: Run, suffix: str) -> None:
    """A film is drawn, capped, looked at, measured and drawn again from its file."""
    recipe = small(32, 32, output={"frames": 12, "fps": 10})
    name = f"a{suffix}"
    render_video(recipe, name, max_size=4000)
    assert Path(name).stat().st_size <= 4000
    assert check_loop(name).frames == 12
    assert storyboard(name, 4, tile=32).shape[2] == 3
    assert run("info", name)[0] == 0
    assert run("check", name)[0] == 0
    assert run("render", name, "-o", f"b{suffix}", "-q")[0] == 0
    assert load_recipe(Path(f"b{suffix}")).morph == recipe.morph


def test_odd_sizes_are_refused(tmp_path: Path) -> None:
    """Both are coded as 4:2:0."""
    for suffix in DEMUXERS:
        with pytest.raises(RecipeError, match=r"needs even sides, given 33x32.*34x32"):
            render_video(small(33, 32), tmp_path / f"a{suffix}")


def test_a_platform_looks_at_the_ending(run: Run) -> None:
    """One that takes .mp4 does not take the same file as .m4v, and says so before drawing."""
    code, _, err = run("morph", "--seeds", "1", "2", "--for", "instagram-reel", "-o", "a.m4v")
    assert (code, Path("a.m4v").exists()) == (2, False)
    assert "instagram-reel takes .mp4, given a.m4v" in err

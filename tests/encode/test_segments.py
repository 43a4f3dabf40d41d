"""Films in segments: each frame once and in its place, one clock, one recipe, no trace of parts."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from cppnvid.encode import containers, decode, encoder as encoder_module, probe, read_recipe
from cppnvid.encode.commands import longest_segment
from cppnvid.encode.h264 import h264_arguments
from cppnvid.encode.segments import in_turn, join, segments_of
from cppnvid.errors import EncodeError
from tests.conftest import step
from tests.encode.helpers import (
    RECIPE,
    described,
    encode,
    names,
    numbered,
    open_file,
    opened,
    packets,
    stub,
    waves,
)
from tests.processes import ffmpegs

posix = pytest.mark.skipif(os.name != "posix", reason="uses signals and shell scripts")


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    """Every test here ends with no child process of ours, and no thread feeding one."""
    yield
    assert ffmpegs() == []
    assert all(thread.name != "cppnvid-encode" for thread in threading.enumerate())


def number_of(frame: NDArray[np.uint8]) -> int:
    """Return the number a frame of `numbered` says."""
    bars = frame.astype(float).mean(axis=(0, 2)).reshape(8, 8).mean(axis=1)
    return int(((bars > 125) << np.arange(8)).sum())


@given(frames=st.integers(1, 500), longest=st.integers(1, 130), at_once=st.integers(1, 9))
def test_segments_cover_the_film(frames: int, longest: int, at_once: int) -> None:
    """Each frame is drawn once, those of a segment in their order, few segments being open."""
    segments = segments_of(frames, longest)

    lengths = [len(segment) for segment in segments]
    assert segments[0].start == 0
    assert segments[-1].stop == frames == sum(lengths)
    assert max(lengths) <= longest
    assert max(lengths) - min(lengths) <= 1
    seen = [0] * len(segments)
    for index, number in in_turn(segments, at_once):
        assert number == segments[index].start + seen[index]
        seen[index] += 1
        unfinished = sum(0 < some < all_ for some, all_ in zip(seen, lengths, strict=True))
        assert unfinished <= at_once
    assert seen == lengths


@pytest.mark.parametrize("fps", [Fraction(5), Fraction(4800, 1001), Fraction(100, 21)])
def test_every_frame_is_in_its_place_and_time(tmp_path: Path, fps: Fraction) -> None:
    """Three segments make one film: frames in order, even times, size, rate, recipe and tags."""
    path = tmp_path / "a.mp4"

    encode(path, numbered(50), fps=fps, at_once=2)

    assert [number_of(frame) for frame in decode(path)] == list(range(50))
    found = packets(path)
    times = sorted(shown for _, shown, _ in found)
    tick = {duration for _, _, duration in found}
    assert len(tick) == 1
    assert times == [number * max(tick) for number in range(50)]
    assert all(one[0] < other[0] for one, other in pairwise(found))
    info = probe(path)
    assert (info.frames, info.fps, info.width, info.height) == (50, fps, 64, 48)
    assert read_recipe(path) == RECIPE
    assert "High" in described(path)
    assert "yuv420p(tv, bt709, progressive)" in described(path)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"colr" in data
    assert b"elst" not in data
    assert names(tmp_path) == {"a.mp4"}


@pytest.mark.parametrize(("suffix", "counts"), [(".mp4", (1, 2, 9)), (".webm", (1, 9))])
def test_the_file_does_not_depend_on_how_many_are_encoded_at_once(
    tmp_path: Path, suffix: str, counts: tuple[int, ...]
) -> None:
    """One, two or all of the segments at a time: the same bytes, from another order of frames.

    WebM has a random number in each track, unless ffmpeg is asked to leave it out.
    """
    frames = np.ascontiguousarray(waves(50, 64)[:, :48])
    files, orders = set(), set()
    for at_once in counts:
        path = tmp_path / f"{at_once}{suffix}"
        encode(path, frames, at_once=at_once)
        files.add(path.read_bytes())
        orders.add(tuple(opened(tmp_path / f"x{suffix}", 50, at_once=at_once).order))

    assert len(files) == 1
    assert len(orders) == len(counts)
    assert tuple(range(50)) in orders


@pytest.mark.parametrize("fps", [Fraction(5), Fraction(4800, 1001)])
def test_webm_is_joined_of_segments(tmp_path: Path, fps: Fraction) -> None:
    """Its frames are in order and in time to the millisecond it counts in; the recipe is inside."""
    frames = numbered(50)
    for at_once in (1, 3):
        encode(tmp_path / f"{at_once}.webm", frames, fps=fps, at_once=at_once)

    path = tmp_path / "3.webm"
    drawn = np.stack(list(decode(path)))
    assert [number_of(frame) for frame in drawn] == list(range(50))
    assert np.array_equal(drawn, np.stack(list(decode(tmp_path / "1.webm"))))
    shown = [time for _, time, _ in packets(path, "matroska")]
    assert np.allclose(shown, [float(1000 * number / fps) for number in range(50)], rtol=0, atol=1)
    assert probe(path).frames == 50
    assert read_recipe(path) == RECIPE
    assert names(tmp_path) == {"1.webm", "3.webm"}


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_segments_lose_nothing_when_they_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """What the segments decode to, one after the other, is what the film decodes to."""
    kept = tmp_path / "kept"

    def keep(folder: Path, *args: Any, **options: Any) -> None:
        shutil.copytree(folder, kept)
        join(folder, *args, **options)

    monkeypatch.setattr(encoder_module, "join", keep)
    path = tmp_path / f"a{suffix}"
    encode(path, np.ascontiguousarray(waves(50, 64)[:, :48]))

    parts = [frame for part in sorted(kept.glob(f"*{suffix}")) for frame in decode(part)]
    assert len(list(kept.glob(f"*{suffix}"))) == 3
    assert np.array_equal(np.stack(parts), np.stack(list(decode(path))))


def test_a_short_film_is_one_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to four seconds nothing is joined, and there is no folder of parts."""
    monkeypatch.setattr(encoder_module, "join", None)
    monkeypatch.setattr(encoder_module, "working_folder", None)

    encode(tmp_path / "a.mp4", numbered(20), at_once=4)

    assert [number_of(frame) for frame in decode(tmp_path / "a.mp4")] == list(range(20))


def test_no_boundary_pops(tmp_path: Path) -> None:
    """Across a keyframe and the seam the picture moves at most 1.1 times what it should.

    Fine slow rings at 160 px are hard: without more bits around the ends it is 1.45 times.
    """
    frames = waves(40)
    path = tmp_path / "a.mp4"
    with open_file(path, width=160, height=160, fps=Fraction(5), frames=40) as encoder:
        encoder.write(frames)
    decoded = list(decode(path))

    wanted = [step(frames[k], frames[k - 39]) for k in range(40)]
    shown = [step(decoded[k], decoded[k - 39]) for k in range(40)]

    ratios = np.array(shown) / wanted
    assert ratios[39] <= 1.1 * np.median(ratios)
    assert ratios[19] <= 1.1 * np.median(ratios)


def test_more_bits_stay_inside_the_segment() -> None:
    """Of a film of any length, the frames with more bits are its own and are named once."""
    for frames in range(1, 40):
        for pixels in (160 * 160, 1080 * 1080):
            given_ = h264_arguments(
                "x264", crf=14, frames=frames, shortest=frames, longest=120, pixels=pixels
            )
            zones = given_[-1].partition("zones=")[2].split("/")
            numbers = [int(zone.split(",")[0]) for zone in zones]
            assert numbers == sorted(set(numbers))
            assert 0 <= min(numbers) <= max(numbers) == frames - 1


@pytest.mark.parametrize(
    ("side", "processors", "at_once"),
    [((1080, 1080), 2, 2), ((1920, 1080), 16, 16), ((3840, 2160), 2, 1), ((3840, 2160), 64, 6)],
)
def test_memory_is_bounded_however_many_processors(
    side: tuple[int, int], processors: int, at_once: int
) -> None:
    """Encoders are as many as the processors, unless their frames would fill the memory."""
    width, height = side
    encoder = open_file(
        "a.mp4", width=width, height=height, fps=Fraction(30), frames=9000, at_once=processors,
        pixel_format="yuv420p",
    )  # fmt: skip

    assert encoder.at_once == at_once


@pytest.mark.parametrize("victim", [0, 1])
def test_a_segment_whose_ffmpeg_dies_ends_the_job(tmp_path: Path, victim: int) -> None:
    """Its words are shown, the others are ended, and the folder of parts goes."""

    def draw() -> None:
        with opened(tmp_path / "a.mp4", 60, at_once=3) as encoder:
            for number in encoder.order:
                encoder.write(numbered(60)[number : number + 1])
                if number == 5:
                    ffmpegs()[victim].kill()

    with pytest.raises(EncodeError, match=r"ffmpeg (was stopped by signal SIGKILL|failed)"):
        draw()
    assert names(tmp_path) == set()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("drawn", [1, 31, 59])
def test_an_exception_between_segments_leaves_nothing(
    tmp_path: Path, error: type[BaseException], drawn: int
) -> None:
    """In the first segment or the last: no file, no folder, no process."""

    def draw() -> None:
        with opened(tmp_path / "a.mp4", 60) as encoder:
            encoder.write(numbered(60)[:drawn])
            assert len(names(tmp_path)) == 3
            raise error("mine")

    with pytest.raises(error, match="mine"):
        draw()
    assert names(tmp_path) == set()


@posix
def test_ctrl_c_is_heard_while_segments_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ffmpeg that hangs while joining is ended at once, and nothing is left."""
    folder = tmp_path / "out"
    folder.mkdir()
    real = imageio_ffmpeg.get_ffmpeg_exe()
    hang = f'case "$*" in *concat*) exec sleep 60;; esac; exec "{real}" "$@"'
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, hang))
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    start = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        encode(folder / "a.mp4", numbered(30))
    timer.join()

    assert time.monotonic() - start < 6
    assert names(folder) == set()


@posix
def test_a_join_that_fails_has_the_last_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the disk is full at the very end."""
    folder = tmp_path / "out"
    folder.mkdir()
    real = imageio_ffmpeg.get_ffmpeg_exe()
    fail = f'case "$*" in *concat*) echo "No space" >&2; exit 3;; esac; exec "{real}" "$@"'
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, fail))

    with pytest.raises(EncodeError, match="exit code 3: No space"):
        encode(folder / "a.mp4", numbered(30))
    assert names(folder) == set()


def test_parts_of_a_killed_run_are_swept(tmp_path: Path) -> None:
    """The next run for the same name removes the folder of a dead one, and says so."""
    dead = tmp_path / ".a.partial-999999999-segments.mp4"
    dead.mkdir()
    (dead / "00000.mp4").write_bytes(b"half")
    notes: list[str] = []

    encode(tmp_path / "a.mp4", numbered(5), note=notes.append)

    assert names(tmp_path) == {"a.mp4"}
    assert dead.name in notes[0]


def test_longest_segments_are_four_seconds() -> None:
    """Whatever the frame rate, a player can jump to within four seconds; GIFs are made whole."""
    rows = {container.name: container for container in containers.CONTAINERS}

    assert longest_segment(rows["MP4"], Fraction(30)) == 120
    assert longest_segment(rows["MP4"], Fraction(24000, 1001)) == 96
    assert longest_segment(rows["MP4"], Fraction(1, 60)) == 1
    assert longest_segment(rows["GIF"], Fraction(25)) is None

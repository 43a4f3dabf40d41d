"""Encode, decode again, compare: frames, sizes, times, colours and the bytes players look at."""

import struct
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid.encode import (
    Coding,
    all_frames,
    container_for,
    decode,
    film_frames,
    probe,
    probe_film,
)
from cppnvid.encode.ffmpeg import capture
from cppnvid.errors import RecipeError
from tests.encode.helpers import described, open_file, target
from tests.processes import ffmpegs

Frames = NDArray[np.uint8]

ANIMATED = ["a.mp4", "a.webm", "a.mov", "a.gif", "a.webp", "a.avif", "a.apng", "frames/"]


def clip(n: int, *, width: int = 64, height: int = 48) -> Frames:
    """Return a smooth loop of `n` frames, uint8 `[n, height, width, 3]`."""
    k, y, x = np.mgrid[0:n, 0:height, 0:width].astype(float)
    angle = 2 * np.pi * k / n
    waves = [np.sin(x / 20 + angle), np.cos(y / 15 - angle), np.sin((x + y) / 25 + 2 * angle)]
    return np.stack([128 + 80 * wave for wave in waves], -1).astype(np.uint8)


def encode(path: Path | str, frames: Frames, fps: Fraction | int = 30, recipe: str = "") -> None:
    """Write `frames` to `path` in one go."""
    n, height, width, _ = frames.shape
    with open_file(
        path, width=width, height=height, fps=Fraction(fps), frames=n, recipe=recipe
    ) as encoder:
        encoder.write(frames)


def errors(path: Path | str, frames: Frames) -> list[float]:
    """Return each decoded frame's mean absolute error in 8-bit levels."""
    decoded = list(decode(path))
    assert len(decoded) == len(frames)
    pairs = zip(decoded, frames, strict=True)
    return [float(np.abs(a.astype(int) - b).mean()) for a, b in pairs]


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(24000, 1001), Fraction(25, 2)])
@pytest.mark.parametrize("name", ANIMATED)
def test_frames_come_back(tmp_path: Path, name: str, fps: Fraction) -> None:
    """Every container gives back every frame in order, its size, its rate and its length."""
    frames = clip(12)
    path = f"{tmp_path}/{name}"
    encode(path, frames, fps)
    # Measured on this clip: MP4 1.4, WebM 1.5, MOV .09, GIF 3.3, WebP 1.5, AVIF 1.4; neighbouring
    # frames differ by 33.
    limits = {"a.mp4": 2, "a.webm": 2, "a.mov": 0.2, "a.gif": 4, "a.webp": 2, "a.avif": 2}
    limit = limits.get(name, 0)
    assert max(errors(path, frames)) <= limit
    info = probe(path)
    assert (info.width, info.height, info.frames) == (64, 48, 12)
    if name != "frames/":
        # 12 frames of a GIF or WebP are too few to tell 24000/1001 from 24.
        rounded = name in ("a.gif", "a.webp") and fps.denominator == 1001
        assert info.fps == (24 if rounded else fps)
        assert info.seconds == pytest.approx(12 / fps, abs=0.006)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(
            (name, (33, 17))
            for name in ("a.webm", "a.gif", "a.webp", "a.avif", "a.apng", "frames/")
        ),
        ("a.mov", (34, 17)),
    ],
)
def test_odd_sizes_come_back_exactly(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    """33 by 17 stays 33 by 17: nothing is rounded up to blocks."""
    frames = clip(3, width=size[0], height=size[1])
    encode(f"{tmp_path}/{name}", frames)
    assert next(decode(f"{tmp_path}/{name}")).shape == (size[1], size[0], 3)
    assert probe(f"{tmp_path}/{name}").frames == 3


def stripes(width: int, height: int) -> Frames:
    """Return two frames of fine coloured stripes, whose last columns and rows differ in hue."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x * 0.35), np.sin(y * 0.3 + x * 0.1), np.cos(x * 0.25 - y * 0.3)]
    return (128 + 120 * np.stack(waves, -1)).astype(np.uint8)[None].repeat(2, axis=0)


def chroma(path: Path, width: int, height: int) -> NDArray[np.int64]:
    """Return the samples of chroma of a WebM's first frame, as stored: [2, rows, columns]."""
    raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"]
    data, _ = capture(path, "matroska", raw, limit=10**6)
    planes = np.frombuffer(data, np.uint8)[width * height :].astype(int)
    return planes.reshape(2, (height + 1) // 2, (width + 1) // 2)


@pytest.mark.parametrize("size", [(97, 60), (96, 61), (97, 61)])
def test_colours_of_an_odd_webm_are_where_they_were_drawn(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Its chroma is that of the even film it is cut from, and it is read as well as that one."""
    width, height = size
    even = stripes(width + width % 2, height + height % 2)
    odd = np.ascontiguousarray(even[:, :height, :width])
    encode(tmp_path / "odd.webm", odd)
    encode(tmp_path / "even.webm", even)
    stored = chroma(tmp_path / "odd.webm", width, height)
    cut = chroma(tmp_path / "even.webm", even.shape[2], even.shape[1])
    # Coding alone makes 0.6; spread over the odd size, colours differed by 3.4 to 6.
    assert np.abs(stored - cut).mean() < 1.2
    exact = max(errors(tmp_path / "even.webm", even))
    assert max(errors(tmp_path / "odd.webm", odd)) < 1.1 * exact
    shown = next(all_frames(probe_film(tmp_path / "odd.webm")))
    assert np.abs(shown.astype(int) - odd[0]).mean() < 1.1 * exact
    seen = next(film_frames(probe_film(tmp_path / "odd.webm"), [0]))
    assert np.abs(seen.astype(int) - odd[0]).mean() < 1.1 * exact


def test_colours_of_an_odd_prores_are_where_they_were_drawn(tmp_path: Path) -> None:
    """4:2:2 takes odd heights, and 4:4:4 any size, up to the last row and column."""
    for size, coding in (((64, 49), Coding()), ((65, 49), Coding(codec="prores4444"))):
        frames = stripes(*size)
        path = tmp_path / f"{size[0]}.mov"
        with open_file(
            path, width=size[0], height=size[1], frames=2, coding=coding, pixel_format="rgb48"
        ) as encoder:
            encoder.write(frames.astype(np.uint16) * 257)
        off = np.abs(next(decode(path)).astype(int) - frames[0])
        assert off.mean() < 2
        assert off[-1].mean() < 3
        if size[0] % 2:  # of 4:2:2, the last column shares its colours with the one before
            assert off[:, -1].mean() < 3


@pytest.mark.parametrize("name", ANIMATED)
def test_a_single_frame_is_enough(tmp_path: Path, name: str) -> None:
    """One frame makes a file too, with a recipe."""
    path = f"{tmp_path}/{name}"
    encode(path, clip(1), recipe="{}")
    assert len(list(decode(path))) == probe(path).frames == 1


@pytest.mark.parametrize("name", ANIMATED)
def test_still_moments_keep_their_time(tmp_path: Path, name: str) -> None:
    """Equal frames in a row are not lost, though WebP stores them once."""
    frames = clip(12)[[0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 7, 8]]
    path = f"{tmp_path}/{name}"
    encode(path, frames, 24)
    assert max(errors(path, frames)) < 5
    assert probe(path).frames == 12
    assert name == "frames/" or probe(path).fps == 24


@pytest.mark.parametrize("name", ANIMATED)
def test_a_clip_of_one_picture_is_accepted(tmp_path: Path, name: str) -> None:
    """Ten times the same frame is a fair video, even where it is stored once."""
    encode(f"{tmp_path}/{name}", clip(1).repeat(10, axis=0))
    assert np.abs(next(decode(f"{tmp_path}/{name}")).astype(int) - clip(1)[0]).mean() < 5


def test_the_caller_may_reuse_its_array(tmp_path: Path) -> None:
    """Frames are copied: writing on in the same buffer does not change those before."""
    frames = clip(8)
    buffer = np.empty_like(frames[:1])
    with open_file(tmp_path / "a.apng", width=64, height=48, fps=Fraction(30), frames=8) as encoder:
        for k in range(8):
            buffer[0] = frames[k]
            encoder.write(buffer)
            buffer[0] = 0
    assert errors(tmp_path / "a.apng", frames) == [0] * 8


def test_names_that_mean_something_to_ffmpeg_are_only_names(tmp_path: Path) -> None:
    """Percent signs, colons, quotes and leading dashes in a path are taken as they are."""
    place = tmp_path / "100%d is: 'x'"
    place.mkdir()
    for name in ("-a%03d:é.mp4", "b%d/", "c [1].gif"):
        encode(f"{place}/{name}", clip(3), recipe="{}")
        assert probe(f"{place}/{name}").frames == 3
    assert {p.name for p in place.iterdir()} == {"-a%03d:é.mp4", "b%d", "c [1].gif"}


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
def test_saturated_colours_survive(tmp_path: Path, name: str) -> None:
    """Flat patches come back within 1.5 levels in every channel: right matrix, right range."""
    corners = [[r, g, b] for r in (16, 235) for g in (16, 235) for b in (16, 235)]
    colours = np.array([*corners, [255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 160, 40]], np.uint8)
    frame = colours.reshape(3, 4, 3).repeat(32, axis=0).repeat(32, axis=1)
    encode(tmp_path / name, frame[None].repeat(6, axis=0))
    for decoded in decode(tmp_path / name):
        # The middle of each patch, because 4:2:0 blends colours at edges.
        patches = decoded.astype(float).reshape(3, 32, 4, 32, 3)[:, 8:24, :, 8:24]
        found = patches.mean(axis=(1, 3)).reshape(-1, 3)
        assert np.abs(found - colours).max() <= 1.5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.mp4", ["h264 (High)", "yuv420p(tv, bt709, progressive)"]),
        ("a.webm", ["vp9 (Profile 0)", "yuv420p(tv, bt709, progressive)"]),
        ("a.mov", ["prores (HQ)", "yuv422p10le(tv, bt709, progressive)"]),
    ],
)
def test_streams_are_what_they_should_be(tmp_path: Path, name: str, words: list[str]) -> None:
    """Codec, profile, pixel format and all three colour tags are as promised."""
    encode(tmp_path / name, clip(4))
    said = described(tmp_path / name)
    assert all(word in said for word in words), said


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """Yield the boxes of an MP4 in order, those inside others included: kind, start, end."""
    while start + 8 <= (len(data) if end is None else end):
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind.decode("latin-1"), start, start + size
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"):
            yield from boxes(data, start + 8, start + size)
        start += size


def test_mp4_is_what_platforms_ask_for(tmp_path: Path) -> None:
    """The index comes first, there is no edit list, and the colour box says BT.709 thrice."""
    encode(tmp_path / "a.mp4", clip(12), recipe='{"seed": 1}')
    data = (tmp_path / "a.mp4").read_bytes()
    kinds = [kind for kind, _, _ in boxes(data)]
    assert "stsd" in kinds, "the walk reaches the sample table"
    assert kinds.index("moov") < kinds.index("mdat")
    assert "elst" not in kinds
    assert b"colrnclx" + bytes([0, 1, 0, 1, 0, 1, 0]) in data


def test_mp4_starts_at_zero_and_is_evenly_timed(tmp_path: Path) -> None:
    """With B-frames and no edit list, the first frame is shown at 0 and each as long."""
    encode(tmp_path / "a.mp4", clip(30))
    program = imageio_ffmpeg.get_ffmpeg_exe()
    # Without copyts ffmpeg itself moves the first frame to 0.
    command = [program, "-v", "error", "-copyts", "-i", tmp_path / "a.mp4", "-c", "copy"]
    listing = subprocess.run(
        [*command, "-f", "framecrc", "-"], capture_output=True, check=True
    ).stdout.decode()
    rows = [line.split(",") for line in listing.splitlines() if not line.startswith("#")]
    assert sorted(int(row[2]) for row in rows) == [512 * k for k in range(30)]
    assert any(row[1] != row[2] for row in rows), "there are B-frames to get wrong"


@pytest.mark.parametrize("fps", ["25", "50", "30", "24", "24000/1001", "12", "15", "49", "40"])
def test_gif_delays_are_right_to_a_hundredth(tmp_path: Path, fps: str) -> None:
    """After every frame the GIF's clock is within half a hundredth, and no delay is under two."""
    encode(tmp_path / "a.gif", clip(30, width=16, height=12), Fraction(fps))
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0
        delays = []
        for index in range(30):
            image.seek(index)
            delays.append(image.info["duration"] // 10)
    assert min(delays) >= 2
    wanted = np.arange(1, 31) * float(100 / Fraction(fps))
    assert np.abs(np.cumsum(delays) - wanted).max() <= 0.5001


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.apng"])
def test_animations_play_for_ever(tmp_path: Path, name: str) -> None:
    """Pillow, which wrote none of them, reads a loop count of 0."""
    encode(tmp_path / name, clip(3))
    with Image.open(tmp_path / name) as image:
        assert image.info["loop"] == 0
        assert getattr(image, "n_frames", 1) == 3


def test_folder_holds_numbered_pngs_and_the_recipe(tmp_path: Path) -> None:
    """A folder is 00000.png on, and recipe.json; an empty folder may be there before."""
    (tmp_path / "frames").mkdir()
    encode(tmp_path / "frames", clip(3), recipe="{}")
    names = sorted(p.name for p in (tmp_path / "frames").iterdir())
    assert names == ["00000.png", "00001.png", "00002.png", "recipe.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["frames"]


def test_folder_is_replaced_whole(tmp_path: Path) -> None:
    """A shorter clip leaves no pictures of the longer one before it."""
    encode(f"{tmp_path}/frames/", clip(5))
    with open_file(
        tmp_path / "frames", width=64, height=48, fps=Fraction(30), frames=2, overwrite=True
    ) as encoder:
        encoder.write(clip(2))
    assert probe(tmp_path / "frames").frames == 2
    assert [p.name for p in tmp_path.iterdir()] == ["frames"]


def test_crf_trades_size_for_quality(tmp_path: Path) -> None:
    """A higher crf makes a smaller file, so the option reaches the encoder."""
    frames = clip(6)
    sizes = []
    for crf in (5, 40):
        path = tmp_path / f"{crf}.mp4"
        with open_file(path, width=64, height=48, fps=Fraction(30), frames=6, crf=crf) as encoder:
            encoder.write(frames)
        sizes.append(path.stat().st_size)
    assert sizes[0] > 1.5 * sizes[1]


def test_decode_may_be_left_early(tmp_path: Path) -> None:
    """Closing the generator after one frame ends ffmpeg."""
    encode(tmp_path / "a.mp4", clip(200))
    frames = decode(tmp_path / "a.mp4")
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert not ffmpegs()


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.webm", "a.gif", "a.webp", "a.avif", "a.apng", "a.png"]
)
def test_damaged_files_are_refused_plainly(tmp_path: Path, name: str) -> None:
    """Something else under a known ending is a RecipeError naming the file, not a crash."""
    (tmp_path / name).write_bytes(b"GIF8 is not what this file is, nor anything else" * 20)
    for read in (probe, lambda path: list(decode(path))):
        with pytest.raises(RecipeError, match=f"{name}:"):
            read(tmp_path / name)
    for read in (probe, lambda path: list(decode(path))):
        with pytest.raises(RecipeError, match="there is no such file"):
            read(tmp_path / "nothing.mp4")


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.avif", "a.apng"])
def test_files_cut_short_are_refused(tmp_path: Path, name: str) -> None:
    """Half a file is not read as a shorter one."""
    encode(tmp_path / name, clip(6))
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(RecipeError, match=r"cut short|damaged"):
        probe(tmp_path / name)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_colour_stands_where_players_look_for_it(tmp_path: Path, name: str) -> None:
    """Chroma is that of the left of two columns: a ramp of blue comes out unshifted.

    Between the two, as swscale would have it, it would be half a step of the ramp off.
    """
    frame = np.zeros((32, 64, 3), np.uint8)
    frame[..., 2] = np.arange(64) * 4
    encode(tmp_path / name, frame[None].repeat(3, axis=0))
    demuxer = container_for(name).demuxer
    assert demuxer is not None

    planes, _ = capture(
        tmp_path / name,
        demuxer,
        ["-frames:v", "1", "-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"],
        limit=10**6,
    )

    blue = np.frombuffer(planes, np.uint8)[64 * 32 : 64 * 32 * 5 // 4].reshape(16, 32)
    wanted = 128 + 224 / 255 / 2 * frame[0, ::2, 2].astype(float)
    assert abs(float((blue[:, 4:-4].mean(axis=0) - wanted[4:-4]).mean())) <= 0.4


def test_frames_may_come_as_planes(tmp_path: Path) -> None:
    """yuv420p of the right shape is taken, tagged and kept; another shape is refused."""
    planes = np.full((4, 72, 64), 128, np.uint8)
    planes[:, :48] = np.arange(60, 124, dtype=np.uint8)
    options: dict[str, Any] = {"width": 64, "height": 48, "fps": Fraction(30), "frames": 4}
    with open_file(tmp_path / "a.mp4", **options, pixel_format="yuv420p") as encoder:
        with pytest.raises(ValueError, match=r"not \[n, 72, 64\]"):
            encoder.write(clip(1))
        encoder.write(planes)

    assert "yuv420p(tv, bt709, progressive)" in described(tmp_path / "a.mp4")
    grey = (np.arange(60, 124) - 16) / 219 * 255
    for frame in decode(tmp_path / "a.mp4"):
        assert np.abs(frame.mean(axis=0) - grey[:, None]).max() <= 1.5


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("a.mp4", 64, "yuv420p"),
        ("a.webm", 64, "yuv420p"),
        ("a.webm", 63, "rgb24"),
        ("a.mov", 64, "rgb48"),
    ],
)
def test_frames_are_handed_over_as_they_are_coded(name: str, width: int, expected: str) -> None:
    """Planes for even sizes of 4:2:0, 16 bits where the file has more than 8, else RGB."""
    assert target(name, width=width).best_format == expected

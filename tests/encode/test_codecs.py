"""Deeper files, other codecs, and files without loss: what is written, read back."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cppnvid import Run, load_recipe, render_still, render_video, save_still
from cppnvid.encode import Coding, coding, decode, decode_deep, probe, read_recipe
from cppnvid.encode.commands import encoder_arguments
from cppnvid.encode.ffmpeg import capture
from cppnvid.errors import EncodeError, RecipeError
from cppnvid.preview import preview_recipe
from cppnvid.recipe import Recipe
from tests.conftest import small
from tests.encode.helpers import open_file, target, write_picture
from tests.helpers import error_of, run, slope

WAYS = [
    ("a.mp4", Coding(depth=10), "hevc", 10),
    ("a.mp4", Coding(codec="hevc", depth=8), "hevc", 8),
    ("a.mp4", Coding(codec="av1"), "av1", 10),
    ("a.webm", Coding(depth=10), "vp9", 10),
    ("a.webm", Coding(codec="av1"), "av1", 10),
    ("a.mov", Coding(), "prores", 10),
    ("a.mov", Coding(depth=10), "prores", 12),  # 4444 has 12, of which 10 are filled
]


def deep_slope(height: int = 96, width: int = 128) -> NDArray[np.uint16]:
    """Return a pastel gradient of 16 bits."""
    return (slope(height, width) * 257 + 0.5).astype(np.uint16)


def write(path: Path | str, frames: NDArray[Any], **options: Any) -> None:
    """Write frames, uint8 or uint16 [n, height, width, 3], 25 a second."""
    pixel_format = "rgb48" if frames.dtype == np.uint16 else "rgb24"
    with open_file(
        path, width=frames.shape[2], height=frames.shape[1], fps=Fraction(25), frames=len(frames),
        recipe="{é}", pixel_format=pixel_format, **options,
    ) as encoder:  # fmt: skip
        encoder.write(np.ascontiguousarray(frames))


@pytest.mark.parametrize(("name", "asked", "codec", "depth"), WAYS)
def test_every_way_of_coding_keeps_colours(
    name: str, asked: Coding, codec: str, depth: int
) -> None:
    """Read back, colours are where they were: by less than 8 bits could, where there are more."""
    picture = deep_slope()
    frames = np.stack([picture] * 5)

    write(
        name, frames if depth > 8 else (frames // 257).astype(np.uint8), coding=asked,
        crf=None if name == "a.mov" else 4,
    )  # fmt: skip

    info = probe(name)
    assert (info.codec, info.depth, info.frames) == (codec, depth, 5)
    assert read_recipe(name) == "{é}"
    for deep in decode_deep(name):
        error = (deep - frames[0].astype(float)) / 257
        assert abs(error.mean()) < (0.1 if depth > 8 else 0.6)  # swscale's own half a level
        assert error_of(deep / 257, picture / 257) < (0.13 if depth > 8 else 0.8)
    (frame, *_) = decode(name)
    assert np.abs(frame - picture / 257).mean() < 0.8


@pytest.mark.parametrize(("name", "asked", "codec", "depth"), WAYS)
def test_every_way_of_coding_says_its_colours(
    name: str, asked: Coding, codec: str, depth: int
) -> None:
    """Players are told BT.709 of limited range, and Apple's that it is hvc1."""
    write(name, np.stack([deep_slope()] * 2).astype(np.uint16)
          if depth > 8 else np.full((2, 96, 128, 3), 90, np.uint8), coding=asked)  # fmt: skip

    demuxer = "matroska" if name.endswith("webm") else "mov"
    _, said = capture(Path(name), demuxer, ["-f", "null", "-"], limit=10_000)

    assert "bt709" in said
    assert "bt709/unknown" not in said
    assert codec != "hevc" or "hvc1" in said


def test_pngs_of_16_bits_are_exact() -> None:
    """A still in bands, and the pictures of a folder, come back level for level, with recipe."""
    noise = np.random.default_rng(2).integers(0, 65536, (2, 31, 23, 3), dtype=np.uint16)
    write_picture("a.png", [noise[0, :7], noise[0, 7:7], noise[0, 7:]], width=23, height=31,
                depth=16, recipe="{é}")  # fmt: skip
    write("frames/", noise, coding=Coding(depth=16))

    np.testing.assert_array_equal(next(decode_deep("a.png")), noise[0])
    np.testing.assert_array_equal(np.stack(list(decode_deep("frames"))), noise)
    assert np.abs(next(decode("a.png")) - noise[0] / 257).max() <= 0.5
    assert [(probe(name).depth, read_recipe(name)) for name in ("a.png", "frames")] == [
        (16, "{é}"), (16, "{é}"),
    ]  # fmt: skip


def test_pillow_reads_our_pngs() -> None:
    """What we write ourselves is a PNG to others too."""
    picture = np.random.default_rng(3).integers(0, 256, (40, 1, 3), dtype=np.uint8)
    write_picture("a.png", iter(picture[:, None]), width=1, height=40, recipe="r")

    with Image.open("a.png") as image:
        image.load()
        np.testing.assert_array_equal(np.asarray(image), picture)
        assert image.text == {"comment": "r"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 3])
def test_lossless_webp_is_lossless(count: int) -> None:
    """Every level comes back, of a single frame too, which has another header."""
    noise = np.random.default_rng(4).integers(0, 256, (count, 21, 37, 3), dtype=np.uint8)
    write("a.webp", noise, coding=Coding(lossless=True))
    write("b.webp", noise)

    np.testing.assert_array_equal(np.stack(list(decode("a.webp"))), noise)
    info = probe("a.webp")
    assert (info.codec, info.width, info.height, info.frames) == ("lossless webp", 37, 21, count)
    assert probe("b.webp").codec == "webp"
    assert read_recipe("a.webp") == "{é}"


def _without(*encoders: str) -> Callable[..., str | None]:
    """Return what tries arguments on an ffmpeg that lacks these encoders."""

    def unusable(arguments: tuple[str, ...], *, odd: bool = False) -> str | None:
        del odd
        return "Unknown encoder" if set(encoders) & {*arguments} else None

    return unusable


@pytest.mark.parametrize("name", ["a.mp4", "a.avif"])
def test_without_any_encoder_of_av1_it_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is drawn, and by the names of both."""
    monkeypatch.setattr(coding, "unusable_arguments", _without("libsvtav1", "libaom-av1"))

    with pytest.raises(EncodeError, match="neither libsvtav1 nor libaom-av1 that works"):
        target(name, coding=Coding("av1"))


def test_without_svt_av1_it_is_libaom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' ffmpeg has no SVT-AV1; the other encoder makes a file of the same kind."""
    monkeypatch.setattr(coding, "unusable_arguments", _without("libsvtav1"))

    container = target("a.mp4", coding=Coding("av1")).container
    write("a.mp4", np.stack([deep_slope(64, 64)] * 2), coding=Coding("av1"))

    assert "libaom-av1" in container.arguments
    assert (probe("a.mp4").codec, probe("a.mp4").depth) == ("av1", 10)


@pytest.mark.parametrize(
    ("name", "asked", "key", "words"),
    [
        ("a.mp4", Coding(depth=16), "depth", "MP4 has 8 or 10 bits a channel, given 16"),
        ("a.mp4", Coding("h264", 10), "depth", "MP4 coded as h264 has 8 bits"),
        ("a.gif", Coding(depth=10), "depth", "GIF has 8 bits"),
        ("a.png", Coding(depth=10), "depth", "PNG has 8 or 16 bits"),
        ("a.mov", Coding(depth=8), "depth", "MOV has 10 bits"),
        ("a.mp4", Coding("vp9"), "codec", "MP4 is coded as h264, hevc, av1, given vp9"),
        ("a.webm", Coding("hevc"), "codec", "WebM is coded as vp9, av1"),
        ("a.png", Coding("av1"), "codec", "PNG is coded as png"),
        ("a.mp4", Coding(lossless=True), "lossless", r"MP4 always loses a little here; \.webp"),
        ("a.mp4", Coding(dither=True), "dither", "MP4 would lose it again: output.depth: 10"),
        ("a.mp4", Coding(dither=True, depth=10), "dither", "10 bits need no dither"),
        ("a.png", Coding(dither=True, depth=16), "dither", "16 bits need no dither"),
        ("a.webp", Coding(dither=True), "dither", "would lose it again: output.lossless: true"),
    ],
)
def test_what_a_format_cannot_be_is_refused(name: str, asked: Coding, key: str, words: str) -> None:
    """The message names the key, what was given, and what would be right."""
    with pytest.raises(RecipeError, match=words) as refused:
        target(name, coding=asked, still=name == "a.png")
    assert refused.value.key == f"output.{key}"
    assert refused.value.given == getattr(asked, key)


def test_hardware_is_for_h264() -> None:
    """An encoder of H.264 and another codec cannot both be."""
    with pytest.raises(RecipeError, match=r"only to \.mp4 coded as h264; .* hevc") as refused:
        target("a.mp4", coding=Coding(depth=10), encoder="nvenc")
    assert (refused.value.key, refused.value.given) == ("encoder", "nvenc")


# ------------------------------------------------------------------ from recipe to file


def pastel(**output: Any) -> Recipe:
    """Return a slow gradient's recipe."""
    network: dict[str, object] = {"init": {"hidden": 0.5}}
    return small(
        160, 120, network=network, morph={"seeds": [3]}, camera={"zoom": 12},
        output={"frames": 3} | output,
    )  # fmt: skip


def exact(recipe: Recipe) -> NDArray[np.float64]:
    """Return its first frame in 8-bit levels, unrounded."""
    deep = recipe.model_copy(update={"output": recipe.output.model_copy(update={"depth": 16})})
    save_still(deep, "exact.png", Run(overwrite=True))
    return next(decode_deep("exact.png")) / 257


@pytest.mark.parametrize("name", ["a.png", "a.apng", "a.webp", "frames/"])
def test_lossless_files_have_no_bands(name: str) -> None:
    """What a blur of 4 pixels leaves of the error is under 0.02 levels; not so without dither."""
    recipes = [pastel(lossless=name == "a.webp"), pastel(lossless=name == "a.webp", dither=False)]
    errors = []
    for recipe in recipes:
        if name == "a.png":
            save_still(recipe, name, Run(overwrite=True))
        else:
            render_video(recipe, name, Run(overwrite=True))
        errors.append(error_of(next(decode(name)), exact(recipe)))

    assert errors[0] < 0.02
    assert errors[1] > 0.1


def test_a_still_on_the_screen_is_not_dithered() -> None:
    """`render_still` rounds; a file without dither is what it returns."""
    recipe = pastel(dither=False)
    save_still(recipe, "plain.png", Run(backend="torch:cpu"))
    save_still(pastel(), "dithered.png", Run(backend="torch:cpu"))

    shown = np.asarray(render_still(recipe, Run(backend="torch:cpu")))
    np.testing.assert_array_equal(next(decode("plain.png")), shown)
    assert not np.array_equal(next(decode("dithered.png")), shown)


@pytest.mark.parametrize("shutter", [0.0, 1.0])
def test_a_film_of_10_bits_has_no_bands(shutter: float) -> None:
    """Also where motion blur averages its frames; H.264 of the same frames has."""
    recipe = pastel(crf=4)
    recipe = recipe.model_copy(
        update={"canvas": recipe.canvas.model_copy(update={"shutter": shutter, "exposures": 2})}
    )
    deep = recipe.model_copy(update={"output": recipe.output.model_copy(update={"depth": 10})})
    render_video(recipe, "plain.mp4")
    render_video(deep, "deep.mp4")
    render_video(
        recipe.model_copy(update={"output": recipe.output.model_copy(
            update={"depth": 16, "crf": None})}), "frames/",
    )  # fmt: skip
    wanted = next(decode_deep("frames")) / 257

    assert probe("deep.mp4").depth == 10
    assert load_recipe("deep.mp4").output.depth == 10
    errors = {name: error_of(next(decode_deep(name)) / 257, wanted)
              for name in ("plain.mp4", "deep.mp4")}  # fmt: skip
    assert errors["deep.mp4"] < 0.5 * errors["plain.mp4"]


def command(line: str) -> tuple[int, str, str]:
    """Run a command line; return its exit code, output and messages."""
    return run(line.split())


def test_depth_and_dither_from_the_command_line() -> None:
    """Options set the recipe's keys, and `info` tells what the file is."""
    code, _, err = run(
        ["still", "--seed", "3", "--size", "24", "--depth", "16", "-q", "-o", "a.png"]
    )
    assert code == 0, err
    code, _, err = command("still --seed 3 --size 24 --no-dither -q -o b.png")
    assert code == 0, err
    code, _, err = run(
        [
            "morph",
            "--seeds",
            "3",
            "4",
            "--size",
            "64",
            "--frames",
            "3",
            "--depth",
            "10",
            "-q",
            "-o",
            "a.mp4",
        ]
    )
    assert code == 0, err

    assert [probe(name).depth for name in ("a.png", "b.png", "a.mp4")] == [16, 8, 10]
    assert load_recipe("b.png").output.dither is False
    assert "MP4 (hevc, 10 bits), 64x64" in run(["info", "a.mp4"])[1]
    assert run(["check", "a.mp4", "--max-seam", "99"])[0] == 0
    code, _, err = command("morph --seeds 3 4 --depth 12 -o b.mp4")
    assert code == 2
    assert "--depth" in err
    code, _, err = command("morph --seeds 3 4 --lossless -o b.mp4")
    assert code == 2
    assert "lossless: MP4 always loses" in err


def test_a_deep_film_is_previewed_as_any() -> None:
    """Its preview is an MP4 that every browser plays."""
    recipe = preview_recipe(pastel(depth=16, dither=True, lossless=True))

    output = recipe.output
    assert (output.codec, output.depth, output.dither, output.lossless) == (None, None, None, False)


@pytest.mark.parametrize(
    ("codec", "encoder", "added"),
    [
        ("av1", "libsvtav1", ":hierarchical-levels=3:lookahead=0"),
        ("hevc", "libx265", ":rc-lookahead=5"),
    ],
)
def test_large_frames_are_coded_with_fewer_in_memory(codec: Any, encoder: str, added: str) -> None:
    """Above 1440p the encoder looks less far; smaller films are coded as they were."""
    usual, large = (
        encoder_arguments(
            target("a.mp4", width=width, height=height, coding=Coding(codec)),
            frames=60, shortest=60, threads=None,
        )
        for width, height in ((2560, 1440), (3840, 2160))
    )  # fmt: skip

    assert not any("{" in part or added in part for part in usual)
    if encoder in usual:
        changes = [pair for pair in zip(usual, large, strict=True) if pair[0] != pair[1]]
        assert [new for _, new in changes] == [old + added for old, _ in changes]
        assert len(changes) == 1


def test_large_frames_of_vp9_wait_in_half_the_number() -> None:
    """Its look ahead is named above 1440p alone."""
    for depth in (8, 10):
        usual, large = (
            encoder_arguments(
                target("a.webm", width=width, height=height, coding=Coding(depth=depth)),
                frames=60, shortest=60, threads=None,
            )
            for width, height in ((2560, 1440), (3840, 2160))
        )  # fmt: skip

        assert "-lag-in-frames" not in usual
        place = large.index("-lag-in-frames")
        assert [*large[:place], *large[place + 2 :]] == usual
        assert large[place + 1] == "12"

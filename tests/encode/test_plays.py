"""How often animations play: each format's own number, read back with and without our reader."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cppnvid import RecipeError, probe
from cppnvid.encode import decode, read_recipe
from cppnvid.presets import Override, load_recipe
from tests.conftest import Run
from tests.encode.helpers import RECIPE, encode, numbered, target

WORDS = {0: "plays for ever", 1: "plays once", 3: "plays 3 times"}


def stored(path: Path) -> int | None:
    """Return the number in a file: repeats of a GIF, plays of the others; None without one."""
    data = path.read_bytes()
    if path.suffix == ".gif":
        _, found, rest = data.partition(b"\x21\xff\x0bNETSCAPE2.0\x03\x01")
        return int.from_bytes(rest[:2], "little") if found else None
    if path.suffix == ".avif":  # how long it plays, and for how long once: 32 bits, or 64 for ever
        head, edit = data.partition(b"tkhd")[2], data.partition(b"elst")[2]
        return 0 if head[0] else int.from_bytes(head[20:24]) // int.from_bytes(edit[8:12])
    if path.suffix == ".webp":
        return int.from_bytes(data.partition(b"ANIM")[2][8:10], "little")
    return int.from_bytes(data.partition(b"acTL")[2][4:8], "big")


@pytest.mark.parametrize(
    ("suffix", "plays", "number"),
    [
        *((".gif", *pair) for pair in [(0, 0), (1, None), (2, 1), (3, 2), (65_535, 65_534)]),
        *((".webp", plays, plays) for plays in (0, 1, 3, 65_535)),
        *((".apng", plays, plays) for plays in (0, 1, 3, 65_535)),
        *((".avif", plays, plays) for plays in (0, 1, 3, 65_535)),
    ],
)
def test_each_format_has_its_own_number(
    tmp_path: Path, suffix: str, plays: int, number: int | None
) -> None:
    """A GIF counts how often it comes back; WebP and APNG how often they play."""
    path = tmp_path / f"a{suffix}"
    encode(path, numbered(3), plays=plays)

    assert (stored(path), probe(path).plays) == (number, plays)
    assert (probe(path).frames, read_recipe(path)) == (3, RECIPE)
    with Image.open(path) as image:
        assert image.info.get("loop") == (None if suffix == ".avif" else number)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".avif"])
def test_for_ever_is_what_is_not_asked_for(tmp_path: Path, suffix: str) -> None:
    """A number of 0, and none, are one file."""
    encode(tmp_path / f"a{suffix}", numbered(2))
    encode(tmp_path / f"b{suffix}", numbered(2), plays=0)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert "plays" not in load_recipe({}).to_data()["output"]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".avif"])
def test_one_frame_is_whole(tmp_path: Path, suffix: str) -> None:
    """A WebP of one frame has no place for the number, and pixels where others have it."""
    encode(tmp_path / f"a{suffix}", numbered(2)[1:], plays=0)
    encode(tmp_path / f"b{suffix}", numbered(2)[1:], plays=7)
    one, other = (next(decode(tmp_path / f"{name}{suffix}")) for name in "ab")
    assert np.array_equal(one, other)
    assert probe(tmp_path / f"b{suffix}").plays is None


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov", "frames/"])
def test_a_file_without_such_a_number_is_refused(tmp_path: Path, name: str) -> None:
    """The refusal names the formats that have one."""
    with pytest.raises(
        RecipeError, match=r"applies only to \.gif, \.webp, \.avif, \.apng"
    ) as refused:
        target(f"{tmp_path}/{name}", plays=2)
    assert (refused.value.key, refused.value.given) == ("output.plays", 2)


@pytest.mark.parametrize("plays", [-1, 65_536, 1.5, True, "often"])
def test_a_number_no_file_holds_is_refused(plays: object) -> None:
    """It has 16 bits in a GIF and a WebP."""
    with pytest.raises(RecipeError, match=r"output\.plays"):
        load_recipe({"output": {"plays": plays}})


def test_the_command_line_plays_once(run: Run) -> None:
    """The recipe rides along: drawn again as an animation it plays as often, as a video it may."""
    small = ["--size", "16", "--frames", "3", "-q", "--set", "network.layers=2x4"]
    for plays, words in WORDS.items():
        name = f"{plays}.gif"
        drawn = run("morph", "--seeds", "1", "2", *small, "--plays", str(plays), "-o", name)
        assert drawn[0] == 0, drawn
        assert words in run("info", name)[1].splitlines()[0]
    assert load_recipe(Path("3.gif")).output.plays == 3

    assert run("render", "3.gif", "-o", "again.apng", "-q")[0] == 0
    assert stored(Path("again.apng")) == 3
    assert run("render", "3.gif", "-o", "again.mp4", "-q")[0] == 0
    assert load_recipe(Path("again.mp4")).output.plays is None

    code, _, err = run("morph", "--seeds", "1", "2", *small, "--plays", "2", "-o", "x.mp4")
    assert (code, Path("x.mp4").exists()) == (2, False)
    assert "--plays: applies only to .gif, .webp, .avif, .apng" in err
    code, _, err = run("render", "3.gif", "--plays", "2", "-o", "x.png")
    assert (code, "--plays" in err) == (2, True)


def test_gifsicle_is_not_needed_to_play_once(tmp_path: Path) -> None:
    """The kind with one palette plays as often."""
    encode(tmp_path / "a.gif", numbered(3), plays=2, gif="small")
    assert stored(tmp_path / "a.gif") == 1


def test_an_override_names_the_option(tmp_path: Path) -> None:
    """What is wrong with a typed value is said of the option."""
    with pytest.raises(RecipeError, match="--plays"):
        load_recipe({}, [Override("output.plays", -3, "--plays")])


def test_an_animated_png_is_read_under_either_name(tmp_path: Path, run: Run) -> None:
    """Whatever it is called it has all its frames; a still PNG is no film under any."""
    encode(tmp_path / "a.apng", numbered(4), plays=2)
    (tmp_path / "a.apng").rename(tmp_path / "a.png")
    info = probe(tmp_path / "a.png")
    assert (info.container, info.frames, info.plays) == ("APNG", 4, 2)
    frames = list(decode(tmp_path / "a.png"))
    assert all(np.array_equal(*pair) for pair in zip(frames, numbered(4), strict=True))
    assert run("check", f"{tmp_path}/a.png", "--max-seam", "99")[0] == 0
    assert run("sheet", f"{tmp_path}/a.png", "-o", f"{tmp_path}/sheet.png", "-q")[0] == 0
    assert probe(tmp_path / "sheet.png").frames == 1
    encode(tmp_path / "one.gif", numbered(1))
    for picture in ("sheet.png", "one.gif"):
        code, out, err = run("check", f"{tmp_path}/{picture}")
        assert (code, out, "is one picture, not a film" in err) == (2, "", True)


def test_an_animated_png_is_written_where_it_is_asked_for(run: Run) -> None:
    """By its codec, or for a platform that takes it; by its name alone a .png is a still."""
    small = ["--size", "16", "--frames", "3", "-q", "--set", "network.layers=2x4"]
    film = ["morph", "--seeds", "1", "2", *small]
    assert run(*film, "--codec", "apng", "--plays", "2", "-o", "a.png")[0] == 0
    info = probe("a.png")
    assert (info.container, info.frames, info.plays) == ("APNG", 3, 2)
    with Image.open("a.png") as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("PNG", 3)

    assert run("render", "a.png", "-o", "still.png", "-q")[0] == 0
    assert run("still", "a.png", "-o", "again.png", "-q")[0] == 0
    assert Path("still.png").read_bytes() == Path("again.png").read_bytes()
    assert (probe("still.png").container, probe("still.png").frames) == ("PNG", 1)

    for given in (["--codec", "apng"], ["--for", "discord-sticker"]):
        assert run("render", "a.png", *given, "-o", "film.png", "--overwrite", "-q")[0] == 0
        assert (probe("film.png").container, probe("film.png").frames > 1) == ("APNG", True)
    assert run("render", "film.png", "-o", "film.mp4", "-q")[0] == 0

    code, _, err = run(*film, "-o", "no.png")
    assert (code, "--codec apng animates a .png" in err) == (2, True)
    code, _, err = run(*film, "--for", "slack-emoji", "-o", "no.png")
    assert (code, "slack-emoji takes .gif" in err) == (2, True)
    code, _, err = run(*film, "--codec", "apng", "-o", "no.gif")
    assert (code, "GIF is coded as gif, given apng" in err) == (2, True)
    code, _, err = run("still", "a.png", "--for", "discord-sticker", "-o", "no.png")
    assert (code, "--for" in err) == (2, True)
    assert not Path("no.png").exists()

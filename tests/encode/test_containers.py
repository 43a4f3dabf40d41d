"""What is refused before drawing, and what each ending stands for."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cppnvid.encode import CONTAINERS, container_for
from cppnvid.errors import EncodeError, RecipeError
from tests.encode.helpers import target


def check(path: Path | str, *, size: str = "64x48", fps: str = "25", over: bool = False) -> str:
    """Resolve a target; return its container's name."""
    width, height = map(int, size.split("x"))
    how: dict[str, Any] = {"fps": Fraction(fps), "overwrite": over}
    still = str(path).endswith(".png")
    return target(path, width=width, height=height, still=still, **how).container.name


@pytest.mark.parametrize(
    ("name", "container"),
    [
        ("a.mp4", "MP4"),
        ("A.MP4", "MP4"),
        ("a.b.webm", "WebM"),
        ("a.mov", "MOV"),
        ("a.gif", "GIF"),
        ("a.webp", "WebP"),
        ("a.avif", "AVIF"),
        ("a.apng", "APNG"),
        ("a.png", "PNG"),
        ("frames/", "PNG folder"),
        ("a.mp4/", "PNG folder"),
    ],
)
def test_ending_chooses_the_container(name: str, container: str) -> None:
    """The ending alone, in either case, says what is written."""
    assert container_for(name).name == container


def test_existing_folder_is_a_folder_of_pngs(tmp_path: Path) -> None:
    """A folder that exists needs no slash."""
    assert container_for(tmp_path).name == "PNG folder"


@pytest.mark.parametrize("name", ["a.avi", "a", "a.", "mp4", ".mp4"])
def test_unknown_ending_names_the_known_ones(name: str) -> None:
    """The refusal of an ending lists what would be right."""
    with pytest.raises(RecipeError, match=r"\.mp4, \.m4v, \.webm, .*folder of PNGs"):
        container_for(name)


def test_defaults_follow_what_each_container_is_for() -> None:
    """Video is full size at 30 frames a second; animated pictures, 15 times as heavy, are small."""
    defaults = {c.name: (c.default_short_side, c.default_fps) for c in CONTAINERS}
    small = {"GIF", "WebP", "APNG", "AVIF"}
    assert {name for name, value in defaults.items() if value == (480, Fraction(25))} == small
    assert {name for name, value in defaults.items() if value == (1080, Fraction(30))} == (
        defaults.keys() - small
    )


def test_missing_parent_folder_is_named(tmp_path: Path) -> None:
    """imageio-ffmpeg returns normally and writes nothing; we name the folder to make."""
    with pytest.raises(RecipeError, match=r"the folder .*nowhere does not exist"):
        check(tmp_path / "nowhere" / "a.mp4")


def test_parent_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """A file cannot hold a file."""
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(RecipeError, match=r"notes\.txt is a file, not a folder"):
        check(tmp_path / "notes.txt" / "a.mp4")


def test_existing_output_needs_overwrite(tmp_path: Path) -> None:
    """An output that exists is refused with the way out, and accepted with it."""
    (tmp_path / "a.gif").write_bytes(b"old")
    with pytest.raises(RecipeError, match="overwrite=True"):
        check(tmp_path / "a.gif")
    assert check(tmp_path / "a.gif", over=True) == "GIF"


@pytest.mark.parametrize("size", ["63x48", "64x47", "63x47"])
def test_odd_size_names_the_nearest_even_one(tmp_path: Path, size: str) -> None:
    """x264 in 4:2:0 needs even sides; imageio-ffmpeg left a 0-byte file."""
    with pytest.raises(RecipeError, match="the nearest size is 64x48"):
        check(tmp_path / "a.mp4", size=size)


@pytest.mark.parametrize("name", ["a.webm", "a.gif", "a.webp", "a.avif", "a.apng", "a.png", "a/"])
def test_odd_size_is_fine_elsewhere(tmp_path: Path, name: str) -> None:
    """Only MP4 asks for even sides, and MOV for an even width."""
    assert check(f"{tmp_path}/{name}", size="63x47")


def test_prores_of_two_pixels_a_colour_needs_an_even_width(tmp_path: Path) -> None:
    """4:2:2 at 161x90 ended in zscale's words; prores_ks would spoil the last column's colour."""
    path = tmp_path / "a.mov"
    with pytest.raises(RecipeError, match=r"an even width, given 161x91; .* 162x91") as refused:
        target(path, width=161, height=91)
    assert refused.value.mistakes[0].key == "canvas.size"
    assert target(path, width=160, height=91).height == 91
    assert target(path, width=161, height=91, codec="prores4444").width == 161


@pytest.mark.parametrize(
    ("name", "size"),
    [("a.mp4", "16386x48"), ("a.webp", "16384x64"), ("a.gif", "64x65536")],
)
def test_impossible_size_is_refused(tmp_path: Path, name: str, size: str) -> None:
    """A size no file of that kind can have is refused with the size in the message."""
    with pytest.raises(RecipeError, match=f"at most .* given {size}") as refused:
        check(tmp_path / name, size=size)
    assert refused.value.key == "canvas.size"


def test_gif_over_50_fps_is_refused(tmp_path: Path) -> None:
    """Browsers play a GIF of 60 frames a second at 10."""
    with pytest.raises(RecipeError, match=r"GIF plays at most 50 .* use 50 or 25"):
        check(tmp_path / "a.gif", fps="60")
    assert check(tmp_path / "a.gif", fps="50") == "GIF"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to")
def test_folder_that_cannot_be_written_is_an_encode_error() -> None:
    """Permission bits mean nothing to root or on a read-only disk, so writing is tried."""
    with pytest.raises(EncodeError, match="cannot write in /proc/self"):
        check("/proc/self/a.mp4")


def test_check_leaves_nothing_behind(tmp_path: Path) -> None:
    """Trying to write is undone."""
    check(tmp_path / "a.mp4")
    check(f"{tmp_path}/frames/")
    assert not list(tmp_path.iterdir())


def test_folder_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder output may be absent, empty or, with overwrite, ours; never a stranger's."""
    folder = tmp_path / "frames"
    assert check(f"{folder}/") == "PNG folder"
    folder.mkdir()
    assert check(folder) == "PNG folder"
    (folder / "00000.png").write_bytes(b"")
    (folder / "recipe.json").write_text("{}")
    with pytest.raises(RecipeError, match="overwrite=True"):
        check(folder)
    assert check(folder, over=True) == "PNG folder"
    for stranger in ("notes.txt", "00002.png", "0001.png"):
        (folder / stranger).write_bytes(b"")
        with pytest.raises(RecipeError, match="files cppnvid did not write"):
            check(folder, over=True)
        (folder / stranger).unlink()
    (folder / "00001.png").mkdir()
    with pytest.raises(RecipeError, match="files cppnvid did not write"):
        check(folder, over=True)
    monkeypatch.chdir(folder)
    with pytest.raises(RecipeError, match="the folder you are in"):
        check(".", over=True)
    (tmp_path / "plain").write_text("")
    with pytest.raises(RecipeError, match="is a file, not a folder"):
        check(f"{tmp_path}/plain/", over=True)


@pytest.mark.parametrize(
    ("name", "crf", "words"),
    [
        ("a.mp4", 0, r"MP4 takes 1 \(best\) to 51"),
        ("a.mp4", 52, r"MP4 takes 1 \(best\) to 51"),
        ("a.gif", 15, "GIF coded as gif has none"),
    ],
)
def test_crf_out_of_place_is_refused(tmp_path: Path, name: str, crf: int, words: str) -> None:
    """A crf the encoder has no use for is refused before drawing."""
    with pytest.raises(RecipeError, match=words) as refused:
        target(tmp_path / name, crf=crf)
    assert (refused.value.key, refused.value.given) == ("output.crf", crf)


def test_video_is_not_written_into_a_still(tmp_path: Path) -> None:
    """A .png asked for frames says which endings hold several."""
    with pytest.raises(RecipeError, match=r"use \.apng"):
        target(tmp_path / "a.png", frames=2)

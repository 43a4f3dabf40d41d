"""A file under a cap: how sizes are said, that none is above, and what is given up for it."""

from pathlib import Path

import pytest

from cppnvid import decode, load_recipe
from cppnvid.errors import RecipeError
from cppnvid.filesize import file_size, parse_file_size
from cppnvid.render import render_video
from tests.conftest import small


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8MB", 8_000_000),
        ("8 MiB", 8 * 2**20),
        ("500KB", 500_000),
        ("128 kib", 131_072),
        ("1.5mb", 1_500_000),
        ("2000000", 2_000_000),
        ("900 bytes", 900),
    ],
)
def test_sizes_are_read(text: str, size: int) -> None:
    """Decimal units are thousands, binary ones 1,024, a bare number is bytes."""
    assert parse_file_size(text) == size


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8M", r"8MB \(8,000,000 bytes\) or 8MiB \(8,388,608 bytes\)"),
        ("", "must be a size such as 8MB"),
        ("eight", "given 'eight'"),
        ("-3MB", "must be a size"),
        ("8MB/s", "must be a size"),
        ("0", "more than 0"),
        ("0.0001KB", "more than 0"),
    ],
)
def test_what_is_no_size_is_refused(text: str, reason: str) -> None:
    """The message names the option and what would be right."""
    with pytest.raises(RecipeError, match=f"--max-size: .*{reason}"):
        parse_file_size(text)


def test_sizes_are_told() -> None:
    """In decimal units, as platforms mean them."""
    assert [file_size(size) for size in (3_240_000, 128_000)] == ["3.2 MB", "128 kB"]


def test_an_mp4_is_held_under_its_cap() -> None:
    """What is finished has at most so many bytes, carries the recipe that fits, and it is said."""
    recipe = small(96, 64, output={"frames": 24})
    free = render_video(recipe, "free.mp4").path.stat().st_size
    cap = free * 6 // 10
    notes: list[str] = []

    video = render_video(recipe, "capped.mp4", max_size=cap, note=notes.append)

    size = Path(video).stat().st_size
    crf = load_recipe(str(video.path)).output.crf
    assert size <= cap
    assert crf is not None
    assert crf > 14
    assert [note for note in notes if note.startswith("fitted to")] == [
        f"fitted to {file_size(cap)}: crf 14 -> {crf}"
    ]
    assert sum(1 for _ in decode(video.path)) == 24
    assert sorted(path.name for path in Path().iterdir()) == ["capped.mp4", "free.mp4"]


def test_a_file_that_fits_is_left_alone() -> None:
    """A cap above the usual size changes no byte."""
    recipe = small(96, 64)
    free = render_video(recipe, "free.mp4").path.read_bytes()

    video = render_video(recipe, "capped.mp4", max_size=10_000_000)

    assert video.path.read_bytes() == free


def test_what_cannot_fit_is_refused() -> None:
    """Too small a cap, and a folder of many files, are errors; nothing is left behind."""
    with pytest.raises(RecipeError, match=r"--max-size.* --size"):
        render_video(small(96, 64), "capped.mp4", max_size=900)
    with pytest.raises(RecipeError, match="folder"):
        render_video(small(96, 64), "frames/", max_size=900_000)

    assert list(Path().iterdir()) == []

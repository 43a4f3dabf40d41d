"""Sizes of files as people write them."""

import pytest

from cppnvid.errors import RecipeError
from cppnvid.units import file_size, parse_file_size


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
        ("8", "8 without a unit is 8 bytes, which hold no film: write 8MB or 8KB"),
    ],
)
def test_what_is_no_size_is_refused(text: str, reason: str) -> None:
    """The message names the argument and what would be right."""
    with pytest.raises(RecipeError, match=f"max_size: .*{reason}"):
        parse_file_size(text)


def test_sizes_are_told() -> None:
    """In decimal units, as platforms mean them."""
    assert [file_size(size) for size in (3_240_000, 128_000, 900, 999_999, 8_000_000_000)] == [
        "3.2 MB",
        "128 kB",
        "900 bytes",
        "1.0 MB",
        "8.0 GB",
    ]

"""Sizes of files in words: `8MB` is read as a number of bytes, and a number of bytes is told.

A thousand and 1,024 are both called kilo somewhere, and where a cap is meant the difference is a
refused upload: so MB is a million, MiB is 1,048,576, and a bare M is asked about.
"""

import re
from fractions import Fraction

from cppnvid.errors import RecipeError

# Lower case, because nobody means megabits by a file's Mb.
_UNITS = {
    "": 1, "b": 1, "bytes": 1,
    "kb": 1000, "mb": 1000**2, "gb": 1000**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
_FEW = 1000  # bytes; a bare number below lacks its unit
_SHORT = {"k": ("kB", "KiB"), "m": ("MB", "MiB"), "g": ("GB", "GiB")}


def parse_file_size(text: str, *, name: str = "--max-size") -> int:
    """Return the bytes that `8MB`, `8 MiB`, `1.5MB` or `2000000` are; `name` is for messages.

    Raises:
        RecipeError: it is no size, or one that could be decimal as well as binary.
    """
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([a-zA-Z]*)\s*", text)
    unit = found[2].lower() if found else None
    if found and unit in _SHORT:
        decimal, binary = _SHORT[unit]
        number = Fraction(found[1])
        said = (
            f"{found[1]}{word} ({int(number * _UNITS[word.lower()]):,} bytes)"
            for word in (decimal, binary)
        )
        raise RecipeError(f"{name}: {text.strip()} is either {' or '.join(said)}: write one")
    if found is None or unit not in _UNITS:
        raise RecipeError(
            f"{name}: must be a size such as 8MB (8,000,000 bytes), 8MiB (8,388,608), 500KB or "
            f"2000000, given {text!r}"
        )
    size = int(Fraction(found[1]) * _UNITS[unit])
    if size < 1:
        raise RecipeError(f"{name}: must be more than 0, given {text!r}")
    if size < _FEW and not unit:
        alone = text.strip()
        raise RecipeError(
            f"{name}: {alone} alone is {alone} bytes, which hold no film: write {alone}MB or "
            f"{alone}KB"
        )
    return size


def file_size(size: int) -> str:
    """Return a number of bytes in words, in decimal units: `3.2 MB`, `128 kB`, `900 bytes`."""
    if size < 1000:
        return f"{size} bytes"
    if size < 999_500:  # what rounds to a thousand kB is a MB
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB" if size < 999_950_000 else f"{size / 1e9:.1f} GB"

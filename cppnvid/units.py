"""File sizes in words: `8MB` as a number of bytes, and a number of bytes as `8.0 MB`.

A thousand and 1,024 are both called kilo somewhere, and under a cap the difference is a refused
upload: so MB is a million, MiB is 1,048,576, and a bare M is ambiguous.
"""

import re
from fractions import Fraction

from cppnvid.errors import RecipeError

# In lower case, because nobody means megabits by a file's Mb.
_UNITS = {"": 1, "b": 1, "bytes": 1} | {
    f"{letter}{binary}b": (1024 if binary else 1000) ** power
    for power, letter in enumerate("kmg", start=1)
    for binary in ("", "i")
}
_FEW = 1000  # bytes; a bare number below lacks its unit
_SHORT = {"k": ("kB", "KiB"), "m": ("MB", "MiB"), "g": ("GB", "GiB")}


def parse_file_size(text: str) -> int:
    """Return the number of bytes of a size such as `8MB`, `8 MiB`, `1.5MB` or `2000000`.

    Raises:
        RecipeError: it is not a size, or one that could be decimal or binary.
    """
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*([a-zA-Z]*)\s*", text)
    unit = found[2].lower() if found else ""
    if found is None or unit not in {*_UNITS, *_SHORT}:
        allowed = "a size such as 8MB (8,000,000 bytes), 8MiB (8,388,608), 500KB or 2000000"
        raise RecipeError(key="max_size", given=text, allowed=allowed)
    number = Fraction(found[1])
    if unit in _SHORT:
        meanings = (f"{found[1]}{word} ({_bytes(number, word):,} bytes)" for word in _SHORT[unit])
        raise RecipeError(
            "{size} is ambiguous: write {meanings}",
            key="max_size",
            given=text,
            size=text.strip(),
            meanings=" or ".join(meanings),
        )
    size = _bytes(number, unit)
    if size < 1:
        raise RecipeError(key="max_size", given=text, allowed="more than 0")
    if size < _FEW and not unit:
        raise RecipeError(
            "{size} without a unit is {size} bytes, which hold no film: write {size}MB or {size}KB",
            key="max_size",
            given=text,
            size=text.strip(),
        )
    return size


def _bytes(number: Fraction, unit: str) -> int:
    return int(number * _UNITS[unit.lower()])


def file_size(size: int) -> str:
    """Return a number of bytes in words, in decimal units: `3.2 MB`, `128 kB`, `900 bytes`."""
    if size < 1000:
        return f"{size} bytes"
    if size < 999_500:  # what rounds to a thousand kB is a MB
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB" if size < 999_950_000 else f"{size / 1e9:.1f} GB"

"""Shaders as text: the recipe in a comment, and what the film is."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cppnvid.encode.formats.base import RECIPE_LIMIT, Format, MediaInfo, too_long
from cppnvid.errors import RecipeError

_OPEN = "/* cppnvid recipe: "
_CLOSE = "*/"
_LONGEST = 5_000_000  # bytes; ours have 200,000, beside a recipe of up to a million
_HEAD = 4000  # bytes, of which the mark is among the first
_MARK = re.compile(
    r"cppnvid [\w.+-]{1,40} live "
    r"(\d{1,5})x(\d{1,5}) ([1-9]\d{0,8}(?:/[1-9]\d{0,8})?) (\d{1,7})\b"
)


class ShaderText(Format):
    """A shader that draws its film where it is watched."""

    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return what the shader says of its film."""
        facts = _MARK.search(_text_of(path)[:_HEAD])
        if facts is None:
            raise RecipeError(f"{path}: is not a shader that cppnvid made")
        width, height, frames = (int(facts[group]) for group in (1, 2, 4))
        fps = Fraction(facts[3])
        return MediaInfo(path, name, codec, width, height, fps, frames, float(frames / fps))

    def recipe(self, path: Path) -> str | None:
        """Return the recipe's text."""
        text = _text_of(path)
        _, found, rest = text.partition(_OPEN)
        recipe, closed, _ = rest.partition(_CLOSE)
        if not found and _MARK.search(text[:_HEAD]) is None:
            return None
        if not found or not closed:
            raise RecipeError(f"{path}: is cut short; make it again")
        if len(recipe) > RECIPE_LIMIT:
            raise too_long(path)
        return recipe.strip()

    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Refuse: there are none."""
        del deep
        raise RecipeError(
            f"{path}: is a shader, which holds no frames; draw the recipe in it as a video"
        )


def shader_mark(version: str, size: tuple[int, int], fps: Fraction, frames: int) -> str:
    """Return the words that mark a shader, and say what it plays."""
    return f"cppnvid {version} live {size[0]}x{size[1]} {fps} {frames}"


def shader_recipe(recipe: str) -> str:
    """Return a recipe's JSON as a comment in ASCII, which nothing in it ends."""
    return f"{_OPEN}{json_in_comment(json.loads(recipe))} {_CLOSE}"


def json_in_comment(data: Any, indent: int | None = None) -> str:
    """Return data as ASCII JSON for a comment, in which hosts of shaders find nothing of theirs.

    They replace names such as IMG_PIXEL and lines with #version in comments too. In JSON all of
    these characters are in strings alone, where each may be written by its number.
    """
    text = json.dumps(data, indent=indent, allow_nan=False)
    text = re.sub(r"[*#$`]", lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.replace("IMG_", "IMG\\u005f")


def _text_of(path: Path) -> str:
    if not path.is_file():
        raise RecipeError(f"{path}: there is no such file")
    if path.stat().st_size > _LONGEST:
        raise RecipeError(f"{path}: is longer than any shader of ours ({_LONGEST} bytes)")
    return path.read_text(encoding="utf-8", errors="replace")

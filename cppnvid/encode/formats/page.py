"""HTML pages: the recipe in one, and the facts of those that draw films: of one, or a gallery."""

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cppnvid.encode.formats.base import RECIPE_LIMIT, Format, MediaInfo, too_long
from cppnvid.errors import RecipeError

PAGES = (".html", ".htm")
_OPEN = '<script type="application/json" id="cppnvid-recipe">'  # which no browser shows
_CLOSE = "</script>"
_LONGEST = 50_000_000  # bytes of a page; one that compares two networks has 400,000
_HEAD = 4000  # bytes, of which the mark is among the first
_MARK = re.compile(
    r'<meta name="generator" content="cppnvid [\w.+-]{1,40} live '
    r'(\d{1,5})x(\d{1,5}) ([1-9]\d{0,8}(?:/[1-9]\d{0,8})?) (\d{1,7})">'
)
_GALLERY = re.compile(
    r'<meta name="generator" content="cppnvid [\w.+-]{1,40} gallery (\d{1,7}) (\d{1,5})x(\d{1,5})">'
)


class LivePage(Format):
    """A page that draws its film where it is watched: it holds numbers, and no frame."""

    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return what the page says of its film."""
        facts = _MARK.search(_start_of(path))
        if gallery_on(path) is not None:
            raise RecipeError(f"{path}: is a gallery, a page of many pictures, and no film")
        if facts is None:
            raise RecipeError(f"{path}: is not a live page, which cppnvid makes of films")
        width, height, frames = (int(facts[group]) for group in (1, 2, 4))
        fps = Fraction(facts[3])
        return MediaInfo(path, name, codec, width, height, fps, frames, float(frames / fps))

    def recipe(self, path: Path) -> str | None:
        """Return the recipe's text."""
        return recipe_on(path)

    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Refuse: there are none."""
        del deep
        raise RecipeError(
            f"{path}: is a page, which holds no frames; draw the recipe in it as a video"
        )


def live_mark(version: str, size: tuple[int, int], fps: Fraction, frames: int) -> str:
    """Return the element that marks a live page, and says what it plays."""
    facts = f"{version} live {size[0]}x{size[1]} {fps} {frames}"
    return f'<meta name="generator" content="cppnvid {facts}">'


def gallery_mark(version: str, count: int, size: tuple[int, int]) -> str:
    """Return the element that marks a gallery page: how many pictures it has, of which size."""
    facts = f"{version} gallery {count} {size[0]}x{size[1]}"
    return f'<meta name="generator" content="cppnvid {facts}">'


def gallery_on(path: str | os.PathLike[str]) -> tuple[int, int, int] | None:
    """Return how many pictures a gallery page has, their width and height; None for any other."""
    facts = _GALLERY.search(_start_of(Path(path)))
    return None if facts is None else (int(facts[1]), int(facts[2]), int(facts[3]))


def with_recipe(page: str, recipe: str) -> str:
    """Return a page that ends in `</body>` and what follows, with a recipe's JSON in it."""
    # In JSON a < occurs in strings alone, where it may be written so; </script> would end it.
    escaped = recipe.replace("<", "\\u003c")
    before, end, after = page.rpartition("</body>")
    return f"{before}{_OPEN}{escaped}{_CLOSE}\n{end}{after}"


def recipe_on(path: str | os.PathLike[str]) -> str | None:
    """Return the recipe on a page, as its JSON, None without one.

    The page is not trusted: at most 1 MB of recipe is taken, and nothing in it is run.

    Raises:
        RecipeError: it is missing, cut short, or longer than any page of ours.
    """
    place = Path(path)
    if not place.is_file():
        raise RecipeError(f"{place}: there is no such file")
    if place.stat().st_size > _LONGEST:
        raise RecipeError(f"{place}: is longer than any page of ours ({_LONGEST} bytes)")
    text = place.read_text(encoding="utf-8", errors="replace")
    _, found, rest = text.rpartition(_OPEN)
    recipe, closed, _ = rest.partition(_CLOSE)
    if not found and not any(mark.search(text[:_HEAD]) for mark in (_MARK, _GALLERY)):
        return None
    if not found or not closed:
        raise RecipeError(f"{place}: is cut short; make it again")
    if len(recipe) > RECIPE_LIMIT:
        raise too_long(place)
    return recipe


def _start_of(path: Path) -> str:
    if not path.is_file():
        raise RecipeError(f"{path}: is a folder, not a page")
    with path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", "replace")

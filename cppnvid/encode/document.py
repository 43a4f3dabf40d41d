"""Text that is published whole or not at all like every other output, and a recipe in a page."""

import os
from pathlib import Path

from cppnvid.callbacks import Note, silent
from cppnvid.encode.formats.base import RECIPE_LIMIT, too_long
from cppnvid.encode.place import check_place
from cppnvid.encode.publish import publication
from cppnvid.errors import EncodeError, RecipeError

PAGES = (".html", ".htm")
_OPEN = '<script type="application/json" id="cppnvid-recipe">'  # which no browser shows
_CLOSE = "</script>"
_LONGEST = 50_000_000  # bytes of a page; one that compares two networks has 400,000


def write_document(
    path: str | os.PathLike[str], text: str, *, overwrite: bool = False, note: Note = silent
) -> None:
    """Write text as UTF-8.

    Raises:
        RecipeError: for a missing parent folder, or an existing output without `overwrite`.
        EncodeError: the disk refuses.
    """
    check_place(Path(path), folder=False, overwrite=overwrite)
    place = Path(path).resolve()
    with publication(place, overwrite=overwrite, folder=False, note=note) as temporary:
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error.strerror or error}") from error


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
        RecipeError: it is missing, or longer than any page of ours.
    """
    place = Path(path)
    if not place.is_file():
        raise RecipeError(f"{place}: there is no such file")
    if place.stat().st_size > _LONGEST:
        raise RecipeError(f"{place}: is longer than any page of ours ({_LONGEST} bytes)")
    text = place.read_text(encoding="utf-8", errors="replace")
    _, found, rest = text.rpartition(_OPEN)
    if not found:
        return None
    recipe = rest.partition(_CLOSE)[0]
    if len(recipe) > RECIPE_LIMIT:
        raise too_long(place)
    return recipe

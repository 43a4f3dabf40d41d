"""A recipe in a page of HTML, where no browser shows it, and out of it again."""

import os
from pathlib import Path

from cppnvid.errors import RecipeError

PAGES = (".html", ".htm")
_OPEN = '<script type="application/json" id="cppnvid-recipe">'
_CLOSE = "</script>"
_LONGEST = 50_000_000  # bytes of a page; one that compares two networks has 400,000


def with_recipe(page: str, recipe: str) -> str:
    """Return a page that ends in `</body>` and what follows, with a recipe's JSON in it."""
    # In JSON a < stands in strings alone, where it may be written so; </script> would end it.
    escaped = recipe.replace("<", "\\u003c")
    before, end, after = page.rpartition("</body>")
    return f"{before}{_OPEN}{escaped}{_CLOSE}\n{end}{after}"


def recipe_on(path: str | os.PathLike[str], *, limit: int) -> str | None:
    """Return the recipe on a page, as its JSON, None without one.

    The page is not trusted: at most `limit` bytes of recipe are taken, and nothing in it is run.

    Raises:
        RecipeError: it is missing, or longer than any page of ours.
    """
    place = Path(path)
    if not place.is_file():
        raise RecipeError(f"{place}: there is no such file")
    if place.stat().st_size > _LONGEST:
        raise RecipeError(f"{place}: is longer than a page of cppnvid's can be ({_LONGEST} bytes)")
    text = place.read_text(encoding="utf-8", errors="replace")
    _, found, rest = text.rpartition(_OPEN)
    if not found:
        return None
    recipe = rest.partition(_CLOSE)[0]
    if len(recipe) > limit:
        raise RecipeError(f"{place}: its recipe is longer than a recipe can be ({limit} bytes)")
    return recipe

"""Children of pictures on one numbered sheet: choose some, and breed on from those.

Strengths are chosen by what the eye sees. A picture's unlikeness to another is the mean distance of
their colours in Oklab, both drawn small; the children of a sheet go in even steps of it from near
their parents to almost as far as unrelated pictures of the same recipe are from each other.
"""

import os
import statistics
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.oklab import to_oklab
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.recipe import Recipe
from cppnvid.recipe.pedigree import pedigree
from cppnvid.sheets.gallery import plan_gallery, sheet_text, stills
from cppnvid.sheets.layout import Sheet, tile_size
from cppnvid.sheets.tiles import save_sheet

CHILDREN = 24
TILE = 128  # pixels of a tile's shorter side
MOST_CHILDREN = 500
MOST_PAGES = 1000
SIDE = 24  # pixels of the shorter side of what is compared: forms and colours, and no texture
NEAREST, FARTHEST = 0.15, 0.85  # of the unlikeness of unrelated pictures: a sister, and a cousin
STRENGTHS = (0.03, 0.05, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
SHARES = (0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
# Two parents have two crossings, one for each order. More begin with a faint mutation of the first:
# chance then chooses other neurons, and it looks the same.
FAINT = 0.03
_UNRELATED = (101, 202, 303, 404, 505)  # any five


def unlikeness(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the mean distance in Oklab of two small pictures, uint8 [height, width, 3], sRGB."""
    one, other = (to_oklab(frame.reshape(-1, 3) / 255.0) for frame in (first, second))
    return float(np.linalg.norm(one - other, axis=1).mean())


def children_of(
    recipe: Recipe, parents: Sequence[int | str], count: int = CHILDREN, page: int = 1
) -> list[str]:
    """Return the names of children: mutations, then crossings, each from near to far.

    Two or more parents have as many crossings as mutations. All are drawn by numpy, so that the
    names do not depend on the backend.

    Args:
        recipe: everything but the pictures; with `morph.of: z` they are latents of its network.
        parents: seeds, or children themselves.
        count: number of children, 1 to 500.
        page: 1 to 1000; each page has other children.

    Raises:
        RecipeError: an argument is out of range, or a child would have too many ancestors.
    """
    for key, value, most in (("children", count, MOST_CHILDREN), ("page", page, MOST_PAGES)):
        if not 1 <= value <= most:
            raise RecipeError(key=key, given=value, allowed=f"from 1 to {most}")
    names = list(dict.fromkeys(parents))
    crossings = count // 2 if len(names) > 1 else 0
    look = _Looks(recipe)
    aims = _even_aims(count - crossings), _even_aims(crossings)
    first = (page - 1) * count
    found = [
        # Names are read from the left: a parent needs brackets on the right alone.
        look.nearest([f"{parent}m{number}@{s}" for s in STRENGTHS], parent, aim)
        for aim, (parent, number) in zip(aims[0], _mutations(names, first), strict=False)
    ]
    found += [
        look.nearest([f"{start}x{_right(other)}@{s}" for s in SHARES], parent, aim)
        for aim, (start, parent, other) in zip(aims[1], _crossings(names, first), strict=False)
    ]
    return [str(pedigree(name)) for name in found]


def save_breeding_sheet(
    recipe: Recipe,
    parents: Sequence[int | str],
    children: Sequence[str],
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    tile: int = TILE,
    columns: int | None = None,
) -> Path:
    """Draw parents and then children, numbered from 1 and named, and write them as one PNG.

    The file holds the recipe with all of them as seeds; see `gallery.save_contact_sheet`.

    Raises:
        RecipeError: the output cannot be as asked; nothing was drawn.
        BackendError: this machine cannot draw it.
        EncodeError: the disk failed.
    """
    names = [*parents, *children]
    sheet = plan_breeding(recipe, names, tile=tile, columns=columns)
    tiles = stills(recipe, names, sheet.tile, run)
    return save_sheet(sheet, tiles, path, run, sheet_text(recipe, names, "children"))


def plan_breeding(
    recipe: Recipe, names: Sequence[int | str], *, tile: int, columns: int | None = None
) -> Sheet:
    """Lay out a sheet of pictures that are numbered from 1, and named.

    Raises:
        RecipeError: as `gallery.plan_gallery`.
    """
    labels = [f"{number}   {name}" for number, name in enumerate(names, start=1)]
    title = f"{recipe.title or recipe.style}: choose by number, or type a name"
    return plan_gallery(recipe, names, tile=tile, columns=columns, title=title, labels=labels)


class _Looks:
    """What pictures of a recipe look like, drawn small and once."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.size = recipe, tile_size(recipe.canvas.size, SIDE)
        self.known: dict[int | str, NDArray[np.uint8]] = {}
        pairs = combinations(_UNRELATED, 2)
        self.unrelated = statistics.median(self.between(one, other) for one, other in pairs)

    def between(self, first: int | str, second: int | str) -> float:
        """Return the unlikeness of two pictures."""
        return unlikeness(self._of(first), self._of(second))

    def nearest(self, ladder: Sequence[str], parent: int | str, aim: float) -> str:
        """Return the first of children, nearer ones first, that is as unlike its parent as aimed.

        Args:
            ladder: the names of a child by rising strength or share.
            parent: what it is compared with.
            aim: share of the unlikeness of unrelated pictures.
        """
        low, high = 0, len(ladder) - 1
        while low < high:
            middle = (low + high) // 2
            if self.between(ladder[middle], parent) < aim * self.unrelated:
                low = middle + 1
            else:
                high = middle
        return ladder[low]

    def _of(self, name: int | str) -> NDArray[np.uint8]:
        if name not in self.known:
            (self.known[name],) = stills(self.recipe, [name], self.size, Run("numpy"))
        return self.known[name]


def _even_aims(count: int) -> list[float]:
    return [float(aim) for aim in np.linspace(NEAREST, FARTHEST, count)]


def _mutations(parents: Sequence[int | str], first: int) -> Iterator[tuple[int | str, int]]:
    """Yield parents in turn, each with the numbers of its mutations after `first`."""
    number = first
    while True:
        number += 1
        for parent in parents:
            yield parent, number


def _crossings(
    parents: Sequence[int | str], first: int
) -> Iterator[tuple[str, int | str, int | str]]:
    """Yield what a crossing's name starts with, the parent that is in it, and the other one."""
    number = first
    while True:
        for parent, other in permutations(parents, 2):
            yield (f"{parent}m{number}@{FAINT}" if number else f"{parent}"), parent, other
        number += 1


def _right(name: int | str) -> str:
    return str(name) if isinstance(name, int) else f"({name})"

"""The colours of pictures in a recipe: a palette may be named by a photograph.

The recipe keeps the colours and nothing of the file, which may be private and lies on one disk.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cppnvid.colour.clustering import ORDERS, gradient_of
from cppnvid.encode import read_pixels
from cppnvid.errors import RecipeError, Setting
from cppnvid.presets.files import place_beside
from cppnvid.presets.overrides import Override
from cppnvid.presets.sources import Source
from cppnvid.recipe import PALETTES, unknown

NAME, BY, COLOURS = "palette.name", "palette.by", "palette.colours"


def names_picture(name: object) -> bool:
    """Tell whether a palette's name is that of a file: it has an ending or a folder."""
    if isinstance(name, os.PathLike):
        return True
    if not isinstance(name, str) or name in PALETTES or name.startswith("#"):
        return False
    return bool(Path(name).suffix) or "/" in name or os.sep in name


def with_colours(
    source: Source, data: dict[str, Any], overrides: Sequence[Override]
) -> tuple[dict[str, Any], list[Override]]:
    """Put the colours of a picture in the place of its name.

    Args:
        source: the recipe's text; a picture that it names must lie in its folder.
        data: the recipe as it was written.
        overrides: the last for `palette.name` may name a picture anywhere, and the last for
            `palette.by` is the order of its colours.

    Raises:
        RecipeError: the picture cannot be read or has one colour, or an order has no picture.
    """
    laid = [each for override in overrides for each in _key_by_key(override)]
    orders = [override for override in laid if override.key == BY]
    laid = [override for override in laid if override.key != BY]
    names = [override for override in laid if override.key in (NAME, COLOURS)]
    text = data.get("palette")
    written = {"name": text} if isinstance(text, str) else text
    written = dict(written) if isinstance(written, Mapping) else {}
    order = orders[-1].value if orders else written.get("by")
    if source.folder is not None and names_picture(written.get("name")):
        name, own = str(written.pop("name")), written.pop("by", None)
        if not names:
            place = place_beside(name, source, key=NAME)
            written["colours"] = _colours(place, order or own, orders, {"file": source.name})
        return data | {"palette": written}, _named(laid, order or own, orders)
    if orders and not (names and names_picture(names[-1].value)):
        problem = "orders the colours of a picture, and none is named: add {picture}"
        raise orders[-1].mistake(problem, picture=Setting(NAME, "photo.jpg"))
    if names and "by" in written:
        written.pop("by")
        data = data | {"palette": written}
    return data, _named(laid, order, orders)


def _key_by_key(override: Override) -> list[Override]:
    """Return an override of the whole palette that names a picture as those of its keys."""
    value = {"name": override.value} if isinstance(override.value, str) else override.value
    if override.key != "palette" or not isinstance(value, Mapping):
        return [override]
    if not (names_picture(value.get("name")) or "by" in value):
        return [override]
    return [override._replace(key=f"palette.{key}", value=value[key]) for key in value]


def _named(
    overrides: Sequence[Override], order: object, orders: Sequence[Override]
) -> list[Override]:
    """Return the overrides with colours where the last name is a picture's."""
    names = [index for index, override in enumerate(overrides) if override.key == NAME]
    laid = list(overrides)
    if not names:
        return laid
    last = laid[names[-1]]
    if names_picture(last.value):
        blame: dict[str, Any] = {"origins": (last.origin,) if last.origin else ()}
        colours = _colours(Path(last.value), order, orders, blame)
        laid[names[-1]] = last._replace(key=COLOURS, value=list(colours))
        return [each for index, each in enumerate(laid) if index not in names[:-1]]
    if isinstance(last.value, str) and last.value not in PALETTES and last.value:
        _check_bare(last)
    return laid


def _check_bare(override: Override) -> None:
    """Say how to name a file that has neither an ending nor a palette's name."""
    if Path(override.value).is_file():
        near = unknown("palette", override.value, PALETTES)
        problem = "{near}; for the colours of the file of that name, write ./{name}"
        raise override.mistake(problem, near=near, name=override.value)


def _colours(
    place: Path, order: object, orders: Sequence[Override], blame: dict[str, Any]
) -> tuple[str, ...]:
    order = "lightness" if order is None else order
    if order not in ORDERS:
        allowed = "lightness, hue or amount"
        error = RecipeError(key=BY, given=order, allowed=allowed)
        raise orders[-1].mistake(str(error).partition(": ")[2]) if orders else error
    try:
        return _read(place, _stamp(place), str(order))
    except RecipeError as error:
        raise error.at(NAME, **blame) from error


@lru_cache(maxsize=16)
def _read(place: Path, _stamp: tuple[int, int], order: str) -> tuple[str, ...]:
    """Read a picture once, although a command makes several recipes of one request."""
    colours = gradient_of(read_pixels(place), order)
    if len(colours) == 1:
        given = f"'{colours[0]},#ffffff'"
        problem = f"{place}: has one colour, {colours[0]}, and a gradient needs two: give them "
        raise RecipeError(f"{problem}yourself, such as {given}")
    return colours


def _stamp(place: Path) -> tuple[int, int]:
    try:
        found = place.stat()
    except (OSError, ValueError):
        return 0, 0  # reading says what is wrong
    return found.st_mtime_ns, found.st_size

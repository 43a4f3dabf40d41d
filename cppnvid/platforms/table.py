"""Read the table of platforms, `platforms.yaml`: every fact with its source and date."""

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from cppnvid.errors import RecipeError
from cppnvid.presets import parse
from cppnvid.recipe import unknown
from cppnvid.recipe.canvas import Fps, Size

T = TypeVar("T")
Range = tuple[float | None, float | None]  # least, most


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Row):
    """Who says so, and as of when (`2026-11`)."""

    text: str
    date: str

    def __str__(self) -> str:
        """Return it as it follows a fact in messages."""
        return f"{self.text}, {self.date}"


class Fact(_Row, Generic[T]):
    """A value and its source."""

    value: T
    source: Source


class Platform(_Row):
    """What a platform takes; None where it names no limit.

    `endings` starts with the usual one. `size` is drawn unless the user names another; with `exact`
    it is the only one, and without `size` a recipe keeps its own. Sides are in pixels, `aspect` is
    width / height, `frame_pixels` width · height, and `total_pixels` that of all frames.
    `usual_fps` and `usual_seconds` are upper limits unless the user names more. `bit_rate` is in
    bits per second, `sound_rate` in kilobits per second.
    """

    name: str
    title: str
    endings: Fact[tuple[str, ...]]
    codecs: Fact[tuple[str, ...]]
    size: Fact[Size] | None = None
    exact: Fact[bool] | None = None
    width: Fact[Range] | None = None
    height: Fact[Range] | None = None
    longer: Fact[Range] | None = None
    shorter: Fact[Range] | None = None
    aspect: Fact[Range] | None = None
    frame_pixels: Fact[Range] | None = None
    fps: Fact[Range] | None = None
    usual_fps: Fact[Fps] | None = None
    seconds: Fact[Range] | None = None
    usual_seconds: Fact[float] | None = None
    frames: Fact[Range] | None = None
    total_pixels: Fact[Range] | None = None
    bytes: Fact[Range] | None = None
    bit_rate: Fact[Range] | None = None
    sound: Fact[bool] | None = None
    edit_list: Fact[bool] | None = None
    sound_rate: Fact[Range] | None = None

    def range_of(self, fact: str) -> tuple[float, float]:
        """Return the least and the most of a fact that is a range: 0 and infinity by default."""
        found = getattr(self, fact)
        least, most = found.value if found is not None else (None, None)
        return least or 0.0, math.inf if most is None else most

    def source_of(self, fact: str) -> Source:
        """Return the source of a fact that the platform has."""
        source: Source = getattr(self, fact).source
        return source

    def facts(self) -> dict[str, Fact[Any]]:
        """Return every fact that the platform has, by name."""
        named = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: fact for name, fact in named if isinstance(fact, Fact)}


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform]:
    """Return every platform by name, in the order of the table."""
    place = files(__package__) / "platforms.yaml"
    data = parse(place.read_text(encoding="utf-8"), "platforms.yaml").data
    sources = data["sources"]
    rows = data["platforms"].items()
    return {name: Platform.model_validate(_row(name, row, sources)) for name, row in rows}


def _row(name: str, row: Mapping[str, Any], sources: Mapping[str, Any]) -> dict[str, Any]:
    facts = {key: value for key, value in row.items() if key != "title"}
    told = {key: fact | {"source": sources[fact["source"]]} for key, fact in facts.items()}
    return {"name": name, "title": row["title"], **told}


def platform_named(name: str, *, key: str = "platform") -> Platform:
    """Return the platform of this name; `key` is the argument that errors name.

    Raises:
        RecipeError: there is no such platform; the error names the nearest.
    """
    if name not in platforms():
        raise RecipeError(unknown("platform", name, platforms()), key=key, given=name)
    return platforms()[name]

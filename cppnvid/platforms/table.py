"""Read the table of platforms, `platforms.yaml`, whose head explains its facts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from cppnvid.errors import RecipeError
from cppnvid.presets import parse
from cppnvid.recipe import unknown
from cppnvid.recipe.canvas import parse_fps, parse_size


@dataclass(frozen=True)
class Fact:
    """A value, who says so, and as of when (`2026-11`)."""

    value: Any
    source: str
    date: str


@dataclass(frozen=True)
class Platform:
    """What a platform takes, fact by fact."""

    name: str
    title: str
    facts: Mapping[str, Fact]

    def __getitem__(self, fact: str) -> Any:
        """Return the value of a fact, None if the platform has none."""
        return self.facts[fact].value if fact in self.facts else None

    def range_of(self, fact: str) -> tuple[float, float]:
        """Return the least and the most of a fact that is a range: 0 and infinity by default."""
        least, most = self[fact] or (None, None)
        return least or 0.0, math.inf if most is None else most

    def refusal(self, fact: str, takes: str, given: object = None) -> str:
        """Return in words what it takes, what was given, and who says so, as of when."""
        but = "" if given is None else f", given {given}"
        found = self.facts[fact]
        return f"{self.name} takes {takes}{but} ({found.source}, {found.date})"


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform]:
    """Return every platform by name, in the order of the table."""
    place = files(__package__) / "platforms.yaml"
    data = parse(place.read_text(encoding="utf-8"), "platforms.yaml").data
    return {name: _platform(name, row, data["sources"]) for name, row in data["platforms"].items()}


def _platform(name: str, row: Mapping[str, Any], sources: Mapping[str, Any]) -> Platform:
    facts = {}
    for key, fact in row.items():
        if key != "title":
            value, source = fact["value"], sources[fact["source"]]
            value = tuple(value) if isinstance(value, list) else value
            read = {"size": parse_size, "usual_fps": parse_fps}.get(key)
            facts[key] = Fact(read(value) if read else value, source["text"], source["date"])
    return Platform(name, row["title"], facts)


def platform_named(name: str, *, key: str = "platform") -> Platform:
    """Return the platform of this name; `key` is the argument that errors name.

    Raises:
        RecipeError: there is no such platform; the error names the nearest.
    """
    if name not in platforms():
        raise RecipeError(unknown("platform", name, platforms()), key=key, given=name)
    return platforms()[name]

"""The names of pictures: a seed, or a child of other pictures such as `7x12m3@0.4`.

    picture = parent { "m" number ["@" strength] | "x" parent ["@" share] }
    parent  = seed | "(" picture ")"

A name is read from left to right: `7x12m3` is the third mutation of the crossing of 7 and 12. No
character of a name without brackets means anything to a shell. What the names stand for is in
`networks/children.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from cppnvid.errors import shown
from cppnvid.recipe.base import Seed, mistake

MAX_GENERATIONS = 64
MAX_PICTURES = 1000  # that one name may have, each as often as it occurs
MAX_NUMBER = 1_000_000  # of a mutation
USUAL_STRENGTH = 0.2  # related at a glance, and not the same, in the house style and patterns
USUAL_SHARE = 0.5
LEAST = 0.0001  # of both: Python still writes it without an exponent

_FORMS = "7m3 is the third mutation of 7, 7m3@0.4 one of strength 0.4, and 7x12 a crossing"
_TOKEN = re.compile(r"(?P<seed>[0-9]+)|m(?P<number>[0-9]+)|@(?P<part>[0-9.]*)|[x()]")


@dataclass(frozen=True)
class Mutation:
    """A picture that differs a little from its parent.

    Attributes:
        parent: the picture that it resembles.
        number: which of the parent's mutations, from 1.
        strength: how far it is turned towards an unrelated picture, `LEAST` to 1.
    """

    parent: Pedigree
    number: int
    strength: float = USUAL_STRENGTH

    def __str__(self) -> str:
        """Return its name."""
        return f"{self.parent}m{self.number}{_part(self.strength, USUAL_STRENGTH)}"


@dataclass(frozen=True)
class Crossing:
    """A picture of which each neuron is one parent's or the other's.

    Attributes:
        first: the parent that it resembles more where the share is below a half.
        second: the other one.
        share: of the second's neurons, `LEAST` to 1.
    """

    first: Pedigree
    second: Pedigree
    share: float = USUAL_SHARE

    def __str__(self) -> str:
        """Return its name."""
        second = f"{self.second}" if isinstance(self.second, int) else f"({self.second})"
        return f"{self.first}x{second}{_part(self.share, USUAL_SHARE)}"


def _part(value: float, usual: float) -> str:
    return "" if value == usual else f"@{value!r}".removesuffix(".0")


Pedigree = int | Mutation | Crossing
"""A seed, or a child and all that it comes from."""


class MisnamedError(ValueError):
    """What is wrong with a name, in words that follow its quotation."""


def pedigree(name: int | str) -> Pedigree:
    """Read the name of a picture.

    Raises:
        MisnamedError: it is none, or has too many pictures or generations.
    """
    if isinstance(name, int):
        return _seed(name)
    reader = _Reader(name, 0)
    found = reader.picture(depth=0)
    if reader.at < len(name):
        raise MisnamedError(f"closes a bracket that was not opened, at character {reader.at + 1}")
    return found


def family(child: Pedigree) -> Iterator[Pedigree]:
    """Yield a picture and all that it comes from, each as often as it occurs."""
    yield child
    if isinstance(child, Mutation):
        yield from family(child.parent)
    elif isinstance(child, Crossing):
        yield from family(child.first)
        yield from family(child.second)


def descent(child: Pedigree) -> str:
    """Return a name without strengths and shares, by which chance is drawn.

    So a stronger mutation is further in the same direction, and its own children go with it.
    """
    match child:
        case Mutation():
            return f"{descent(child.parent)}m{child.number}"
        case Crossing():
            second = descent(child.second)
            seed = isinstance(child.second, int)
            return f"{descent(child.first)}x{second if seed else f'({second})'}"
        case seed:
            return str(seed)


class _Reader:
    """Reads a name from a place on; `at` is how far it has come."""

    def __init__(self, name: str, at: int) -> None:
        self.name, self.at = name, at

    def picture(self, depth: int) -> Pedigree:
        """Read up to the end or a closing bracket."""
        if depth > MAX_GENERATIONS:
            raise MisnamedError(f"must have at most {MAX_GENERATIONS} brackets in each other")
        made = self._parent(depth)
        while self.at < len(self.name) and self.name[self.at] != ")":
            token = self._token("m or x")
            if token[0] == "x":
                other = self._parent(depth)
                made = _bounded(Crossing(made, other, self._part("share", USUAL_SHARE)))
            elif token["number"] is not None:
                number, strength = token["number"], self._part("strength", USUAL_STRENGTH)
                made = _bounded(Mutation(made, _number(number), strength))
            else:
                raise MisnamedError(f"needs m or x before {token[0]!r}: {_FORMS}")
        return made

    def _part(self, what: str, usual: float) -> float:
        """Read a strength or a share, if there is one."""
        if not self.name.startswith("@", self.at):
            return usual
        written = self._token("@")["part"]
        part = float(written) if re.fullmatch(r"\d{1,9}\.?|\d{0,9}\.\d+", written) else 0.0
        if not LEAST <= part <= 1.0:
            given = written or "none"
            raise MisnamedError(f"needs a {what} from {LEAST} to 1 after @, given {given}")
        return part

    def _parent(self, depth: int) -> Pedigree:
        token = self._token("a seed")
        if token["seed"] is not None:
            return _seed(int(token["seed"][:40]))
        if token[0] != "(":
            raise MisnamedError(f"needs a seed before {token[0]!r}: {_FORMS}")
        made = self.picture(depth + 1)
        if self.at == len(self.name):
            raise MisnamedError("has a bracket that is not closed")
        self.at += 1
        return made

    def _token(self, wanted: str) -> re.Match[str]:
        found = _TOKEN.match(self.name, self.at)
        if found is None:
            rest = self.name[self.at :]
            if rest.startswith("m"):
                raise MisnamedError(f"needs a number after m, from 1 up: {_FORMS}")
            if rest:
                raise MisnamedError(f"is neither a seed, such as 7, nor a child: {_FORMS}")
            raise MisnamedError(f"ends where {wanted} is missing: {_FORMS}")
        self.at = found.end()
        return found


def _seed(value: int) -> int:
    if not 0 <= value < 2**63:
        raise MisnamedError("has a seed that is not from 0 to 2**63 - 1")
    return value


def _number(written: str) -> int:
    number = int(written[:40])
    if not 1 <= number <= MAX_NUMBER:
        raise MisnamedError(f"needs a number from 1 to {MAX_NUMBER:,} after m, given {number}")
    return number


def _bounded(child: Mutation | Crossing) -> Mutation | Crossing:
    """Refuse a family that is too large, before it grows further."""
    if (generations := _generations(child)) > MAX_GENERATIONS:
        raise MisnamedError(f"must have at most {MAX_GENERATIONS} generations, given {generations}")
    if (pictures := sum(1 for _ in family(child))) > MAX_PICTURES:
        raise MisnamedError(f"must have at most {MAX_PICTURES:,} pictures, given {pictures:,}")
    return child


def _generations(child: Pedigree) -> int:
    match child:
        case Mutation():
            return 1 + _generations(child.parent)
        case Crossing():
            return 1 + max(_generations(child.first), _generations(child.second))
        case _:
            return 0


# ------------------------------------------------------------------ in a recipe


_MUTATION, _CROSSING = {"mutate", "number", "strength"}, {"cross", "share"}
_MAPPINGS = "{mutate: 7, number: 3, strength: 0.4} or {cross: [7, 12], share: 0.5}"


def _from_mapping(data: Any, depth: int = 0) -> str:
    """Return the name of a picture that may be written as a mapping, whose parents may be."""
    if not isinstance(data, Mapping):
        return str(data)
    if depth > MAX_GENERATIONS:
        raise MisnamedError(f"must have at most {MAX_GENERATIONS} generations")
    part = "".join(f"@{data[key]}" for key in ("strength", "share") if key in data)
    if "mutate" in data and set(data) <= _MUTATION:
        return f"({_from_mapping(data['mutate'], depth + 1)})m{data.get('number', 1)}{part}"
    parents = data.get("cross")
    if isinstance(parents, list | tuple) and len(parents) == 2 and set(data) <= _CROSSING:
        first, second = (_from_mapping(parent, depth + 1) for parent in parents)
        return f"({first})x({second}){part}"
    raise MisnamedError(f"is no child: as a mapping it is {_MAPPINGS}")


def _named(value: object, whole: Callable[[Any], int]) -> int | str:
    """Return a seed, or the name of a child as it is always written."""
    if not isinstance(value, str | Mapping) or (isinstance(value, str) and value.isdecimal()):
        return whole(value)
    try:
        found = pedigree(_from_mapping(value))
    except MisnamedError as error:
        raise mistake("", f"{shown(value)} {error}", value) from error
    return found if isinstance(found, int) else str(found)


class _Name:
    """How a recipe reads and writes the name of a picture."""

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            _named,
            handler.generate_schema(Seed),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda name: name),
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
        crossing = {"cross": {"type": "array", "minItems": 2, "maxItems": 2}, "share": number}
        mutation = {"mutate": {}, "number": {"type": "integer"}, "strength": number}
        return {
            "anyOf": [
                {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**63},
                {"type": "string", "pattern": r"^[0-9mx@.()]+$", "description": f"{_FORMS}."},
                {"type": "object", "properties": mutation, "required": ["mutate"]},
                {"type": "object", "properties": crossing, "required": ["cross"]},
            ]
        }


Picture = Annotated[int | str, _Name()]

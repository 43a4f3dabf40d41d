"""What the parts of a recipe share: strict numbers, closed models, mistakes as data."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cppnvid.errors import Message, Mistake, shown

# Strict, so that `width: yes` or `seeds: "7"` is a mistake and not a 1 or a 7;
# finite, so that NaN never reaches a pixel.
Real = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Seed = Annotated[Whole, Field(ge=0, lt=2**63)]
# Characters that control a terminal or end a line of YAML: C0 except tab and newline, C1, and
# Unicode's line and paragraph separators.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def mistake(
    keys: str, problem: str = "", given: object = None, *, allowed: str = "", **facts: Any
) -> PydanticCustomError:
    """Return the error for a validator to raise: an `errors.Mistake` in pydantic's hands.

    Args:
        keys: the keys that take part, the one to blame first, relative to the model that is
            validated: `path, seeds`. Empty for the value itself.
        problem: as in `Mistake`; with facts, a template in which `{given}` is what was given.
        given: the value of the first key.
        allowed: as in `Mistake`.
        facts: what the braces of the problem stand for; a `Setting` has its whole key.
    """
    text = Message(problem, given=shown(given), **facts) if facts else problem
    key, *also = keys.split(", ")
    words = Mistake(text, key, given, allowed).words()
    made = Mistake(text, key, given, allowed, tuple(also))
    return PydanticCustomError("mistake", "{words}", {"words": words, "mistake": made})


def _printable(text: str) -> str:
    if found := _CONTROL.search(text):
        raise mistake("", given=found[0], allowed="text without control characters")
    return text


Text = Annotated[str, Strict(), Field(max_length=4000), AfterValidator(_printable)]


class Part(BaseModel):
    """Base of a recipe's parts: frozen, without unknown keys, documented by its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    # What a text may have in place of the mapping: in words, and as JSON schema.
    form: ClassVar[str] = ""
    short: ClassVar[dict[str, Any]] = {}

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Return data with short forms and what follows from it written out, before validation."""
        return data

    def mistake(self, keys: str, problem: str = "", **facts: Any) -> PydanticCustomError:
        """Return a mistake between keys of this part, as `mistake` does, which gave the first."""
        given: Any = self
        for step in keys.split(", ")[0].split("."):
            given = given[int(step)] if step.isdecimal() else getattr(given, step)
        return mistake(keys, problem, plain(given), **facts)

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, data: Any) -> Any:
        return cls.written_out(data)


class NamedFile(Part):
    """A file in the recipe's folder or below it; its name alone is enough."""

    short: ClassVar[dict[str, Any]] = {"type": "string", "description": "Name of the file."}
    name: Annotated[Text, Field(min_length=1)]
    """Name of the file, in the recipe's folder or below it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 of the file that was read."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a name for the file."""
        return {"name": data} if isinstance(data, str) else data

    @model_serializer(mode="wrap")
    def _plain_as_name(self, handler: Any) -> Any:
        written = {name: value for name, value in handler(self).items() if value is not None}
        return self.name if len(written) == 1 else written


def plain(value: Any) -> Any:
    """Return a part as plain mappings, lists, numbers and text; anything else as it is."""
    return value.model_dump(mode="json", exclude_none=True) if isinstance(value, Part) else value


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` updated by `over`: mappings are merged key by key, other values replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = (
            merge(below, value)
            if isinstance(below, Mapping) and isinstance(value, Mapping)
            else value
        )
    return merged


def unknown(what: str, given: object, known: Iterable[str]) -> str:
    """Return the words for an unknown name: the nearest known one, and all that are known."""
    names = list(known)
    near = difflib.get_close_matches(str(given), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = f"known are {', '.join(names)}" if names else "none are known"
    return f"unknown {what} {given!r}: {hint}{listed}"

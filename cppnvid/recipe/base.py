"""What the parts of a recipe share: strict numbers, closed models, words for what is unknown."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

# Strict, so that `width: yes` or `seeds: "7"` is a mistake and not a 1 or a 7;
# finite, so that NaN never reaches a pixel.
Real = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Seed = Annotated[Whole, Field(ge=0, lt=2**63)]
# Nothing that a terminal obeys or that YAML takes for a line's end: C0 but tab and newline, C1,
# and Unicode's own line and paragraph ends.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def _printable(text: str) -> str:
    if found := _CONTROL.search(text):
        raise ValueError(f"control characters cannot stand in a text, given {found[0]!r}")
    return text


Text = Annotated[str, Strict(), Field(max_length=4000), AfterValidator(_printable)]


class Part(BaseModel):
    """What every part of a recipe is: frozen, closed to unknown keys, documented by its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `over` on `base`: mappings are merged key by key, anything else replaces."""
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
    """Say that a name is not known, with the nearest that is."""
    names = list(known)
    near = difflib.get_close_matches(str(given), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {what} {given!r}: {hint}known are {', '.join(names)}"

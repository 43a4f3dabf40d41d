"""What the parts of a recipe share: strict numbers, closed models, words for what is unknown."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict

# Strict, so that `width: yes` or `seeds: "7"` is a mistake and not a 1 or a 7;
# finite, so that NaN never reaches a pixel.
Real = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Seed = Annotated[Whole, Field(ge=0, lt=2**63)]
Text = Annotated[str, Strict(), Field(max_length=4000)]


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

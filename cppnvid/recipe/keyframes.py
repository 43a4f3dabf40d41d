"""A number over time."""

from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_serializer, model_validator

from cppnvid.recipe.base import Part, Real
from cppnvid.recipe.clock import Moment, as_written

Easing = Literal["linear", "smooth", "ease-in", "ease-out", "hold"]


class Key(Part):
    """One keyframe: the value at a time. In YAML it may be written `[time, value]`."""

    form = "a pair [time, value]"
    short: ClassVar[dict[str, Any]] = {
        "type": "array",
        "items": {"type": ["number", "string"]},
        "minItems": 2,
        "maxItems": 2,
        "description": "[time, value]",
    }
    time: Moment
    """Time in the film: 0 is its start, 1 its end; or after its start: `2.5 s`, `3 beats`, `1 bar`.
    """
    value: Real

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a pair of time and value."""
        if isinstance(data, list | tuple) and len(data) == 2:
            return {"time": data[0], "value": data[1]}
        return data

    @model_serializer
    def _as_pair(self) -> list[float | str]:
        return [as_written(self.time), self.value]


class Track(Part):
    """A number over time: a plain number, or keyframes with an easing between them."""

    form = "a number, or keyframes such as {keys: [[0, 1], [0.5, 2]]}"
    short: ClassVar[dict[str, Any]] = {"type": "number", "description": "A constant."}
    keys: Annotated[tuple[Key, ...], Field(min_length=1, max_length=1000)]
    """Keyframes `[time, value]` at rising times. In a loop the last leads back to the first."""
    easing: Easing = "smooth"
    """Easing between keys: `smooth` starts and ends at rest, `linear` keeps its speed."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a number for a constant track."""
        if isinstance(data, int | float) and not isinstance(data, bool):
            return {"keys": [[0.0, float(data)]]}
        return data

    @model_serializer(mode="wrap")
    def _constant_as_number(self, handler: Any) -> Any:
        return self.keys[0].value if self.is_constant else handler(self)

    @model_validator(mode="after")
    def _times_rise(self) -> Self:
        times = [key.time for key in self.keys]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise self.mistake("keys", allowed="keyframes at rising times")
        return self

    @property
    def is_constant(self) -> bool:
        """Whether this is one number for the whole film."""
        return len(self.keys) == 1


def constant(value: float) -> Track:
    """Return the track that is always `value`."""
    return Track(keys=(Key(time=0.0, value=value),))

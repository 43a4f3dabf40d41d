"""Shared by the tests of films."""

from collections.abc import Iterator
from typing import Any

from cppnvid.backends import choose
from cppnvid.recipe import Recipe
from tests.conftest import small


def lively(side: int, frames: int, fps: int = 25, **output: object) -> Recipe:
    """Return a recipe with some detail, so that sizes have something to depend on."""
    return small(
        side, side, network={"layers": "3x12"},
        output={"frames": frames, "fps": fps, **output},
    )  # fmt: skip


class Counting:
    """A backend that counts the frames it draws, and fails after so many."""

    def __init__(self, fails_after: int = 10**9) -> None:
        self._inner = choose("torch:cpu")
        self.name, self.pixel_formats = self._inner.name, self._inner.pixel_formats
        self.interpolates = self._inner.interpolates
        self.drawn = 0
        self._fails_after = fails_after

    def render(self, *given: Any, **named: Any) -> Iterator[Any]:
        """Draw, counting."""
        for batch in self._inner.render(*given, **named):
            self.drawn += len(batch)
            if self.drawn > self._fails_after:
                raise KeyboardInterrupt
            yield batch

    def colours(self, *given: Any) -> Any:
        """Draw points."""
        return self._inner.colours(*given)

    def bands(self, *given: Any, **named: Any) -> Iterator[Any]:
        """Draw a still."""
        return self._inner.bands(*given, **named)

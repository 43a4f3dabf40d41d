"""Run: how a recipe is drawn and written, which changes nothing that it shows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cppnvid.callbacks import Note, Progress, silent
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.backends import Backend


@dataclass(frozen=True)
class Run:
    """How to draw and write a recipe: what draws, what encodes, with how many processors.

    Attributes:
        backend: `auto`, a name that `cppnvid.choose` knows, such as `numpy`, or a `Backend`.
        encoder: H.264 encoder of MP4 and MOV: `auto` (x264), `x264`, `nvenc`, or `videotoolbox`.
        threads: number of processors that drawing and encoding share, from 1; None uses all.
        overwrite: replace an existing output once the new one is complete.
        fresh: draw a film from its start, also where an interrupted run has kept parts of it.
        progress: called with (frames done, frames in all) after every batch.
        note: called with each line a user may want to read, such as which backend draws.

    Raises:
        RecipeError: `threads` is less than 1.
    """

    backend: str | Backend = "auto"
    encoder: str = "auto"
    threads: int | None = None
    overwrite: bool = False
    progress: Progress = silent
    note: Note = silent
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise RecipeError(key="threads", given=self.threads, allowed="at least 1")

    @property
    def encoding(self) -> int:
        """The number of segments encoded at once: every processor, or half of `threads`.

        Without a limit drawing and encoding both have every processor: whichever is slower gets
        most of them, because the other waits for it. Under a limit each has half, as nobody knows
        beforehand which will be slower.
        """
        return (os.cpu_count() or 1) if self.threads is None else max(1, self.threads // 2)

    @property
    def drawing(self) -> int | None:
        """The number of threads that draw; None uses all."""
        return None if self.threads is None else max(1, self.threads - self.encoding)

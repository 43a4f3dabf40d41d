"""Encoders for tests: one call with friendly arguments in place of an output, a target and more."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cppnvid.callbacks import Note, silent
from cppnvid.encode import Coding, Encoder, Target, open_encoder, write_still
from cppnvid.recipe import Output

_OF_TARGET = ("encoder", "overwrite", "sound", "max_size", "still")


def target(
    path: Path | str, *, width: int = 64, height: int = 48, coding: Coding | None = None, **how: Any
) -> Target:
    """Return a target; `how` are keys of `output`, and arguments of `Target.to`."""
    given = {name: how.pop(name) for name in _OF_TARGET if name in how}
    output = Output.model_validate(how | ({} if coding is None else asdict(coding)))
    return Target.to(path, (width, height), output, **given)


def open_file(path: Path | str, *, recipe: str = "", **how: Any) -> Encoder:
    """Open an encoder; `how` is that of `target`, with arguments of `open_encoder`."""
    opening = ("pixel_format", "loops", "sound_follows", "at_once", "threads", "note")
    given = {name: how.pop(name) for name in opening if name in how}
    return open_encoder(target(path, **how), recipe_text=recipe, **given)


def write_picture(
    path: Path | str,
    rows: Iterable[NDArray[Any]],
    *,
    width: int,
    height: int,
    depth: int | None = None,
    recipe: str = "",
    overwrite: bool = False,
    note: Note = silent,
) -> None:
    """Write one picture from bands of rows."""
    place = target(path, width=width, height=height, depth=depth, overwrite=overwrite, still=True)
    write_still(place, rows, recipe_text=recipe, note=note)

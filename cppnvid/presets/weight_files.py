"""Open the weight files that a user or a recipe names, and make them a recipe's own.

A file that the user names on the command line may lie anywhere. One that a recipe's text names is
looked for in the recipe's own folder and below it, and one that a video's recipe names is not
opened at all: whoever wrote it did so on another machine.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cppnvid.errors import RecipeError
from cppnvid.networks.weights import Trained, pack, read_bytes, read_weights
from cppnvid.presets.beside import another_file, place_beside
from cppnvid.presets.messages import explain
from cppnvid.presets.sources import Source
from cppnvid.recipe import Recipe

KEY = "morph.weights"


class ReadFile(NamedTuple):
    """A weight file, and what the recipe keeps of it."""

    trained: Trained
    entry: dict[str, str]


def read_named(name: str, path: Path | None = None) -> ReadFile:
    """Read a file; `name` is what it is called, in the recipe too if it has a path of its own."""
    data = read_bytes(path or name)
    trained = read_weights(data, name)
    _check_about(trained)
    entry = {
        "name": name if path else Path(name).name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "data": base64.b64encode(pack(trained)).decode(),
    }
    return ReadFile(trained, entry)


def _check_about(trained: Trained) -> None:
    """Check what a file says about itself, so that a mistake in it is told by the file's name."""
    about = trained.about or {}
    data = {key: about[key] for key in ("network", "camera", "palette") if key in about}
    try:
        channels = data.get("network", {}).get("channels")
        Recipe.model_validate({"palette": "cmyk" if channels == 4 else "rgb"} | data)
    except ValidationError as error:
        raise explain(error, data, Source(data, name=trained.name)) from error


def is_unread(entry: Any) -> bool:
    """Return whether an entry of `morph.weights` names a file whose numbers it does not hold."""
    if isinstance(entry, Mapping):
        return isinstance(entry.get("name"), str) and entry.get("data") is None
    return isinstance(entry, str)


def read_beside(entry: Any, source: Source) -> ReadFile:
    """Read a file that a recipe's text names, from the recipe's folder or below it."""
    name = entry["name"] if isinstance(entry, Mapping) else entry
    place = place_beside(name, source, key=KEY)
    try:
        read = read_named(name, place)
    except RecipeError as error:
        raise error.at(KEY, file=source.name) from error
    wanted = entry.get("sha256") if isinstance(entry, Mapping) else None
    if wanted is not None and wanted != read.entry["sha256"]:
        raise another_file(name, read.entry["sha256"], wanted, source, KEY)
    return read._replace(entry=entry | read.entry) if isinstance(entry, dict) else read

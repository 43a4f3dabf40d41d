"""The networks of weight files in a recipe: their numbers, and the architecture they make.

Overrides win over what a file says of itself, and that wins over what its numbers alone imply. A
recipe's text wins over the files it names, and yields to files that overrides put in their place.
A film's recipe opens no files: it was written on another machine.
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cppnvid.callbacks import Note, silent
from cppnvid.errors import Message, Mistake, RecipeError, Setting
from cppnvid.networks.weights import (
    ARCHITECTURE,
    Trained,
    check_fit,
    network_keys,
    pack,
    read_bytes,
    read_weights,
    unpack,
)
from cppnvid.presets.files import another_file, place_beside, without_curves
from cppnvid.presets.messages import explain
from cppnvid.presets.overrides import Override
from cppnvid.presets.schema import value_at
from cppnvid.presets.sources import Source
from cppnvid.recipe import NetworkSpec, Recipe, merge
from cppnvid.recipe.styles import STYLES

WEIGHTS = "morph.weights"
# Keys of `network` that say how its numbers are drawn, and which numbers.
_DRAWN = {"init": "weights", "z_scale": "latents", "z_distribution": "latents"}


class ReadFile(NamedTuple):
    """A weight file, and what the recipe keeps of it."""

    trained: Trained
    entry: dict[str, str]


def read_named(name: str, path: Path | None = None) -> ReadFile:
    """Read a file; with a `path`, the recipe keeps the whole `name`, without one the last part."""
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
    """Check what a file says about itself, so that mistakes in it carry the file's name."""
    about = trained.about or {}
    data = {key: about[key] for key in ("network", "camera", "palette") if key in about}
    try:
        channels = data.get("network", {}).get("channels")
        Recipe.model_validate({"palette": "cmyk" if channels == 4 else "rgb"} | data)
    except ValidationError as error:
        raise explain(error, data, Source(data, name=trained.name)) from error


def is_unread(entry: Any) -> bool:
    """Tell whether an entry of `morph.weights` names a file without holding its numbers."""
    if isinstance(entry, Mapping):
        return isinstance(entry.get("name"), str) and entry.get("data") is None
    return isinstance(entry, str)


def read_beside(entry: Any, source: Source) -> ReadFile:
    """Read a file that a recipe's text names, in the recipe's folder or below it."""
    name = entry["name"] if isinstance(entry, Mapping) else entry
    place = place_beside(name, source, key=WEIGHTS)
    try:
        read = read_named(name, place)
    except RecipeError as error:
        raise error.at(WEIGHTS, file=source.name) from error
    wanted = entry.get("sha256") if isinstance(entry, Mapping) else None
    if wanted is not None and wanted != read.entry["sha256"]:
        raise another_file(name, read.entry["sha256"], wanted, source, WEIGHTS)
    return read._replace(entry=entry | read.entry) if isinstance(entry, dict) else read


def with_weights(
    source: Source, data: dict[str, Any], overrides: Sequence[Override], note: Note = silent
) -> tuple[dict[str, Any], list[Override]]:
    """Read the weight files that a recipe or its overrides name.

    Args:
        source: the recipe's text.
        data: the recipe as it was written.
        overrides: the last for `morph.weights` names the files.
        note: called with the order of a file's layers, where numbers in their names do not say it.

    Returns:
        The data with the network of its files, and the overrides with the network of theirs.

    Raises:
        RecipeError: a file cannot be read or has no network, or two are of different kinds.
    """
    naming = [override for override in overrides if override.key == WEIGHTS]
    others = [override for override in overrides if override.key != WEIGHTS]
    written = _listed(value_at(data, ("morph", "weights")))
    if naming:
        named = _listed(naming[-1].value)
        paths = [os.fspath(name) for name in named if isinstance(name, str | os.PathLike)]
        read = [read_named(path) for path in paths]
    elif source.folder is not None:
        named = written
        read = [read_beside(entry, source) for entry in written if is_unread(entry)]
    else:
        return data, others
    if not read or len(read) != len(named) or not isinstance(data.get("network", {}), Mapping):
        return data, [*others, *naming]  # nothing to read, or validation reports the mistake
    files, entries = [file.trained for file in read], [file.entry for file in read]
    for file in files:
        if file.order:
            note(f"{file.name}: layers in the order {file.order}")
    if not naming:
        network = _network(files, others, above=_mapping(data, "network"))
        whole = data if "style" in data else merge(_picture(files[0], network), data)
        whole = whole | {"network": merge(_mapping(whole, "network"), network)}
        return merge(whole, {"morph": {"weights": entries}}), others
    shas = [entry.get("sha256") for entry in written if isinstance(entry, Mapping)]
    if shas == [entry["sha256"] for entry in entries]:  # the recipe was written for these files
        return merge(data, {"morph": {"weights": entries}}), others
    network = _network(files, others, below=_mapping(data, "network"), style=data.get("style"))
    plain = not {"style", "network", "camera", "palette"} & data.keys()
    parts = _picture(files[0], network) if plain else {}
    parts["network"] = merge(parts.get("network", {}), network)
    from_files = [Override(key, value, files[0].name) for key, value in parts.items()]
    return data, [*from_files, *others, naming[-1]._replace(value=entries)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _mapping(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return dict(value) if isinstance(value, Mapping) else {}


def _network(
    files: Sequence[Trained],
    overrides: Sequence[Override],
    *,
    above: Mapping[str, Any] | None = None,
    below: Mapping[str, Any] | None = None,
    style: object = None,
) -> dict[str, Any]:
    """Return the `network` of the files, without the keys that overrides set.

    Args:
        files: the first decides, and the others must be of its kind.
        overrides: win over the files.
        above: the network of a recipe that names the files, which wins over them, too.
        below: the network of a recipe whose place the files take.
        style: the style that was chosen.
    """
    set_keys = {o.path[1:]: o.value for o in overrides if o.path[0] == "network"}
    laid = {str(path[0]): value for path, value in set_keys.items() if len(path) == 1}
    known = _mapping(STYLES.get(style, {}), "network") if isinstance(style, str) else {}
    kept = {key: value for key, value in (below or {}).items() if key not in ARCHITECTURE}
    wins = {**(above or {}), **laid}
    first, *rest = [network_keys(file, wins, base=kept, known=known) for file in files]
    for words, file in zip(rest, files[1:], strict=True):
        _check_same_kind(files[0], first, file, words)
    return {key: value for key, value in first.items() if key not in laid}


def _picture(file: Trained, network: Mapping[str, Any]) -> dict[str, Any]:
    """Return camera and palette as the file names them, or those that show its output as it is."""
    about = file.about or {}
    kept = {key: about[key] for key in ("camera", "palette") if key in about}
    palette = "grey" if network.get("channels") == 1 else "rgb"
    # The output function and gradient of the house style suit only its own networks.
    return {"network": {"output": "sigmoid"}, "palette": {"name": palette}, **kept}


def _check_same_kind(
    one: Trained, words: Mapping[str, Any], other: Trained, other_words: Mapping[str, Any]
) -> None:
    """Refuse networks of different functions: what lies between them would be neither."""
    try:
        specs = [NetworkSpec.model_validate(each) for each in (words, other_words)]
    except ValidationError:
        return  # validation of the recipe reports the mistake
    shapes = ([layer.weight.shape for layer in file.layers] for file in (one, other))
    if next(shapes) != next(shapes):
        return  # `check_weights` names the layer
    kinds: list[dict[str, list[str]]] = [
        {
            "activations": [spec.activation_of(layer) for layer in spec.layers],
            "output": [spec.output],
            "inputs": sorted(spec.inputs),
        }
        for spec in specs
    ]
    for what, of_one in kinds[0].items():
        if of_one != (of_other := kinds[1][what]):
            given, allowed = (", ".join(sorted(set(of))) for of in (of_other, of_one))
            problem = f"must have the {what} of {one.name}, {allowed}, given {given}: a path needs "
            problem += "networks of one kind"
            raise RecipeError(problem, file=other.name, given=given, allowed=allowed)


def without_riders(data: Any) -> tuple[Any, list[str]]:
    """Return a recipe's data for people to read, and the names of the weight files it contains.

    The data has their names instead of their numbers, and no curves of its sound.
    """
    data = without_curves(data)
    written = _listed(value_at(data, ("morph", "weights")))
    riders = [
        str(entry["name"])
        for entry in written
        if isinstance(entry, Mapping) and "data" in entry and "name" in entry
    ]
    if not riders or len(riders) != len(written):
        return data, []
    return merge(data, {"morph": {"weights": riders}}), riders


def only_drawn(override: Override) -> bool:
    """Tell whether an override is about how a network is drawn, which one from a file is not."""
    return override.path[:1] == ("network",) and override.path[1:2] in {(key,) for key in _DRAWN}


def trained(data: Any) -> bool:
    """Tell whether a recipe's data names networks from files."""
    return bool(_listed(value_at(data, ("morph", "weights"))))


def check_weights(recipe: Recipe, name: str, overrides: Sequence[Override] = ()) -> None:
    """Check that a recipe's weight files were read and fit its network, and overrides fit them.

    Raises:
        RecipeError: one does not fit, or was too large for the file that the recipe comes from; or
            an override says how weights are drawn, and all are read.
    """
    files = recipe.morph.weights
    if recipe.morph.is_read:
        _check_used(recipe, overrides)
    if missing := [file for file in files if file.data is None]:
        sums = [f" (sha256 {file.sha256[:16]}...)" if file.sha256 else "" for file in missing]
        drawn = ", ".join(file.name + part for file, part in zip(missing, sums, strict=True))
        again = Setting(WEIGHTS, " ".join(file.name for file in files))
        problem = "does not contain the numbers of {drawn}: add {again}"
        raise RecipeError(problem, file=name, key=WEIGHTS, drawn=drawn, again=again)
    for index, file in enumerate(files):
        try:
            trained = unpack(file.data or b"", file.name)
        except RecipeError as error:
            raise error.at(WEIGHTS, file=name) from error
        try:
            check_fit(trained, recipe.network)
        except RecipeError as error:
            if index == 0:
                raise
            facts = {"mistake": error.mistakes[0], "first": files[0].name}
            raise RecipeError(Message("{mistake}, as in {first}", **facts)) from error


def _check_used(recipe: Recipe, overrides: Sequence[Override]) -> None:
    """Refuse overrides that say how a network is drawn where all come from files.

    What a recipe's text says may wait for a seed, as it does where a path has no use for a key.
    """
    latents = recipe.morph.of == "z"  # which are drawn, though their network is read
    drawn = {key: what for key, what in _DRAWN.items() if not (latents and what == "latents")}
    mistakes = []
    for override in overrides:
        _, *below = override.path if override.path[0] == "network" else ("", "")
        inside = list(override.value) if isinstance(override.value, Mapping) else []
        if found := [key for key in (below[:1] or inside) if key in drawn]:
            problem = Message(
                "changes nothing: it says how {what} are drawn, and those of {files} are read: "
                "leave it out",
                what=drawn[str(found[0])],
                files=", ".join(file.name for file in recipe.morph.weights),
            )
            key = override.key if below else f"network.{found[0]}"
            origins = (override.origin,) if override.origin else ()
            mistakes.append(Mistake(problem, key, override.value, origins=origins))
    if mistakes:
        raise RecipeError.of(mistakes)

"""Find the text of a recipe: a preset, a YAML or JSON file, or a file that cppnvid made."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cppnvid import __version__
from cppnvid.errors import NoRecipe, RecipeError, Setting
from cppnvid.networks.weights import SUFFIXES
from cppnvid.presets.yaml import KeyPath, dump, parse, read_file
from cppnvid.recipe import Recipe, unknown
from cppnvid.recipe.styles import STYLES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SHEETS = ("seeds", "children", "frames")  # kinds of contact sheets
# Characters of base64, for 110,000 weights: a few networks of 4x128, well below the 1 MB that a
# file's comment may have.
MOST_RIDING = 600_000
# The same for 94,000 numbers of curves: three of a film of 17 minutes at 30 frames per second.
MOST_HEARD = 250_000
TEXT_SUFFIXES = (".yaml", ".yml", ".json")

_PRESET_NAME = re.compile(r"[\w-]+(/[\w-]+)*")


@dataclass(frozen=True)
class Preset:
    """One of the recipes that come with cppnvid."""

    name: str
    title: str
    comment: str
    path: Path


@dataclass(frozen=True)
class Source:
    """A recipe as it was written, not validated yet."""

    data: Any
    name: str = ""
    """The file, for messages; empty if there is none."""
    stem: str = ""
    """The name, without an ending, of files made from it."""
    time: float | None = None
    """The moment that is shown, if it comes from a still."""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    suffix: str = ""
    """The ending of the file that cppnvid made, if it comes from one."""
    sheet: str = ""
    """The kind of contact sheet, if it comes from one: `seeds`, `children` or `frames`."""
    folder: Path | None = None
    """The folder of the files that it names; None where it may name none."""
    linked: Path | None = None
    """The folder of the file that it is a link to, if it is a link."""
    film: Path | None = None
    """The file that cppnvid made, if it comes from one."""
    explain: Mapping[str, Any] | None = None
    """The options of `explain`, if that made the file: it shows a network and no film."""

    @property
    def shows_seeds(self) -> bool:
        """Whether it comes from a sheet each of whose tiles is a picture of its own."""
        return self.sheet in ("seeds", "children")


@cache
def presets_folder() -> Path:
    """Return the folder of the presets that come with cppnvid.

    `cppnvid/_presets` in an installed wheel, `presets` beside the package in a checkout. A package
    that is imported from a zip has them there, so they are unpacked for as long as this runs.
    """
    package = files("cppnvid")
    beside = Path(__file__).parent.parent.parent / "presets"
    inside = package / "_presets"
    if isinstance(inside, Path):
        return next((place for place in (inside, beside) if place.is_dir()), inside)
    if not inside.is_dir():
        return beside
    _unpack(inside, Path(_unpacked().name))
    return Path(_unpacked().name)


@cache
def _unpacked() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="cppnvid-presets-")  # removed when Python ends


def _unpack(folder: "Traversable", to: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            (to / entry.name).mkdir()
            _unpack(entry, to / entry.name)
        else:
            (to / entry.name).write_bytes(entry.read_bytes())


def list_presets() -> list[Preset]:
    """Return every preset with its title and comment, by name."""
    presets = []
    for path in sorted(presets_folder().rglob("*.yaml")):
        data = parse(read_file(path), str(path)).data
        presets.append(Preset(_name(path), data.get("title", ""), data.get("comment", ""), path))
    return presets


def _name(path: Path) -> str:
    return path.relative_to(presets_folder()).with_suffix("").as_posix()


def preset_path(name: str, *, key: str = "name") -> Path:
    """Return the file of a preset; `key` is what messages call the argument.

    Raises:
        RecipeError: no preset has this name; names the nearest.
    """
    if _names_preset(name):
        return presets_folder() / f"{name}.yaml"
    known = sorted(map(_name, presets_folder().rglob("*.yaml")))
    group = [preset for preset in known if preset.startswith(f"{name}/")]
    found = ["the style is {style}"] if name in STYLES else []
    found += ["its group has {group}"] if group else []
    problem = f"no preset is called {{name!r}}: {'; '.join(found)}" if found else "{unknown}"
    if Path(name).exists():
        problem += "; to read the file of that name, write ./{name}"
    style, names = Setting("style", name), ", ".join(group)
    near = unknown("preset", name, known)
    facts: dict[str, Any] = {"name": name, "style": style, "group": names, "unknown": near}
    raise RecipeError(problem, key=key, given=name, **facts)


def read_source(source: str | os.PathLike[str]) -> Source:
    """Read the recipe of a preset, a text or a file that cppnvid made.

    A name without ending and folder is a preset's, and so is `folder/name` if there is such a
    preset, or such a group of presets and no such file. Anything else is a file.

    Raises:
        NoRecipe: the file contains none.
        RecipeError: the preset or file does not exist, or cannot be read.
    """
    text = os.fspath(source)
    path = Path(text)
    if not text:
        raise RecipeError("is empty: name a preset or a file", key="recipe", given=text)
    bare = isinstance(source, str) and not path.suffix and not path.is_absolute()
    if bare and (_names_preset(text) or _may_mean_preset(text)):
        return _read_text(preset_path(text, key="recipe"), stem=path.name)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return _read_text(path, stem=path.stem)
    return _read_media(text)


def names_film(source: str) -> bool:
    """Tell whether a name means a media file or folder, and neither a preset nor a text."""
    path = Path(source)
    if _names_preset(source) or path.suffix.lower() in TEXT_SUFFIXES:
        return False
    return bool(path.suffix) or path.is_dir()


def _names_preset(text: str) -> bool:
    return bool(_PRESET_NAME.fullmatch(text)) and (presets_folder() / f"{text}.yaml").is_file()


def _may_mean_preset(text: str) -> bool:
    """Tell whether an unknown name was meant as a preset, so that the nearest is suggested."""
    folder, slash, _ = text.partition("/")
    if not slash:
        return bool(_PRESET_NAME.fullmatch(text)) and not Path(text).is_dir()
    known = bool(_PRESET_NAME.fullmatch(text)) and (presets_folder() / folder).is_dir()
    return known and not Path(text).exists()


def _read_text(path: Path, *, stem: str) -> Source:
    if not path.exists() and _names_preset(path.stem):
        problem = f"there is no such file; the preset is called {path.stem}, without an ending"
        raise RecipeError(problem, file=str(path))
    text = read_file(path)
    document = parse(text, str(path))
    if isinstance(document.data, dict) and {"cppnvid", "recipe"} <= document.data.keys():
        return parse_recipe_text(text, str(path))  # recipe.json beside a folder's pictures
    name, lines = str(path), document.lines
    linked = path.resolve().parent if path.is_symlink() else None
    return Source(document.data, name, stem, lines=lines, folder=path.parent, linked=linked)


def _read_media(text: str) -> Source:
    from cppnvid.encode import container_for, known_endings, read_recipe

    if not Path(text).exists():
        raise RecipeError("there is no such file", file=text)
    if Path(text).suffix.lower() in SUFFIXES:
        weights = Setting("morph.weights", text)
        raise RecipeError("contains weights: name it with {weights}", file=text, weights=weights)
    try:
        container_for(text)
    except RecipeError as error:
        allowed = f"one of {', '.join(TEXT_SUFFIXES)}, {known_endings()}; or name a folder of PNGs"
        raise RecipeError(f"the ending must be {allowed}", file=text, allowed=allowed) from error
    recipe = read_recipe(text)
    if recipe is None:
        problem = "contains no recipe: cppnvid did not make it, or a platform removed the recipe "
        raise NoRecipe(problem + "when it encoded the file again", file=text)
    return replace(parse_recipe_text(recipe, text), film=Path(text))


def recipe_text(
    recipe: Recipe,
    time: float | None = None,
    *,
    sheet: str | None = None,
    explain: Mapping[str, Any] | None = None,
) -> str:
    """Return the text that a file made by cppnvid carries: ASCII JSON on one line.

    It contains networks from files, so that the film can be drawn again anywhere, or only their
    names and SHA-256 if they are larger than `MOST_RIDING`; and curves, up to `MOST_HEARD`.

    Args:
        recipe: the recipe that was drawn or explained.
        time: the moment in [0, 1] of a still.
        sheet: `seeds`, `children` or `frames` for a contact sheet.
        explain: the options of an explanation.
    """
    data = recipe.to_data()
    files = [file for file in data["morph"]["weights"] if isinstance(file, dict)]
    if sum(len(file.get("data", "")) for file in files) > MOST_RIDING:
        for file in files:
            file.pop("data", None)
    if sum(len(reaction.get("curve", "")) for reaction in data["sound"]["react"]) > MOST_HEARD:
        for reaction in data["sound"]["react"]:
            reaction.pop("curve")
    riding = {
        "cppnvid": __version__,
        "recipe": data,
        "time": time,
        "sheet": sheet,
        "explain": None if explain is None else dict(explain),
    }
    return json.dumps({k: v for k, v in riding.items() if v is not None}, allow_nan=False)


def parse_recipe_text(text: str, name: str) -> Source:
    """Read what `recipe_text` wrote into the file `name`.

    Raises:
        NoRecipe: the text is another comment.
        RecipeError: the text is damaged.
    """
    # Other comments need not even be YAML.
    data = parse(text, name, lined=False).data if '"cppnvid"' in text else None
    if not isinstance(data, dict) or not {"cppnvid", "recipe"} <= data.keys():
        raise NoRecipe("contains a comment but no recipe: cppnvid did not make it", file=name)
    made_by, here, time = data["cppnvid"], __version__, data.get("time")
    if time is not None and (not isinstance(time, int | float) or not 0 <= time <= 1):
        raise RecipeError(file=name, key="time", given=time, allowed="from 0 to 1")
    sheet, explain = data.get("sheet", ""), data.get("explain")
    if sheet not in ("", *SHEETS):
        raise RecipeError(
            file=name, key="sheet", given=sheet, allowed=f"{', '.join(SHEETS[:-1])} or {SHEETS[-1]}"
        )
    if explain is not None and not isinstance(explain, dict):
        raise RecipeError(file=name, key="explain", given=explain, allowed="a mapping")
    shown = name if made_by == here else f"{name} (made by cppnvid {made_by}, this is {here})"
    stem, suffix = Path(name).stem, Path(name).suffix
    source = Source(data["recipe"], name=shown, stem=stem, time=time, suffix=suffix)
    return replace(source, sheet=sheet, explain=explain)


def recipe_yaml(recipe: Recipe) -> str:
    """Return the whole recipe as YAML, with every key."""
    return dump(recipe.to_data())

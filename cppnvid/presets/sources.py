"""Find the text of a recipe: a preset, a YAML or JSON file, or a file that cppnvid made."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cppnvid import __version__
from cppnvid.errors import Message, NoRecipe, RecipeError, Setting
from cppnvid.networks.weights import SUFFIXES
from cppnvid.presets.yaml import KeyPath, dump, parse, read_file
from cppnvid.recipe import Recipe, unknown
from cppnvid.recipe.styles import STYLES

SHEETS = ("seeds", "frames")  # what a contact sheet may show many of
# Characters of weights, 110,000 in all: a few networks of 4x128, and well below the 1 MB a file's
# comment may have.
MOST_RIDING = 600_000
# And of what was heard, 94,000 numbers: three curves of a film of 17 minutes at 30 frames a second.
MOST_HEARD = 250_000
TEXT_SUFFIXES = (".yaml", ".yml", ".json")

# `cppnvid/_presets` in an installed wheel, `presets` beside the package in a checkout.
_PACKAGE = Path(__file__).parent.parent
PRESETS_FOLDER = next(
    (place for place in (_PACKAGE / "_presets", _PACKAGE.parent / "presets") if place.is_dir()),
    _PACKAGE / "_presets",
)
_PRESET_NAME = re.compile(r"[\w-]+(/[\w-]+)*")


@dataclass(frozen=True)
class Preset:
    """One of the recipes that cppnvid brings."""

    name: str
    title: str
    comment: str
    path: Path


@dataclass(frozen=True)
class Source:
    """A recipe as it was written, not validated yet."""

    data: Any
    name: str = ""
    """What stands before messages about it: a file's path, or nothing."""
    stem: str = ""
    """What a file made from it may be called."""
    time: float | None = None
    """The moment that a still shows, if it is a still's."""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    suffix: str = ""
    """The ending of the file that cppnvid made, if it is one's."""
    sheet: str = ""
    """What stands on it, if it is a contact sheet's: `seeds` or `frames`."""
    folder: Path | None = None
    """Where the files that it names are; None where it may name none."""
    film: Path | None = None
    """The file that cppnvid made, if it is one's."""
    explain: Mapping[str, Any] | None = None
    """How `explain` made the file, if it did: it shows the recipe's network, and not its film."""


def list_presets() -> list[Preset]:
    """Return every preset with its title and comment, by name."""
    return [_preset(path) for path in sorted(PRESETS_FOLDER.rglob("*.yaml"))]


def _preset(path: Path) -> Preset:
    data = parse(read_file(path), str(path)).data
    name = path.relative_to(PRESETS_FOLDER).with_suffix("").as_posix()
    return Preset(name, data.get("title", ""), data.get("comment", ""), path)


def preset_path(name: str) -> Path:
    """Return the file of a preset.

    Raises:
        RecipeError: there is none of this name; the message holds the nearest.
    """
    path = PRESETS_FOLDER / f"{name}.yaml"
    if _PRESET_NAME.fullmatch(name) and path.is_file():
        return path
    known = [
        p.relative_to(PRESETS_FOLDER).with_suffix("").as_posix()
        for p in PRESETS_FOLDER.rglob("*.yaml")
    ]
    group = sorted(preset for preset in known if preset.startswith(f"{name}/"))
    ways: list[str] = []
    if name in STYLES:
        ways.append(Message("the style is {style}", style=Setting("style", name)))
    if group:
        ways.append(f"its group has {', '.join(group)}")
    if not ways:
        ways.append(unknown("preset", name, sorted(known)))
    else:
        ways[0] = Message("no preset is called {name!r}: {way}", name=name, way=ways[0])
    if Path(name).exists():
        ways.append(f"to read the file of that name, write ./{name}")
    facts: dict[str, Any] = {f"way{index}": way for index, way in enumerate(ways)}
    template = "; ".join(f"{{{fact}}}" for fact in facts)
    raise RecipeError(Message(template, **facts), key="recipe", given=name)


def read_source(source: str | os.PathLike[str]) -> Source:
    """Read the recipe that a name stands for.

    A name without an ending and without a folder is a preset, as is `folder/name` if there is
    one, or if presets have such a folder and the disk has no such file; anything else is a file.

    Raises:
        NoRecipe: it is a file that holds none.
        RecipeError: there is no such preset or file, or it is not readable.
    """
    text = os.fspath(source)
    path = Path(text)
    if not text:
        raise RecipeError("is empty: name a preset or a file", key="recipe", given=text)
    bare = isinstance(source, str) and not path.suffix and not path.is_absolute()
    if bare and (_names_preset(text) or _may_mean_preset(text)):
        return _read_text(preset_path(text), stem=path.name)
    if path.suffix.lower() in TEXT_SUFFIXES:
        return _read_text(path, stem=path.stem)
    return _read_media(text)


def names_film(source: str) -> bool:
    """Tell whether a name is a media file's or a folder's, and neither a preset's nor a text's."""
    path = Path(source)
    if _names_preset(source) or path.suffix.lower() in TEXT_SUFFIXES:
        return False
    return bool(path.suffix) or path.is_dir()


def _names_preset(text: str) -> bool:
    return bool(_PRESET_NAME.fullmatch(text)) and (PRESETS_FOLDER / f"{text}.yaml").is_file()


def _may_mean_preset(text: str) -> bool:
    """Tell whether a name of no preset was meant as one, so that the nearest is told."""
    folder, slash, _ = text.partition("/")
    if not slash:
        return bool(_PRESET_NAME.fullmatch(text)) and not Path(text).is_dir()
    known = bool(_PRESET_NAME.fullmatch(text)) and (PRESETS_FOLDER / folder).is_dir()
    return known and not Path(text).exists()


def _read_text(path: Path, *, stem: str) -> Source:
    if not path.exists() and _names_preset(path.stem):
        raise RecipeError(
            f"there is no such file; the preset is called {path.stem}, without an ending",
            file=str(path),
        )
    text = read_file(path)
    document = parse(text, str(path))
    if isinstance(document.data, dict) and {"cppnvid", "recipe"} <= document.data.keys():
        return parse_recipe_text(text, str(path))  # recipe.json beside a folder's pictures
    return Source(
        document.data, name=str(path), stem=stem, lines=document.lines, folder=path.parent
    )


def _read_media(text: str) -> Source:
    from cppnvid.encode import PAGES, container_for, known_endings, read_recipe

    if not Path(text).exists():
        raise RecipeError("there is no such file", file=text)
    if Path(text).suffix.lower() in SUFFIXES:
        weights = Setting("morph.weights", text)
        raise RecipeError("contains weights: name it with {weights}", file=text, weights=weights)
    try:
        if Path(text).suffix.lower() not in PAGES:
            container_for(text)
    except RecipeError as error:
        raise RecipeError(
            f"has no ending of a recipe ({', '.join(TEXT_SUFFIXES)}) or of a file that cppnvid "
            f"makes ({known_endings()}), and is no folder of PNGs",
            file=text,
        ) from error
    recipe = read_recipe(text)
    if recipe is None:
        raise NoRecipe(
            "contains no recipe: cppnvid did not make it, or a platform removed the recipe when "
            "it encoded the file again",
            file=text,
        )
    return replace(parse_recipe_text(recipe, text), film=Path(text))


def recipe_text(
    recipe: Recipe,
    time: float | None = None,
    *,
    sheet: str | None = None,
    explain: Mapping[str, Any] | None = None,
) -> str:
    """Return the text that rides in a file cppnvid makes: ASCII JSON on one line.

    Networks from files ride in it whole, so that it can be drawn again anywhere; where they are
    larger than `MOST_RIDING`, only their names and sha256 do. So do the curves that were heard in a
    sound, up to `MOST_HEARD`.

    Args:
        recipe: what was drawn, or whose network was explained.
        time: the moment in [0, 1] that a still shows.
        sheet: `seeds` or `frames`, if it is a contact sheet that shows many of them.
        explain: how its network was explained; without it the file shows the recipe itself.
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
    """Read what `recipe_text` wrote; `name` is the file it rode in.

    Raises:
        NoRecipe: it is somebody's comment.
        RecipeError: it is not what `recipe_text` writes.
    """
    # Whatever people write: it need not even be YAML.
    data = parse(text, name, lined=False).data if '"cppnvid"' in text else None
    if not isinstance(data, dict) or not {"cppnvid", "recipe"} <= data.keys():
        raise NoRecipe("contains a comment but no recipe: cppnvid did not make it", file=name)
    made_by, here, time = data["cppnvid"], __version__, data.get("time")
    if time is not None and (not isinstance(time, int | float) or not 0 <= time <= 1):
        raise RecipeError(file=name, key="time", given=time, allowed="from 0 to 1")
    sheet, explain = data.get("sheet", ""), data.get("explain")
    if sheet not in ("", *SHEETS):
        raise RecipeError(file=name, key="sheet", given=sheet, allowed=" or ".join(SHEETS))
    if explain is not None and not isinstance(explain, dict):
        raise RecipeError(file=name, key="explain", given=explain, allowed="a mapping")
    shown = name if made_by == here else f"{name} (made by cppnvid {made_by}, this is {here})"
    return Source(
        data["recipe"],
        name=shown,
        stem=Path(name).stem,
        time=time,
        suffix=Path(name).suffix,
        sheet=sheet,
        explain=explain,
    )


def recipe_yaml(recipe: Recipe) -> str:
    """Return the whole recipe as YAML, every key written out."""
    return dump(recipe.to_data())

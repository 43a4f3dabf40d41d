"""`presets`, `palettes`, `backends`, `schema`: what there is to choose from."""

from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output
from cppnvid.cli.reporter import Reporter, say, say_rows
from cppnvid.cli.request import Request

if TYPE_CHECKING:
    from cppnvid.recipe import Palette


@command("name", name="The preset to print.")
def presets(name: str | None) -> None:
    """List the presets, or print one to start your own from."""
    from cppnvid.presets import list_presets, preset_path

    if name is not None:
        say(preset_path(name).read_text(encoding="utf-8").rstrip("\n"))
        return
    say_rows(*((preset.name, preset.title) for preset in list_presets()))


@command(
    "palette palette_by output format overwrite quiet",
    palette="Show this one: a name, your own colours, or a picture, in each order.",
    output="A .png on which to draw them all.",
)
def palettes(asked: Request) -> Path | None:
    """List the palettes, or with -o draw them all on one sheet."""
    from cppnvid.colour.gradients import GRADIENTS, LIBRARY
    from cppnvid.recipe import COLOUR_MODES

    shown = _shown(asked)
    if asked.output is None and shown:
        say_rows(*((name, _colours(palette)) for name, palette in shown.items()))
        return None
    if asked.output is None:
        rows = [(name, "gradient") for name in GRADIENTS]
        rows += [(name, "gradient known from science") for name in LIBRARY]
        rows += [(name, "the output's channels as they are") for name in COLOUR_MODES]
        say_rows(*rows)
        return None
    from cppnvid.sheets.palettes import save_palettes

    with Reporter(quiet=asked.quiet, unit="palettes") as reporter:
        return save_palettes(named_output(asked.output, ""), asked.run(reporter), shown)


def _shown(asked: Request) -> "dict[str, Palette]":
    """Return the palettes that were asked for by name; of a picture, one for each order."""
    from cppnvid.colour.clustering import ORDERS
    from cppnvid.presets import Override, load_recipe, names_picture

    names = [override.value for override in asked.overrides if override.key == "palette.name"]
    if not asked.overrides:
        return {}
    if "palette_by" in asked.typed or not (names and names_picture(names[-1])):
        palette = load_recipe({}, asked.overrides).palette
        return {"custom" if palette.colours else palette.name: palette}
    orders = [Override("palette.by", order) for order in ORDERS]
    return {by.value: load_recipe({}, [*asked.overrides, by]).palette for by in orders}


def _colours(palette: "Palette") -> str:
    """Return the colours of a palette as `--palette` takes them."""
    from cppnvid.recipe import COLOUR_MODES

    mode = "the output's channels as they are" if palette.name in COLOUR_MODES else "gradient"
    return ",".join(palette.colours) or mode


@command()
def backends() -> None:
    """List what can draw on this machine, best first, and what can encode MP4."""
    from cppnvid.backends.machine import report
    from cppnvid.encode import H264_ENCODERS, ffmpeg_program, ffmpeg_version, unusable

    rows = [(entry.name, entry.usable, entry.detail) for entry in report()]
    for name, program in H264_ENCODERS.items():
        reason = unusable(name)
        words = f"{program} of ffmpeg" if reason is None else reason.splitlines()[0]
        rows.append((name, reason is None, f"--encoder: {words}"))
    path = ffmpeg_program()
    rows.append(("ffmpeg", True, f"{ffmpeg_version(path) or 'of unknown version'}, {path}"))
    say_rows(*((name, "usable" if usable else "not usable", words) for name, usable, words in rows))


@command()
def schema() -> None:
    """Print the JSON schema of recipes, for editors."""
    import json

    from cppnvid.presets import recipe_schema

    say(json.dumps(recipe_schema(), indent=2, ensure_ascii=False))

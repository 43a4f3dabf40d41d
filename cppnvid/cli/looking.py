"""`presets`, `info`, `backends`, `schema`: what there is, in words."""

from pathlib import Path
from typing import Annotated

import typer

from cppnvid.cli import options as option
from cppnvid.cli.app import app
from cppnvid.cli.outputs import size_on_disk
from cppnvid.cli.reporter import say


@app.command(cls=option.GroupedCommand)
def presets(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this one.")] = None,
) -> None:
    """List the presets, or print one to start your own from."""
    from cppnvid.presets import list_presets, preset_path

    if name is not None:
        say(preset_path(name).read_text(encoding="utf-8").rstrip("\n"))
        return
    known = list_presets()
    width = max((len(preset.name) for preset in known), default=0)
    for preset in known:
        say(f"{preset.name:{width}}  {preset.title}")


@app.command(cls=option.GroupedCommand)
def info(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file that cppnvid made.")],
) -> None:
    """Show what a file is, and the recipe that rides in it."""
    from cppnvid.encode import probe
    from cppnvid.presets import dump, read_source

    facts = probe(file)
    about = [f"{facts.container} ({facts.codec})", f"{facts.width}x{facts.height}"]
    if facts.fps is not None:
        rate = f"{float(facts.fps):g} frames a second"
        about += [rate, f"{facts.frames} frames", f"{facts.seconds:g} s"]
    say(f"# {facts.path}: {', '.join(about)}, {size_on_disk(facts.path)}")
    source = read_source(Path(file))
    if source.time is not None:
        say(f"# the moment {source.time:g}")
    if source.sheet == "seeds":
        say(f"# a sheet of its seeds: 'cppnvid still {file} --seed N' draws one")
    elif source.sheet == "frames":
        say("# a storyboard: frames of its film")
    say(dump(source.data).rstrip("\n"))


@app.command(cls=option.GroupedCommand)
def backends() -> None:
    """List what can draw on this machine, best first."""
    from cppnvid.backends import report

    for entry in report():
        say(f"{entry.name:12} {'usable' if entry.usable else 'not usable':12} {entry.detail}")


@app.command(cls=option.GroupedCommand)
def schema() -> None:
    """Print the JSON schema of recipes, for editors."""
    import json

    from cppnvid.presets import recipe_schema

    say(json.dumps(recipe_schema(), indent=2, ensure_ascii=False))

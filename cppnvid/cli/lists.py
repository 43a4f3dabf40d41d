"""`presets`, `palettes`, `backends`, `schema`: what there is to choose from."""

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output
from cppnvid.cli.reporter import Reporter, say
from cppnvid.cli.request import Request


@command("name", name="The preset to print.")
def presets(name: str | None) -> None:
    """List the presets, or print one to start your own from."""
    from cppnvid.presets import list_presets, preset_path

    if name is not None:
        say(preset_path(name).read_text(encoding="utf-8").rstrip("\n"))
        return
    known = list_presets()
    width = max((len(preset.name) for preset in known), default=0)
    for preset in known:
        say(f"{preset.name:{width}}  {preset.title}")


@command("output overwrite quiet", output="A .png on which to draw them all.")
def palettes(asked: Request) -> None:
    """List the palettes, or with -o draw them all on one sheet."""
    from cppnvid.colour.gradients import GRADIENTS, LIBRARY
    from cppnvid.recipe import COLOUR_MODES

    if asked.output is None:
        for names, kind in (
            (list(GRADIENTS), "gradient"),
            (list(LIBRARY), "gradient known from science"),
            (list(COLOUR_MODES), "the output's channels as they are"),
        ):
            for name in names:
                say(f"{name:10}  {kind}")
        return
    from cppnvid.sheets.palettes import save_palettes

    with Reporter(quiet=asked.quiet, unit="palettes") as reporter:
        written = save_palettes(named_output(asked.output, ""), asked.run(reporter))
    say(str(written))


@command()
def backends() -> None:
    """List what can draw on this machine, best first, and what can encode MP4."""
    from cppnvid.backends.machine import report
    from cppnvid.encode import H264_ENCODERS, unusable

    for entry in report():
        say(f"{entry.name:12} {'usable' if entry.usable else 'not usable':12} {entry.detail}")
    for name, program in H264_ENCODERS.items():
        reason = unusable(name)
        words = f"{program} of ffmpeg" if reason is None else reason.splitlines()[0]
        say(f"{name:12} {'usable' if reason is None else 'not usable':12} --encoder: {words}")


@command()
def schema() -> None:
    """Print the JSON schema of recipes, for editors."""
    import json

    from cppnvid.presets import recipe_schema

    say(json.dumps(recipe_schema(), indent=2, ensure_ascii=False))

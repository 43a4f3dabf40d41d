"""The commands: options become overrides, a library call does the work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cppnvid import __version__
from cppnvid.cli import options as option
from cppnvid.cli.outputs import describe, format_overrides, size_on_disk, video_name
from cppnvid.cli.reporter import Reporter, say
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.presets import Source
    from cppnvid.recipe import Recipe

# Plain help: rich would take half of the time that --help may take, and break lines in boxes.
app = typer.Typer(
    help="Animations and videos painted by small random neural networks.",
    epilog="Start with: cppnvid morph --seeds 1 2 3 --frames 300",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)

SourceName = Annotated[
    str | None,
    typer.Argument(
        metavar="PRESET|FILE", help="A preset's name, a YAML file, or any file cppnvid made."
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"cppnvid {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Take what stands before the command."""


@app.command(cls=option.GroupedCommand)
def morph(
    seeds: option.Seeds = None,
    style: option.Style = None,
    palette: option.Palette = None,
    size: option.Size = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    frames: option.Frames = None,
    seconds: option.Seconds = None,
    fps: option.Fps = None,
    of: option.Of = None,
    path: option.Path = None,
    pace: option.Pace = None,
    loop: option.Loop = None,
    ping_pong: option.PingPong = False,
    hold: option.Hold = None,
    ease: option.Ease = None,
    output: option.Output = None,
    crf: option.Crf = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Draw a video through the pictures of several seeds."""
    given = locals()
    from cppnvid.presets import Source

    _draw_video(Source({}), given | {"seeds": seeds or [""]})


@app.command(cls=option.GroupedCommand)
def render(
    source: SourceName = None,
    seeds: option.Seeds = None,
    style: option.Style = None,
    palette: option.Palette = None,
    size: option.Size = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    frames: option.Frames = None,
    seconds: option.Seconds = None,
    fps: option.Fps = None,
    of: option.Of = None,
    path: option.Path = None,
    pace: option.Pace = None,
    loop: option.Loop = None,
    ping_pong: option.PingPong = False,
    hold: option.Hold = None,
    ease: option.Ease = None,
    output: option.Output = None,
    crf: option.Crf = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Draw the video of a preset, a recipe or an older file.

    Any option lays over what it says: another size, other seeds, another palette.
    """
    given = locals()
    from cppnvid.presets import read_source

    if source is None:
        # With --seeds in front of it, the preset was gathered as one of them.
        option.overrides_from(given)
        raise RecipeError("nothing to draw: name a preset, such as aurora, or a file")
    _draw_video(read_source(source), given)


def _draw_video(source: "Source", given: dict[str, Any]) -> None:
    from cppnvid.encode import container_for
    from cppnvid.presets import load_recipe

    overrides = option.overrides_from(given)
    recipe = load_recipe(source, overrides)
    output = _named(given["output"], video_name(source.stem, recipe.morph.seeds))
    container = container_for(output)
    asked = format_overrides(recipe, container, overrides, made_as=source.suffix)
    if asked:
        recipe = load_recipe(source, [*overrides, *asked])
    _check_output(recipe, output, overwrite=given["overwrite"])
    from cppnvid.render import render_video

    with Reporter(quiet=given["quiet"]) as reporter:
        if asked:
            reporter.note(describe(asked, container))
        video = render_video(
            recipe,
            output,
            backend=given["backend"],
            overwrite=given["overwrite"],
            progress=reporter.progress,
            note=reporter.note,
        )
    reporter.note(_summary(recipe, size_on_disk(video.path)))
    say(str(video.path))


def _named(output: str | None, default: str) -> str:
    """Return the output's name; one that is empty is a variable nobody set, not a wish."""
    if output == "":
        raise RecipeError("--output is empty: name a file, or leave the option out")
    return output or default


def _check_output(recipe: "Recipe", output: str, *, overwrite: bool) -> None:
    """Refuse what cannot be written before torch is loaded, which takes seconds."""
    from cppnvid.encode import check_output

    width, height = recipe.canvas.size
    check_output(output, width=width, height=height, fps=recipe.output.fps, overwrite=overwrite)


def _summary(recipe: "Recipe", size: str) -> str:
    width, height = recipe.canvas.size
    output = recipe.output
    frames = f"{output.frames} frame{'s' * (output.frames > 1)}"
    return f"{width}x{height}, {frames}, {output.seconds:g} s, {size}"


@app.command(cls=option.GroupedCommand)
def still(
    source: SourceName = None,
    seed: option.Seed = None,
    time: option.Time = None,
    style: option.Style = None,
    palette: option.Palette = None,
    size: option.Size = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    of: option.Of = None,
    output: option.StillOutput = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Draw one picture: of a seed, or a moment of a preset.

    A recipe, or any file cppnvid made, does as well as a preset.
    """
    given = locals()
    from cppnvid.presets import Source, load_recipe, read_source

    if source is None and seed is None:
        raise RecipeError("nothing to draw: give --seed 7, or a preset, such as aurora")
    origin = Source({}, stem=f"still-{seed}") if source is None else read_source(source)
    recipe = load_recipe(origin, option.overrides_from(given))
    moment = option.parse_time(time) if time is not None else origin.time or 0.0
    place = _named(output, f"{origin.stem}.png")
    if not place.lower().endswith(".png"):
        raise RecipeError(f"{place}: a still is a .png; `render` makes videos and animations")
    _check_output(recipe, place, overwrite=overwrite)
    from cppnvid.render import save_still

    with Reporter(quiet=quiet) as reporter:
        written = save_still(
            recipe, place, time=moment, backend=backend, overwrite=overwrite, note=reporter.note
        )
    say(str(written))


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

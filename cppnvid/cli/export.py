"""`export`: a network as a file of weights, for other programs and for `--weights`."""

from typing import Annotated

import typer

from cppnvid.cli import options as option
from cppnvid.cli import overrides as reading
from cppnvid.cli.app import app
from cppnvid.cli.outputs import named_output, pictures
from cppnvid.cli.reporter import say
from cppnvid.errors import RecipeError


@app.command(cls=option.GroupedCommand)
def export(
    source: option.SourceName = None,
    seed: option.Seed = None,
    weights: option.Weights = None,
    picture: Annotated[
        int | None,
        typer.Option(
            "--picture", metavar="N", help="Of several pictures, which one's: 1 is the first.",
            rich_help_panel="The picture",
        ),
    ] = None,
    time: option.Time = None,
    style: option.Style = None,
    palette: option.Palette = None,
    set_: option.Set = None,
    of: option.Of = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="A .safetensors or .npz.",
            rich_help_panel="The file",
        ),
    ] = None,
    overwrite: option.Overwrite = False,
) -> None:  # fmt: skip
    """Write a network's weights: of a seed, or of a preset or a file.

    `--weights` draws it again, and PyTorch or numpy read it.
    """
    given = locals()
    from cppnvid.presets import Source, load_recipe, read_source

    if source is None and seed is None and weights is None:
        raise RecipeError("nothing to export: give --seed 7, or a preset, such as aurora")
    if picture is not None and time is not None:
        raise RecipeError("--picture, --time: each names a network, so keep one of the two")
    origin = Source({}) if source is None else read_source(source)
    origin, overrides = reading.one_picture(origin, given)
    recipe = load_recipe(origin, overrides)
    moment = reading.parse_time(time) if time is not None else None
    if moment is None and picture is None and origin.time:
        moment = origin.time  # what a still shows
    default = origin.stem or "-".join(["network", *pictures(recipe)[:1]])
    from cppnvid.export import export_network

    written = export_network(
        recipe,
        named_output(output, f"{default}.safetensors"),
        time=moment,
        picture=picture or 1,
        overwrite=overwrite,
    )
    say(str(written))

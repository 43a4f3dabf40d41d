"""`export`: a network as a file of weights, for other programs and for `--weights`."""

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output, pictures
from cppnvid.cli.parse import refusal
from cppnvid.cli.plan import one_picture
from cppnvid.cli.reporter import say
from cppnvid.cli.request import Request
from cppnvid.errors import RecipeError


@command(
    "source seed weights picture time style palette set of output overwrite",
    output="A .safetensors or .npz (default: .safetensors, named after the network).",
)
def export(asked: Request, picture: int) -> None:
    """Write the weights of a network: of a seed, a preset or a file.

    `--weights` draws the file again, and PyTorch and numpy read it.
    """
    from cppnvid.presets import Source, load_recipe, read_source

    if not asked.typed & {"source", "seed", "weights"}:
        raise RecipeError("nothing to export: give --seed 7, or a preset, such as aurora")
    if {"picture", "time"} <= asked.typed:
        raise refusal("--picture, --time", "each names a network: keep one")
    source = Source({}) if asked.source is None else read_source(asked.source)
    source, overrides = one_picture(source, asked)
    recipe = load_recipe(source, overrides)
    moment = asked.time
    if not asked.typed & {"picture", "time"} and source.time:
        moment = source.time  # what a still shows
    default = source.stem or "-".join(["network", *pictures(recipe)[:1]])
    from cppnvid.export import export_network

    written = export_network(
        recipe,
        named_output(asked.output, f"{default}.safetensors"),
        time=moment,
        picture=picture,
        overwrite=asked.overwrite,
    )
    say(str(written))

"""`export`: a network as a file of weights, for other programs and for `--weights`."""

from pathlib import Path

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output, pictures
from cppnvid.cli.parse import refusal
from cppnvid.cli.plan import plan_picture
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request


@command(
    "source seed weights picture time style palette palette_by set of output format overwrite",
    output="A .safetensors or .npz (default: .safetensors, named after the network).",
)
def export(asked: Request, picture: int) -> Path:
    """Write the weights of a network: of a seed, a preset or a file.

    `--weights` draws the file again, and PyTorch and numpy read it.
    """
    if {"picture", "time"} <= asked.typed:
        raise refusal("--picture, --time", "each names a network: keep one")
    plan = plan_picture(asked, "export")
    default = plan.source.stem or "-".join(["network", *pictures(plan.recipe)[:1]])
    from cppnvid.export import export_network

    written = export_network(
        plan.recipe,
        named_output(asked.output, f"{default}.safetensors"),
        time=None if "picture" in asked.typed else plan.time,
        picture=picture,
        overwrite=asked.overwrite,
    )
    Reporter(quiet=False).note(*plan.notes)
    return written

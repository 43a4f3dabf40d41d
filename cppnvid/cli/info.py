"""`info`: what a file is, and the recipe in it."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli.app import command
from cppnvid.cli.outputs import size_on_disk
from cppnvid.cli.reporter import printable, say
from cppnvid.errors import NoRecipe, RecipeError
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.encode import MediaInfo


@command("file")
def info(file: str) -> None:
    """Show what a file is, and the recipe inside it, if there is one."""
    from cppnvid.encode import PARTS
    from cppnvid.networks.weights import SUFFIXES
    from cppnvid.presets import dump, read_source, trained, without_riders
    from cppnvid.recipe.styles import DEFAULT_STYLE

    if Path(file).suffix == PARTS and Path(file).is_dir():
        _show_parts(Path(file))
        return
    if Path(file).suffix.lower() in SUFFIXES:
        _show_weights(file)
        return
    _check_made(file)
    _comment(f"{Path(file)}: {', '.join(_facts(file))}, {size_on_disk(Path(file))}")
    try:
        source = read_source(Path(file))
    except NoRecipe as error:
        _comment(f"{error.mistakes[0].problem}")
        return
    if source.explain is not None:
        film = source.explain.get("video", "a page" if "page" in source.explain else "a poster")
        _comment(f"made by 'cppnvid explain' ({film}), of the network of this recipe")
    if source.time is not None:
        _comment(f"the moment {source.time:g}")
    if source.shows_seeds:
        _comment(f"a sheet of its seeds: 'cppnvid still {file} --seed N' draws one")
    if source.sheet == "children":
        _comment(f"breed on: 'cppnvid breed --from {file} --like N N', by their numbers")
    if source.sheet == "frames":
        _comment("a storyboard: frames of its film")
    data, riders = without_riders(source.data)
    for number, rider in enumerate(riders, start=1):
        picture = f"--picture {number} " if len(riders) > 1 else ""
        _comment(f"{rider} is inside: cppnvid export {file} {picture}-o {rider}")
    if trained(data) and data.get("style") == DEFAULT_STYLE:
        # Nobody asked for it, and every key it fills is written out.
        data = {key: value for key, value in data.items() if key != "style"}
    say(dump(data).rstrip("\n"))


def _show_parts(folder: Path) -> None:
    """Say what an interrupted run has kept of a film."""
    from cppnvid.encode import report_parts

    report = report_parts(folder)
    say(
        f"{folder}: {report.frames} of {report.total} frames of {report.film} in "
        f"{report.segments} parts, {file_size(report.size)}"
    )
    for name, value in report.made_by.items():
        say(f"  {name}: {value[:200]}")
    say("the command that began it goes on from there; --fresh starts over")


def _check_made(file: str) -> None:
    """Refuse a recipe written by hand, and name what shows it.

    Raises:
        RecipeError: it is a preset or a recipe's text.
    """
    from cppnvid.presets import TEXT_SUFFIXES, list_presets

    if Path(file).suffix.lower() in TEXT_SUFFIXES and Path(file).is_file():
        raise RecipeError(
            f"{file}: is a recipe already, which any editor shows; info reads the recipes inside "
            f"the files that cppnvid made"
        )
    if not Path(file).exists() and file in {preset.name for preset in list_presets()}:
        raise RecipeError(
            f"{file}: there is no such file; 'cppnvid presets {file}' prints the preset"
        )


def _facts(file: str) -> list[str]:
    """Return what a file is, in words."""
    from cppnvid.encode import PAGES, gallery_on, probe

    if Path(file).suffix.lower() in PAGES and Path(file).is_file():
        if (gallery := gallery_on(file)) is not None:
            return ["gallery page", "{} pictures of {}x{}".format(*gallery)]
        with suppress(RecipeError):
            return _film_facts(probe(file))
        return ["page"]
    return _film_facts(probe(file))


def _film_facts(facts: "MediaInfo") -> list[str]:
    about = [
        f"{facts.container} ({facts.codec}, {facts.depth} bits)",
        f"{facts.width}x{facts.height}",
    ]
    if facts.shown_size != (facts.width, facts.height):
        about.append("shown as {}x{}".format(*facts.shown_size))
    if facts.fps is not None:
        about.append(f"{float(facts.fps):g} frames a second")
    if facts.fps is not None or facts.frames > 1:
        about.append(f"{facts.frames} frame{'s' * (facts.frames > 1)}")
    if facts.fps is not None:
        about.append(f"{facts.seconds:g} s")
    if facts.plays is not None:
        about.append(_plays(facts.plays))
    if facts.sound:
        about.append(f"with sound ({facts.sound})")
    return about


def _plays(count: int) -> str:
    """Return in words how often an animation plays, 0 being for ever."""
    return {0: "plays for ever", 1: "plays once"}.get(count, f"plays {count} times")


def _show_weights(file: str) -> None:
    """Print the layers of a file of weights, and what the file says about them."""
    from cppnvid.networks.weights import read_bytes, read_weights
    from cppnvid.presets import dump

    network = read_weights(read_bytes(file), file)
    count = sum(
        layer.weight.size + len(layer.weight) * (layer.bias is not None) for layer in network.layers
    )
    layers = f"{len(network.layers)} layer{'s' * (len(network.layers) > 1)}"
    _comment(f"{file}: {layers}, {count:,} weights, {size_on_disk(Path(file))}")
    for layer in network.layers:
        neurons, inputs = layer.weight.shape
        bias = "" if layer.bias is None else " and a bias"
        _comment(f"  {layer.name}: {inputs} -> {neurons}{bias}")
    if network.order:
        _comment(f"in the order {network.order}")
    if network.latent is not None:
        _comment(f"  latent: {len(network.latent)}")
    about = {key: value for key, value in (network.about or {}).items() if key != "cppnvid"}
    if about:
        say(dump(about).rstrip("\n"))
    else:
        _comment("it does not describe its layers")


def _comment(text: str) -> None:
    """Write a line that readers of the recipe pass over, whatever names of files it holds."""
    say(f"# {printable(text)}")

"""`explain`: a poster, a page or a film of what each layer does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cppnvid.cli import options as option
from cppnvid.cli import overrides as reading
from cppnvid.cli.app import app
from cppnvid.cli.outputs import check_early, describe, format_overrides, named_output, pictures
from cppnvid.cli.reporter import Reporter, say
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.explanation.sweeps import Film
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe

_ANSWER = "The explanation"
Compare = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="X",
        help="Beside another: a preset, a file, weights, or KEY=VALUE, as network.layers=16x16.",
        rich_help_panel=_ANSWER,
    ),
]
Video = Annotated[
    str | None,
    typer.Option(
        "--video",
        metavar="KIND",
        help="Make it move: reveal (layer by layer), depth, width, init, or weight (one of them; "
        "weight:2,5,7 is layer 2, to 5, from 7).",
        rich_help_panel=_ANSWER,
    ),
]
Labels = Annotated[
    bool,
    typer.Option(
        "--labels/--no-labels",
        help="In a video, say where on its way it is.",
        rich_help_panel=_ANSWER,
    ),
]
Report = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="A .png or .html; with --video any container, such as .mp4.",
        rich_help_panel="The file",
    ),
]


@app.command(cls=option.GroupedCommand)
def explain(
    source: option.SourceName = None,
    seed: option.Seed = None,
    weights: option.Weights = None,
    time: option.Time = None,
    style: option.Style = None,
    palette: option.Palette = None,
    size: option.Size = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    of: option.Of = None,
    compare: Compare = None,
    video: Video = None,
    labels: Labels = True,
    frames: option.Frames = None,
    seconds: option.Seconds = None,
    fps: option.Fps = None,
    output: Report = None,
    crf: option.Crf = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Show what each layer does, and why the picture looks so.

    Of a preset, a file or a seed: a poster (.png), a page (.html), or a looping video.
    """
    given = locals()
    from cppnvid.presets import Source, load_recipe, read_source

    origin = Source({}) if source is None else read_source(source)
    earlier = origin.explain or {}
    film = _film(given, earlier)
    if film is None and any(given[name] is not None for name in ("frames", "seconds", "fps")):
        raise RecipeError("--frames, --seconds, --fps: only a video has them; add --video depth")
    if source is None and seed is None and weights is None and not (style or set_ or palette):
        raise RecipeError("nothing to explain: give --seed 7, or a preset, such as aurora")
    origin, overrides = reading.one_picture(origin, given)
    recipe = load_recipe(origin, overrides)
    moment = reading.parse_time(time) if time is not None else origin.time or 0.0
    stem = f"explain-{origin.stem or pictures(recipe)[0]}"
    if film is not None:
        if compare is not None:
            raise RecipeError("--compare, --video: two are shown side by side in .png and .html")
        place = named_output(output, f"{stem}-{film.kind}.mp4")
        _draw_film(origin, overrides, film, moment, place, given, earlier)
        return
    place = named_output(output, f"{stem}.png")
    from cppnvid.explanation.saving import check_report, save_explanation

    check_report(place, overwrite=overwrite)
    other = _compared(origin, overrides, compare, earlier)
    import logging

    from cppnvid.explanation import explain as measure

    # It tells of its caches on stderr, which is for what a user can do something about.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with Reporter(quiet=quiet) as reporter:
        first = measure(recipe, moment)
        second = None if other is None else measure(other, moment)
        written = save_explanation(
            first, place, compare=second, overwrite=overwrite, note=reporter.note
        )
        for explained in (first, *([second] if second else [])):
            reporter.note(str(explained))
    say(str(written))


def _film(given: dict[str, Any], earlier: Any) -> "Film | None":
    """Return the film that is asked for: by name, by the file it is made from, or by its ending."""
    from cppnvid.explanation.sweeps import parse_film

    asked = given["video"]
    ending = (given["output"] or "").lower()
    if asked is None and not ending.endswith((".png", ".html", ".htm")):
        asked = earlier.get("video") if isinstance(earlier.get("video"), str) else None
        if asked is None and ending:
            from cppnvid.encode import container_for

            try:
                container_for(ending)
            except RecipeError as error:
                raise RecipeError(f"{error}; an explanation may be a .html, too") from None
            asked = "reveal"
    return None if asked is None else parse_film(asked)


def _draw_film(
    origin: "Source", overrides: "list[Override]", film: "Film", moment: float, place: str,
    given: dict[str, Any], earlier: Any,
) -> None:  # fmt: skip
    from cppnvid.encode import container_for
    from cppnvid.presets import load_recipe

    recipe = load_recipe(origin, overrides)
    container = container_for(place)
    asked = format_overrides(recipe, container, overrides, made_as=origin.suffix)
    if asked:
        recipe = load_recipe(origin, [*overrides, *asked])
    check_early(recipe, place, overwrite=given["overwrite"])
    from cppnvid.explanation.film import explain_video

    with Reporter(quiet=given["quiet"]) as reporter:
        if asked:
            reporter.note(describe(asked, container))
        video = explain_video(
            recipe,
            place,
            film,
            time=moment,
            labels=given["labels"] and earlier.get("labels", True) is not False,
            backend=given["backend"],
            overwrite=given["overwrite"],
            progress=reporter.progress,
            note=reporter.note,
        )
    say(str(video.path))


def _compared(
    origin: "Source", overrides: "list[Override]", compare: str | None, earlier: Any
) -> "Recipe | None":
    """Return the recipe to compare with.

    Another source's, or this one's with one key changed, or with the network of a file.
    """
    from cppnvid.networks.weights import SUFFIXES
    from cppnvid.presets import Override, Source, load_recipe, read_source

    if compare is None:
        told = earlier.get("compare")
        return load_recipe(Source(told, name="explain.compare")) if told is not None else None
    key, equals, _ = compare.partition("=")
    if equals and "/" not in key:
        changed = reading.overrides_from({"set_": [compare]}, set_name="--compare")
        return load_recipe(origin, [*overrides, *changed])
    if Path(compare).suffix.lower() in SUFFIXES:
        # The source's title is not the file's.
        named = [Override("morph.weights", [compare], "--compare"), Override("title", "")]
        if load_recipe(origin, overrides).morph.of == "weights":
            named.append(Override("morph.seeds", []))  # else seeds are latents of the file's
        return load_recipe(origin, [*overrides, *named])
    return load_recipe(read_source(compare))

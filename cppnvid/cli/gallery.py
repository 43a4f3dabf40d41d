"""`gallery`, `sheet`: many pictures side by side, to choose from and to look through."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cppnvid.cli import options as option
from cppnvid.cli import overrides as reading
from cppnvid.cli.app import app
from cppnvid.cli.outputs import is_named, named_output, size_on_disk
from cppnvid.cli.reporter import Reporter, say
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.encode import Container
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe

_SEEDS = "1-64"
_SECONDS = 3  # of a moving sheet: time for one look at every tile of a row
# Of a moving tile's orbit, half the usual: every number keeps near the picture that it stands for.
_RADIUS = 0.25
# At 15, x264 draws its key frames so much anew that the loop's seam is 1.18 times the median step;
# at 10 it is 1.10 (nine tiles, 90 frames; 1.00 before encoding).
_CRF = 10
_LARGEST_TILE, _MOST_COLUMNS = 4096, 1000


@app.command(cls=option.GroupedCommand)
def gallery(
    source: option.SourceName = None,
    seeds: Annotated[
        list[str] | None,
        option.described("N N N", "Which: 1-64 if not said; 1 2 3, or 1,2,5-10.", "--seeds"),
    ] = None,
    weights: option.Weights = None,
    best: Annotated[
        str | None,
        option.described("K", "Only the K that score highest, best first.", "--best"),
    ] = None,
    style: option.Style = None,
    palette: option.Palette = None,
    hue_shift: option.HueShift = None,
    contrast: option.Contrast = None,
    size: Annotated[
        str | None,
        option.described("SIZE", "Of the pictures, for their shape: reel, 1080p, ...", "--size"),
    ] = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    of: option.Of = None,
    tile: option.TileSide = None,
    columns: option.Columns = None,
    animate: Annotated[
        bool, option.described("", "A loop in which every tile moves.", "--animate", moves=True)
    ] = False,
    frames: Annotated[
        str | None, option.described("N", "With --animate: how many.", "--frames", moves=True)
    ] = None,
    seconds: Annotated[
        str | None,
        option.described("S", "With --animate: how long; 3 if not said.", "--seconds", moves=True),
    ] = None,
    fps: Annotated[
        str | None, option.described("N", "With --animate: frames a second.", "--fps", moves=True)
    ] = None,
    output: Annotated[
        str | None,
        option.described("FILE", "A .png; with --animate .mp4, .gif, ...", "--output", "-o"),
    ] = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Draw many seeds on one numbered sheet, to choose from.

    In any style, or as another preset, recipe or file that cppnvid made draws them.
    """
    given = locals()
    from cppnvid.presets import Source, load_recipe, read_source

    origin = Source({}) if source is None else read_source(source)
    overrides = reading.overrides_from(given | {"seeds": seeds or _usual_seeds(origin)})
    recipe = load_recipe(origin, overrides)
    stem = origin.stem.removesuffix("-gallery") or style
    _check_networks(recipe)
    place = named_output(output, f"{f'{stem}-' * bool(stem)}gallery{'.mp4' if animate else '.png'}")
    container = _container(place, animate=animate)
    if animate:
        recipe = load_recipe(origin, [*_moving(recipe, container, overrides), *overrides])
    elif lengths := [f"--{name}" for name in ("frames", "seconds", "fps") if given[name]]:
        raise RecipeError(f"{', '.join(lengths)}: a sheet is one picture unless --animate is given")
    chosen = list(recipe.morph.seeds)
    count = reading.whole("best", best, 1, len(set(chosen)))
    _check_place(place, overwrite=overwrite, animate=bool(animate))

    from cppnvid.sheets import gallery as draw

    form: dict[str, Any] = {
        "tile": reading.whole("tile", tile, 1, _LARGEST_TILE) or draw.TILE,
        "columns": reading.whole("columns", columns, 1, _MOST_COLUMNS),
        "title": _title(recipe, len(chosen), count),
    }
    sides = draw.plan_gallery(recipe, chosen[:count], **form).size
    _check_place(place, sides, overwrite=overwrite, animate=bool(animate))
    if count:
        with Reporter(quiet=quiet, unit="seeds") as reporter:
            looked_at = len(chosen)
            chosen = draw.best_seeds(recipe, chosen, count, progress=reporter.progress)
        named = ",".join(str(seed) for seed in chosen)
        reporter.note(f"the best {count} of {looked_at}, best first: --seeds {named}")
    with Reporter(quiet=quiet, unit="frames" if animate else "tiles") as reporter:
        told: dict[str, Any] = {
            "backend": backend, "overwrite": overwrite,
            "progress": reporter.progress, "note": reporter.note,
        }  # fmt: skip
        if animate:
            draw.save_moving_sheet(recipe, chosen, place, **form, **told)
        else:
            time = 0.0 if origin.sheet else origin.time or 0.0
            draw.save_contact_sheet(recipe, chosen, place, **form, time=time, **told)
    reporter.note(f"{len(chosen)} seeds, {size_on_disk(Path(place))}")
    say(place)


@app.command(cls=option.GroupedCommand)
def sheet(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PRESET|FILE",
            help="A preset or a recipe, which is drawn; or any video or animation.",
        ),
    ],
    frames: Annotated[
        str | None,
        option.described("N", "How many to show, 2 to 64; 12 if not said.", "--frames"),
    ] = None,
    tile: option.TileSide = None,
    columns: option.Columns = None,
    output: option.StillOutput = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    quiet: option.Quiet = False,
) -> None:
    """Show a film at a glance: frames from its start to its end on one sheet.

    What is in a file is shown as it is, whoever made it; a recipe is drawn.
    """
    from cppnvid.presets import load_recipe, names_film

    film: Recipe | str
    if names_film(source):
        film, stem, title = source, Path(source).stem, Path(source).name
    else:
        film = load_recipe(source)
        stem, title = Path(source).stem, film.title or film.style
    place = named_output(output, f"{stem}-sheet.png")
    if not place.lower().endswith(".png"):
        raise RecipeError(f"{place}: a sheet is a .png")
    _check_place(place, overwrite=overwrite)

    from cppnvid.sheets import storyboard as draw

    with Reporter(quiet=quiet, unit="tiles") as reporter:
        draw.save_storyboard(
            film,
            place,
            frames=reading.whole("frames", frames, draw.FEWEST, draw.MOST) or draw.FRAMES,
            tile=reading.whole("tile", tile, 1, _LARGEST_TILE) or draw.TILE,
            columns=reading.whole("columns", columns, 1, _MOST_COLUMNS),
            title=title,
            backend=backend,
            overwrite=overwrite,
            progress=reporter.progress,
            note=reporter.note,
        )
    say(place)


def _usual_seeds(origin: "Source") -> list[str]:
    """Return the seeds that are on a sheet drawn before, which is drawn again, or the usual ones.

    The recipe itself tells when they are no seeds.
    """
    morph = origin.data.get("morph") if origin.sheet and isinstance(origin.data, dict) else None
    seeds = morph.get("seeds") if isinstance(morph, dict) else None
    return [str(seed) for seed in seeds] if isinstance(seeds, list) else [_SEEDS]


def _check_networks(recipe: "Recipe") -> None:
    """Refuse networks from files of which no seed is another."""
    if recipe.morph.weights and recipe.morph.of == "weights":
        raise RecipeError(
            "--weights: a gallery shows seeds, and a network from a file has none: with --of z "
            "they are its latents, with --set morph.weights=[] networks of their own"
        )


def _container(place: str, *, animate: bool) -> "Container":
    from cppnvid.encode import container_for

    container = container_for(place)
    if animate and container.name == "PNG":
        raise RecipeError(f"{place}: a .png holds one picture; --animate makes an .mp4, .gif, ...")
    if not animate and container.name != "PNG":
        raise RecipeError(f"{place}: a gallery is a .png; --animate makes moving ones")
    return container


def _check_place(
    place: str, size: tuple[int, int] = (2, 2), *, overwrite: bool, animate: bool = False
) -> None:
    """Refuse what cannot be written there before anything takes time."""
    from cppnvid.encode import Target

    Target.to(place, size, overwrite=overwrite, still=not animate)


def _moving(
    recipe: "Recipe", container: "Container", overrides: "list[Override]"
) -> "list[Override]":
    """Return what a moving sheet is where the user's own words do not say otherwise."""
    from cppnvid.presets import Override
    from cppnvid.recipe import Morph

    usual = [Override("output.fps", str(container.default_fps))]
    if container.name == "MP4":
        usual.append(Override("output.crf", _CRF))
    if not any(is_named(f"output.{key}", overrides) for key in ("frames", "seconds")):
        usual.append(Override("output.seconds", _SECONDS))
    if recipe.morph.of == "weights" and recipe.morph.radius == Morph.model_fields["radius"].default:
        usual.append(Override("morph.radius", _RADIUS))
    if recipe.morph.loop == "open":
        usual.append(Override("morph.loop", "ping-pong"))
    return usual


def _title(recipe: "Recipe", count: int, best: int | None) -> str:
    name = recipe.title or recipe.style
    return f"{name} · best {best} of {count}" if best else name

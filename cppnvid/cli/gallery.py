"""`gallery`, `sheet`: many pictures side by side, to choose from and to look through."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.cli.app import command
from cppnvid.cli.outputs import is_named, named_output, size_on_disk
from cppnvid.cli.parse import refusal
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request

if TYPE_CHECKING:
    from cppnvid.encode import Container
    from cppnvid.presets import Override, Source
    from cppnvid.recipe import Recipe

_SEEDS = range(1, 65)
_OF_FILMS = "weights style palette hue_shift contrast size samples set of seconds"
_SECONDS = 3  # of a moving sheet: time for one look at every tile of a row
# Of a moving tile's orbit, half the usual: every tile stays close to the picture of its seed.
_RADIUS = 0.25
# At 15, x264 draws its key frames so much anew that the loop's seam is 1.18 times the median step;
# at 10 it is 1.10 (nine tiles, 90 frames; 1.00 before encoding).
_CRF = 10


@command(
    "source seeds weights best style palette palette_by hue_shift contrast size samples set of "
    "tile columns animate frames seconds fps output format overwrite backend quiet",
    seeds="Seeds to draw: 1 2 3, or 1,2,5-10 (default 1-64).",
    size="Size whose shape the pictures have: reel, 1080p, ... (default square).",
    frames="With --animate: number of frames.",
    seconds="With --animate or a .html: duration in seconds (default 3; on a page the recipe's).",
    fps="With --animate: frames per second (default: the format's).",
    output="A .png; a .html, whose pictures move under the pointer; with --animate any video, such "
    "as .mp4 or .gif (default: gallery.png or .mp4).",
)
def gallery(
    asked: Request, best: int | None, tile: int | None, columns: int | None, animate: bool
) -> str:
    """Draw many seeds on one numbered sheet, to choose from.

    They are drawn in any style, or as another preset, recipe or file that cppnvid made.
    """
    from cppnvid.presets import Source, read_source

    source = Source({}) if asked.source is None else read_source(asked.source)
    recipe, place = _planned(source, asked, animate=animate)
    chosen = list(recipe.morph.seeds)
    if best is not None and best > len(set(chosen)):
        allowed = f"a whole number from 1 to {len(set(chosen))}, the number of seeds"
        raise refusal("--best", given=best, allowed=allowed)

    from cppnvid.encode import Target
    from cppnvid.sheets import gallery as draw

    name = recipe.title or recipe.style
    title = f"{name} · best {best} of {len(chosen)}" if best else name
    form: dict[str, Any] = {"tile": tile or draw.TILE, "title": title}
    live = _is_page(place)
    if not live:
        form["columns"] = columns
    if best:  # before it takes time
        if live:
            Target.of(recipe, place, overwrite=asked.overwrite)
        else:
            size = draw.plan_gallery(recipe, chosen[:best], **form).size
            Target.to(place, size, overwrite=asked.overwrite, still=not animate)
        with Reporter(quiet=asked.quiet, unit="seeds") as reporter:
            looked_at = len(chosen)
            chosen = draw.best_seeds(recipe, chosen, best, progress=reporter.progress)
        named = ",".join(str(seed) for seed in chosen)
        reporter.note(f"the best {best} of {looked_at}, best first: --seeds {named}")
    with Reporter(quiet=asked.quiet, unit="frames" if animate else "tiles") as reporter:
        run = asked.run(reporter)
        time = 0.0 if source.sheet else source.time or 0.0
        if animate:
            draw.save_moving_sheet(recipe, chosen, place, run, **form)
        elif live:
            from cppnvid.sheets.page import save_gallery_page

            shown = _command(source, asked)
            save_gallery_page(recipe, chosen, place, run, **form, time=time, command=shown)
        else:
            draw.save_contact_sheet(recipe, chosen, place, run, **form, time=time)
    reporter.note(f"{len(chosen)} seeds, {size_on_disk(Path(place))}")
    return place


@command(
    "film shown tile columns output format overwrite backend quiet",
    tile="Shorter side of each picture on the sheet, in pixels (default 240).",
    output="A .png (default: named after the film).",
)
def sheet(asked: Request, film: str, shown: int, tile: int | None, columns: int | None) -> str:
    """Show a film at a glance: frames from its start to its end on one sheet.

    A file is shown as it is, whoever made it; a recipe is drawn.
    """
    from cppnvid.presets import load_recipe, names_film

    drawn: Recipe | str
    if names_film(film):
        drawn, title = film, Path(film).name
    else:
        drawn = load_recipe(film)
        title = drawn.title or drawn.style
    place = named_output(asked.output, f"{Path(film).stem}-sheet.png")

    from cppnvid.sheets import storyboard as draw

    with Reporter(quiet=asked.quiet, unit="tiles") as reporter:
        draw.save_storyboard(
            drawn,
            place,
            asked.run(reporter),
            frames=shown,
            tile=tile or draw.TILE,
            columns=columns,
            title=title,
        )
    return place


def _planned(source: "Source", asked: Request, *, animate: bool) -> "tuple[Recipe, str]":
    """Return the recipe of a sheet, whose seeds are the pictures on it, and its file's name."""
    from cppnvid.encode import container_for
    from cppnvid.presets import Override, load_recipe

    overrides = list(asked.overrides)
    if "seeds" not in asked.typed:
        overrides.insert(0, Override("morph.seeds", _usual_seeds(source), "--seeds"))
    recipe = load_recipe(source, overrides)
    styles = [override.value for override in overrides if override.key == "style"]
    stem = source.stem.removesuffix("-gallery") or (styles[0] if styles else "")
    default = f"{f'{stem}-' * bool(stem)}gallery{'.mp4' if animate else '.png'}"
    place = named_output(asked.output, default)
    container = container_for(place, still=not animate)
    if animate and container.still:
        raise refusal("--animate", f"{place} holds one picture: name an .mp4, .gif, ...")
    if _is_page(place):
        if animate:
            raise refusal("--animate", f"the pictures of {place} move already, under the pointer")
        if unused := asked.named("columns frames fps"):
            raise refusal(unused, f"does not apply to {place}, a page with no frames or columns")
        return recipe, place
    if not animate and not container.still:
        problem = f"{place}: a gallery is a .png, or a .html; --animate makes moving ones"
        raise refusal("--output", problem)
    if animate:
        recipe = load_recipe(source, [*_moving(recipe, container, overrides), *overrides])
    elif lengths := asked.named("frames seconds fps"):
        raise refusal(lengths, "only a moving sheet has this: add --animate")
    return recipe, place


def _is_page(place: str) -> bool:
    from cppnvid.encode import PAGES

    return Path(place).suffix.lower() in PAGES


def _command(source: "Source", asked: Request) -> str:
    """Return the command that draws the film of one picture, `{seed}` in place of its seed."""
    from cppnvid.presets import Override, load_recipe

    name = ["morph"] if asked.source is None else ["render", asked.source]
    options = asked.again(_OF_FILMS)
    one = [Override("morph.seeds", [1])]
    usual = load_recipe(source, [*(o for o in asked.overrides if o.key != "morph.seeds"), *one])
    if usual.morph.path != "orbit":
        options += ["--path", "orbit"]
    return shlex.join(["cppnvid", *name, "--seeds", "{seed}", *options]).replace(
        "'{seed}'", "{seed}"
    )


def _usual_seeds(source: "Source") -> list[Any]:
    """Return the seeds of a sheet that is drawn again, or else the usual ones."""
    morph = source.data.get("morph") if source.sheet and isinstance(source.data, dict) else None
    seeds = morph.get("seeds") if isinstance(morph, dict) else None
    return seeds if isinstance(seeds, list) else list(_SEEDS)


def _moving(
    recipe: "Recipe", container: "Container", overrides: "Sequence[Override]"
) -> "list[Override]":
    """Return what a moving sheet is unless the user asks for something else."""
    from cppnvid.presets import Override
    from cppnvid.recipe import Morph

    usual = [Override("output.fps", str(container.default_fps))]
    if container.h264:
        usual.append(Override("output.crf", _CRF))
    if not any(is_named(f"output.{key}", overrides) for key in ("frames", "seconds")):
        usual.append(Override("output.seconds", _SECONDS))
    if recipe.morph.of == "weights" and recipe.morph.radius == Morph.model_fields["radius"].default:
        usual.append(Override("morph.radius", _RADIUS))
    if recipe.morph.loop == "open":
        usual.append(Override("morph.loop", "ping-pong"))
    return usual

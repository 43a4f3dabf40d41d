"""`morph`, `render`, `still`: options become overrides, a library call does the work."""

from typing import TYPE_CHECKING, Any

from cppnvid.cli import options as option
from cppnvid.cli import overrides as reading
from cppnvid.cli.app import app
from cppnvid.cli.outputs import (
    check_early,
    coding_overrides,
    describe,
    named_output,
    pictures,
    summary,
)
from cppnvid.cli.planning import planned
from cppnvid.cli.posting import check_posted
from cppnvid.cli.preview import preview
from cppnvid.cli.reporter import Reporter, say
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.presets import Source


@app.command(cls=option.GroupedCommand)
@option.taking(option.VIDEO)
def morph(**given: Any) -> None:
    """Draw a video through the pictures of several seeds, or of networks from files."""
    from cppnvid.presets import Source

    if given["seeds"] is None and given["weights"] is None:
        given["seeds"] = [""]
    _draw_video(Source({}), given)


@app.command(cls=option.GroupedCommand)
@option.taking({"source": option.SourceName, **option.VIDEO})
def render(**given: Any) -> None:
    """Draw the video of a preset, a recipe or an older file.

    Any option lays over what it says: another size, other seeds, another palette.
    """
    from cppnvid.presets import read_source

    source = given["source"]
    if source is None:
        # With --seeds in front of it, the preset was gathered as one of them.
        reading.overrides_from(given)
        raise RecipeError("nothing to draw: name a preset, such as aurora, or a file")
    _draw_video(reading.film_of(read_source(source), source), given)


def _draw_video(source: "Source", given: dict[str, Any]) -> None:
    threads = reading.parse_threads(given["threads"])
    plan = planned(source, given)
    recipe, output = plan.recipe, plan.output
    if given["preview"]:
        # What the film itself would be refused for; that one stands there already is no matter.
        check_early(
            recipe, output, overwrite=True, encoder=given["encoder"],
            audio=plan.audio, max_size=plan.max_size,
        )  # fmt: skip
        preview(recipe, output, given, threads, plan.audio)
        return
    check_early(
        recipe, output, overwrite=given["overwrite"], encoder=given["encoder"],
        audio=plan.audio, max_size=plan.max_size,
    )  # fmt: skip
    from cppnvid.render import render_video

    with Reporter(quiet=given["quiet"]) as reporter:
        if source.sheet == "seeds":
            reporter.note(
                "this is a walk through the seeds of a sheet; 'cppnvid gallery' on the same file "
                "draws the sheet again"
            )
        if plan.told:
            reporter.note(plan.told)
        video = render_video(
            recipe,
            output,
            backend=given["backend"],
            encoder=given["encoder"],
            threads=threads,
            max_size=plan.max_size,
            keep=plan.keep,
            audio=plan.audio,
            overwrite=given["overwrite"],
            progress=reporter.progress,
            note=reporter.note,
        )
    reporter.note(summary(video))
    if plan.platform is not None:
        check_posted(plan.platform, video.path)
    once = video.frames // recipe.output.repeat
    if not given["quiet"] and recipe.morph.loop != "open" and once >= 3:
        from cppnvid.film.loop_check import check_loop

        reporter.note("measuring the loop")  # 300 frames of 4k are half a minute's decoding
        reporter.note(f"loop: {check_loop(output, once)}")
    say(str(video.path))


@app.command(cls=option.GroupedCommand)
def still(
    source: option.SourceName = None,
    seed: option.Seed = None,
    weights: option.Weights = None,
    time: option.Time = None,
    style: option.Style = None,
    palette: option.Palette = None,
    hue_shift: option.HueShift = None,
    contrast: option.Contrast = None,
    size: option.Size = None,
    samples: option.Samples = None,
    set_: option.Set = None,
    of: option.Of = None,
    output: option.StillOutput = None,
    depth: option.Depth = None,
    dither: option.Dither = None,
    overwrite: option.Overwrite = False,
    backend: option.Backend = "auto",
    threads: option.Threads = None,
    quiet: option.Quiet = False,
) -> None:
    """Draw one picture: of a seed, or a moment of a preset.

    A recipe, or any file cppnvid made, does as well as a preset.
    """
    given = locals()
    from cppnvid.presets import Source, load_recipe, read_source

    if source is None and seed is None and weights is None:
        raise RecipeError("nothing to draw: give --seed 7, or a preset, such as aurora")
    origin = Source({}) if source is None else reading.film_of(read_source(source), source)
    origin, overrides = reading.one_picture(origin, given)
    recipe = load_recipe(origin, overrides)
    moment = reading.parse_time(time) if time is not None else origin.time or 0.0
    stem = f"{origin.stem}-{seed}" if origin.sheet == "seeds" else origin.stem
    place = named_output(output, f"{stem or '-'.join(['still', *pictures(recipe)[:1]])}.png")
    limit = reading.parse_threads(threads)
    if not place.lower().endswith(".png"):
        raise RecipeError(f"{place}: a still is a .png; `render` makes videos and animations")
    from cppnvid.encode import container_for

    png = container_for(place)
    asked = coding_overrides(recipe, png, overrides)
    recipe = load_recipe(origin, [*overrides, *asked]) if asked else recipe
    check_early(recipe, place, overwrite=overwrite, still=True)
    from cppnvid.render import save_still

    with Reporter(quiet=quiet) as reporter:
        if asked:
            reporter.note(describe(asked, png))
        written = save_still(
            recipe, place, time=moment, backend=backend, threads=limit,
            overwrite=overwrite, note=reporter.note,
        )  # fmt: skip
    say(str(written))

"""`morph`, `render`, `still`: a request becomes a plan, and a library call does the work."""

from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.cli.app import command
from cppnvid.cli.outputs import (
    animated_still,
    check_posted,
    for_format,
    named_output,
    pictures,
    summary,
)
from cppnvid.cli.parse import refusal, seeds
from cppnvid.cli.plan import plan_film, plan_picture
from cppnvid.cli.preview import preview
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.presets import Source

_FILM = (
    "seeds weights style palette palette_by transparent hue_shift contrast size samples set "
    "frames seconds bpm bars beats_per_bar fps of path radius detail times pace speed loop "
    "ping_pong hold ease shutter react output format platform repeat plays least_seconds audio "
    "embed_audio embed with_saver preview crf gif max_size codec depth lossless dither overwrite "
    "fresh backend encoder threads quiet"
)
_FILM_ONLY = (
    "react platform repeat plays least_seconds audio embed_audio embed with_saver preview gif "
    "max_size fresh encoder"
)


@command(_FILM)
def morph(asked: Request) -> Path:
    """Draw a video that passes through several seeds, or through networks from files."""
    from cppnvid.presets import Source

    if not asked.typed & {"seeds", "weights"}:
        seeds("", "--seeds")  # which says that there are none
    return _draw_video(Source({}), asked)


@command(
    f"source {_FILM}".replace(" frames", " time frames"),
    output="A .mp4, .m4v, .mkv, .webm, .mov, .gif, .webp, .avif, .apng, a .html, .glsl or .fs that "
    "plays it live, or a folder/ of PNGs; or a still: .png, .jpg, .tif (default: .mp4, named after "
    "what it shows).",
    time="With a still: moment to draw, 0 is the start, 0.5 halfway, 1 the end (default 0).",
)
def render(asked: Request) -> Path:
    """Draw the video of a preset, a recipe, or an older file, or a still of it.

    Options replace its values, such as its size, its seeds or its palette. What is not given stays
    as it is there.
    """
    from cppnvid.encode import container_for
    from cppnvid.presets import read_source

    if asked.source is None:
        raise RecipeError("nothing to draw: name a preset, such as aurora, or a file")
    codec = animated_still(asked)
    if not asked.output or not container_for(asked.output, codec=codec).still:
        if "time" in asked.typed:
            raise refusal("--time", "applies only to a still: add --output with a name as a.png")
        return _draw_video(_drawable(read_source(asked.source), asked), asked)
    if film_only := asked.named(_FILM_ONLY):
        raise refusal(film_only, f"applies only to films; {asked.output} is a still")
    return still(asked)


def _draw_video(source: "Source", asked: Request) -> Path:
    plan = plan_film(source, asked)
    if asked.preview:
        return preview(plan, asked)
    from cppnvid.render import render_video

    with Reporter(quiet=asked.quiet) as reporter:
        if source.shows_seeds:
            reporter.note(
                "this is a walk through the seeds of a sheet; 'cppnvid gallery' on the same file "
                "draws the sheet again"
            )
        reporter.note(*plan.notes)
        video = render_video(
            plan.recipe,
            plan.output,
            asked.run(reporter),
            audio=plan.audio,
            max_size=plan.max_size,
            keep=plan.keep,
            measure=not asked.quiet,
            page=asked.page,
        )
    reporter.note(summary(video))
    if plan.platform is not None:
        check_posted(plan.platform, video.path)
    if video.loop is not None:
        reporter.note(f"loop: {video.loop}")
    return video.path


@command(
    "source seed weights time style palette palette_by transparent hue_shift contrast size samples "
    "set of output format depth dither overwrite backend threads quiet",
    output="A .png, .jpg, .webp, .tif or .avif (default: .png, named after what it shows).",
)
def still(asked: Request) -> Path:
    """Draw one picture: of a seed, or a moment of a preset, a recipe or a file cppnvid made."""
    from cppnvid.encode import container_for, known_endings, quality_of

    picture = plan_picture(asked, "draw")
    source, recipe = _drawable(picture.source, asked), picture.recipe
    stem = f"{source.stem}-{recipe.morph.seeds[0]}" if source.shows_seeds else source.stem
    place = named_output(asked.output, f"{stem or '-'.join(['still', *pictures(recipe)[:1]])}.png")
    container = container_for(place, still=True)
    if not container.still:
        known = known_endings(still=True)
        raise refusal("--output", f"{place}: a still is {known}; 'cppnvid render' draws videos")
    recipe, notes = for_format(recipe, container, source, picture.overrides)
    quality_of(container, recipe.output.crf)  # which no still has
    from cppnvid.render import save_still

    with Reporter(quiet=asked.quiet) as reporter:
        reporter.note(*picture.notes, *notes)
        return save_still(recipe, place, asked.run(reporter), time=picture.time or 0.0)


def _drawable(source: "Source", asked: Request) -> "Source":
    """Refuse what `explain` made, whose recipe is that of the network it shows."""
    name = asked.source
    if source.explain is not None:
        raise RecipeError(
            f"{name}: was made by 'cppnvid explain', which can make it again; to draw what it "
            f"explains, take its recipe: 'cppnvid info {name} > recipe.yaml'"
        )
    return source

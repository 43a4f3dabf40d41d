"""`explain`: a poster, a page or a film of what each layer does."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.cli.app import command
from cppnvid.cli.outputs import for_format, named_output, pictures
from cppnvid.cli.parse import key_values, refusal
from cppnvid.cli.plan import Picture, plan_picture
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request
from cppnvid.errors import RecipeError

if TYPE_CHECKING:
    from cppnvid.explanation.sweeps import Film
    from cppnvid.recipe import Recipe


@command(
    "source seed weights time style palette palette_by size samples set of compare video labels "
    "frames seconds fps output format crf overwrite backend quiet",
    output="A .png or .html; with --video, any video (default: .png, or .mp4 with --video).",
)
def explain(asked: Request, compare: str | None, video: str | None, labels: bool) -> Path:
    """Show what each layer does, and why the picture looks as it does.

    Explains a preset, a file or a seed, as a poster (.png), a page (.html), or a looping video.
    """
    picture = plan_picture(asked, "explain")
    earlier = picture.source.explain or {}
    film = _film(video, asked.output, earlier)
    stem = f"explain-{picture.source.stem or pictures(picture.recipe)[0]}"
    if film is None:
        if lengths := asked.named("frames seconds fps"):
            raise refusal(lengths, "only a video has this: add --video depth")
        other = _compared(picture, compare, earlier)
        return _draw_report(picture, other, named_output(asked.output, f"{stem}.png"), asked)
    if compare is not None:
        raise refusal("--compare, --video", "only a .png or .html shows two side by side")
    labels = labels and earlier.get("labels", True) is not False
    place = named_output(asked.output, f"{stem}-{film.kind}.mp4")
    return _draw_film(picture, place, film, asked, labels=labels)


def _draw_report(picture: Picture, other: "Recipe | None", place: str, asked: Request) -> Path:
    from cppnvid.explanation.save import check_report, save_explanation

    check_report(place, overwrite=asked.overwrite)
    import logging

    from cppnvid.explanation import explain as measure

    # It reports its caches on stderr, which is for what a user can do something about.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with Reporter(quiet=asked.quiet) as reporter:
        reporter.note(*picture.notes)
        recipes = [picture.recipe, *([] if other is None else [other])]
        first, *rest = [measure(recipe, time=picture.time or 0.0) for recipe in recipes]
        written = save_explanation(
            first,
            place,
            asked.run(reporter),
            compare=rest[0] if rest else None,
        )
        for explained in (first, *rest):
            reporter.note(str(explained))
    return written


def _film(kind: str | None, output: str | None, earlier: Mapping[str, Any]) -> "Film | None":
    """Return the film that is asked for: by name, by the file it is made from, or by its ending."""
    from cppnvid.explanation.sweeps import parse_film

    ending = (output or "").lower()
    if kind is None and not ending.endswith((".png", ".html", ".htm")):
        kind = earlier.get("video") if isinstance(earlier.get("video"), str) else None
        if kind is None and ending:
            from cppnvid.encode import container_for

            try:
                moves = not container_for(ending).still
            except RecipeError as error:
                problem = error.mistakes[0].problem
                words = "{unknown}; an explanation can also be a .html"
                raise RecipeError(words, key="path", given=output, unknown=problem) from error
            kind = "reveal" if moves else None
    return None if kind is None else parse_film(kind)


def _draw_film(picture: Picture, place: str, film: "Film", asked: Request, *, labels: bool) -> Path:
    from cppnvid.encode import container_for

    container = container_for(place)
    recipe, notes = for_format(picture.recipe, container, picture.source, picture.overrides)
    from cppnvid.explanation.film import explain_video

    with Reporter(quiet=asked.quiet) as reporter:
        reporter.note(*picture.notes, *notes)
        run, time = asked.run(reporter), picture.time or 0.0
        video = explain_video(recipe, place, film, run, time=time, labels=labels)
    return video.path


def _compared(picture: Picture, compare: str | None, earlier: Mapping[str, Any]) -> "Recipe | None":
    """Return the recipe to compare with.

    Another source's, or this one's with one key changed, or with the network of a file.
    """
    from cppnvid.networks.weights import SUFFIXES
    from cppnvid.presets import Override, Source, load_recipe, only_drawn, read_source

    source, overrides = picture.source, picture.overrides
    if compare is None:
        other = earlier.get("compare")
        return load_recipe(Source(other, name="explain.compare")) if other is not None else None
    key, equals, _ = compare.partition("=")
    if equals and "/" not in key:
        return load_recipe(source, [*overrides, *key_values([compare], "--compare")])
    if Path(compare).suffix.lower() in SUFFIXES:
        # The source's title is not the file's.
        named = [Override("morph.weights", [compare], "--compare"), Override("title", "")]
        if picture.recipe.morph.of == "weights":
            named.append(Override("morph.seeds", []))  # else seeds are latents of the file's
        # How the source's network is drawn is nothing to one that is read.
        kept = [override for override in overrides if not only_drawn(override)]
        return load_recipe(source, [*kept, *named])
    return load_recipe(read_source(compare))

"""`breed`: children of pictures on a numbered sheet, to choose from and breed on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cppnvid.cli.app import command
from cppnvid.cli.outputs import named_output, size_on_disk
from cppnvid.cli.parse import refusal
from cppnvid.cli.reporter import Reporter
from cppnvid.cli.request import Request

if TYPE_CHECKING:
    from cppnvid.presets import Source


@command(
    "parents base like children page style palette palette_by hue_shift contrast size samples set "
    "tile columns output format overwrite backend quiet",
    size="Size whose shape the pictures have: reel, 1080p, ... (default square).",
    tile="Shorter side of each picture on the sheet, in pixels (default 128).",
    output="A .png (default: breed-7-12.png, after the parents).",
)
def breed(
    asked: Request,
    parents: list[int | str] | None,
    base: str | None,
    like: list[int] | None,
    children: int | None,
    page: int,
    tile: int | None,
    columns: int | None,
) -> Path:
    """Draw mutations and crossings of pictures on a sheet, from near to far.

    Type the name of one wherever a seed is typed, or breed on: --from SHEET --like 3 8.
    """
    from cppnvid.presets import Override, Source, load_recipe, read_source

    source = Source({}) if base is None else read_source(base)
    chosen = list(dict.fromkeys(_parents(source, parents or [], like)))
    origin = "--like" if like and not parents else "PICTURES"
    recipe = load_recipe(source, [Override("morph.seeds", chosen, origin), *asked.overrides])
    chosen = list(recipe.morph.seeds)  # names as they are always written

    from cppnvid.encode import Target
    from cppnvid.sheets import breeding as draw

    place = named_output(asked.output, f"breed-{'-'.join(map(str, chosen[:4]))}.png")
    form: dict[str, Any] = {"tile": tile or draw.TILE, "columns": columns}
    count = children or draw.CHILDREN
    size = draw.plan_breeding(recipe, [*chosen, *[0] * count], **form).size
    Target.to(place, size, overwrite=asked.overwrite, still=True)  # before it takes time
    with Reporter(quiet=asked.quiet, unit="tiles") as reporter:
        found = draw.children_of(recipe, chosen, count, page)
        run = asked.run(reporter)
        path = draw.save_breeding_sheet(recipe, chosen, found, place, run, **form)
    reporter.note(
        f"{len(found)} children, {size_on_disk(path)}",
        f"breed on: cppnvid breed --from {path} --like {len(chosen) + 1} {len(chosen) + 2}",
    )
    return path


def _parents(source: "Source", parents: list[int | str], like: list[int] | None) -> list[Any]:
    """Return the names of the pictures to breed, as they were typed or written."""
    morph = source.data.get("morph") if isinstance(source.data, dict) else None
    seeds = morph.get("seeds") if isinstance(morph, dict) else None
    inside = seeds if isinstance(seeds, list) else []
    if like is not None:
        if source.sheet != "children":
            given = f"given {source.name or 'none'}: name it by --from"
            if source.sheet:
                given = f"and {source.name} is labelled by seeds: breed 7 12 --from {source.name}"
            raise refusal("--like", f"chooses from a sheet that breed made, {given}")
        if max(like) > len(inside):
            allowed = f"numbers from 1 to {len(inside)}, the number of pictures on the sheet"
            raise refusal("--like", given=max(like), allowed=allowed)
        return [*(inside[number - 1] for number in like), *parents]
    if parents:
        return parents
    if source.sheet:
        raise refusal("--like", "choose pictures of the sheet by their numbers: --like 3 8")
    if not inside:
        raise refusal("PICTURES", "nothing to breed: name one picture or several, such as 7 12")
    return inside

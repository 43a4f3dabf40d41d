"""The gallery as one page: small stills, and each moves while it is pointed at.

The films are orbits, as in a moving sheet, and go by the clock: the pace of many would take minutes
to measure. They are of one recipe, so one shader draws them, and the page holds what they have in
common once.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cppnvid import __version__
from cppnvid.animation.scene import Moment, Scene
from cppnvid.encode import PAGES, Target, gallery_mark, with_recipe, write_document
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.live.limits import check_network
from cppnvid.live.matrix import Matrix
from cppnvid.live.page import (
    data_uri,
    filled,
    film_data,
    html_text,
    joined,
    json_in_html,
    policy,
)
from cppnvid.recipe import Recipe
from cppnvid.sheets.gallery import TILE, check_seeds, of_seed, sheet_text
from cppnvid.sheets.layout import tile_size
from cppnvid.sheets.tiles import SAMPLES, Tiles
from cppnvid.units import file_size

LARGEST = 16_000_000  # bytes: it still opens at once, and goes with a message
QUALITY = 82  # of a still, as WebP: 5 kB
# Of a film in its first look; there are up to four times as many where it shows between them. An
# orbit of the house style needs 65, and 300 would make its page 1.6 times as large.
ROWS = 32
SCRIPTS = ("numbers.js", "device.js", "fineness.js", "gallery.js")

Picture = NDArray[np.uint8]


def save_gallery_page(
    recipe: Recipe,
    seeds: Sequence[int | str],
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    tile: int = TILE,
    title: str = "",
    time: float = 0.0,
    command: str = "",
) -> Path:
    """Write a page of the pictures of many seeds, each of which moves while it is pointed at.

    The page holds the recipe with all seeds, as a contact sheet does. Any browser opens it, without
    a network connection.

    Args:
        recipe: everything but the seeds; its length is that of each film.
        seeds: in the order of the pictures.
        path: .html.
        run: what draws the stills, and who hears of it; `run.progress` is called with (pictures
            done, pictures in all).
        tile: pixels of a still's shorter side; its shape is the recipe's.
        title: written above the pictures.
        time: the moment in [0, 1] of each film that its still shows.
        command: shown for a picture that is clicked, with its seed in place of `{seed}`.

    Raises:
        RecipeError: there are no seeds, the output cannot be as asked, the network is too large to
            be drawn live, or the page would be larger than `LARGEST`.
        BackendError: this machine cannot draw the stills.
        EncodeError: the disk failed; whatever was at `path` before is still there.
    """
    check_seeds(recipe, seeds)
    if Path(path).suffix.lower() not in PAGES:
        problem = f"{os.fspath(path)}: a gallery page ends in {PAGES[0]}"
        raise RecipeError(problem, key="path", given=os.fspath(path))
    target = Target.of(recipe, path, overwrite=run.overwrite)
    check_network(Scene.of(of_seed(recipe, seeds[0])).at(0.0))
    size = tile_size(recipe.canvas.size, tile)
    films: list[dict[str, Any]] = []
    stills: list[str] = []
    for still, film in _drawn(recipe, seeds, size, time, run):
        films.append(film)
        stills.append(data_uri(still, QUALITY))
        if len(films) == min(2, len(seeds)):
            _check_size(films, stills, len(seeds))
        run.progress(len(films), len(seeds))
    common = _common(films)
    data = {
        "common": common,
        "films": [_own(film, common) for film in films],
        "seeds": [str(seed) for seed in seeds],  # JavaScript's numbers end before seeds do
        "seconds": recipe.output.seconds,
        "start": time,
        "samples": max(SAMPLES, films[0]["samples"]),
        "command": command,
    }
    text = _page(recipe, data, stills, size, title)
    write_document(
        target.path,
        with_recipe(text, sheet_text(recipe, seeds)),
        overwrite=target.overwrite,
        note=run.note,
    )
    return target.path


def _drawn(
    recipe: Recipe, seeds: Sequence[int | str], size: tuple[int, int], time: float, run: Run
) -> Iterator[tuple[Picture, dict[str, Any]]]:
    """Yield each seed's still and the numbers of its film."""
    tiles: Tiles | None = None
    for seed in seeds:
        of_one = of_seed(recipe, seed)
        scene = Scene.of(of_one)
        moment: Moment = scene.at(time)
        tiles = tiles or Tiles.of(recipe, size, moment, count=len(seeds), run=run)
        output = of_one.output.model_copy(update={"frames": ROWS})
        coarse = of_one.model_copy(update={"output": output})
        matrix = Matrix.of(coarse, scene, calm=np.inf)
        yield tiles.still(moment), film_data(coarse, matrix)


def _common(films: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is the same in all films."""
    first, *rest = films
    return {key: v for key, v in first.items() if all(other.get(key) == v for other in rest)}


def _own(film: dict[str, Any], common: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in film.items() if key not in common}


def _check_size(films: Sequence[dict[str, Any]], stills: Sequence[str], count: int) -> None:
    """Refuse a page of `count` pictures that will be too large, as its first say."""
    common = _common(films)
    own = sum(len(json_in_html(_own(film, common))) for film in films) + sum(map(len, stills))
    rest, each = len(json_in_html(common)), 1.02 * own / len(films)
    if rest + each * count <= LARGEST:
        return
    fits = int((LARGEST - rest) / each)
    raise RecipeError(
        f"a gallery page has at most {file_size(LARGEST)}, and {count} of these pictures take "
        f"{file_size(round(rest + each * count))}: about {fits} fit",
        key="seeds",
        given=count,
        allowed=f"about {fits}",
    )


def _page(
    recipe: Recipe, data: dict[str, Any], stills: Sequence[str], size: tuple[int, int], title: str
) -> str:
    width, height = size
    style = filled("gallery.css", {"WIDTH": str(width), "HEIGHT": str(height)})
    script = joined(SCRIPTS)
    names = map(html_text, data["seeds"])
    tiles = [
        f'<li><button type="button" aria-label="Seed {seed}"{" tabindex=-1" if index else ""}>'
        f'<span class="picture"><img alt="" decoding="async" src="{still}"></span>{seed}</button>'
        for index, (seed, still) in enumerate(zip(names, stills, strict=True))
    ]
    parts = {
        "POLICY": policy(script, style),
        "MARK": gallery_mark(__version__, len(tiles), size),
        "TITLE": html_text(title or recipe.title or "cppnvid"),
        "STYLE": style,
        "TILES": "\n".join(tiles),
        "DATA": json_in_html(data),
        "SCRIPT": script,
    }
    return filled("gallery.html", parts)

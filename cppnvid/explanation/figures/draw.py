"""Draw and measure every figure, and publish them with their page as one folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from PIL import Image

from cppnvid import __version__
from cppnvid.callbacks import Note, Progress, silent
from cppnvid.encode.publish import exists_error, publication
from cppnvid.errors import RecipeError
from cppnvid.explanation import Explanation, explain
from cppnvid.explanation.figures.catalogue import FIGURES, SWEEPS, Figure, Sweep
from cppnvid.explanation.measure import measure
from cppnvid.film.pacing import moment_of
from cppnvid.presets import Override, load_recipe
from cppnvid.recipe import Recipe
from cppnvid.render import render_still, render_video, save_still
from cppnvid.sheets.layout import draw_sheet

LARGE, SMALL = 512, 160  # pixels a side, of a figure and of its other seeds
SWEPT = 128  # as the article draws its sweeps
SWEEP_COLUMNS = 5  # ten depths and five widths fill their rows
FILM = 360
FILE_SUFFIXES = (".html", ".htm", ".png", ".mp4", ".webm", ".mov", ".gif", ".webp", ".apng", ".pdf")
FILM_FRAMES = 120  # four seconds: twelve of them fill a minute, and a few MB
# In the head of every page of ours: the gate before a folder is replaced.
MARK = '<meta name="generator" content="cppnvid figures">'


@dataclass(frozen=True)
class Drawn:
    """A figure as the page shows it."""

    figure: Figure
    title: str
    picture: str  # file names within the folder
    film: str | None
    others: tuple[str, ...]
    pixelated: bool
    explanation: Explanation


@dataclass(frozen=True)
class DrawnSweep:
    """A sweep as the page shows it."""

    sweep: Sweep
    picture: str
    measured: tuple[tuple[str, float], ...]  # of each network: its label, and its grain


def make_figures(
    directory: str | os.PathLike[str],
    *,
    animate: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
    note: Note = silent,
) -> Path:
    """Draw the article's experiments and the page that explains them, `index.html`.

    Args:
        directory: the folder to make.
        animate: each experiment moves, as a small looping video on the page.
        overwrite: replace an older folder of figures once the new one is complete.
        progress: called with (figures done, figures in all).
        note: called with what a user may want to know.

    Returns:
        The page.

    Raises:
        RecipeError: the folder stands there already, or holds other things.
        EncodeError: the disk refuses.
    """
    place = Path(directory)
    check_directory(place, overwrite=overwrite)
    count = len(FIGURES) + len(SWEEPS)
    with publication(
        place.resolve(), overwrite=overwrite, folder=True, note=note, ours=_is_figures
    ) as folder:
        drawn = []
        for index, figure in enumerate(FIGURES):
            if animate:
                note(f"filming {figure.name}")
            drawn.append(_draw(figure, folder, animate=animate))
            progress(index + 1, count)
        swept = []
        for index, sweep in enumerate(SWEEPS):
            swept.append(_sweep(sweep, folder))
            progress(len(FIGURES) + index + 1, count)
        _write_page(folder / "index.html", drawn, swept)
    return place / "index.html"


def check_directory(place: Path, *, overwrite: bool) -> None:
    """Refuse a folder that could not be made, before anything is drawn.

    Raises:
        RecipeError: its parent is missing, it has a file's ending, stands there already, or holds
            other things.
    """
    if place.suffix.lower() in FILE_SUFFIXES:
        raise RecipeError(
            f"{place}: figures are a folder with an index.html in it; leave {place.suffix} out"
        )
    if not place.resolve().parent.is_dir():
        raise RecipeError(f"{place}: the folder {place.parent} does not exist; make it first")
    if not os.path.lexists(place) or (place.is_dir() and not any(place.iterdir())):
        return
    if not place.is_dir():
        raise RecipeError(f"{place}: is a file; figures are a folder, so choose another name")
    if not overwrite:
        raise exists_error(place)
    if not _is_figures(place):
        raise RecipeError(
            f"{place}: holds files cppnvid did not write, so it is not replaced; "
            f"choose another name"
        )


def _is_figures(folder: Path) -> bool:
    """Tell whether a folder holds a page of ours and nothing but what belongs to it."""
    known = {"index.html"} | {f"{sweep.name}.png" for sweep in SWEEPS}
    for figure in FIGURES:
        known |= {f"{figure.name}.mp4", f"{figure.name}.png"}
        known |= {f"{figure.name}-{seed}.png" for seed in figure.seeds[1:]}
    entries = list(folder.iterdir())
    if any(entry.is_symlink() or not entry.is_file() for entry in entries):
        return False
    page = folder / "index.html"
    return {entry.name for entry in entries} <= known and page.is_file() and MARK in _head(page)


def _head(page: Path) -> str:
    with page.open(encoding="utf-8", errors="replace") as text:
        return text.read(500)


def _draw(figure: Figure, folder: Path, *, animate: bool) -> Drawn:
    preset = f"article/{figure.name}"
    whole = load_recipe(preset)
    pixelated = whole.camera.coordinates == "pixels"  # its size is part of it
    large = _at_size(preset, None if pixelated else LARGE, figure.seeds[0])
    picture = f"{figure.name}.png"
    save_still(large, folder / picture)
    others = []
    for seed in figure.seeds[1:]:
        others.append(f"{figure.name}-{seed}.png")
        save_still(_at_size(preset, None if pixelated else SMALL, seed), folder / others[-1])
    film = f"{figure.name}.mp4" if animate else None
    if film:
        size = [] if pixelated else [Override("canvas.size", FILM)]
        render_video(
            load_recipe(preset, [*size, Override("output.frames", FILM_FRAMES)]), folder / film
        )
    return Drawn(figure, whole.title, picture, film, tuple(others), pixelated, explain(large))


def _at_size(preset: str, side: int | None, seed: int) -> Recipe:
    size = [] if side is None else [Override("canvas.size", side)]
    return load_recipe(preset, [*size, Override("morph.seeds", [seed])])


def _sweep(sweep: Sweep, folder: Path) -> DrawnSweep:
    labels, measured = [], []
    tiles = []
    for layers, label in zip(sweep.layers, sweep.labels, strict=True):
        recipe = load_recipe(
            "article/normal",
            [
                Override("network.layers", [layers]),
                Override("morph.seeds", [sweep.seed]),
                Override("canvas.size", SWEPT),
            ],
        )
        grain = measure(moment_of(recipe, 0.0), recipe.canvas.size).picture.grain
        labels.append(f"{label}\ngrain {grain:.2f}")
        measured.append((label, grain))
        tiles.append(render_still(recipe))
    sheet = draw_sheet(tiles, labels, columns=SWEEP_COLUMNS)
    Image.fromarray(sheet).save(folder / f"{sweep.name}.png")
    return DrawnSweep(sweep, f"{sweep.name}.png", tuple(measured))


def _write_page(path: Path, figures: list[Drawn], sweeps: list[DrawnSweep]) -> None:
    """Write the page that shows figures and sweeps, whose pictures lie beside it."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        files("cppnvid.explanation.figures").joinpath("page.html").read_text(encoding="utf-8")
    )
    text = template.render(figures=figures, sweeps=sweeps, version=__version__)
    path.write_text(text, encoding="utf-8", newline="\n")

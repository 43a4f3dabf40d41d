"""Draw and measure every figure, and publish them with their page as one folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml
from jinja2 import Environment, StrictUndefined, Template
from PIL import Image

from cppnvid import __version__
from cppnvid.encode.folder import entries_of
from cppnvid.encode.place import check_place
from cppnvid.encode.publish import publication
from cppnvid.errors import RecipeError
from cppnvid.explanation import Explanation, explain
from cppnvid.explanation.measure import measure
from cppnvid.film.pacing import moment_of
from cppnvid.film.run import Run
from cppnvid.presets import Override, load_recipe
from cppnvid.recipe import Recipe
from cppnvid.render import render_still, render_video, save_still
from cppnvid.sheets.layout import plan_sheet

LARGE, SMALL = 512, 160  # pixels a side, for a figure and for its other seeds
SWEPT = 128  # as the article draws its sweeps
SWEEP_COLUMNS = 5  # ten depths and five widths fill their rows
FILM = 360
FILM_FRAMES = 120  # four seconds: twelve of them fill a minute, and a few MB
FILE_SUFFIXES = (
    *(".html", ".htm", ".png", ".pdf"),
    *(".mp4", ".webm", ".mov", ".gif", ".webp", ".avif", ".apng"),
)
# In the head of every page of ours; without it a folder is not replaced.
MARK = '<meta name="generator" content="cppnvid figures">'


@dataclass(frozen=True)
class Figure:
    """One experiment: the preset `article/NAME`."""

    name: str
    seeds: tuple[int, ...]  # one for each picture; the first is drawn large and measured
    changed: str  # since the figure before
    why: str  # it looks like this


@dataclass(frozen=True)
class Sweep:
    """One network in several sizes, on a contact sheet."""

    name: str
    title: str
    networks: Mapping[str, str]  # a label, and `network.layers`
    seed: int
    changed: str
    why: str


_READ = yaml.safe_load(files(__package__).joinpath("catalogue.yaml").read_text(encoding="utf-8"))
FIGURES = tuple(Figure(**entry | {"seeds": tuple(entry["seeds"])}) for entry in _READ["figures"])
SWEEPS = tuple(Sweep(**entry) for entry in _READ["sweeps"])


def make_figures(
    directory: str | os.PathLike[str], run: Run = Run(), *, animate: bool = False
) -> Path:
    """Draw the article's experiments and the page that explains them, `index.html`.

    Args:
        directory: the folder to make.
        run: whether to overwrite an older folder of figures; its progress counts figures.
        animate: show each experiment as a small looping video.

    Returns:
        The page.

    Raises:
        RecipeError: the folder cannot be made, exists already, or holds other things.
        EncodeError: the disk refuses.
    """
    place = Path(directory)
    check_directory(place, overwrite=run.overwrite)
    count = len(FIGURES) + len(SWEEPS)
    with publication(
        place.resolve(), overwrite=run.overwrite, folder=True, note=run.note, ours=_is_figures
    ) as folder:
        explained, grains = [], []
        for figure in FIGURES:
            if animate:
                run.note(f"filming {figure.name}")
            explained.append(_draw(figure, folder, animate=animate))
            run.progress(len(explained), count)
        for sweep in SWEEPS:
            grains.append(_sweep(sweep, folder))
            run.progress(len(explained) + len(grains), count)
        text = _template().render(
            figures=list(zip(FIGURES, explained, strict=True)),
            sweeps=list(zip(SWEEPS, grains, strict=True)),
            animate=animate,
            version=__version__,
        )
        (folder / "index.html").write_text(text, encoding="utf-8", newline="\n")
    return place / "index.html"


def check_directory(place: Path, *, overwrite: bool) -> None:
    """Check that the folder can be made, before anything is drawn; raises as `make_figures`."""
    if place.suffix.lower() in FILE_SUFFIXES:
        problem = "{path}: figures are a folder with an index.html in it; leave out the ending"
    elif not place.resolve().parent.is_dir():
        problem = "{path}: the folder it is in does not exist; create it first"
    else:
        check_place(place, folder=True, overwrite=overwrite, ours=_is_figures)
        return
    raise RecipeError(problem, key="path", given=str(place), path=place)


def _is_figures(folder: Path) -> bool:
    """Tell whether a folder holds a page of ours and nothing but what belongs to it."""
    known = {"index.html"} | {f"{sweep.name}.png" for sweep in SWEEPS}
    for figure in FIGURES:
        known |= {f"{figure.name}.mp4", f"{figure.name}.png"}
        known |= {f"{figure.name}-{seed}.png" for seed in figure.seeds[1:]}
    entries = entries_of(folder)
    if any(entry.is_symlink() or not entry.is_file() for entry in entries):
        return False
    page = folder / "index.html"
    return {entry.name for entry in entries} <= known and page.is_file() and MARK in _head(page)


def _head(page: Path) -> str:
    with page.open(encoding="utf-8", errors="replace") as text:
        return text.read(500)


def _draw(figure: Figure, folder: Path, *, animate: bool) -> Explanation:
    """Draw a figure's pictures and film; explain the first picture."""
    preset = f"article/{figure.name}"
    pixelated = load_recipe(preset).camera.coordinates == "pixels"  # its size is part of it

    def sized(side: int, *overrides: Override) -> Recipe:
        size = [] if pixelated else [Override("canvas.size", side)]
        return load_recipe(preset, [*size, *overrides])

    first, *others = figure.seeds
    large = sized(LARGE, Override("morph.seeds", [first]))
    save_still(large, folder / f"{figure.name}.png")
    for seed in others:
        small = sized(SMALL, Override("morph.seeds", [seed]))
        save_still(small, folder / f"{figure.name}-{seed}.png")
    if animate:
        film = sized(FILM, Override("output.frames", FILM_FRAMES))
        render_video(film, folder / f"{figure.name}.mp4")
    return explain(large)


def _sweep(sweep: Sweep, folder: Path) -> dict[str, float]:
    """Draw a sweep's contact sheet; return the grain of each network by its label."""
    tiles, grains = [], {}
    for label, layers in sweep.networks.items():
        overrides = {
            "network.layers": [layers],
            "morph.seeds": [sweep.seed],
            "canvas.size": SWEPT,
        }
        recipe = load_recipe("article/normal", [Override(*item) for item in overrides.items()])
        tiles.append(render_still(recipe))
        grains[label] = measure(moment_of(recipe, 0.0), recipe.canvas.size).picture.grain
    labels = [f"{label}\ngrain {grain:.2f}" for label, grain in grains.items()]
    sheet = plan_sheet(labels, tile=recipe.canvas.size, columns=SWEEP_COLUMNS)
    Image.fromarray(sheet.filled(tiles)).save(folder / f"{sweep.name}.png")
    return grains


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(page)

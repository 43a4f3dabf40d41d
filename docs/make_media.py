"""Draw the pictures that README and the docs show: `python docs/make_media.py [NAME ...]`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import cppnvid
from cppnvid.recipe import Recipe

MEDIA = Path(__file__).parent / "media"
TILE, COLUMNS, CAPTION, GAP = 240, 6, 22, 6
Picture = NDArray[np.uint8]


def drawn(time: float = 0.0, *, size: str = f"{TILE}x{TILE}", **data: object) -> Picture:
    """Draw a moment of a recipe in the house style at a small size, with smooth edges."""
    canvas = {"size": size, "samples": 2}
    recipe = cppnvid.load_recipe({"morph": {"seeds": [7]}, "canvas": canvas} | data)
    return np.asarray(cppnvid.render_still(recipe, time))


def row(pictures: list[Picture]) -> Picture:
    """Join pictures side by side with a gap, aligned at the bottom, on white."""
    height = max(len(picture) for picture in pictures)
    width = sum(picture.shape[1] + GAP for picture in pictures) - GAP
    joined = np.full((height, width, 3), 255, dtype=np.uint8)
    left = 0
    for picture in pictures:
        joined[height - len(picture) :, left : left + picture.shape[1]] = picture
        left += picture.shape[1] + GAP
    return joined


def save(picture: Picture, name: str) -> None:
    """Write a picture as WebP among the media."""
    Image.fromarray(picture).save(MEDIA / f"{name}.webp", quality=88)


def loop() -> None:
    """Draw the main job's loop, small enough to play in the page."""
    smaller = {"canvas": {"size": "400x400"}, "output": {"frames": 200, "fps": 25}}
    recipe = cppnvid.load_recipe({"morph": {"seeds": [1, 2, 3]}, **smaller})
    cppnvid.render_video(recipe, MEDIA / "loop.webp", cppnvid.Run(overwrite=True))


def live() -> None:
    """Write the main job's loop as a live page."""
    recipe = cppnvid.load_recipe({"title": "Seeds 1, 2 and 3", "morph": {"seeds": [1, 2, 3]}})
    cppnvid.render_video(recipe, MEDIA / "loop.html", cppnvid.Run(overwrite=True))


def presets() -> None:
    """Draw every artwork's opening picture with its name."""
    artworks = [preset for preset in cppnvid.list_presets() if "/" not in preset.name]
    rows = -(-len(artworks) // COLUMNS)
    picture = Image.new("RGB", (COLUMNS * TILE, rows * (TILE + CAPTION)), "#101014")
    draw = ImageDraw.Draw(picture)
    for index, preset in enumerate(artworks):
        data = cppnvid.load_recipe(preset.name).to_data()
        recipe = Recipe.model_validate(data | {"canvas": {"size": f"{TILE}x{TILE}", "samples": 2}})
        left, top = index % COLUMNS * TILE, index // COLUMNS * (TILE + CAPTION)
        still = np.asarray(cppnvid.render_still(recipe, time=0.1))
        picture.paste(Image.fromarray(still), (left, top))
        draw.text((left + 8, top + TILE + 4), preset.name, fill="#d8d4cc", font_size=14)
    save(np.asarray(picture), "presets")


def gallery() -> None:
    """Draw the house style's best and worst eight of seeds 1 to 128 by their scores."""
    recipe = Recipe()
    ranked = cppnvid.best_seeds(recipe, range(1, 129), 128)
    sheet = cppnvid.contact_sheet(recipe, [*ranked[:8], *ranked[-8:]], columns=8)
    save(np.asarray(sheet), "gallery")


def seeds() -> None:
    """Draw the twelve of the house style's seeds 1 to 64 that score highest."""
    recipe = Recipe()
    best = cppnvid.best_seeds(recipe, range(1, 65), 12)
    save(np.asarray(cppnvid.contact_sheet(recipe, best, columns=6, tile=200)), "seeds")


def breeding() -> None:
    """Draw the children of two of the house style's seeds."""
    recipe, parents = Recipe(), [7, 12]
    children = cppnvid.children_of(recipe, parents, 24)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "breeding.png"
        cppnvid.save_breeding_sheet(recipe, parents, children, path, tile=128, columns=9)
        with Image.open(path) as picture:
            save(np.asarray(picture.convert("RGB")), "breeding")


def colours() -> None:
    """Draw one seed in six palettes, side by side."""
    names = ("rgb", "batlow", "ember", "opal", "oklch")
    palettes: list[object] = [*names, {"colours": ["#102030", "#ff8040", "#fff2d8"]}]
    save(row([drawn(palette=palette) for palette in palettes]), "colours")


def motion() -> None:
    """Draw six moments each of an orbit, a zoom and a network that grows."""
    rows = []
    for path, last in (("orbit", 0.75), ("zoom", 0.75), ("grow", 0.5)):
        morph = {"seeds": [7], "path": path}
        rows.append(row([drawn(float(time), morph=morph) for time in np.linspace(0, last, 6)]))
        rows.append(np.full((GAP, rows[-1].shape[1], 3), 255, dtype=np.uint8))
    save(np.concatenate(rows[:-1]), "motion")


def shapes() -> None:
    """Draw one film in the shapes of four platforms."""
    sizes = ("300x300", "168x300", "532x300", "128x128")
    save(row([drawn(size=size, morph={"seeds": [3]}) for size in sizes]), "shapes")


def why() -> None:
    """Draw the poster that sets grey goo beside what N(0, 1) paints."""
    with tempfile.TemporaryDirectory() as folder:
        poster = cppnvid.save_explanation(
            cppnvid.explain(cppnvid.load_recipe("article/grey-goo")),
            Path(folder) / "why.png",
            compare=cppnvid.explain(cppnvid.load_recipe("article/normal")),
        )
        with Image.open(poster) as picture:
            small = picture.convert("RGB").resize((1440, 1440 * picture.height // picture.width))
    save(np.asarray(small), "why")


PICTURES: tuple[Callable[[], None], ...] = (
    loop,
    live,
    presets,
    gallery,
    seeds,
    breeding,
    colours,
    motion,
    shapes,
    why,
)

if __name__ == "__main__":
    for make in PICTURES:
        if len(sys.argv) == 1 or make.__name__ in sys.argv[1:]:
            make()

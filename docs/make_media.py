"""Draw the pictures that README shows: `python docs/make_media.py` (about two minutes)."""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import cppnvid
from cppnvid.recipe import Recipe

MEDIA = Path(__file__).parent / "media"
TILE, COLUMNS, CAPTION = 240, 6, 22


def loop() -> None:
    """Draw the main job's loop, small enough to play in the page."""
    recipe = Recipe.model_validate(
        {
            "morph": {"seeds": [1, 2, 3]},
            "canvas": {"size": "400x400"},
            "output": {"frames": 200, "fps": 25},
        }
    )
    cppnvid.render_video(recipe, MEDIA / "loop.webp", overwrite=True)


def sheet() -> None:
    """Draw every preset's opening picture with its name."""
    presets = [preset for preset in cppnvid.list_presets() if "/" not in preset.name]
    rows = -(-len(presets) // COLUMNS)
    picture = Image.new("RGB", (COLUMNS * TILE, rows * (TILE + CAPTION)), "#101014")
    draw = ImageDraw.Draw(picture)
    for index, preset in enumerate(presets):
        data = cppnvid.load_recipe(preset.name).to_data()
        recipe = Recipe.model_validate(data | {"canvas": {"size": f"{TILE}x{TILE}", "samples": 2}})
        left, top = index % COLUMNS * TILE, index // COLUMNS * (TILE + CAPTION)
        still = np.asarray(cppnvid.render_still(recipe, 0.1))
        picture.paste(Image.fromarray(still), (left, top))
        draw.text((left + 8, top + TILE + 4), preset.name, fill="#d8d4cc", font_size=14)
    picture.save(MEDIA / "presets.webp", quality=88)


def gallery() -> None:
    """Draw the house style's best and worst eight of seeds 1 to 128 by their scores."""
    recipe = Recipe()
    ranked = cppnvid.best_seeds(recipe, range(1, 129), 128)
    picture = cppnvid.contact_sheet(recipe, [*ranked[:8], *ranked[-8:]], columns=8)
    Image.fromarray(np.asarray(picture)).save(MEDIA / "gallery.webp", quality=88)


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
    small.save(MEDIA / "why.webp", quality=85)


if __name__ == "__main__":
    loop()
    sheet()
    gallery()
    why()

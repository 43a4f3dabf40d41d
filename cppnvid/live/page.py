"""The page: one HTML file that draws a film live in any browser with WebGL 2, at any size, offline.

The script and the shader are its source, the film's numbers its data. It loads nothing: its policy
allows its own script and style alone, by their hashes, and a stranger's title is text.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid import __version__
from cppnvid.animation.scene import Timeline
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.backends.shader.architecture import Architecture
from cppnvid.backends.shader.glsl import BLOCK_VECTORS, Weights, fragment
from cppnvid.backends.shader.layout import Layout
from cppnvid.colour.oklab import from_oklab, to_oklab
from cppnvid.colour.pixels import Raster
from cppnvid.encode import live_mark, with_recipe
from cppnvid.live.extras import PageExtras
from cppnvid.live.limits import check_network, check_rows
from cppnvid.live.matrix import Matrix
from cppnvid.live.packing import FINE, FINER, in_steps, packed_columns
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe

POSTER_SIDE = 256  # pixels of the longer side: 3 kB; it is seen for a second
SCRIPTS = ("numbers.js", "device.js", "still.js", "page.js")

Frame = NDArray[np.uint8]

# For each convention of `animation.camera.axes` the pixel of the plane's origin, and how many
# pixels are one of its units, at least half: shares of the side and of the shorter side, and a
# number of pixels.
AXES: dict[str, dict[str, tuple[float, float, float]]] = {
    "centres": {"origin": (0.5, 0.0, 0.0), "unit": (0.0, 1.0, 0.0)},
    "corners": {"origin": (0.0, 0.5, 0.5), "unit": (0.0, 1.0, 0.0)},
    "pixels": {"origin": (0.0, 0.0, 0.5), "unit": (0.0, 0.0, 1.0)},
    "endpoints": {"origin": (0.5, 0.0, 0.0), "unit": (0.5, 0.0, -0.5)},
}


def draw_page(
    recipe: Recipe,
    scene: Timeline,
    *,
    weights: Weights | None = None,
    extras: PageExtras = PageExtras(),
    sound: bytes = b"",
) -> str:
    """Return the text of the page that plays a recipe's film.

    Args:
        recipe: what to play; it is written into the page.
        scene: the recipe's, at its pace.
        weights: how the shader gets them; None is what devices are fastest with.
        extras: what it has beyond the film.
        sound: of the film, as M4A; empty for a silent page.

    Raises:
        RecipeError: the network is too large to be drawn live, or the film too long.
    """
    check_network(scene.at(0.0))
    matrix = Matrix.of(recipe, scene)
    film = {**film_data(recipe, matrix, weights), "bare": extras.embed}
    poster = poster_of(recipe, scene)
    ground, ink, accent = _colours(poster)
    style = filled("page.css", {"GROUND": ground, "INK": ink, "ACCENT": accent})
    library = part("mediabunny.js", "vendor") if extras.with_saver else ""
    more = {"sound": bool(sound), "saver": extras.with_saver}
    script = joined([*SCRIPTS, *(f"{name}.js" for name in more if more[name])])
    output, title = recipe.output, html_text(recipe.title or "cppnvid")
    parts = {
        "POLICY": policy(script, style, others=[library] * bool(library), sounds=bool(sound)),
        "MARK": live_mark(__version__, recipe.canvas.size, output.fps, output.frames),
        "GROUND": ground,
        "TITLE": title,
        "STYLE": style,
        "POSTER": data_uri(poster),
        "SOUND": _sound_element(sound),
        "BUTTONS": "".join(part(f"{name}.html") for name in more if more[name]),
        "LIBRARY": _packed_script("library", library) if library else "",
        "DATA": json_in_html(film),
        "SCRIPT": script,
    }
    return with_recipe(filled("page.html", parts), recipe_text(recipe))


def film_data(recipe: Recipe, matrix: Matrix, weights: Weights | None = None) -> dict[str, Any]:
    """Return a film as the page's script reads it; arrays are base64, little-endian.

    Raises:
        RecipeError: the film is too long.
    """
    moment, rows = matrix.first, matrix.rows
    layout = Layout.of(moment)
    moving = np.flatnonzero(np.ptp(rows, axis=0))
    check_rows(recipe, len(rows), len(moving))
    places = np.concatenate([place.ravel() for pair in layout.places for place in pair])
    if weights is None:
        weights = "uniform" if layout.vectors <= BLOCK_VECTORS else "texture"
    samples = recipe.canvas.samples
    film: dict[str, Any] = {
        "name": re.sub(r"[^\w-]+", "-", recipe.title, flags=re.ASCII).strip("-")[:60] or "cppnvid",
        "size": list(recipe.canvas.size),
        "fps": float(recipe.output.fps),
        "frames": recipe.output.frames,
        "loop": matrix.loop,
        "steps": len(matrix.ways),
        "density": matrix.density,
        "samples": 2 if samples == "auto" else samples,
        **AXES[moment.coordinates],
        "weights": weights,
        "vectors": layout.vectors,
        "tensors": [list(directions.shape) for directions in matrix.directions],
        "directions": _in_steps([(row, 0.0, FINE) for part in matrix.directions for row in part]),
        "places": packed_columns([places]),
        "moving": moving.tolist(),
        "first": _packed(rows[0]),
        "rows": _in_steps(
            [
                (rows[:, k], rows[0, k], FINE if k < matrix.shares else FINER)
                for k in moving.tolist()
            ]
        ),
        "ways": _packed(matrix.ways),
        # 1 kB without the spaces that begin its lines
        "shader": re.sub("\n +", "\n", fragment(Architecture.of(moment), weights)),
    }
    gradient = moment.colouring.gradient
    if gradient is not None:
        # Of Oklab from -1 to 1 in 16 bits: within a hundredth of a level.
        film["gradient"] = packed_columns(np.round(32767 * gradient).T)
    return film


def json_in_html(data: Any) -> str:
    """Return data as ASCII JSON that a script element can hold: nothing in it ends the element."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def policy(script: str, style: str, *, others: Iterable[str] = (), sounds: bool = False) -> str:
    """Return a content security policy that allows this script and this style, and no request.

    `others` are scripts that may run besides; `sounds` allows those that are in the page.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, (script, *others)))}",
            f"style-src {_hash(style)}",
            "img-src data: blob:",
            *["media-src data:"] * sounds,
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def joined(names: Iterable[str]) -> str:
    """Return modules as one script, in this order: what each imports is in one before it."""
    modules = (part(name) for name in names)
    plain = (re.sub(r"^import .*\n+|^export ", "", text, flags=re.MULTILINE) for text in modules)
    return '"use strict";\n' + "".join(plain)


@cache
def part(name: str, folder: str = "web") -> str:
    """Return a file of the page: its script, its style or its frame, or the work of others."""
    return (files("cppnvid.live") / folder / name).read_text(encoding="utf-8")


def filled(name: str, parts: Mapping[str, str]) -> str:
    """Return a file of a page with each of its `@NAME@` replaced by that part."""
    return re.sub("@([A-Z]+)@", lambda found: parts[found[1]], part(name))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def html_text(text: str) -> str:
    """Return a text as HTML, in ASCII: half a character of UTF-16, which a title can be, too."""
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _in_steps(columns: Iterable[tuple[NDArray[Any], float, int]]) -> dict[str, Any]:
    """Return columns of numbers, each with its origin and bits, as the page's script reads them."""
    made = [
        in_steps(column, float(origin), bits, float(np.abs(column - origin).max(initial=0.0)))
        for column, origin, bits in columns
    ]
    steps = np.array([step for _, step in made], "<f4")
    return {**packed_columns(whole for whole, _ in made), "steps": _packed(steps)}


def _packed(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def poster_of(recipe: Recipe, scene: Timeline) -> Frame:
    """Return the first frame, small: uint8 [height, width, 3]."""
    width, height = recipe.canvas.size
    ratio = min(1.0, POSTER_SIDE / max(width, height))
    raster = Raster(max(1, round(width * ratio)), max(1, round(height * ratio)), 1, "rgb24")
    (frames,) = NumpyBackend().render(scene, [0.0], raster)
    frame: Frame = frames[0]
    return frame


def _sound_element(sound: bytes) -> str:
    """Return the element that plays a sound, muted, as browsers ask of what plays at once."""
    if not sound:
        return ""
    data = base64.b64encode(sound).decode()
    return (
        f'<audio id="sound" loop muted preload="auto" src="data:audio/mp4;base64,{data}"></audio>'
    )


def _packed_script(name: str, text: str) -> str:
    """Return the element that holds a script as data, which the page's own unpacks and adds."""
    data = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    return f'<script type="application/gzip" id="{name}">{data}</script>\n'


def data_uri(frame: Frame, quality: int = 65) -> str:
    """Return a picture, uint8 [height, width, 3], as the address of a WebP that is in it."""
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=quality, method=6)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _colours(frame: Frame) -> tuple[str, str, str]:
    """Return the page's ground, ink and accent as `#rrggbb`: the film's own hues."""
    lab = to_oklab(frame.reshape(-1, 3) / 255.0)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    mean = lab[:, 1:].mean(axis=0)
    strong = lab[chroma >= np.quantile(chroma, 0.9), 1:].mean(axis=0)
    strong *= min(1.0, 0.12 / max(float(np.hypot(*strong)), 1e-9))
    made = np.array([[0.17, *(0.2 * mean)], [0.93, *(0.1 * mean)], [0.78, *strong]])
    levels = np.round(255.0 * from_oklab(made)).astype(int).tolist()
    ground, ink, accent = (f"#{r:02x}{g:02x}{b:02x}" for r, g, b in levels)
    return ground, ink, accent

"""A preview: the film, drawn live in a browser, or else small and with few frames a second.

The first frame needs neither the path's pace nor a compiled backend, so it is drawn alone and shown
at once, on a page that then waits for the rest. Browsers play loops seamlessly, as video players do
not, and the seam is what a preview is for.
"""

import base64
import html
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

from cppnvid.callbacks import silent
from cppnvid.encode import (
    LONGEST_NAME,
    Target,
    check_place,
    read_recipe,
    shortened,
    write_document,
)
from cppnvid.errors import RecipeError
from cppnvid.film.run import Run
from cppnvid.notebook import Still, Video
from cppnvid.presets import Override, Source, load_recipe, parse_recipe_text
from cppnvid.recipe import Recipe
from cppnvid.render import live_page, render_still, render_video

SIDE = 320  # pixels of the shorter side
FPS = Fraction(12)
_MARK = '<meta name="generator" content="cppnvid preview">'
_MARKED = re.compile(r'content="cppnvid \W*preview"')  # that of version 0.1 had two dashes
_WAITING = '\n<meta http-equiv="refresh" content="1">'
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
{mark}{waiting}
<title>{title}</title>
<style>
  body {{ margin: 0; min-height: 100vh; display: grid; place-content: center;
         justify-items: center; gap: 1em;
         background: #16181c; color: #c8ccd2; font: 15px/1.5 system-ui, sans-serif;
         text-align: center; }}
  img, video {{ max-width: 92vw; height: min(76vh, {height}px); }}
  p {{ margin: 0; }}
</style>
{picture}
<p>{title}</p>
<p>{caption}</p>
</html>
"""


@dataclass(frozen=True)
class PreviewFiles:
    """Where a preview goes: the page, and the film on it where that is not drawn live."""

    film: Path
    page: Path

    @classmethod
    def beside(cls, output: str | os.PathLike[str]) -> "PreviewFiles":
        """Return the preview's places for a film of this name: `x.preview.mp4` and `.html`."""
        path = Path(output)
        stem = (path.stem if path.suffix else path.name).removesuffix(".preview")
        stem = shortened(stem, LONGEST_NAME - len(".preview.html"))
        return cls(*(path.with_name(f"{stem}.preview{suffix}") for suffix in (".mp4", ".html")))


def preview_recipe(recipe: Recipe) -> Recipe:
    """Return the recipe of the same film, drawn quickly: 320 px, 12 fps, one sample, no blur."""
    width, height = recipe.canvas.size
    shrink = min(Fraction(SIDE, min(width, height)), Fraction(1))
    size = "x".join(str(max(2, 2 * round(side * shrink / 2))) for side in (width, height))
    coarser = [
        Override("canvas.size", size),
        Override("canvas.samples", 1),
        Override("canvas.shutter", 0),
        Override("output.repeat", 1),
        Override("palette.alpha", None),
        *(Override(f"output.{key}", None) for key in ("codec", "depth", "dither", "plays")),
        Override("output.lossless", False),
    ]
    if recipe.output.fps > FPS:
        coarser.append(Override("output.fps", str(FPS)))
    # What it is made from is in the recipe, files of networks too: no file is read again.
    return load_recipe(Source(recipe.to_data(), folder=Path()), coarser)


def save_preview(
    recipe: Recipe,
    files: PreviewFiles,
    run: Run = Run(),
    *,
    audio: str | os.PathLike[str] | None = None,
    shown: Callable[[Path], None] = silent,
) -> Video:
    """Show a recipe's film quickly; an older preview is replaced.

    The page draws it live. What shaders cannot draw, a film with a sound, and one for which a
    backend is named, are drawn as a small film instead.

    Args:
        recipe: of the film itself.
        files: where the preview goes.
        run: as for `render_video`; the first frame is always drawn by numpy, which needs neither
            loading nor compiling. `overwrite` also replaces files that are not previews.
        audio: as for `render_video`.
        shown: called with the page once the first frame is on it.

    Returns:
        The page that draws it, or the small film, whose loop is not measured.

    Raises:
        RecipeError: one of the files exists and is not a preview.
        BackendError, EncodeError: as `render_video`.
    """
    small = preview_recipe(recipe)
    live = audio is None and run.backend == "auto"
    if not live:
        _check_film(small, files, run, audio)
    check_place(files.page, folder=False, overwrite=run.overwrite or _is_page(files.page))
    title = recipe.title or files.film.name.removesuffix(".preview.mp4")
    first = render_still(small, Run(backend="numpy"))
    before = files.page.read_text(encoding="utf-8") if files.page.exists() else _WAITING
    waiting = _page(title, small, first, "the film is on its way", film=None)
    write_document(files.page, waiting, overwrite=True, note=run.note)
    try:
        shown(files.page)
        text = _live(recipe, run) if live else None
        if text is None:
            return _save_film(small, files, run, audio=audio, title=title, first=first)
    except BaseException:
        if _WAITING in before:
            files.page.unlink(missing_ok=True)  # it would wait for ever
        else:  # the older film is still there
            write_document(files.page, before, overwrite=True)
        raise
    write_document(files.page, text, overwrite=True)
    frames, seconds = recipe.output.frames, recipe.output.seconds
    return Video(files.page, *recipe.canvas.size, frames, seconds)


def _live(recipe: Recipe, run: Run) -> str | None:
    """Return the page that draws a film live, marked as a preview; None where that cannot be."""
    try:
        text = live_page(recipe).text
    except RecipeError:  # too large or too long; what is wrong with it otherwise, a film finds too
        run.note("it cannot be drawn live: the preview is a film")
        return None
    return text.replace("<head>", f"<head>\n{_MARK}", 1)


def _check_film(
    small: Recipe, files: PreviewFiles, run: Run, audio: str | os.PathLike[str] | None
) -> bool:
    """Return whether a preview's film replaces an older one; raises as `Target.of`."""
    replaces = run.overwrite or _is_preview(files.film)
    Target.of(small, files.film, overwrite=replaces, sound=audio)
    return replaces


def _save_film(
    small: Recipe,
    files: PreviewFiles,
    run: Run,
    *,
    audio: str | os.PathLike[str] | None,
    title: str,
    first: Still,
) -> Video:
    """Draw the small film, and the page that loops it."""
    replaces = _check_film(small, files, run, audio)
    film_run = replace(run, encoder="auto", overwrite=replaces)
    video = render_video(small, files.film, film_run, audio=audio, measure=False)
    width, height = small.canvas.size
    rate = f"{float(small.output.fps):g} frames a second, {small.output.seconds:g} s"
    caption = f"a preview: {width}x{height}, {rate}"
    write_document(files.page, _page(title, small, first, caption, film=video.path), overwrite=True)
    return video


def _page(title: str, recipe: Recipe, first: Still, caption: str, *, film: Path | None) -> str:
    """Return the page with the first frame, or with the film that begins with it."""
    data = first._repr_png_() or b""
    still = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    picture = f'<img src="{still}" alt="the first frame">'
    if film is not None:
        loops = "loop " if recipe.morph.loop != "open" else ""
        source = quote(film.name)
        picture = f'<video src="{source}" poster="{still}" autoplay {loops}muted controls></video>'
    return _PAGE.format(
        mark=_MARK,
        waiting=_WAITING if film is None else "",
        title=html.escape(title),
        height=2 * recipe.canvas.size[1],
        picture=picture,
        caption=html.escape(caption),
    )


def _is_preview(path: Path) -> bool:
    """Return whether a file is a preview made by cppnvid, which another may replace."""
    try:
        text = read_recipe(path)
        recipe = load_recipe(replace(parse_recipe_text(text or "", str(path)), folder=None))
    except RecipeError:
        return False
    return min(recipe.canvas.size) <= SIDE and recipe.output.fps <= FPS


def _is_page(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _MARKED.search(file.read(500)) is not None
    except OSError:
        return False

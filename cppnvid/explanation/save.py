"""Save an explanation as the picture or the page that its file ending asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cppnvid.encode import PAGES, Target, check_place, with_recipe, write_document, write_still
from cppnvid.errors import RecipeError, Setting
from cppnvid.explanation.verdict import Findings
from cppnvid.film.run import Run
from cppnvid.presets import recipe_text

ENDINGS = (".png", *PAGES)


def check_report(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Check that an explanation can be saved under this name, before anything is measured.

    Raises:
        RecipeError: the ending is another, the parent folder is missing, or the file exists.
        EncodeError: the folder cannot be written to.
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise RecipeError(
            "{path}: an explanation is a .png or a .html, or with {video} a video",
            key="path",
            given=os.fspath(path),
            allowed=", ".join(ENDINGS),
            path=os.fspath(path),
            video=Setting("video"),
        )
    check_place(Path(path), folder=False, overwrite=overwrite)


def save_explanation(
    explanation: Findings,
    path: str | os.PathLike[str],
    run: Run = Run(),
    *,
    compare: Findings | None = None,
) -> Path:
    """Write the poster (.png) or the self-contained page (.html) of an explanation.

    Args:
        explanation: from `explain`.
        path: its ending chooses between poster and page.
        run: whether to overwrite, and what to call with notes.
        compare: another explanation to show beside the first.

    Raises:
        RecipeError: the ending is another, the parent folder is missing, or the file exists.
        EncodeError: the disk refuses.
    """
    check_report(path, overwrite=run.overwrite)
    page = Path(path).suffix.lower() in PAGES
    how: dict[str, Any] = {"page" if page else "poster": True}
    if compare is not None:
        how["compare"] = compare.recipe.to_data()
    recipe = recipe_text(explanation.recipe, time=explanation.time, explain=how)
    if page:
        from cppnvid.explanation.page import draw_page

        text = with_recipe(draw_page(explanation, compare), recipe)
        write_document(path, text, overwrite=run.overwrite, note=run.note)
    else:
        from cppnvid.explanation.poster import draw_poster

        poster = draw_poster(explanation, compare)
        size = poster.shape[1], poster.shape[0]
        target = Target.to(path, size, overwrite=run.overwrite, still=True)
        write_still(target, [poster], recipe_text=recipe, note=run.note)
    return Path(path)

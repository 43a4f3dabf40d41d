"""Write an explanation as the picture or the page its ending asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cppnvid.encode import PAGES, Target, check_place, with_recipe, write_document, write_still
from cppnvid.errors import RecipeError
from cppnvid.explanation.explanation import Explanation
from cppnvid.presets import recipe_text

PICTURES = (".png",)


def check_report(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse what could not be written, before anything is measured.

    Raises:
        RecipeError: for another ending, a missing parent folder, or an existing output.
        EncodeError: when the folder cannot be written to.
    """
    if Path(path).suffix.lower() not in (*PAGES, *PICTURES):
        raise RecipeError(
            f"{os.fspath(path)}: an explanation is a .png or a .html; with --video, a video"
        )
    check_place(Path(path), folder=False, overwrite=overwrite)


def save_explanation(
    explanation: Explanation,
    path: str | os.PathLike[str],
    *,
    compare: Explanation | None = None,
    overwrite: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the poster (.png) or the self-contained page (.html) of an explanation.

    Args:
        explanation: from `explain`.
        path: where to; its ending chooses.
        compare: a second one, shown beside the first.
        overwrite: replace what stands there.
        note: told about leftovers of stopped runs.

    Raises:
        RecipeError: for another ending, a missing parent folder, or an existing output.
        EncodeError: when the disk refuses.
    """
    check_report(path, overwrite=overwrite)
    page = Path(path).suffix.lower() in PAGES
    how: dict[str, Any] = {"page" if page else "poster": True}
    if compare is not None:
        how["compare"] = compare.recipe.to_data()
    recipe = recipe_text(explanation.recipe, time=explanation.time, explain=how)
    if page:
        from cppnvid.explanation.page import draw_page

        text = with_recipe(draw_page(explanation, compare), recipe)
        write_document(path, text, overwrite=overwrite, note=note)
        return Path(path)
    from cppnvid.explanation.poster import draw_poster

    poster = draw_poster(explanation, compare)
    size = (poster.shape[1], poster.shape[0])
    target = Target.to(path, size, overwrite=overwrite, still=True)
    write_still(target, [poster], recipe_text=recipe, note=note)
    return Path(path)

"""Write one picture from bands of rows; of a PNG no more than a band is ever held."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cppnvid.callbacks import Note, silent
from cppnvid.encode.formats.picture import Still
from cppnvid.encode.publish import publication
from cppnvid.encode.read import check_recipe
from cppnvid.encode.target import Target
from cppnvid.errors import EncodeError
from cppnvid.units import file_size


def write_still(
    target: Target,
    rows: Iterable[NDArray[Any]],
    *,
    recipe_text: str = "",
    note: Note = silent,
) -> None:
    """Write bands of rows, `[k, width, 3]` from top to bottom, as a picture of the target's size.

    Bands may differ in k; together they have the target's height. With transparency they have a
    fourth channel, straight alpha. They are uint8, or uint16 where the target has 16 bits. `note`
    is called about leftovers of interrupted runs, and a recipe that the format has no room for.

    Raises:
        RecipeError: for a `recipe_text` that no file could hold.
        ValueError: for a band of another shape or dtype, or more rows than the height.
        EncodeError: for fewer rows than the height, or when the disk refuses.
    """
    width, height, depth = target.width, target.height, target.container.depth
    check_recipe(recipe_text)
    place, kind = target.path.resolve(), target.container.format
    if not isinstance(kind, Still):
        raise TypeError(f"{place}: the target is a film's; pass still=True")
    if not kind.holds(recipe_text):
        note(
            f"{target.path.name} is without its recipe: a {target.container.name} has no room for "
            f"{file_size(len(recipe_text))}; a .png does"
        )
        recipe_text = ""
    shape = (width, 4 if target.container.transparent else 3)
    counted = _counted(rows, shape, height, kind=f"uint{depth}", path=place)
    lossless, quality = target.container.lossless, target.container.default_quality
    with publication(place, overwrite=target.overwrite, folder=False, note=note) as temporary:
        try:
            kind.write(
                temporary,
                counted,
                size=(width, height),
                depth=depth,
                alpha=target.container.transparent,
                quality=None if lossless else target.coding.quality or quality,
                recipe=recipe_text,
            )
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error.strerror or error}") from error


def _counted(
    rows: Iterable[NDArray[Any]], shape: tuple[int, int], height: int, *, kind: str, path: Path
) -> Iterator[NDArray[Any]]:
    top = 0
    for band in rows:
        if band.dtype != kind or band.ndim != 3 or band.shape[1:] != shape:
            raise ValueError(
                f"a band is {band.dtype} {list(band.shape)}, not {kind} [k, {shape[0]}, {shape[1]}]"
            )
        top += len(band)
        if top > height:
            raise ValueError(f"{top} rows were drawn for a picture of {height}")
        yield band
    if top != height:
        raise EncodeError(f"{path}: {top} of {height} rows were drawn, so nothing was published")

"""Text that is published whole or not at all, like every other output."""

import os
from pathlib import Path

from cppnvid.callbacks import Note, silent
from cppnvid.encode.place import check_place
from cppnvid.encode.publish import publication
from cppnvid.errors import EncodeError


def write_document(
    path: str | os.PathLike[str], text: str, *, overwrite: bool = False, note: Note = silent
) -> None:
    """Write text as UTF-8.

    Raises:
        RecipeError: for a missing parent folder, or an existing output without `overwrite`.
        EncodeError: the disk refuses.
    """
    check_place(Path(path), folder=False, overwrite=overwrite)
    place = Path(path).resolve()
    with publication(place, overwrite=overwrite, folder=False, note=note) as temporary:
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error.strerror or error}") from error

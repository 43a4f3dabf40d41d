"""The recipe's text, into every container and out of it again, exactly.

One tag, `comment`: in MP4, MOV and WebM through ffmpeg, from a side file, because a command line
holds 128 KiB at most; in GIF, PNG, APNG and WebP by our own hand, because ffmpeg writes none
there. A platform that re-encodes strips it, so it is for the artist's own files.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from cppnvid.encode.containers import existing
from cppnvid.encode.facts import PictureFacts
from cppnvid.encode.ffmpeg import capture
from cppnvid.encode.folder import RECIPE_NAME, pictures_in
from cppnvid.encode.formats.gif import insert_into_gif, read_gif
from cppnvid.encode.formats.png import insert_into_png, read_png
from cppnvid.encode.formats.webp import insert_into_webp, read_webp
from cppnvid.encode.page import PAGES, recipe_on
from cppnvid.errors import RecipeError

RECIPE_LIMIT = 1_000_000  # bytes of UTF-8; a large recipe is 100 kB

# XML cannot hold other control characters, and ffmpeg's side file no carriage return. JSON writes
# them all as \r or \u0000.
_IMPOSSIBLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

READERS: dict[str, Callable[..., PictureFacts]] = {
    "GIF": read_gif,
    "WebP": read_webp,
    "APNG": read_png,
    "PNG": read_png,
}


def check_recipe(recipe: str) -> None:
    """Refuse a recipe text that some container could not give back exactly.

    Raises:
        RecipeError: for more than 1 MB, or a control character other than tab and newline.
    """
    if bad := _IMPOSSIBLE.search(recipe):
        raise RecipeError(
            f"the recipe's text holds the character {bad[0]!r} at {bad.start()}; "
            f"write it the way JSON does, as a backslash sequence"
        )
    if len(recipe.encode()) > RECIPE_LIMIT:
        raise RecipeError(
            f"the recipe's text is {len(recipe.encode())} bytes; at most {RECIPE_LIMIT} fit"
        )


def side_file(recipe: str) -> str:
    """Return the text of the ffmetadata file that makes ffmpeg write `recipe` as the comment."""
    escaped = re.sub(r"[=;#\\\n]", lambda found: "\\" + found[0], recipe)
    # No newline at the end: after a backslash, ffmpeg would take it for an escaped one.
    return f";FFMETADATA1\ncomment={escaped}"


def embed(container_name: str, path: Path, recipe: str) -> None:
    """Put `recipe` into a finished temporary file, or folder, that ffmpeg gave no comment.

    Raises:
        EncodeError: when the disk refuses.
    """
    match container_name:
        case "GIF":
            insert_into_gif(path, recipe)
        case "WebP":
            insert_into_webp(path, recipe)
        case "APNG":
            insert_into_png(path, recipe)
        case "PNG folder":
            (path / RECIPE_NAME).write_text(recipe, encoding="utf-8", newline="\n")
            insert_into_png(pictures_in(path)[0], recipe)


def read_recipe(path: str | os.PathLike[str]) -> str | None:
    """Return the recipe text embedded in a file, folder or page that cppnvid made, or None.

    The file is not trusted: at most 1 MB is read, and ffmpeg opens nothing else for it.

    Raises:
        RecipeError: for a missing, unknown or damaged file, or a comment over 1 MB.
        EncodeError: when ffmpeg cannot be started.
    """
    if Path(path).suffix.lower() in PAGES:
        return recipe_on(path, limit=RECIPE_LIMIT)
    place, container = existing(path)
    if container.name == "PNG folder":
        return _read_folder(place)
    if container.demuxer is None:
        return READERS[container.name](place, limit=RECIPE_LIMIT).comment
    # Each character may come escaped, and other tags stand beside it.
    listing, _ = capture(
        place,
        container.demuxer,
        ["-map", "0:v:0", "-c", "copy", "-t", "0", "-f", "ffmetadata", "pipe:1"],
        limit=2 * RECIPE_LIMIT + 10_000,
    )
    return _comment_in(listing.decode("utf-8", "replace"))


def _read_folder(folder: Path) -> str | None:
    recipe = folder / RECIPE_NAME
    if not recipe.exists():
        pictures = pictures_in(folder)
        return read_png(pictures[0], limit=RECIPE_LIMIT).comment if pictures else None
    if recipe.stat().st_size > RECIPE_LIMIT:
        raise RecipeError(f"{recipe}: is longer than a recipe can be ({RECIPE_LIMIT} bytes)")
    return recipe.read_bytes().decode("utf-8", "replace")


def _comment_in(listing: str) -> str | None:
    """Return the comment among the global tags of an ffmetadata text (WebM's key is upper case)."""
    # One entry: anything but a newline or backslash, or a backslash and what it protects.
    for entry in re.finditer(r"(?:[^\\\n]++|\\[\s\S])++", listing):
        if entry[0].startswith("["):
            return None  # the tags of streams and chapters
        key, _, value = entry[0].partition("=")
        if key.lower() == "comment":
            return re.sub(r"\\([\s\S])", r"\1", value)
    return None

"""`--for PLATFORM`: what a file is called, what is said about it, and whether it fits when done."""

from pathlib import Path
from typing import TYPE_CHECKING

from cppnvid.errors import EncodeError
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.platforms import Platform
    from cppnvid.recipe import Recipe


def posted_name(platform: "Platform", name: str) -> str:
    """Return `aurora.slack-emoji.gif` for what would be called `aurora.mp4`, or `aurora.x.mp4`."""
    from cppnvid.platforms import platforms

    stem = Path(Path(name).stem)
    if stem.suffix[1:] in platforms():
        stem = stem.with_suffix("")
    return f"{stem}.{platform.name}{platform.endings.value[0]}"


def made_for(platform: "Platform", recipe: "Recipe", most_bytes: int | None) -> str:
    """Return the line that tells what a film is made to fit."""
    width, height = recipe.canvas.size
    output = recipe.output
    parts = [
        f"{width}x{height}",
        f"{float(output.fps):g} frames a second",
        f"{round(output.seconds, 3):g} s",
    ]
    if output.repeat > 1:
        parts.append(f"{output.repeat} times")
    if most_bytes is not None:
        parts.append(f"at most {file_size(most_bytes).replace('.0 ', ' ')}")
    since = min(fact.source.date for fact in platform.facts().values())
    return f"made to fit {platform.name}: {', '.join(parts)} (as of {since}: check if it matters)"


def check_posted(platform: "Platform", path: Path) -> None:
    """Look at a finished file as the platform will.

    Raises:
        EncodeError: the platform would not take it: all that is wrong, and on whose word.
    """
    from cppnvid.platforms import misfits

    wrong = misfits(platform, path)
    if wrong:
        raise EncodeError(f"{path}: is finished, and does not fit: {'; '.join(wrong)}")

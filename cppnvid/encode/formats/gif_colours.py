"""How a GIF gets its colours: a palette for every frame, or one for the film, and how many.

ffmpeg chooses palettes by distance in Oklab, which is what counts to the eye. Atkinson's dither
spreads three quarters of each error: it softens the bands of smooth fields, leaves clean what is
nearly right, and costs a twentieth of bytes at most. Sierra's hides more bands, for a third.
"""

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

from cppnvid.callbacks import Note
from cppnvid.encode.formats.gif import read_gif
from cppnvid.errors import RecipeError
from cppnvid.units import file_size

GIF_KINDS = ("quality", "small")
# Where nobody looked at the film's frames to see how many it needs, as film/gif_palette.py does.
QUALITY_COLOURS = 158
SMALL_COLOURS = 128
# One palette is known after the last frame only, and until then ffmpeg keeps every frame.
_MOST_KEPT = 2_000_000_000  # bytes
_GIFSICLE_SECONDS = 600
_COMMENT = 2**20  # bytes, of what it may have left in


def palette_arguments(kind: str, colours: int | None, *, dither: bool | None) -> list[str]:
    """Return ffmpeg's arguments that give frames their palette; None is what the kind has."""
    by_kind = "atkinson" if kind == "quality" else "none"
    usage = f"dither={by_kind if dither is None else 'sierra2_4a' if dither else 'none'}"
    if kind == "small":
        many = f"palettegen=max_colors={colours or SMALL_COLOURS}"
    else:
        many = f"palettegen=stats_mode=single:max_colors={colours or QUALITY_COLOURS}"
        usage = f"new=1:{usage}"
    return ["-vf", f"split[a][b];[a]{many}[p];[b][p]paletteuse={usage}"]


def check_kind(kind: str, *, width: int, height: int, frames: int) -> None:
    """Refuse one palette for a film that ffmpeg could not keep in memory until it has chosen it.

    Raises:
        RecipeError: the film is too long or too large.
    """
    kept = 4 * width * height * frames
    if kind == "small" and kept > _MOST_KEPT:
        raise RecipeError(
            f"--gif small: chooses one palette for {file_size(kept)} of frames, and at most "
            f"{file_size(_MOST_KEPT)} are kept: take --gif quality, a smaller --size "
            f"or fewer frames"
        )


def optimise(path: Path, note: Note) -> None:
    """Let gifsicle, if there is one, make a GIF smaller in place; the smaller file is kept.

    With one palette it saves 5 to 15 %; with a palette a frame nothing, so it is not asked then.
    `path` is a temporary file of ours. A gifsicle that fails changes nothing.
    """
    program = shutil.which("gifsicle")
    if program is None:
        return
    successor = path.with_name(f"{path.stem}-recipe{path.suffix}")
    before = path.stat().st_size
    try:
        done = subprocess.run(
            [program, "-O3", "--no-warnings", str(path), "-o", str(successor)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_GIFSICLE_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode != 0 or _timing(successor) != _timing(path):
            note(f"gifsicle failed, and is left out: {program}")
            return
        after = successor.stat().st_size
        if after < before:
            successor.replace(path)
            note(f"gifsicle saved {1 - after / before:.0%}: {file_size(after)}")
        else:
            note(f"gifsicle would have made it no smaller ({file_size(after)}), so it is left out")
    except (OSError, RecipeError, subprocess.TimeoutExpired) as error:
        note(f"gifsicle failed, and is left out: {error}")
    finally:
        successor.unlink(missing_ok=True)


def _timing(path: Path) -> tuple[int, int, tuple[Fraction, ...]]:
    facts = read_gif(path, limit=_COMMENT)
    return facts.width, facts.height, facts.delays

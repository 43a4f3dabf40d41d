"""How a GIF gets its colours: a palette for every frame, or one for the film, and how many.

ffmpeg chooses palettes by distance in Oklab, which is what counts to the eye. Atkinson's dither
spreads three quarters of each error: it softens the bands of smooth fields, leaves clean what is
nearly right, and costs a twentieth of bytes at most. Sierra's hides more bands, for a third.
"""

from cppnvid.errors import RecipeError, Setting
from cppnvid.units import file_size

GIF_KINDS = ("quality", "small")
# Where nobody looked at the film's frames to see how many it needs, as film/gif_palette.py does.
QUALITY_COLOURS = 158
SMALL_COLOURS = 128
# One palette is known after the last frame only, and until then ffmpeg keeps every frame.
_MOST_KEPT = 2_000_000_000  # bytes


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
            "small chooses one palette for {size} of frames, and at most {most} are kept: use "
            "{quality}, a smaller {canvas} or fewer {frames}",
            key="output.gif",
            given=kind,
            size=file_size(kept),
            most=file_size(_MOST_KEPT),
            quality=Setting("output.gif", "quality"),
            canvas=Setting("canvas.size"),
            frames=Setting("output.frames"),
        )

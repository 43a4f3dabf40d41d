"""GIF palettes: how many colours a film needs to keep its error below a limit.

One number of colours is too few for one film and wasteful for another. So a few frames of the film,
at its size, are coded as the film will be, and their error tells how many colours it takes.
"""

import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from cppnvid.callbacks import Note, silent
from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import Pixels
from cppnvid.encode import Target, decode, open_encoder
from cppnvid.encode.formats.gif_colours import QUALITY_COLOURS
from cppnvid.errors import Message, Setting
from cppnvid.film.film import Film
from cppnvid.recipe import Output

# Mean distance in Oklab. gifski's at its quality 90 is 0.008 to 0.011 on what is not flat.
ERROR = 0.008
# Fewer show as bands in what is nearly flat, where the mean is small whatever it is.
_FEWEST, _MOST = 64, 256
# Errors fell with this power of the colours, 0.4 to 0.7, on eight presets of 360 pixels.
_POWER = 0.6
# Three frames of a loop tell as much as six. Coding and measuring them takes half a second.
_FEWEST_FRAMES, _MOST_FRAMES, _MOST_PIXELS = 2, 8, 1_000_000


def with_gif_colours(film: Film, note: Note = silent) -> Film:
    """Return the film with the number of colours its GIF needs, if its recipe leaves that open.

    Raises:
        EncodeError: ffmpeg or the disk failed.
    """
    output = film.recipe.output
    if output.colours is not None or output.gif == "small":
        return film
    width, height = film.recipe.canvas.size
    numbers = looked_at(output.frames, width * height)
    colours = colours_needed(np.concatenate(list(film.frames(numbers))))
    note(
        Message(
            "each frame has a palette of {colours} colours; {setting} changes that",
            colours=colours,
            setting=Setting("output.colours"),
        )
    )
    return replace(film, colours=colours)


def colours_needed(frames: Pixels) -> int:
    """Return the number of colours, 64 to 256, at which frames lose about `ERROR`.

    `frames` are uint8 [n, height, width, 3], sRGB.

    Raises:
        EncodeError: ffmpeg or the disk failed.
    """
    needed: float = QUALITY_COLOURS * (_error(frames) / ERROR) ** (1 / _POWER)
    return round(min(max(needed, _FEWEST), _MOST))


def looked_at(frames: int, pixels: int) -> list[int]:
    """Return the numbers of a few evenly spread frames."""
    count = min(max(_MOST_PIXELS // pixels, _FEWEST_FRAMES), _MOST_FRAMES, frames)
    return [(2 * place + 1) * frames // (2 * count) for place in range(count)]


def _error(frames: Pixels) -> float:
    """Return the mean distance in Oklab between frames and the same frames coded as GIF."""
    count, height, width, _ = frames.shape
    with tempfile.TemporaryDirectory(prefix="cppnvid-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "sample.gif"
        output = Output(fps=Fraction(25), frames=count, colours=QUALITY_COLOURS)
        with open_encoder(Target.to(path, (width, height), output)) as file:
            file.write(frames)
        apart = [
            float(np.linalg.norm(_oklab(frame) - _oklab(coded), axis=-1).mean())
            for frame, coded in zip(frames, decode(path), strict=True)
        ]
    return float(np.mean(apart))


def _oklab(frame: Pixels) -> Pixels:
    return to_oklab(frame.reshape(-1, 3) / np.float32(255))

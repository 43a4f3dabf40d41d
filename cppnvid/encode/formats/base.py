"""What every kind of file can do: tell its facts and recipe, yield its frames, and be finished.

A row of the table of containers holds one `Format`. ffmpeg writes the frames of all films; what
differs is here: where the recipe is kept, how the file is read back, and what remains to be done
when ffmpeg has written it.
"""

import contextlib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cppnvid.callbacks import Note
from cppnvid.encode.codecs import Coding
from cppnvid.errors import RecipeError

RECIPE_LIMIT = 1_000_000  # bytes of UTF-8; a large recipe is 100 kB


@dataclass(frozen=True)
class MediaInfo:
    """Facts about a media file.

    Attributes:
        path: the file or folder.
        container: the name of its row in the table.
        codec: as people know it.
        width: in pixels, as is `height`.
        height: see `width`.
        fps: frames a second; None for stills and folders.
        frames: number of frames.
        seconds: length.
        sound: the codec of its sound, empty without one.
        depth: in bits a channel.
        plays: how often players show it, 0 for ever; None where the file does not say.
        turned: whether players turn the frames by a quarter, as of a phone held upright.
        pixel_aspect: width of a pixel by its height, where players stretch the frames.
        merged: whether equal frames in a row are stored as one, so that a film at rest has one.
    """

    path: Path
    container: str
    codec: str
    width: int
    height: int
    fps: Fraction | None
    frames: int
    seconds: float
    sound: str = ""
    depth: int = 8
    plays: int | None = None
    turned: bool = False
    pixel_aspect: Fraction = Fraction(1)
    merged: bool = False

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height in pixels as players show the frames."""
        width, height = max(1, round(self.width * self.pixel_aspect)), self.height
        return (height, width) if self.turned else (width, height)


class Format(ABC):
    """One kind of file, read and finished."""

    demuxer: str | None = None  # ffmpeg's reader, for what ffmpeg reads, joins and tags

    @abstractmethod
    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return the facts of a file; `name` and `codec` are those of its container.

        Raises:
            RecipeError: for a damaged file.
            EncodeError: ffmpeg cannot be started.
        """

    @abstractmethod
    def recipe(self, path: Path) -> str | None:
        """Return the recipe's text, None without one; raises as `probe`."""

    @abstractmethod
    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Yield sRGB frames, [height, width, 3]; raises as `probe`.

        They are uint8, or uint16 where a video is read `deep` or a picture has 16 bits.
        """

    def embed(self, path: Path, recipe: str) -> None:  # noqa: B027 - ffmpeg has done it
        """Put a recipe into a finished file that ffmpeg wrote without one.

        Raises:
            EncodeError: the disk refuses.
        """

    def filters(self, coding: Coding) -> list[str]:
        """Return ffmpeg's arguments that prepare frames for the encoder."""
        del coding
        return []

    def check(  # noqa: B027 - most take any
        self, coding: Coding, *, width: int, height: int, frames: int
    ) -> None:
        """Refuse a film that cannot be encoded so; RecipeError says what can."""

    def finish(  # noqa: B027 - most need nothing
        self, path: Path, coding: Coding, *, sound_seconds: Fraction | None, note: Note
    ) -> None:
        """Improve a file that ffmpeg has written, before its recipe goes in.

        `sound_seconds` is how long it plays, None without sound.

        Raises:
            EncodeError: the disk refuses.
        """

    def missing(self, path: Path, frames: int, seconds: Fraction) -> str | None:
        """Return what a finished file holds instead of all its frames, None if it is complete."""
        del seconds
        found = self.probe(path, "", "").frames
        return None if found == frames else f"{found} frames"


@dataclass(frozen=True)
class PictureFacts:
    """A picture file without its pixels.

    Attributes:
        width: in pixels, as is `height`.
        height: see `width`.
        delays: how long each frame is shown, in seconds; none for a still.
        comment: the recipe.
        depth: in bits a channel.
        lossless: whether a WebP, which can be either, is.
        plays: how often an animation plays, 0 for ever.
    """

    width: int
    height: int
    delays: tuple[Fraction, ...]
    comment: str | None
    depth: int = 8
    lossless: bool = False
    plays: int = 0


class Animation(Format):
    """An animated picture: its facts are read by our own walker, its frames by Pillow."""

    pillow: ClassVar[str]  # Pillow's name of the format
    resolution: ClassVar[Fraction] = Fraction(1, 1000)  # of a delay, in seconds
    merges: ClassVar[bool] = False  # equal frames in a row are stored as one

    @abstractmethod
    def facts(self, path: Path) -> PictureFacts:
        """Return a file's facts; RecipeError for one that is damaged."""

    def counts(self, facts: PictureFacts) -> list[int]:
        """Return for how many frames each picture is shown."""
        return [1] * len(facts.delays)

    def probe(self, path: Path, name: str, codec: str) -> MediaInfo:
        """Return the facts of a file."""
        facts = self.facts(path)
        pairs = zip(facts.delays, self.counts(facts), strict=True)
        delays = [delay / count for delay, count in pairs for _ in range(count)]
        return MediaInfo(
            path=path,
            container=name,
            codec="lossless webp" if facts.lossless else codec,
            width=facts.width,
            height=facts.height,
            fps=rate_of(delays, resolution=self.resolution),
            frames=max(1, len(delays)),
            seconds=float(sum(delays)),
            depth=facts.depth,
            plays=facts.plays if len(delays) > 1 else None,
            merged=self.merges,
        )

    def recipe(self, path: Path) -> str | None:
        """Return the recipe's text."""
        return self.facts(path).comment

    def frames(self, path: Path, *, deep: bool) -> Iterator[NDArray[Any]]:
        """Yield frames of 8 bits."""
        del deep
        counts = self.counts(self.facts(path))
        try:
            with quiet_pillow():
                image = Image.open(path, formats=[self.pillow])
            with image:
                for index in range(getattr(image, "n_frames", 1)):
                    image.seek(index)
                    frame = np.array(image.convert("RGB"), dtype=np.uint8)
                    for _ in range(counts[index] if index < len(counts) else 1):
                        yield frame.copy()
        except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise RecipeError(f"{path}: is damaged: {error}") from error


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Keep to ourselves what Pillow warns of: sizes near a bomb's, and damaged metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def take(file: BinaryIO, count: int, *, path: Path) -> bytes:
    """Read exactly `count` bytes; RecipeError when the file ends before."""
    data = file.read(count)
    if len(data) != count:
        raise RecipeError(f"{path}: is cut short; make it again")
    return data


def too_long(path: Path) -> RecipeError:
    """Return the refusal of a recipe that is longer than any of ours."""
    return RecipeError(f"{path}: its recipe has more than {RECIPE_LIMIT} bytes")


def rate_of(delays: Sequence[Fraction], *, resolution: Fraction) -> Fraction | None:
    """Return the frame rate that delays rounded to `resolution` seconds were made from.

    Equal delays give it exactly. Others (3, 4, 3 hundredths) are within one unit of a common rate:
    a whole one, one of television's thousandths (24000/1001), or a half. None without delays.
    """
    total = sum(delays, Fraction(0))
    if total == 0:
        return None
    measured = len(delays) / total
    if len(set(delays)) == 1:
        return measured
    slack = measured * resolution / total
    return nearest_rate(measured, slack, Fraction(round(measured * 2), 2))


def nearest_rate(measured: Fraction, slack: Fraction, other: Fraction) -> Fraction:
    """Return the common rate within `slack` of one that was measured, or that one itself.

    Whole rates come first, then television's thousandths, then `other`.
    """
    television = Fraction(round(measured * Fraction(1001, 1000)) * 1000, 1001)
    candidates = (Fraction(round(measured)), television, other)
    return next((rate for rate in candidates if abs(rate - measured) <= slack), measured)

"""The Encoder: frames in at one end, a finished and checked file under its name at the other."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode.check import check_output
from cppnvid.encode.containers import FOLDER_SUFFIX, Container, encoder_arguments
from cppnvid.encode.facts import PictureFacts
from cppnvid.encode.ffmpeg import FrameFeed
from cppnvid.encode.folder import digits_for
from cppnvid.encode.metadata import READERS, RECIPE_LIMIT, check_recipe, embed, side_file
from cppnvid.encode.probe import probe
from cppnvid.encode.publish import Note, publication, silent
from cppnvid.errors import EncodeError, RecipeError


def open_encoder(
    path: str | os.PathLike[str],
    *,
    width: int,
    height: int,
    fps: Fraction,
    frames: int,
    recipe: str = "",
    crf: int | None = None,
    overwrite: bool = False,
    note: Note = silent,
) -> "Encoder":
    """Return an encoder for exactly `frames` frames of `height` by `width` pixels; use it `with`.

    The ending of `path` chooses the container. `recipe` is text that rides in the file. `crf` is
    x264's or VP9's own scale, smaller being better and larger; None is the container's default.
    `note` is told about leftovers of stopped runs. Nothing is written before the `with` block.

    Raises:
        RecipeError: for everything `check_output` refuses, a still's ending, a `crf` or `recipe`
            the container cannot take.
        EncodeError: when the folder cannot be written to.
    """
    container = check_output(path, width=width, height=height, fps=fps, overwrite=overwrite)
    if container.name == "PNG":
        raise RecipeError(f"{os.fspath(path)}: .png holds one picture; use .apng, or end with /")
    if frames < 1:
        raise RecipeError(f"frames {frames}: must be at least 1")
    check_recipe(recipe)
    return Encoder(
        Path(path).resolve(),
        container,
        encoder_arguments(container, fps=fps, frames=frames, crf=crf),
        shape=(height, width, 3),
        fps=fps,
        frames=frames,
        recipe=recipe,
        overwrite=overwrite,
        note=note,
    )


class Encoder:
    """Write frames within a `with` block; the file appears under its name only on success.

    On any exception, Ctrl-C included, ffmpeg is ended, the temporary file deleted and what stood
    under the name before stays as it was.
    """

    def __init__(
        self,
        path: Path,
        container: Container,
        arguments: list[str],
        *,
        shape: tuple[int, int, int],
        fps: Fraction,
        frames: int,
        recipe: str,
        overwrite: bool,
        note: Note,
    ) -> None:
        self._path = path
        self._container = container
        self._arguments = arguments
        self._shape = shape
        self._fps = fps
        self._frames = frames
        self._recipe = recipe
        self._overwrite = overwrite
        self._note = note
        self._written = 0
        self._feed: FrameFeed | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._temporary = stack.enter_context(
                publication(
                    self._path,
                    overwrite=self._overwrite,
                    folder=self._is_folder,
                    note=self._note,
                )
            )
            comment = stack.enter_context(self._comment_input())
            self._feed = FrameFeed(
                [*self._frame_input(), *comment, *self._arguments, *self._destination()],
                directory=self._temporary if self._is_folder else None,
            )
            stack.callback(self._feed.abort)
            self._stack = stack.pop_all()
        return self

    def write(self, frames: NDArray[np.uint8]) -> None:
        """Append frames: uint8 `[n, height, width, 3]`, C-contiguous sRGB. They are copied.

        Returns once all but the last few are with ffmpeg.

        Raises:
            ValueError: for another shape or dtype, or more frames than were announced.
            EncodeError: when ffmpeg has failed, with its exit code and last words.
        """
        if self._feed is None:
            raise ValueError("an Encoder takes frames only within its with block")
        self._check(frames)
        for frame in frames:
            self._feed.put(frame.tobytes())
            self._written += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._stack.__exit__(kind, error, traceback)
            return
        with self._stack:
            self._finish()

    def _finish(self) -> None:
        if self._written != self._frames:
            raise EncodeError(
                f"{self._path}: {self._written} of {self._frames} frames were drawn, "
                f"so nothing was published"
            )
        assert self._feed is not None
        self._feed.finish()
        if self._recipe:
            embed(self._container.name, self._temporary, self._recipe)
        self._verify()

    def _verify(self) -> None:
        """Count the frames in the file: an encoder that dropped some would go unnoticed."""
        try:
            if self._container.name == "WebP":
                # It stores equal frames in a row as one, so their time is what must be complete.
                facts = READERS["WebP"](self._temporary, limit=RECIPE_LIMIT)
                complete = _lasts(facts, self._frames / self._fps)
                found = f"{float(sum(facts.delays)):.3f} s"
            else:
                count = probe(self._temporary).frames
                complete = count == self._frames
                found = f"{count} frames"
        except RecipeError as error:  # of a file of our own, so not the user's to put right
            raise EncodeError(f"{self._path}: the finished file is broken: {error}") from None
        if not complete:
            raise EncodeError(
                f"{self._path}: the finished file holds {found} instead of {self._frames} frames, "
                f"so it was not published"
            )

    @property
    def _is_folder(self) -> bool:
        return FOLDER_SUFFIX in self._container.suffixes

    def _frame_input(self) -> list[str]:
        height, width, _ = self._shape
        size, rate = f"{width}x{height}", str(self._fps)
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", size, "-framerate", rate]
        return [*raw, "-i", "pipe:0"]

    @contextlib.contextmanager
    def _comment_input(self) -> Iterator[list[str]]:
        """Yield the arguments that give ffmpeg the recipe, from a file that lives as long."""
        if self._container.demuxer is None or not self._recipe:
            yield ["-map", "0:v"]
            return
        with tempfile.TemporaryDirectory(prefix="cppnvid-") as folder:
            tags = Path(folder) / "recipe.ffmeta"
            tags.write_text(side_file(self._recipe), encoding="utf-8", newline="\n")
            yield ["-f", "ffmetadata", "-i", str(tags), "-map", "0:v", "-map_metadata", "1"]

    def _destination(self) -> list[str]:
        # Every frame once, whatever the clock of the container makes of its time.
        start = ["-fps_mode", "passthrough", "-y"]
        if self._is_folder:  # ffmpeg runs inside it, because % in a path would mean a number
            return [*start, f"%0{digits_for(self._frames)}d.png"]
        return [*start, f"file:{self._temporary}"]

    def _check(self, frames: NDArray[Any]) -> None:
        if frames.dtype != np.uint8:
            raise ValueError(f"frames are {frames.dtype}, not uint8")
        if frames.ndim != 4 or frames.shape[1:] != self._shape:
            expected = ", ".join(str(side) for side in self._shape)
            raise ValueError(f"frames are {list(frames.shape)}, not [n, {expected}]")
        if not frames.flags.c_contiguous:
            raise ValueError("frames are not C-contiguous; pass them through ascontiguousarray")
        if self._written + len(frames) > self._frames:
            raise ValueError(
                f"{self._written + len(frames)} frames were drawn for a file of {self._frames}"
            )


def _lasts(facts: PictureFacts, seconds: Fraction) -> bool:
    """Tell whether a WebP lasts `seconds`, or is the one still that equal frames collapse into."""
    if not facts.delays:
        return True
    return abs(sum(facts.delays) - seconds) <= Fraction(2, 1000)  # two ends, rounded to 1 ms

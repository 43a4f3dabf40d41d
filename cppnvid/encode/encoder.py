"""The Encoder: frames in at one end, a finished and checked file under its name at the other."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cppnvid import __version__
from cppnvid.callbacks import Note, silent
from cppnvid.encode.commands import (
    colour_arguments,
    encoder_arguments,
    input_arguments,
    longest_segment,
    muxing_arguments,
    padded_size,
    sound_arguments,
    sound_input,
)
from cppnvid.encode.containers import LARGE
from cppnvid.encode.feeds import Feeds
from cppnvid.encode.folder import digits_for
from cppnvid.encode.formats.video import side_file
from cppnvid.encode.frame_feed import TELLING
from cppnvid.encode.parts import Parts, kept_parts
from cppnvid.encode.program import ffmpeg_program, ffmpeg_version
from cppnvid.encode.publish import publication, working_file, working_folder
from cppnvid.encode.read import check_recipe
from cppnvid.encode.segments import Segment, in_turn, join, segment_name, segments_of
from cppnvid.encode.sound import SOUND_NAME, fitted_sound
from cppnvid.encode.target import Target
from cppnvid.encode.trial import unusable_arguments
from cppnvid.encode.verify import verify
from cppnvid.errors import EncodeError

# Encoders of 4K take half a gigabyte each: one on two processors, eight on any machine.
_MEMORY_A_PROCESSOR = 400_000_000  # bytes
_MOST_MEMORY = 4_000_000_000
# x264 keeps 47 bytes for each pixel at 4K and 70 below 1440p; ffmpeg itself takes 60 MB, and three
# frames wait for it.
_BYTES_A_PIXEL, _BYTES_OF_FFMPEG, _WAITING = 60, 60_000_000, 3

_BYTES_HANDED_OVER = {
    "rgb24": 3.0,
    "rgb48": 6.0,
    "yuv420p": 1.5,
    "rgba": 4.0,
    "rgba64": 8.0,
}  # for each pixel

# Whatever the clock of the container makes of its time; and the temporary file is there already.
_EVERY_FRAME = ("-fps_mode", "passthrough", "-y")


def open_encoder(
    target: Target,
    *,
    recipe_text: str = "",
    pixel_format: str = "rgb24",
    loops: bool = True,
    sound_follows: bool = False,
    at_once: int = 1,
    threads: int | None = None,
    note: Note = silent,
) -> "Encoder":
    """Return an encoder for the target's frames; nothing is written before its `with` block.

    Args:
        target: where the film goes.
        recipe_text: text that rides in the file.
        pixel_format: of the frames: `rgb24`, or another where the target's `best_format` says so.
        loops: whether the film leads back to its start, and its sound so has no end to fade to.
        sound_follows: the pictures move to the sound, which so begins again with each turn.
        at_once: how many segments to encode at once, at most; above 1, frames are to be written in
            the order that `Encoder.order` tells. The file is the same whatever this is.
        threads: of encoders other than x264, which has one for each segment; None is their choice.
        note: called about leftovers of interrupted runs.

    Raises:
        RecipeError: for a `recipe_text` that no file could hold, or a GIF too large for one
            palette.
    """
    check_recipe(recipe_text)
    target.check_coding()
    # Hardware has one encoder or two, and makes a film in one go faster than in pieces.
    longest = longest_segment(target.container, target.fps) if target.encoder == "x264" else None
    segments = segments_of(target.frames, longest)
    pixels = target.width * target.height
    size = int(pixels * _BYTES_HANDED_OVER[pixel_format])
    return Encoder(
        Job(
            target=target,
            segments=segments,
            at_once=max(1, min(at_once, len(segments), _encoders_in_memory(at_once, pixels, size))),
            pixel_format=pixel_format,
            threads=threads,
            recipe=recipe_text,
            loops=loops,
            sound_follows=sound_follows,
            note=note,
        )
    )


def _encoders_in_memory(processors: int, pixels: int, size: int) -> int:
    """Return how many encoders there may be at once; frames have `pixels` and a size in bytes."""
    memory = min(processors * _MEMORY_A_PROCESSOR, _MOST_MEMORY)
    return memory // (_BYTES_OF_FFMPEG + pixels * _BYTES_A_PIXEL + size * _WAITING)


@dataclass(frozen=True)
class Job:
    """A target with what is known when drawing starts; see `open_encoder`.

    `segments` are the pieces in which the film is encoded, `at_once` of them at once.
    """

    target: Target
    segments: tuple[Segment, ...]
    at_once: int
    pixel_format: str
    threads: int | None
    recipe: str
    loops: bool
    sound_follows: bool
    note: Note

    @property
    def is_joined(self) -> bool:
        """Whether the film is made from segments that are joined, or joined to something else."""
        target = self.target
        return len(self.segments) > 1 or target.repeat > 1 or target.sound is not None

    @property
    def paced(self) -> bool:
        """Whether ffmpeg tells which frames it has taken: of large videos, if it can."""
        target = self.target
        large = target.container.yuv is not None and target.width * target.height > LARGE
        return large and unusable_arguments(("-c:v", "rawvideo", *TELLING)) is None


class Encoder:
    """Write frames within a `with` block; the file appears under its name only on success.

    On any exception, Ctrl-C included, ffmpeg is ended, the temporary files are deleted, and what
    was under the name before stays as it was.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._target = job.target
        self._path = job.target.path.resolve()
        self._written = 0
        self._feeds: Feeds | None = None
        self._segment_folder: Path | None = None  # where what is joined lies, if anything is
        self._parts: Parts | None = None
        self._turns = in_turn(job.segments, job.at_once)
        self._stack = contextlib.ExitStack()

    @property
    def order(self) -> list[int]:
        """The numbers of the frames, from 0, in the order in which they are to be written.

        Those of segments that an earlier run has kept are not among them.
        """
        return [number for _, number in self._turns]

    @property
    def at_once(self) -> int:
        """How many segments are encoded at once."""
        return self._job.at_once

    def __enter__(self) -> Self:
        job, target = self._job, self._target
        with contextlib.ExitStack() as stack:
            folder, note = target.container.is_folder, job.note
            if target.drawn_by and len(job.segments) > 1:
                opening = kept_parts(
                    self._path, job.segments, self._made_by(), fresh=target.fresh, note=note
                )
                self._parts = stack.enter_context(opening)
            publishing = publication(
                self._path, overwrite=target.overwrite, folder=folder, note=note
            )
            self._temporary = stack.enter_context(publishing)
            self._tags = stack.enter_context(self._recipe_file())
            directory = self._temporary if folder else None
            if job.is_joined:
                if self._parts is None:
                    directory = stack.enter_context(working_folder(self._temporary, "segments"))
                else:
                    directory = self._parts.work
                self._segment_folder = directory if self._parts is None else self._parts.folder
                self._write_sound(self._segment_folder)  # first: a damaged file shows at once
            kept = frozenset() if self._parts is None else self._parts.kept
            self._turns = in_turn(job.segments, job.at_once, kept)
            self._feeds = Feeds(
                job.segments,
                self._turns,
                job.at_once,
                self._command,
                directory=directory,
                telling=job.paced,
                done=(lambda _: None) if self._parts is None else self._parts.keep,
            )
            stack.callback(self._feeds.abort)
            self._stack = stack.pop_all()
        return self

    def _made_by(self) -> dict[str, str]:
        """Return all that decides the bytes of the segments, by names that a note can have."""
        job = self._job
        recipe = hashlib.sha256(job.recipe.encode()).hexdigest()
        program = ffmpeg_program()
        return {
            "the recipe": recipe,
            "cppnvid": __version__,
            "what draws": self._target.drawn_by,
            "ffmpeg": f"{ffmpeg_version(program)} {program}",
            "the coding": " ".join([job.pixel_format, *self._command(0)]),
        }

    def _write_sound(self, directory: Path) -> None:
        job, sound = self._job, self._target.sound
        if sound is None:
            return
        turns = self._target.repeat if job.sound_follows else 1
        seconds = self._target.seconds / turns
        with (directory / SOUND_NAME).open("w+b") as raw:
            fitted_sound(sound, raw, seconds=seconds, loops=job.loops, turns=turns)

    def write(self, frames: NDArray[Any]) -> None:
        """Append frames, C-contiguous: they are copied.

        rgb24 is uint8 `[n, height, width, 3]`, sRGB, and rgb48 the same in uint16; yuv420p is uint8
        `[n, height · 3/2, width]`, BT.709 of limited range, its planes one after the other. rgba
        and rgba64 have a fourth channel, straight alpha. Returns once all but the last few are with
        ffmpeg.

        Raises:
            ValueError: for another shape or dtype, or more frames than were announced.
            EncodeError: when ffmpeg has failed, with its exit code and last words.
        """
        if self._feeds is None:
            raise ValueError("an Encoder takes frames only within its with block")
        self._check(frames)
        width, height = padded_size(self._target)
        beside = ((0, height - self._target.height), (0, width - self._target.width), (0, 0))
        is_padded = beside != ((0, 0),) * 3
        for frame in frames:
            whole = np.pad(frame, beside, mode="edge") if is_padded else frame
            # ffmpeg expects the lower byte of 16 bits first.
            self._feeds.put(whole.astype(f"<u{whole.itemsize}", copy=False).tobytes())
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
        job, target, kind = self._job, self._target, self._target.container.format
        if self._written != len(self._turns):
            raise EncodeError(
                f"{self._path}: {self._written} of {len(self._turns)} frames were drawn, "
                f"so nothing was published"
            )
        assert self._feeds is not None
        self._feeds.finish()
        if self._segment_folder is not None:
            edit_list = target.edit_list and target.sound is not None
            muxing = muxing_arguments(target, edit_list=edit_list)
            join(
                self._segment_folder,
                job.segments,
                fps=target.fps,
                suffix=self._path.suffix,
                repeat=target.repeat,
                inputs=[*sound_input(target), *self._tags],
                target=[*self._maps(), *muxing, *self._destination()],
            )
        seconds = None if target.sound is None else target.seconds
        kind.finish(self._temporary, target.coding, sound_seconds=seconds, note=job.note)
        if job.recipe:
            kind.embed(self._temporary, job.recipe)
        verify(self._temporary, target)

    def _command(self, index: int) -> list[str]:
        """Return ffmpeg's arguments that encode a segment; the only one is the film."""
        job, target = self._job, self._target
        coding = encoder_arguments(
            target,
            frames=len(job.segments[index]),
            shortest=min(map(len, job.segments)),
            threads=job.threads,
        )
        telling = TELLING if job.paced else ()
        colours = colour_arguments(target, job.pixel_format)
        output = [*colours, *telling, *coding, *muxing_arguments(target, edit_list=False)]
        # Each ffmpeg would convert colours with a thread for every processor.
        filters = 1 if target.container.h264 else job.threads
        threads = [] if filters is None else ["-filter_threads", str(filters)]
        frames = [*threads, *input_arguments(target, job.pixel_format)]
        if job.is_joined:
            return [*frames, *output, *_EVERY_FRAME, segment_name(index, self._path.suffix)]
        return [*frames, *self._tags, *self._maps(), *output, *self._destination()]

    @contextlib.contextmanager
    def _recipe_file(self) -> Iterator[list[str]]:
        """Yield the arguments of the input that holds the recipe, a file that lives as long."""
        if self._target.container.demuxer is None or not self._job.recipe:
            yield []
            return
        with working_file(self._temporary, side_file(self._job.recipe)) as tags:
            yield ["-f", "ffmetadata", "-i", f"file:{tags}"]

    def _maps(self) -> list[str]:
        """Return what is taken from which input: film, sound and recipe, in this order."""
        maps, silent_film = ["-map", "0:v"], self._target.sound is None
        if not silent_film:
            maps += ["-map", "1:a", *sound_arguments(self._target)]
        if self._tags:
            maps += ["-map_metadata", "1" if silent_film else "2"]
        return maps

    def _destination(self) -> list[str]:
        if self._target.container.is_folder:
            # ffmpeg runs inside it, because % in a path would mean a number.
            return [*_EVERY_FRAME, f"%0{digits_for(self._target.frames)}d.png"]
        return [*_EVERY_FRAME, f"file:{self._temporary}"]

    def _check(self, frames: NDArray[Any]) -> None:
        width, height, announced = self._target.width, self._target.height, len(self._turns)
        form = self._job.pixel_format
        shape: tuple[int, ...] = (height, width, 4 if form.startswith("rgba") else 3)
        if form == "yuv420p":
            shape = (height * 3 // 2, width)
        dtype = np.dtype(np.uint16 if form in ("rgb48", "rgba64") else np.uint8)
        if frames.dtype != dtype:
            raise ValueError(f"frames are {frames.dtype}, not {dtype}")
        if frames.ndim != len(shape) + 1 or frames.shape[1:] != shape:
            expected = ", ".join(str(side) for side in shape)
            raise ValueError(f"frames are {list(frames.shape)}, not [n, {expected}]")
        if not frames.flags.c_contiguous:
            raise ValueError("frames are not C-contiguous; pass them through ascontiguousarray")
        if self._written + len(frames) > announced:
            raise ValueError(
                f"{self._written + len(frames)} frames were drawn for a file of {announced}"
            )

"""One film to be encoded, and what ffmpeg is told about it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from cppnvid.callbacks import Note
from cppnvid.encode.coding import Coding
from cppnvid.encode.commands import (
    colour_arguments,
    encoder_arguments,
    input_arguments,
    muxing_arguments,
)
from cppnvid.encode.containers import FOLDER_SUFFIX, LARGE, Container
from cppnvid.encode.ffmpeg import TELLING
from cppnvid.encode.segments import Segment
from cppnvid.encode.sound import RATE, RAW, SOUND_NAME
from cppnvid.encode.trial import unusable_arguments


def best_format(container: Container, *, width: int, height: int) -> str:
    """Return the pixel format in which a file of this size is best given its frames.

    `rgb48` for files of more than 8 bits, `yuv420p` for those that are coded so, else `rgb24`.
    """
    if container.depth > 8:
        return "rgb48"
    planes = container.yuv == "yuv420p" and width % 2 == height % 2 == 0
    return "yuv420p" if planes else "rgb24"


@dataclass(frozen=True)
class Job:
    """A film to be encoded: everything that is known before its first frame."""

    path: Path
    container: Container
    width: int
    height: int
    fps: Fraction
    frames: int
    segments: tuple[Segment, ...]
    repeat: int
    at_once: int
    pixel_format: str
    crf: int | None
    asked: Coding
    encoder: str
    threads: int | None
    recipe: str
    sound: Path | None
    loops: bool
    sound_follows: bool
    sound_rate: int | None
    edit_list: bool
    overwrite: bool
    note: Note

    @property
    def is_folder(self) -> bool:
        """Whether the output is a folder of pictures."""
        return FOLDER_SUFFIX in self.container.suffixes

    @property
    def is_joined(self) -> bool:
        """Whether the film is made from segments that are joined, or joined to something else."""
        return len(self.segments) > 1 or self.repeat > 1 or self.sound is not None

    @property
    def seconds(self) -> Fraction:
        """How long the file plays."""
        return self.frames * self.repeat / self.fps

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a frame's array."""
        if self.pixel_format == "yuv420p":
            return self.height * 3 // 2, self.width
        return self.height, self.width, 3

    @property
    def kind(self) -> type[Any]:
        """The kind of a frame's levels."""
        return np.uint16 if self.pixel_format == "rgb48" else np.uint8

    @property
    def telling(self) -> bool:
        """Whether ffmpeg tells which frames it has taken: of large videos, if it can."""
        large = self.container.yuv is not None and self.width * self.height > LARGE
        return large and unusable_arguments(("-c:v", "rawvideo", *TELLING)) is None

    def source(self) -> list[str]:
        """Return ffmpeg's arguments for the frames that come through its standard input."""
        # Each ffmpeg would convert colours with a thread for every processor.
        filters = 1 if self.container.h264 else self.threads
        frames = input_arguments(
            self.pixel_format, width=self.width, height=self.height, fps=self.fps
        )
        return [*([] if filters is None else ["-filter_threads", str(filters)]), *frames]

    def coding(self, index: int) -> list[str]:
        """Return ffmpeg's arguments that code a segment."""
        arguments = encoder_arguments(
            self.container,
            fps=self.fps,
            frames=len(self.segments[index]),
            shortest=min(map(len, self.segments)),
            crf=self.crf,
            pixels=self.width * self.height,
            encoder=self.encoder,
            threads=self.threads,
            asked=self.asked,
        )
        telling = TELLING if self.telling else ()
        return [*colour_arguments(self.container, self.pixel_format), *telling, *arguments]

    def sound_input(self) -> list[str]:
        """Return ffmpeg's arguments for the film's sound as an input, if it has one."""
        if self.sound is None:
            return []
        # What silence is heard before it is taken off its end, so that it ends with the film.
        silence = 0 if self.edit_list else self.container.sound_delay
        samples = round(self.seconds * RATE) - silence
        return [*RAW, "-t", f"{max(samples, 1) / RATE:.6f}", "-i", SOUND_NAME]

    def sound_coding(self) -> list[str]:
        """Return ffmpeg's arguments that code the sound."""
        rate = self.sound_rate or self.container.sound_rates[0]
        return [part.format(rate=rate) for part in self.container.sound]

    def muxing(self) -> list[str]:
        """Return ffmpeg's arguments that write a segment, or a film that is not joined."""
        return muxing_arguments(self.container, fps=self.fps, frames=self.frames, edit_list=False)

    def joining(self) -> list[str]:
        """Return ffmpeg's arguments that write the film where it is joined."""
        edit_list = self.edit_list and self.sound is not None
        return muxing_arguments(
            self.container, fps=self.fps, frames=self.frames, edit_list=edit_list
        )

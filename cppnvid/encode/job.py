"""One film to be encoded, and what ffmpeg is told about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cppnvid.callbacks import Note
from cppnvid.encode.commands import (
    colour_arguments,
    encoder_arguments,
    input_arguments,
    muxing_arguments,
)
from cppnvid.encode.containers import LARGE
from cppnvid.encode.ffmpeg import TELLING
from cppnvid.encode.segments import Segment
from cppnvid.encode.sound import RATE, RAW, SOUND_NAME
from cppnvid.encode.target import Target
from cppnvid.encode.trial import unusable_arguments


@dataclass(frozen=True)
class Job:
    """A film to be encoded: its target, and what is known when drawing starts.

    Attributes:
        target: where it goes.
        segments: the pieces in which it is encoded.
        at_once: how many of them are encoded at once.
        pixel_format: of the frames: `rgb24`, `rgb48` or `yuv420p`.
        threads: of encoders other than x264; None is their own choice.
        recipe: the text that rides in the file.
        loops: whether the film leads back to its start.
        sound_follows: whether the pictures move to the sound.
        note: called with what a user may want to know.
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
    def path(self) -> Path:
        """Where the file is published, absolute."""
        return self.target.path.resolve()

    @property
    def is_joined(self) -> bool:
        """Whether the film is made from segments that are joined, or joined to something else."""
        target = self.target
        return len(self.segments) > 1 or target.repeat > 1 or target.sound is not None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a frame's array."""
        if self.pixel_format == "yuv420p":
            return self.target.height * 3 // 2, self.target.width
        return self.target.height, self.target.width, 3

    @property
    def kind(self) -> type[Any]:
        """The kind of a frame's levels."""
        return np.uint16 if self.pixel_format == "rgb48" else np.uint8

    @property
    def telling(self) -> bool:
        """Whether ffmpeg tells which frames it has taken: of large videos, if it can."""
        target = self.target
        large = target.container.yuv is not None and target.width * target.height > LARGE
        return large and unusable_arguments(("-c:v", "rawvideo", *TELLING)) is None

    def source(self) -> list[str]:
        """Return ffmpeg's arguments for the frames that come through its standard input."""
        target = self.target
        # Each ffmpeg would convert colours with a thread for every processor.
        filters = 1 if target.container.h264 else self.threads
        frames = input_arguments(
            self.pixel_format, width=target.width, height=target.height, fps=target.fps
        )
        return [*([] if filters is None else ["-filter_threads", str(filters)]), *frames]

    def coding(self, index: int) -> list[str]:
        """Return ffmpeg's arguments that code a segment."""
        target = self.target
        arguments = encoder_arguments(
            target,
            frames=len(self.segments[index]),
            shortest=min(map(len, self.segments)),
            threads=self.threads,
        )
        telling = TELLING if self.telling else ()
        return [*colour_arguments(target.container, self.pixel_format), *telling, *arguments]

    def sound_input(self) -> list[str]:
        """Return ffmpeg's arguments for the film's sound as an input, if it has one."""
        target = self.target
        if target.sound is None:
            return []
        # What silence is heard before it is taken off its end, so that it ends with the film.
        silence = 0 if target.edit_list else target.container.sound_delay
        samples = round(target.seconds * RATE) - silence
        return [*RAW, "-t", f"{max(samples, 1) / RATE:.6f}", "-i", SOUND_NAME]

    def sound_coding(self) -> list[str]:
        """Return ffmpeg's arguments that code the sound."""
        container = self.target.container
        rate = self.target.sound_rate or container.sound_rates[0]
        return [part.format(rate=rate) for part in container.sound]

    def muxing(self) -> list[str]:
        """Return ffmpeg's arguments that write a segment, or a film that is not joined."""
        return muxing_arguments(self.target, edit_list=False)

    def joining(self) -> list[str]:
        """Return ffmpeg's arguments that write the film where it is joined."""
        edit_list = self.target.edit_list and self.target.sound is not None
        return muxing_arguments(self.target, edit_list=edit_list)

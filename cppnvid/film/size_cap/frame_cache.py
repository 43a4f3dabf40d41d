"""Drawn frames, kept without loss, so that encoding them again draws nothing again."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from cppnvid.colour.pixels import Pixels
from cppnvid.encode.ffmpeg import reading
from cppnvid.encode.frame_feed import FrameFeed
from cppnvid.encode.leftovers import discard

# ffmpeg's name for each; FFV1's for its planes, which are the same numbers in another order; bytes
# per pixel.
_FORMATS: dict[str, tuple[str, str, float]] = {
    "rgb24": ("rgb24", "gbrp", 3.0),
    "yuv420p": ("yuv420p", "yuv420p", 1.5),
    "rgb48": ("rgb48le", "gbrp16le", 6.0),
    "rgba": ("rgba", "bgra", 4.0),
    "rgba64": ("rgba64le", "gbrap16le", 8.0),
}
# FFV1 kept smooth frames in 14 % of their bytes, and those of 16 bits in a third.
_EXPECTED = 0.5


class KeptFrames:
    """The frames of one film, in the order of drawing, in a file of ours."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw = ""
        self._shape: tuple[int, ...] = ()
        self._kind: DTypeLike = np.uint8
        self.complete = False

    def has_room(self, pixels: int, pixel_format: str) -> bool:
        """Return whether so many pixels can be kept in less than half of the disk's free space."""
        expected = pixels * _FORMATS[pixel_format][2] * _EXPECTED
        return expected < shutil.disk_usage(self._path.parent).free / 2

    def keeping(self, frames: Iterable[Pixels], pixel_format: str) -> Iterator[Pixels]:
        """Yield batches of frames as they come, and keep a copy.

        Raises:
            EncodeError: when ffmpeg or the disk fails.
        """
        self._raw, planes, _ = _FORMATS[pixel_format]
        feed: FrameFeed | None = None
        try:
            for batch in frames:
                if feed is None:
                    self._shape, self._kind = batch.shape[1:], batch.dtype
                    feed = FrameFeed(self._command(planes))
                for frame in batch:
                    feed.put(frame.tobytes())
                yield batch
            if feed is not None:
                feed.finish()
                self.complete = True
        finally:
            if feed is not None:
                feed.abort()

    def again(self) -> Iterator[Pixels]:
        """Yield the kept frames, in batches of one."""
        length = int(np.prod(self._shape)) * np.dtype(self._kind).itemsize
        raw = ("-f", "rawvideo", "-pix_fmt", self._raw, "pipe:1")
        with reading(self._path, "matroska", raw) as (output, _):
            while len(data := output.read(length)) == length:
                yield np.frombuffer(data, self._kind).reshape(1, *self._shape)

    def drop(self) -> None:
        """Delete the file."""
        discard(self._path)
        self.complete = False

    def _command(self, planes: str) -> list[str]:
        height, width = self._shape[0], self._shape[1]
        if self._raw == "yuv420p":
            height = height * 2 // 3
        source = ["-f", "rawvideo", "-pix_fmt", self._raw, "-video_size", f"{width}x{height}"]
        coding = ["-c:v", "ffv1", "-level", "3", "-slices", "4", "-g", "1", "-pix_fmt", planes]
        return [*source, "-i", "pipe:0", *coding, "-f", "matroska", "-y", f"file:{self._path}"]

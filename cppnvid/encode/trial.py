"""Whether this machine's ffmpeg can encode with some arguments: only trying tells."""

import os
from functools import lru_cache

from cppnvid.encode.frame_feed import FrameFeed
from cppnvid.errors import EncodeError

_WIDTH, _HEIGHT = 320, 240


def unusable_arguments(arguments: tuple[str, ...], *, odd: bool = False) -> str | None:
    """Return why encoding with these arguments does not work here, in ffmpeg's words, or None.

    Tried once in a process, on one grey frame of 320x240, or of 321x241 if `odd`.

    Raises:
        EncodeError: there is no ffmpeg.
    """
    return _trial(arguments, int(odd), os.environ.get("IMAGEIO_FFMPEG_EXE"))


@lru_cache
def _trial(arguments: tuple[str, ...], more: int, _program: str | None) -> str | None:
    size = f"{_WIDTH + more}x{_HEIGHT + more}"
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", size)
    chroma = 2 * (_WIDTH // 2 + more) * (_HEIGHT // 2 + more)
    feed = FrameFeed([*raw, "-i", "pipe:0", *arguments, "-f", "null", "-"])
    try:
        feed.put(b"\x80" * ((_WIDTH + more) * (_HEIGHT + more) + chroma))
        feed.finish()
    except EncodeError as error:
        return str(error)
    finally:
        feed.abort()
    return None

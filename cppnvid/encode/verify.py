"""Look at a finished file before it is published: an encoder that dropped frames says nothing."""

from pathlib import Path

from cppnvid.encode.formats.video import Video
from cppnvid.encode.target import Target
from cppnvid.errors import EncodeError, RecipeError

# A packet of Opus has 20 ms, one of AAC 21, of which one goes before the sound.
_SOUND_TOLERANCE = 0.05


def verify(finished: Path, target: Target) -> None:
    """Count the frames of `finished`, which is to become the target's file, and measure its sound.

    Raises:
        EncodeError: there are more or fewer, or the file cannot be read.
    """
    path, kind = target.path.resolve(), target.container.format
    frames, seconds = target.frames * target.repeat, target.seconds
    wanted = f"{frames} frames"
    try:
        found = kind.missing(finished, frames, seconds)
        if found is None and target.sound is not None and isinstance(kind, Video):
            lasts = kind.sound_seconds(finished)
            if abs(lasts - seconds) > _SOUND_TOLERANCE:
                wanted, found = f"{float(seconds):.3f} s of sound", f"{lasts:.3f} s"
    except RecipeError as error:  # a file of our own, so not for the user to put right
        raise EncodeError(f"{path}: the finished file is broken: {error}") from error
    if found is not None:
        raise EncodeError(
            f"{path}: the finished file holds {found} instead of {wanted}, so it was not published"
        )

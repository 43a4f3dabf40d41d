"""Look at a finished file before it is published: an encoder that dropped frames says nothing."""

from fractions import Fraction
from pathlib import Path

from cppnvid.encode.facts import PictureFacts
from cppnvid.encode.metadata import READERS, RECIPE_LIMIT
from cppnvid.encode.probe import probe, probe_sound
from cppnvid.encode.target import Target
from cppnvid.errors import EncodeError, RecipeError

# A packet of Opus has 20 ms, one of AAC 21, of which one goes before the sound.
_SOUND_TOLERANCE = 0.05


def verify(finished: Path, target: Target) -> None:
    """Count the frames of `finished`, which is to become the target's file, and measure its sound.

    Raises:
        EncodeError: there are more or fewer, or the file cannot be read.
    """
    container, path, seconds = target.container, target.path.resolve(), target.seconds
    frames = target.frames * target.repeat
    wanted = f"{frames} frames"
    try:
        if container.name == "WebP":
            # It stores equal frames in a row as one, so their time is what must be complete.
            facts = READERS["WebP"](finished, limit=RECIPE_LIMIT)
            complete = _lasts(facts, seconds)
            found = f"{float(sum(facts.delays)):.3f} s"
        else:
            count = probe(finished).frames
            complete = count == frames
            found = f"{count} frames"
        if complete and target.sound is not None and container.demuxer is not None:
            lasts = probe_sound(finished, container.demuxer)
            complete = abs(lasts - seconds) <= _SOUND_TOLERANCE
            wanted, found = f"{float(seconds):.3f} s of sound", f"{lasts:.3f} s"
    except RecipeError as error:  # of a file of our own, so not the user's to put right
        raise EncodeError(f"{path}: the finished file is broken: {error}") from None
    if not complete:
        raise EncodeError(
            f"{path}: the finished file holds {found} instead of {wanted}, so it was not published"
        )


def _lasts(facts: PictureFacts, seconds: Fraction) -> bool:
    """Tell whether a WebP lasts `seconds`, or is the one still that equal frames collapse into."""
    if not facts.delays:
        return True
    return abs(sum(facts.delays) - seconds) <= Fraction(2, 1000)  # two ends, rounded to 1 ms

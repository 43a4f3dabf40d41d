"""A film's sound as a file of its own, for what plays beside the pictures."""

import tempfile
from fractions import Fraction
from pathlib import Path

from cppnvid.encode.ffmpeg import run
from cppnvid.encode.sound import RAW, SOUND_NAME, fitted_sound

_CODED = "sound.m4a"


def aac_file(path: Path, *, seconds: Fraction, loops: bool, rate: int) -> bytes:
    """Return a track as a film's sound: an M4A file of AAC, which every browser plays.

    Args:
        path: the track; it is cut or repeated to the film's length, as by `fitted_sound`.
        seconds: the film's length.
        loops: whether the film leads back to its start.
        rate: in kilobits a second.

    Raises:
        RecipeError: as for `check_track`.
        EncodeError: when ffmpeg cannot be started, or fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        with (directory / SOUND_NAME).open("w+b") as raw:
            fitted_sound(path, raw, seconds=seconds, loops=loops)
        exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]  # the same bytes in every run
        coding = ["-c:a", "aac", "-b:a", f"{rate}k", "-movflags", "+faststart", "-f", "mp4"]
        run([*RAW, "-i", SOUND_NAME, *coding, *exact, _CODED], directory=directory)
        return (directory / _CODED).read_bytes()

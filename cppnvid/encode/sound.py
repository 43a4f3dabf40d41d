"""A track made into a film's sound: decoded, cut or repeated to the film's exact length, faded.

The track may be anybody's file. ffmpeg may find only listed formats in it, because a playlist
in disguise names other files, and those would be heard in a film that is then shown around.
"""

import io
import re
import shutil
from fractions import Fraction
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from cppnvid.encode.containers import CONTAINERS
from cppnvid.encode.ffmpeg import UnreadableError, reading
from cppnvid.encode.formats.video import Video
from cppnvid.errors import RecipeError

RATE = 48_000  # samples a second: what platforms ask for at most, and all that Opus has
CHANNELS = 2
SOUND_NAME = "sound.f32"
RAW = ("-f", "f32le", "-ar", str(RATE), "-ac", str(CHANNELS))

# Containers and raw streams of single files, by ffmpeg's names of their readers.
_FORMATS = (
    "wav,w64,aiff,au,caf,flac,mp3,aac,ac3,eac3,ogg,mov,matroska,mpegts,mpeg,avi,asf,flv,"
    "amr,ape,dsf,mpc,mpc8,tak,tta,wv,truehd,dts,rm,voc"
)
_SAMPLE = 4 * CHANNELS  # bytes
_SHORTEST = RATE // 10  # a tenth of a second; less, repeated, is a hum
_PACKET = 1024  # samples that a film's own sound may be shorter than the film
_FADE = RATE // 100  # a hundredth: too short to be heard as a fade, long enough not to click
_FADE_AT_THE_END = RATE // 20  # where the film does not come back to its start
_BLOCK = 30 * RATE  # samples at a time: 12 MB
_LFE = 1.0  # of the channel for effects, as loud as the centre; ffmpeg by itself leaves it out
_HEADER_BYTES = 1_000_000  # of what ffmpeg says of a file, tags and all
_STREAM = r"^  Stream #0:\d+.*?: Audio: .*"  # the first of them is the one that is taken


def check_track(path: Path, seconds: Fraction | None = None) -> None:
    """Refuse a file that holds no sound; a tenth of a second of it is read.

    It needs so much, or no more than a film of `seconds` has, if they are given: what is not
    repeated does not hum.

    Raises:
        RecipeError: it is missing, no file, without sound or unreadable, in ffmpeg's words.
        EncodeError: when ffmpeg cannot be started.
    """
    _check_file(path)
    start = io.BytesIO()
    _decode(path, Fraction(_SHORTEST, RATE), start, on_time=False)
    _check_length(path, len(start.getvalue()) // _SAMPLE, _least(seconds))


def track_seconds(path: Path) -> float | None:
    """Return how long a track that `check_track` takes says it lasts, None if it does not say."""
    found = re.search(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", _header(path), re.MULTILINE)
    if found is None:
        return None
    hours, minutes, seconds = map(float, found.groups())
    return 3600 * hours + 60 * minutes + seconds


def fitted_sound(
    path: Path, raw: IO[bytes], *, seconds: Fraction, loops: bool, turns: int = 1
) -> None:
    """Write a track as a film's sound, raw: float32, little-endian, stereo, of `RATE`.

    A longer track is cut, and read no further; a shorter one is repeated, at its own length, so
    that a loop of music keeps its beat.

    Args:
        path: the track, anything with sound that ffmpeg reads.
        raw: an empty file on a disk, open for reading and writing, which is written.
        seconds: the film's length.
        loops: whether the film leads back to its start: then its end fades no longer than its
            start, and else over a twentieth of a second.
        turns: how many times all of that plays.

    Raises:
        RecipeError: as for `check_track`.
        EncodeError: when ffmpeg cannot be started, or the disk refuses.
    """
    _check_file(path)
    whole = max(1, round(seconds * RATE))
    _decode(path, seconds, raw)
    count = min(raw.tell() // _SAMPLE, whole)
    _check_length(path, count, _least(seconds))
    raw.truncate(_SAMPLE * whole * turns)  # what is missing reads as silence
    film = open_raw(raw, "r+")
    sound = film[:whole]
    for start in range(0, count, _BLOCK):
        part = sound[start : min(start + _BLOCK, count)]
        # A file of floats may hold anything; what is not a number would stop the encoder.
        part[:] = np.clip(np.nan_to_num(part, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    if count < whole:
        _repeat(sound, count)
    _fade(sound[:_FADE])
    _fade(sound[-(_FADE if loops else _FADE_AT_THE_END) :][::-1])
    if turns > 1:
        _repeat(film, whole)
    film.flush()


def open_raw(
    raw: IO[bytes], mode: Literal["r", "r+"] = "r"
) -> np.memmap[tuple[int, ...], np.dtype[np.float32]]:
    """Return what `fitted_sound` wrote, float32 [samples, 2], without reading it into memory."""
    samples = raw.seek(0, 2) // _SAMPLE
    return np.memmap(raw, dtype=np.dtype("<f4"), mode=mode, shape=(samples, CHANNELS))


def _repeat(sound: NDArray[np.float32], count: int) -> None:
    """Fill what follows the first `count` samples with them, faded where they meet."""
    _fade(sound[max(0, count - _FADE) : count][::-1])
    start = sound[:_FADE].copy()
    _fade(start)
    for at in range(count, len(sound), count):
        for done in range(0, min(count, len(sound) - at), _BLOCK):
            length = min(_BLOCK, count - done, len(sound) - at - done)
            sound[at + done : at + done + length] = sound[done : done + length]
        head = sound[at : at + _FADE]
        head[:] = start[: len(head)]


def _fade(part: NDArray[np.float32]) -> None:
    """Let a part rise from silence, in place."""
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(len(part)) / len(part))
    part *= rise[:, None].astype(np.float32)


def _decode(path: Path, seconds: Fraction, target: IO[bytes], *, on_time: bool = True) -> None:
    """Write a file's sound as `RAW`: what is heard in its first seconds.

    Where the file's clock has no sound, before its start or in a gap, silence is written. If not
    `on_time`, the sound's own first seconds are written, whenever they are heard.
    """
    # A sample more than is needed, so that a rounded time does not leave the last one out.
    length = f"{float(seconds) + 1 / RATE:.6f}"
    try:
        filters = ",".join(_filters(path, length) if on_time else ["asetpts=N"])
        arguments = ["-map", "0:a:0", "-af", filters, "-t", length, *RAW, "pipe:1"]
        with reading(path, None, arguments, demuxers=_FORMATS) as (output, _):
            shutil.copyfileobj(output, target)
    except UnreadableError as error:
        raise RecipeError(f"{path}: {_in_words(error.said)}") from error


def _filters(path: Path, length: str) -> list[str]:
    """Return ffmpeg's filters that put a file's sound at its time, in the film's loudness."""
    said = _header(path)
    filters = []
    if silence := _silence_before(path):
        filters += [f"atrim=start_sample={silence}", f"asetpts=PTS-{silence}/SR/TB"]
    if late := _late(said):
        filters.append(f"asetpts=PTS+{late:.6f}/TB")
    stream = re.search(_STREAM, said, re.MULTILINE)
    if stream and re.search(r" Hz, (mono|1 channels)\b", stream[0]):
        filters.append("pan=stereo|c0=c0|c1=c0")  # ffmpeg's own way makes each 3 dB quieter
    return [
        *filters,
        # No more silence than the film is long: all of it is held in memory (36,000 s: 3 GB).
        f"asetpts='if(gt(PTS,{length}/TB),{length}/TB,PTS)'",
        f"aresample=async=1:first_pts=0:lfe_mix_level={_LFE}",
    ]


def _header(path: Path) -> str:
    """Return what ffmpeg says of a file before it decodes any of it."""
    arguments = ["-map", "0:a:0", "-c", "copy", "-t", "0", "-f", "null", "-"]
    with reading(path, None, arguments, demuxers=_FORMATS) as (output, words):
        output.read()
        words.seek(0)
        return words.read(_HEADER_BYTES).decode("utf-8", "replace")


def _late(said: str) -> float:
    """Return by how many seconds ffmpeg lets the sound of a file begin too early.

    In formats whose clock may jump, it takes the start of what it decodes for the file's.
    """
    if not re.match(r"Input #0, (mpegts|mpeg|ogg),", said):
        return 0.0
    file = re.search(r"^  Duration: .*?, start: (-?[\d.]+)", said, re.MULTILINE)
    stream = re.search(_STREAM + r", start (-?[\d.]+)", said, re.MULTILINE)
    return max(0.0, float(stream[1]) - float(file[1])) if file and stream else 0.0


def _silence_before(path: Path) -> int:
    """Return how many samples of silence a film of ours begins with that no player leaves out.

    That is one without an edit list. Drawn again with its own sound, it would begin with twice as
    many, and so on.
    """
    container = next((c for c in CONTAINERS if path.suffix.lower() in c.suffixes), None)
    if container is None or not container.sound_delay or not isinstance(container.format, Video):
        return 0
    try:
        comment = container.format.recipe(path) or ""
        if not comment.startswith('{"cppnvid"'):
            return 0
        return container.sound_delay if container.format.sound_start(path) >= 0 else 0
    except RecipeError:
        return 0


def _in_words(said: str) -> str:
    if "matches no streams" in said:
        return "holds no sound"
    if "not on whitelist" in said:
        return "is a list of other files or pictures, not sound; such lists are not opened"
    causes = re.findall(r"Error opening input: (.+)", said) or said.splitlines()[-1:]
    return f"ffmpeg cannot read it as sound: {causes[0]}"


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise RecipeError(f"{path}: is a folder; name a file with sound")
    if not path.exists():
        raise RecipeError(f"{path}: there is no such file")
    if not path.is_file():
        raise RecipeError(f"{path}: is not a regular file")


def _least(seconds: Fraction | None) -> int:
    """Return how many samples a track for so many seconds needs."""
    if seconds is None:
        return _SHORTEST
    return min(_SHORTEST, max(1, round(seconds * RATE) - _PACKET))


def _check_length(path: Path, count: int, least: int) -> None:
    if count < least:
        lasts = f"lasts {count / RATE:.3f} s" if count else "is empty"
        raise RecipeError(f"{path}: its sound {lasts}; a track needs a tenth of a second")

"""Which ffmpeg runs here: its path, its version, the least that works, and whether it hangs."""

import contextlib
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import imageio_ffmpeg
import psutil

from cppnvid.errors import EncodeError

LEAST = (5, 1)  # -fps_mode

# Without a sign of life: neither a frame taken nor time on a processor. An honest encoder has one
# within seconds, however slow it is; a disk of the network may keep it waiting for a minute.
QUIET_SECONDS = 300.0
# 170 MB from a cold disk, looked through by a virus scanner, took 20 s.
_ANSWER_SECONDS = 60.0


def ffmpeg_program() -> str:
    """Return the path of ffmpeg, absolute: some of its runs have another working directory.

    Raises:
        RuntimeError: there is none.
        OSError: its path is relative, and the working directory is gone.
    """
    found = str(imageio_ffmpeg.get_ffmpeg_exe())
    # Not resolved: some programs go by the name of the link that leads to them.
    return str(Path(found).absolute()) if Path(found).name != found else found


def ffmpeg_version(path: str) -> str:
    """Return the version that an ffmpeg prints, such as `6.1.1-static`; '' if it prints none.

    Raises:
        EncodeError: it cannot be started, or does not answer.
    """
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError:
        changed = 0  # a name on the PATH, or one that cannot be started
    return _version(path, changed)


def check_version(least: tuple[int, int] = LEAST) -> None:
    """Refuse an ffmpeg that is too old; one that prints no number may be any.

    Raises:
        EncodeError: it is too old, cannot be started, or does not answer.
    """
    try:
        path = ffmpeg_program()
    except (OSError, RuntimeError) as error:
        raise not_started(error) from error
    if is_older(ffmpeg_version(path), least):
        raise EncodeError(too_old(path, least))


def is_older(printed: str, least: tuple[int, int]) -> bool:
    """Return whether a printed version is below `least`; False where it has no number."""
    number = re.match(r"n?(\d+)\.(\d+)", printed)
    return number is not None and (int(number[1]), int(number[2])) < least


def too_old(path: str, least: tuple[int, int]) -> str:
    """Return the words for an ffmpeg that is too old."""
    return (
        f"the ffmpeg here, {path}, is version {ffmpeg_version(path)}, and this file needs "
        f"{least[0]}.{least[1]} or newer: let IMAGEIO_FFMPEG_EXE name one, or name none to use "
        f"imageio-ffmpeg's own"
    )


def not_started(error: Exception) -> EncodeError:
    """Return the error for an ffmpeg that cannot be started."""
    return EncodeError(
        f"ffmpeg cannot be started: {error}; reinstall imageio-ffmpeg, "
        f"or let IMAGEIO_FFMPEG_EXE name a working one"
    )


def hangs() -> EncodeError:
    """Return the error for an ffmpeg that gave no sign of life for `QUIET_SECONDS`."""
    return EncodeError(
        f"the ffmpeg here, {ffmpeg_program()}, hangs: for {QUIET_SECONDS:g} s it took no frame and "
        f"did no work, so it was ended; let IMAGEIO_FFMPEG_EXE name another one"
    )


class Watch:
    """Tell whether a process gives signs of life, asked every `step` seconds while it should.

    Time is counted by asking, so that a suspended machine or program does not count.
    """

    def __init__(self, process: int, step: float) -> None:
        self._process = process
        self._step = step
        self._quiet = 0.0
        self._last: object = None

    def is_quiet(self, sign: object = None) -> bool:
        """Return whether neither `sign` nor the time on processors has changed for too long."""
        self._quiet += self._step
        if self._quiet % 1.0 < self._step or self._quiet >= QUIET_SECONDS:  # looking costs 1 ms
            now = (sign, self._worked())
            if now != self._last:
                self._last, self._quiet = now, 0.0
        return self._quiet >= QUIET_SECONDS

    def kill(self) -> None:
        """End the process and its children, which would keep its pipes open."""
        with contextlib.suppress(psutil.Error):
            whole = psutil.Process(self._process)
            for one in (*whole.children(recursive=True), whole):
                with contextlib.suppress(psutil.Error):
                    one.kill()

    def _worked(self) -> float:
        """Return the processor time of the process and its children, in seconds."""
        total = 0.0
        try:
            whole = psutil.Process(self._process)
            for one in (whole, *whole.children(recursive=True)):
                times = one.cpu_times()
                total += times.user + times.system
        except psutil.Error:  # one has just ended
            return -1.0
        return total


@lru_cache
def _version(path: str, changed: int) -> str:
    del changed  # part of what is remembered: another program may come to lie there
    try:
        done = subprocess.run(
            [path, "-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EncodeError(
            f"the ffmpeg here, {path}, hangs: asked for its version, it did not answer within "
            f"{_ANSWER_SECONDS:g} s; let IMAGEIO_FFMPEG_EXE name another one"
        ) from error
    except OSError as error:
        raise not_started(error) from error
    found = re.search(r"^ffmpeg version (\S+)", done.stdout.decode("utf-8", "replace"))
    return found[1] if found else ""

"""Run ffmpeg: start it, wait for its end, tell why it failed, and read what it prints.

imageio-ffmpeg brings the program; its own writer never looks at the exit code, so it is not used.
"""

import contextlib
import io
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from cppnvid.encode.program import Watch, ffmpeg_program, hangs, not_started
from cppnvid.errors import EncodeError, RecipeError

# Its own process group, so that Ctrl-C reaches us and not ffmpeg. No preexec_fn: that would fork a
# process which holds CUDA and threads, and can hang.
_PROCESS_GROUP: int | None
if sys.platform == "win32":
    _PROCESS_GROUP, _CREATION_FLAGS = None, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _PROCESS_GROUP, _CREATION_FLAGS = 0, 0

POLL_SECONDS = 0.1  # how soon a blocked write notices that ffmpeg has died
_READ_AT_ONCE = 65_536  # what a pipe holds
_WORDS_BYTES = 4000  # of ffmpeg's last words, what is read
_WORDS_LINES = 6  # and what is shown
_ONLY_STOPPING = "Task finished with error code|Terminating thread with return code"


class UnreadableError(RecipeError):
    """ffmpeg cannot read a file; `said` are its last words."""

    said = ""


def launch(
    arguments: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: IO[bytes],
    directory: Path | None,
    unbuffered: bool = False,
) -> subprocess.Popen[bytes]:
    """Start ffmpeg, its pipes with a buffer of ours or `unbuffered`; EncodeError without one."""
    try:
        return subprocess.Popen(
            [ffmpeg_program(), "-hide_banner", "-nostdin", "-nostats", *arguments],
            bufsize=0 if unbuffered else -1,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=directory,
            process_group=_PROCESS_GROUP,
            creationflags=_CREATION_FLAGS,
        )
    except (OSError, RuntimeError) as error:
        raise not_started(error) from error


def _last_words(words: IO[bytes]) -> str:
    end = words.seek(0, 2)
    words.seek(max(0, end - _WORDS_BYTES))
    text = words.read().decode("utf-8", "replace")
    # "[out#0/mp4 @ 0x55a1aa7a0840] Nothing was written": the address says nothing to anybody.
    lines = [re.sub(r" @ 0x[0-9a-f]+", "", line) for line in text.splitlines() if line.strip()]
    # Since 7.0 every part of ffmpeg that has to stop says so, after the one that knows why.
    telling = [line for line in lines if not re.search(_ONLY_STOPPING, line)]
    return "\n".join((telling or lines)[-_WORDS_LINES:]) or "it gave no reason"


def failure(code: int, words: IO[bytes]) -> EncodeError:
    """Return the error for an ffmpeg that ended with this exit code and these last words."""
    if code < 0:
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        how = f"was stopped by signal {name}"
    else:
        how = f"failed with exit code {code}"
    said = _last_words(words)
    lacks = re.search(r"No such filter: '(\w+)'|Unknown encoder '(lib\w+)'", said)
    if lacks is None:
        return EncodeError(f"ffmpeg {how}: {said}")
    part = f"filter {lacks[1]}" if lacks[1] else f"encoder {lacks[2]}"
    return EncodeError(
        f"the ffmpeg here, {ffmpeg_program()}, was built without the {part}, which "
        f"this file needs: 'pip install --force-reinstall imageio-ffmpeg' brings one that has it, "
        f"where IMAGEIO_FFMPEG_EXE names no other"
    )


def ended(process: subprocess.Popen[bytes], watch: Watch) -> int:
    """Wait for the end of an ffmpeg; return its exit code. EncodeError when it hangs."""
    while True:  # in steps, so that Ctrl-C is heard on Windows too
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=POLL_SECONDS)
        end_if_quiet(watch)


def end_if_quiet(watch: Watch, sign: object = None) -> None:
    """End an ffmpeg that hangs; EncodeError names it."""
    if watch.is_quiet(sign):
        watch.kill()
        raise hangs()


def watch_of(process: subprocess.Popen[bytes]) -> Watch:
    """Return what tells whether a process hangs."""
    return Watch(process.pid, POLL_SECONDS)


class _Output(io.RawIOBase):
    """What an ffmpeg prints; one that hangs while it is waited for is ended.

    It may rest between two reads, when nobody takes what it has: only a reader's waiting counts.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process, self._stdout = process, process.stdout
        self._waiting, self._reads = False, 0
        self.hung = False
        with contextlib.suppress(RuntimeError):  # no more threads are allowed: nobody looks
            threading.Thread(target=self._look, name="cppnvid-watch", daemon=True).start()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is, at least a byte; 0 at the end."""
        self._waiting = True
        try:
            return self._stdout.readinto(buffer)  # type: ignore[attr-defined,no-any-return]
        finally:
            self._waiting = False
            self._reads += 1

    def end(self) -> None:
        """Close the pipe."""
        self._stdout.close()

    def _look(self) -> None:
        watch = watch_of(self._process)
        while self._process.poll() is None:
            if watch.is_quiet(self._reads if self._waiting else object()):
                self.hung = True
                watch.kill()
            time.sleep(POLL_SECONDS)


def run(arguments: Sequence[str], *, directory: Path | None = None) -> None:
    """Run ffmpeg to its end on files alone.

    Raises:
        EncodeError: when ffmpeg fails, with its exit code and last words.
    """
    with tempfile.TemporaryFile() as words:
        process = launch(
            ["-v", "error", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            directory=directory,
        )
        try:
            code = ended(process, watch_of(process))
        finally:
            process.kill()
            process.wait()
        if code != 0:
            raise failure(code, words)


@contextlib.contextmanager
def reading(
    path: Path,
    demuxer: str | None,
    arguments: Sequence[str],
    *,
    start: float = 0.0,
    demuxers: str = "",
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Run ffmpeg on a file; yield its standard output and its standard error (at level info).

    Frames shown before `start`, in seconds, are left out, and mostly not even decoded.

    The file may be hostile: only `demuxer` looks at it, or where that is None the one of
    `demuxers`, a comma between them, that knows it; and ffmpeg may open nothing but files, so that
    a playlist in disguise fetches nothing.

    Raises:
        UnreadableError: ffmpeg cannot read the file.
        EncodeError: when there is no ffmpeg, or it hangs.
    """
    readers = ["-format_whitelist", demuxers] if demuxer is None else ["-f", demuxer]
    guard = ["-v", "info", "-protocol_whitelist", "file,pipe", *readers]
    # Not -ss 0: it takes the silence before a sound's start off twice.
    seeking = ["-ss", f"{start:.6f}"] if start else []
    with tempfile.TemporaryFile() as words:
        process = launch(
            [*guard, *seeking, "-i", f"file:{path.resolve()}", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            directory=None,
            unbuffered=True,
        )
        output = _Output(process)
        try:
            yield io.BufferedReader(output, _READ_AT_ONCE), words
            code = ended(process, watch_of(process))
        except (EncodeError, RecipeError) as error:
            raise (hangs() if output.hung else error) from error
        finally:
            process.kill()
            output.end()
            process.wait()
        if output.hung:
            raise hangs()
        if code != 0:
            unreadable = UnreadableError(f"{path}: ffmpeg cannot read it: {_last_words(words)}")
            unreadable.said = _last_words(words)
            raise unreadable


def capture(path: Path, demuxer: str, arguments: Sequence[str], *, limit: int) -> tuple[bytes, str]:
    """Run ffmpeg on a file; return its whole output, at most `limit` bytes, and what it said.

    Raises:
        RecipeError: when ffmpeg cannot read the file, or there is more output than `limit`.
        EncodeError: when there is no ffmpeg.
    """
    with reading(path, demuxer, arguments) as (output, words):
        data = output.read(limit + 1)
        if len(data) > limit:
            raise RecipeError(f"{path}: holds more than cppnvid reads ({limit} bytes)")
        output.read()
        words.seek(0)
        said = words.read().decode("utf-8", "replace")
    return data, said

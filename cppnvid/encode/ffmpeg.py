"""Drive ffmpeg: one process fed with frames by a thread, and short runs that read a file.

imageio-ffmpeg brings the program; its own writer never looks at the exit code, so it is not used.
"""

import contextlib
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from cppnvid.encode import program as ffmpeg_here
from cppnvid.encode.program import Watch, ffmpeg_program, hangs, not_started
from cppnvid.errors import EncodeError, RecipeError

# Drawing and encoding overlap as soon as one frame waits; three even out their unevenness, and
# at 4K (25 MB a frame) still cost only 75 MB.
_QUEUE_FRAMES = 3

# Its own process group, so that Ctrl-C reaches us and not ffmpeg. No preexec_fn: that would fork a
# process which holds CUDA and threads, and can hang.
_PROCESS_GROUP: int | None
if sys.platform == "win32":
    _PROCESS_GROUP, _CREATION_FLAGS = None, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _PROCESS_GROUP, _CREATION_FLAGS = 0, 0

# Between reading a frame and coding it ffmpeg keeps up to 24 of them: a gigabyte of 16 bits at 4K.
# Where it tells which ones its encoder has taken, so many may be on their way: one that is made
# ready for the encoder, and one that is being read.
_ON_THE_WAY = 2
TELLING = ("-stats_enc_pre", "pipe:1", "-stats_enc_pre_fmt", "{n}")  # since ffmpeg 6.0

_POLL_SECONDS = 0.1  # how soon a blocked write notices that ffmpeg has died
_WORDS_BYTES = 4000  # of ffmpeg's last words, what is read
_WORDS_LINES = 6  # and what is shown
_ONLY_STOPPING = "Task finished with error code|Terminating thread with return code"


class UnreadableError(RecipeError):
    """ffmpeg cannot read a file; `said` are its last words."""

    said = ""


def _start(
    arguments: Sequence[str], *, stdin: int, stdout: int, stderr: IO[bytes], directory: Path | None
) -> subprocess.Popen[bytes]:
    """Start ffmpeg; EncodeError when there is none."""
    try:
        return subprocess.Popen(
            [ffmpeg_program(), "-hide_banner", "-nostdin", "-nostats", *arguments],
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


def _failure(code: int, words: IO[bytes]) -> EncodeError:
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


class FrameFeed:
    """An ffmpeg process whose standard input is written by a thread from a short queue.

    With `telling`, the arguments for the output have `TELLING` among them, and no frame is sent
    while too many are on their way to the encoder.
    """

    def __init__(
        self, arguments: Sequence[str], *, directory: Path | None = None, telling: bool = False
    ) -> None:
        with contextlib.ExitStack() as stack:
            self._words = stack.enter_context(tempfile.TemporaryFile())
            self._process = _start(
                ["-v", "error", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if telling else subprocess.DEVNULL,
                stderr=self._words,
                directory=directory,
            )
            stack.pop_all()  # from here on, abort closes it
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        self._queue: queue.Queue[bytes | None] = queue.Queue(maxsize=_QUEUE_FRAMES)
        self._broken = threading.Event()
        self._ended = False
        self._aborted = False
        self._taken = 0  # frames written to it
        self._watch = _watch(self._process)
        self._room = threading.Semaphore(_ON_THE_WAY)
        self._paced = telling
        works = (self._pump, self._count) if telling else (self._pump,)
        self._threads = [self._started(work) for work in works]

    @staticmethod
    def _started(work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name="cppnvid-encode", daemon=True)
        thread.start()
        return thread

    def _count(self) -> None:
        """Make room for a frame whenever the encoder has taken one."""
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            self._room.release()
        self._paced = False  # it has ended: a write to it will tell how

    def _pump(self) -> None:
        try:
            while not self._aborted:
                # With a time limit: a Ctrl-C that lands inside the queue's notify leaves a stale
                # waiter there, which takes the next wake-up (seen once in some 100 runs).
                try:
                    frame = self._queue.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    continue
                if frame is None:
                    break
                while self._paced and not self._aborted:
                    if self._room.acquire(timeout=_POLL_SECONDS):
                        break
                self._stdin.write(frame)
                self._stdin.flush()  # its last bytes would wait for the next frame
                self._taken += 1
            self._stdin.close()
        except OSError:
            # A broken pipe is the symptom; put and finish report the cause, ffmpeg's own words.
            self._broken.set()

    def put(self, frame: bytes | None) -> None:
        """Hand over one frame, or None for the end; wait while the queue is full.

        Raises:
            EncodeError: when ffmpeg has ended, with its exit code and last words.
        """
        while not self._broken.is_set():
            try:
                self._queue.put(frame, timeout=_POLL_SECONDS)
            except queue.Full:
                self._look()
                continue
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)  # it has closed its input and is about to end
        self._process.kill()
        raise _failure(self._process.wait(), self._words)

    def end(self) -> None:
        """Say that no frame follows, and go on while ffmpeg writes the rest; `finish` waits for it.

        Raises:
            EncodeError: when ffmpeg has ended, with its exit code and last words.
        """
        self._ended = True
        self.put(None)

    def finish(self) -> None:
        """Send the end, and wait until ffmpeg has written the file.

        Raises:
            EncodeError: when ffmpeg fails, with its exit code and last words.
        """
        if not self._ended:
            self.end()
        while self._threads[0].is_alive():
            self._threads[0].join(_POLL_SECONDS)  # in steps, so that Ctrl-C is heard on Windows too
            self._look()
        code = _ended(self._process, self._watch)
        if code != 0 or self._broken.is_set():
            raise _failure(code, self._words)

    def _look(self) -> None:
        """End an ffmpeg that hangs; EncodeError names it."""
        if self._watch.is_quiet(self._taken):
            self._watch.kill()
            raise hangs(ffmpeg_program(), ffmpeg_here.QUIET_SECONDS)

    def abort(self) -> None:
        """Leave no process, thread or open file behind, whatever happened before; may be repeated.

        ffmpeg is killed first: while it lives, the thread may be blocked in a write to it.
        """
        self._aborted = True
        self._process.kill()
        self._threads[0].join()
        with contextlib.suppress(OSError):
            self._stdin.close()
        for thread in self._threads[1:]:
            thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        self._words.close()


def _ended(process: subprocess.Popen[bytes], watch: Watch) -> int:
    """Wait for the end of an ffmpeg; return its exit code. EncodeError when it hangs."""
    while True:  # in steps, so that Ctrl-C is heard on Windows too
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_POLL_SECONDS)
        if watch.is_quiet():
            watch.kill()
            raise hangs(ffmpeg_program(), ffmpeg_here.QUIET_SECONDS)


def _watch(process: subprocess.Popen[bytes]) -> Watch:
    return Watch(process.pid, _POLL_SECONDS)


def _watchdog(process: subprocess.Popen[bytes]) -> threading.Event:
    """End an ffmpeg that hangs while its output is read; return the event that tells of it."""
    hung = threading.Event()

    def look() -> None:
        watch = _watch(process)
        while process.poll() is None:
            if watch.is_quiet():
                hung.set()
                watch.kill()
            time.sleep(_POLL_SECONDS)

    threading.Thread(target=look, name="cppnvid-watch", daemon=True).start()
    return hung


def run(arguments: Sequence[str], *, directory: Path | None = None) -> None:
    """Run ffmpeg to its end on files alone.

    Raises:
        EncodeError: when ffmpeg fails, with its exit code and last words.
    """
    with tempfile.TemporaryFile() as words:
        process = _start(
            ["-v", "error", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            directory=directory,
        )
        try:
            code = _ended(process, _watch(process))
        finally:
            process.kill()
            process.wait()
        if code != 0:
            raise _failure(code, words)


@contextlib.contextmanager
def reading(
    path: Path,
    demuxer: str | None,
    arguments: Sequence[str],
    *,
    start: float = 0.0,
    demuxers: str = "",
    drained: bool = False,
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Run ffmpeg on a file; yield its standard output and its standard error (at level info).

    Frames shown before `start`, in seconds, are left out, and mostly not even decoded.

    The file may be hostile: only `demuxer` looks at it, or where that is None the one of
    `demuxers`, a comma between them, that knows it; and ffmpeg may open nothing but files, so that
    a playlist in disguise fetches nothing.

    With `drained`, the caller reads on without a pause, so that an ffmpeg which rests is one that
    hangs, and is ended.

    Raises:
        UnreadableError: ffmpeg cannot read the file.
        EncodeError: when there is no ffmpeg.
    """
    readers = ["-format_whitelist", demuxers] if demuxer is None else ["-f", demuxer]
    guard = ["-v", "info", "-protocol_whitelist", "file,pipe", *readers]
    # Not -ss 0: it takes the silence before a sound's start off twice.
    seeking = ["-ss", f"{start:.6f}"] if start else []
    with tempfile.TemporaryFile() as words:
        process = _start(
            [*guard, *seeking, "-i", f"file:{path.resolve()}", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
            directory=None,
        )
        assert process.stdout is not None
        hung = _watchdog(process) if drained else threading.Event()
        try:
            yield process.stdout, words
            code = process.wait() if hung.is_set() else _ended(process, _watch(process))
            if hung.is_set():
                raise hangs(ffmpeg_program(), ffmpeg_here.QUIET_SECONDS)
        finally:
            process.kill()
            process.stdout.close()
            process.wait()
        if code != 0:
            error = UnreadableError(f"{path}: ffmpeg cannot read it: {_last_words(words)}")
            error.said = _last_words(words)
            raise error


def capture(path: Path, demuxer: str, arguments: Sequence[str], *, limit: int) -> tuple[bytes, str]:
    """Run ffmpeg on a file; return its whole output, at most `limit` bytes, and what it said.

    Raises:
        RecipeError: when ffmpeg cannot read the file, or there is more output than `limit`.
        EncodeError: when there is no ffmpeg.
    """
    with reading(path, demuxer, arguments, drained=True) as (output, words):
        data = output.read(limit + 1)
        if len(data) > limit:
            raise RecipeError(f"{path}: holds more than cppnvid reads ({limit} bytes)")
        output.read()
        words.seek(0)
        said = words.read().decode("utf-8", "replace")
    return data, said

"""Frames into ffmpeg: one process whose standard input is written by a thread."""

import contextlib
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from cppnvid.encode.ffmpeg import POLL_SECONDS, end_if_quiet, ended, failure, launch, watch_of
from cppnvid.errors import EncodeError

# Drawing and encoding overlap as soon as one frame waits; three even out their unevenness, and
# at 4K (25 MB a frame) still cost only 75 MB.
_QUEUE_FRAMES = 3

# Between reading a frame and coding it ffmpeg keeps up to 24 of them: a gigabyte of 16 bits at 4K.
# Where it tells which ones its encoder has taken, so many may be on their way: one that is made
# ready for the encoder, and one that is being read.
_ON_THE_WAY = 2
TELLING = ("-stats_enc_pre", "pipe:1", "-stats_enc_pre_fmt", "{n}")  # since ffmpeg 6.0


class FrameFeed:
    """An ffmpeg process whose standard input is written by a thread from a short queue.

    With `telling`, the arguments for the output have `TELLING` among them, and no frame is sent
    while too many are on their way to the encoder.
    """

    def __init__(
        self, arguments: Sequence[str], *, directory: Path | None = None, telling: bool = False
    ) -> None:
        """Start ffmpeg and its threads; EncodeError where the system refuses one of them."""
        with contextlib.ExitStack() as stack:
            self._words = stack.enter_context(tempfile.TemporaryFile())
            self._process = launch(
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
        self._watch = watch_of(self._process)
        self._room = threading.Semaphore(_ON_THE_WAY)
        self._paced = telling
        self._threads: list[threading.Thread] = []
        try:
            self._start(self._pump)
            if telling:
                self._start(self._count)
        except RuntimeError as error:
            self.abort()
            raise EncodeError(f"no thread can be started to feed ffmpeg: {error}") from error

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="cppnvid-encode", daemon=True)
        thread.start()
        self._threads.append(thread)

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
                    frame = self._queue.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                if frame is None:
                    break
                while self._paced and not self._aborted:
                    if self._room.acquire(timeout=POLL_SECONDS):
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
                self._queue.put(frame, timeout=POLL_SECONDS)
            except queue.Full:
                end_if_quiet(self._watch, self._taken)
                continue
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)  # it has closed its input and is about to end
        self._process.kill()
        raise failure(self._process.wait(), self._words)

    def end(self) -> None:
        """Say that no frame follows, and go on while ffmpeg writes the rest; `finish` waits for it.

        Raises:
            EncodeError: when ffmpeg has ended, with its exit code and last words.
        """
        self._ended = True
        self.put(None)

    @property
    def has_ended(self) -> bool:
        """Whether its process has, well or badly: `finish` will not wait."""
        return self._process.poll() is not None

    def finish(self) -> None:
        """Send the end, and wait until ffmpeg has written the file.

        Raises:
            EncodeError: when ffmpeg fails, with its exit code and last words.
        """
        if not self._ended:
            self.end()
        while self._threads[0].is_alive():
            self._threads[0].join(POLL_SECONDS)  # in steps, so that Ctrl-C is heard on Windows too
            end_if_quiet(self._watch, self._taken)
        code = ended(self._process, self._watch)
        if code != 0 or self._broken.is_set():
            raise failure(code, self._words)

    def abort(self) -> None:
        """Leave no process, thread or open file behind, whatever happened before; may be repeated.

        ffmpeg is killed first: while it lives, the thread may be blocked in a write to it.
        """
        self._aborted = True
        self._process.kill()
        for thread in self._threads[:1]:  # none where the system allows no more threads
            thread.join()
        with contextlib.suppress(OSError):
            self._stdin.close()
        for thread in self._threads[1:]:
            thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        self._words.close()

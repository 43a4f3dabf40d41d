"""stdout and stderr such that neither can end a command, whatever has become of them.

A stream may be closed (services, pythonw), on a full disk, or without a reader; its encoding may
lack a letter. What cannot be written is dropped. Only a command whose whole result is on stdout
fails for it, and only at its end: see `Stream.lost`.
"""

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

# How a system says that nobody reads a pipe or a socket any more; Windows calls that EINVAL.
_GONE = {errno.EPIPE, errno.ECONNRESET, errno.ESHUTDOWN}
_GONE |= {errno.EINVAL} if sys.platform == "win32" else set()


class Stream:
    """A stream that never raises; all else is that of the stream it wraps, which may be None.

    Attributes:
        lost: why something could not be written, the first time; None if everything was.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.lost: OSError | ValueError | None = None
        self.encoding = getattr(stream, "encoding", None) or "utf-8"
        if isinstance(stream, io.TextIOWrapper):
            # Another command reads what is redirected, and cppnvid reads UTF-8; a terminal shows
            # what its own encoding has, and an escape such as \u2192 for the rest.
            with suppress(OSError, ValueError):
                encoding = stream.encoding if stream.isatty() else "utf-8"
                stream.reconfigure(encoding=encoding, errors="backslashreplace")
                self.encoding = encoding

    def __getattr__(self, name: str) -> Any:
        """Return what else the wrapped stream has.

        Raises:
            AttributeError: it has none; or it is the `buffer` of a terminal, through which typer
                would write "?" for each letter that an ASCII terminal lacks.
        """
        if name == "buffer" and self.isatty():
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write what can be written; return the number of characters that were given."""
        if not isinstance(text, str):  # so typer asks whether this stream takes bytes
            raise TypeError(text)
        self._try("write", text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write what can be written of some texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand on what is buffered, if that is possible."""
        self._try("flush")

    def isatty(self) -> bool:
        """Return whether this is a terminal; what is closed is none."""
        with suppress(OSError, ValueError, AttributeError):
            return bool(self._stream is not None and self._stream.isatty())
        return False

    def fileno(self) -> int:
        """Return the stream's descriptor.

        Raises:
            OSError: it has none.
        """
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def write_name(self, name: str) -> None:
        """Write a file's name in a line: redirected, in the very bytes that the disk has.

        It is not missed when it cannot be written: the file is there.
        """
        before = self.lost
        if isinstance(self._stream, io.TextIOWrapper) and not self.isatty():
            self._try("flush")
            with suppress(OSError, ValueError):
                self._stream.buffer.write(os.fsencode(name) + os.linesep.encode())
        else:
            self.write(f"{name}\n")
        self.flush()
        self.lost = before

    @property
    def unread(self) -> bool:
        """Whether something was lost because the reader had left."""
        return is_unread(self.lost)

    @property
    def is_closed(self) -> bool:
        """Whether it was closed before the program began."""
        return self._stream is None

    def end(self) -> None:
        """Flush, and drop what is left, for which Python would end with exit code 120."""
        try:
            if self._stream is not None:
                self._stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())

    def _try(self, method: str, *arguments: str) -> None:
        if self._stream is None:
            if method == "write":
                self.lost = OSError(errno.EBADF, "it is closed")
            return
        try:
            getattr(self._stream, method)(*arguments)
        except (OSError, ValueError) as error:  # ValueError: it was closed in Python
            self.lost = self.lost or error


def is_unread(error: BaseException | None) -> bool:
    """Return whether an error says that the reader of a pipe has left."""
    return isinstance(error, OSError) and error.errno in _GONE


@contextmanager
def guarded() -> Iterator[Stream]:
    """Put `Stream` in place of stdout and stderr; yield that of stdout."""
    _fill_the_first_three()
    before = sys.stdout, sys.stderr
    out, err = Stream(sys.stdout), Stream(sys.stderr)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        yield out
    finally:
        out.end()
        err.end()
        sys.stdout, sys.stderr = before


def _fill_the_first_three() -> None:
    """Open the null device where stdin, stdout or stderr is closed.

    The next file to be opened would get its number, and with it whatever a C library, or a child,
    writes to stderr: a film with warnings in it.
    """
    if sys.platform == "win32":
        return
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    with suppress(OSError):
        # A parent such as node may leave it non-blocking: what does not fit at once would be lost.
        os.set_blocking(1, True)

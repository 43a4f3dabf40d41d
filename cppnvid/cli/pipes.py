"""Outputs that are pipes: stdout, as `--output -`, and FIFOs.

A file is made first and then sent, so that all that is promised of files holds: most containers
are finished by going back to their start, and every file is looked at before it is sent.
"""

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from cppnvid.cli.options import namer
from cppnvid.cli.parse import refusal
from cppnvid.cli.request import Request
from cppnvid.cli.streams import Stream, is_unread
from cppnvid.errors import EncodeError, Mistake, RecipeError, Setting

STDOUT = "-"


@dataclass(frozen=True)
class Pipe:
    """A pipe that a command writes to.

    Attributes:
        name: as it was typed.
        ending: of the file that is sent.
        formatted: `--format` says which; otherwise the ending of a FIFO does.
    """

    name: str
    ending: str
    formatted: bool

    @contextmanager
    def filled(self, asked: Request) -> Iterator[Request]:
        """Yield the request for a file; send that file through the pipe after the block.

        Raises:
            RecipeError: stdout is a terminal, a preview was asked for, or the block refuses.
            EncodeError: the pipe cannot be written, or no temporary folder can be made.
            SystemExit: nobody reads the pipe any more; the code is the shells' for that.
        """
        self._check(asked)
        try:
            folder = tempfile.TemporaryDirectory(prefix="cppnvid-", ignore_cleanup_errors=True)
        except OSError as error:
            where = error.filename or "the folder for temporary files"
            raise EncodeError(f"{where}: cannot be written: {error.strerror}") from error
        with folder as place:
            stem = "output" if self.name == STDOUT else Path(self.name).stem[:20]
            file = Path(place).resolve() / f"{stem}{self.ending}"
            try:
                yield replace(asked, output=str(file), overwrite=False)
            except RecipeError as error:
                raise self._refused(error, file) from error
            self._send(file)

    def _refused(self, error: RecipeError, file: Path) -> RecipeError:
        """Return a refusal in which the pipe stands for the file, which the user has not named."""
        called, mistakes = self.name, error.mistakes
        if self.formatted:
            called = f"{self.ending} for {'stdout' if self.name == STDOUT else self.name}"
            mistakes = tuple(map(_of_format, mistakes))
        return RecipeError(RecipeError.of(mistakes).words(namer).replace(str(file), called))

    def _check(self, asked: Request) -> None:
        if asked.preview:
            raise refusal("--preview, --output", f"{self.name} is a pipe: name a file, or keep one")
        if self.name != STDOUT:
            if not os.access(self.name, os.W_OK):
                raise EncodeError(f"{self.name}: cannot be written: it is not yours to write to")
            return
        if sys.stdout.isatty():
            problem = "would fill this terminal with bytes: add '> FILE', or '| mpv -'"
            raise refusal("--output -", problem)
        if isinstance(sys.stdout, Stream) and sys.stdout.is_closed:
            raise EncodeError("stdout: cannot be written: it is closed")

    def _send(self, file: Path) -> None:
        try:
            with file.open("rb") as source:
                if self.name == STDOUT:
                    sys.stdout.flush()
                    shutil.copyfileobj(source, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
                else:
                    with _opened(self.name) as pipe:
                        shutil.copyfileobj(source, pipe)
        except (OSError, ValueError) as error:
            if is_unread(error):
                sys.exit(141)  # 128 + SIGPIPE, as shells report it
            name = "stdout" if self.name == STDOUT else self.name
            reason = getattr(error, "strerror", None) or error
            raise EncodeError(f"{name}: cannot be written: {reason}") from error


def _opened(name: str) -> BinaryIO:
    """Open a FIFO, which waits for a reader; nothing is made where it has gone meanwhile."""
    number = os.open(name, os.O_WRONLY)
    if not stat.S_ISFIFO(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.ENXIO, "is no FIFO any more")
    return os.fdopen(number, "wb")


def _of_format(mistake: Mistake) -> Mistake:
    """Blame `--format`, which chose the name that a mistake blames `--output` for."""
    blamed = mistake.origins or (namer(Setting(mistake.key)),)
    return replace(mistake, origins=("--format",)) if blamed == ("--output",) else mistake


def pipe_of(asked: Request, form: str | None) -> Pipe | None:
    """Return the pipe that an output names, None for a file; `form` is what `--format` says.

    Raises:
        RecipeError: nothing says which format, or `--format` is given for a file.
    """
    name = asked.output
    if name is None or not (name == STDOUT or _is_fifo(name)):
        if form is not None:
            problem = "applies only to pipes: add '--output -', or let the name's ending say it"
            raise refusal("--format", problem, given=form)
        return None
    if form is not None and f".{form}" not in _endings():
        known = ", ".join(suffix[1:] for suffix in _endings())
        raise refusal("--format", given=form, allowed=f"one of {known}")
    ending = Path(name).suffix if form is None else f".{form}"
    if not ending:
        what = "stdout" if name == STDOUT else f"the FIFO {name}"
        raise refusal("--output", f"nothing says what to write to {what}: add --format mp4, ...")
    return Pipe(name, ending, form is not None)


def _endings() -> list[str]:
    """Return the endings of all files that commands write, films first."""
    from cppnvid.encode import CONTAINERS, PAGES
    from cppnvid.networks.weights import SUFFIXES

    written = [s for c in CONTAINERS if not c.is_folder for s in c.suffixes]
    return list(dict.fromkeys([*written, *PAGES, *SUFFIXES]))


def _is_fifo(name: str) -> bool:
    try:
        return stat.S_ISFIFO(Path(name).stat().st_mode)
    except (OSError, ValueError):
        return False

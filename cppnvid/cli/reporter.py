"""The one place that writes to the terminal: results on stdout, everything else on stderr."""

import sys
from collections.abc import Sequence
from os import PathLike
from types import TracebackType
from typing import Any, Self

from cppnvid.cli.options import namer
from cppnvid.cli.streams import Stream
from cppnvid.errors import CppnvidError, Message


def say(text: str) -> None:
    """Write a result to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_name(name: str | PathLike[str]) -> None:
    """Write the name of a finished file to stdout, if anyone listens.

    The file is there, so that the command has done its work either way.
    """
    if isinstance(sys.stdout, Stream):
        sys.stdout.write_name(str(name))
    else:
        say(str(name))


def say_rows(*rows: Sequence[str]) -> None:
    """Write rows of cells, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(map(str.ljust, row, widths)).rstrip())


def complain(error: CppnvidError | str) -> None:
    """Write an error to stderr, with what could steer a terminal made harmless."""
    words = error if isinstance(error, str) else error.words(namer)
    first, *rest = words.splitlines() or [""]
    for line in (f"cppnvid: {first}", *(f"  {line}" for line in rest)):
        sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def printable(line: str) -> str:
    """Return a line in which escapes stand for what could steer a terminal or end the line."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


class Reporter:
    """Progress and notes on stderr; silent when `quiet`. `unit` is what is counted, in plural."""

    def __init__(self, *, quiet: bool, unit: str = "frames") -> None:
        self._quiet = quiet
        self._unit = unit
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def note(self, *texts: str) -> None:
        """Show lines worth knowing; a `Message` names settings by their options."""
        if self._quiet:
            return
        if self._bar is not None and self._bar.n < self._bar.total:
            self._bar.clear()
        elif self._bar is not None:
            self._bar.close()
            self._bar = None
        for text in texts:
            words = text.words(namer) if isinstance(text, Message) else text
            sys.stderr.writelines(f"{printable(line)}\n" for line in words.splitlines())
        sys.stderr.flush()

    def progress(self, done: int, total: int) -> None:
        """Show how many are done, how fast, and how long the rest takes."""
        if self._quiet:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                total=total,
                unit=f" {self._unit}",
                file=sys.stderr,
                dynamic_ncols=True,
                # A log is not a terminal: a line now and then is enough there.
                mininterval=0.1 if sys.stderr.isatty() else 5.0,
                bar_format="{n_fmt}/{total_fmt}{unit} |{bar}| {rate_fmt}, {remaining} left",
            )
        self._bar.total = total  # a file that is made to fit may get fewer frames on the way
        self._bar.update(done - self._bar.n)

"""A share of the attempts to make the program say that it is a defect; see `tests.attempts`."""

import errno
import os
import sys
import tempfile
from itertools import chain, islice

import pytest
import typer

from cppnvid.cli.app import app
from tests.attempts import GOOD, Attempt, is_fine, run as attempted
from tests.attempts.files import files, folders, outputs
from tests.attempts.words import garbage, words
from tests.conftest import Run

if sys.platform == "win32":
    pytest.skip("the attempts need FIFOs and a POSIX shell", allow_module_level=True)

EVERY = 23  # which takes 5 s of processor
HERE = (one for one in chain(words(), garbage(), files(), outputs(), folders()) if not one.shell)
SHARE = list(islice(HERE, 0, None, EVERY))


@pytest.mark.parametrize("attempt", SHARE, ids=lambda attempt: attempt.part)
def test_nothing_is_a_defect(attempt: Attempt) -> None:
    """Each ends with a code that a command may end with, and without a traceback."""
    code, said = attempted(attempt)

    assert is_fine(code, said), f"{attempt.shown}: {code}\n{said}"


def test_every_command_is_attempted() -> None:
    """All but `figures`, which takes minutes."""
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(GOOD) | {"figures"} == set(known)


@pytest.mark.parametrize("number", ["9" * 310, "-" + "9" * 400])
@pytest.mark.parametrize(
    "typed",
    [
        *("morph --seeds 1 2 --speed", "still --seed 1 --hue-shift", "still --seed 1 --contrast"),
        *("morph --seeds 1 --min-seconds", "check no.gif --max-seam"),
        *("still --seed 1 --set camera.zoom", "morph --seeds 1 2 --set camera.pan_x"),
    ],
)
def test_numbers_that_are_too_large_are_refused(run: Run, typed: str, number: str) -> None:
    """Whole numbers have no end in Python, and its floats have."""
    code, _, err = run(*f"{typed}={number}".split())

    option = typed.rpartition("--")[2].replace("set ", "--set ")
    assert (code, f"{option.split()[0]}" in err) == (2, True), err
    assert "numbers must be finite, given" in err


@pytest.mark.parametrize("typed", ["info f.gif", "check f.mp4", "render f.png", "sheet f.webm"])
def test_what_is_no_file_is_not_waited_for(run: Run, typed: str) -> None:
    """Nobody writes to this FIFO."""
    os.mkfifo(typed.split()[1])

    code, _, err = run(*typed.split())

    assert (code, f"{typed.split()[1]}: is not a regular file" in err) == (2, True), err


@pytest.mark.parametrize("typed", ["backends", "presets", "still --seed 1 -o /x.png"])
def test_a_folder_that_is_gone_is_named(run: Run, typed: str) -> None:
    """Before a library ends the process for it, as torch's does."""
    os.mkdir("gone")  # noqa: PTH102
    os.chdir("gone")
    os.rmdir("../gone")  # noqa: PTH106

    problem = "the folder you are in cannot be used (No such file or directory)"
    assert run(*typed.split()) == (2, "", f"cppnvid: {problem}: change to another one\n")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space", "a"), 4, "cppnvid: a: No space\n"),
        (OSError(errno.EMFILE, "Too many open files"), 4, "cppnvid: Too many open files\n"),
        (OSError(errno.EACCES, "Not allowed", "a"), 2, "cppnvid: a: Not allowed\n"),
        (FileNotFoundError(errno.ENOENT, "None usable"), 4, "name one in TMPDIR\n"),
        (MemoryError(), 3, "cppnvid: there is not enough memory: choose a smaller size"),
        (OSError(errno.ENOMEM, "Cannot allocate"), 3, "cppnvid: there is not enough memory: "),
        (ValueError(), 1, "this is a defect of cppnvid"),
    ],
)
def test_failures_of_the_machine_are_no_defects(
    run: Run, error: Exception, code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever they show."""

    def fail() -> None:
        raise error

    monkeypatch.setattr("cppnvid.presets.list_presets", fail)
    monkeypatch.setattr(tempfile, "tempdir", None)

    ended, _, err = run("presets")

    assert (ended, said in err) == (code, True), err

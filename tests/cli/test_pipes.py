"""Outputs that are pipes: what comes out of them is the file, and nothing else is on stdout."""

import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from cppnvid.encode import CONTAINERS
from tests.cli.test_streams import FULL, in_terminal, shell, unread
from tests.conftest import Run, names_here

if sys.platform == "win32":
    pytest.skip("a POSIX shell makes these pipes", allow_module_level=True)

MORPH = "morph --seeds 1 2 --size 32 --frames 4 --pace uniform --backend numpy"
PAGE = "morph --seeds 1 2 --size 32 --frames 4 --pace uniform"
STILL = "still --seed 1 --size 32 --backend numpy"
REST = {
    "gallery --seeds 1 2 --tile 16 --backend numpy": "png",
    "sheet w.gif --tile 16 --backend numpy": "png",
    "explain --seed 1 --size 32 --backend numpy": "html",
    "export --seed 1": "npz",
}


def through(run: Run, name: str, *typed: str) -> tuple[tuple[int, str, str], bytes]:
    """Run a command that writes to a new FIFO; return what `run` does, and what came through."""
    os.mkfifo(name)
    came: list[bytes] = []
    reader = threading.Thread(target=lambda: came.append(Path(name).read_bytes()), daemon=True)
    reader.start()
    done = run(*typed)
    reader.join(timeout=10)
    return done, b"".join(came)


@pytest.mark.parametrize(
    ("typed", "ending"),
    [
        (STILL if c.still else PAGE if c.live else MORPH, c.suffixes[0])
        for c in CONTAINERS
        if not c.is_folder
    ],
)
def test_any_format_comes_through_a_pipe(run: Run, typed: str, ending: str) -> None:
    """To the byte what the file would be, recipe and all; the FIFO stays one."""
    made = run(*typed.split(), "-o", f"o{ending}")
    done, came = through(run, "p", *typed.split(), "-o", "p", "--format", ending[1:])

    assert (made[0], *done[:2]) == (0, 0, ""), made[2] + done[2]
    assert came == Path(f"o{ending}").read_bytes()
    assert Path("p").is_fifo()


@pytest.mark.parametrize(("typed", "form"), REST.items())
def test_every_command_that_writes_a_file_writes_to_pipes(run: Run, typed: str, form: str) -> None:
    """Those that draw, and those that do not."""
    run(*MORPH.split(), "-o", "w.gif")
    made = run(*typed.split(), "-o", f"o.{form}")
    done, came = through(run, "p", *typed.split(), "-o", "p", "--format", form)

    assert (made[0], *done[:2]) == (0, 0, ""), made[2] + done[2]
    assert came == Path(f"o.{form}").read_bytes()


@pytest.mark.parametrize("more", ["", "--overwrite"])
def test_a_fifo_may_say_its_format_by_its_name(run: Run, more: str) -> None:
    """As `mkfifo p.gif` does; it is written to and never replaced."""
    done, came = through(run, "p.gif", *MORPH.split(), "-o", "p.gif", *more.split())

    assert done[:2] == (0, "")
    assert came.startswith(b"GIF89a")
    assert Path("p.gif").is_fifo()


def test_stdout_holds_the_film_and_nothing_else() -> None:
    """Neither its name nor a note; all temporary files go."""
    Path("t").mkdir()
    code, out, err = shell(f"{MORPH} -o - --format mp4", TMPDIR=str(Path("t").resolve()))
    code_of_file, _, _ = shell(f"{MORPH} -o o.mp4")

    assert (code, code_of_file) == (0, 0), err
    assert out == Path("o.mp4").read_bytes()
    assert list(Path("t").iterdir()) == []


def test_a_reader_that_leaves_ends_it_without_a_word() -> None:
    """As it ends `cat`; a full disk is another matter."""
    assert unread(f"{MORPH} -q -o - --format gif", "stdout") == (141, b"", b"")
    code, _, err = shell(f"{STILL} -q -o - --format png", f">{FULL}")
    assert (code, err) == (4, b"cppnvid: stdout: cannot be written: No space left on device\n")
    code, _, err = shell(f"{STILL} -q -o - --format png", ">&-")
    assert (code, err) == (4, b"cppnvid: stdout: cannot be written: it is closed\n")


def test_a_terminal_is_not_filled_with_bytes() -> None:
    """Nobody can read them there."""
    code, said = in_terminal("utf-8", *STILL.split(), "-o", "-", "--format", "png")

    assert code == 2
    assert said == (
        "cppnvid: --output -: would fill this terminal with bytes: add '> FILE', or '| mpv -'\n"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"{MORPH} -o -", "--output: nothing says what to write to stdout: add --format mp4"),
        (f"{MORPH} -o p", "--output: nothing says what to write to the FIFO p: add --format mp4"),
        (f"{MORPH} -o p --format mpeg", "--format: must be one of mp4, m4v, webm"),
        (f"{MORPH} -o - --format a/b", "--format: must be an ending of files, such as mp4"),
        (f"{MORPH} -o p --format png", "--format: .png for p: .png holds one picture"),
        (f"{MORPH} -o - --format mp4 --for x-gif", "--format: x-gif takes .gif, given .mp4 for st"),
        (f"{MORPH} -o - --format html --repeat 3", "--repeat, --backend: does not apply to .html "),
        ("gallery --seeds 1 2 -o - --format gif", "--format: .gif for stdout: a gallery is a .png"),
        (f"{MORPH} -o q.png", "--output: q.png: .png holds one picture"),
        (f"{MORPH} -o o.mp4 --format mp4", "--format: applies only to pipes: add '--output -'"),
        (f"{MORPH} --format gif", "--format: applies only to pipes"),
        (f"{MORPH} -o p --format gif --preview", "--preview, --output: p is a pipe"),
        ("figures -o -", "--output: the figures are a folder, which no pipe holds"),
    ],
)
def test_what_no_pipe_can_be_is_refused(run: Run, typed: str, said: str) -> None:
    """Before anything is drawn, and so before anybody waits for a reader.

    None names the file that would be sent.
    """
    os.mkfifo("p")
    os.mkfifo("q.png")

    code, out, err = run(*typed.split())

    assert (code, out) == (2, "")
    assert said in err
    assert tempfile.gettempdir() not in err
    assert names_here() == ["p", "q.png"]

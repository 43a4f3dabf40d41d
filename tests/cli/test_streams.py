"""stdout and stderr that are closed, full, unread, or lack a letter, in real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Run

CLI = [sys.executable, "-m", "cppnvid"]
# The path needs no spline: scipy would take four tenths of each process's time.
MORPH = (
    "morph --seeds 1 2 --size 32 --frames 8 --path linear --pace uniform --backend numpy -o o.mp4"
)
FULL = Path("/dev/full")
LOST = "cppnvid: stdout cannot be written, and the result is lost: "

if sys.platform == "win32":
    pytest.skip("streams are broken here by a POSIX shell", allow_module_level=True)


def shell(typed: str, redirected: str = "", **environment: str) -> tuple[int, bytes, bytes]:
    """Run the command line with redirections of a shell; return its exit code, stdout, stderr."""
    if str(FULL) in redirected and not FULL.exists():
        pytest.skip("needs /dev/full")
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m cppnvid {typed} {redirected}', sys.executable],
        capture_output=True,
        env=os.environ | environment,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def unread(typed: str, stream: str) -> tuple[int, bytes, bytes]:
    """Run the command line with a stream whose reader has left."""
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing}
    done = subprocess.run([*CLI, *typed.split()], **streams, check=False)  # type: ignore[call-overload]
    os.close(writing)
    return done.returncode, done.stdout or b"", done.stderr or b""


def in_terminal(encoding: str, *typed: str) -> tuple[int, str]:
    """Run the command line in a terminal of that encoding; return its exit code and all it says."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*CLI, *typed],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # so Linux says that the terminal is closed
        pass
    os.close(ours)
    return process.wait(timeout=60), said.decode(encoding).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the film as it is when every stream works."""
    folder = tmp_path_factory.mktemp("film")
    subprocess.run([*CLI, *MORPH.split()], cwd=folder, capture_output=True, check=True)
    return (folder / "o.mp4").read_bytes()


@pytest.mark.parametrize(
    "redirected",
    ["2>&-", "2>/dev/full", ">&-", ">/dev/full", ">/dev/full 2>&1", "<&- >&- 2>&-", "1</dev/null"],
)
def test_no_stream_ends_a_film(film: bytes, redirected: str) -> None:
    """What cannot be said is dropped; the film is what it always is, and the exit code its fate."""
    code, out, err = shell(MORPH, redirected)

    assert code == 0, err
    assert out == (b"o.mp4\n" if redirected.startswith("2") else b"")
    assert b"lost" not in err
    assert Path("o.mp4").read_bytes() == film


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_no_reader_that_leaves_ends_a_film(film: bytes, stream: str) -> None:
    """Nor does a pager that was quit, or a log that is no longer followed."""
    code, out, err = unread(MORPH, stream)

    assert code == 0, err
    assert out == (b"" if stream == "stdout" else b"o.mp4\n")
    assert Path("o.mp4").read_bytes() == film


@pytest.mark.parametrize(
    ("typed", "redirected", "reason"),
    [
        ("schema", ">/dev/full", "No space left on device"),
        ("presets", ">&-", "it is closed"),
        ("presets silk", "1</dev/null", "Bad file descriptor"),
        ("--help", ">/dev/full", "No space left on device"),
        ("--version", ">&-", "it is closed"),
    ],
)
def test_a_result_that_cannot_be_written_is_a_failure(
    typed: str, redirected: str, reason: str
) -> None:
    """A command that has nothing but its stdout does not claim to have succeeded without it."""
    assert shell(typed, redirected) == (4, b"", f"{LOST}{reason}\n".encode())


def test_a_result_and_its_failure_may_both_be_lost() -> None:
    """Then the exit code alone tells."""
    assert shell("schema", ">/dev/full 2>&1") == (4, b"", b"")


@pytest.mark.parametrize("typed", ["schema", "--help", "--version"])
def test_a_reader_that_leaves_ends_a_listing_quietly(typed: str) -> None:
    """As shells report it, whoever writes: a command, or the help of typer."""
    assert unread(typed, "stdout") == (141, b"", b"")


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("typed", ["morph --seeds", "morph --sedes 1", "info no.mp4"])
def test_a_refusal_that_nobody_hears_is_one(typed: str, redirected: str) -> None:
    """Whether it is in our words or typer's."""
    assert shell(typed, redirected) == (2, b"", b"")


def test_a_run_that_nobody_hears_can_be_stopped(tmp_path: Path) -> None:
    """A service with a closed stderr ends as any other, and leaves nothing behind."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", f'exec "$0" -m cppnvid {MORPH} --frames 9999 2>&-', sys.executable],
        cwd=tmp_path,
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".o.partial-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=60) == 143
    assert list(tmp_path.iterdir()) == []


def held_by(pipe: int) -> int:
    """Return how many bytes wait in a pipe."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    count = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


def test_a_slow_reader_gets_all_of_a_stream_that_does_not_block() -> None:
    """A parent such as node leaves pipes that refuse what does not fit at once."""
    fcntl = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("needs pipes of a chosen size")
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    process = subprocess.Popen([*CLI, "schema"], stdout=writing)
    os.close(writing)
    deadline = time.monotonic() + 60
    while held_by(reading) < 4096 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)  # it has met the full pipe and waits for us
    with open(reading, "rb") as file:  # noqa: PTH123 - a descriptor
        said = file.read()

    assert process.wait(timeout=60) == 0
    assert json.loads(said)["title"]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_what_is_redirected_is_utf_8(encoding: str) -> None:
    """As Windows does not by itself; cppnvid and editors read nothing else."""
    Path("r.yaml").write_text("title: ‘a’ → 🙂\n", encoding="utf-8")

    assert shell("schema", "> s.json", PYTHONIOENCODING=encoding) == (0, b"", b"")
    drawn = shell("still r.yaml --size 32 --backend numpy -o é🙂.png", PYTHONIOENCODING=encoding)
    shown = shell("info é🙂.png", "> again.yaml", PYTHONIOENCODING=encoding)
    again = shell("still again.yaml --size 32 --backend numpy", PYTHONIOENCODING=encoding)

    json.loads(Path("s.json").read_text(encoding="utf-8"))
    assert drawn[:2] == (0, "é🙂.png\n".encode())
    assert shown == (0, b"", b"")
    text = Path("again.yaml").read_text(encoding="utf-8")
    assert text.startswith("# é🙂.png: PNG ")
    assert "\ntitle: ‘a’ → 🙂\n" in text
    assert again[:2] == (0, b"again.png\n")
    assert Path("again.png").read_bytes() == Path("é🙂.png").read_bytes()


def test_a_terminal_shows_escapes_for_letters_it_lacks() -> None:
    """Of results, of our refusals, and of typer's."""
    made = in_terminal(
        "ascii", "still", "--seed", "1", "--size=32", "--backend=numpy", "--quiet", "-oé🙂.png"
    )

    assert made == (0, "\\xe9\\U0001f642.png\n")
    assert Path("é🙂.png").exists()
    assert in_terminal("cp1252", "info", "é🙂") == (
        2,
        "cppnvid: é\\U0001f642: there is no such file\n",
    )
    code, said = in_terminal("ascii", "info", "--é")
    problem = "unknown option: 'cppnvid info --help' lists all"
    assert (code, said) == (2, f"cppnvid: --\\xe9: {problem}\n")


def test_a_name_is_written_as_the_disk_has_it() -> None:
    """So `$(cppnvid ...)` names the file, even one that is no UTF-8; a recipe stays UTF-8."""
    name = os.fsdecode(b"caf\xe9\n.png")
    try:
        Path(name).touch()
    except OSError:
        pytest.skip("this disk takes no such name")
    Path(name).unlink()
    done = subprocess.run(
        [*CLI, "still", "--seed", "1", "--size=32", "--backend=numpy", "-o", name],
        capture_output=True,
        check=True,
    )
    shown = subprocess.run([*CLI, "info", name], capture_output=True, check=True)

    assert done.stdout == b"caf\xe9\n.png\n"
    assert shown.stdout.decode("utf-8").startswith("# caf\\udce9\\n.png: PNG ")


def test_a_recipe_that_powershell_redirected_is_read(run: Run) -> None:
    """`cppnvid presets silk > silk.yaml` writes UTF-16 there."""
    _, text, _ = run("presets", "silk")
    Path("silk.yaml").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    Path("half.yaml").write_bytes(b"\xff\xfea")

    assert run("still", "silk.yaml", "--size", "32")[:2] == (0, "silk.png\n")
    code, _, err = run("still", "half.yaml")
    assert (code, err) == (2, "cppnvid: half.yaml: is not UTF-8 text, see byte 2\n")

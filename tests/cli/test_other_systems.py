"""What Windows and macOS lack is taken away from this system, and what they add is given to it."""

import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import psutil
import pytest

from cppnvid.cli.viewer import open_file
from cppnvid.encode import check_place
from cppnvid.encode.leftovers import _is_on_network, take_place
from cppnvid.errors import RecipeError
from tests.conftest import names_here

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux plays the others")

# Other packages were installed for this system, so they are loaded before anything is taken away.
_LOADED = """
import asyncio, os, signal, subprocess, sys, tempfile, types, urllib.request
import imageio_ffmpeg, numpy, PIL.Image, psutil, pydantic, scipy.signal, threadpoolctl, tqdm, typer

os.environ["IMAGEIO_FFMPEG_EXE"] = imageio_ffmpeg.get_ffmpeg_exe()
pydantic.create_model("Model", key=(int, 1))
other = typer.Typer()
other.command()(lambda: None)
other([], standalone_mode=False)
threadpoolctl.sys = types.SimpleNamespace(**vars(sys))  # it looks for libraries of this system
"""
_WINDOWS = f"""
{_LOADED}
for name in ("chown", "fork", "geteuid", "getuid", "getxattr", "killpg", "listxattr", "mkfifo",
             "sched_getaffinity", "set_blocking", "setsid", "setxattr", "statvfs", "O_NOFOLLOW"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGPIPE", "SIGUSR1"):
    delattr(signal, name)
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
signal.SIGBREAK = signal.Signals(21)  # its number there; here it is SIGTTIN's
signal.signal(signal.SIGBREAK, signal.SIG_DFL)
subprocess.CREATE_NEW_PROCESS_GROUP = 0
subprocess.STARTF_USESHOWWINDOW = 0
sys.platform = "win32"
"""
_MAC = f"""
{_LOADED}
for name in ("getxattr", "listxattr", "setxattr", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
sys.platform = "darwin"
"""
_RUN_EACH = """
from cppnvid.cli import main
for typed in sys.argv[1:]:
    try:
        main(typed.split())
    except SystemExit as end:
        assert end.code == 0, typed
"""
_RUN_AND_BREAK = """
from cppnvid.backends.numpy_ import NumpyBackend
from cppnvid.cli import main
NumpyBackend.render = lambda *_, **__: os.kill(os.getpid(), signal.SIGBREAK)
main(sys.argv[1:])
"""
_SMALL = "--size 32 --frames 4 --pace uniform --backend numpy"


@pytest.mark.parametrize(("system", "count"), [(_WINDOWS, 6), (_MAC, 3)], ids=["windows", "mac"])
def test_the_main_job_needs_no_call_of_one_system(system: str, count: int) -> None:
    """They make a film, replace another, make a folder and a still; the film is as it is here."""
    film = f"morph --seeds 1 2 {_SMALL} -o"
    typed = [f"{film} o.mp4", *[f"render o.mp4 {_SMALL} -o o.gif --overwrite"] * 2]
    typed += [*[f"{film} o/ --overwrite"] * 2, "still --seed 1 --size 32 --backend numpy"]
    done = subprocess.run(
        [sys.executable, "-c", system + _RUN_EACH, *typed[:count]],
        capture_output=True,
        check=False,
    )
    here = subprocess.run(
        [sys.executable, "-m", "cppnvid", *f"{film} here.mp4".split()],
        capture_output=True,
        check=True,
    )

    assert done.returncode == 0, done.stderr.decode()
    written = ["o.mp4", "o.gif", "o.gif", "o", "o", "still-1.png"][:count]
    assert done.stdout.decode().split() == written
    assert here.stdout == b"here.mp4\n"
    assert Path("o.mp4").read_bytes() == Path("here.mp4").read_bytes()
    assert names_here() == sorted({"here.mp4", *written})


def test_ctrl_break_ends_a_film_as_ctrl_c_does() -> None:
    """Windows has no other way to end a program of a service cleanly."""
    typed = f"morph --seeds 1 2 {_SMALL} -o o.mp4 -q"
    done = subprocess.run(
        [sys.executable, "-c", _WINDOWS + _RUN_AND_BREAK, *typed.split()],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 149, done.stderr
    assert done.stderr == "cppnvid: stopped: no broken file was left\n"
    assert names_here() == []


@pytest.mark.parametrize(
    ("name", "network"),
    [
        (r"\\nas\films\a.mp4", True),
        (r"\\?\UNC\nas\films\a.mp4", True),
        (r"Z:\films\a.mp4", True),
        (r"C:\films\a.mp4", False),
    ],
)
def test_shares_of_windows_are_on_the_network(
    name: str, network: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a drive's letter or without one; what another machine writes there is left alone."""
    disks = [
        SimpleNamespace(mountpoint="C:\\", fstype="NTFS", opts="rw,fixed"),
        SimpleNamespace(mountpoint="Z:\\", fstype="NTFS", opts="rw,remote"),
    ]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: disks)
    monkeypatch.setattr("cppnvid.encode.leftovers.Path", PureWindowsPath)

    assert _is_on_network(PureWindowsPath(name)) is network  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        *(("con.png", False), ("CON", False), ("nul .tar.gz", False), ("lpt9.mp4", False)),
        *(("a:b.png", False), ("a?.gif", False), ("a.", False), ("a.png ", False), ("a\nb", False)),
        *(("a.png", True), ("console.png", True), ("com10.mp4", True), ("é🙂 b.c.mp4", True)),
    ],
)
def test_names_that_windows_gives_to_no_file_are_refused(
    name: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`a:b.png` would be written, and found by nobody; `a.png ` would replace `a.png`."""
    check_place(Path(name), folder=False, overwrite=True)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(RecipeError, match="Windows gives") if not taken else nullcontext():
        check_place(Path(name), folder=False, overwrite=True)
    assert names_here() == []


@pytest.mark.parametrize("system", ["win32", "linux"])
def test_a_file_that_a_scanner_has_open_is_waited_for(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finished film was lost to it on Windows; elsewhere nobody waits for what stays refused."""
    waited: list[float] = []
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        if len(waited) < 3:
            raise PermissionError(13, "The process cannot access the file")
        real(source, target)

    Path("old").write_text("old")
    Path("new").write_text("new")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(os, "replace", replace)

    with pytest.raises(PermissionError) if system == "linux" else nullcontext():
        take_place(Path("new"), Path("old"))

    assert Path("old").read_text() == ("old" if system == "linux" else "new")
    assert len(waited) == (0 if system == "linux" else 3)


def test_a_new_file_that_a_scanner_has_open_is_no_sign_of_a_full_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is written to try a folder can be removed a moment later."""
    waited: list[float] = []
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if len(waited) < 2:
            raise PermissionError(13, "The process cannot access the file")
        real(self, missing_ok)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(time, "sleep", waited.append)
    monkeypatch.setattr(Path, "unlink", unlink)

    check_place(Path("a.png"), folder=False, overwrite=False)

    assert (len(waited), names_here()) == (2, [])


def test_a_page_that_windows_cannot_open_is_no_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a browser; the preview is there."""

    def start(_: Path) -> None:
        raise OSError(1155, "No application is associated with the file")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "startfile", start, raising=False)

    assert open_file(Path("a.html")) == "No application is associated with the file"

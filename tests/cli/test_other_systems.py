"""What Windows and macOS lack, taken away from this system: no command needs it."""

import subprocess
import sys
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import psutil
import pytest

from cppnvid.encode.leftovers import _is_on_network
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
signal.SIGBREAK = signal.Signals(21)  # its number there, here that of SIGTTIN
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
_RUN = """
from cppnvid.cli import main
main(sys.argv[1:])
"""
_SMALL = "--size 32 --frames 4 --pace uniform --backend numpy"


_RUN_EACH = """
from cppnvid.cli import main
for typed in sys.argv[1:]:
    try:
        main(typed.split())
    except SystemExit as end:
        assert end.code == 0, typed
"""


@pytest.mark.parametrize("system", [_WINDOWS, _MAC], ids=["windows", "mac"])
def test_the_main_job_needs_no_call_of_one_system(system: str) -> None:
    """A film, drawn again and replaced, a folder, a still; the film has the bytes it has here."""
    film = f"morph --seeds 1 2 {_SMALL} -o"
    typed = [f"{film} o.mp4", *[f"render o.mp4 {_SMALL} -o o.gif --overwrite"] * 2]
    typed += [*[f"{film} o/ --overwrite"] * 2, "still --seed 1 --size 32 --backend numpy"]
    done = subprocess.run(
        [sys.executable, "-c", system + _RUN_EACH, *typed], capture_output=True, check=False
    )
    here = subprocess.run(
        [sys.executable, "-m", "cppnvid", *f"{film} here.mp4".split()],
        capture_output=True,
        check=True,
    )

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.split() == [b"o.mp4", b"o.gif", b"o.gif", b"o", b"o", b"still-1.png"]
    assert here.stdout == b"here.mp4\n"
    assert Path("o.mp4").read_bytes() == Path("here.mp4").read_bytes()
    assert names_here() == ["here.mp4", "o", "o.gif", "o.mp4", "still-1.png"]


def test_ctrl_break_ends_a_film_as_ctrl_c_does() -> None:
    """Windows has no other way to end a program of a service cleanly."""
    code = f"{_WINDOWS}\nimport threading\n"
    code += "threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGBREAK)).start()\n" + _RUN
    typed = "morph --seeds 1 2 --size 32 --frames 99999 --pace uniform --backend numpy -o o.mp4 -q"
    done = subprocess.run(
        [sys.executable, "-c", code, *typed.split()], capture_output=True, text=True, check=False
    )

    assert done.returncode == 149, done.stderr
    assert done.stderr == "cppnvid: stopped: nothing was left behind\n"
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

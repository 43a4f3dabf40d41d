"""Where an output cannot be renamed into place it is copied there, or kept, and never lost."""

import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from cppnvid.encode import check_place, probe, write_document
from cppnvid.encode.folder import is_ours
from cppnvid.encode.leftovers import sweep, take_place
from cppnvid.encode.publish import publication, rewriting, working_folder
from cppnvid.errors import EncodeError, RecipeError
from cppnvid.networks.weights import check_target
from tests.encode.helpers import names, open_file

posix = pytest.mark.skipif(os.name != "posix", reason="has modes, FIFOs and sockets")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")


def _can_mount() -> bool:
    if not shutil.which("unshare"):
        return False
    trial = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def mounting() -> None:
    """Skip where this process may not mount."""
    if not _can_mount():
        pytest.skip("needs unshare -m and the right to mount")


WRITE = """
import os, sys, numpy as np
from fractions import Fraction
from cppnvid.encode import write_document
from cppnvid.errors import CppnvidError
from tests.encode.helpers import names, open_file
from pathlib import Path
for write in sys.argv[1:]:
    path, number, *overwrite = write.split()
    count = int(number)
    try:
        if path.endswith(".txt"):
            write_document(path, "new" * count, overwrite=bool(overwrite))
        else:
            with open_file(path, width=16, height=16, fps=Fraction(30), frames=count,
                           overwrite=bool(overwrite)) as encoder:
                encoder.write(np.zeros((count, 16, 16, 3), np.uint8))
    except CppnvidError as error:
        print(type(error).__name__, error)
    place = Path(path)
    print(*sorted(names(place)) if place.is_dir() else [place.read_text()])
"""


def mounted(folder: Path, mounts: str, *writes: str) -> list[str]:
    """Run some mounts in a namespace of their own and then writes; return what they printed.

    A write is a path, the number of frames or of repeated words, and perhaps `overwrite`.
    """
    (folder / "write.py").write_text(WRITE)
    python = shlex.join([sys.executable, "write.py", *writes])
    script = "\n".join(["set -e", mounts, python])
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def pictures(count: int) -> str:
    """Return the names that a folder of pictures without a recipe holds."""
    return " ".join(f"{k:05}.png" for k in range(count))


@pytest.mark.usefixtures("mounting")
@pytest.mark.parametrize(
    "mount",
    [
        "mount -t tmpfs tmpfs f",
        "mount --bind g f",
        "mount -t tmpfs tmpfs f; mount -o remount,ro ro",
    ],
    ids=["volume", "bind", "read-only parent"],
)
def test_pictures_are_moved_into_a_mounted_folder(tmp_path: Path, mount: str) -> None:
    """A container's volume: empty, replaced by fewer, never unasked."""
    for folder in ("f", "g", "ro"):
        (tmp_path / folder).mkdir()
    target = "f/"
    if "ro" in mount:
        target, mount = "ro/f/", "mount -t tmpfs r ro; mkdir ro/f; " + mount.replace(" f", " ro/f")

    said = mounted(
        tmp_path,
        mount,
        f"{target} 3",
        f"{target} 2 overwrite",
        f"{target} 2",
        f"{target} 1 overwrite",
    )

    assert said[:2] == [pictures(3), pictures(2)]
    assert said[2].startswith("RecipeError")
    assert "exists already" in said[2]
    assert said[3:] == [pictures(2), pictures(1)]


@pytest.mark.usefixtures("mounting")
def test_a_mounted_file_gets_new_contents(tmp_path: Path) -> None:
    """A single file that a container was given is filled, longer or shorter."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("old")

    said = mounted(
        tmp_path,
        "mount --bind b.txt a.txt",
        "a.txt 9 overwrite",
        "a.txt 0 overwrite",
        "a.txt 2 overwrite",
    )

    assert said == ["new" * 9, "", "new" * 2]
    assert (tmp_path / "b.txt").read_text() == "newnew"
    assert (tmp_path / "a.txt").read_text() == "old"  # under the mount
    assert names(tmp_path) == {"a.txt", "b.txt", "write.py"}


@pytest.mark.usefixtures("mounting")
def test_a_file_mounted_read_only_is_refused_first(tmp_path: Path) -> None:
    """What can be known is known before anything is drawn."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("old")
    mount = "mount --bind b.txt a.txt; mount -o remount,bind,ro a.txt"

    said = mounted(tmp_path, mount, "a.txt 1 overwrite")

    assert said == ["EncodeError a.txt: cannot be replaced: Read-only file system", "old"]


@pytest.mark.usefixtures("mounting")
def test_a_full_disk_leaves_a_mounted_file_as_it_was(tmp_path: Path) -> None:
    """It cannot grow: the old contents are whole, and the new ones are kept where there is room."""
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "d").mkdir()
    mount = "mount -t tmpfs -o size=8k d d; printf old > d/b.txt; mount --bind d/b.txt a.txt"

    said = mounted(tmp_path, mount, "a.txt 10000 overwrite")

    assert said[0].startswith("EncodeError")
    assert "No space left on device; what was drawn is complete in" in said[0]
    assert said[1] == "old"
    (kept,) = tmp_path.glob("a.kept-*.txt")
    assert kept.read_text() == "new" * 10000


def no_rename(path: Path, error: OSError) -> Callable[..., None]:
    """Return an `os.replace` that fails for one target, as Windows does while that is open."""
    real = os.replace

    def replace(source: Path, target: Path, **how: int) -> None:
        if Path(target) == path:
            raise error
        real(source, target, **how)

    return replace


OPEN_ELSEWHERE = PermissionError(13, "The process cannot access the file")


@pytest.mark.parametrize("text", ["a longer text than before", ""])
def test_a_file_that_is_open_elsewhere_gets_new_contents(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows renames over no open file, but many programs let others write to it."""
    path = tmp_path / "a.txt"
    path.write_text("old text")
    monkeypatch.setattr(os, "replace", no_rename(path, OPEN_ELSEWHERE))

    write_document(path, text, overwrite=True)

    assert path.read_text() == text
    assert names(tmp_path) == {"a.txt"}


def test_work_that_can_go_nowhere_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A player that lets nobody write: the film is kept beside it, twice too, under other names."""
    path = tmp_path / "a.mp4"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", no_rename(path, OPEN_ELSEWHERE))

    def fill(*_: Path) -> None:
        raise OPEN_ELSEWHERE

    monkeypatch.setattr("cppnvid.encode.replace._fill", fill)
    kept = [f"a.kept-{os.getpid()}{again}.mp4" for again in ("", "-2")]

    for name in kept:
        with (
            pytest.raises(EncodeError, match=f"access the file; .* complete in .*{name}"),
            open_file(path, width=16, height=16, fps=Fraction(30), frames=3, overwrite=True) as to,
        ):
            to.write(np.zeros((3, 16, 16, 3), np.uint8))
        assert probe(tmp_path / name).frames == 3
    assert names(tmp_path) == {"a.mp4", *kept}
    assert path.read_text() == "old"


def test_a_reserved_name_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk without links the name is taken first; a failure leaves no empty file there."""
    path = tmp_path / "a.txt"

    def refuse(*_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "replace", no_rename(path, OPEN_ELSEWHERE))
    monkeypatch.setattr("cppnvid.encode.replace._fill", refuse)

    with pytest.raises(EncodeError, match=r"Input/output error; .* complete in"):
        write_document(path, "new")

    assert names(tmp_path) == {f"a.kept-{os.getpid()}.txt"}


def test_an_interrupted_copy_keeps_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while contents are copied in: what is there may be torn, so the whole is kept."""
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted(*_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", no_rename(path, OPEN_ELSEWHERE))
    monkeypatch.setattr("cppnvid.encode.replace._fill", interrupted)

    with pytest.raises(EncodeError, match=r"interrupted while it was being replaced; .* complete"):
        write_document(path, "new", overwrite=True)

    assert (tmp_path / f"a.kept-{os.getpid()}.txt").read_text() == "new"


def write_folder(path: Path, count: int, *, overwrite: bool = False) -> None:
    """Publish a folder that looks like pictures."""
    with publication(path, overwrite=overwrite, folder=True, note=lambda _: None) as temporary:
        for k in range(count):
            (temporary / f"{k:05}.png").write_text(f"new {k}")


def test_a_folder_that_cannot_be_renamed_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mount nobody told us of, a folder that is open on Windows: its files are replaced."""
    path = tmp_path / "f"
    write_folder(path, 3)
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if path in (self, target):
            raise OSError(16, "Device or resource busy")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    write_folder(path, 2, overwrite=True)

    assert names(path) == {"00000.png", "00001.png"}
    assert names(tmp_path) == {"f"}


def test_a_folder_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that cannot be moved: the others are put back, and the new ones are kept."""
    path = tmp_path / "f"
    write_folder(path, 3)
    (path / "00000.png").write_text("old")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if path in (self, target) or (target == path / "00001.png" and "partial" in str(self)):
            raise OSError(16, "Device or resource busy")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(EncodeError, match=r"busy; what was drawn is complete in .*f\.kept-"):
        write_folder(path, 2, overwrite=True)

    assert names(path) == {f"{k:05}.png" for k in range(3)}
    assert (path / "00000.png").read_text() == "old"
    assert names(tmp_path) == {"f", f"f.kept-{os.getpid()}"}
    assert names(tmp_path / f"f.kept-{os.getpid()}") == {"00000.png", "00001.png"}


def test_what_a_killed_run_moved_aside_inside_a_folder_is_put_back(tmp_path: Path) -> None:
    """Nothing of a mounted folder is lost, nor is it refused for what is in it."""
    path = tmp_path / "f"
    write_folder(path, 2)
    aside = path / ".f.replaced-999999999"
    aside.mkdir()
    (path / "00001.png").rename(aside / "00001.png")
    (path / ".f.partial-999999999").mkdir()
    check_place(path, folder=True, overwrite=True)

    with (
        pytest.raises(RuntimeError),
        publication(path, overwrite=True, folder=True, note=lambda _: None),
    ):
        raise RuntimeError

    assert names(path) == {"00000.png", "00001.png"}


@posix
@pytest.mark.parametrize("kind", ["FIFO", "socket", "device", "link"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_not_a_file_is_never_replaced(
    tmp_path: Path, kind: str, overwrite: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever `overwrite` says, what it is is named, for films, weights and folders alike."""
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    path = Path("a.npz")
    if kind == "FIFO":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    elif kind == "device":
        path = Path("/dev/null")
    else:
        path.symlink_to("/dev/null")

    for folder in (False, True):
        with pytest.raises(RecipeError, match=r"is a (FIFO|socket|device), which is never") as told:
            check_place(path, folder=folder, overwrite=overwrite)
        assert told.value.key == "path"
    if path.name == "a.npz":
        with pytest.raises(RecipeError, match="is never replaced"):
            check_target(path, overwrite=overwrite)
    assert not path.is_file()


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_a_replaced_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    """What others could not read they cannot read now, nor while it is made."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(mode)

    with publication(path, overwrite=True, folder=False, note=lambda _: None) as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == mode
        temporary.unlink()
        temporary.write_text("new")  # as some writers do

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
@root
@pytest.mark.parametrize("folder", [False, True])
def test_what_is_replaced_keeps_its_owner(tmp_path: Path, folder: bool) -> None:
    """Root may do so; a folder's pictures keep theirs too, new ones taking that of the first."""
    path = tmp_path / "f"
    if folder:
        write_folder(path, 2)
        path.chmod(0o700)
    else:
        path.write_text("old")
    for place in (path, *(path.iterdir() if folder else ())):
        os.chown(place, 1234, 5678)
    if folder:
        (path / "00000.png").chmod(0o600)
        write_folder(path, 4, overwrite=True)
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        modes = [stat.S_IMODE((path / f"{k:05}.png").stat().st_mode) for k in (0, 2, 3)]
        assert modes == [0o600] * 3
    else:
        write_document(path, "new", overwrite=True)

    for place in (path, *(path.iterdir() if folder else ())):
        assert (place.stat().st_uid, place.stat().st_gid) == (1234, 5678)


@posix
def test_an_empty_folder_keeps_its_mode(tmp_path: Path) -> None:
    """One that was made private for the pictures stays so."""
    path = tmp_path / "f"
    path.mkdir(mode=0o700)

    write_folder(path, 2)

    assert stat.S_IMODE(path.stat().st_mode) == 0o700


@posix
def test_what_is_read_only_is_refused(tmp_path: Path) -> None:
    """Somebody protected it, so `overwrite` is not enough, for root neither."""
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o444)

    with pytest.raises(RecipeError, match="is read-only; make it writable"):
        write_document(path, "new", overwrite=True)

    assert path.read_text() == "old"
    assert names(tmp_path) == {"a.txt"}


@posix
def test_names_that_lead_nowhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links in a circle, names too long, a folder you are in that was deleted: said in words."""
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    with pytest.raises(RecipeError, match="symbolic links"):
        check_place(loop, folder=False, overwrite=True)
    with pytest.raises(RecipeError, match="name too long"):
        check_place(tmp_path / f"{'x' * 252}.txt", folder=False, overwrite=False)
    longest = tmp_path / f"{'é' * 125}x.txt"
    write_document(longest, "new")
    assert names(tmp_path) == {"loop.txt", longest.name}
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(RecipeError, match="cannot be found from here"):
        check_place(Path("a.txt"), folder=False, overwrite=False)


@posix
@pytest.mark.parametrize("name", ["x" * 251 + ".txt", "é" * 125 + ".txt", "x" * 234 + ".txt"])
def test_names_as_long_as_a_disk_takes_are_written(tmp_path: Path, name: str) -> None:
    """Working files have shorter ones, made of whole letters, which eCryptfs takes too."""
    place, alike = tmp_path / name, tmp_path / f"{name[:-5]}y.txt"
    for text in ("old", "new"):
        with (
            publication(place, overwrite=True, folder=False, note=lambda _: None) as one,
            publication(alike, overwrite=True, folder=False, note=lambda _: None) as other,
        ):
            with working_folder(one, "segments") as segments:
                for path in (one, other, segments):
                    assert len(path.name.encode("utf-8")) < 143
            one.write_text(text)
            other.write_text(text)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        place.name: "new",
        alike.name: "new",
    }


@posix
@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_of_the_longest_name_is_replaced(
    tmp_path: Path, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved aside, and where it is a mount point, file by file."""
    monkeypatch.setattr("cppnvid.encode.place.is_mounted", lambda path: inside)
    place = tmp_path / ("x" * 255)
    for picture in ("old", "new"):
        with publication(place, overwrite=True, folder=True, note=lambda _: None) as temporary:
            assert (temporary.parent == place) is (inside and picture == "new")
            assert picture == "old" or is_ours(place), "what is being written does not count"
            (temporary / "00000.png").write_text(picture)

    assert names(tmp_path) == {place.name}
    assert {path.name: path.read_text() for path in place.iterdir()} == {"00000.png": "new"}


def test_a_disk_that_cannot_sync_still_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems lack the call; one that reports lost bytes publishes nothing."""

    def refuse(number: int) -> Callable[[int], None]:
        def fsync(_: int) -> None:
            raise OSError(number, os.strerror(number))

        return fsync

    monkeypatch.setattr(os, "fsync", refuse(22))
    write_document(tmp_path / "a.txt", "new")
    monkeypatch.setattr(os, "fsync", refuse(28))
    with pytest.raises(EncodeError, match="No space left"):
        write_document(tmp_path / "b.txt", "new")

    assert names(tmp_path) == {"a.txt"}


SWEEP = """
import sys
from pathlib import Path
from cppnvid.encode.leftovers import sweep
sweep(Path(sys.argv[1]), folder=sys.argv[2] == "folder", note=print)
"""


def swept_elsewhere(path: Path, *, folder: bool) -> str:
    """Return what a sweep says that sees other processes, as one in another container does."""
    command = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", SWEEP]
    run = subprocess.run(
        [*command, path, "folder" if folder else "file"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


@pytest.mark.usefixtures("mounting")
@pytest.mark.parametrize("kind", ["file", "folder", "rewritten", "taken"])
def test_a_run_in_another_container_is_left_alone(tmp_path: Path, kind: str) -> None:
    """Its number cannot be seen, its lock can: nothing of it goes, whatever has rewritten it."""
    path, folder = tmp_path / "a.txt", kind == "folder"
    with (
        publication(path, overwrite=False, folder=folder, note=lambda _: None) as temporary,
        working_folder(temporary, "segments") as parts,
    ):
        if kind == "rewritten":
            with rewriting(temporary) as (_, target):
                target.write(b"new")
        elif kind == "taken":
            (parts / "new").write_text("new")
            take_place(parts / "new", temporary)
        assert swept_elsewhere(path, folder=folder) == ""
        assert names(tmp_path) == {temporary.name, parts.name}
    assert path.exists()

    dead = tmp_path / temporary.name
    dead.touch()
    assert "removed" in swept_elsewhere(path, folder=folder)
    assert names(tmp_path) == {path.name}


def test_a_network_disk_is_swept_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks may end at the machine there, so what changed lately may be another machine's."""
    path = tmp_path / "a.txt"
    leftover = tmp_path / ".a.partial-999999999-segments.txt"
    leftover.mkdir()
    inside = leftover / "00000.txt"
    inside.touch()
    disk = SimpleNamespace(mountpoint=str(tmp_path), fstype="cifs", opts="rw")
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: [disk])
    day_ago = time.time() - 25 * 3600

    os.utime(leftover, (day_ago, day_ago))
    sweep(path, folder=False, note=pytest.fail)
    assert leftover.exists()

    os.utime(inside, (day_ago, day_ago))
    notes: list[str] = []
    sweep(path, folder=False, note=notes.append)
    assert not leftover.exists()
    assert "removed" in notes[0]


@posix
def test_a_container_restarted_at_once_sweeps_its_own_number(tmp_path: Path) -> None:
    """All its runs may have the number 1: what is not locked is not this run's."""
    leftover = tmp_path / f".a.partial-{os.getpid()}.txt"
    leftover.touch()

    write_document(tmp_path / "a.txt", "new")

    assert names(tmp_path) == {"a.txt"}

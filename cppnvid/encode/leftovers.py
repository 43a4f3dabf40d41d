"""Tell what killed runs left from what a live one is writing, and remove the former.

A process number is no proof: that of a run in another container, or on another machine, cannot be
seen from here. So a run locks its working file, and the system unlocks it however the run ends. On
network disks, whose locks may end at the machine, only what has not changed for a day is removed.
"""

import contextlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from cppnvid.callbacks import Note
from cppnvid.encode.names import name_parts
from cppnvid.encode.patience import patiently

if sys.platform != "win32":
    import fcntl

_QUIET = 24 * 3600  # seconds; the slowest of frames at 4K take minutes, and encoders wait for 50
_NETWORK = {
    *("9p", "afpfs", "afs", "ceph", "cifs", "davfs", "drvfs", "glusterfs", "lustre", "ncpfs"),
    *("nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav"),
}
_held: dict[Path, int] = {}  # file descriptors of the working files that this process has locked


@contextlib.contextmanager
def held(working: Path) -> Iterator[None]:
    """Keep a working file or folder locked, where the system can."""
    _lock(working)
    try:
        yield
    finally:
        _unlock(working)


def take_place(successor: Path, working: Path) -> None:
    """Rename a file over a working file, which stays locked all the while."""
    if working in _held:
        _lock(successor)
    try:
        patiently(successor.replace, working)
    except BaseException:
        _unlock(successor)
        raise
    if successor in _held:
        _unlock(working)
        _held[working] = _held.pop(successor)


def _lock(working: Path) -> None:
    with contextlib.suppress(OSError):  # then others go by its last change
        number = _opened(working)
        try:
            _flock(number)
        except BaseException:
            os.close(number)
            raise
        _held[working] = number


def _unlock(working: Path) -> None:
    number = _held.pop(working, None)
    if number is not None and sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_UN)  # processes that we forked have it open too
        os.close(number)


def _opened(path: Path) -> int:
    if sys.platform == "win32":
        raise OSError("what is open cannot be renamed there")
    # Network disks lock only what is open for writing, and folders cannot be.
    return os.open(path, os.O_NOFOLLOW | (os.O_RDONLY if path.is_dir() else os.O_RDWR))


def _flock(number: int) -> None:
    if sys.platform != "win32":
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_locked(path: Path) -> bool | None:
    """Tell whether a run has locked `path`; None if nobody can tell."""
    try:
        number = _opened(path)
    except OSError:
        return None
    try:
        _flock(number)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(number)
    return False


@dataclass(frozen=True)
class _Run:
    """What one run has left, or is at work on: its working file, and what that is made from."""

    pid: int
    files: list[Path]

    def is_gone(self) -> bool:
        locks = [_is_locked(file) for file in self.files]
        if True in locks or not self._has_no_process(unlocked=None not in locks):
            return False
        # Locks that cannot be told mean little on Windows, where containers share no folders.
        known = None not in locks or sys.platform == "win32"
        return (known and not _is_on_network(self.files[0])) or self._is_quiet()

    def _has_no_process(self, *, unlocked: bool) -> bool:
        """Tell whether the process of that number, if there is one, did not write the files."""
        if self.pid == os.getpid() and unlocked:
            return True  # we would have locked them: in containers, all runs may have one number
        try:
            # 2 s allow for the coarse clocks of processes and files.
            born = psutil.Process(self.pid).create_time()
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False
        return max(map(_changed, self.files)) < born - 2

    def _is_quiet(self) -> bool:
        inside = [entry for file in self.files if file.is_dir() for entry in listed(file)]
        return max(map(_changed, [*self.files, *inside])) < time.time() - _QUIET


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _is_on_network(path: Path) -> bool:
    """Tell whether other machines may write to the disk of an absolute path."""
    if path.drive.startswith("\\\\"):  # a share of Windows that has no letter
        return True
    disks = {Path(part.mountpoint): part for part in psutil.disk_partitions(all=True)}
    disk = next((disks[folder] for folder in path.parents if folder in disks), None)
    if disk is None:
        return False
    fuse = "fuse" in disk.fstype and disk.fstype != "fuseblk"  # which is NTFS
    return fuse or disk.fstype.lower() in _NETWORK or "remote" in disk.opts.split(",")


def sweep(path: Path, *, folder: bool, note: Note) -> None:
    """Remove what dead runs left for the same target, and say so."""
    stem, suffix = name_parts(path, folder=folder)
    ours = re.compile(
        re.escape(f".{stem}.")
        + r"(?P<kind>partial|replaced)-(?P<pid>\d+)(-recipe|-segments|-fitting)?"
        + re.escape(suffix)
    )
    runs: dict[int, _Run] = {}
    aside = []
    for file in [*listed(path.parent), *(listed(path) if folder else ())]:
        match = ours.fullmatch(file.name)
        if match is not None:
            pid = int(match["pid"])
            runs.setdefault(pid, _Run(pid, [])).files.append(file)
            aside += [file] if match["kind"] == "replaced" else []
    removed = []
    for run in runs.values():
        for leftover in run.files if run.is_gone() else ():
            if leftover in aside and _restored(leftover, path):
                note(f"restored {path} after an interrupted run")
            else:
                discard(leftover)
                removed.append(str(leftover))
    if removed:
        note(f"removed {', '.join(removed)}, left by an interrupted run")


def listed(folder: Path) -> list[Path]:
    """Return what a folder holds, in order; nothing if it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _restored(old: Path, path: Path) -> bool:
    """Put back an old folder, or what was in it, that a killed run had moved aside."""
    if old.parent == path:
        for entry in old.iterdir():
            entry.replace(path / entry.name)
        old.rmdir()
        return True
    if path.exists():
        return False
    old.rename(path)
    return True


def discard(path: Path) -> None:
    """Remove a working file or folder, as far as that is possible."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            patiently(path.unlink, missing_ok=True)

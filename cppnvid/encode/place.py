"""Whether an output can be written where it is asked for, and what is there before it."""

import contextlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from cppnvid.encode.folder import entries_of, is_ours
from cppnvid.encode.names import is_file_on_windows, name_parts
from cppnvid.encode.patience import patiently
from cppnvid.errors import EncodeError, Message, RecipeError, Setting

_MOUNTS = Path("/proc/self/mountinfo")  # Linux alone has it
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def exists_error(path: Path) -> RecipeError:
    """Return the refusal to replace `path` unasked."""
    replaces = Setting("overwrite", True)
    problem = Message(
        "{path} exists already; {overwrite} replaces it", path=path, overwrite=replaces
    )
    return _refused(path, problem)


def check_place(
    path: Path, *, folder: bool, overwrite: bool, ours: Callable[[Path], bool] = is_ours
) -> None:
    """Check that an output can be written at `path`, whatever it will hold.

    Raises:
        RecipeError: for a missing parent folder, an existing output without `overwrite`, one that
            is read-only or neither a file nor a folder, or a folder that `ours` does not know; on
            Windows, for a name that it gives to no file.
        EncodeError: the folder cannot be written to, or the file that is to be replaced.
    """
    _check_name(path)
    mode = _mode_of(path)  # first, because it also says what is wrong with a name
    parent = path.parent
    if not parent.exists():
        raise _refused(path, f"{path}: the folder {parent} does not exist; create it first")
    if not parent.is_dir():
        raise _refused(path, f"{path}: {parent} is a file, not a folder")
    if mode is not None and stat.S_IFMT(mode) in _KINDS:
        kind = _KINDS[stat.S_IFMT(mode)]
        raise _refused(path, f"{path} is {kind}, which is never replaced; choose another name")
    try:
        place = path.resolve()
        here = Path.cwd()
    except (OSError, RuntimeError) as error:
        raise _refused(path, f"{path}: cannot be found from here: {error}") from error
    if folder:
        _check_folder(path, here, overwrite=overwrite, ours=ours)
    elif path.is_dir():
        raise _refused(path, f"{path} is a folder; end the name with / for PNGs, or name a file")
    elif os.path.lexists(path) and not overwrite:
        raise exists_error(path)
    # Permission bits say nothing on a read-only or full disk, or to root, so try to write.
    where = working_place(place, folder=folder)
    try:
        _try_in(where, temporary_for(place, folder=folder))
    except OSError as error:
        shown = parent if where == path.parent.resolve() else where
        raise EncodeError(f"{path}: cannot write in {shown}: {error.strerror}") from error
    if mode is not None:
        _check_replaceable(path, mode)


def _check_name(path: Path) -> None:
    if sys.platform != "win32" or not path.name.strip(".") or is_file_on_windows(path.name):
        return
    problem = (
        f"{path}: Windows gives this name to no file: choose one that has none of "
        '<>:"|?*, ends with no dot or space, and names no device, as con.png does'
    )
    raise _refused(path, problem)


def _mode_of(path: Path) -> int | None:
    """Return type and permissions of what is at `path`, None if nothing is."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _refused(path, f"{path}: {error.strerror}") from error


def _check_folder(path: Path, here: Path, *, overwrite: bool, ours: Callable[[Path], bool]) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise _refused(path, f"{path} is a file, not a folder; choose another name")
    if path.samefile(here):
        raise _refused(path, f"{path} is the folder you are in; name one inside it, as in frames/")
    if not entries_of(path):
        return
    if not overwrite:
        raise exists_error(path)
    if not ours(path):
        raise _refused(
            path,
            f"{path} holds files cppnvid did not write, so it is not replaced; choose another name",
        )


def _check_replaceable(path: Path, mode: int) -> None:
    """Refuse what is protected by its mode, or by anything that opening it for writing shows."""
    if not mode & 0o222:
        raise _refused(path, f"{path} is read-only; make it writable, or choose another name")
    if stat.S_ISREG(mode):
        try:
            path.open("r+b").close()
        except OSError as error:
            raise EncodeError(f"{path}: cannot be replaced: {error.strerror}") from error


def _refused(path: Path, problem: str) -> RecipeError:
    return RecipeError(problem, key="path", given=str(path))


def _try_in(where: Path, temporary: Path) -> None:
    """Write and remove a file in a folder, under a name that no other run has."""
    trial = where / f"{temporary.stem}-{secrets.token_hex(4)}.try"
    trial.open("xb").close()
    patiently(trial.unlink)


def temporary_for(path: Path, *, folder: bool) -> Path:
    """Return this process's working name for the target `path`."""
    stem, suffix = name_parts(path, folder=folder)
    name = f".{stem}.partial-{os.getpid()}{suffix}"
    return working_place(path, folder=folder) / name


def working_place(path: Path, *, folder: bool) -> Path:
    """Return the folder in which an output is prepared: on its own disk, where it can be moved.

    This is the folder it will be in; but a folder that is a mount point, or lies where nothing can
    be created, cannot be replaced, so what it will hold is prepared inside it.
    """
    if folder and path.is_dir() and (is_mounted(path) or not _is_writable(path.parent)):
        return path
    return path.parent


def is_mounted(path: Path) -> bool:
    """Tell whether another disk, or another part of this one, is mounted at an absolute path."""
    return os.path.ismount(path) or str(path) in _mount_points()


def _mount_points() -> set[str]:
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return set()
    return {_unescaped(line.split()[4]) for line in lines}


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _is_writable(folder: Path) -> bool:
    try:
        _try_in(folder, Path(".cppnvid"))
    except OSError:
        return False
    return True


def keep_attributes(old: Path, new: Path) -> None:
    """Give a new file or folder the owner, permissions and extended attributes of an old one.

    As far as the system allows: only root may give a file to somebody else.
    """
    kept = old.stat()
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(new, -1, kept.st_gid)
        with contextlib.suppress(OSError):
            os.chown(new, kept.st_uid, -1)
    with contextlib.suppress(OSError):
        new.chmod(stat.S_IMODE(kept.st_mode))  # after the owner, whose change resets parts of it
    if hasattr(os, "listxattr"):  # access lists; without them, the mode would say too much
        with contextlib.suppress(OSError):
            for name in os.listxattr(old):
                with contextlib.suppress(OSError):
                    os.setxattr(new, name, os.getxattr(old, name))

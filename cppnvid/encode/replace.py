"""Put a finished file or folder under its name, by a rename or, where none is possible, inside it.

A mount point cannot be renamed over, nor a file in somebody else's sticky folder, nor one that is
open on Windows. There the contents are written into what is there.
"""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cppnvid.encode.folder import entries_of
from cppnvid.encode.names import name_parts
from cppnvid.encode.patience import patiently
from cppnvid.encode.place import keep_attributes

_AT_ONCE = 1 << 20  # bytes copied at a time


def place_file(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Make a finished file appear as `path`.

    Raises:
        FileExistsError: something is there that must not be replaced.
        OSError: the system allows none of the ways.
    """
    if overwrite:
        if os.path.lexists(path):
            if not path.is_file():
                raise FileExistsError
            keep_attributes(path, temporary)
        _replace_or_fill(temporary, path)
        return
    try:
        os.link(temporary, path)  # unlike a rename, fails where the name is taken
    except FileExistsError:
        raise
    except OSError:  # FAT and some network disks have no links: reserve the name instead
        path.open("xb").close()
        try:
            _replace_or_fill(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise


def _replace_or_fill(temporary: Path, path: Path) -> None:
    try:
        patiently(temporary.replace, path)
    except OSError:
        if not path.is_file():
            raise
        _fill(path, temporary)


def _fill(path: Path, source: Path) -> None:
    """Write one file's contents into another.

    What makes it longer is written first: on a disk that is too full for it, the file is cut to
    what it was, and no byte of it has changed.
    """
    with source.open("rb") as new, path.open("r+b") as old:
        size, before = os.fstat(new.fileno()).st_size, os.fstat(old.fileno()).st_size
        if size > before:
            try:
                _copy(new, old, before, size)
            except BaseException:
                old.truncate(before)
                raise
        _copy(new, old, 0, min(size, before))
        old.truncate(size)


def _copy(new: BinaryIO, old: BinaryIO, start: int, end: int) -> None:
    new.seek(start)
    old.seek(start)
    while (left := end - new.tell()) > 0:
        old.write(new.read(min(left, _AT_ONCE)))
    old.flush()
    os.fsync(old.fileno())


def place_folder(
    temporary: Path, path: Path, *, overwrite: bool, ours: Callable[[Path], bool]
) -> None:
    """Make a finished folder appear as `path`; raises as `place_file`."""
    if os.path.lexists(path):
        if not path.is_dir():
            raise FileExistsError
        if entries_of(path) and (not overwrite or not ours(path)):
            raise FileExistsError
        _keep_all_attributes(path, temporary)
    if temporary.parent == path:
        _move_in(temporary, path)
        return
    try:
        _swap(temporary, path)
    except OSError:
        if not path.is_dir():
            raise
        _copy_in(temporary, path)


def _keep_all_attributes(old: Path, new: Path) -> None:
    """Give a folder and the files in it the attributes of another and of its files."""
    olds = entries_of(old)
    for entry in new.iterdir() if olds else ():
        like = old / entry.name
        keep_attributes(like if like.exists() else olds[0], entry)
    keep_attributes(old, new)


def _aside(path: Path) -> str:
    """Return the name under which an old folder, or what is in it, waits to be removed."""
    return f".{name_parts(path, folder=True)[0]}.replaced-{os.getpid()}"


def _swap(temporary: Path, path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()  # Windows renames over nothing, not even over an empty folder
    if not os.path.lexists(path):
        patiently(temporary.rename, path)
        return
    old = path.with_name(_aside(path))
    patiently(path.rename, old)
    try:
        patiently(temporary.rename, path)
    except BaseException:
        patiently(old.rename, path)
        raise
    shutil.rmtree(old, ignore_errors=True)  # if one is open on Windows, the next run does it


def _copy_in(temporary: Path, path: Path) -> None:
    inner = path / temporary.name
    try:
        shutil.copytree(temporary, inner)
        _keep_all_attributes(temporary, inner)
        _move_in(inner, path)
    except BaseException:
        shutil.rmtree(inner, ignore_errors=True)
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def _move_in(temporary: Path, path: Path) -> None:
    """Let the files of a folder inside `path` take the place of the others there, all or none."""
    aside = path / _aside(path)
    olds = entries_of(path)
    moves = [(old, aside / old.name) for old in olds]
    moves += [(new, path / new.name) for new in sorted(temporary.iterdir())]
    done: list[tuple[Path, Path]] = []
    aside.mkdir()
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
    temporary.rmdir()

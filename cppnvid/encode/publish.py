"""Let a file appear under its name only when it is complete, and clean up after killed runs.

Everything is written to `.<stem>.partial-<pid><suffix>` beside the target, hence on the same file
system, and moved over it at the very end; a folder that is a mount point is prepared inside it.
What is complete and cannot be published is kept beside the target as `<stem>.kept-<pid><suffix>`.

A killed run leaves at most such a file, and beside it what it is made from; the next run for the
same target sees that it is gone and removes them (`leftovers`). Nothing is left in the folder for
temporary files, where nobody would look.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cppnvid.callbacks import Note
from cppnvid.encode.folder import is_ours
from cppnvid.encode.leftovers import discard, held, sweep, take_place
from cppnvid.encode.names import name_parts
from cppnvid.encode.patience import patiently
from cppnvid.encode.place import exists_error, temporary_for
from cppnvid.encode.replace import place_file, place_folder
from cppnvid.errors import EncodeError

# Some file systems of the FUSE kind have no such call.
_CANNOT_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


@contextlib.contextmanager
def publication(
    path: Path,
    *,
    overwrite: bool,
    folder: bool,
    note: Note,
    ours: Callable[[Path], bool] = is_ours,
) -> Iterator[Path]:
    """Yield a temporary path; publish it as `path` after the block, or discard it if it raises.

    `path` is absolute. Its old content stays as it is until the new one replaces it whole; a folder
    is only ever replaced if `ours` knows it for one that cppnvid wrote.

    Raises:
        RecipeError: when `path` exists and `overwrite` is false.
        EncodeError: when `path` appeared meanwhile, or the disk refuses; names what was kept.
    """
    if not folder and not overwrite and os.path.lexists(path):
        raise exists_error(path)
    temporary = temporary_for(path, folder=folder)
    try:
        sweep(path, folder=folder, note=note)
        if folder:
            temporary.mkdir()
        else:
            temporary.open("xb").close()
    except FileExistsError as error:
        raise EncodeError(
            f"{path}: this process, or one in another container, is writing it already"
        ) from error
    except OSError as error:
        raise _disk_error(path, error) from error
    with held(temporary):
        try:
            if not folder:
                _hide(temporary, path)
            yield temporary
            if not folder:
                _flush(temporary)
        except BaseException:
            discard(temporary)
            raise
        _publish(temporary, path, folder=folder, overwrite=overwrite, ours=ours)


def _hide(temporary: Path, path: Path) -> None:
    """Show nobody what is to replace a file while it is made who may not read that file."""
    with contextlib.suppress(OSError):  # mostly because there is none
        temporary.chmod(path.stat().st_mode & 0o777 | 0o600)


def _publish(
    temporary: Path, path: Path, *, folder: bool, overwrite: bool, ours: Callable[[Path], bool]
) -> None:
    """Put finished work under its name; keep it if that fails: it may have taken hours."""
    try:
        if folder:
            place_folder(temporary, path, overwrite=overwrite, ours=ours)
        else:
            place_file(temporary, path, overwrite=overwrite)
    except FileExistsError as error:
        problem = "appeared while it was being drawn and is left alone"
        raise _kept(temporary, path, problem) from error
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise _kept(temporary, path, problem) from error
    except BaseException as error:
        if not os.path.lexists(temporary):
            raise
        raise _kept(temporary, path, "interrupted while it was being replaced") from error
    discard(temporary)


def _flush(temporary: Path) -> None:
    """Make sure that the disk has the file: a network disk may only now say that it is full."""
    try:
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise _disk_error(temporary, error) from error


def _kept(temporary: Path, path: Path, problem: str) -> EncodeError:
    """Give finished work a name that no run removes; return the error that says where it is."""
    if not os.path.lexists(temporary):
        return EncodeError(f"{path}: {problem}")
    stem, suffix = name_parts(path, folder=temporary.is_dir())
    names = (
        f"{stem}.kept-{os.getpid()}{n}{suffix}" for n in ("", *(f"-{k}" for k in range(2, 999)))
    )
    # In a container every run may have the same number, so an earlier one may be kept there.
    free = (temporary.with_name(name) for name in names)
    kept = next((place for place in free if not os.path.lexists(place)), temporary)
    try:
        patiently(temporary.rename, kept)
    except OSError:
        kept = temporary
    return EncodeError(f"{path}: {problem}; what was drawn is complete in {kept}")


@contextlib.contextmanager
def working_file(temporary: Path, text: str) -> Iterator[Path]:
    """Yield a file beside the temporary one that holds a recipe's text; remove it afterwards.

    Raises:
        EncodeError: when the disk refuses.
    """
    file = temporary.with_name(f"{temporary.stem}-recipe{temporary.suffix}")
    try:
        try:
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise _disk_error(file, error) from error
        yield file
    finally:
        discard(file)


@contextlib.contextmanager
def working_folder(temporary: Path, purpose: str) -> Iterator[Path]:
    """Yield a folder beside the temporary file, for what it is made from; remove it afterwards.

    `purpose` is `segments` or `fitting`, as `_sweep` knows them.

    Raises:
        EncodeError: when the disk refuses.
    """
    folder = temporary.with_name(f"{temporary.stem}-{purpose}{temporary.suffix}")
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise _disk_error(folder, error) from error
    try:
        yield folder
    finally:
        discard(folder)


@contextlib.contextmanager
def rewriting(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Yield `path` open for reading and its successor for writing; the successor then replaces it.

    Raises:
        EncodeError: when the disk refuses.
    """
    successor = path.with_name(f"{path.stem}-recipe{path.suffix}")
    try:
        with path.open("rb") as source, successor.open("xb") as target:
            yield source, target
        take_place(successor, path)
    except OSError as error:
        raise _disk_error(path, error) from error
    finally:
        discard(successor)


def _disk_error(path: Path, error: OSError) -> EncodeError:
    return EncodeError(f"{path}: cannot be written: {error.strerror or error}")

"""Let a file appear under its name only when it is complete, and clean up after killed runs.

Everything is written to `.<stem>.partial-<pid><suffix>` beside the target, hence on the same file
system, and moved over it at the very end. A killed run leaves at most such a file, and beside it
what it is made from; the next run for the same target sees that its process is gone and removes
them. Those of other targets stay: the folder may be shared with machines whose processes cannot be
seen from here. Nothing is left in the folder for temporary files, where nobody would look.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import psutil

from cppnvid.callbacks import Note
from cppnvid.encode.folder import is_ours
from cppnvid.errors import EncodeError, Message, RecipeError, Setting


def exists_error(path: Path) -> RecipeError:
    """Return the refusal to replace `path` unasked."""
    replaces = Setting("overwrite", True)
    problem = Message(
        "{path} exists already; {overwrite} replaces it", path=path, overwrite=replaces
    )
    return _refused(path, problem)


def check_place(path: Path, *, folder: bool, overwrite: bool) -> None:
    """Check that an output can be written at `path`, whatever it will hold.

    Raises:
        RecipeError: for a missing parent folder, an existing output without `overwrite`, or a
            folder holding other things.
        EncodeError: the folder cannot be written to.
    """
    parent = path.parent
    if not parent.exists():
        raise _refused(path, f"{path}: the folder {parent} does not exist; create it first")
    if not parent.is_dir():
        raise _refused(path, f"{path}: {parent} is a file, not a folder")
    if folder:
        _check_folder(path, overwrite=overwrite)
    elif path.is_dir():
        raise _refused(path, f"{path} is a folder; end the name with / for PNGs, or name a file")
    elif os.path.lexists(path) and not overwrite:
        raise exists_error(path)
    # Permission bits say nothing on a read-only or full disk, or to root, so try to write.
    trial = temporary_for(path.resolve(), folder=folder).with_suffix(".try")
    try:
        trial.open("xb").close()
        trial.unlink()
    except OSError as error:
        raise EncodeError(f"{path}: cannot write in {parent}: {error.strerror}") from error


def _check_folder(path: Path, *, overwrite: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise _refused(path, f"{path} is a file, not a folder; choose another name")
    if path.samefile(Path.cwd()):
        raise _refused(path, f"{path} is the folder you are in; name one inside it, as in frames/")
    if not any(path.iterdir()):
        return
    if not overwrite:
        raise exists_error(path)
    if not is_ours(path):
        raise _refused(
            path,
            f"{path} holds files cppnvid did not write, so it is not replaced; choose another name",
        )


def _refused(path: Path, problem: str) -> RecipeError:
    return RecipeError(problem, key="path", given=str(path))


def temporary_for(path: Path, *, folder: bool) -> Path:
    """Return this process's temporary name for the target `path`."""
    stem, suffix = (path.name, "") if folder else (path.stem, path.suffix)
    return path.with_name(f".{stem}.partial-{os.getpid()}{suffix}")


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
        EncodeError: when `path` appeared meanwhile, or the disk refuses.
    """
    if not folder and not overwrite and os.path.lexists(path):
        raise exists_error(path)
    temporary = temporary_for(path, folder=folder)
    try:
        _sweep(path, folder=folder, note=note)
        if folder:
            temporary.mkdir()
        else:
            temporary.open("xb").close()
    except FileExistsError as error:
        raise EncodeError(f"{path}: this process is writing it already") from error
    except OSError as error:
        raise _disk_error(path, error) from error
    try:
        yield temporary
        try:
            if folder:
                _publish_folder(temporary, path, overwrite=overwrite, ours=ours)
            else:
                _publish_file(temporary, path, overwrite=overwrite)
        except FileExistsError as error:
            # Hours of drawing are not thrown away over a name.
            kept = path.with_name(temporary.name[1:].replace(".partial-", ".kept-"))
            temporary.rename(kept)
            raise EncodeError(
                f"{path}: appeared while it was being drawn and is left alone; "
                f"what was drawn is complete in {kept}"
            ) from error
        except OSError as error:
            raise _disk_error(path, error) from error
    finally:
        _discard(temporary)


@contextlib.contextmanager
def working_file(temporary: Path, text: str) -> Iterator[Path]:
    """Yield a file beside the temporary one that holds a recipe's text; remove it afterwards.

    Raises:
        EncodeError: when the disk refuses.
    """
    file = temporary.with_name(f"{temporary.stem}-recipe{temporary.suffix}")
    try:
        try:
            file.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise _disk_error(file, error) from error
        yield file
    finally:
        _discard(file)


@contextlib.contextmanager
def working_folder(temporary: Path, purpose: str) -> Iterator[Path]:
    """Yield a folder beside the temporary file, for what it is made from; remove it afterwards.

    `purpose` is `segments` or `fitting`, as `_sweep` knows them.

    Raises:
        EncodeError: when the disk refuses.
    """
    folder = temporary.with_name(f"{temporary.stem}-{purpose}{temporary.suffix}")
    try:
        folder.mkdir()
    except OSError as error:
        raise _disk_error(folder, error) from error
    try:
        yield folder
    finally:
        _discard(folder)


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
        successor.replace(path)
    except OSError as error:
        raise _disk_error(path, error) from error
    finally:
        _discard(successor)


def _disk_error(path: Path, error: OSError) -> EncodeError:
    return EncodeError(f"{path}: cannot be written: {error.strerror or error}")


def _publish_file(temporary: Path, path: Path, *, overwrite: bool) -> None:
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())  # a network disk may only now say that it is full
    if overwrite:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path)  # unlike a rename, fails where the name is taken
    except FileExistsError:
        raise
    except OSError:  # FAT and some network disks have no links: reserve the name instead
        path.open("xb").close()
        temporary.replace(path)


def _publish_folder(
    temporary: Path, path: Path, *, overwrite: bool, ours: Callable[[Path], bool]
) -> None:
    if path.is_dir() and not any(path.iterdir()):
        path.rmdir()  # Windows renames over nothing, not even over an empty folder
    if not os.path.lexists(path):
        temporary.rename(path)
        return
    if not overwrite or not ours(path):
        raise FileExistsError
    old = path.with_name(f".{path.name}.replaced-{os.getpid()}")
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)


def _sweep(path: Path, *, folder: bool, note: Note) -> None:
    """Remove what dead runs left for the same target, and say so."""
    stem, suffix = (path.name, "") if folder else (path.stem, path.suffix)
    ours = re.compile(
        re.escape(f".{stem}.")
        + r"(?P<kind>partial|replaced)-(?P<pid>\d+)(-recipe|-segments|-fitting)?"
        + re.escape(suffix)
    )
    removed = []
    for leftover in sorted(path.parent.iterdir()):
        match = ours.fullmatch(leftover.name)
        if match is None or not _abandoned(leftover, int(match["pid"])):
            continue
        if match["kind"] == "replaced" and not path.exists():
            leftover.rename(path)  # killed between two renames: the old folder is still whole
            note(f"restored {path} after an interrupted run")
        else:
            _discard(leftover)
            removed.append(str(leftover))
    if removed:
        note(f"removed {', '.join(removed)}, left by an interrupted run")


def _abandoned(leftover: Path, pid: int) -> bool:
    """Tell whether the process that wrote `leftover` is gone, even if its number is used again."""
    try:
        # In a container every run may get the same number, so ask whether it is older than the
        # file; 2 s allow for the coarse clocks of both.
        born = psutil.Process(pid).create_time()
        return leftover.stat().st_mtime < born - 2
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

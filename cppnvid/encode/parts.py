"""Finished segments of a film, kept beside it until it is published, so that a killed run goes on.

They lie in `.loop.mp4.parts` for `loop.mp4`, with a manifest of one JSON object a line. Its first
line says what made them, all that decides their bytes; each other line is written when a segment is
complete and on the disk, with its size and hash. What is not listed, or is no longer what its line
says, is drawn again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cppnvid.callbacks import Note
from cppnvid.encode.leftovers import discard, listed
from cppnvid.encode.names import LONGEST_NAME, shortened
from cppnvid.encode.patience import patiently
from cppnvid.encode.segments import Segment, segment_name
from cppnvid.errors import EncodeError, RecipeError

PARTS = ".parts"
_MANIFEST, _LOCK, _OWNER = "manifest.jsonl", "lock", "process"
_VERSION = 1  # of the manifest
_LONGEST_MANIFEST = 20_000_000  # bytes; a line has 150, and a day of film 21,600 segments
_AT_ONCE = 1 << 20  # bytes that are read at a time
# The first bytes of files of our containers, and where they are: ffmpeg would also open a list of
# other files under the name of a segment.
_STARTS = ((4, b"ftyp"), (0, b"\x1a\x45\xdf\xa3"))


@dataclass(frozen=True)
class PartsReport:
    """What a folder of parts holds.

    Attributes:
        film: the name of the file that they are of.
        made_by: what decides their bytes, by a name for each.
        segments: how many are complete.
        frames: how many these have.
        total: how many the film has.
        size: of all in bytes.
    """

    film: str
    made_by: Mapping[str, str]
    segments: int
    frames: int
    total: int
    size: int


@dataclass
class Parts:
    """The kept segments of one film, while a run has them for itself.

    Attributes:
        folder: where they are.
        work: where this run makes others. An ffmpeg that outlives a killed run may still write, but
            not here.
        kept: the numbers of those that are complete.
    """

    folder: Path
    work: Path
    _segments: Sequence[Segment]
    _suffix: str
    _made_by: Mapping[str, str]
    kept: set[int] = field(default_factory=set)

    @property
    def frames(self) -> int:
        """How many frames are kept."""
        return sum(len(self._segments[index]) for index in self.kept)

    def keep(self, index: int) -> None:
        """Take a complete segment from `work`, and list it once the disk has it.

        Raises:
            EncodeError: the disk refuses.
        """
        segment = self._segments[index]
        name = segment_name(index, self._suffix)
        place = self.folder / name
        try:
            with (self.work / name).open("rb+") as file:
                os.fsync(file.fileno())
            patiently((self.work / name).replace, place)
            size, digest = _hashed(place)
            line = {"segment": index, "frames": [segment.start, segment.stop]}
            self._append(line | {"bytes": size, "sha256": digest})
        except OSError as error:
            raise EncodeError(f"{place}: cannot be written: {error.strerror or error}") from error
        self.kept.add(index)

    def _append(self, line: Mapping[str, Any]) -> None:
        with (self.folder / _MANIFEST).open("a", encoding="ascii") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def find(self) -> str:
        """Keep what is whole and was made in the same way; remove the rest.

        Returns:
            Why nothing is kept that was there, in words; empty if nothing was, or all is well.
        """
        head, lines = _manifest(self.folder)
        why = "" if head is None else _difference(head, self._head())
        for line in lines if head is not None and not why else ():
            index = line.get("segment")
            if self._is_whole(index, line):
                assert isinstance(index, int)
                self.kept.add(index)
        wanted = {segment_name(index, self._suffix) for index in self.kept} | {_LOCK, _OWNER}
        for entry in listed(self.folder):
            if entry.name not in wanted:
                discard(entry)
        self.work.mkdir(mode=0o700)
        self._append(self._head())
        for line in lines:
            if line.get("segment") in self.kept:
                self._append(line)
        return why

    def _head(self) -> dict[str, Any]:
        bounds = [self._segments[0].stop, self._segments[-1].stop]
        return {"cppnvid parts": _VERSION, "frames": bounds, "made by": dict(self._made_by)}

    def _is_whole(self, index: object, line: Mapping[str, Any]) -> bool:
        """Return whether a segment is what its line says."""
        if not isinstance(index, int) or not 0 <= index < len(self._segments):
            return False
        segment = self._segments[index]
        place = self.folder / segment_name(index, self._suffix)
        if line.get("frames") != [segment.start, segment.stop] or place.is_symlink():
            return False
        with contextlib.suppress(OSError):
            if place.is_file() and place.stat().st_size == line.get("bytes"):
                with place.open("rb") as file:
                    start = file.read(8)
                if any(start[at:].startswith(mark) for at, mark in _STARTS):
                    return _hashed(place)[1] == line.get("sha256")
        return False


def parts_folder(path: Path) -> Path:
    """Return where the parts of a film lie, given its absolute path."""
    room = LONGEST_NAME - len(f".{PARTS}{path.suffix}".encode())
    return path.with_name(f".{shortened(path.stem, room)}{path.suffix}{PARTS}")


@contextlib.contextmanager
def kept_parts(
    path: Path,
    segments: Sequence[Segment],
    made_by: Mapping[str, str],
    *,
    fresh: bool,
    note: Note,
) -> Iterator[Parts]:
    """Yield the parts of a film; remove them after the block unless it raises.

    Args:
        path: of the film, absolute.
        segments: of the film.
        made_by: all that decides their bytes, by names that a note can have.
        fresh: what is there is thrown away.
        note: called with what is kept, or why nothing is.

    Raises:
        RecipeError: something else has the folder's name.
        EncodeError: another run has the film, or the disk refuses.
    """
    folder = parts_folder(path)
    _check_ours(folder)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise EncodeError(f"{folder}: cannot be made: {error.strerror}") from error
    work = folder / f"run-{os.getpid()}-{secrets.token_hex(4)}"
    parts = Parts(folder, work, segments, path.suffix, made_by)
    total, has_it = segments[-1].stop, False
    try:
        with _alone(folder, path):
            has_it = True
            _look(parts, fresh=fresh, note=note)
            yield parts
    except BaseException:
        if parts.kept:
            note(
                f"{parts.frames} of {total} frames are kept in {folder.name}: the same command "
                f"goes on from there"
            )
        elif has_it:
            discard(folder)
        raise
    discard(folder)


def _look(parts: Parts, *, fresh: bool, note: Note) -> None:
    """Find what is there, and say so."""
    folder = parts.folder
    try:
        if fresh:
            discard(folder / _MANIFEST)
        why = parts.find()
    except OSError as error:
        raise EncodeError(f"{folder}: cannot be used: {error.strerror or error}") from error
    if why:
        note(f"{why} since {folder.name} was made: the film is drawn from its start")
    if parts.kept:
        note(f"going on: {parts.frames} frames are in {folder.name} already")


@contextlib.contextmanager
def _alone(folder: Path, path: Path) -> Iterator[None]:
    """Hold a folder's lock, which ends with the process however that ends.

    Raises:
        EncodeError: another run holds it.
    """
    from filelock import FileLock, Timeout  # which only films of several segments need

    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        with contextlib.suppress(OSError):
            number = (folder / _OWNER).read_text(encoding="ascii")[:20].strip()
            raise EncodeError(f"{path}: process {number} is drawing it already") from error
        raise EncodeError(f"{path}: another run is drawing it already") from error
    except (OSError, NotImplementedError):  # a disk without locks: nobody can tell
        yield
        return
    try:
        with contextlib.suppress(OSError):
            (folder / _OWNER).write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        lock.release()


def _check_ours(folder: Path) -> None:
    """Refuse a folder of this name that holds anything but parts."""
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise RecipeError(
            f"{folder} is no folder, and the finished parts of this film would lie there: remove "
            f"it, or choose another name",
            key="path",
            given=str(folder),
        )
    names = {entry.name for entry in listed(folder)}
    if names - {_LOCK, _OWNER} and _MANIFEST not in names:
        raise RecipeError(
            f"{folder} was not made by cppnvid, and the finished parts of this film would lie "
            f"there: remove it, or choose another name",
            key="path",
            given=str(folder),
        )


def report_parts(folder: Path) -> PartsReport:
    """Return what a folder of parts holds.

    Raises:
        RecipeError: it is no such folder.
    """
    head, lines = _manifest(folder)
    if head is None:
        raise RecipeError(f"{folder}: is no folder of a film's finished parts")
    good = [line for line in lines if isinstance(line.get("bytes"), int)]
    counts = [line["frames"][1] - line["frames"][0] for line in good]
    total = head["frames"][1]
    film = folder.name.removeprefix(".").removesuffix(PARTS)
    size = sum(line["bytes"] for line in good)
    return PartsReport(film, head["made by"], len(good), sum(counts), total, size)


def _manifest(folder: Path) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return a manifest's first line and the others, without any that a killed run cut short."""
    found: list[dict[str, Any]] = []
    with contextlib.suppress(OSError):
        place = folder / _MANIFEST
        if place.is_file() and place.stat().st_size <= _LONGEST_MANIFEST:
            for line in place.read_text(encoding="ascii", errors="replace").splitlines():
                with contextlib.suppress(ValueError, RecursionError):
                    read = json.loads(line)
                    if isinstance(read, dict):
                        found.append(read)
    if not found or not _is_head(found[0]):
        return None, []
    return found[0], [line for line in found[1:] if _is_pair(line.get("frames"))]


def _is_head(line: Mapping[str, Any]) -> bool:
    made_by = line.get("made by")
    plain = isinstance(made_by, dict) and all(isinstance(v, str) for v in made_by.values())
    return "cppnvid parts" in line and plain and _is_pair(line.get("frames"))


def _is_pair(value: object) -> bool:
    whole = isinstance(value, list) and all(isinstance(number, int) for number in value)
    return whole and isinstance(value, list) and len(value) == 2


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return what differs between two first lines, in words; empty if nothing does."""
    if before == now:
        return ""
    old, new = before["made by"], now["made by"]
    names = [name for name in new if old.get(name) != new[name]]
    listed_names = ", ".join(names) if names else "the length of parts"
    return f"{listed_names} {'have' if len(names) > 1 else 'has'} changed"


def _hashed(place: Path) -> tuple[int, str]:
    """Return a file's size in bytes and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    with place.open("rb") as file:
        while block := file.read(_AT_ONCE):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()

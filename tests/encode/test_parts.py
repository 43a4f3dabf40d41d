"""Finished segments are kept until their film is published: damaged, foreign, busy, and whole."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.callbacks import silent
from cppnvid.encode import report_parts
from cppnvid.encode.encoder import Encoder, open_encoder
from cppnvid.encode.parts import parts_folder
from cppnvid.errors import EncodeError, RecipeError
from tests.conftest import Run
from tests.encode.helpers import RECIPE, target, waves

FRAMES, PART = 22, 4  # at one frame a second; six segments, of four frames or three
FOLDER = ".a.mp4.parts"


class Killed(BaseException):
    """Ends a run in the middle."""


@pytest.fixture(scope="module")
def film() -> NDArray[np.uint8]:
    """Return the frames of a small film."""
    return waves(FRAMES, 32)


def opened(name: str = "a.mp4", notes: list[str] | None = None, **how: Any) -> Encoder:
    """Open an encoder that keeps parts."""
    drawn_by, fresh = how.pop("drawn_by", "numpy 2"), how.pop("fresh", False)
    place = target(Path(name), width=32, height=32, fps=Fraction(1), frames=FRAMES, **how)
    note = silent if notes is None else notes.append
    place = replace(place, drawn_by=drawn_by, fresh=fresh)
    return open_encoder(place, recipe_text=RECIPE, at_once=2, note=note)


def draw(film: NDArray[np.uint8], *, dies_after: int | None = None, **how: Any) -> list[int]:
    """Write a film, or a part of it; return the numbers of the frames that were asked for."""
    order: list[int] = []
    with contextlib.suppress(Killed), opened(**how) as encoder:
        order += encoder.order
        for number in order[:dies_after]:
            encoder.write(film[number : number + 1])
        if dies_after is not None:
            raise Killed
    return order


@pytest.fixture
def whole(film: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return the bytes of a film that was never interrupted, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    assert len(draw(film, name="whole.mp4")) == FRAMES
    return Path("whole.mp4").read_bytes()


def names() -> list[str]:
    """Return what is in the folder."""
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("dies_after", [0, 3, 9, 15, 21])
def test_a_run_goes_on_where_another_died(
    film: NDArray[np.uint8], whole: bytes, dies_after: int
) -> None:
    """At most the segments that were open are drawn again; the file is the same to the byte."""
    said: list[str] = []
    draw(film, dies_after=dies_after)
    kept = report_parts(Path(FOLDER)).frames if Path(FOLDER).exists() else 0

    again = draw(film, notes=said)

    assert len(again) == FRAMES - kept
    assert kept >= dies_after - 4 * PART  # two are open, two may be writing their last frames
    assert Path("a.mp4").read_bytes() == whole
    assert names() == ["a.mp4", "whole.mp4"]
    assert said == ([f"going on: {kept} frames are in {FOLDER} already"] if kept else [])


def _kept(folder: Path) -> list[Path]:
    """Return the parts that the manifest lists, in order."""
    lines = (folder / "manifest.jsonl").read_text(encoding="ascii").splitlines()[1:]
    return sorted(folder / f"{json.loads(line)['segment']:05}.mp4" for line in lines)


def _cut(folder: Path) -> None:
    part = _kept(folder)[-1]
    os.truncate(part, part.stat().st_size - 1)


def _flip(folder: Path) -> None:
    part = _kept(folder)[0]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)


def _lists(folder: Path) -> None:
    """Put a list of other files in the place of a part, with its right hash."""
    part = _kept(folder)[0]
    part.write_text("ffconcat version 1.0\nfile /etc/passwd\n", encoding="ascii")
    data = part.read_bytes()
    lines = (folder / "manifest.jsonl").read_text(encoding="ascii").splitlines()
    changed = [json.loads(line) for line in lines]
    for line in changed[1:]:
        if line["segment"] == int(part.stem):
            line |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.jsonl").write_text("\n".join(map(json.dumps, changed)), encoding="ascii")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "the last part is cut": _cut,
    "a byte is flipped": _flip,
    "a part is gone": lambda folder: _kept(folder)[0].unlink(),
    "a part is a list of other files": _lists,
    "the manifest is empty": lambda folder: os.truncate(folder / "manifest.jsonl", 0),
    "its last line is torn": lambda folder: os.truncate(
        folder / "manifest.jsonl", (folder / "manifest.jsonl").stat().st_size - 9
    ),
    "it is noise": lambda folder: (folder / "manifest.jsonl").write_bytes(bytes(range(256)) * 9),
    "a line is no part": lambda folder: (folder / "manifest.jsonl").write_text(
        (folder / "manifest.jsonl").read_text() + '{"segment": 99, "frames": [0, "x"]}\n[]\n7\n'
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_drawn_again(film: NDArray[np.uint8], whole: bytes, damage: str) -> None:
    """As after a power cut: the file is the same to the byte."""
    draw(film, dies_after=20)
    kept = report_parts(Path(FOLDER)).frames
    assert kept > PART
    DAMAGES[damage](Path(FOLDER))

    again = draw(film)

    if damage != "a line is no part":
        assert len(again) > FRAMES - kept
    assert Path("a.mp4").read_bytes() == whole
    assert names() == ["a.mp4", "whole.mp4"]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"drawn_by": "numpy 3"}, "what draws has changed"), ({"crf": 30}, "the coding has changed")],
)
def test_a_changed_film_starts_over(
    film: NDArray[np.uint8], whole: bytes, change: dict[str, Any], words: str
) -> None:
    """And says why; parts of one way are never joined with another's."""
    del whole
    draw(film, dies_after=20)
    said: list[str] = []
    assert len(draw(film, notes=said, **change)) == FRAMES
    assert said == [f"{words} since {FOLDER} was made: the film is drawn from its start"]


def test_fresh_throws_parts_away(film: NDArray[np.uint8], whole: bytes) -> None:
    """Without a word, as it was asked for."""
    draw(film, dies_after=20)
    said: list[str] = []
    assert len(draw(film, notes=said, fresh=True)) == FRAMES
    assert said == []
    assert Path("a.mp4").read_bytes() == whole


def test_a_film_of_one_segment_keeps_nothing(tmp_path: Path, film: NDArray[np.uint8]) -> None:
    """There is nothing before it to go on from."""
    place = target(tmp_path / "a.mp4", width=32, height=32, fps=Fraction(30), frames=FRAMES)
    with open_encoder(replace(place, drawn_by="numpy")) as encoder:
        assert not Path(FOLDER).exists()
        encoder.write(film)


def test_two_runs_for_one_film_are_refused(film: NDArray[np.uint8], whole: bytes) -> None:
    """The second is told the process of the first, which goes on."""
    with opened() as first:
        with pytest.raises(EncodeError, match=rf"a.mp4: process {os.getpid()} is drawing it"):
            draw(film)
        for number in first.order:
            first.write(film[number : number + 1])
    assert Path("a.mp4").read_bytes() == whole


def test_other_things_of_that_name_are_left_alone(film: NDArray[np.uint8], whole: bytes) -> None:
    """A file, a link, and a folder of somebody else's."""
    del whole
    Path("theirs").mkdir()
    Path("theirs/holiday.jpg").write_bytes(b"x")
    for make in (
        lambda: Path(FOLDER).write_text("x"),
        lambda: Path(FOLDER).symlink_to("theirs"),
        lambda: Path("theirs").rename(FOLDER),
    ):
        make()
        with pytest.raises(RecipeError, match=r"\.a\.mp4\.parts (is no folder|was not made by)"):
            draw(film)
        if not Path(FOLDER).is_dir() or Path(FOLDER).is_symlink():
            Path(FOLDER).unlink()
    assert Path(f"{FOLDER}/holiday.jpg").read_bytes() == b"x"
    assert names() == [FOLDER, "whole.mp4"]


def test_the_folder_of_a_long_name_is_short_enough() -> None:
    """As long as names may be."""
    name = parts_folder(Path(f"/{'é' * 125}.mp4")).name
    assert len(name.encode()) <= 255
    assert name.endswith(".mp4.parts")


def test_a_report_of_something_else_is_refused(tmp_path: Path) -> None:
    """With the folder's name."""
    with pytest.raises(RecipeError, match="is no folder of a film's finished parts"):
        report_parts(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="kills with a signal")
def test_the_same_command_goes_on_after_a_kill(run: Run) -> None:
    """`kill -9`, `info` of what is left, and again: the same bytes as without."""
    typed = "morph --seeds 1 2 --size 32 --fps 5 --frames 400 --pace uniform --backend numpy"
    typed += " --set network.layers=2x4"
    assert run(*typed.split(), "-q", "-o", "whole.mp4")[0] == 0
    command = [sys.executable, "-m", "cppnvid", *typed.split(), "-q", "-o", "a.mp4"]
    process = subprocess.Popen(command, start_new_session=True)
    manifest, deadline = Path(FOLDER) / "manifest.jsonl", time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        if manifest.exists() and manifest.read_text().count("\n") > 2:
            break
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    code, out, err = run("info", FOLDER)
    assert (code, err) == (0, "")
    assert (code, " of 400 frames of a.mp4 in " in out) == (0, True)
    code, _, err = run(*typed.split(), "-o", "a.mp4")
    assert (code, "going on: " in err) == (0, True), err
    assert Path("a.mp4").read_bytes() == Path("whole.mp4").read_bytes()
    assert not Path(FOLDER).exists()

"""Other ffmpegs: by a relative path, too old, and such as hang."""

import os
import time
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import psutil
import pytest

from cppnvid.cli import main
from cppnvid.encode import decode, ffmpeg_program, probe, program as program_module
from cppnvid.encode.ffmpeg import run
from cppnvid.encode.formats import video as video_module
from cppnvid.encode.formats.video import Video
from cppnvid.encode.program import is_older
from cppnvid.errors import EncodeError
from tests.encode.helpers import encode_rings, names, open_file, stub, target
from tests.helpers import write_wav

pytestmark = pytest.mark.skipif(os.name != "posix", reason="uses shell scripts")
REAL = imageio_ffmpeg.get_ffmpeg_exe()


def answering(folder: Path, version: str, script: str = "exit 9") -> str:
    """Write a script in the place of ffmpeg that prints a version; return its path."""
    path = folder / "ffmpeg-old"
    answer = f'[ "$1" = -version ] && echo "ffmpeg version {version} Copyright" && exit'
    path.write_text(f"#!/bin/sh\n{answer}\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("name", "how"), [("a/", {}), ("a.mp4", {"sound": True}), ("a.webm", {"repeat": 2})]
)
def test_a_relative_path_names_ffmpeg_for_every_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, how: dict[str, Any]
) -> None:
    """Folders, sound and repeated films are written from another working directory."""
    if "sound" in how:
        how = {"sound": write_wav(tmp_path / "a.wav", np.sin(np.arange(24_000) / 20) / 4)}
    (tmp_path / "ff").symlink_to(REAL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "./ff")
    if name == "a/":
        (tmp_path / "a").mkdir()
    encode_rings(tmp_path / name, frames=3, recipe="", overwrite=True, **how)
    assert probe(f"{tmp_path}/{name}").frames == 3 * how.get("repeat", 1)
    assert ffmpeg_program() == f"{tmp_path}/ff"


@pytest.mark.parametrize(
    ("version", "name", "least"),
    [
        ("4.2.2-static", "a.mp4", "5.1"),
        ("4.4.2-0ubuntu0.22.04.1", "a/", "5.1"),
        ("n5.0", "a.webm", "5.1"),
        ("5.1.9-0+deb12u1", "a.gif", "6.0"),
        ("5.1.9-0+deb12u1", "a.avif", "6.0"),
    ],
)
def test_an_old_ffmpeg_is_refused_before_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, name: str, least: str
) -> None:
    """Its path, its version and the least that works: 4.2 ended in words about an option."""
    path = answering(tmp_path, version)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", path)
    with pytest.raises(EncodeError) as refused:
        target(f"{tmp_path}/{name}")
    for word in (path, f"is version {version},", f"{least} or newer", "IMAGEIO_FFMPEG_EXE"):
        assert word in str(refused.value)
    assert names(tmp_path) == {"ffmpeg-old"}


def test_newer_and_nameless_ffmpegs_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build from the source of a day has no number; 5.1 lacks what GIF alone needs."""
    assert not any(is_older(one, (6, 0)) for one in ("N-118-g1a2b", "2026-11-20-git", "", "10.0"))
    assert is_older("n5.1.2", (6, 0))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", answering(tmp_path, "5.1.9"))
    assert target(tmp_path / "a.mp4").container.name == "MP4"


def test_backends_lists_ffmpeg(capsys: pytest.CaptureFixture[str]) -> None:
    """The path and the version of the one in use."""
    with pytest.raises(SystemExit) as ended:
        main(["backends"])
    assert not ended.value.code
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("ffmpeg"))
    assert REAL in line
    assert program_module.ffmpeg_version(REAL) in line


WHOLE = 'cat >/dev/null; for last; do :; done; : >"${last#file:}"'


@pytest.mark.parametrize(
    "script",
    ["exec sleep 60", "sleep 60", f"{WHOLE}; sleep 60", "head -c 9000 >/dev/null; sleep 60"],
)
def test_an_ffmpeg_that_hangs_while_encoding_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """At the start, at the end, and in the middle: it is named, and nothing is left."""
    path = stub(tmp_path, script)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", path)
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 1.0)
    with pytest.raises(EncodeError, match="hangs: for 1 s it took no frame") as refused:
        encode_rings(tmp_path / "a.gif", recipe="")
    assert path in str(refused.value)
    assert names(tmp_path) == {"ffmpeg-stub"}


def test_an_ffmpeg_that_takes_no_frame_of_a_short_film_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All frames wait for it, and nobody hands over another; what it started ends with it."""
    script = f"sleep 60 & echo $! >{tmp_path}/child; wait"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, script))
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 0.5)
    frames = np.zeros((2, 256, 256, 3), np.uint8)  # each larger than a pipe
    with (
        pytest.raises(EncodeError, match=r"hangs: for 0\.5 s"),
        open_file(tmp_path / "a.gif", width=256, height=256, frames=2) as encoder,
    ):
        encoder.write(frames)
    child = int((tmp_path / "child").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


def test_an_ffmpeg_that_hangs_elsewhere_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it joins, while it reads, and when it is asked for its version."""
    film = encode_rings(tmp_path / "a.mp4", frames=3)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, "exec sleep 60"))
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 1.0)
    with pytest.raises(EncodeError, match="hangs: for 1 s"):
        run(["-i", "a", "b"])
    with pytest.raises(EncodeError, match="hangs: for 1 s"):
        probe(film)
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\nexec sleep 60\n")
    mute.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(mute))
    monkeypatch.setattr(program_module, "_ANSWER_SECONDS", 0.5)
    with pytest.raises(EncodeError, match=r"mute, hangs: asked for its version.* 0\.5 s"):
        target(tmp_path / "b.mp4")


HEAD = "printf 'P6\\n2 2\\n255\\n'"  # of a picture of 12 bytes
ONE = f"{HEAD}; printf 123456789012"


@pytest.mark.parametrize(
    "script",
    ["exec sleep 60", "sleep 60", f"{HEAD}; sleep 60", f"{ONE}; {HEAD}; printf 123; sleep 60"],
)
def test_an_ffmpeg_that_hangs_while_frames_are_read_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Before the first, within one, and after it: it is named, and the file is not blamed."""
    (tmp_path / "a.mp4").write_bytes(b"a film")
    path = stub(tmp_path, script)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", path)
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 0.5)
    monkeypatch.setattr(video_module, "_layout", lambda *_: video_module._Layout())
    film = Video("mov")
    with pytest.raises(EncodeError, match=r"hangs: for 0\.5 s") as refused:
        list(film.frames(tmp_path / "a.mp4", deep=False))
    assert path in str(refused.value)
    if ONE not in script:
        with pytest.raises(EncodeError, match=r"hangs: for 0\.5 s"):
            film.frame_at(tmp_path / "a.mp4", 1.0)


def test_who_takes_frames_slowly_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg whose frames nobody takes rests, and does not hang."""
    film = encode_rings(tmp_path / "a.mp4", frames=60)
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 0.4)
    frames = decode(film)
    next(frames)
    time.sleep(1.2)
    assert len(list(frames)) == 59


def test_a_slow_encoder_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame taken, or work on a processor, is a sign of life: only rest is counted."""
    busy = "for i in 1 2 3 4 5 6; do timeout 0.5 sh -c 'while :; do :; done'; done"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, f"{busy}; echo spent >&2; exit 7"))
    monkeypatch.setattr(program_module, "QUIET_SECONDS", 1.5)
    with pytest.raises(EncodeError, match="code 7: spent"):
        run(["-i", "a", "b"])

"""Which encoder makes an MP4: x264, or hardware that is asked for by name and shown to work."""

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

from cppnvid.cli import main
from cppnvid.encode import decode
from cppnvid.encode.h264 import H264_ENCODERS, h264_arguments, h264_encoder
from cppnvid.errors import RecipeError
from tests.encode.helpers import open_file

posix = pytest.mark.skipif(os.name != "posix", reason="puts a script in the place of ffmpeg")

# Hardware as seen from outside: takes its own options alone, and no film in parts.
HARDWARE = """#!{python}
import os, sys
given = sys.argv[1:]
if "{encoder}" in given:
    open("{log}", "a").write(" ".join(given) + "\\n")
    for option in {options}:
        at = given.index(option)
        del given[at:at + 2]
    given[given.index("{encoder}")] = "libx264"
elif "libx264" in given:
    sys.exit("x264 was asked")
os.execv("{real}", ["{real}", *given])
"""


@pytest.fixture
def hardware(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that makes ffmpeg one with this encoder; that returns a log of calls."""

    def install(name: str) -> Path:
        options = {
            "nvenc": ["-tune", "-rc", "-cq", "-spatial-aq", "-preset"],
            "videotoolbox": ["-q:v"],
        }
        program, log = tmp_path / "ffmpeg-with", tmp_path / "log"
        text = HARDWARE.format(
            python=sys.executable,
            encoder=H264_ENCODERS[name],
            log=log,
            options=options[name],
            real=imageio_ffmpeg.get_ffmpeg_exe(),
        )
        program.write_text(text)
        program.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
        return log

    return install


def encode(path: Path | str, encoder: str, frames: int = 6) -> None:
    """Write grey frames of 64x48 at one a second, so that x264 would make two segments of six."""
    options: dict[str, Any] = {"width": 64, "height": 48, "fps": Fraction(1), "frames": frames}
    with open_file(path, **options, encoder=encoder) as film:
        film.write(np.full((frames, 48, 64, 3), 100, np.uint8))


@posix
@pytest.mark.parametrize("name", ["nvenc", "videotoolbox", "h264_nvenc", "H264_VideoToolbox"])
def test_hardware_that_works_is_used(name: str, hardware: Callable[[str], Path]) -> None:
    """Asked for by our name or ffmpeg's: tried with one frame, then given the whole film."""
    known = name.lower().removeprefix("h264_")
    log = hardware(known)

    encode("a.mp4", name)

    trial, film = log.read_text().splitlines()
    assert trial.endswith("-f null -")
    assert "a.partial" in film
    assert f"-c:v h264_{known}" in film
    assert "x264-params" not in film
    assert len(list(decode("a.mp4"))) == 6


@posix
def test_hardware_that_fails_is_an_error_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3 before anything is drawn, with ffmpeg's words and the way out."""
    stub = tmp_path / "ffmpeg-without"
    stub.write_text("#!/bin/sh\necho 'Cannot load libcuda.so.1' >&2\nexit 255\n")
    stub.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(stub))
    monkeypatch.setattr("cppnvid.render.film_of", lambda *_, **__: pytest.fail("it drew"))

    with pytest.raises(SystemExit) as end:
        main(["morph", "--seeds=1", "--size=32", "--frames=2", "--encoder=nvenc", "-o", "a.mp4"])

    said = capfd.readouterr().err
    assert end.value.code == 3
    assert "encoder nvenc is not usable here: ffmpeg failed with exit code 255" in said
    assert "Cannot load libcuda.so.1" in said
    assert "out: x264 works everywhere" in said
    assert list(Path().iterdir()) == []


def test_auto_is_x264(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes on every machine, so no trial is made and no hardware taken."""
    monkeypatch.setattr("cppnvid.encode.target.unusable", lambda _: pytest.fail("tried"))

    for name in ("auto", "x264", "libx264"):
        encode(f"{name}.mp4", name)

    assert len({Path(f"{name}.mp4").read_bytes() for name in ("auto", "x264", "libx264")}) == 1
    assert h264_encoder("auto") == "x264"


def test_unknown_encoders_are_refused() -> None:
    """The message names those there are."""
    with pytest.raises(RecipeError, match="unknown encoder 'x265'; use one of auto, x264, nv"):
        encode("a.mp4", "x265")
    assert not Path("a.mp4").exists()


@pytest.mark.parametrize("name", ["a.webm", "a.gif", "frames/"])
def test_other_containers_have_their_own(name: str) -> None:
    """An encoder of H.264 for a file that holds none is a mistake, not a wish to ignore."""
    with pytest.raises(RecipeError, match=r"applies only to \.mp4") as refused:
        encode(name, "x264")
    assert (refused.value.key, refused.value.given) == ("encoder", "x264")


@posix
def test_backends_lists_encoders_by_trial(
    hardware: Callable[[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """Of three encoders the one that works is found, and the others say why not."""
    hardware("nvenc")

    with pytest.raises(SystemExit) as end:
        main(["backends"])

    lines = {line.split()[0]: line for line in capfd.readouterr().out.splitlines()}
    assert end.value.code == 0
    assert "not usable" not in lines["nvenc"]
    assert "not usable" in lines["x264"]
    assert "x264 was asked" in lines["x264"]
    assert "not usable" in lines["videotoolbox"]


def test_hardware_scales_follow_crf() -> None:
    """Finer is finer on every encoder's own scale, and never off it."""
    for name, option, sign in (("nvenc", "-cq", 1), ("videotoolbox", "-q:v", -1)):
        values = []
        for crf in (1, 14, 51):
            given = h264_arguments(name, crf=crf, frames=9, shortest=9, longest=9, pixels=9)
            values.append(sign * int(given[given.index(option) + 1]))
        assert values == sorted(set(values))
        assert all(1 <= abs(value) <= 100 for value in values)


def test_the_ffmpeg_that_comes_along_has_x264() -> None:
    """What auto relies on is in the program that is installed with us."""
    listed = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-encoders"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "libx264 " in listed.stdout

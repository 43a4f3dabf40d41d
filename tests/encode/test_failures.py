"""Whatever goes wrong: nothing under the output's name, no process, no leftover, plain words."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from cppnvid.encode import encoder as encoder_module, probe
from cppnvid.encode.commands import encoder_arguments
from cppnvid.encode.encoder import Encoder
from cppnvid.encode.frame_feed import FrameFeed
from cppnvid.errors import EncodeError, RecipeError
from tests.encode.helpers import names, open_file, stub
from tests.processes import ffmpegs

posix = pytest.mark.skipif(os.name != "posix", reason="uses signals and shell scripts")
KINDS = ["a.mp4", "a.gif", "frames/"]


def noise(n: int, *, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """Return frames no encoder can make small, uint8 `[n, height, width, 3]`."""
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (n, height, width, 3), dtype=np.uint8)


def opened(path: Path | str, frames: int = 10, **options: Any) -> Encoder:
    """Open an encoder for 64x48 frames."""
    return open_file(path, width=64, height=48, fps=Fraction(30), frames=frames, **options)


@pytest.fixture(autouse=True)
def _no_process_left() -> Iterator[None]:
    """Every test here ends with no child process of ours, and no thread feeding one."""
    yield
    assert ffmpegs() == []
    assert all(thread.name != "cppnvid-encode" for thread in threading.enumerate())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder that holds an old output under each name the tests use."""
    folder = tmp_path / "out"
    (folder / "frames").mkdir(parents=True)
    (folder / "frames" / "00000.png").write_bytes(b"old")
    for name in ("a.mp4", "a.gif"):
        (folder / name).write_bytes(b"old")
    return folder


def assert_untouched(out: Path) -> None:
    """Check that the old outputs, and only they, are there."""
    assert names(out) == {"a.mp4", "a.gif", "frames"}
    assert names(out / "frames") == {"00000.png"}
    for name in ("a.mp4", "a.gif", "frames/00000.png"):
        assert (out / name).read_bytes() == b"old"


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (noise(1, width=32), r"\[1, 48, 32, 3\], not \[n, 48, 64, 3\]"),
        (noise(1)[0], r"\[48, 64, 3\], not \[n"),
        (noise(1)[..., :1], "not"),
        (noise(1).astype(np.float32), "float32, not uint8"),
        (noise(1).astype(np.int8), "int8, not uint8"),
        (np.asfortranarray(noise(2)), "not C-contiguous"),
        (noise(2, width=128)[:, :, ::2], "not C-contiguous"),
        (noise(11), "11 frames were drawn for a file of 10"),
    ],
)
def test_wrong_frames_are_refused(out: Path, frames: Any, words: str) -> None:
    """Frames of another size, type or number raise; imageio-ffmpeg made garbage of them."""
    with pytest.raises(ValueError, match=words), opened(out / "a.mp4", overwrite=True) as encoder:
        encoder.write(frames)
    assert_untouched(out)


@pytest.mark.parametrize("name", KINDS)
def test_too_few_frames_publish_nothing(out: Path, name: str) -> None:
    """A drawing that ends early leaves the old file, and says how far it came."""
    with (
        pytest.raises(EncodeError, match=f"{name.rstrip('/')}: 7 of 10 frames"),
        opened(f"{out}/{name}", overwrite=True) as encoder,
    ):
        encoder.write(noise(7))
    assert_untouched(out)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
@pytest.mark.parametrize("name", KINDS)
def test_an_exception_while_drawing_passes_through(
    out: Path, name: str, error: type[BaseException]
) -> None:
    """Whatever the drawing raises arrives as it was, and nothing is left."""

    def draw() -> None:
        with opened(f"{out}/{name}", overwrite=True) as encoder:
            encoder.write(noise(5))
            raise error("mine")

    with pytest.raises(error, match="mine"):
        draw()
    assert_untouched(out)


def test_frames_outside_the_block_are_refused(tmp_path: Path) -> None:
    """An encoder that was not entered has started nothing."""
    encoder = opened(tmp_path / "a.mp4")
    with pytest.raises(ValueError, match="within its with block"):
        encoder.write(noise(1))
    assert names(tmp_path) == set()


def test_a_killed_ffmpeg_is_named_as_the_cause(out: Path) -> None:
    """Not 'broken pipe', which is only how we notice."""

    def draw() -> None:
        with opened(out / "a.mp4", frames=100_000, overwrite=True) as encoder:
            encoder.write(noise(5))
            ffmpegs()[0].kill()
            while True:
                encoder.write(noise(5))

    with pytest.raises(EncodeError, match=r"ffmpeg (was stopped by signal SIGKILL|failed)"):
        draw()
    assert_untouched(out)


@posix
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("eaten", [100, 1_000_000])
def test_a_failing_ffmpeg_has_the_last_word(
    out: Path, name: str, eaten: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code and words of an ffmpeg that dies in the middle, or at the end, are shown."""
    script = f"head -c {eaten} >/dev/null; echo 'No space left on moon' >&2; exit 3"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, script))
    with (
        pytest.raises(EncodeError, match=r"ffmpeg failed with exit code 3: No space left on moon"),
        opened(f"{out}/{name}", frames=50, overwrite=True) as encoder,
    ):
        encoder.write(noise(50))
    assert_untouched(out)


@posix
@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("[AVFilterGraph @ 0x55f4c006fc40] No such filter: 'zscale'", "filter zscale"),
        ("[vost#0:0 @ 0x55f4c0] Unknown encoder 'libx265'", "encoder libx265"),
    ],
)
def test_an_ffmpeg_that_lacks_a_part_is_named(
    out: Path, words: str, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film of 10 bits needs more than some systems' ffmpeg has: which, and what to install."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, f'echo "{words}" >&2; exit 8'))
    with (
        pytest.raises(
            EncodeError, match=rf"ffmpeg-stub, was built without the {part}.*'pip install.*EXE"
        ),
        opened(f"{out}/a.mp4", overwrite=True) as encoder,
    ):
        encoder.write(noise(10))
    assert_untouched(out)


@posix
def test_an_ffmpeg_that_writes_nothing_is_found_out(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0 is not believed: the file is read back."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, "cat >/dev/null"))
    for name in KINDS:
        with (
            pytest.raises(EncodeError, match="the finished file"),
            opened(f"{out}/{name}", overwrite=True) as encoder,
        ):
            encoder.write(noise(10))
    assert_untouched(out)


@pytest.mark.parametrize(
    "name", ["a.mp4", "b.webm", "b.mov", "a.gif", "b.webp", "b.avif", "b.apng", "b/"]
)
def test_lost_frames_are_found_out(out: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with fewer frames than were written is not published."""

    def lossy(*args: Any, **options: Any) -> list[str]:
        return [*encoder_arguments(*args, **options), "-frames:v", "9"]

    monkeypatch.setattr(encoder_module, "encoder_arguments", lossy)
    with (
        pytest.raises(EncodeError, match="instead of 10 frames, so it was not published"),
        opened(f"{out}/{name}", overwrite=True) as encoder,
    ):
        encoder.write(noise(10))
    assert_untouched(out)


def test_a_missing_ffmpeg_is_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what could not be started and which variable chooses it."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    with (
        pytest.raises(EncodeError, match=r"/nowhere/ffmpeg.*IMAGEIO_FFMPEG_EXE"),
        opened(out / "a.mp4", overwrite=True),
    ):
        pass
    assert_untouched(out)


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_thread_that_cannot_be_started_is_no_defect(
    allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may allow few: ffmpeg, and a thread that runs already, are ended."""
    started: list[threading.Thread] = []
    real = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if len(started) >= allowed:
            raise RuntimeError("can't start new thread")
        started.append(self)
        real(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(EncodeError, match="no thread can be started to feed ffmpeg"):
        FrameFeed(["-f", "rawvideo", "-s", "16x16", "-i", "pipe:0", "a.mp4"], telling=True)

    assert ffmpegs() == []
    assert not any(thread.is_alive() for thread in started)


@posix
def test_ctrl_c_is_heard_while_ffmpeg_is_stuck(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames wait for an ffmpeg that reads none, in a short queue; Ctrl-C ends it at once."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, "exec sleep 60"))
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    encoder = opened(out / "a.mp4", frames=1000, overwrite=True)

    def draw() -> None:
        with encoder:
            for _ in range(1000):
                encoder.write(noise(1))

    with pytest.raises(KeyboardInterrupt):
        draw()
    timer.join()
    assert time.monotonic() - start < 5
    # A pipe holds 64 KiB, 7 frames of 9 KiB; the queue 3.
    assert encoder._written <= 12
    assert_untouched(out)


@posix
def test_ctrl_c_does_not_reach_ffmpeg(tmp_path: Path) -> None:
    """An ffmpeg lives in a process group of its own, so the terminal's Ctrl-C is ours to handle."""
    with opened(tmp_path / "a.mp4") as encoder:
        child = ffmpegs()[0]
        assert os.getpgid(child.pid) == child.pid
        encoder.write(noise(10))


LIMITED = """
import resource, sys, numpy as np
from fractions import Fraction
from tests.encode.helpers import open_file, write_picture
from cppnvid.errors import EncodeError
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
frames = np.random.default_rng(0).integers(0, 256, (40, 48, 64, 3), dtype=np.uint8)
try:
    if sys.argv[1].endswith(".png"):
        write_picture(sys.argv[1], frames.reshape(-1, 64, 3)[None], width=64, height=1920,
                    overwrite=True)
    else:
        with open_file(sys.argv[1], width=64, height=48, fps=Fraction(30), frames=40,
                          overwrite=True) as encoder:
            encoder.write(frames)
except EncodeError as error:
    print(error)
"""


@posix
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "b.webp", "b.png"])
def test_a_full_disk_is_an_encode_error(out: Path, name: str) -> None:
    """A file that may not grow beyond 20 kB, as on a full disk, is reported and removed."""
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, out / name], capture_output=True, text=True, check=True
    )
    assert any(word in run.stdout for word in ("ffmpeg", "cannot be written")), run
    assert_untouched(out)


KILLED = """
import sys, time, numpy as np
from fractions import Fraction
from tests.encode.helpers import open_file
with open_file(sys.argv[1], width=64, height=48, fps=Fraction(30), frames=100,
                  recipe="{}", overwrite=True) as encoder:
    encoder.write(np.zeros((20, 48, 64, 3), np.uint8))
    print("drawing", flush=True)
    time.sleep(60)
"""


@posix
@pytest.mark.parametrize("name", KINDS)
def test_a_killed_run_leaves_only_what_the_next_one_removes(
    out: Path, tmp_path: Path, name: str
) -> None:
    """After kill -9 the old file is whole, ffmpeg ends, and the next run reports the leftovers."""
    (tmp_path / "elsewhere").mkdir()
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED, f"{out}/{name}"],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path / "elsewhere")},
    )
    assert run.stdout is not None
    with run.stdout:
        assert run.stdout.readline() == b"drawing\n"
        children = psutil.Process(run.pid).children()
        assert len(children) == 1
        run.kill()
        run.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert names(tmp_path / "elsewhere") == set()
    leftover = names(out) - {"a.mp4", "a.gif", "frames"}
    stem = name.rstrip("/").removesuffix(".mp4").removesuffix(".gif")
    parts = ["", "-recipe"] if name == "a.mp4" else [""]
    ending = name.partition("a")[2] if name != "frames/" else ""
    assert leftover == {f".{stem}.partial-{run.pid}{part}{ending}" for part in parts}
    if name != "frames/":
        assert (out / name).read_bytes() == b"old"
    notes: list[str] = []
    with opened(f"{out}/{name}", overwrite=True, note=notes.append) as encoder:
        encoder.write(noise(10))
    assert names(out) == {"a.mp4", "a.gif", "frames"}
    (said,) = notes
    assert said.endswith(", left by an interrupted run")
    assert all(left in said for left in leftover)
    assert probe(f"{out}/{name}").frames == 10


def test_only_dead_runs_are_swept(out: Path) -> None:
    """A live process's temporary file stays, unless it is older than the process of that number."""
    pid = os.getppid()
    born = psutil.Process(pid).create_time()
    alive = out / f".a.partial-{pid}.mp4"
    others = [out / ".b.partial-1.mp4", out / ".a.partial-1.webm", out / ".a.partial-x.mp4"]
    for path in (alive, *others):
        path.write_bytes(b"")
    with opened(out / "a.mp4", overwrite=True) as encoder:
        encoder.write(noise(10))
    assert all(path.exists() for path in (alive, *others))
    os.utime(alive, (born - 60, born - 60))
    with opened(out / "a.mp4", overwrite=True) as encoder:
        encoder.write(noise(10))
    assert not alive.exists()


def test_an_old_folder_moved_aside_is_put_back(out: Path) -> None:
    """A run killed between its two renames has not lost the old folder."""
    (out / "frames").rename(out / ".frames.replaced-999999999")
    notes: list[str] = []
    with (
        pytest.raises(RuntimeError),
        opened(f"{out}/frames/", overwrite=True, note=notes.append),
    ):
        raise RuntimeError
    assert_untouched(out)
    assert "restored" in notes[0]


def test_two_encoders_do_not_share_a_name(tmp_path: Path) -> None:
    """A second encoder for the same file in one process is refused; the first one goes on."""
    with opened(tmp_path / "a.mp4") as encoder:
        encoder.write(noise(5))
        with (
            pytest.raises(EncodeError, match="writing it already"),
            opened(tmp_path / "a.mp4") as second,
        ):
            second.write(noise(10))
        encoder.write(noise(5))
    assert probe(tmp_path / "a.mp4").frames == 10


@pytest.mark.parametrize("linkless", [False, True])
def test_a_file_that_appears_meanwhile_is_not_clobbered(
    tmp_path: Path, linkless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without overwrite, a name taken while drawing stays; the finished video is kept beside it."""
    if linkless:

        def refuse(*args: object) -> None:
            raise PermissionError(1, "no links on this disk")

        monkeypatch.setattr(os, "link", refuse)

    def draw() -> None:
        with opened(tmp_path / "a.mp4") as encoder:
            encoder.write(noise(10))
            (tmp_path / "a.mp4").write_bytes(b"theirs")

    with pytest.raises(EncodeError, match=r"appeared while .* complete in .*a\.kept-\d+\.mp4"):
        draw()
    assert (tmp_path / "a.mp4").read_bytes() == b"theirs"
    assert names(tmp_path) == {"a.mp4", f"a.kept-{os.getpid()}.mp4"}
    assert probe(tmp_path / f"a.kept-{os.getpid()}.mp4").frames == 10


def test_a_disk_without_links_still_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On FAT the name is reserved and then replaced."""

    def refuse(*args: object) -> None:
        raise PermissionError(1, "no links on this disk")

    monkeypatch.setattr(os, "link", refuse)
    with opened(tmp_path / "a.mp4") as encoder:
        encoder.write(noise(10))
    assert names(tmp_path) == {"a.mp4"}
    assert probe(tmp_path / "a.mp4").frames == 10


def test_a_folder_that_fills_meanwhile_is_not_clobbered(tmp_path: Path) -> None:
    """Pictures somebody put into the folder while we drew stay; ours are kept beside it."""
    (tmp_path / "frames").mkdir()

    def draw() -> None:
        with opened(tmp_path / "frames") as encoder:
            encoder.write(noise(10))
            (tmp_path / "frames" / "theirs.png").write_bytes(b"")

    with pytest.raises(EncodeError, match="appeared while"):
        draw()
    assert names(tmp_path / "frames") == {"theirs.png"}
    assert probe(tmp_path / f"frames.kept-{os.getpid()}").frames == 10


def test_an_output_that_appears_before_the_block_is_refused(tmp_path: Path) -> None:
    """The check is made again where the writing starts."""
    encoder = opened(tmp_path / "a.mp4")
    (tmp_path / "a.mp4").write_bytes(b"theirs")
    with pytest.raises(RecipeError, match="overwrite=True"), encoder:
        pass
    assert names(tmp_path) == {"a.mp4"}


def test_a_lost_wake_up_does_not_keep_a_stopped_run_alive() -> None:
    """A waiter that Ctrl-C left behind in the queue takes a wake-up; the feed ends all the same."""
    arguments = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "4x4", "-i", "-", "-f", "null", "-"]
    feed = FrameFeed(arguments)
    time.sleep(0.3)  # the thread now waits for its first frame
    stale = threading.Lock()
    stale.acquire()
    feed._queue.not_empty._waiters.appendleft(stale)  # type: ignore[attr-defined]

    ending = threading.Thread(target=feed.abort, daemon=True)
    ending.start()
    ending.join(5)

    assert not ending.is_alive()


@posix
def test_no_frame_is_sent_before_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that tells what it takes gets two frames more than that, whatever waits."""
    script = f"head -c 100 > {tmp_path}/got; echo 0; echo 1; cat >> {tmp_path}/got"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, script))
    feed = FrameFeed([], telling=True)
    for _ in range(6):
        feed.put(bytes(100))
    time.sleep(0.5)

    assert (tmp_path / "got").stat().st_size == 400
    feed.abort()


@posix
def test_an_encoder_that_ends_while_a_frame_waits_for_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that tells of no frame and dies is not waited for."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", stub(tmp_path, "sleep 0.3; echo broken >&2; exit 7"))
    feed = FrameFeed([], telling=True)

    def fill() -> None:
        for _ in range(100):
            feed.put(bytes(100))

    with pytest.raises(EncodeError, match="failed with exit code 7: broken"):
        fill()
    feed.abort()


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_large_frames_that_take_turns_make_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Few of them on their way to several encoders: the bytes are those of a smaller film's way."""
    frames = noise(150) // 16
    for folder, large in (("usual", 10**9), ("turns", 0)):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(encoder_module, "LARGE", large)
        with opened(tmp_path / folder / name, frames=150, at_once=2) as encoder:
            for number in encoder.order:
                encoder.write(frames[number : number + 1])

    files = [tmp_path / folder / name for folder in ("usual", "turns")]
    assert files[0].read_bytes() == files[1].read_bytes()

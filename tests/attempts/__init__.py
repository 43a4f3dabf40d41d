"""Attempts to make the program say "this is a defect": `python -m tests.attempts [PART ...]`.

Each runs a command in a folder of its own with something wrong: a word, a file, a name, a stream,
an encoding, a limit or a mount. A table shows the exit code of each. The suite makes some of them:
`tests/cli/test_attempts.py`.
"""

import contextlib
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from cppnvid.cli import main
from tests.helpers import clicks, write_wav

SKIPPED = 77  # as automake's tests say it
FINE = {0, 2, 3, 4, 141, SKIPPED}
_LONGEST = 180  # seconds
SMALL = "--size 16 --backend numpy"
FILM = f"morph --seeds 1 2 --frames 3 --pace uniform {SMALL}"
STILL = f"still --seed 1 {SMALL}"
# A run of each command that works, to which something is done.
GOOD = {
    "morph": FILM,
    "render": f"render good.yaml {SMALL}",
    "still": STILL,
    "gallery": "gallery --seeds 1 2 --tile 16 --backend numpy",
    "breed": "breed 1 2 --tile 16 --backend numpy",
    "sheet": "sheet good.gif --tile 16 --backend numpy",
    "explain": f"explain --seed 1 {SMALL} -o e.html",
    "export": "export --seed 1",
    "info": "info good.gif",
    "check": "check good.gif",
    "presets": "presets",
    "platforms": "platforms",
    "palettes": "palettes",
    "backends": "backends",
    "schema": "schema",
}
Prepare = Callable[[], object]


@dataclass(frozen=True)
class Attempt:
    """A command with something wrong.

    Attributes:
        part: the kind of thing that is wrong.
        words: what is typed after the program's name.
        prepare: makes files in the folder in which the command runs.
        note: what it makes, for the table.
        shell: a shell's line, in which `$RUN` is the command; empty runs it in this process.
        environment: variables of that shell.
    """

    part: str
    words: tuple[str, ...]
    prepare: Prepare | None = None
    note: str = ""
    shell: str = ""
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> str:
        """The command in a line of the table."""
        typed = ascii(shlex.join(self.words))[1:-1]
        line = self.shell.replace("$RUN", typed) or typed
        around = " ".join(f"{name}={value}" for name, value in self.environment)
        if len(line) > 100:
            line = f"{line[:70]}...{line[-25:]}"
        line = f"{around} {line}{self.note and f' ({self.note})'}".strip().replace("|", "\\|")
        return f"`{line}`"


def run(attempt: Attempt) -> tuple[int, str]:
    """Make an attempt; return its exit code and what it wrote to stderr."""
    before = Path.cwd()
    folder = Path(tempfile.mkdtemp(prefix="attempt-"))
    try:
        os.chdir(folder)
        (folder / "good.yaml").write_text(
            "morph: {seeds: [1, 2], pace: uniform}\noutput: {frames: 3}\n"
        )
        if attempt.prepare is not None:
            attempt.prepare()
        return _in_shell(attempt) if attempt.shell else in_process(attempt.words)
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def in_process(words: tuple[str, ...]) -> tuple[int, str]:
    """Run a command in this process; return its exit code and what it wrote to stderr."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: object = 0
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_LONGEST)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
        except SystemExit as end:
            code = end.code
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    err.flush()
    said = err.buffer.getvalue().decode("utf-8", "replace")
    return int(code or 0) if isinstance(code, int | None) else 1, said


def _give_up(number: int, _frame: object) -> None:
    raise TimeoutError(f"still running: {number}")


def _in_shell(attempt: Attempt) -> tuple[int, str]:
    command = shlex.join([sys.executable, "-m", "cppnvid", *attempt.words])
    here = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", attempt.shell.replace("$RUN", command)],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": here} | dict(attempt.environment),
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, "still running"
    return done.returncode, done.stderr.decode("utf-8", "replace")


def is_fine(code: int, said: str) -> bool:
    """Tell whether a command may end so; `check` ends with 1 where a film does not loop."""
    if "defect of cppnvid" in said or "Traceback" in said:
        return False
    return code in FINE or (code == 1 and "median steps" in said)


@lru_cache
def made(ending: str) -> bytes:
    """Return the contents of a file of some ending that cppnvid made, or a sound's."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        if ending == ".wav":
            return write_wav(Path(folder, "o.wav"), clicks(0.5, 0.1)).read_bytes()
        os.chdir(folder)
        try:
            if ending in (".npz", ".safetensors"):
                typed = f"export --seed 1 -o o{ending}"
            elif ending == ".html":
                typed = f"explain --seed 1 {SMALL} -o o.html"
            elif ending in (".png", ".jpg", ".tif", ".avif"):
                typed = f"{STILL} -o o{ending}"
            else:
                typed = f"{FILM} -o o{ending}"
            code, said = in_process(tuple(typed.split()))
            assert code == 0, said
            return Path(f"o{ending}").read_bytes()
        finally:
            os.chdir(before)


def good_film() -> None:
    """Write the film that commands read."""
    Path("good.gif").write_bytes(made(".gif"))


def writes(name: str, content: bytes | str) -> Prepare:
    """Return a function that writes a file."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return partial(Path(name).write_bytes, data)

"""A row is all it takes: one of each kind of thing is added to a copy of the package, and used.

docs/extending.md lists the files that each kind touches. Each test edits only those files, and
fails when one more is needed.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cppnvid
from tests.helpers import run

PACKAGE = Path(cppnvid.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "extending.md").read_text(encoding="utf-8")
STILL = "still --seed 7 --size 32x24 --backend numpy -o new.png -q"
FILM = "morph --seeds 1 2 --frames 4 --size 32x24 --backend numpy -q"

# What is added: for each kind its edits, (file, text that is there, text in its place), then a
# command that uses it.
NEW: dict[str, tuple[list[tuple[str, str, str]], list[str]]] = {
    "activation": (
        [
            (
                "networks/activations.py",
                '        Activation("identity", lambda u: u),\n',
                (
                    '        Activation("identity", lambda u: u),\n'
                    '        Activation("cube", lambda u: u * u * u, straight=1.0),\n'
                ),
            ),
            ("recipe/network.py", '    "tanh",\n', '    "tanh",\n    "cube",\n'),
        ],
        [*STILL.split(), "--set", "network.activation=cube"],
    ),
    "warp": (
        [
            (
                "recipe/camera.py",
                "class Swirl(Part):",
                (
                    "class Shear(Part):\n"
                    '    """Push rows sideways."""\n\n'
                    '    kind: Literal["shear"]\n'
                    "    amount: Track = constant(0.5)\n"
                    '    """Widths a height."""\n\n\n'
                    "class Swirl(Part):"
                ),
            ),
            ("recipe/camera.py", "Mirror | ", "Mirror | Shear | "),
            (
                "backends/warps.py",
                '    "swirl": ',
                (
                    '    "shear": Folding(\n'
                    '        lambda x, y, n: (x + n["amount"] * y, y), lambda n: [n["amount"]]\n'
                    "    ),\n"
                    '    "swirl": '
                ),
            ),
        ],
        [*STILL.split(), "--set", "camera.warps=[{kind: shear, amount: 2}]"],
    ),
    "path": (
        [
            ("recipe/morph.py", 'Literal["cubic", "slerp"', 'Literal["cubic", "hop", "slerp"'),
            (
                "recipe/morph.py",
                '    "slerp": PathFacts(),',
                '    "hop": PathFacts(),\n    "slerp": PathFacts(),',
            ),
            (
                "animation/path.py",
                '    "slerp": ',
                (
                    '    "hop": PathRow(lambda *way: _straight(*way[:2], round(way[2]))),\n'
                    '    "slerp": '
                ),
            ),
        ],
        [*FILM.split(), "--path", "hop", "-o", "new.gif"],
    ),
    "colour mode": (
        [
            (
                "colour/modes.py",
                '        ColourMode("cmyk"',
                (
                    '        ColourMode("negative", lambda values: 1.0 - _as_rgb(values)),\n'
                    '        ColourMode("cmyk"'
                ),
            )
        ],
        [*STILL.split(), "--palette", "negative"],
    ),
    "gradient": (
        [
            (
                "colour/gradients.py",
                '    "lagoon": ',
                '    "mud": ("#201008", "#c0a080"),\n    "lagoon": ',
            )
        ],
        [*STILL.split(), "--palette", "mud"],
    ),
    "platform": (
        [
            (
                "platforms/platforms.yaml",
                "  slack-emoji:\n",
                (
                    "  new-emoji:\n"
                    "    title: New emoji\n"
                    "    endings: {value: [.gif], source: slack}\n"
                    "    codecs: {value: [gif], source: slack}\n"
                    "    size: {value: 32x32, source: slack}\n"
                    "    frames: {value: [null, 8], source: slack}\n\n"
                    "  slack-emoji:\n"
                ),
            )
        ],
        ["morph", "--seeds", "1", "2", "--for", "new-emoji", "-o", "new.gif", "-q"],
    ),
    "container": (
        [
            (
                "encode/containers.py",
                '    Container(\n        name="WebM",',
                (
                    '    Container(\n        name="NUT",\n        suffixes=(".nut",),\n'
                    '        format=Video("nut"),\n'
                    '        arguments=("-c:v", "ffv1"),\n        muxing=("-f", "nut"),\n'
                    '        max_side=16384,\n        codec="ffv1",\n'
                    "        lossless=True,\n    ),\n"
                    '    Container(\n        name="WebM",'
                ),
            )
        ],
        [*FILM.split(), "-o", "new.nut"],
    ),
}


def documented(kind: str) -> set[str]:
    """Return the files that docs/extending.md names for a kind of thing."""
    row = re.search(rf"^\| {kind} \| (.*?) \|", PAGE, flags=re.MULTILINE)
    assert row is not None, f"docs/extending.md has no row for {kind}"
    return set(re.findall(r"`([\w/.]+)`", row[1]))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package and of the presets."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "cppnvid", ignore=ignored)
    shutil.copytree(PACKAGE.parent / "presets", tmp_path / "presets")
    return tmp_path


def typed(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the command line of the copy."""
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); from cppnvid.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", NEW)
def test_a_new_row_works(kind: str, copy: Path) -> None:
    """Before the edit its name is refused; after it, with no other file touched, it is drawn."""
    edits, arguments = NEW[kind]
    refused, _, said = run(arguments)
    for file, old, new in edits:
        path = copy / "cppnvid" / file
        text = path.read_text(encoding="utf-8")
        assert old in text, (file, old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    after = typed(copy, arguments)

    assert {file for file, _, _ in edits} == documented(kind)
    assert refused == 2, said
    assert after.returncode == 0, after.stderr
    written = Path(after.stdout.strip())
    assert written.name.startswith("new.")
    assert written.stat().st_size > 100


@pytest.mark.parametrize("kind", ["activation", "warp", "colour mode"])
def test_a_fused_backend_declines_what_it_lacks(kind: str, copy: Path) -> None:
    """Asked for by name it says which row it lacks, and `auto` draws with another."""
    edits, arguments = NEW[kind]
    for file, old, new in edits:
        path = copy / "cppnvid" / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    name = {"activation": "cube", "warp": "shear", "colour mode": "negative"}[kind]

    done = typed(copy, [word if word != "numpy" else "cpu" for word in arguments])

    assert done.returncode == 3, done.stderr
    assert name in done.stderr

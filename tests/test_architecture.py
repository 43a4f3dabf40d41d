"""Imports point one way, the library never prints, and importing it loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cppnvid

PACKAGE = Path(cppnvid.__file__).parent
LAYERS = [
    {"arrays", "errors", "listening"},
    {"filesize", "gradients", "oklab", "styles"},
    {"recipe"},
    {"network", "motion", "encode", "sheet"},
    {"hearing", "weights"},
    {"camera", "driving", "palette", "path", "presets"},
    {"blending", "corners", "platforms"},
    {"fading"},
    {"scene", "scoring", "strides"},
    {"backends"},
    {"pacing", "saturation", "tiles"},
    {"blur", "dither", "export", "notebook"},
    {"filming"},
    {"gif_colours"},
    {"fitting"},
    {"render"},
    {"explanation", "gallery", "loops", "preview", "storyboards", "swatches"},
    {"figures"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def imports(source: str, package: str) -> Iterator[tuple[str, int]]:
    """Yield every module that the source imports, absolute or relative, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*base, node.module or ""]) if node.level else node.module or ""
            for alias in node.names:
                yield f"{module.rstrip('.')}.{alias.name}", node.lineno


def backward(source: str, home: str, package: str) -> list[str]:
    """Return the imports of `source`, part of `home`, that point up the list of layers."""
    wrong = []
    for module, line in imports(source, package):
        parts = module.split(".")
        target = parts[1] if parts[0] == "cppnvid" and len(parts) > 1 else None
        if target in RANK and target != home and RANK[target] >= RANK[home]:
            wrong.append(f"{home}:{line} imports {module}")
    return wrong


def modules() -> list[Path]:
    """Return every source file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def test_imports_point_one_way() -> None:
    """No module imports from its own rank or from above."""
    wrong = []
    for path in modules():
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts == ("__init__",):
            continue
        assert parts[0] in RANK, f"{parts[0]} has no place in LAYERS"
        package = ".".join(["cppnvid", *parts[:-1]])
        wrong += backward(path.read_text(encoding="utf-8"), parts[0], package)

    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "from cppnvid.render import render_video",
        "from cppnvid import render",
        "import cppnvid.cli",
        "from .render import x",
        "def f():\n    from . import cli",
    ],
)
def test_the_check_of_imports_is_alive(source: str) -> None:
    """A scene that imports render or the command line is caught, however it is written."""
    assert backward(source, "scene", "cppnvid") != []


def test_only_backends_and_explanations_know_torch() -> None:
    """What a picture is and how a film is made and measured has nothing to do with torch."""
    wrong = [
        f"{path}:{line}"
        for path in modules()
        if path.relative_to(PACKAGE).with_suffix("").parts[0] not in ("backends", "explanation")
        for module, line in imports(path.read_text(encoding="utf-8"), "cppnvid")
        if module.split(".")[0] == "torch" and path.name != "arrays.py"  # there for its type alone
    ]

    assert wrong == []


def test_only_the_command_line_prints_or_exits() -> None:
    """The library reports through callbacks and exceptions."""
    wrong = []
    for path in modules():
        if path.relative_to(PACKAGE).parts[0] in ("cli", "cli.py", "__main__.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("print", "sys.exit", "exit", "os._exit", "sys.stderr.write"):
                    wrong.append(f"{path}:{node.lineno} calls {called}")

    assert wrong == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import cppnvid` is free; numpy comes with the first name that needs it, and no torch."""
    program = (
        "import sys, cppnvid\n"
        "assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "cppnvid.sample_network\n"
        "assert 'numpy' in sys.modules\n"
        "assert 'torch' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

"""Imports point one way, the library never prints, and importing it loads nothing heavy."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

import cppnvid

PACKAGE = Path(cppnvid.__file__).parent
# From the foundation up: a room imports from rows above its own, its own row's earlier rooms too.
# docs/architecture.md shows the same.
ROOMS = (
    ("errors", "callbacks", "units", "colour"),
    ("recipe",),
    ("encode",),
    ("networks", "audio"),
    ("animation", "presets"),
    ("backends", "platforms"),
    ("live",),
    ("film", "notebook"),
    ("render",),
    ("sheets", "explanation", "export", "preview", "widget"),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, name in enumerate(name for row in ROOMS for name in row)}


def sources() -> dict[str, str]:
    """Return the source of every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = path.read_text(encoding="utf-8")
    return found


def imported(source: str, package: str) -> Iterator[tuple[str, int]]:
    """Yield every name that a source imports, lazily and for types too, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*base, node.module or ""]) if node.level else node.module or ""
            for alias in node.names:
                yield f"{module.rstrip('.')}.{alias.name}", node.lineno


def module_of(name: str, modules: Iterable[str]) -> str | None:
    """Return the module of the package that a dotted name lies in; its root is none."""
    known = set(modules)
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name if "." in name else None


def graph(modules: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return which modules each module imports, and in which line."""
    arrows: dict[str, dict[str, int]] = {}
    for module, source in modules.items():
        is_package = any(other.startswith(f"{module}.") for other in modules)
        package = module if is_package else module.rpartition(".")[0]
        targets = ((module_of(name, modules), line) for name, line in imported(source, package))
        arrows[module] = {to: line for to, line in targets if to is not None and to != module}
    return arrows


def backward(modules: Mapping[str, str]) -> list[str]:
    """Return the imports that point from a room to one that stands on it."""
    wrong = []
    for module, targets in graph(modules).items():
        if "." not in module:
            continue  # the package itself, which names everything
        room = module.split(".")[1]
        for target, line in targets.items():
            other = target.split(".")[1]
            if other != room and RANK[other] >= RANK[room]:
                wrong.append(f"{module}:{line} imports {target}")
    return wrong


def circles(modules: Mapping[str, str]) -> list[set[str]]:
    """Return the sets of modules that can be reached from each other, whatever is between."""
    arrows = {module: set(targets) for module, targets in graph(modules).items() if "." in module}
    reachable = {}
    for start in arrows:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for target in arrows.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        reachable[start] = seen
    found: list[set[str]] = []
    for start in arrows:
        circle = {other for other in reachable[start] if start in reachable[other]}
        if circle and circle not in found:
            found.append(circle)
    return found


def test_every_room_has_its_place() -> None:
    """What stands at the top of the package is in the list of rooms, and nothing else is."""
    rooms = {module.split(".")[1] for module in sources() if "." in module}

    assert set(RANK) == rooms


def test_imports_point_one_way() -> None:
    """No room imports from one that stands on it."""
    assert backward(sources()) == []


def test_no_two_files_import_each_other() -> None:
    """Inside rooms too, lazily or for types alone: what depends on each other is one file."""
    assert circles(sources()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from cppnvid.render import render_video",
        "from cppnvid import render",
        "import cppnvid.cli",
        "from ..render import x",
        "def f():\n    from .. import cli",
    ],
)
def test_the_check_of_directions_is_alive(source: str) -> None:
    """A scene that imports render or the command line is caught, however it is written."""
    assert backward(sources() | {"cppnvid.animation.scene": source}) != []


@pytest.mark.parametrize(
    "source",
    [
        "from cppnvid.animation.scene import Scene",
        "def f():\n    from cppnvid.animation import scene",
        "if TYPE_CHECKING:\n    from .scene import Scene",
    ],
)
def test_the_check_of_circles_is_alive(source: str) -> None:
    """A path that imports the scene, which imports it, is caught, however it is written."""
    found = circles(sources() | {"cppnvid.animation.path": source})

    assert any({"cppnvid.animation.path", "cppnvid.animation.scene"} <= circle for circle in found)


def test_only_backends_know_torch() -> None:
    """What a picture is and how a film is made and measured has nothing to do with torch."""
    wrong = [
        f"{module}:{line}"
        for module, source in sources().items()
        if "." in module and module.split(".")[1] != "backends"
        for name, line in imported(source, module.rpartition(".")[0])
        if name.split(".")[0] == "torch" and module != "cppnvid.colour.arrays"  # for its type alone
    ]

    assert wrong == []


def test_only_the_command_line_prints_or_exits() -> None:
    """The library reports through callbacks and exceptions."""
    wrong = []
    for module, source in sources().items():
        if "." not in module or module.split(".")[1] in ("cli", "__main__"):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("print", "sys.exit", "exit", "os._exit", "sys.stderr.write"):
                    wrong.append(f"{module}:{node.lineno} calls {called}")

    assert wrong == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import cppnvid` is free; numpy comes with the first name that needs it, and no torch."""
    program = (
        "import sys, cppnvid\n"
        "assert not {'torch', 'numpy', 'pydantic', 'wgpu'} & set(sys.modules)\n"
        "cppnvid.sample_network\n"
        "assert 'numpy' in sys.modules\n"
        "assert not {'torch', 'wgpu'} & set(sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

"""Count what makes the code hard to enter, and show the goal beside each count.

    python benchmarks/house.py [TREE] [--list] [--check] [--no-run]

TREE is a checkout, by default the one that this file is in. `--list` adds the places counted,
`--check` exits with 1 when a goal is missed, and `--no-run` leaves out the main job.

The main job is `cppnvid morph --seeds 1 2 3 --frames 300`, at 192 pixels, where `auto` draws with
Halide as it does at full size. It runs in a process of its own under a profiler, which records in
every thread which function of cppnvid enters which other one; the code of other packages between
the two, such as typer or contextlib, is skipped. A *station* is a function that

- is entered by a function in another file of cppnvid (or is `main`, where the job begins), and
- itself enters at least one more function of cppnvid, in any file: it hands the job on.

Only functions with a name of their own count: no properties, dunder methods, lambdas,
comprehensions or nested functions (what the last three enter, the function around them enters).
What pydantic calls, such as validators, and what runs on import does not count either. Each
function counts once, and only if this run enters it, which leaves out the ways of failing.

At 7d87f40 a reader counted 78 stations, some 150 functions and some 80 files by hand. By this
definition there are 82 stations, and 153 functions in 70 files that another file enters.
"""

import argparse
import ast
import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

JOB = ("morph", "--seeds", "1", "2", "3", "--frames", "300", "--size", "192", "--output")

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
NOT_OURS = {
    "--no-warnings": "an option of gifsicle",
    "--force-reinstall": "an option of pip, in advice on how to mend an installation",
}
CONTAINERS = {"MP4", "WebM", "MOV", "GIF", "WebP", "APNG", "PNG", "PNG folder"}
HOMES_OF_CONTAINERS = ("encode/containers", "encode/formats/")
OUR_ERRORS = ("ValueError", "ValidationError")  # and the classes of errors.py
CUTTING = re.compile(
    "(starts|ends)with|r?split|r?partition|splitlines|find|index|count|remove(pre|suf)fix|replace"
)
TELLING = ("complain", "say", "note", "warn", "write", "str", "repr")


@dataclass(frozen=True)
class Function:
    """A function or method."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    is_method: bool

    @property
    def decorators(self) -> str:
        """Its decorators, a line each."""
        return "\n".join(ast.unparse(decorator) for decorator in self.node.decorator_list)

    @property
    def first_line(self) -> int:
        """Where its code begins as Python sees it: at the first decorator."""
        return min([self.node.lineno, *(d.lineno for d in self.node.decorator_list)])

    @property
    def parameters(self) -> int:
        """How many it has; `*args` and `**kwargs` are one each, `self` and `cls` none."""
        given = self.node.args
        named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        is_bound = self.is_method and "staticmethod" not in self.decorators
        return len([*named, *filter(None, (given.vararg, given.kwarg))]) - is_bound


class Source:
    """A file of the package: its path below cppnvid, its text, and what is in it."""

    def __init__(self, package: Path, path: Path) -> None:
        self.name = path.relative_to(package).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.count("\n")
        self.in_cli = self.name.startswith(("cli/", "cli.py", "__main__"))
        self.nodes = list(ast.walk(ast.parse(self.text)))
        self.functions = [
            Function(node, isinstance(parent, ast.ClassDef))
            for parent in self.nodes
            for node in ast.iter_child_nodes(parent)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    def place(self, node: ast.AST, what: str) -> str:
        """Return a line of a list: where a node is, and what is to be said of it."""
        return f"{self.name}:{getattr(node, 'lineno', 0)} {what}"


@dataclass(frozen=True)
class Row:
    """A row of the table; `goal` is the largest count that is wanted, None if any is."""

    what: str
    count: int | None
    goal: int | None = None
    places: list[str] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        """Whether there is a goal and it is not reached."""
        return self.goal is not None and (self.count is None or self.count > self.goal)


def wide(files: list[Source], most: int, *, cli: bool) -> Iterator[str]:
    """Find functions of more parameters than `most`: outside cli/, or with `cli` everywhere."""
    for file in files:
        for function in file.functions:
            is_command = re.search(r"\.(command|callback)\b", function.decorators)
            left_out = is_command if cli else file.in_cli
            if function.parameters > most and not left_out:
                yield file.place(function.node, f"{function.node.name} {function.parameters}")


def options(files: list[Source]) -> Iterator[str]:
    """Find strings outside cli/ that name an option; docstrings are no strings here."""
    for file in files:
        alone = {node.value for node in file.nodes if isinstance(node, ast.Expr)}
        for node in file.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone:
                named = [word for word in OPTION.findall(node.value) if word not in NOT_OURS]
                if named and not file.in_cli:
                    yield file.place(node, " ".join(named))


def readers(files: list[Source]) -> Iterator[str]:
    """Find code that may read the words of our own errors; each place is to be judged by eye.

    Such words are `str(error)`, `f"{error}"` and `error.args` of one that was caught as one of
    ours, pydantic's `["msg"]` and `str(...["error"])`, parameters `words: str` and `message: str`,
    and variables that hold one of these. To search, cut or compare them, or to hand them to another
    function, is to read them; to raise, print or return them is not.
    """
    homes = [node for file in files if file.name == "errors.py" for node in file.nodes]
    ours = {*OUR_ERRORS, *(node.name for node in homes if isinstance(node, ast.ClassDef))}
    for file in files:
        for node in (function.node for function in file.functions):
            nodes, errors, words = list(ast.walk(node)), set(), set()
            for part in nodes:
                match part:
                    case ast.ExceptHandler(type=ast.expr() as kind, name=str(name)):
                        is_ours = ours.intersection(re.findall(r"\w+", ast.unparse(kind)))
                        errors |= {name} if is_ours else set()
                    case ast.arg(arg="words" | "message", annotation=ast.Name(id="str")):
                        words |= {part.arg}
            said = partial(is_words, errors=errors, words=words)
            for part in nodes:
                if isinstance(part, ast.Assign) and said(part.value):
                    words |= {to.id for to in part.targets if isinstance(to, ast.Name)}
            if node.name not in TELLING:
                yield from (
                    file.place(part, ast.unparse(part)) for part in nodes if reads(part, said)
                )


def is_words(node: ast.AST, errors: set[str], words: set[str]) -> bool:
    """Return whether an expression is an error's words, whole or in part; see `readers`."""
    match node:
        case ast.Name(id=name):
            return name in words
        case (
            ast.FormattedValue(value=ast.Name(id=name))
            | ast.Attribute(value=ast.Name(id=name), attr="args")
            | ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=name)])
        ):
            return name in errors
        case ast.Call(func=ast.Name(id="str"), args=[ast.Subscript(slice=ast.Constant(value=key))]):
            return key == "error"
        case ast.Subscript(slice=ast.Constant(value="msg")):
            return True
        case ast.JoinedStr(values=values):
            return any(is_words(value, errors, words) for value in values)
        case ast.Subscript(value=inner) | ast.Call(func=ast.Attribute(value=inner)):
            return is_words(inner, errors, words)
    return False


def reads(node: ast.AST, is_words: Callable[[ast.AST], bool]) -> bool:
    """Return whether a node searches, cuts, compares or hands over what `is_words`."""
    if isinstance(node, ast.Compare):
        return any(map(is_words, node.comparators))
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    if isinstance(node.func, ast.Attribute) and CUTTING.fullmatch(name):
        return is_words(node.func.value)
    is_told = name in TELLING or name[:1].isupper()  # what begins so is an exception that is raised
    return not is_told and any(map(is_words, node.args))


def container_names(files: list[Source]) -> Iterator[str]:
    """Find comparisons with a container's name outside the containers' own files."""
    for file in files:
        for node in file.nodes:
            match node:
                case ast.Compare(left=left, comparators=others):
                    parts = [left, *others]
                case ast.match_case(pattern=ast.MatchValue(value=value)):
                    parts = [value]
                case _:
                    continue
            parts = [item for part in parts for item in getattr(part, "elts", [part])]
            names = {part.value for part in parts if isinstance(part, ast.Constant)} & CONTAINERS
            named = any(re.search(r"\bcontainer\.name$", ast.unparse(part)) for part in parts)
            if (names or named) and not file.name.startswith(HOMES_OF_CONTAINERS):
                yield file.place(parts[0], ast.unparse(node).splitlines()[0])


def trace(tree: Path) -> None:
    """Run the main job and print who entered what, as JSON: the child's part of `stations`."""
    root = f"{tree / 'cppnvid'}{os.sep}"
    os.cpu_count = lambda: 2  # `auto` takes a larger job for a small one where there are more
    entered: set[tuple[str, str, int, str, str]] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        code, caller = frame.f_code, frame.f_back
        if event != "call" or not code.co_filename.startswith(root):
            return
        while caller is not None and not caller.f_code.co_filename.startswith(root):
            if f"{os.sep}pydantic{os.sep}" in caller.f_code.co_filename:
                return
            caller = caller.f_back
        if caller is not None and caller.f_code.co_flags & inspect.CO_OPTIMIZED:  # no module's body
            names = (code.co_filename.removeprefix(root), code.co_qualname, code.co_firstlineno)
            origin = caller.f_code.co_filename.removeprefix(root), caller.f_code.co_qualname
            entered.add((*names, *origin))

    from cppnvid.cli import main

    with tempfile.TemporaryDirectory() as folder:
        threading.setprofile(profile)
        sys.setprofile(profile)
        try:
            main([*JOB, f"{folder}/loop.mp4"])
        finally:  # it ends with SystemExit
            sys.setprofile(None)
            print(json.dumps(sorted(entered)))


def stations(tree: Path, files: list[Source]) -> list[Row]:
    """Run the main job and return the rows of its stations, functions and files."""
    command, path = [sys.executable, __file__, "--trace", str(tree)], {"PYTHONPATH": str(tree)}
    done = subprocess.run(command, env=os.environ | path, capture_output=True, text=True)
    if done.returncode or "/halide/pipeline" not in done.stdout:
        told = done.stderr.splitlines()
        return [Row("main job: it failed, or Halide did not draw it", None, 45, told)]
    named = {
        (file.name, function.first_line)
        for file in files
        for function in file.functions
        if not function.node.name.startswith("__") and "property" not in function.decorators
    }
    outside, onward = set(), defaultdict(set)
    for name, function, line, caller_file, caller in json.loads(done.stdout.splitlines()[-1]):
        entered, by = (name, function), (caller_file, caller.partition(".<")[0])
        if (name, line) in named and "<locals>" not in function and entered != by:
            onward[by].add(entered)
            if name != caller_file:
                outside.add(entered)
        if by[1] == "main" and caller_file.startswith("cli"):
            outside.add(by)
    by_file = defaultdict(list)
    for name, function in sorted(place for place in outside if onward[place]):
        by_file[name].append(function)
    places = [f"{name}: {', '.join(functions)}" for name, functions in by_file.items()]
    return [
        Row("main job: stations", sum(map(len, by_file.values())), 45, places),
        Row("main job: functions entered from another file", len(outside)),
        Row("main job: files of these functions", len({name for name, _ in outside})),
    ]


def count(package: Path, files: list[Source]) -> list[Row]:
    """Return the rows that need no run."""
    top = sorted(path.name for path in package.iterdir() if not path.name.startswith("_"))
    skips = [file.name for file in files for _ in re.findall(r"#\s*fmt:\s*skip", file.text)]
    causeless = [
        file.place(node, ast.unparse(node).splitlines()[0])
        for file in files
        for node in file.nodes
        if isinstance(node, ast.Raise) and isinstance(node.cause, ast.Constant)
    ]
    long = [
        file.place(node, f"{node.name} {length}")
        for file in files
        for node in (function.node for function in file.functions)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > 50
    ]
    large = [f"{file.name} {file.lines}" for file in files if file.lines > 300]
    found = {
        "functions of more than 8 parameters outside cli/": list(wide(files, 8, cli=False)),
        "functions of more than 10 parameters, commands aside": list(wide(files, 10, cli=True)),
        "strings outside cli/ that name an option": list(options(files)),
        "places that may read the words of our errors": list(dict.fromkeys(readers(files))),
        "comparisons with a container's name": list(container_names(files)),
        "raise ... from None": causeless,
    }
    return [
        Row("lines of library", sum(file.lines for file in files), 21_000),
        Row("entries of cppnvid/ that do not begin with _", len(top), 26, top),
        *(Row(what, len(places), 0, places) for what, places in found.items()),
        Row("fmt: skip", len(skips), 20, skips),
        Row("functions of more than 50 lines", len(long), None, long),
        Row("files of more than 300 lines", len(large), None, large),
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", nargs="?", type=Path, default=Path(__file__).parents[1])
    for name in ("--list", "--check", "--no-run", "--trace"):
        parser.add_argument(name, action="store_true")
    given = parser.parse_args()
    tree = given.tree.resolve()
    if given.trace:
        trace(tree)
    package = tree / "cppnvid"
    files = [Source(package, path) for path in sorted(package.rglob("*.py"))]
    rows = count(package, files) + ([] if given.no_run else stations(tree, files))
    print(" count   goal")
    for row in rows:
        shown = ("?" if row.count is None else row.count, "" if row.goal is None else row.goal)
        print("{:>6} {:>6}".format(*shown), "*" if row.missed else " ", row.what)
        if given.list or row.count is None:
            print("".join(f"{'':17}{place}\n" for place in row.places), end="")
    missed = sum(row.missed for row in rows)
    print(f"{missed} goals are missed (*)" if missed else "every goal is reached")
    return 1 if given.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())

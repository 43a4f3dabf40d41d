"""Read YAML from strangers: bounded, plain, with the line of every key.

Only what a recipe needs is read: mappings with text keys, lists, text, numbers, true, false and
null in YAML 1.2 (so `1e-3` is a number, and `yes` and `16:9` are text), and JSON. Tags, anchors,
aliases and several documents are refused, so that no text is larger than it looks.
"""

import codecs
import math
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cppnvid.errors import RecipeError

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_MOST_DIGITS = 300  # of a whole number; the largest float has 309
MAX_VALUES = 50_000  # takes two seconds to read; the largest sensible recipe has a tenth of them

KeyPath = tuple[str | int, ...]
# Keys whose values are text even where they look like a number, as the title of Orwell's book does.
_TEXTS: frozenset[KeyPath] = frozenset(
    {("title",), ("comment",), ("sound", "file"), ("sound", "file", "name")}
)

_NULL, _BOOL, _INT, _FLOAT, _INFINITE = "null", "bool", "int", "float", "infinite"
_SCALARS = (
    (_NULL, r"~|null|Null|NULL|", [*"~nN", ""]),
    (_BOOL, r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    (_INT, r"[-+]?[0-9]+", [*"-+0123456789"]),
    (_FLOAT, r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
    (_INFINITE, r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", [*"-+."]),
)


@dataclass(frozen=True)
class Document:
    """Plain data, and the line of each key, counted from 1."""

    data: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """Compose nodes of plain YAML 1.2, no deeper than `MAX_DEPTH`; its constructors are unused."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as in its base: filled below, then constant
    depth = 0
    values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse, before composing it, what could make a text larger than it looks."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _at(
                event.start_mark, "anchors (&) and aliases (*) are not supported: write it out"
            )
        if getattr(event, "tag", None):
            raise _at(event.start_mark, f"tags are not supported: remove {event.tag!r}")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _at(event.start_mark, f"is nested deeper than {MAX_DEPTH} levels")
        self.values += 1
        if self.values > MAX_VALUES:
            raise _at(event.start_mark, f"contains more than {MAX_VALUES:,} values")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _first)


class _Dumper(yaml.SafeDumper):
    """Quote text that YAML 1.1 or 1.2 would read as something else; write no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's signature
        """Write every value out."""
        return True


for _tag, _pattern, _first in _SCALARS:
    _Dumper.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _first)


class _Refused(yaml.MarkedYAMLError):
    """Something that YAML allows and we refuse."""


def _at(mark: Any, problem: str) -> _Refused:
    return _Refused(problem=problem, problem_mark=mark)


def read_file(path: Path) -> str:
    """Return a text file's content.

    Raises:
        RecipeError: it is missing, not a file, over `MAX_BYTES`, unreadable or not UTF-8;
            UTF-16 is read too where a mark at its start says so.
    """
    file = str(path)
    try:
        if path.is_dir():
            raise RecipeError("is a folder: name the recipe file in it", file=file)
        if path.exists() and not path.is_file():
            raise RecipeError("is not a regular file", file=file)
        if (size := path.stat().st_size) > MAX_BYTES:
            problem = f"must have at most {MAX_BYTES / 1e6:g} MB, given {size / 1e6:.1f} MB"
            raise RecipeError(problem, file=file, given=size)
        data = path.read_bytes()
        # What PowerShell 5 makes of `cppnvid presets silk > silk.yaml`.
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return data.decode("utf-16" if wide else "utf-8-sig")
    except FileNotFoundError as error:
        raise RecipeError("there is no such file", file=file) from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"is not UTF-8 text, see byte {error.start}", file=file) from error
    except OSError as error:
        raise RecipeError(f"cannot be read: {error.strerror or error}", file=file) from error


def parse(text: str, name: str, *, lined: bool = True, at: KeyPath = ()) -> Document:
    """Parse YAML or JSON.

    Args:
        text: a recipe, or the value of one of its keys.
        name: the file, for messages.
        lined: messages name lines.
        at: the key, if it is a value.

    Raises:
        RecipeError: it is not plain YAML; carries `name` as the file, and the line if `lined`.
    """
    if len(text) > MAX_BYTES:
        raise RecipeError(f"is longer than {MAX_BYTES:,} characters", file=name)
    if text.lstrip()[:1] in ("{", "["):
        # JSON may be indented with tabs, which it cannot contain in a string.
        text = text.replace("\t", " ")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        return Document(None if node is None else _plain(node, at, lines), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if lined and mark is not None else None
        raise RecipeError(_in_words(error), file=name, line=line) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if lined else None
        problem = f"contains {chr(error.character)!r}, which is not text"
        raise RecipeError(problem, file=name, line=line) from error


def dotted(path: KeyPath) -> str:
    """Return a key path as text: `network.layers.2.activation`."""
    return ".".join(map(str, path))


def steps(key: str) -> KeyPath:
    """Return the path of a dotted key; that of the empty key is empty."""
    return tuple(int(step) if step.isdecimal() else step for step in key.split(".") if key)


def _in_words(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, _Refused):
        return error.problem or ""
    if "document" in (error.context or ""):
        return "contains several documents (---): keep one"
    problem = ", ".join(part for part in (error.context, error.problem) if part)
    return f"is not YAML: {problem}"


def _plain(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    """Return the node as plain data, and record the line of each key below it."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path)
    mapping: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _at(key_node.start_mark, "a key must be a word")
        key = _text(key_node)
        if key in mapping:
            first = lines[(*path, key)]
            raise _at(key_node.start_mark, f"repeats the key {key!r} of line {first}")
        lines[(*path, key)] = key_node.start_mark.line + 1
        mapping[key] = _plain(value_node, (*path, key), lines)
    return mapping


def _scalar(node: yaml.ScalarNode, path: KeyPath) -> Any:
    if node.tag == _NULL:
        return None
    if path in _TEXTS:
        return _text(node)
    if node.tag == _BOOL:
        return node.value.lower() == "true"
    if node.tag == _INT and len(node.value) <= _MOST_DIGITS:
        return int(node.value)
    if node.tag not in (_INT, _FLOAT, _INFINITE):
        return _text(node)
    value = float(node.value) if node.tag == _FLOAT else math.inf
    if not math.isfinite(value):
        where = f"{dotted(path)}: " if path else ""
        raise _at(node.start_mark, f"{where}numbers must be finite, given {node.value[:40]}")
    return value


def _text(node: yaml.ScalarNode) -> str:
    """Return text; surrogate pairs, as in JSON's escapes, are joined."""
    try:
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise _at(node.start_mark, "contains half a character, a lone surrogate") from error


def dump(data: Any) -> str:
    """Return plain data as YAML that `parse` reads back as equal data."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=96
    )

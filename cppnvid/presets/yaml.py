"""Read YAML from strangers: bounded, plain, and with the line of every key.

Only what a recipe needs is read: mappings with text keys, lists, text, numbers, true, false and
null, as YAML 1.2 spells them (so `1e-3` is a number, and `yes` and `16:9` are text). Tags, anchors,
aliases and further documents are refused, so no text is larger than it looks. JSON is read too.
"""

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
MAX_VALUES = 50_000  # two seconds of reading; the largest recipe we can think of has a tenth of it

KeyPath = tuple[str | int, ...]

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
    """Plain data, and the line on which each key of it stands, counted from 1."""

    data: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """Composes nodes of plain YAML 1.2, no deeper than `MAX_DEPTH`; its constructors are unused."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as in its base: filled below, then constant
    depth = 0
    values = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what could make a text larger than it looks before composing it."""
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
    """Quotes text that YAML 1.1 or ours would read as something else; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's signature
        """Write every value out."""
        return True


for _tag, _pattern, _first in _SCALARS:
    _Dumper.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), _first)


class _Refused(yaml.MarkedYAMLError):
    """What we refuse that YAML allows."""


def _at(mark: Any, problem: str) -> _Refused:
    return _Refused(problem=problem, problem_mark=mark)


def read_file(path: Path) -> str:
    """Return a text file's content.

    Raises:
        RecipeError: it is missing, no file, over `MAX_BYTES`, unreadable or not UTF-8.
    """
    try:
        if path.is_dir():
            raise RecipeError("is a folder: name the recipe file in it", file=str(path))
        if path.exists() and not path.is_file():
            raise RecipeError("is not a regular file", file=str(path))
        if (size := path.stat().st_size) > MAX_BYTES:
            allowed = f"at most {MAX_BYTES / 1e6:g} MB"
            raise RecipeError(file=str(path), given=f"{size / 1e6:.1f} MB", allowed=allowed)
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise RecipeError("there is no such file", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"is not UTF-8 text, see byte {error.start}", file=str(path)) from error
    except OSError as error:
        raise RecipeError(f"cannot be read: {error.strerror or error}", file=str(path)) from error


def parse(text: str, name: str, *, lined: bool = True) -> Document:
    """Parse YAML or JSON.

    Args:
        text: the YAML or JSON.
        name: the file it comes from, or what else errors call it.
        lined: whether errors carry the line, which means nothing in text of one line.

    Raises:
        RecipeError: it is not plain YAML; carries the name, and the line if `lined`.
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
        return Document(None if node is None else _plain(node, (), lines), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if lined and mark is not None else None
        raise RecipeError(_in_words(error), file=name, line=line) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if lined else None
        character = chr(error.character)
        raise RecipeError(
            f"contains {character!r}, which is not text", file=name, line=line
        ) from error


def dotted(path: KeyPath) -> str:
    """Return a key path as it is written: `network.layers.2.activation`."""
    return ".".join(map(str, path))


def steps(key: str) -> KeyPath:
    """Return a dotted key's path; the empty key's is empty."""
    return tuple(int(step) if step.isdecimal() else step for step in key.split(".") if key)


def _in_words(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, _Refused):
        return error.problem or ""
    if "document" in (error.context or ""):
        return "contains several documents (---): keep one"
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return f"is not YAML: {said}"


def _plain(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    """Return the node as plain data, and note the line of each key below it."""
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
    if node.tag == _BOOL:
        return node.value.lower() == "true"
    if node.tag == _INT and len(node.value) <= 400:  # as many digits as the largest float, and more
        return int(node.value)
    if node.tag not in (_INT, _FLOAT, _INFINITE):
        return _text(node)
    value = float(node.value) if node.tag == _FLOAT else math.inf
    if not math.isfinite(value):
        where = f"{dotted(path)}: " if path else ""
        raise _at(node.start_mark, f"{where}numbers must be finite, given {node.value[:40]}")
    return value


def _text(node: yaml.ScalarNode) -> str:
    """Return text, with the surrogate pairs that JSON escapes come in joined."""
    try:
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _at(node.start_mark, "contains half a character, a lone surrogate") from None


def dump(data: Any) -> str:
    """Return plain data as YAML that `parse` reads back to equal data."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=96
    )

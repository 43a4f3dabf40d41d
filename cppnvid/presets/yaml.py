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
            raise _at(event.start_mark, "anchors (&) and aliases (*) are not read: write it out")
        if getattr(event, "tag", None):
            raise _at(event.start_mark, f"tags are not read: remove {event.tag!r}")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _at(event.start_mark, f"nested deeper than {MAX_DEPTH} levels")
        self.values += 1
        if self.values > MAX_VALUES:
            raise _at(event.start_mark, f"holds more than {MAX_VALUES:,} values")
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
            raise RecipeError(f"{path}: is a folder: name the recipe file in it")
        if path.exists() and not path.is_file():
            raise RecipeError(f"{path}: is not a regular file")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise RecipeError(
                f"{path}: is {size / 1e6:.1f} MB, and a recipe has at most {MAX_BYTES / 1e6:g} MB"
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise RecipeError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: is not UTF-8 text, see byte {error.start}") from None
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror or error}") from None


def parse(text: str, name: str, *, lined: bool = True) -> Document:
    """Parse YAML or JSON; `name`, and the line if `lined`, stand before messages.

    Raises:
        RecipeError: with `name:line: ` and what is not read there.
    """
    if len(text) > MAX_BYTES:
        raise RecipeError(f"{name}: is longer than {MAX_BYTES:,} characters")
    if text.lstrip()[:1] in ("{", "["):
        text = text.replace(
            "\t", " "
        )  # JSON may be indented by tabs; inside its text they cannot be
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        return Document(None if node is None else _plain(node, (), lines), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if lined and mark is not None else ""
        raise RecipeError(f"{name}{line}: {_in_words(error)}") from None
    except yaml.reader.ReaderError as error:
        line = f":{text.count(chr(10), 0, error.position) + 1}" if lined else ""
        character = chr(error.character)
        raise RecipeError(f"{name}{line}: holds {character!r}, which is not text") from None


def dotted(path: KeyPath) -> str:
    """Return a key path as it is written: `network.layers.2.activation`."""
    return ".".join(map(str, path))


def _in_words(error: yaml.MarkedYAMLError) -> str:
    if isinstance(error, _Refused):
        return error.problem or ""
    if "document" in (error.context or ""):
        return "holds several documents (---): keep one"
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
            raise _at(key_node.start_mark, f"key {key!r} stands here again, first on line {first}")
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
        raise _at(node.start_mark, "holds half a character, a lone surrogate") from None


def dump(data: Any) -> str:
    """Return plain data as YAML that `parse` reads back to equal data."""
    return yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=96
    )

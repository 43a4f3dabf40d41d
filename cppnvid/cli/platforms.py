"""`platforms`: where films are posted, what each takes, and who says so."""

import math
from typing import TYPE_CHECKING, Any

from cppnvid.cli.app import command
from cppnvid.cli.reporter import say

if TYPE_CHECKING:
    from cppnvid.platforms import Platform

_HEADINGS = ("for", "file", "size", "frames a second", "seconds", "at most", "as of")


@command("name", name="The platform whose facts to show.")
def platforms(name: str | None) -> None:
    """List the platforms that --for knows, or all that one takes, with the sources."""
    from cppnvid.platforms import platform_named
    from cppnvid.platforms import platforms as known

    if name is not None:
        say(_facts(platform_named(name, key="name")))
        return
    rows = [_HEADINGS, *map(_row, known().values())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def _facts(platform: "Platform") -> str:
    words = {name: _in_words(name, fact.value) for name, fact in platform.facts.items()}
    widths = max(map(len, words)), max(map(len, words.values()))
    lines = [f"# {platform.name}: {platform.title}"]
    for name, fact in platform.facts.items():
        line = f"{name.replace('_', ' '):{widths[0]}}  {words[name]:{widths[1]}}"
        lines.append(f"{line}  {fact.source}, {fact.date}")
    return "\n".join(lines)


def _row(platform: "Platform") -> tuple[str, ...]:
    facts = platform.facts
    words = {name: _in_words(name, fact.value) for name, fact in facts.items()}
    shapes = ("longer", "width", "frame_pixels", "aspect")
    limits = [f"{name.replace('_', ' ')} {words[name]}" for name in shapes if name in words]
    return (
        platform.name,
        words["endings"],
        words.get("size") or ", ".join(limits[:1]) or "any",
        words.get("usual_fps") or words.get("fps") or "any",
        ", ".join(words[key] for key in ("usual_seconds", "seconds") if key in words) or "any",
        words.get("bytes", "any"),
        # The table is as old as its oldest fact.
        min(fact.date for fact in facts.values()),
    )


def _in_words(name: str, value: Any) -> str:
    """Return the value of a fact in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case (int(), int()) if name == "size":
            return "x".join(map(str, value))
        case (str(), *_):
            return " ".join(value)
        case (least, most):
            return _range(name, least or 0, math.inf if most is None else most)
        case _:
            return f"{float(value):g}"


def _range(name: str, least: float, most: float) -> str:
    if least == most:
        return _number(name, least)
    parts = [f"from {_number(name, least)}"] * bool(least)
    parts += [f"to {_number(name, most)}"] * (most < math.inf)
    return " ".join(parts)


def _number(name: str, number: float) -> str:
    if name == "bytes":
        unit, one = ("GB", 1e9) if number >= 1e9 else ("MB", 1e6) if number >= 1e6 else ("kB", 1e3)
        return f"{number / one:.4g} {unit}"
    return f"{number:,.0f}" if number >= 10_000 else f"{number:g}"

"""`platforms`: where films are posted, what each takes, and who says so."""

import math
from typing import TYPE_CHECKING, Any

from cppnvid.cli.app import command
from cppnvid.cli.reporter import say, say_rows
from cppnvid.units import file_size

if TYPE_CHECKING:
    from cppnvid.platforms import Platform

_HEADINGS = ("for", "file", "size", "frames a second", "seconds", "at most", "as of")


@command("name", name="The platform whose facts to show.")
def platforms(name: str | None) -> None:
    """List the platforms that --for knows, or all that one takes, with the sources."""
    from cppnvid.platforms import platform_named, platforms as known

    if name is None:
        say_rows(_HEADINGS, *map(_row, known().values()))
        return
    platform = platform_named(name, key="name")
    say(f"# {platform.name}: {platform.title}")
    facts = platform.facts.items()
    say_rows(
        *(
            (name.replace("_", " "), _in_words(name, fact.value), f"{fact.source}, {fact.date}")
            for name, fact in facts
        )
    )


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
        return file_size(int(number)).replace(".0 ", " ")
    return f"{number:,.0f}" if number >= 10_000 else f"{number:g}"

"""Wrong words: values of options, and texts of recipes, by hand and by lot."""

import random
from collections.abc import Iterator
from functools import lru_cache

import typer

from cppnvid.cli.app import app
from cppnvid.cli.options import OPTIONS
from tests.attempts import GOOD, SMALL, STILL, Attempt, good_film, writes

_WRONG = (
    *("", " ", "-", "--", "-1", "0", "1e999", "1e-320", "nan", "9" * 400, "0x10", "1_000", "0.1"),
    *("1,", "a,b", "[", "{", "[1]", "{a: 1}", "null", "true", "~", "'", "\\", "%s", "a=b", "="),
    *("*a", "&a [*a]", "!!python/object:os.system", "{keys: [[0, 1]]}", "{keys: []}", "1:2"),
    *("#ff", "#zzzzzz,#000000", "../..", "/", "x" * 5000, "é🙂", "\udcff", "a\nb", "\x1b[31m"),
)

_ROOTS = "title style network morph camera palette canvas output sound"
_KEYS = f"{_ROOTS} layers seeds of loop size keys zoom warps name file react frames fps colours"
_KEYS += " activation init inputs weights path"
_SCALARS = (
    *("1", "-1", "0.5", "1e400", ".nan", ".inf", "null", "true", "2001-01-01"),
    *("x", "8x8", "sin", "good.gif", "''", "'\\ud800'", '"\\0"'),
)


def words() -> Iterator[Attempt]:
    """Yield every option of every command with wrong values, a few each, in turn."""
    wrong = 0
    for name, good in GOOD.items():
        for option in _options_of(name):
            for _ in range(4):
                value = _WRONG[wrong % len(_WRONG)]
                wrong += 1
                words = (*good.split(), option, value)
                yield Attempt("words", words, good_film)
    for value in _WRONG:
        yield Attempt("words", (*STILL.split(), "--set", f"title={value}"))
        yield Attempt("words", ("render", value))
        yield Attempt("words", ("info", value))
        yield Attempt("words", (value,))


@lru_cache
def _options_of(command: str) -> list[str]:
    known = typer.main.get_command(app).commands[command].params  # type: ignore[attr-defined]
    flags = {row.typed for row in OPTIONS.values() if row.flag}
    return [p.opts[0] for p in known if p.opts[0].startswith("--") and p.opts[0] not in flags]


def garbage() -> Iterator[Attempt]:
    """Yield commands of random words, the same ones in every run."""
    lot = random.Random(13)
    names = list(GOOD)
    for _ in range(120):
        name = lot.choice(names)
        words = [*GOOD[name].split()] if lot.random() < 0.5 else [name]
        for _ in range(lot.randint(1, 3)):
            word = lot.choice(_options_of(name) or ["--no"])
            value = lot.choice(_WRONG) if lot.random() < 0.5 else _random_text(lot)
            words.insert(lot.randint(1, len(words)), f"{word}={value}")
        yield Attempt("garbage", tuple(words), good_film)
    for _ in range(60):
        text = _random_yaml(lot)
        words = ["render", "r.yaml", *SMALL.split()]
        note = ascii(text)[1:61]
        yield Attempt("garbage", tuple(words), writes("r.yaml", text), note=note)


def _random_text(lot: random.Random) -> str:
    return "".join(
        chr(lot.choice([lot.randint(1, 126), 233, 0x1F642, 0xDC80, 0x202E])) for _ in "12345"
    )


def _random_yaml(lot: random.Random) -> str:
    def value(depth: int) -> str:
        kind = lot.choice(("scalar", "scalar", "list", "mapping")[: 4 if depth < 3 else 2])
        if kind == "scalar":
            return lot.choice(_SCALARS)
        count = range(lot.randint(0, 3))
        if kind == "list":
            return f"[{', '.join(value(depth + 1) for _ in count)}]"
        return f"{{{', '.join(f'{lot.choice(_KEYS.split())}: {value(depth + 1)}' for _ in count)}}}"

    return "".join(f"{key}: {value(0)}\n" for key in lot.sample(_ROOTS.split(), 2))

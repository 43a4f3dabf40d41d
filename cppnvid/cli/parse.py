"""Turn the words a user types into values: seeds, numbers, times, sizes of files, keys.

Each reader takes what was typed after an option and the option's name, `--threads`, and raises a
RecipeError that names it. Keys of the recipe are read as YAML and left for the recipe to judge, so
that all mistakes are reported in one voice; typer's own types would load pydantic and speak its
language.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cppnvid.errors import Mistake, RecipeError
from cppnvid.units import parse_file_size

if TYPE_CHECKING:
    from cppnvid.presets import Override

Reader = Callable[[Any, str], Any]
MAX_SEEDS = 1000


def refusal(
    option: str, problem: str = "", *, given: object = None, allowed: str = ""
) -> RecipeError:
    """Return the error that says what is wrong with the value of an option."""
    return RecipeError.of([Mistake(problem, given=given, allowed=allowed, origins=(option,))])


def gather(arguments: Sequence[str]) -> list[str]:
    """Join the words after `--seeds`, `--times` and `--like` to one value, `--seeds=1 2 3`.

    Words reach up to the next option; a minus before a digit belongs to a word, so that a negative
    seed meets our message. Each file after `--weights` becomes an option of its own, because names
    of files hold spaces. The parser reads one value per option.
    """
    gathered: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            return [*gathered, argument, *rest]
        if argument in ("--seeds", "--times", "--weights", "--like"):
            words = []
            while rest and (not rest[0].startswith("-") or re.match(r"-[\d.]", rest[0])):
                words.append(rest.pop(0))
            single = words if argument == "--weights" else []
            gathered += [f"{argument}={word}" for word in single or [" ".join(words)]]
        else:
            gathered.append(argument)
    return gathered


def text(typed: str, _option: str) -> str:
    """Take a name as it is."""
    return typed


def ending(typed: str, option: str) -> str:
    """Read the name of a format, which is the ending of its files: `mp4`, also as `.MP4`."""
    name = typed.lower().removeprefix(".")
    if not re.fullmatch("[a-z0-9]+", name):
        raise refusal(option, given=typed, allowed="an ending of files, such as mp4")
    return name


def value(typed: str, option: str) -> Any:
    """Read YAML: a number, a name, a list, keyframes."""
    from cppnvid.presets import parse

    return parse(typed, option, lined=False).data


def moment(typed: str, option: str) -> float:
    """Read a time in a film: 0 is its start, 1 its end."""
    allowed = "from 0 to 1, where 0.5 is halfway"
    return float(_number(typed, option, allowed, lambda time: 0 <= time <= 1))


def from_zero(typed: str, option: str) -> float:
    """Read a number that is not negative."""
    return float(_number(typed, option, "a number from 0 up, such as 1.5", lambda n: n >= 0))


def duration(typed: str, option: str) -> Fraction:
    """Read a number of seconds."""
    return Fraction(str(_number(typed, option, "more than 0 seconds", lambda n: n > 0)))


def whole(low: int, high: float = math.inf) -> Reader:
    """Return a reader of whole numbers from `low` to `high`."""
    allowed = f"a whole number from {low} {'up' if high == math.inf else f'to {high}'}"
    return lambda typed, option: _number(typed, option, allowed, lambda n: low <= n <= high, int)


def _number(
    typed: str, option: str, allowed: str, fits: Callable[[Any], bool], kind: Any = int | float
) -> Any:
    read = value(typed, option)
    if isinstance(read, bool) or not isinstance(read, kind) or not fits(read):
        raise refusal(option, given=typed, allowed=allowed)
    return read


def file_size(typed: str, _option: str) -> int:
    """Read `8MB` as a number of bytes."""
    return parse_file_size(typed)


def palette(typed: str, _option: str) -> str | list[str]:
    """Read a palette's name, or colours: `#102030,#ff8040`."""
    return [part.strip() for part in typed.split(",")] if typed.startswith("#") else typed


def seed(typed: str, option: str) -> list[Any]:
    """Read one seed."""
    return [value(typed, option)]


def seeds(typed: Iterable[str], option: str) -> list[int | str]:
    """Read seeds in their order: words, commas and ranges mix."""
    words = [word for part in typed for word in re.split(r"[,\s]+", part) if word]
    if not words:
        raise refusal(option, f"no seeds given: name some, as in {_several(option)}")
    found: list[int | str] = []
    for word in words:
        found.extend(_seeds_of(word, option))
        if len(found) > MAX_SEEDS:
            raise refusal(option, f"must be at most {MAX_SEEDS} seeds, given more")
    return found


def _seeds_of(word: str, option: str) -> Sequence[int | str]:
    if re.fullmatch(r"[0-9]{1,40}", word):
        return [int(word)]
    if re.fullmatch(r"[(0-9][0-9mx@.()-]*", word) and re.search("[mx(]", word):
        return [word]  # a child, which the recipe reads
    if re.fullmatch(r"-[0-9]+", word):
        raise refusal(option, f"a seed is 0 or more, given {word}: use {word[1:]}")
    span = re.fullmatch(r"([0-9]{1,40})-([0-9]{1,40})", word)
    if not span:
        form = f"a seed is a whole number from 0 up, as in {_several(option)}, or a child like 7m3"
        raise refusal(option, f"{form}, given {word!r}")
    first, last = int(span[1]), int(span[2])
    if last < first:
        raise refusal(option, f"{word} runs backwards: use {last}-{first}")
    if last - first >= MAX_SEEDS:
        count = last - first + 1
        raise refusal(option, f"must be at most {MAX_SEEDS} seeds, given {word}, which is {count}")
    return range(first, last + 1)


def _several(option: str) -> str:
    typed = f"{option} " if option.startswith("-") else ""
    return f"{typed}1 2 3 or {typed}1,2,5-10"


def numbers(typed: str, option: str) -> list[int]:
    """Read several whole numbers from 1 up."""
    words = [word for word in re.split(r"[,\s]+", typed) if word]
    if not words or not all(re.fullmatch(r"0*[1-9][0-9]{0,8}", word) for word in words):
        raise refusal(option, given=typed or None, allowed="numbers from 1 up, such as 3 8 11")
    return [int(word) for word in words]


def times(typed: str, option: str) -> list[float | str]:
    """Read one time for each seed: from 0 to 1, or in seconds, beats or bars, as `2.5s`."""
    joined = re.sub(r"(?<=\d)\s+(?=(s|beats?|bars?)\b)", "", typed)
    words = [word for word in re.split(r"[,\s]+", joined) if word]
    try:
        if words:
            return [
                word if re.search(r"\d(s|beats?|bars?)$", word) else float(word) for word in words
            ]
    except ValueError:
        pass
    given = repr(typed) if words else "none"
    form = "a number from 0 to 1 for each seed, such as --times 0 0.2 0.7, or a time such as 2.5s"
    raise refusal(option, f"must be {form}, given {given}")


def files(typed: Iterable[str], option: str) -> list[str]:
    """Read names of files."""
    names = [name for name in typed if name]
    if not names:
        raise refusal(option, f"no file given: name one or several, such as {option} net.npz")
    return names


def key_values(typed: Iterable[str], option: str) -> "list[Override]":
    """Read `network.activation=sin`, each of which sets a key."""
    from cppnvid.presets import Override, parse

    overrides = []
    for word in typed:
        key, equals, written = word.partition("=")
        key = key.strip()
        if not equals or not all(key.split(".")):
            raise refusal(option, given=word, allowed="KEY=VALUE, such as network.activation=sin")
        name = f"{option} {key}"
        laid = Override(key, None, name)
        read = parse(written, name, lined=False, at=laid.path).data
        overrides.append(laid._replace(value=read))
    return overrides

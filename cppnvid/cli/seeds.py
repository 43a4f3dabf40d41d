"""Read `--seeds 1 2 3`, `--seeds 1,2,5-10` and everything between; `--weights`, `--times` too."""

import re
from collections.abc import Iterable, Sequence

from cppnvid.errors import RecipeError

MAX_SEEDS = 1000
_FORMS = "write them as --seeds 1 2 3 or --seeds 1,2,5-10"


def gather_seeds(arguments: Sequence[str]) -> list[str]:
    """Join the values after `--seeds`, up to the next option, to one `--seeds=1 2 3`; so `--times`.

    After `--weights`, whose files may have spaces in their names, each becomes an option of its
    own. The parser beneath reads one value for an option; a minus before a digit is a value too, so
    that a negative seed meets our message and not the parser's.
    """
    gathered: list[str] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            return [*gathered, argument, *rest]
        if argument in ("--seeds", "--times"):
            values = []
            while rest and (not rest[0].startswith("-") or re.match(r"-[\d.]", rest[0])):
                values.append(rest.pop(0))
            argument = f"{argument}={' '.join(values)}"
        if argument == "--weights":
            while len(rest) > 1 and not rest[1].startswith("-"):
                gathered.append(f"--weights={rest.pop(0)}")
            named = rest and not rest[0].startswith("-")
            argument = f"--weights={rest.pop(0) if named else ''}"
        gathered.append(argument)
    return gathered


def parse_seeds(texts: Iterable[str]) -> list[int]:
    """Return the seeds that the values of `--seeds` name, in their order.

    Raises:
        RecipeError: there are none or too many, or one is not a whole number from 0 up.
    """
    words = [word for text in texts for word in re.split(r"[,\s]+", text) if word]
    if not words:
        raise RecipeError(f"--seeds: no seeds given: {_FORMS}")
    seeds: list[int] = []
    for word in words:
        seeds.extend(_parse_word(word))
        if len(seeds) > MAX_SEEDS:
            raise RecipeError(
                f"--seeds: at most {MAX_SEEDS} seeds, given more: {word!r} is too many"
            )
    return seeds


def parse_times(text: str) -> list[float]:
    """Return the numbers that the value of `--times` names, in their order.

    Raises:
        RecipeError: there are none, or one is no number.
    """
    words = [word for word in re.split(r"[,\s]+", text) if word]
    try:
        if words:
            return [float(word) for word in words]
        given = "nothing"
    except ValueError:
        given = repr(text)
    raise RecipeError(
        f"--times: write a number in 0 to 1 for each seed, such as --times 0 0.2 0.7, given {given}"
    )


def parse_files(names: Iterable[str]) -> list[str]:
    """Return the files that the values of `--weights` name.

    Raises:
        RecipeError: there are none.
    """
    files = [name for name in names if name]
    if not files:
        raise RecipeError("--weights: no file given: write --weights net.npz, or several files")
    return files


def _parse_word(word: str) -> Sequence[int]:
    if re.fullmatch(r"[0-9]{1,40}", word):
        return [int(word)]
    if re.fullmatch(r"-[0-9]+", word):
        raise RecipeError(f"--seeds: a seed is 0 or more, given {word}: take {word[1:]}")
    span = re.fullmatch(r"([0-9]{1,40})-([0-9]{1,40})", word)
    if not span:
        raise RecipeError(f"--seeds: a seed is a whole number from 0 up, given {word!r}: {_FORMS}")
    first, last = int(span[1]), int(span[2])
    if last < first:
        raise RecipeError(f"--seeds: {word} runs backwards: write {last}-{first}")
    if last - first >= MAX_SEEDS:
        count = last - first + 1
        raise RecipeError(f"--seeds: at most {MAX_SEEDS} seeds, given {word}, which is {count}")
    return range(first, last + 1)

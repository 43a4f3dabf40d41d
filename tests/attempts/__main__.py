"""Make all attempts, or those of some parts: see `tests.attempts`."""

import sys
from collections import Counter
from typing import TextIO

from tests.attempts import is_fine, run
from tests.attempts.files import files, folders, outputs
from tests.attempts.surroundings import encodings, limits, mounts, streams
from tests.attempts.words import garbage, words

_PARTS = (words, garbage, files, outputs, folders, streams, encodings, limits, mounts)


def _print(text: str, *, file: TextIO = sys.stdout) -> None:
    file.write(f"{text}\n")
    file.flush()


def table(asked: list[str]) -> int:
    """Make the attempts of the named parts, or all; print those that fail; return their number."""
    parts = {word for word in asked if not word.startswith("-")}
    failed, codes = 0, Counter[tuple[str, int]]()
    _print("| part | attempt | exit code |\n|---|---|---|")
    for attempt in (
        one for part in _PARTS if not parts or part.__name__ in parts for one in part()
    ):
        code, said = run(attempt)
        codes[attempt.part, code] += 1
        fine = is_fine(code, said)
        failed += not fine
        if "--all" in asked or not fine:
            cell = attempt.shown.replace("|", "\\|")
            _print(f"| {attempt.part} | `{cell}` | {code} |")
        if not fine:
            _print("\n".join(said.splitlines()[-4:]), file=sys.stderr)
    _print(f"\n{sum(codes.values())} attempts, {failed} of which ended as no command may.\n")
    for (part, code), count in sorted(codes.items()):
        _print(f"{part}: exit code {code}, {count} times")
    return failed


if __name__ == "__main__":
    sys.exit(min(1, table(sys.argv[1:])))

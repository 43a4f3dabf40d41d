"""Make all attempts, or those of some parts: see `tests.attempts`."""

import sys
from collections import Counter
from typing import TextIO

from tests.attempts import SKIPPED, is_fine, run
from tests.attempts.files import files, folders, outputs
from tests.attempts.surroundings import encodings, limits, mounts, streams
from tests.attempts.words import garbage, words

_PARTS = (words, garbage, files, outputs, folders, streams, encodings, limits, mounts)


def table(asked: list[str]) -> int:
    """Make the attempts of the named parts, or all, and print them; return how many failed."""
    known = {part.__name__: part for part in _PARTS}
    if not set(asked) <= known.keys():
        sys.exit(f"the parts are {', '.join(known)}")
    failed, codes = 0, Counter[tuple[str, int]]()
    _print("| part | attempt | exit code |\n|---|---|---|")
    for attempt in (one for name in asked or known for one in known[name]()):
        code, said = run(attempt)
        codes[attempt.part, code] += 1
        _print(f"| {attempt.part} | {attempt.shown} | {code} |")
        if not is_fine(code, said):
            failed += 1
            _print(f"FAILED: {attempt.shown}", *said.splitlines()[-4:], file=sys.stderr)
    _print("", f"{sum(codes.values())} attempts, {failed} of which ended as no command may.")
    for (part, code), count in sorted(codes.items()):
        _print(f"{part}: {f'exit code {code}' if code != SKIPPED else 'skipped'}, {count} times")
    return failed


def _print(*lines: str, file: TextIO | None = None) -> None:
    print(*lines, sep="\n", file=file, flush=True)


if __name__ == "__main__":
    sys.exit(min(1, table(sys.argv[1:])))

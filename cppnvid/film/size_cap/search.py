"""Find the finest of many settings whose file fits, with few looks at what a file's size is."""

from collections.abc import Callable, Sequence
from math import log

AIM = 0.95  # of the cap: sizes are smooth, and yet not exactly known beforehand
FULL = 0.85  # of the cap: what fills as much is not tried more finely


def finest(
    shares: Sequence[float],
    measure: Callable[[int], float],
    cap: float,
    *,
    start: int = 0,
    tries: int = 6,
) -> int | None:
    """Return the number of a setting whose size is at most `cap`, or None where none is found.

    The next setting is chosen by what the sizes of the last two say of all the others, and from
    between the coarsest that was too large and the finest that fitted.

    Args:
        shares: how large the file is supposed to be with each setting, falling; any unit.
        measure: returns the size with a setting, in bytes.
        cap: in bytes.
        start: the setting to look at first.
        tries: how many may be looked at once one fits.
    """
    too_large, fits = -1, len(shares)
    index = min(max(start, 0), len(shares) - 1)
    sizes: dict[int, float] = {}
    while True:
        size = sizes[index] = max(measure(index), 1.0)
        if size <= cap:
            fits = min(fits, index)
            if size >= FULL * cap or fits <= too_large + 1 or len(sizes) >= tries:
                return fits
        else:
            too_large = max(too_large, index)
            if too_large + 1 >= len(shares):
                return None
        index = _next(shares, sizes, AIM * cap)
        index = min(max(index, too_large + 1), max(fits - 1, too_large + 1))
        if index in sizes or index >= fits:
            return fits


def _next(shares: Sequence[float], sizes: dict[int, float], goal: float) -> int:
    """Return the finest setting that should have `goal` bytes: sizes are a power of shares."""
    *before, last = sizes
    power = 1.0
    if before:
        rise = log(sizes[last] / sizes[before[-1]]) / log(shares[last] / shares[before[-1]])
        power = min(max(rise, 0.4), 2.5)
    share = shares[last] * (goal / sizes[last]) ** (1 / power)
    return next((i for i, each in enumerate(shares) if each <= share), len(shares) - 1)

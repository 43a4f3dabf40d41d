"""Numbers as text for a script: whole, as differences from one to the next, in few bytes.

What changes smoothly over time has small differences of differences. A film's rows so take 1 or 2
bytes a number where float32 takes 4, and are no less exact.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# How often differences are taken at most; house style at a uniform pace gains 1 kB by a fifth time.
MOST_ORDER = 4
# Bits of a tensor's numbers and their shares, against the largest: what float32 has.
FINE = 24
# Bits of a camera's and colours' numbers, over their range: a zoom of 1,000 is exact at either end.
FINER = 32

Whole = NDArray[np.int64]


def packed_columns(columns: Iterable[NDArray[Any]]) -> dict[str, Any]:
    """Return columns of whole numbers, each [numbers], as the page's script reads them.

    Returns:
        `columns`: for each its length, its bytes a number, and then its own first number, that of
        its differences, of their differences, and so on, as far as the order that is kept.
        `data`: those differences of all columns, little-endian, half of their range added, in
        base64.
    """
    heads, parts = [], []
    for column in columns:
        width, order = min(_forms(column.astype(np.int64)))
        rest = column.astype(np.int64)
        head = []
        for _ in range(order):
            head.append(int(rest[0]))
            rest = np.diff(rest)
        heads.append([len(column), width, *head])
        raised = (rest + 256**width // 2).astype("<u8")
        parts.append(raised.view(np.uint8).reshape(-1, 8)[:, :width].tobytes())
    return {"columns": heads, "data": base64.b64encode(b"".join(parts)).decode()}


def in_steps(column: NDArray[Any], origin: float, bits: int, largest: float) -> tuple[Whole, float]:
    """Return a column as whole steps from an origin, and the step: a float32.

    Args:
        column: the numbers.
        origin: the number that is 0 steps.
        bits: `largest` is about 2^(bits - 1) steps.
        largest: the number that says how fine the steps are; with 0 all are 0 steps.
    """
    # A little to spare, or the largest itself would need another byte where the step is rounded.
    step = float(np.float32(largest * (1 + 2**-22) / 2 ** (bits - 1)))
    if step == 0.0:
        return np.zeros(len(column), np.int64), 0.0
    return np.round((column.astype(np.float64) - origin) / step).astype(np.int64), step


def _forms(column: Whole) -> Iterable[tuple[int, int]]:
    """Yield how a column can be kept: bytes a number, and how often differences are taken."""
    rest = column
    for order in range(max(0, min(MOST_ORDER, len(column) - 1)) + 1):
        if order:
            rest = np.diff(rest)
        yield _bytes_of(rest), order


def _bytes_of(numbers: Whole) -> int:
    """Return how many bytes hold each of these numbers."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    width = 1
    while low < -(256**width) // 2 or high >= 256**width // 2:
        width += 1
    return width

"""Numbers as text: read back whole, in few bytes, and no less exact than float32."""

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from cppnvid.live.packing import FINE, FINER, in_steps, packed_columns


def read(packed: dict[str, Any]) -> list[list[int]]:
    """Return the columns again, as the page's script reads them."""
    data, at, columns = base64.b64decode(packed["data"]), 0, []
    for count, width, *heads in packed["columns"]:
        values = []
        for _ in range(count - len(heads)):
            values.append(int.from_bytes(data[at : at + width], "little") - 256**width // 2)
            at += width
        for head in reversed(heads):
            values = np.cumsum([head, *values]).tolist()
        columns.append(values)
    assert at == len(data)
    return columns


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-(2**33), 2**33), min_size=1, max_size=9), max_size=4))
def test_whole_numbers_come_back(columns: list[list[int]]) -> None:
    """Of any size, few or many, in columns of any length."""
    assert read(packed_columns(np.array(column) for column in columns)) == columns


def test_what_is_smooth_takes_two_bytes() -> None:
    """A wave of 300 frames in 24 bits; what is not smooth takes three, and no more."""
    wave = np.round(2**23 * np.sin(np.linspace(0, 2 * np.pi * 3, 301))).astype(int)
    rough = np.random.default_rng(1).integers(-(2**23), 2**23, 301)

    found = packed_columns([wave, rough])["columns"]

    assert [width for _, width, *_ in found] == [2, 3]
    assert len(found[1]) == 2, "differences of what is not smooth are larger than it"


@pytest.mark.parametrize("bits", [FINE, FINER])
def test_steps_are_as_fine_as_float32(bits: int) -> None:
    """The largest number needs no byte more, and none misses by more than half a step."""
    column = np.array([3.0, 3.0 - 7.5, 4.5, 10.5])

    whole, step = in_steps(column, 3.0, bits, 7.5)

    assert np.abs(3.0 + step * whole - column).max() <= 0.501 * 7.5 / 2 ** (bits - 1)
    assert packed_columns([whole])["columns"][0][1] == bits // 8
    assert in_steps(np.full(3, 2.0), 2.0, bits, 0.0)[0].tolist() == [0, 0, 0]

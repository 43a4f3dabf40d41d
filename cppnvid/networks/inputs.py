"""What the first layer may read at a point: one row each.

A new row is also a name in `recipe/network.py` and, for the fused backends, a line in
`backends/halide/pipeline.py` and `backends/triton/layers.py`; they decline it until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cppnvid.colour.arrays import Array, library_of


@dataclass(frozen=True)
class Input:
    """A number that the first layer reads.

    Attributes:
        name: what recipes call it.
        formula: makes a column [n] from the x and y [n] of points in the field; None for the
            latent, which is the same at every point and therefore part of the first layer's bias.
    """

    name: str
    formula: Callable[[Any, Any], Any] | None


# In the order in which the columns of the first layer's weights follow each other.
INPUTS: dict[str, Input] = {
    row.name: row
    for row in (
        Input("x", lambda x, _: x),
        Input("y", lambda _, y: y),
        Input("r", lambda x, y: library_of(x).sqrt(x * x + y * y)),
        Input("z", None),
    )
}


def inputs_at(names: Iterable[str], x: Array, y: Array) -> Array:
    """Return the inputs of these names at points [n] of the field: [n, inputs]."""
    formulas = [INPUTS[name].formula for name in names]
    columns = [formula(x, y) for formula in formulas if formula is not None]
    if not columns:
        return x[:, None][:, :0]
    stacked: Array = library_of(x).stack(columns, axis=-1)
    return stacked

"""What lets a formula be written once, for arrays of numpy and of torch.

Loading torch takes two seconds, in which numpy has drawn a small picture, so what a pixel is must
not be written in torch alone. Since NumPy 2 both libraries name nearly everything that formulas
need alike: `clip`, `where`, `stack`, `atan2`, `remainder`, and `axis` and `out` in each.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from torch import Tensor

Array = TypeVar("Array", "NDArray[Any]", "Tensor")


def library_of(array: object) -> Any:
    """Return the library that an array belongs to: the module numpy or torch."""
    # Not by the module of its type: a `Still` is an array of numpy too.
    return np if isinstance(array, np.ndarray | np.generic) else sys.modules["torch"]


def constant_like(constant: ArrayLike, array: Any) -> Any:
    """Return fixed numbers as an array with another one's library, type and device."""
    return library_of(array).asarray(constant, dtype=array.dtype, device=array.device)

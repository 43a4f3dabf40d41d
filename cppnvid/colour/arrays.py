"""What lets a formula be written once for numpy and for torch.

Loading torch takes two seconds, in which numpy has drawn a small picture; so what a pixel is must
not be written in torch alone. Since NumPy 2 both name nearly all that formulas need alike: `clip`,
`where`, `stack`, `atan2`, `remainder`, and `axis` in each.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", NDArray[Any], "Tensor")


def library_of(array: object) -> Any:
    """Return numpy or torch, whichever the array is of."""
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]


def constant_like(constant: NDArray[Any], array: Any) -> Any:
    """Return fixed numbers as an array of another one's library, type and device."""
    return library_of(array).asarray(constant, dtype=array.dtype, device=array.device)

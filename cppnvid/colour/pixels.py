"""Pictures made smaller."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def shrink(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture, uint8 [height, width, 3], at another width and height, as area means."""
    if frame.shape[1::-1] == size:
        return frame
    picture = Image.fromarray(np.ascontiguousarray(frame))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))

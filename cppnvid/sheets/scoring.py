"""Score a picture, to find seeds worth a look: many colours, clear forms, neither flat nor noise.

Three parts, each 0 to 1, are multiplied, so that a picture must have all of them. Taste is the
viewer's; the score only sorts out what nobody would choose. docs/gallery.md shows what it does.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.oklab import to_oklab
from cppnvid.colour.pixels import shrink

SIDE = 64  # pixels of the shorter side: what is smaller than 1/64 of a picture is texture, not form

COLOUR_STEP = 0.06  # in Oklab: three just noticeable differences, two colours and not two shades
MANY_COLOURS = 100.0  # one picture in ten of the article's networks has more, none of the house's
EDGE = 0.04  # in Oklab, from a pixel to the next: soft forms count, slow gradients do not
# In pixels, the size of detail of white noise and of a slope from one side to the other.
NOISE, SLOPE = 1.0, SIDE / math.sqrt(3.0)


class Marks(NamedTuple):
    """The parts of a score, each 0 to 1."""

    colours: float
    edges: float
    detail: float

    @property
    def score(self) -> float:
        """All of them as one number, 0 to 100."""
        return 100.0 * self.colours * self.edges * self.detail


def score(frame: NDArray[np.uint8]) -> float:
    """Score a picture, 0 (flat, or noise) to 100; the house style's middle is about 60.

    Args:
        frame: uint8 [height, width, 3], sRGB, of any size; made small before it is looked at.
    """
    return marks(frame).score


def marks(frame: NDArray[np.uint8]) -> Marks:
    """Return the parts of a picture's score; see `score`."""
    lab = _small_oklab(frame)
    if min(lab.shape[:2]) < 2:
        return Marks(0.0, 0.0, 0.0)
    across = np.linalg.norm(np.diff(lab, axis=1), axis=2)[:-1]
    down = np.linalg.norm(np.diff(lab, axis=0), axis=2)[:, :-1]
    steps = np.hypot(across, down)
    return Marks(_colours(lab), _edges(steps), _detail(lab, steps))


def _colours(lab: NDArray[np.float64]) -> float:
    """Return how many colours there are: the logarithm of 2 to the entropy of their shares."""
    cells = np.floor(lab.reshape(-1, 3) / COLOUR_STEP).astype(np.int64)
    _, counts = np.unique(cells, axis=0, return_counts=True)
    shares = counts / counts.sum()
    entropy = -float(shares @ np.log(shares))
    return min(max(0.0, entropy) / math.log(MANY_COLOURS), 1.0)


def _edges(steps: NDArray[np.float64]) -> float:
    """Return 1 if edges cover half of the picture, 0 if they cover nothing or everything.

    A step of `EDGE` counts half, so that soft styles are ranked too, and by no threshold's luck.
    """
    squares = np.square(steps)
    share = float((squares / (squares + EDGE**2)).mean())
    return 4.0 * share * (1.0 - share)


def _detail(lab: NDArray[np.float64], steps: NDArray[np.float64]) -> float:
    """Return 1 for detail half way, as a ratio, between noise and one slope over the picture.

    Its size is how far one goes on average until the colour has changed by its whole spread.
    """
    spread = math.sqrt(float(lab.reshape(-1, 3).var(axis=0).sum()))
    roughness = math.sqrt(float(np.square(steps).mean()))
    if roughness == 0.0:
        return 0.0
    size = 2.0 * spread / roughness
    place = math.log(size / NOISE) / math.log(SLOPE / NOISE)
    return max(4.0 * place * (1.0 - place), 0.0) ** 2 if 0.0 < place < 1.0 else 0.0


def _small_oklab(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    height, width, _ = frame.shape
    ratio = min(SIDE / min(width, height), 1.0)
    size = max(round(width * ratio), 1), max(round(height * ratio), 1)
    rgb = shrink(frame, size).astype(np.float64) / 255.0
    return to_oklab(rgb.reshape(-1, 3)).reshape(rgb.shape)

"""Write `cppnvid/colour/blue_noise.npy`, the thresholds that colours are dithered with.

By the void-and-cluster method (R. Ulichney, "The void-and-cluster method for dither array
generation", 1993): points are ranked so that those up to any rank lie as far apart as they can, on
a square that repeats without a seam. Run it as `python -m docs.make_blue_noise`.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 64
SPREAD = 1.5  # pixels, the standard deviation Ulichney found best
PLACE = Path(__file__).parent.parent / "cppnvid" / "colour" / "blue_noise.npy"


def blue_noise(side: int = SIDE, seed: int = 1) -> NDArray[np.uint16]:
    """Return the ranks, from 0, of the points of a square: uint16 [side, side]."""
    distance = np.minimum(np.arange(side), side - np.arange(side))
    bell = np.exp(-(distance**2) / (2 * SPREAD**2))
    kernel = np.tile(np.outer(bell, bell), (2, 2))

    def around(point: int) -> NDArray[np.float64]:
        row, column = divmod(point, side)
        return kernel[side - row : 2 * side - row, side - column : 2 * side - column].ravel()

    points = np.zeros(side**2, dtype=bool)
    points[np.random.Generator(np.random.Philox(seed)).permutation(side**2)[: side**2 // 10]] = True
    crowd = np.zeros(side**2)
    for point in np.flatnonzero(points):
        crowd += around(int(point))

    def tightest() -> int:
        return int(np.where(points, crowd, -np.inf).argmax())

    def emptiest() -> int:
        return int(np.where(points, np.inf, crowd).argmin())

    while True:  # move the most crowded point to the largest void, until that is where it was
        worst = tightest()
        points[worst] = False
        crowd -= around(worst)
        best = emptiest()
        points[best] = True
        crowd += around(best)
        if best == worst:
            break
    ranks = np.empty(side**2, dtype=np.uint16)
    start, start_crowd, count = points.copy(), crowd.copy(), int(points.sum())
    for rank in range(count - 1, -1, -1):
        worst = tightest()
        points[worst] = False
        crowd -= around(worst)
        ranks[worst] = rank
    points, crowd = start, start_crowd
    for rank in range(count, side**2):
        best = emptiest()
        points[best] = True
        crowd += around(best)
        ranks[best] = rank
    return ranks.reshape(side, side)


if __name__ == "__main__":
    np.save(PLACE, blue_noise())

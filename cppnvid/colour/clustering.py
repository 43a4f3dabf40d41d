"""The colours of a picture as an even gradient: clusters in Oklab, in an order, at equal distances.

Centres move by `scipy.cluster.vq`, which is here for the spline's sake already: scikit-learn's
k-means would be 40 MB for these twenty lines.
"""

import numpy as np
from numpy.typing import NDArray

from cppnvid.colour.oklab import from_oklab, to_oklab

ORDERS = ("lightness", "hue", "amount")
CLUSTERS = 7  # as many as the longest gradient of our own; more zigzag between like colours
STOPS = 20  # at equal distances, and none of the clusters is further than 0.04 from the gradient

_CELL = 0.02  # of the grid in Oklab that pixels are counted in: the least difference one sees
# Cells count by the root of their pixels: by pixels, a sky takes all colours and a red boat none.
_POWER = 0.6
_APART = 0.06  # clusters nearer to each other are one colour
_GREY = 0.03  # chroma below which a colour has no hue to be ordered by
_ROUNDS = 30  # the centres of photographs rest after 10 to 20


def gradient_of(rgb: NDArray[np.uint8], by: str = "lightness") -> tuple[str, ...]:
    """Return the colours of pixels as the stops of an even gradient, such as `#102030`.

    The same pixels give the same colours. Pixels of one colour give that alone.

    Args:
        rgb: [n, 3], sRGB, n at least 1; their order does not matter.
        by: of `ORDERS`: from dark to light, around the circle of hues, or from the most to the
            least frequent.
    """
    cells, counts = _counted(rgb)
    centres, amounts = _clusters(cells, counts)
    ordered = centres[_ORDER[by](centres, amounts)]
    stops = _even(ordered) if len(ordered) > 1 else ordered
    levels = np.floor(from_oklab(stops) * 255.0 + 0.5).astype(int)
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in levels)


def _counted(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean colour of each cell that has pixels, Oklab [cells, 3], and their numbers."""
    colours, times = np.unique(rgb.reshape(-1, 3), axis=0, return_counts=True)
    lab = to_oklab(colours.astype(np.float64) / 255.0)
    _, cell = np.unique(np.floor(lab / _CELL).astype(int), axis=0, return_inverse=True)
    counts = np.bincount(cell.ravel(), times).astype(np.float64)
    sums = [np.bincount(cell.ravel(), times * column) for column in lab.T]
    return np.stack(sums, axis=1) / counts[:, None], counts


def _clusters(
    cells: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres of at most `CLUSTERS`, Oklab [n, 3], and the number of pixels in each."""
    from scipy.cluster.vq import vq

    weights = counts**_POWER
    centres = cells[[np.argmax(weights)]]
    while True:
        _, far = vq(cells, centres)
        farthest = np.argmax(weights * far**2)
        if len(centres) == CLUSTERS or far.max() < _APART:
            break
        centres = np.concatenate([centres, cells[[farthest]]])
    for _ in range(_ROUNDS):
        nearest, _ = vq(cells, centres)
        held = np.bincount(nearest, weights, len(centres))
        sums = [np.bincount(nearest, weights * column, len(centres)) for column in cells.T]
        moved = np.stack(sums, axis=1)[held > 0] / held[held > 0, None]
        if moved.shape == centres.shape and np.allclose(moved, centres, atol=1e-4):
            break
        centres = moved
    centres = _apart(centres)
    nearest, _ = vq(cells, centres)
    return centres, np.bincount(nearest, counts, len(centres)).astype(np.float64)


def _apart(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return centres of which no two are nearer than `_APART`."""
    kept = centres[:1]
    for centre in centres[1:]:
        if np.linalg.norm(kept - centre, axis=1).min() >= _APART:
            kept = np.concatenate([kept, centre[None]])
    return kept


def _by_lightness(lab: NDArray[np.float64], _amounts: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(lab[:, 0], kind="stable")


def _by_hue(lab: NDArray[np.float64], _amounts: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order colours around the circle from its widest gap on, after the greys, darkest first."""
    chroma, hue = np.hypot(lab[:, 1], lab[:, 2]), np.arctan2(lab[:, 2], lab[:, 1])
    greys, others = np.flatnonzero(chroma < _GREY), np.flatnonzero(chroma >= _GREY)
    greys = greys[np.argsort(lab[greys, 0], kind="stable")]
    around = others[np.argsort(hue[others], kind="stable")]
    if len(around):
        turns = np.diff(hue[around], append=hue[around[:1]] + 2.0 * np.pi)
        around = np.roll(around, -(int(np.argmax(turns)) + 1))
    return np.concatenate([greys, around])


def _by_amount(_lab: NDArray[np.float64], amounts: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(-amounts, kind="stable")


_ORDER = dict(zip(ORDERS, (_by_lightness, _by_hue, _by_amount), strict=True))


def _even(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `STOPS` colours at equal distances on the way through these, Oklab [STOPS, 3]."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))])
    steps = np.linspace(0.0, way[-1], STOPS)
    return np.stack([np.interp(steps, way, column) for column in lab.T], axis=1)

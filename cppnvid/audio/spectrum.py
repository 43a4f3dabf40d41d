"""The energy of each band of a sound at even moments, and its onsets."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from cppnvid.encode import RATE
from cppnvid.recipe import BANDS

_WINDOW = 2048  # samples, 43 ms: 23 Hz apart, so that bass is six of them
_BLOCK = 1000  # moments at a time: 16 MB
_SILENCE = 1e-4  # of full scale; a track that is never louder counts as silent


class Heard(NamedTuple):
    """A band at even moments."""

    energy: NDArray[np.float64]  # [moments], 1 being a sine as loud as the track
    flux: NDArray[np.float64]  # [moments], how much begins
    noise: float  # above the flux of steady noise, whose mean over many pitches varies less


class Series:
    """The bands of a sound at even moments, analysed when the first is asked for.

    Args:
        sound: float32 [samples, channels].
        count: number of moments.
        loops: whether the end leads to the start.
    """

    def __init__(self, sound: NDArray[np.float32], count: int, *, loops: bool) -> None:
        self._sound, self._count, self._loops = sound, count, loops
        self._known: dict[str, Heard] = {}
        self._loudest = max(
            (float(np.abs(sound[at : at + RATE]).max()) for at in range(0, len(sound), RATE)),
            default=0.0,
        )

    def of(self, band: str) -> Heard:
        """Return a band at every moment."""
        if not self._known:
            self._known = self._measure()
        return self._known[band]

    def _measure(self) -> dict[str, Heard]:
        pitches = np.arange(_WINDOW // 2 + 1) * RATE / _WINDOW
        bins = {
            band: slice(*(int(at) for at in np.searchsorted(pitches, edges)))
            for band, edges in BANDS.items()
        }
        energy = {band: np.zeros(self._count) for band in BANDS}
        flux = {band: np.zeros(self._count) for band in BANDS}
        noise = {band: 0.5 / float(np.sqrt(at.stop - at.start)) for band, at in bins.items()}
        if self._loudest >= _SILENCE:
            window = np.hanning(_WINDOW + 1)[:-1]
            before = self._spectra(np.array([-2, -1]), window)
            for start in range(0, self._count, _BLOCK):
                moments = np.arange(start, min(start + _BLOCK, self._count))
                spectra = np.concatenate([before, self._spectra(moments, window)])
                levels = np.log10(1.0 + 1000.0 * spectra)
                for band, at in bins.items():
                    energy[band][moments] = (spectra[2:, at] ** 2).sum(axis=1)
                    flux[band][moments] = _flux(levels[:, at])
                before = spectra[-2:]
        # A drum is a few of the hundreds of pitches in all, and would not be noticed there.
        flux["all"] = np.asarray(np.mean([flux[b] for b in BANDS if b != "all"], axis=0))
        noise["all"] = 0.06
        return {band: Heard(energy[band], flux[band], noise[band]) for band in BANDS}

    def _spectra(
        self, moments: NDArray[np.int64], window: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return magnitudes around moments, over a sine as loud as the track: [n, bins]."""
        length = len(self._sound)
        centres = np.round(moments * (length / self._count)).astype(np.int64)
        places = centres[:, None] + np.arange(-_WINDOW // 2, _WINDOW // 2)
        taken = self._sound[places % length].astype(np.float64).mean(axis=2)
        if not self._loops:
            taken[(places < 0) | (places >= length)] = 0.0
        spectra = np.abs(np.fft.rfft(taken * window, axis=1))
        return np.asarray(spectra * (2.0 / window.sum() / self._loudest), np.float64)


def _flux(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much has begun at each moment but the first two: levels [moments + 2, bins].

    Spectral flux whose reference is the loudest neighbour, so that vibrato is not an onset:
    SuperFlux (Böck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx
    2013). It rises most one moment before a sound begins, as windows reach ahead (measured: 9 to
    10 ms, on clicks, drums and cymbals), so each moment has the value of its predecessor.
    """
    rise = levels[1:-1] - maximum_filter1d(levels[:-2], 3, axis=1)
    return np.asarray(np.maximum(rise, 0.0).mean(axis=1), np.float64)


def pick_onsets(
    flux: NDArray[np.float64], noise: float, *, loops: bool
) -> list[tuple[float, float]]:
    """Return (moment, strength in 0 to 1) of each onset in a band's flux.

    An onset is the highest point of 60 ms, and exceeds the mean of 200 ms by more than noise
    does, and by an eighth of what the track's strongest do (after Böck, Krebs and Schedl,
    "Evaluating the online capabilities of onset detection methods", ISMIR 2012).
    """
    over = flux - around(uniform_filter1d, flux, 21, loops=loops)
    strongest = max(float(np.percentile(over, 99.5)), noise, 1e-9)
    highest = flux >= around(maximum_filter1d, flux, 7, loops=loops)
    onsets: list[tuple[float, float]] = []
    for at in np.flatnonzero(highest & (over > max(strongest / 8, noise))):
        if not onsets or at - onsets[-1][0] >= 3:
            onsets.append((float(at), min(float(over[at]) / strongest, 1.0)))
    return onsets


def around(
    filter1d: Callable[..., Any], series: NDArray[np.float64], size: float, *, loops: bool
) -> NDArray[np.float64]:
    """Filter a series over this many moments; a loop's start follows its end."""
    return np.asarray(filter1d(series, size, mode="wrap" if loops else "nearest"), np.float64)

"""The energy of each band of a sound at even moments, and its onsets."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from cppnvid.encode import RATE
from cppnvid.recipe import BANDS

_WINDOW = 2048  # samples, 43 ms: 23 Hz apart, so that bass is six of them
_BLOCK = 1000  # moments at a time: 33 MB
_SILENCE = 1e-4  # of full scale; a track that is never louder counts as silent
_LOWEST = 20.0  # Hz: what is lower is not heard, and a window would smear it into bass
_STEEP = 32  # -6 dB at the lowest, -80 at three quarters of it, -0.05 at the first pitch of bass
_MARGIN = 2 * RATE  # samples; what the high-pass reaches is e⁻²⁴ there


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
        """Return magnitudes around moments, over a sine as loud as the track: [n, bins].

        The channels' energies are added, so that opposed ones are heard as well as equal ones.
        """
        centres = np.round(moments * (len(self._sound) / self._count)).astype(np.int64)
        first = int(centres[0]) - _WINDOW // 2
        audible = self._audible(first, int(centres[-1]) + _WINDOW // 2)
        places = centres[:, None] - first + np.arange(-_WINDOW // 2, _WINDOW // 2)
        taken = audible[places] * window[:, None]
        energies = np.mean(np.abs(np.fft.rfft(taken, axis=1)) ** 2, axis=2)
        return np.asarray(np.sqrt(energies) * (2.0 / window.sum() / self._loudest), np.float64)

    def _audible(self, first: int, last: int) -> NDArray[np.float64]:
        """Return samples from `first` to before `last`, without what is too low: [n, channels].

        The high-pass is as Butterworth's, forward and backward alike, so that nothing lags.
        """
        length = len(self._sound)
        places = np.arange(first - _MARGIN, last + _MARGIN)
        if self._loops:
            inner = places % length
        else:  # mirrored, so that what is too low does not break off; silent once that is gone
            inner = np.minimum(places % (2 * length), -1 - places % (-2 * length))
        taken = self._sound[inner].astype(np.float64)
        size = next_fast_len(len(taken), real=True)
        pitches = np.fft.rfftfreq(size, 1.0 / RATE)
        passed = 1.0 / (1.0 + (_LOWEST / np.maximum(pitches, 1.0)) ** _STEEP)
        spectrum = np.fft.rfft(taken, size, axis=0) * passed[:, None]
        kept = slice(_MARGIN, _MARGIN + last - first)
        audible = np.fft.irfft(spectrum, size, axis=0)[kept]
        if not self._loops:
            audible[(places[kept] < 0) | (places[kept] >= length)] = 0.0
        return audible


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
    summit = float(over.max())
    if summit < 1.25 * noise:  # now and then steady noise rises so far (14 draws of 3 s: 1.23)
        return []
    # Half of the summit, so that a track of few onsets is not measured by what lies between them.
    strongest = max(float(np.percentile(over, 99.5)), summit / 2, noise, 1e-9)
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

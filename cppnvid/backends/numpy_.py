"""Drawing with numpy, which needs nothing loaded or compiled: for a picture wanted at once.

Loading torch takes two seconds and 150 MB. In that time numpy has drawn five million points of
nine layers of sixteen neurons; from there on, whatever is compiled is faster.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from cppnvid.animation.scene import Moment
from cppnvid.backends.tiles import TiledBackend, TiledLayer, Values


class NumpyBackend(TiledBackend):
    """Draw scenes with numpy.

    Args:
        threads: how many tiles are drawn at once; None is one for each core.
    """

    _pixel_by_pixel = True

    def __init__(self, threads: int | None = None) -> None:
        super().__init__("numpy", threads or os.cpu_count() or 1)

    def looks(self, moments: Iterable[Moment], x: Values, y: Values) -> Iterator[Values]:
        """Yield the colours at the same points at one moment after another.

        Several moments are drawn at once. Arguments and colours are those of `colours`.
        """

        def look(moment: Moment) -> Values:
            with self._drawing():
                colours: Values = self._colours(self._layers(moment), moment, x, y)
                return colours

        moments = iter(moments)
        while batch := list(islice(moments, 4 * self._workers)):
            yield from self._map(look, batch)

    def _array(self, values: NDArray[Any]) -> Values:
        return values.astype(np.float32, copy=False)

    def _host(self, values: NDArray[Any], kind: type[Any]) -> NDArray[Any]:
        return values.astype(kind, copy=False)

    def _sums(self, layer: TiledLayer, hidden: Values, index: int) -> Values:  # noqa: ARG002
        sums: Values = hidden @ layer.weight
        sums += layer.bias
        return sums

    def _drawing(self) -> AbstractContextManager[Any]:
        # What is too large for a float ends as black, as in torch, without a warning.
        return np.errstate(all="ignore")

    def _one_thread_each(self) -> AbstractContextManager[Any]:
        return one_thread_each()


def one_thread_each() -> AbstractContextManager[Any]:
    """Keep the library of matrices from sharing each small product among threads of its own.

    On two cores that took 1.8 times as long.
    """
    limited: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limited


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()

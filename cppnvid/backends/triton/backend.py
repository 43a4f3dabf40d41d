"""Fused drawing on NVIDIA GPUs with Triton; `torch_.py` is its readable twin.

One kernel goes from coordinates to the colours of several frames. It is compiled for each
architecture, once on a machine; weights, camera and palette are its arguments. Work is dealt to all
cards in turn, and comes back in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from subprocess import CalledProcessError
from typing import Any

import numpy as np
import torch
import triton
from numpy.typing import NDArray

from cppnvid.animation.camera import View, axes
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.backends import adaptive
from cppnvid.backends.adaptive import points_a_pixel
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton import colour, field, functions
from cppnvid.backends.triton.architecture import Architecture, architecture_of
from cppnvid.backends.triton.card import STREAMS, Card, Finish, Grid, Work
from cppnvid.backends.triton.plan import Capability, precision_for
from cppnvid.backends.uniforms import check_format, missing_row
from cppnvid.colour.pixels import Pixels, Raster
from cppnvid.errors import BackendUnavailable, CppnvidError, Setting

OLDEST: Capability = (8, 0)  # Ampere: what the kernel is compiled and counted for begins here
PIXEL_FORMATS = ("rgb24", "rgb48", "yuv420p")

# Layers that differ from the one before are code of their own, and take a second to compile.
MOST_RUNS = 12

_POINTS_AT_ONCE = 2**23  # of a launch: a frame of 4K, some milliseconds on a small card
_MOST_FRAMES = 64


class CudaBackend:
    """Draw scenes with Triton.

    Args:
        cards: to draw on; left out, all of this machine that can.

    Raises:
        BackendUnavailable: there is none.
    """

    def __init__(self, cards: Sequence[Card] | None = None) -> None:
        self.name = "cuda"
        self.pixel_formats: tuple[str, ...] = PIXEL_FORMATS
        self.interpolates = False
        self.cards = list(cards) if cards is not None else usable_cards()
        if not self.cards:
            raise BackendUnavailable(f"backend cuda is not usable here: {why_no_card()}")

    def render(self, scene: Timeline, times: Iterable[float], raster: Raster) -> Iterator[Pixels]:
        """Draw one frame for each time, in order, as batches: see `Backend.render`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: a card lacks the memory.
            ValueError: for another pixel format, or an odd size in yuv420p.
        """
        check_format(raster, PIXEL_FORMATS)
        yield from self._in_order(self._batches((scene.at(time) for time in times), raster))

    def bands(self, moment: Moment, raster: Raster) -> Iterator[Pixels]:
        """Draw one frame from top to bottom: see `Backend.bands`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: a card lacks the memory.
        """
        for band in self._in_order(self._bands(moment, raster)):
            yield band[0]

    def colours(self, moment: Moment, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
        """Return the colours at points: see `Backend.colours`.

        Raises:
            BackendUnavailable: this backend cannot draw such a scene.
            BackendError: a card lacks the memory.
        """
        architecture = architecture_of(moment)
        precision = self._precision(moment, architecture)
        x, y = (places.astype(np.float32) for places in (x, y))
        grids = (
            Grid(x[at : at + _POINTS_AT_ONCE], y[at : at + _POINTS_AT_ONCE], 1, scattered=True)
            for at in range(0, len(x), _POINTS_AT_ONCE)
        )
        jobs = (Work([moment], architecture, precision, grid, (), "float32") for grid in grids)
        lines = [line[0, 0] for line in self._in_order(jobs)]
        return np.concatenate([np.empty((0, 3), np.float32), *lines])

    def _batches(self, moments: Iterator[Moment], raster: Raster) -> Iterator[Work]:
        points = raster.width * raster.height * points_a_pixel(raster.samples)
        at_once = min(max(_POINTS_AT_ONCE // points, 1), _MOST_FRAMES)
        precision: str | None = None
        for architecture, alike in groupby(moments, architecture_of):
            while some := list(islice(alike, at_once)):
                if precision is None:
                    grids = _grids(some[0], raster)
                    precision = self._precision(some[0], architecture)
                yield Work(some, architecture, precision, *grids, raster.pixel_format)

    def _bands(self, moment: Moment, raster: Raster) -> Iterator[Work]:
        height = raster.height
        architecture = architecture_of(moment)
        precision = self._precision(moment, architecture)
        grid, finer = _grids(moment, raster)
        count = max(_POINTS_AT_ONCE // (raster.width * points_a_pixel(raster.samples)), 1)
        if finer:
            count = max(count // adaptive.BLOCK, 1) * adaptive.BLOCK
        beyond = adaptive.REACH if finer else 0
        for top in range(0, height, count):
            bottom = min(top + count, height)
            begin, end = max(top - beyond, 0), min(bottom + beyond, height)
            yield Work(
                [moment],
                architecture,
                precision,
                grid.rows(begin, end),
                tuple(each.rows(begin, end) for each in finer),
                raster.pixel_format,
                slice(top - begin, bottom - begin),
            )

    def _precision(self, moment: Moment, architecture: Architecture) -> str:
        """Return the precision of a job, which no later frame changes."""
        reason = unsupported(moment)
        if reason:
            raise BackendUnavailable(
                "backend cuda cannot draw this: {reason}",
                instead=Setting("backend", "torch:cuda"),
                reason=reason,
            )
        return precision_for(architecture, [card.capability for card in self.cards])

    def _in_order(self, jobs: Iterator[Work]) -> Iterator[Pixels]:
        """Deal work to the cards in turn, as much as they have streams, and yield as it was dealt.

        One more piece is started before the oldest is waited for, so that no card ever stands
        still while the caller does something with a picture.
        """
        started: deque[Finish] = deque()
        for index, work in enumerate(jobs):
            started.append(self.cards[index % len(self.cards)].submit(work))
            if len(started) == STREAMS * len(self.cards):
                yield started.popleft()()
        while started:
            yield started.popleft()()


def _grids(moment: Moment, raster: Raster) -> tuple[Grid, tuple[Grid, ...]]:
    """Return the points of all pixels, and under `auto` those of pixels that need more."""

    def grid(count: int) -> Grid:
        columns, lines = axes(moment.coordinates, raster.width, raster.height, count)
        return Grid(columns.astype(np.float32), lines.astype(np.float32), count)

    if raster.samples == "auto" and adaptive.can_judge(raster.width, raster.height):
        return grid(1), (grid(adaptive.FEW), grid(adaptive.SAMPLES))
    return grid(adaptive.everywhere(raster.samples)), ()


def unsupported(moment: Moment) -> str | None:
    """Return why this backend cannot draw a moment, or None if it can."""
    architecture = architecture_of(moment)
    if len(architecture.runs) > MOST_RUNS:
        return (
            f"its layers change {len(architecture.runs)} times, which takes too long to compile, "
            f"{MOST_RUNS} times at most"
        )
    return missing_row(
        moment,
        inputs=("x", "y", "r"),
        activations=functions.ACTIVATIONS,
        output_functions=functions.OUTPUT_FUNCTIONS,
        warps=field.WARPS,
        palettes=colour.MODES,
    )


# ------------------------------------------------------------------ the machine


def usable_cards() -> list[Card]:
    """Return the cards of this machine that the kernel is made for."""
    if not torch.cuda.is_available() or torch.version.hip is not None:
        return []
    found = [torch.cuda.get_device_capability(index) for index in range(torch.cuda.device_count())]
    return [
        Card(torch.device("cuda", index), capability)
        for index, capability in enumerate(found)
        if capability >= OLDEST
    ]


def why_no_card() -> str:
    """Return what this machine lacks, where `usable_cards` finds none."""
    if torch.version.hip is not None:
        return "the kernel is made for NVIDIA's GPUs, and this torch is built for AMD's"
    if not torch.cuda.is_available():
        return "torch finds no CUDA device"
    names = ", ".join(
        f"{torch.cuda.get_device_name(index)} ({'.'.join(map(str, capability))})"
        for index in range(torch.cuda.device_count())
        for capability in [torch.cuda.get_device_capability(index)]
    )
    return f"it needs a GPU of capability 8.0 or later; this machine has {names}"


@lru_cache(maxsize=1)
def check() -> str | None:
    """Return why Triton does not work on this machine, or None: draw two pictures on every card.

    This finds what importing does not: no driver, no C compiler, a cache that cannot be written,
    and products that are wrong, with tensor cores and without.
    """
    moments = [_small_moment(width) for width in (9, 24)]
    torchs = [np.concatenate(list(TorchBackend().bands(each, _SMALL))) for each in moments]
    for card in usable_cards():
        try:
            drawn = [np.concatenate(list(CudaBackend([card]).bands(m, _SMALL))) for m in moments]
        except (
            RuntimeError,
            OSError,
            CalledProcessError,
            triton.errors.TritonError,
            CppnvidError,
        ) as error:
            return f"Triton cannot draw on {card.device}: {str(error).strip().splitlines()[0]}"
        off = int(np.abs(np.subtract(drawn, torchs, dtype=int)).max())
        if off > 1:
            return f"Triton draws values on {card.device} that are {off} steps off"
    return None


_SMALL = Raster(7, 5)


def _small_moment(width: int) -> Moment:
    """Return a scene of two layers of a width, each value of which counts."""
    weights = np.sin(np.arange(width * (width + 5), dtype=np.float32))
    first, second, output = np.split(weights, [2 * width, (2 + width) * width])
    layers = (
        SceneLayer(first.reshape(width, 2), np.zeros(width), "tanh", residual=False),
        SceneLayer(second.reshape(width, width), np.zeros(width), "tanh", residual=True),
        SceneLayer(output.reshape(3, width), np.zeros(3), "sigmoid", residual=False),
    )
    view, colouring = View(1.0, 0.0, (0.0, 0.0), ()), Colouring("rgb", None, 0.0)
    return Moment(("x", "y"), layers, "endpoints", view, colouring)

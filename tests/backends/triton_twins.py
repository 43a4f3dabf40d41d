"""What the tests of the fused `cuda` backend share: a card to draw on, and torch to compare with.

Where there is no GPU, Triton's interpreter runs the kernels on the processor: some 0.1 s for a
tile, whatever its size, so that pictures are a few rows high. Import this before anything of
Triton's: whether it interprets is read where functions are defined, its own among them.
"""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

os.environ["TRITON_INTERPRET"] = "0" if torch.cuda.is_available() else "1"
pytest.importorskip("triton", reason="no Triton here: it has wheels for Linux only")

# From here on a machine has Triton, and what does not work with it fails.
from cppnvid.animation.scene import Moment
from cppnvid.backends import definition
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton import backend as cuda, card
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton.card import Card
from cppnvid.backends.triton.plan import Plan, plan_for
from cppnvid.colour.pixels import Raster
from tests.backends.helpers import drawn

INTERPRETED = os.environ.pop("TRITON_INTERPRET") == "1"

# numpy says what a GPU does not: e^u overflows to infinity, whose reciprocal is the 0 we want.
OVERFLOWS = pytest.mark.filterwarnings("ignore:(overflow|divide|invalid).*:RuntimeWarning")


@pytest.fixture(autouse=True)
def interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Triton's own functions run on the processor too, in tiles of the tests' pictures."""
    if INTERPRETED:
        monkeypatch.setenv("TRITON_INTERPRET", "1")

        def larger(*args: Any, **keys: Any) -> Plan:
            return replace(plan_for(*args, **keys), points=128)

        monkeypatch.setattr(card, "plan_for", larger)


def cards(capability: tuple[int, int] = (8, 6)) -> list[Card]:
    """Return the processor as a card, or the machine's."""
    return [Card(torch.device("cpu"), capability)] if INTERPRETED else cuda.usable_cards()


def assert_twins(moment: Moment, width: int = 61, height: int = 4, *, samples: int = 1) -> None:
    """Assert that both backends draw the same but for a rounding or two, and no flat colour.

    A value that both are off by a hair may round to either side, and is told from a fault by how
    many of torch's own differ from float64's.
    """
    exact = definition.picture(moment, Raster(width, height, samples))
    plain, fused = (
        drawn(backend, moment, width, height, samples)
        for backend in (TorchBackend(), CudaBackend(cards()))
    )
    steps = np.abs(fused.astype(int) - plain)
    assert fused.shape == (height, width, 3)
    assert steps.max() <= 1, f"{np.count_nonzero(steps > 1)} values are off by more than a step"
    allowed = max(steps.size // 1000, 2 + int(np.count_nonzero(plain != exact)))
    assert np.count_nonzero(fused != exact) <= allowed
    assert width * height == 1 or plain.std() > 1

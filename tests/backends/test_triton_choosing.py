"""When the `cuda` backend is chosen, and why not."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.backends.helpers import drawn, scene_of
from tests.backends.triton_twins import INTERPRETED, OVERFLOWS, cards, interpreter as interpreter

# isort: split
from cppnvid import cli
from cppnvid.backends import Job, machine, select, triton
from cppnvid.backends.triton import backend as cuda, functions
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton.card import Card
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendUnavailable

pytestmark = OVERFLOWS


def fake_cuda(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int]) -> None:
    """Let torch find a card that nothing can be drawn on, and the machine have its driver."""
    monkeypatch.setattr(machine, "DEVICES", (".",))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "A card")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)


@pytest.fixture
def usable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have a card, which the processor plays."""
    fake_cuda(monkeypatch, (9, 0))
    monkeypatch.setattr(cuda, "usable_cards", lambda: [Card(torch.device("cpu"), (9, 0))])
    cuda.check.cache_clear()


@pytest.mark.usefixtures("usable")
def test_auto_takes_the_gpu_first() -> None:
    """A film goes to the card, whose name is told; a few pictures to torch, uncompiled."""
    moment = scene_of(network={"layers": ["9x16"]}).at(0.0)
    notes: list[str] = []

    assert select.choose("auto", Job(moment, Raster(10**9, 1)), notes.append).name == "cuda"
    assert "A card" in notes[0]
    assert select.choose("cuda").name == "cuda"
    assert select.choose("torch", Job(moment)).name == "torch:cuda"
    assert select.choose("auto", Job(moment, Raster(10**7, 1)), notes.append).name == "torch:cuda"
    assert "compiling takes longer" in notes[1]
    assert select.choose("auto", Job(moment, Raster(10**6, 1))).name == "numpy"


@pytest.mark.usefixtures("usable")
def test_a_card_that_draws_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that runs and is wrong is found before the first frame."""
    monkeypatch.setattr(
        CudaBackend, "bands", lambda *_, **__: iter([np.zeros((5, 7, 3), np.uint8)])
    )  # fmt: skip

    with pytest.raises(BackendUnavailable, match="steps off"):
        select.choose("cuda")


@pytest.mark.usefixtures("usable")
@pytest.mark.parametrize("words", ["0 active drivers", "Failed to find C compiler"])
def test_a_card_that_triton_cannot_use_is_found_at_selection(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing succeeds and launching fails: by name that raises, and auto goes on."""

    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError(words)

    monkeypatch.setattr(Card, "prepare", broken)
    notes: list[str] = []

    with pytest.raises(BackendUnavailable, match=words):
        select.choose("cuda")
    moment = scene_of().at(0.0)
    chosen = select.choose("auto", Job(moment, Raster(10**12, 1)), notes.append)
    assert chosen.name == "torch:cuda"
    assert words in notes[0]


def test_an_old_card_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turing is capability 7.5, and what is wanted is told beside it."""
    fake_cuda(monkeypatch, (7, 5))

    with pytest.raises(BackendUnavailable, match=r"8\.0 .* has A card \(7\.5\)"):
        select.choose("cuda")


def test_auto_goes_on_without_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a card and no Triton, torch draws on it, and why is told."""
    fake_cuda(monkeypatch, (9, 0))
    monkeypatch.delattr(triton, "backend")
    monkeypatch.setitem(__import__("sys").modules, "cppnvid.backends.triton.backend", None)
    notes: list[str] = []

    assert select.choose("auto", note=notes.append).name == "torch:cuda"
    assert "pip install triton" in notes[0]


def test_what_it_cannot_draw_it_says_at_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that change too often, and a function that only torch has."""
    layers = [3 + k % 2 for k in range(30)]  # a run for each
    moment = scene_of(network={"layers": layers}).at(0.0)

    assert "change 29 times" in str(cuda.unsupported(moment))
    with pytest.raises(BackendUnavailable, match="change 29 times"):
        drawn(CudaBackend(cards()), moment, 4, 4)
    monkeypatch.setattr(functions, "ACTIVATIONS", ("sin",))
    assert cuda.unsupported(scene_of().at(0.0)) == "it has no activation tanh"


@pytest.mark.skipif(not INTERPRETED, reason="this machine has a GPU")
def test_without_a_gpu_nothing_is_drawn(
    capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by name it ends with code 3 and says why, and no file is begun."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as left:
        cli.main(["morph", "--seeds", "1", "--frames", "2", "--size", "16x16", "--backend", "cuda"])

    assert left.value.code == 3
    assert "backend cuda is not usable here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

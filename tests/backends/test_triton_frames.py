"""The `cuda` backend deals frames to cards and streams, and returns them in order."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.backends.helpers import drawn, scene_of
from tests.backends.triton_twins import INTERPRETED, OVERFLOWS, cards, interpreter as interpreter
from tests.helpers import Moments

# isort: split
from cppnvid.animation.scene import Moment
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton import backend as cuda, card
from cppnvid.backends.triton.architecture import architecture_of
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton.card import STREAMS, Card, Finish, Work
from cppnvid.backends.triton.plan import Plan, constants, plan_for, precision_for
from cppnvid.colour.pixels import Raster
from cppnvid.errors import BackendError

pytestmark = OVERFLOWS


def test_frames_come_in_order_each_with_its_own_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two and a rest of one, drawn as each frame alone is drawn by torch."""
    monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", 2 * 31 * 2)
    scene = scene_of(camera={"zoom": {"keys": [[0, 1], [0.5, 2]]}}, palette={"name": "tide"})
    times = [0.1, 0.5, 0.3, 0.9, 0.2]

    batches = list(CudaBackend(cards()).render(scene, times, Raster(31, 2)))

    plain = np.concatenate(list(TorchBackend().render(scene, times, Raster(31, 2))))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert all(batch.flags.c_contiguous and batch.dtype == np.uint8 for batch in batches)
    assert np.abs(np.concatenate(batches).astype(int) - plain).max() <= 1


def test_frames_of_another_architecture_are_another_batch() -> None:
    """A hue that passes through 0 needs no Oklab there, and keeps its place."""
    hue = {"keys": [[0, 0], [0.5, 90]]}
    scene = scene_of(palette={"name": "rgb", "hue": hue})
    times = [0.2, 0.0, 0.3, 0.4]

    batches = list(CudaBackend(cards()).render(scene, times, Raster(31, 2)))

    plain = np.concatenate(list(TorchBackend().render(scene, times, Raster(31, 2))))
    assert [len(batch) for batch in batches] == [1, 1, 2]
    assert np.abs(np.concatenate(batches).astype(int) - plain).max() <= 1


def test_bands_and_launches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture in bands of one row, and in launches of one tile, is the picture at once."""
    moment = scene_of(network={"layers": [20, 17]}).at(0.3)
    plain = drawn(CudaBackend(cards()), moment, 9, 7)
    monkeypatch.setattr(card, "plan_for", lambda *_, **__: Plan("ieee", 32, 4, chunk=16))
    whole = drawn(CudaBackend(cards()), moment, 9, 7)
    monkeypatch.setattr(card, "_SCRATCH", 1)

    assert np.abs(whole.astype(int) - plain).max() <= 1
    for points in (9, 9 * 4):
        monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", points)
        bands = list(CudaBackend(cards()).bands(moment, Raster(9, 7)))
        assert [len(band) for band in bands] == ([1] * 7 if points == 9 else [4, 3])
        np.testing.assert_array_equal(np.concatenate(bands), whole)


def test_another_frame_or_seed_or_size_compiles_nothing() -> None:
    """What is compiled in does not know weights, camera, palette or size."""

    def compiled_in(seeds: list[int], zoom: float, palette: str, time: float) -> dict[str, object]:
        camera = {"zoom": zoom, "warps": [{"kind": "swirl", "angle": 90 * zoom}]}
        scene = scene_of(morph={"seeds": seeds}, camera=camera, palette={"name": palette})
        architecture = architecture_of(scene.at(time))
        plan = plan_for(architecture, "ieee", (8, 6), supersampled=False)
        return constants(architecture, plan, 255, supersampled=False, listed=False)

    first = compiled_in([1, 2], 1.0, "tide", 0.0)

    assert compiled_in([8, 9], 2.0, "ember", 0.4) == first
    assert compiled_in([1, 2], 1.0, "rgb", 0.0) != first


class FakeCard(Card):
    """A card that notes what it is given and what is waited for, and draws frames of its number."""

    def __init__(self, number: int, log: list[str]) -> None:
        super().__init__(torch.device("cpu"), (8, 6))
        self.number = number
        self.log = log

    def submit(self, work: Work) -> Finish:
        """Return frames that hold the card's number and the frame's x of the pan."""
        pans = [int(moment.view.pan[0]) for moment in work.moments]
        self.log.append(f"start {pans[0]} on {self.number}")

        def finish() -> NDArray[np.uint8]:
            self.log.append(f"wait {pans[0]}")
            shape = work.grid.height, work.grid.width, 3
            return np.stack([np.full(shape, pan, np.uint8) for pan in pans])

        return finish


def panned(base: Moment) -> Moments:
    """Return a scene whose pan is the time."""
    return Moments(lambda time: replace(base, view=replace(base.view, pan=(time, 0.0))))


def test_work_goes_round_the_cards_and_comes_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cards get every other batch; as many are under way as there are streams, and no more."""
    monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", 1)
    log: list[str] = []
    backend = CudaBackend([FakeCard(0, log), FakeCard(1, log)])
    taken: list[float] = []

    def times() -> Iterator[float]:
        for time in range(9):
            taken.append(time)
            yield float(time)

    frames = backend.render(panned(scene_of().at(0.0)), times(), Raster(4, 2))
    first = next(frames)

    ahead = 2 * STREAMS
    assert log == [*(f"start {k} on {k % 2}" for k in range(ahead)), "wait 0"]
    assert len(taken) <= ahead + 1  # frames are made as they are needed
    rest = list(frames)
    assert [int(frame[0, 0, 0, 0]) for frame in [first, *rest]] == list(range(9))
    assert {frame.shape for frame in rest} == {(1, 2, 4, 3)}
    assert log[-1] == "wait 8"


class ModelledCard(Card):
    """A card in which one engine draws, another copies, and each stream does one after the other.

    Drawing takes 3 and copying 2, on a clock that stands still but where the host waits.
    """

    def __init__(self) -> None:
        super().__init__(torch.device("cpu"), (8, 6))
        self.now = self.drawing = self.copying = 0
        self.order = cycle(range(STREAMS))
        self.streams = [0] * STREAMS  # when each is done

    def submit(self, work: Work) -> Finish:
        """Start what the next stream does next."""
        stream = next(self.order)
        self.drawing = max(self.now, self.streams[stream], self.drawing) + 3
        self.copying = self.streams[stream] = max(self.drawing, self.copying) + 2
        copied = self.copying

        def finish() -> NDArray[np.uint8]:
            self.now = max(self.now, copied)
            return np.zeros((1, work.grid.height, work.grid.width, 3), np.uint8)

        return finish


@pytest.mark.parametrize("encoding", [0, 1, 3, 5])
def test_drawing_copying_and_encoding_overlap(
    encoding: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film takes as long as the slowest of the three, and what the first and last frame take."""
    monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", 1)
    one = ModelledCard()

    frames = CudaBackend([one]).render(scene_of(), [0.0] * 100, Raster(4, 2))
    for _ in frames:
        one.now += encoding

    assert one.now <= 100 * max(3, encoding) + 3 + 2 + encoding


class FakeStream:
    """A stream whose events are over only when they are waited for."""

    def __init__(self, pending: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        self.pending = pending

    def record_event(self) -> Any:
        """Return an event that does all copies when it is waited for."""
        stream = self

        class Event:
            def synchronize(self) -> None:
                for host, source in stream.pending:
                    host.copy_(source)
                stream.pending.clear()

        return Event()


def test_a_picture_is_read_only_after_its_copy_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pinned buffer read before its event holds what stood there earlier."""
    pending: list[tuple[torch.Tensor, torch.Tensor]] = []

    class Pinned:
        """Memory that a copy reaches only later."""

        def __init__(self, shape: Any, *, dtype: torch.dtype, pin_memory: bool) -> None:
            assert pin_memory
            self.tensor = torch.zeros(shape, dtype=dtype)

        def copy_(self, source: torch.Tensor, *, non_blocking: bool) -> None:
            assert non_blocking
            pending.append((self.tensor, source))

        def numpy(self) -> Any:
            return self.tensor.numpy()

    stream = card.Stream(torch.device("cpu"))
    monkeypatch.setattr(stream, "_stream", FakeStream(pending))
    monkeypatch.setattr(torch, "empty", Pinned)

    finish = stream.fetch(torch.full((1, 6), 7, dtype=torch.uint8))

    assert len(pending) == 1
    assert finish().tolist() == [[7] * 6]
    assert pending == []


def test_every_stream_of_a_card_is_used_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is drawn within the stream it is given, and the next work in the next stream."""
    used: list[str] = []

    class Named(card.Stream):
        def __init__(self, name: str) -> None:
            super().__init__(torch.device("cpu"))
            self.name = name

        def fetch(self, out: torch.Tensor) -> Finish:
            used.append(self.name)
            return super().fetch(out)

    (one,) = [Card(torch.device("cpu"), (8, 6))]
    monkeypatch.setattr(one, "_streams", iter([Named("a"), Named("b"), Named("c")]))
    picture = torch.zeros((1, 24), dtype=torch.uint8)
    monkeypatch.setattr(one, "prepare", lambda *_: (lambda: None, picture))
    monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", 1)

    list(CudaBackend([one]).render(scene_of(), [0.0, 0.1, 0.2], Raster(4, 2)))

    assert used == ["a", "b", "c"]


def test_too_little_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the card and the way out."""

    def full(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Card, "prepare", full)
    with pytest.raises(BackendError, match=r"lacks the memory.*backend=.torch:cuda."):
        drawn(CudaBackend(cards()), scene_of().at(0.0), 4, 4)


@pytest.mark.parametrize(
    ("width", "capabilities", "precision"),
    [(16, [(9, 0)], "ieee"), (17, [(9, 0)], "tf32x3"), (32, [(8, 0)], "tf32x3"),
     (128, [(10, 0), (9, 0)], "tf32x3"), (128, [(8, 6)], "ieee"), (64, [(8, 9)], "ieee"),
     (128, [(12, 0)], "ieee"), (128, [(9, 0), (8, 6)], "ieee")],
)  # fmt: skip
def test_one_precision_for_a_job(
    width: int, capabilities: list[tuple[int, int]], precision: str
) -> None:
    """Tensor cores for wide layers, where every card has those of a data centre."""
    architecture = architecture_of(scene_of(network={"layers": [width]}).at(0.0))

    assert precision_for(architecture, capabilities) == precision


def test_a_job_keeps_its_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later frame whose architecture differs is drawn as the first was."""
    seen: list[str] = []

    def note(self: Card, work: Work) -> Finish:
        seen.append(work.precision)
        return lambda: np.zeros((1, 24), np.uint8)

    monkeypatch.setattr(Card, "submit", note)
    narrow, wide = (scene_of(network={"layers": [width]}).at(0.0) for width in (64, 8))
    scene = Moments(lambda time: narrow if time < 0.5 else wide)

    list(CudaBackend(cards((9, 0))).render(scene, [0.0, 0.6], Raster(4, 2)))

    assert seen == ["tf32x3"] * 2 if INTERPRETED else len(set(seen)) == 1

"""The fused `gpu` backend against its readable twin, the `torch` backend.

Where there is no GPU, Triton's interpreter runs the kernel on the processor: some 0.1 s for a tile,
whatever its size, so that pictures are a few rows high.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cppnvid import backends, build_scene, cli
from cppnvid.backends.reference import TorchBackend
from cppnvid.camera import axes
from cppnvid.errors import BackendError, BackendUnavailable
from cppnvid.network import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.recipe import COLOUR_MODES, Recipe
from cppnvid.scene import Moment, Scene

# Read where functions are defined, which is as they are imported, Triton's own among them.
os.environ["TRITON_INTERPRET"] = "0" if torch.cuda.is_available() else "1"
pytest.importorskip("triton", reason="no Triton here: it has wheels for Linux only")

# From here on a machine has Triton, and what does not work with it fails.
from cppnvid.backends import gpu
from cppnvid.backends.gpu import GpuBackend
from cppnvid.backends.triton import card, functions
from cppnvid.backends.triton.architecture import architecture_of
from cppnvid.backends.triton.card import STREAMS, Card, Finish, Work
from cppnvid.backends.triton.plan import Plan, constants, plan_for, precision_for

INTERPRETED = os.environ.pop("TRITON_INTERPRET") == "1"

# numpy says what a GPU does not: e^u overflows to infinity, whose reciprocal is the 0 we want.
pytestmark = pytest.mark.filterwarnings("ignore:(overflow|divide|invalid).*:RuntimeWarning")

WARPS: dict[str, dict[str, Any]] = {
    "mirror": {"kind": "mirror", "angle": 30, "offset": 0.1},
    "kaleidoscope": {"kind": "kaleidoscope", "segments": 5, "angle": 20},
    "tile": {"kind": "tile", "size": 0.3, "mirrored": False},
    "tile_mirrored": {"kind": "tile", "size": 0.3},
    "swirl": {"kind": "swirl", "angle": 200, "radius": 0.3},
    "wave": {"kind": "wave", "amplitude": 0.1, "frequency": 3, "phase": 50, "angle": 25},
}


@pytest.fixture(autouse=True)
def _interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Triton's own functions run on the processor too, in tiles of the tests' pictures."""
    if INTERPRETED:
        monkeypatch.setenv("TRITON_INTERPRET", "1")

        def larger(*args: Any, **keys: Any) -> Plan:
            return replace(plan_for(*args, **keys), points=128)

        monkeypatch.setattr(card, "plan_for", larger)


def cards(capability: tuple[int, int] = (8, 6)) -> list[Card]:
    """Return the processor as a card, or the machine's."""
    return [Card(torch.device("cpu"), capability)] if INTERPRETED else gpu.usable_cards()


def scene_of(**parts: Any) -> Scene:
    """Return a recipe's scene: small hidden weights, so that rounding errors stay what they are."""
    network = {"layers": [8, 8], "init": {"hidden": 0.4}} | parts.pop("network", {})
    morph = {"seeds": [5, 6], "pace": "uniform"} | parts.pop("morph", {})
    data = {"network": network, "morph": morph, "palette": {"name": "rgb"}} | parts
    return build_scene(Recipe.model_validate(data))


def drawn(
    backend: backends.Backend, moment: Moment, width: int, height: int, samples: int = 1
) -> NDArray[np.uint8]:
    """Return one whole frame."""
    return np.concatenate(list(backend.bands(moment, width=width, height=height, samples=samples)))


def assert_twins(moment: Moment, width: int = 61, height: int = 4, *, samples: int = 1) -> None:
    """Assert that both backends draw the same but for a rounding or two, and no flat colour.

    A value that both are off by a hair may round to either side, and is told from a fault by how
    many of torch's own differ from float64's.
    """
    exact, plain, fused = (
        drawn(backend, moment, width, height, samples)
        for backend in (TorchBackend(dtype=torch.float64), TorchBackend(), GpuBackend(cards()))
    )
    steps = np.abs(fused.astype(int) - plain)
    assert fused.shape == (height, width, 3)
    assert steps.max() <= 1, f"{np.count_nonzero(steps > 1)} values are off by more than a step"
    allowed = max(steps.size // 1000, 2 + int(np.count_nonzero(plain != exact)))
    assert np.count_nonzero(fused != exact) <= allowed
    assert width * height == 1 or plain.std() > 1


# ------------------------------------------------------------------ pixels


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (33, 17), (65, 2)])
def test_every_size(size: tuple[int, int]) -> None:
    """Frames of one pixel, of odd sides, and one column wider than a tile."""
    assert_twins(scene_of(palette={"name": "ember"}).at(0.3), *size)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("width", [1, 3, 17, 32])
def test_every_width(width: int, residual: bool) -> None:
    """Widths that are filled up to a power of two, and one that is one."""
    network = {"layers": [width] * 3, "residual": residual, "init": {"hidden": width**-0.5}}
    assert_twins(scene_of(network=network).at(0.3))


def test_wide_layers() -> None:
    """Layers whose values go through memory, and narrow ones among them."""
    network = {"layers": [128, 128, 128, 3, 70], "residual": True, "init": {"hidden": 0.1}}
    assert_twins(scene_of(network=network).at(0.3), 33, 2)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_activation(activation: str) -> None:
    """From where functions are straight to where they saturate or have turned many times."""
    init = {"hidden": 0.4, "output": 0.3}
    network = {"layers": [7, 6, 6], "activation": activation, "residual": True, "init": init}
    assert_twins(scene_of(network=network, camera={"scale": 30.0}).at(0.3), 64, 2)


@pytest.mark.parametrize("output", sorted(OUTPUT_FUNCTIONS))
def test_every_output_function(output: str) -> None:
    """Each draws what torch draws."""
    assert_twins(scene_of(network={"output": output}).at(0.3))


@pytest.mark.parametrize(
    ("palette", "channels", "hue"),
    [*((name, 1, 0.0) for name in (*COLOUR_MODES, "ember") if name != "cmyk"),
     *((name, 4 if name == "cmyk" else 3, hue)
       for name in (*COLOUR_MODES, "ember") for hue in (0.0, 77.0))],
)  # fmt: skip
def test_every_palette(palette: str, channels: int, hue: float) -> None:
    """Each with the channels a recipe allows it, and its hue turned."""
    network = {"channels": channels, "layers": [8], "init": {"output": 2.0}}
    scene = scene_of(network=network, palette={"name": palette, "hue": hue})
    assert_twins(scene.at(0.3), 64, 2)


@pytest.mark.parametrize(("palette", "channels"), [("ember", 1), ("ember", 3), ("cmyk", 4)])
def test_contrast(palette: str, channels: int) -> None:
    """It parts every channel."""
    network = {"channels": channels, "layers": [8], "init": {"output": 2.0}}
    scene = scene_of(network=network, palette={"name": palette, "contrast": 3.0})
    assert_twins(scene.at(0.3), 64, 2)


@pytest.mark.parametrize("kind", WARPS)
def test_every_warp(kind: str) -> None:
    """Each under a camera that zooms, turns and pans."""
    camera = {"warps": [WARPS[kind]], "rotate": 33, "pan_x": 0.2, "pan_y": -0.1, "zoom": 0.6}
    assert_twins(scene_of(camera=camera).at(0.3), 64, 2)


def test_seams_fall_where_torchs_fall() -> None:
    """Pixels that stand on the seam of a tile to the last digit take the same side of it."""
    warp = {"kind": "tile", "size": 0.1, "mirrored": False}
    camera = {"coordinates": "corners", "warps": [warp]}
    assert_twins(scene_of(camera=camera).at(0.3), 100, 4)


@pytest.mark.parametrize("coordinates", ["centres", "corners", "pixels", "endpoints"])
def test_every_convention_of_coordinates(coordinates: str) -> None:
    """All warps one after the other."""
    camera = {"coordinates": coordinates, "warps": [*WARPS.values()]}
    assert_twins(scene_of(camera=camera).at(0.3), 64, 2)


@pytest.mark.parametrize(("samples", "size"), [(2, (33, 3)), (3, (7, 2)), (2, (1, 1))])
def test_antialiasing(samples: int, size: tuple[int, int]) -> None:
    """Points are averaged in linear light; coarse detail, so that averages differ from points."""
    assert_twins(scene_of(camera={"scale": 5}).at(0.3), *size, samples=samples)


def test_auto_takes_all_the_points() -> None:
    """Without a way to draw a list of pixels again, `auto` is what it comes close to elsewhere."""
    scene = scene_of(camera={"scale": 5})
    size: dict[str, Any] = {"width": 9, "height": 4}
    backend = GpuBackend(cards())

    (auto,) = backend.render(scene, [0.3], **size, samples="auto")
    (full,) = backend.render(scene, [0.3], **size, samples=4)
    (single,) = backend.render(scene, [0.3], **size)

    assert np.array_equal(auto, full)
    assert not np.array_equal(auto, single)
    assert np.array_equal(
        np.concatenate(list(backend.bands(scene.at(0.3), **size, samples="auto"))), full[0]
    )


@pytest.mark.parametrize("layers", [[], [3]])
@pytest.mark.parametrize("inputs", [["x"], ["y", "r"], ["z"], ["x", "y", "r", "z"]])
def test_every_input(inputs: list[str], layers: list[int]) -> None:
    """Any of x, y, r and none of them, down to a network without hidden layers."""
    moment = scene_of(network={"inputs": inputs, "layers": layers}).at(0.3)
    if inputs == ["z"]:  # one colour
        fused, plain = (drawn(b, moment, 5, 2) for b in (GpuBackend(cards()), TorchBackend()))
        np.testing.assert_array_equal(fused, plain)
    else:
        assert_twins(moment)


def test_a_value_that_overflows_stays_in_its_layer() -> None:
    """Infinity times the zeros that fill a layer up is no number, and may not reach the output."""
    network = {"layers": [3, 3, 3], "activation": "relu", "output": "sigmoid"}
    moment = scene_of(network=network).at(0.3)
    first, second, third, output = moment.layers
    overflowing = np.diag([1e38, 1.0, 1.0]).astype(np.float32)
    mixing = np.array([[1, 1, 1], [1, 1, 1], [-1, -1, -1]], dtype=np.float32)
    layers = (
        replace(first, bias=np.array([1e38, 0.0, 0.0])),
        replace(second, weight=overflowing, bias=np.zeros(3)),
        replace(third, weight=mixing, bias=np.zeros(3)),
        replace(output, weight=mixing, bias=np.zeros(3)),
    )

    frames = [
        drawn(backend, replace(moment, layers=layers), 8, 2)
        for backend in (GpuBackend(cards()), TorchBackend())
    ]

    for frame in frames:
        assert (frame == [255, 255, 0]).all()


def test_rounding_errors_are_float32s() -> None:
    """With N(0, 1) weights at most twice as many values as torch's differ from float64's."""
    moment = scene_of(network={"layers": ["9x16"], "init": {"hidden": 1.0}}).at(0.3)
    exact, plain, fused = (
        drawn(backend, moment, 64, 12)
        for backend in (TorchBackend(dtype=torch.float64), TorchBackend(), GpuBackend(cards()))
    )

    allowed = 2 * np.count_nonzero(plain != exact) + 2
    assert np.count_nonzero(fused != exact) <= allowed
    assert np.abs(fused.astype(int) - exact).max() <= 1


def bt709(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return BT.709 of limited range, unrounded, [height · 3/2, width], of [height, width, 3]."""
    height, width, _ = rgb.shape
    luma = rgb @ [0.2126, 0.7152, 0.0722]
    four = (height // 2, 2, width // 2, 2)
    blue = ((rgb[..., 2] - luma) / 1.8556).reshape(four).mean(axis=(1, 3))
    red = ((rgb[..., 0] - luma) / 1.5748).reshape(four).mean(axis=(1, 3))
    planes = [16 + 219 * luma.ravel(), 128 + 224 * blue.ravel(), 128 + 224 * red.ravel()]
    return np.concatenate(planes).reshape(height * 3 // 2, width)


@pytest.mark.parametrize("size", [(64, 4), (34, 6), (2, 2)])
def test_yuv420p_is_bt709(size: tuple[int, int]) -> None:
    """Planes of limited range, the chroma of four pixels in one, from colours that no one rounded.

    Rounded from float64; a value that lies within float32's error of a half may go either way.
    """
    scene = scene_of(palette={"name": "ember"}, network={"channels": 3})
    width, height = size
    exact = TorchBackend(dtype=torch.float64)
    columns, rows = axes("centres", width, height)
    y, x = (torch.from_numpy(part.ravel()) for part in np.meshgrid(rows, columns, indexing="ij"))
    rgb = exact.colours(scene.at(0.3), x, y).numpy().reshape(height, width, 3)

    (frames,) = GpuBackend(cards()).render(
        scene, [0.3], width=width, height=height, pixel_format="yuv420p"
    )

    assert frames.shape == (1, height * 3 // 2, width)
    assert np.abs(frames[0] - bt709(rgb)).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("size", [(5, 3), (1, 1)])
def test_chroma_beyond_an_odd_edge_is_the_edge_again(size: tuple[int, int]) -> None:
    """The kernel takes any size: half a pair of columns or rows is averaged with itself."""
    width, height = size
    moment = scene_of(camera={"scale": 5}).at(0.3)
    columns, lines = (axis.astype(np.float32) for axis in axes("centres", width, height))
    architecture = architecture_of(moment)
    work = Work([moment], architecture, "ieee", columns, lines, 1, "yuv420p")
    rgb = drawn(TorchBackend(dtype=torch.float64), moment, width, height) / 255
    even = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")

    (frame,) = cards()[0].submit(work)()

    luma, chroma = frame[: width * height], frame[width * height :]
    expected = bt709(even)
    rows = height + height % 2
    assert np.abs(luma.reshape(height, width) - expected[:height, :width]).max() <= 1.5
    assert np.abs(chroma - expected[rows:].ravel()).max() <= 1.5


def test_what_yuv420p_cannot_be_is_refused() -> None:
    """Odd sizes have no whole planes, and other formats are not guessed at."""
    backend = GpuBackend(cards())
    with pytest.raises(ValueError, match="even sizes, given 7x4"):
        next(backend.render(scene_of(), [0.0], width=7, height=4, pixel_format="yuv420p"))
    with pytest.raises(ValueError, match=r"'nv12' is none of rgb24, yuv420p"):
        next(backend.render(scene_of(), [0.0], width=8, height=4, pixel_format="nv12"))


# ------------------------------------------------------------------ frames


def test_frames_come_in_order_each_with_its_own_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two and a rest of one, drawn as each frame alone is drawn by torch."""
    monkeypatch.setattr(gpu, "_POINTS_AT_ONCE", 2 * 31 * 2)
    scene = scene_of(camera={"zoom": {"keys": [[0, 1], [0.5, 2]]}}, palette={"name": "tide"})
    times = [0.1, 0.5, 0.3, 0.9, 0.2]

    batches = list(GpuBackend(cards()).render(scene, times, width=31, height=2))

    plain = np.concatenate(list(TorchBackend().render(scene, times, width=31, height=2)))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert all(batch.flags.c_contiguous and batch.dtype == np.uint8 for batch in batches)
    assert np.abs(np.concatenate(batches).astype(int) - plain).max() <= 1


def test_frames_of_another_architecture_are_another_batch() -> None:
    """A hue that passes through 0 needs no Oklab there, and keeps its place."""
    hue = {"keys": [[0, 0], [0.5, 90]]}
    scene = scene_of(palette={"name": "rgb", "hue": hue})
    times = [0.2, 0.0, 0.3, 0.4]

    batches = list(GpuBackend(cards()).render(scene, times, width=31, height=2))

    plain = np.concatenate(list(TorchBackend().render(scene, times, width=31, height=2)))
    assert [len(batch) for batch in batches] == [1, 1, 2]
    assert np.abs(np.concatenate(batches).astype(int) - plain).max() <= 1


def test_bands_and_launches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture in bands of two rows, and launches of one pair of rows, is the picture at once."""
    moment = scene_of(network={"layers": [20, 17]}).at(0.3)
    plain = drawn(GpuBackend(cards()), moment, 9, 7)
    monkeypatch.setattr(card, "plan_for", lambda *_, **__: Plan("ieee", 32, 4, chunk=16))
    whole = drawn(GpuBackend(cards()), moment, 9, 7)
    monkeypatch.setattr(card, "_SCRATCH", 1)

    assert np.abs(whole.astype(int) - plain).max() <= 1
    for points in (9, 9 * 4):
        monkeypatch.setattr(gpu, "_POINTS_AT_ONCE", points)
        bands = list(GpuBackend(cards()).bands(moment, width=9, height=7))
        assert [len(band) for band in bands] == ([2, 2, 2, 1] if points == 9 else [4, 3])
        np.testing.assert_array_equal(np.concatenate(bands), whole)


def test_another_frame_or_seed_or_size_compiles_nothing() -> None:
    """What is compiled in does not know weights, camera, palette or size."""

    def compiled_in(seeds: list[int], zoom: float, palette: str, time: float) -> dict[str, object]:
        camera = {"zoom": zoom, "warps": [{"kind": "swirl", "angle": 90 * zoom}]}
        scene = scene_of(morph={"seeds": seeds}, camera=camera, palette={"name": palette})
        architecture = architecture_of(scene.at(time))
        plan = plan_for(architecture, "ieee", (8, 6), supersampled=False)
        return constants(architecture, plan, "rgb24", supersampled=False)

    first = compiled_in([1, 2], 1.0, "tide", 0.0)

    assert compiled_in([8, 9], 2.0, "ember", 0.4) == first
    assert compiled_in([1, 2], 1.0, "rgb", 0.0) != first


# ------------------------------------------------------------------ cards and streams


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
            size = card.frame_bytes(work.width, work.height, work.pixel_format)
            return np.stack([np.full(size, pan, np.uint8) for pan in pans])

        return finish


def panned(base: Moment) -> Scene:
    """Return a scene whose pan is the time."""
    return Scene(lambda time: replace(base, view=replace(base.view, pan=(time, 0.0))))


def test_work_goes_round_the_cards_and_comes_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cards get every other batch; as many are under way as there are streams, and no more."""
    monkeypatch.setattr(gpu, "_POINTS_AT_ONCE", 1)
    log: list[str] = []
    backend = GpuBackend([FakeCard(0, log), FakeCard(1, log)])
    taken: list[float] = []

    def times() -> Iterator[float]:
        for time in range(9):
            taken.append(time)
            yield float(time)

    frames = backend.render(panned(scene_of().at(0.0)), times(), width=4, height=2)
    first = next(frames)

    ahead = 2 * STREAMS
    assert log == [*(f"start {k} on {k % 2}" for k in range(ahead)), "wait 0"]
    assert len(taken) <= ahead + 1  # frames are made as they are needed
    rest = list(frames)
    assert [int(frame[0, 0, 0, 0]) for frame in [first, *rest]] == list(range(9))
    assert {frame.shape for frame in rest} == {(1, 2, 4, 3)}
    assert log[-1] == "wait 8"


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
    monkeypatch.setattr(gpu, "_POINTS_AT_ONCE", 1)

    list(GpuBackend([one]).render(scene_of(), [0.0, 0.1, 0.2], width=4, height=2))

    assert used == ["a", "b", "c"]


def test_too_little_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the card and the way out."""

    def full(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Card, "prepare", full)
    with pytest.raises(BackendError, match=r"has not the memory.*--backend torch:cuda"):
        drawn(GpuBackend(cards()), scene_of().at(0.0), 4, 4)


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
    scene = Scene(lambda time: narrow if time < 0.5 else wide)

    list(GpuBackend(cards((9, 0))).render(scene, [0.0, 0.6], width=4, height=2))

    assert seen == ["tf32x3"] * 2 if INTERPRETED else len(set(seen)) == 1


# ------------------------------------------------------------------ choosing


def fake_cuda(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int]) -> None:
    """Let torch find a card that nothing can be drawn on."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "A card")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)


@pytest.fixture
def usable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have a card, which the processor plays."""
    fake_cuda(monkeypatch, (9, 0))
    monkeypatch.setattr(gpu, "usable_cards", lambda: [Card(torch.device("cpu"), (9, 0))])
    gpu.check.cache_clear()


@pytest.mark.usefixtures("usable")
def test_auto_takes_the_gpu_first() -> None:
    """A film goes to the card, whose name is told; a still to torch, which need not compile."""
    moment = scene_of(network={"layers": ["9x16"]}).at(0.0)
    notes: list[str] = []

    assert backends.choose("auto", notes.append, moment=moment, points=10**9).name == "gpu"
    assert "A card" in notes[0]
    assert backends.choose("gpu").name == "gpu"
    assert backends.choose("torch", moment=moment).name == "torch:cuda"
    assert backends.choose("auto", notes.append, moment=moment, points=10**6).name == "torch:cuda"
    assert "compiling takes longer" in notes[1]


@pytest.mark.usefixtures("usable")
def test_a_card_that_draws_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that runs and is wrong is found before the first frame."""
    monkeypatch.setattr(
        GpuBackend, "bands", lambda *_, **__: iter([np.zeros((5, 7, 3), np.uint8)])
    )  # fmt: skip

    with pytest.raises(BackendUnavailable, match="steps off"):
        backends.choose("gpu")


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
        backends.choose("gpu")
    moment = scene_of().at(0.0)
    chosen = backends.choose("auto", notes.append, moment=moment, points=10**12)
    assert chosen.name == "torch:cuda"
    assert words in notes[0]


def test_an_old_card_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turing is capability 7.5, and what is wanted is told beside it."""
    fake_cuda(monkeypatch, (7, 5))

    with pytest.raises(BackendUnavailable, match=r"8\.0 or later, and here is A card \(7\.5\)"):
        backends.choose("gpu")


def test_auto_goes_on_without_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a card and no Triton, torch draws on it, and why is told."""
    fake_cuda(monkeypatch, (9, 0))
    monkeypatch.delattr(backends, "gpu")
    monkeypatch.setitem(__import__("sys").modules, "cppnvid.backends.gpu", None)
    notes: list[str] = []

    assert backends.choose("auto", notes.append).name == "torch:cuda"
    assert "pip install triton" in notes[0]


def test_what_it_cannot_draw_it_says_at_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that change too often, and a function that only torch has."""
    layers = [3 + k % 2 for k in range(30)]  # a run for each
    moment = scene_of(network={"layers": layers}).at(0.0)

    assert "change 29 times" in str(gpu.unsupported(moment))
    with pytest.raises(BackendUnavailable, match="change 29 times"):
        drawn(GpuBackend(cards()), moment, 4, 4)
    monkeypatch.setattr(functions, "ACTIVATIONS", ("sin",))
    assert gpu.unsupported(scene_of().at(0.0)) == "it has no activation tanh"


@pytest.mark.skipif(not INTERPRETED, reason="this machine has a GPU")
def test_without_a_gpu_nothing_is_drawn(
    capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by name it ends with code 3 and says why, and no file is begun."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as left:
        cli.main(["morph", "--seeds", "1", "--frames", "2", "--size", "16x16", "--backend", "gpu"])

    assert left.value.code == 3
    assert "backend gpu is not usable here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

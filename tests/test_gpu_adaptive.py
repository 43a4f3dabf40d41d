"""Adaptive antialiasing on a card: the pixels that `adaptive` names, drawn again where they are."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.gpu_twins import OVERFLOWS, cards, drawn, scene_of
from tests.gpu_twins import interpreter as interpreter

# isort: split
from cppnvid.backends import adaptive, gpu
from cppnvid.backends.gpu import GpuBackend
from cppnvid.backends.reference import TorchBackend
from cppnvid.backends.triton.refining import gather, mark

pytestmark = OVERFLOWS

EDGED = scene_of(network={"layers": [4], "channels": 1, "init": {"output": 6.0, "hidden": 1.0}})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fewer pixels of a tiny picture bend, and draw those with 2×2 points rather than 4×4.

    Sixteen points take the interpreter four times as long.
    """
    for name, value in (("SAMPLES", 2), ("BENT", 60), ("EDGE", 150)):
        monkeypatch.setattr(adaptive, name, value)


@pytest.mark.parametrize("size", [(3, 3), (15, 9), (129, 4)])
@pytest.mark.parametrize("bits", [8, 16])
def test_needy_pixels_are_those_of_the_twin(size: tuple[int, int], bits: int) -> None:
    """On blotches of every steepness, in two frames, in corners and across the ends of tiles."""
    width, height = size
    random = np.random.default_rng(5)
    colours = random.integers(90, 140, (2, height, width, 3), dtype=np.uint8)
    colours[random.random((2, height, width)) < 0.9] = 115
    rgb = colours.astype(np.uint16) * 257 if bits == 16 else colours
    device = cards()[0].device
    marks, where = (
        torch.zeros((2, height * width), dtype=kind, device=device)
        for kind in (torch.uint8, torch.int32)
    )
    found = torch.zeros(2, dtype=torch.int32, device=device)
    programs = -(-width * height // 128), 2

    given = torch.from_numpy(rgb).to(device)
    mark[programs](given, marks, width, height, BENT=adaptive.BENT, EDGE=adaptive.EDGE, POINTS=128)
    gather[programs](marks, where, found, width, height, POINTS=128)

    for frame, listed, count in zip(colours, where.cpu().numpy(), found.tolist(), strict=True):
        wanted = np.flatnonzero(adaptive.needy(frame, height))
        np.testing.assert_array_equal(np.sort(listed[:count]), wanted)
        assert width * height < 10 or 0 < count < width * height


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("pixel_format", ["rgb24", "rgb48"])
def test_listed_pixels_are_those_of_many_points(pixel_format: str) -> None:
    """A needy pixel is that of the antialiased picture; any other is left as it was."""
    size: dict[str, Any] = {"width": 18, "height": 7, "pixel_format": pixel_format}
    backend, times = GpuBackend(cards()), [0.3, 0.6]

    single, auto, full = (
        np.concatenate(list(backend.render(EDGED, times, **size, samples=samples))).astype(int)
        for samples in (1, "auto", 2)
    )

    step = 257 if pixel_format == "rgb48" else 1
    judged = np.round(single / step).astype(np.uint8)
    more = np.stack([adaptive.needy(frame, 7) for frame in judged])
    assert 0.1 < more.mean() < 0.9
    assert np.abs(auto - full)[more].max() <= (2 if pixel_format == "rgb48" else 0)
    assert np.array_equal(auto[~more], single[~more])
    assert np.abs(single - full)[more].max() > 10 * step


@pytest.mark.parametrize("size", [(1, 1), (2, 7), (21, 6)])
def test_it_is_torchs_picture(size: tuple[int, int]) -> None:
    """Also where a side has no neighbourhood to judge by, so that all pixels take 4×4 points."""
    moment = EDGED.at(0.3)

    plain, fused = (
        drawn(backend, moment, *size, "auto").astype(int)
        for backend in (TorchBackend(), GpuBackend(cards()))
    )

    steps = np.abs(fused - plain)
    assert np.count_nonzero(steps > 1) <= steps.size // 1000
    assert np.count_nonzero(steps) <= 1 + steps.size // 200


@pytest.mark.usefixtures("quick")
def test_planes_and_wide_layers_are_refined_too() -> None:
    """Values that go through memory, in a list that ends within a tile, and its planes."""
    scene = scene_of(
        network={"layers": [40, 40], "channels": 1, "init": {"hidden": 0.3, "output": 1.5}},
        camera={"scale": 0.4},
    )
    size: dict[str, Any] = {"width": 18, "height": 6}
    backend = GpuBackend(cards())

    (single,) = next(backend.render(scene, [0.3], **size))
    (full,) = next(backend.render(scene, [0.3], **size, samples=2))
    (planes,) = next(backend.render(scene, [0.3], **size, samples="auto", pixel_format="yuv420p"))

    more = adaptive.needy(single, 6)
    assert 0.1 < more.mean() < 0.95
    wanted = 16 + 219 / 255 * np.where(more[..., None], full, single) @ [0.2126, 0.7152, 0.0722]
    assert np.abs(planes[:6] - wanted).max() <= 1.0


@pytest.mark.usefixtures("quick")
def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A band is drawn with the two rows beyond each end that its pixels are judged by."""
    moment, backend = EDGED.at(0.3), GpuBackend(cards())
    whole = drawn(backend, moment, 13, 9, "auto")

    monkeypatch.setattr(gpu, "_POINTS_AT_ONCE", 5 * 13 * 3)
    bands = list(backend.bands(moment, width=13, height=9, samples="auto"))

    assert [len(band) for band in bands] == [5, 4]
    np.testing.assert_array_equal(np.concatenate(bands), whole)
    assert not np.array_equal(whole, drawn(backend, moment, 13, 9))

"""Adaptive antialiasing on a card: the pixels that `adaptive` names, drawn again where they are."""

from typing import Any

import numpy as np
import pytest
import torch

from tests.backends.helpers import drawn, scene_of
from tests.backends.triton_twins import OVERFLOWS, cards, interpreter as interpreter

# isort: split
from dataclasses import replace

from cppnvid.backends import adaptive
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.backends.triton import backend as cuda
from cppnvid.backends.triton.backend import CudaBackend
from cppnvid.backends.triton.refining import gather, mark
from cppnvid.colour.pixels import Raster

pytestmark = OVERFLOWS

EDGED = scene_of(network={"layers": [4], "channels": 1, "init": {"output": 6.0, "hidden": 1.0}})


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fewer pixels of a tiny picture bend, and draw those with 3×3 points rather than 4×4.

    Sixteen points take the interpreter twice as long.
    """
    for name, value in (
        ("SAMPLES", 3),
        ("LIMITS", (40, 80, 100, 400)),
        ("BLOCK", 4),
        ("CROWDED", 2),
    ):
        monkeypatch.setattr(adaptive, name, value)


@pytest.mark.parametrize("size", [(3, 3), (15, 9), (129, 4), (5, 43)])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("top", [0, 2])
def test_listed_pixels_are_those_of_the_twin(size: tuple[int, int], bits: int, top: int) -> None:
    """On blotches of every steepness, in two frames, in corners, across the ends of tiles.

    With `top` the first rows are there to judge those below, as in a band.
    """
    width, height = size
    random = np.random.default_rng(5)
    colours = random.integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    colours[random.random((2, height, width)) < 0.95] = 120
    colours[1, 20 + top : 30 : 2] = 255  # crowded, where there are so many rows
    rgb = colours.astype(np.uint16) * 257 if bits == 16 else colours
    device = cards()[0].device
    blocks = -(-(height - top) // adaptive.BLOCK)
    marks = torch.empty((2, height, width), dtype=torch.uint8, device=device)
    crowds = torch.zeros((2, 1 + blocks), dtype=torch.int32, device=device)
    programs = -(-width * height // 128), 2
    numbers: dict[str, Any] = {"BLOCK": adaptive.BLOCK, "POINTS": 128}

    given = torch.from_numpy(rgb).to(device)
    mark[programs](given, marks, crowds, width, height, top, LIMITS=adaptive.LIMITS, **numbers)

    for frame, marked in zip(colours, marks.cpu().numpy(), strict=True):
        np.testing.assert_array_equal(marked, adaptive.marks(frame))
    wanted = [adaptive.needy(each, slice(top, None)) for each in marks.cpu().numpy()]
    for samples in (adaptive.FEW, adaptive.SAMPLES):
        where = torch.zeros((2, height * width), dtype=torch.int32, device=device)
        found = torch.zeros(2, dtype=torch.int32, device=device)
        gather[programs](
            marks, crowds, where, found, width, height, top,
            ALL=samples == adaptive.SAMPLES, CROWDED=adaptive.CROWDED, **numbers,
        )  # fmt: skip
        for one, listed, count in zip(wanted, where.cpu().numpy(), found.tolist(), strict=True):
            below = np.sort(listed[:count])
            below = below[below >= top * width] - top * width
            np.testing.assert_array_equal(below, np.flatnonzero(one == samples))
    if height > 40:
        assert set(wanted[0].ravel()) == {1, 2, 4}
        assert [(block == 4).all() for block in np.split(wanted[1], [16, 32])] == [
            False,
            True,
            False,
        ]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("pixel_format", ["rgb24", "rgb48"])
def test_listed_pixels_are_those_of_many_points(pixel_format: str) -> None:
    """A needy pixel is that of an antialiased picture; any other is left as it was."""
    raster = Raster(18, 7, pixel_format=pixel_format)
    backend, times = CudaBackend(cards()), [0.3, 0.6]

    auto, *plain = (
        np.concatenate(list(backend.render(EDGED, times, replace(raster, samples=samples)))).astype(
            int
        )
        for samples in ("auto", 1, 2, 3)
    )

    step = 257 if pixel_format == "rgb48" else 1
    judged = np.round(plain[0] / step).astype(np.uint8)
    wanted = np.stack([adaptive.needy(adaptive.marks(frame)) for frame in judged])
    for samples, picture in zip((1, 2, 3), plain, strict=True):
        more = wanted == samples
        assert more.mean() > 0.05
        allowed = 2 if pixel_format == "rgb48" and samples > 1 else 0
        assert np.abs(auto - picture)[more].max() <= allowed
        assert samples == 1 or np.abs(plain[samples - 2] - picture)[more].max() > 5 * step


@pytest.mark.parametrize("size", [(1, 1), (2, 7), (21, 6)])
def test_it_is_torchs_picture(size: tuple[int, int]) -> None:
    """Also where a side has no neighbourhood to judge by, so that all pixels take 4×4 points."""
    moment = EDGED.at(0.3)

    plain, fused = (
        drawn(backend, moment, *size, "auto").astype(int)
        for backend in (TorchBackend(), CudaBackend(cards()))
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
    raster = Raster(18, 6)
    backend = CudaBackend(cards())

    (single,) = next(backend.render(scene, [0.3], raster))
    few, full = (
        next(backend.render(scene, [0.3], replace(raster, samples=side)))[0] for side in (2, 3)
    )
    (planes,) = next(backend.render(scene, [0.3], Raster(18, 6, "auto", "yuv420p")))

    samples = adaptive.needy(adaptive.marks(single))[..., None]
    assert set(samples.ravel()) == {1, 2, 3}
    picture = np.select([samples == 1, samples == 2], [single, few], full)
    wanted = 16 + 219 / 255 * picture @ [0.2126, 0.7152, 0.0722]
    assert np.abs(planes[:6] - wanted).max() <= 1.0


@pytest.mark.usefixtures("quick")
def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A band is drawn with the two rows beyond each end that its pixels are judged by."""
    moment, backend = EDGED.at(0.3), CudaBackend(cards())
    whole = drawn(backend, moment, 13, 9, "auto")

    monkeypatch.setattr(cuda, "_POINTS_AT_ONCE", 5 * 13 * 3)
    bands = list(backend.bands(moment, Raster(13, 9, "auto")))

    assert [len(band) for band in bands] == [4, 4, 1]
    np.testing.assert_array_equal(np.concatenate(bands), whole)
    assert not np.array_equal(whole, drawn(backend, moment, 13, 9))

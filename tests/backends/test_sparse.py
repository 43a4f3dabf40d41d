"""Sparse drawing gives the picture that drawing all pixels gives, from a share of the points."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid.animation.camera import View
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Scene
from cppnvid.backends import Backend, Job, choose, definition, lattice, sparse
from cppnvid.backends.lattice import Frame, Scratch
from cppnvid.colour.pixels import Raster, eight_bits
from cppnvid.presets import load_recipe
from tests.backends.helpers import ROWS, scene_of
from tests.helpers import Moments

BACKENDS = ("numpy", "cpu", "torch:cpu")
KALEIDOSCOPE = [{"kind": "kaleidoscope", "segments": 5, "angle": 20}]
# Odd, of a lattice's width, and one more and one less; each is drawn sparsely.
SHAPES = ((65, 97), (64, 129), (130, 64), (81, 66))


def scene(preset: str = "", **recipe: object) -> Scene:
    """Return a preset's scene, or that of the house style with some keys."""
    return Scene.of(load_recipe(preset or {"morph": {"seeds": [1, 2, 3]}, **recipe}))


def at_rest(moment: Moment) -> Moments:
    """Return a timeline that is always at this moment."""
    return Moments(lambda _: moment)


def pair(
    backend: Backend, timeline: Moments | Scene, raster: Raster, time: float = 0.3
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a frame drawn exactly and adaptively."""
    exact, adaptive = (
        next(iter(backend.render(timeline, [time], replace(raster, drawing=drawing))))[0]
        for drawing in ("exact", "adaptive")
    )
    return exact.astype(np.int64), adaptive.astype(np.int64)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of points of every list that is drawn."""
    counts: list[int] = []
    original = sparse.sparse

    def counting(size: tuple[int, int], draw: sparse.Draw, *rest: Any) -> Frame | None:
        def counted(rows: lattice.Places, columns: lattice.Places) -> Frame:
            counts.append(len(rows))
            return draw(rows, columns)

        return original(size, counted, *rest)

    monkeypatch.setattr(sparse, "sparse", counting)
    return counts


@pytest.mark.parametrize(
    ("name", "timeline", "share"),
    [
        ("numpy", scene(), 0.27),
        ("cpu", scene(), 0.27),
        ("torch:cpu", scene(), 0.27),
        ("cpu", scene("stained-glass"), 0.55),
        ("cpu", scene("maelstrom"), 0.75),
        ("cpu", scene(camera={"warps": KALEIDOSCOPE}), 0.5),
        ("cpu", scene(palette={"name": "rgb", "hue": 200}), 0.2),
    ],
    ids=["numpy", "cpu", "torch", "stained-glass", "maelstrom", "kaleidoscope", "rgb"],
)
def test_a_frame_is_within_a_level_of_the_exact_one(
    name: str, timeline: Scene, share: float, drawn: list[int]
) -> None:
    """At most 1 level in 99.99 % of values and 2 anywhere, from a share of the points."""
    width, height = 531, 411
    exact, adaptive = pair(choose(name), timeline, Raster(width, height))
    off = np.abs(exact - adaptive)
    assert off.max() <= 2
    assert np.mean(off > 1) <= 1e-4
    assert 0.0 < sum(drawn) / (width * height) < share


@pytest.mark.parametrize("number", range(8))
def test_every_row_of_every_table_is_what_the_definition_says(number: int) -> None:
    """Warps, palettes, activations, inputs and conventions, on shapes just large enough."""
    backend, wrong, values = choose("numpy"), 0, 0
    for index, parts in enumerate(list(ROWS.values())[number::8]):
        moment = scene_of(**parts).at(0.3)
        raster = Raster(*SHAPES[(index + number) % len(SHAPES)], drawing="adaptive")
        exact = definition.picture(moment, raster).astype(int)
        (adaptive,) = next(iter(backend.render(at_rest(moment), [0.0], raster)))
        off = np.abs(exact - adaptive)
        assert np.mean(off > 2) <= 1e-3, parts
        wrong, values = wrong + int(np.count_nonzero(off > 1)), values + off.size
    assert wrong <= 2e-4 * values


@pytest.mark.parametrize(
    ("samples", "pixel_format"), [(2, "rgb48"), ("auto", "yuv420p"), ("auto", "rgb24")]
)
def test_samples_and_other_pixel_formats_are_drawn_alike(samples: Any, pixel_format: str) -> None:
    """In 16 bits a level of 8 bits is 257; planes are made from what was interpolated."""
    raster = Raster(256, 160, samples, pixel_format)
    exact, adaptive = pair(choose("cpu"), scene("aurora"), raster)
    off = np.abs(exact - adaptive) / (257 if pixel_format == "rgb48" else 1)
    assert np.mean(off > 1) <= 1e-4
    assert off.max() <= 2
    assert off.any(), "nothing was interpolated"


@pytest.mark.parametrize(("name", "pixel_format"), [("cpu", "yuv420p"), ("numpy", "rgb24")])
def test_threads_and_earlier_frames_change_nothing(name: str, pixel_format: str) -> None:
    """The same time gives the same bytes, and frames that were yielded remain what they were."""
    timeline, raster = scene("paper-cut"), Raster(240, 160, 1, pixel_format, "adaptive")
    times = [0.1, 0.3, 0.6]
    alone = [next(iter(choose(name).render(timeline, [time], raster)))[0] for time in times]
    after = list(choose(name, Job(threads=1)).render(timeline, times, raster))
    for frames, expected in zip(after, alone, strict=True):
        np.testing.assert_array_equal(frames[0], expected)


@pytest.mark.parametrize("name", BACKENDS)
def test_noise_is_drawn_whole(name: str, drawn: list[int]) -> None:
    """A picture that is edges everywhere costs the first lattice more, and is the exact one."""
    exact, adaptive = pair(choose(name), scene("article/pollock"), Raster(192, 128))
    np.testing.assert_array_equal(adaptive, exact)
    assert sum(drawn) <= 27 * 19  # every 8th pixel, and a border


def lines(kind: str, width: float, angle: float, size: int) -> Moment:
    """Return a moment that draws a bright bell on black: a line, a dot or a ring.

    Args:
        kind: `line`, `dot` or `ring`.
        width: of the bell at half its height, in pixels.
        angle: of the line in degrees, which also moves the dot.
        size: of the picture.
    """
    steep = 1.665 * size / width  # a bell exp(−u²) is 1.665 wide at half its height
    turn = np.radians(angle)
    if kind == "line":
        weight, bias = [steep * np.cos(turn), steep * np.sin(turn), 0.0], -steep * 0.113
        pan = (0.0, 0.0)
    else:
        radius = 0.31 if kind == "ring" else 0.0
        weight, bias, pan = [0.0, 0.0, steep], -steep * radius, (0.3 * np.cos(turn), 0.2)
    hidden = np.array([weight], dtype=np.float32)
    output = np.full((3, 1), 1.0, dtype=np.float32)
    layers = (
        SceneLayer(hidden, np.array([bias]), "gaussian", residual=False),
        SceneLayer(output, np.zeros(3), "clip", residual=False),
    )
    view = View(1.0, 0.0, pan, ())
    return Moment(("x", "y", "r"), layers, "centres", view, Colouring("rgb", None, 0.0))


@pytest.mark.parametrize("kind", ["line", "dot", "ring"])
@pytest.mark.parametrize("width", [1.0, 2.0])
def test_what_is_thinner_than_the_lattice_is_found(
    kind: str, width: float, drawn: list[int]
) -> None:
    """99.9 % of the pixels of lines at all angles, dots and rings are within 2 levels."""
    size, missed, pixels = 200, 0, 0
    backend, angles = choose("numpy"), np.arange(0.7, 180, 12 if kind != "ring" else 60)
    for angle in angles:
        moment = lines(kind, width, angle, size)
        exact, adaptive = pair(backend, at_rest(moment), Raster(size, size))
        bright = exact > 8
        missed += int(np.count_nonzero(np.abs(exact - adaptive)[bright] > 2))
        pixels += int(np.count_nonzero(bright))
    assert pixels > 100
    assert missed <= pixels / 1000
    assert sum(drawn) < 0.6 * size * size * len(angles)


def test_a_cubic_is_interpolated_as_it_is() -> None:
    """Catmull and Rom's midpoints are exact for polynomials of the third degree."""
    x = np.arange(0, 33)
    cubic = 30000 + 800 * x - 90 * x**2 + 2 * x**3
    frame = np.stack([np.add.outer(cubic, 7 * x)] * 3, axis=-1).astype(np.uint16)
    inside = slice(4, -4)  # beyond the border the lattice goes on straight
    off = lattice.doubled(frame[::2, ::2], Scratch()).astype(int) - frame
    assert np.abs(off[inside, inside]).max() <= 1
    assert np.abs(off).max() > 1


@pytest.mark.parametrize("shape", [(9, 17), (20, 33), (68, 68), (3, 200)])
def test_halide_doubles_as_numpy_does(shape: tuple[int, int]) -> None:
    """To the bit, and at overshoots beyond black and white too."""
    from cppnvid.backends.halide.doubling import doubled

    points = np.random.default_rng(4).integers(0, 2, (*shape, 3), dtype=np.uint16) * 65535
    points[::2] = np.random.default_rng(5).integers(0, 65536, points[::2].shape, dtype=np.uint16)
    expected = lattice.doubled(points, Scratch())
    made = doubled(points, Scratch(), 3)[:, : expected.shape[1]]
    np.testing.assert_array_equal(made, expected)


def test_marks_list_neighbours_and_nothing_outside() -> None:
    """Each place once, in order, with what was marked before left out."""
    marks = lattice.Marks(3, 4, "some", Scratch())
    corner = marks.places(np.array([0, 2]), np.array([0, 3]))
    marks.mark_beside(corner)
    rows, columns = marks.points(marks.listed())
    assert list(zip(rows, columns, strict=True)) == [(0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (2, 2)]
    assert marks.mark(np.concatenate([marks.beside(corner), corner, corner])).tolist() == [*corner]


def test_eight_bits_are_the_nearest() -> None:
    """All 65,536 levels."""
    levels = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(eight_bits(levels), np.rint(levels / 257))

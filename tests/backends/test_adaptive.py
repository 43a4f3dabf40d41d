"""Adaptive antialiasing: the right pixels are drawn again, and come out as 4×4 points would."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import Run, build_scene, load_recipe
from cppnvid.animation.scene import Moment
from cppnvid.backends import Backend, adaptive
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.presets import recipe_text
from cppnvid.recipe import Recipe, Samples
from cppnvid.render import render_still, render_video
from tests.conftest import small

PRESETS = Path(__file__).parent.parent.parent / "presets"
ARTWORKS = sorted(path.stem for path in PRESETS.glob("*.yaml"))
SHARP: dict[str, Any] = {
    "network": {"layers": "3x8", "init": {"output": 20.0}},
    "palette": {"name": "rgb"},
    "morph": {"seeds": [1, 2]},
    "camera": {"scale": 4.0},
}
CAMERAS: list[dict[str, Any]] = [
    {"coordinates": "centres"},
    {"coordinates": "corners"},
    {"coordinates": "endpoints"},
    {"coordinates": "pixels", "scale": 0.02},
    {"warps": [{"kind": "kaleidoscope", "segments": 5, "angle": 20}]},
    {"rotate": 30, "pan_x": 0.2, "warps": [{"kind": "swirl", "angle": 200, "radius": 0.3}]},
]


def backends_here() -> list[Backend]:
    """Return the readable twin, and the fused backend where it can be had."""
    try:
        from cppnvid.backends.halide.backend import CpuBackend
    except ImportError:
        return [TorchBackend()]
    return [TorchBackend(), CpuBackend()]


def drawn(
    moment: Moment, width: int, height: int, samples: Samples, backend: Backend | None = None
) -> NDArray[np.uint8]:
    """Return one whole frame."""
    backend = backend or TorchBackend()
    return np.concatenate(list(backend.bands(moment, Raster(width, height, samples))))


def sharp(**camera: Any) -> Moment:
    """Return a moment of flat colours with edges between them."""
    return build_scene(small(**SHARP | {"camera": SHARP["camera"] | camera})).at(0.3)


def needy(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the samples that the pixels of a whole frame want."""
    return adaptive.needy(adaptive.marks(rgb))


def rms(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return the RMS of their difference, in 8-bit steps."""
    return float(np.sqrt(((one.astype(float) - other) ** 2).mean()))


@pytest.mark.parametrize("camera", CAMERAS, ids=str)
def test_a_picture_of_edges_is_nearly_that_of_sixteen_points(camera: dict[str, Any]) -> None:
    """In every convention and behind warps: within 2 steps RMS, where one point is twice as far."""
    moment = sharp(**camera)

    single, auto, full = (drawn(moment, 97, 64, samples) for samples in (1, "auto", 4))

    assert rms(auto, full) <= 2.0
    assert rms(auto, full) < rms(single, full) / 2
    assert 0.0 < (needy(single) > 1).mean() < 1.0


@pytest.mark.parametrize("backend", backends_here(), ids=lambda backend: backend.name)
def test_pixels_drawn_again_are_those_of_sixteen_points(backend: Backend) -> None:
    """A pixel is that of the picture with as many samples as it wants, to the rounding."""
    moment = sharp(rotate=20)

    auto, *plain = (
        drawn(moment, 97, 64, samples, backend).astype(int) for samples in ("auto", 1, 2, 4)
    )

    single, few, full = plain
    samples = needy(single.astype(np.uint8))
    assert np.array_equal(auto[samples == 1], single[samples == 1])
    assert np.abs(auto - few)[samples == 2].max() <= 1
    assert np.abs(auto - full)[samples == 4].max() <= 1
    assert np.abs(single - few)[samples == 2].max() > 10
    assert np.abs(few - full)[samples == 4].max() > 20


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (7, 5), (33, 17), (1, 40), (70, 3), (129, 35)])
def test_twins_agree(size: tuple[int, int]) -> None:
    """At weird sizes both backends draw the same pixels again, and the same colours there."""
    plain, *fused = (drawn(sharp(), *size, "auto", backend) for backend in backends_here())

    assert plain.shape == (size[1], size[0], 3)
    for other in fused:
        steps = np.abs(other.astype(int) - plain)
        assert np.mean(steps > 0) <= 0.005
        assert np.mean(steps > 1) <= 0.001


@pytest.mark.parametrize("camera", CAMERAS[1:5], ids=str)
def test_twins_agree_in_every_convention(camera: dict[str, Any]) -> None:
    """Both backends place the sixteen points of a pixel alike."""
    plain, *fused = (drawn(sharp(**camera), 97, 64, "auto", each) for each in backends_here())

    for other in fused:
        steps = np.abs(other.astype(int) - plain)
        assert np.mean(steps > 0) <= 0.005
        assert np.mean(steps > 1) <= 0.001


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (40, 1), (40, 2)])
def test_a_side_without_neighbours_is_drawn_again(size: tuple[int, int]) -> None:
    """Two pixels or one show no bend, so all take sixteen points."""
    assert np.array_equal(drawn(sharp(), *size, "auto"), drawn(sharp(), *size, 4))


def test_bands_do_not_show() -> None:
    """However a frame is cut, each row comes once and every pixel is judged by all around it."""
    frame = np.full((75, 15, 3), 90, dtype=np.uint8)
    for top, left, height, colour in (
        (3, 2, 4, 250),
        (14, 7, 1, 200),
        (20, 0, 9, 105),
        (29, 4, 5, 0),
        (66, 3, 4, 150),
    ):
        frame[top : top + height, left : left + 5] = colour
    frame[36:43:2, 1:14:2] = 255  # a crowd of hard edges, in the third block alone
    height = len(frame)

    def marked(
        rows: NDArray[np.intp], columns: NDArray[np.intp], samples: int
    ) -> NDArray[np.uint8]:
        return np.stack((rows, columns, 0 * rows + samples), axis=1).astype(np.uint8)

    def cut(*heights: int) -> NDArray[np.uint8]:
        def bands() -> Iterator[NDArray[np.uint8]]:
            top = 0
            while top < height:
                for count in heights:
                    if top < height:
                        yield frame[top : top + count]
                    top += count

        return np.concatenate(list(adaptive.refined(bands(), height, marked)))

    whole, samples = cut(height), needy(frame)
    blocks = [set(samples[top : top + 16].ravel()) for top in range(0, 75, 16)]
    assert blocks == [{1, 2, 4}, {1, 2, 4}, {4}, {1}, {1, 2}]
    assert np.array_equal(whole[samples == 1], frame[samples == 1])
    for side in (2, 4):
        rows, columns = np.nonzero(samples == side)
        assert np.array_equal(whole[rows, columns], marked(rows, columns, side))
    for heights in ((1,), (2,), (3, 1, 7), (5, 20), (34, 32), (height - 1, 1)):
        assert np.array_equal(cut(*heights), whole), heights


def test_only_bends_count() -> None:
    """A straight ramp, however steep, has its mean in its middle; an edge takes its neighbours."""
    ramp = np.repeat(np.arange(0, 250, 25, dtype=np.uint8)[None, :, None], 9, axis=0)
    flat = np.full((9, 12, 3), 0, dtype=np.uint8)

    assert (needy(np.repeat(ramp, 3, axis=2))[:, 1:-1] == 1).all()
    assert (needy(flat) == 1).all()
    around = {32: "1111", 33: "1221", 64: "1221", 65: "2222", 128: "2222", 129: "2442",
              250: "2442", 251: "4444"}  # fmt: skip
    for step, wanted in around.items():
        edge = flat.copy()
        edge[:, 6:, 1] = step
        for samples in (needy(edge), needy(edge.swapaxes(0, 1)).T):
            assert "".join(map(str, samples[4])) == f"1111{wanted}1111", step


def test_crowded_rows_take_all_points() -> None:
    """In those sixteen rows of which more than a fifth are hard edges, and in those alone."""
    marked = np.zeros((42, 20), dtype=np.uint8)
    marked[:3] = marked[3, :4] = 4  # a fifth of the first block
    marked[20:23] = marked[25, ::4] = 4  # one more in the second
    marked[32:34] = 4  # a fifth of the last, which has ten rows

    samples = adaptive.needy(marked)
    assert (samples[5:15] == 1).all()
    assert (samples[16:32] == 4).all()
    assert (samples[35:] == 1).all()
    marked[41, 4] = 4
    assert (adaptive.needy(marked)[32:] == 4).all()


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize(
    ("across", "down", "both", "bend"),
    [(2, -1, 0, 4), (-1, 2, 0, 4), (1, 1, 2, 8), (1, 1, -2, 8)],
    ids=["across", "down", "diagonal", "other diagonal"],
)
def test_bends_in_every_direction(
    channel: int, across: int, down: int, both: int, bend: int
) -> None:
    """Surfaces that bend most in one of the four directions, in any channel."""
    rows, columns = np.mgrid[:5, :5] - 2
    picture = np.full((5, 5, 3), 100, dtype=np.uint8)
    picture[..., channel] = 100 + across * columns**2 + down * rows**2 + both * rows * columns

    assert adaptive.bends(picture)[2, 2] == bend


@pytest.mark.parametrize("size", [(3, 32), (32, 3), (33, 40), (97, 35), (31, 9), (64, 2)])
@pytest.mark.parametrize("bits", [8, 16])
def test_halide_marks_alike(size: tuple[int, int], bits: int) -> None:
    """The twin tells the same bends in blotches of every steepness, at every border."""
    halide = pytest.importorskip("cppnvid.backends.halide.antialias")
    width, height = size
    random = np.random.default_rng(3)
    picture = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    picture[random.random((height, width)) < 0.9] = 120
    rgb: NDArray[Any] = picture.astype(np.uint16) * 257 + 100 if bits == 16 else picture

    expected = adaptive.marks(rgb)

    assert set(expected.ravel()) >= ({0, 1, 2, 3, 4} if expected.size > 200 else {0, 2, 3})
    for strips in (1, 5):
        np.testing.assert_array_equal(halide.marks(rgb, strips), expected)


@pytest.mark.parametrize("name", ARTWORKS)
def test_artworks_take_a_third_of_the_points(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted as they are drawn, at 256 pixels, where pictures bend more than at full size."""
    recipe = load_recipe(name)
    ratio = 256 / min(recipe.canvas.size)
    width, height = (round(side * ratio) for side in recipe.canvas.size)
    moment = build_scene(
        recipe.model_copy(update={"morph": recipe.morph.model_copy(update={"pace": "uniform"})})
    ).at(0.0)
    counted: list[int] = []
    colours = TorchBackend._colours

    def counting(self: TorchBackend, layers: Any, moment: Moment, x: Any, *rest: Any) -> Any:
        counted.append(len(x))
        return colours(self, layers, moment, x, *rest)

    monkeypatch.setattr(TorchBackend, "_colours", counting)
    drawn(moment, width, height, "auto")

    assert width * height <= sum(counted) <= width * height * 16 / 3


def test_memory_that_ends_is_asked_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device too small for the list of pixels draws it in parts, to the same picture."""
    backend, moment = TorchBackend(threads=1), sharp()
    whole = drawn(moment, 64, 48, "auto", backend)
    colours = TorchBackend._colours

    def small_memory(self: TorchBackend, layers: Any, moment: Moment, x: Any, *rest: Any) -> Any:
        if len(x) > 1000:
            raise RuntimeError("out of memory")
        return colours(self, layers, moment, x, *rest)

    monkeypatch.setattr(TorchBackend, "_colours", small_memory)
    assert np.array_equal(drawn(moment, 64, 48, "auto", backend), whole)


def test_long_lists_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fused backend draws the same picture however few points it may draw at once."""
    cpu = pytest.importorskip("cppnvid.backends.halide.backend")
    moment = sharp()
    whole = drawn(moment, 600, 90, "auto", cpu.CpuBackend())

    monkeypatch.setattr(cpu, "_POINTS_A_BAND", 600 * 8)
    monkeypatch.setattr(cpu, "_cores", lambda: 1)
    assert np.array_equal(drawn(moment, 600, 90, "auto", cpu.CpuBackend()), whole)


def test_films_are_refined_too() -> None:
    """Frames of a film are the stills of their times, as RGB; planes differ by rounding alone."""
    scene = build_scene(small(**SHARP))
    for backend in backends_here():
        frames = np.concatenate(list(backend.render(scene, [0.0, 0.3], Raster(48, 32, "auto"))))
        for frame, time in zip(frames, (0.0, 0.3), strict=True):
            assert np.array_equal(frame, drawn(scene.at(time), 48, 32, "auto", backend))


def test_auto_is_a_recipe_like_any() -> None:
    """The word survives the recipe's text; the schema knows it; a number stays a number."""
    recipe = small(canvas={"samples": "auto"})

    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    assert '"samples": "auto"' in recipe_text(recipe)
    assert small(canvas={"samples": 4}).canvas.samples == 4
    with pytest.raises(ValueError, match="whole number from 1 to 8, or auto"):
        small(canvas={"samples": "Auto"})


def test_films_carry_auto() -> None:
    """A film drawn with `auto` says so, and draws the same again."""
    recipe = small(32, 32, canvas={"samples": "auto"}, **SHARP)
    render_video(recipe, "film.mp4", Run(backend="torch:cpu"))

    again = load_recipe("film.mp4")
    assert again.canvas == recipe.canvas
    assert np.array_equal(
        render_still(again, Run(backend="torch:cpu")),
        render_still(recipe, Run(backend="torch:cpu")),
    )


def test_sheets_take_all_the_points() -> None:
    """Tiles are so small that `auto` is not worth its while: they have its sixteen points."""
    from cppnvid.film.run import Run
    from cppnvid.sheets.tiles import Tiles

    recipe = small(64, 64, canvas={"samples": "auto"}, **SHARP)
    plain = recipe.model_copy(update={"canvas": recipe.canvas.model_copy(update={"samples": 4})})
    moment, run = build_scene(recipe).at(0.3), Run(TorchBackend())

    one, other = (
        Tiles.of(each, (24, 24), moment, count=1, run=run).still(moment) for each in (recipe, plain)
    )

    assert np.array_equal(one, other)

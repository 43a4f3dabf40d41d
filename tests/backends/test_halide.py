"""The fused `cpu` backend against its readable twin, the `torch` backend."""

import sys
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cppnvid import Run, build_scene
from cppnvid.animation.scene import Moment, Scene
from cppnvid.backends import Job, definition, machine, select
from cppnvid.backends.adaptive import points_a_pixel
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.encode import Target, decode
from cppnvid.errors import BackendUnavailable, RecipeError
from cppnvid.film.film import job_of
from cppnvid.recipe import Samples
from cppnvid.render import render_video
from tests.backends.helpers import drawn, make_unusable, scene_of
from tests.conftest import small
from tests.encode.helpers import open_file

pytest.importorskip("halide", reason="no halide here: it has wheels for some platforms only")

# From here on a machine has halide, and what does not work with it fails.
from cppnvid.backends.halide import backend as cpu, functions, yuv


def assert_twins(
    moment: Moment, width: int = 33, height: int = 17, *, samples: int = 1, share: float = 0.005
) -> None:
    """Assert that both backends draw the same but for a few roundings, and not one flat colour."""
    fused = drawn(cpu.CpuBackend(), moment, width, height, samples)
    plain = drawn(TorchBackend(), moment, width, height, samples)
    steps = np.abs(fused.astype(int) - plain)
    assert fused.shape == (height, width, 3)
    assert steps.max() <= 1, f"{np.count_nonzero(steps > 1)} values are off by more than a step"
    assert np.mean(steps > 0) <= share


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (33, 17), (24, 1), (25, 3), (1, 40)])
def test_every_size(size: tuple[int, int]) -> None:
    """Frames narrower than a tile, and as wide as one and a bit."""
    assert_twins(scene_of().at(0.3), *size)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("width", [1, 3, 17, 128, 512])
def test_every_width(width: int, residual: bool) -> None:
    """Widths that fill no panel, one, and many."""
    network = {"layers": [width] * 3, "residual": residual, "init": {"hidden": width**-0.5}}
    assert_twins(scene_of(network=network).at(0.3))


@pytest.mark.parametrize("size", [0.1, 0.3, 0.07])
def test_seams_fall_where_torchs_fall(size: float) -> None:
    """Pixels that stand on the seam of a tile to the last digit take the same side of it."""
    warp = {"kind": "tile", "size": size, "mirrored": False}
    camera = {"coordinates": "corners", "warps": [warp]}
    assert_twins(scene_of(camera=camera).at(0.3), 100, 100)


def test_no_frame_seed_or_size_compiles_again() -> None:
    """Weights, camera, warps and palette are inputs: one pipeline draws them all."""

    def film(seeds: list[int], zoom: float) -> Scene:
        camera = {"zoom": zoom, "warps": [{"kind": "swirl", "angle": 90 * zoom}]}
        return scene_of(
            morph={"seeds": seeds}, camera=camera, palette={"name": "tide", "hue": 10 * zoom}
        )

    backend = cpu.CpuBackend()
    list(backend.render(film([1, 2], 1.0), [0.0], Raster(30, 20)))
    before = cpu.compiled.cache_info().misses
    frames = list(backend.render(film([1, 2], 1.0), [0.0, 0.2, 0.4], Raster(30, 20)))
    frames += list(backend.render(film([8, 9], 2.0), [0.2], Raster(30, 20)))
    list(backend.render(film([8, 9], 2.0), [0.2], Raster(41, 3)))
    list(backend.render(scene_of(network={"layers": [9]}), [0.0], Raster(8, 8)))
    list(backend.render(film([8, 9], 2.0), [0.4], Raster(30, 20)))

    assert len({frame.tobytes() for frame in frames}) == len(frames)
    assert cpu.compiled.cache_info().misses == before + 1  # the one of another width


def test_the_same_bytes_whatever_the_threads_and_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pixel does not depend on which strip or band it is drawn in, nor on the run."""
    moment = scene_of(palette={"name": "ember"}).at(0.3)
    whole = drawn(cpu.CpuBackend(), moment, 70, 41, 2)

    np.testing.assert_array_equal(drawn(cpu.CpuBackend(1), moment, 70, 41, 2), whole)
    monkeypatch.setattr(cpu, "_POINTS_A_BAND", 1)
    assert len(list(cpu.CpuBackend().bands(moment, Raster(70, 41, 2)))) > 1
    np.testing.assert_array_equal(drawn(cpu.CpuBackend(), moment, 70, 41, 2), whole)


def test_frames_are_whole_and_bands_are_their_rows() -> None:
    """`render` gives [1, height, width, 3] of the same pixels as `bands`."""
    scene = scene_of()
    (frame,) = cpu.CpuBackend().render(scene, [0.3], Raster(31, 9))

    assert frame.shape == (1, 9, 31, 3)
    assert frame.flags.c_contiguous
    np.testing.assert_array_equal(frame[0], drawn(cpu.CpuBackend(), scene.at(0.3), 31, 9))


def test_rounding_errors_are_float32s() -> None:
    """With N(0, 1) weights at most twice as many values as torch's differ from float64's."""
    moment = scene_of(network={"layers": ["9x16"], "init": {"hidden": 1.0}}).at(0.3)
    exact = definition.picture(moment, Raster(480, 270))
    plain, fused = (
        drawn(backend, moment, 480, 270) for backend in (TorchBackend(), cpu.CpuBackend())
    )

    allowed = 2 * np.count_nonzero(plain != exact) + 20
    assert np.count_nonzero(fused != exact) <= allowed
    assert np.abs(fused.astype(int) - exact).max() <= 1


def test_halide_is_usable_here() -> None:
    """Where halide is installed it works: `report` says so, and this suite has not tested air."""
    (entry,) = [entry for entry in machine.report() if entry.name == "cpu"]

    assert entry.usable, entry.detail
    assert select.choose("cpu").name == "cpu"


@pytest.mark.parametrize(
    ("network", "words"),
    [({"layers": ["33x4"]}, "33 hidden layers"),
     ({"layers": [{"width": 600, "activation": "atan_pair"}]}, "1200 values")],
)  # fmt: skip
def test_what_it_cannot_draw_it_says_at_selection(network: dict[str, Any], words: str) -> None:
    """By name it raises with the reason, at selection and when drawing; `auto` takes torch."""
    moment = scene_of(network=network).at(0.0)
    notes: list[str] = []

    with pytest.raises(BackendUnavailable, match=words):
        select.choose("cpu", Job(moment))
    with pytest.raises(BackendUnavailable, match=words):
        drawn(cpu.CpuBackend(), moment, 4, 4)
    chosen = select.choose("auto", Job(moment, Raster(10**12, 1)), notes.append)
    assert chosen.name.startswith("torch:")
    assert words in notes[0] or chosen.name != "torch:cpu"


def test_a_function_only_torch_has_is_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    """An activation that `sampling.py` gains and the twin does not is no KeyError."""
    monkeypatch.delitem(functions.ACTIVATIONS, "tanh")

    assert cpu.unsupported(scene_of().at(0.0)) == "it has no activation tanh"


def test_auto_weighs_compiling_against_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small still goes to numpy and a film to cpu, where there is no GPU."""
    make_unusable(monkeypatch, "gpu", "torch:cuda", "torch:mps")
    moment = scene_of(network={"layers": ["9x16"]}).at(0.0)
    notes: list[str] = []

    assert select.choose(job=Job(moment, Raster(10**9, 1))).name == "cpu"
    assert select.choose().name == "cpu"
    assert select.choose("torch", Job(moment, Raster(10**9, 1))).name == "torch:cpu"
    assert select.choose("auto", Job(moment, Raster(10**4, 1)), notes.append).name == "numpy"
    assert notes == ["drawing with numpy, as the job is small (0.0 s)"]


def test_auto_counts_what_antialiasing_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pixels of a list take a pipeline of their own, and a job twice as large to pay for it."""
    make_unusable(monkeypatch, "gpu", "torch:cuda", "torch:mps")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    moment = scene_of(network={"layers": ["9x16"]}).at(0.0)

    def drawn_with(points: int, samples: Samples) -> str:
        return select.choose(
            job=Job(moment, Raster(points // points_a_pixel(samples), 1, samples))
        ).name

    # 2 s of compiling, and numpy takes 0.73 µs for a point.
    assert [drawn_with(4 * 10**6, samples) for samples in (1, "auto")] == ["cpu", "numpy"]
    assert drawn_with(10**7, "auto") == "cpu"


def test_auto_counts_the_way_through_oklab(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small network's gradient takes as long as the network, and pays for Halide sooner."""
    make_unusable(monkeypatch, "gpu", "torch:cuda", "torch:mps")
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    def drawn_with(**palette: object) -> str:
        moment = scene_of(palette=palette).at(0.0)
        return select.choose(job=Job(moment, Raster(4 * 10**6, 1))).name

    # 1.3 s of compiling; numpy takes 0.21 µs for a point, and 0.46 through Oklab.
    assert drawn_with(name="rgb") == "numpy"
    assert [drawn_with(name="rgb", hue=90.0), drawn_with(name="oklch")] == ["cpu", "cpu"]
    assert drawn_with(name="viridis") == "cpu"


@pytest.mark.parametrize("card", [True, False])
def test_a_card_that_is_not_there_is_not_told_of(
    card: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why no GPU draws is told where there is one, once for all that need it, and else never."""
    make_unusable(monkeypatch, "cuda", "torch:cuda", why="built without CUDA")
    make_unusable(monkeypatch, "torch:mps", why="no Apple GPU here")
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/nvidia-smi" if card else None)
    monkeypatch.setattr("sys.platform", "linux")
    notes: list[str] = []

    select.choose("auto", note=notes.append)

    assert ("; not with cuda, torch:cuda: built without CUDA" in notes[0]) == card
    assert notes[0].count("CUDA") == card
    assert "Apple" not in notes[0]


def test_auto_counts_what_planes_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """An MP4's frames take a pipeline of their own; a GIF's do not, nor do blurred ones."""
    make_unusable(monkeypatch, "gpu", "torch:cuda", "torch:mps")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    recipe = small(100, 100, network={"layers": ["9x16"]}, output={"frames": 300})
    moment = build_scene(recipe).at(0.0)

    def drawn_with(ending: str, shutter: float = 0.0) -> str:
        canvas = recipe.canvas.model_copy(update={"shutter": shutter})
        job = recipe.model_copy(update={"canvas": canvas})
        frames = recipe.output.frames // (canvas.exposures if shutter else 1)
        target = Target.of(job, f"film{ending}")
        return select.choose("auto", job_of(job, moment, frames, None, target)).name

    # 2.0 s of compiling and 0.4 for planes; numpy takes 2.2 s.
    assert [drawn_with(ending) for ending in (".mp4", ".gif")] == ["numpy", "cpu"]
    assert drawn_with(".mp4", shutter=0.5) == "cpu"


@pytest.mark.parametrize("missing", [True, False])
def test_auto_goes_on_without_halide(monkeypatch: pytest.MonkeyPatch, missing: bool) -> None:
    """Missing or broken, `auto` draws with torch and says why, and `cpu` by name raises."""
    if missing:
        monkeypatch.setitem(sys.modules, "halide", None)
    else:
        monkeypatch.setattr(cpu, "check", lambda: "Halide draws [1] where 2 is right")
    notes: list[str] = []

    chosen = select.choose("auto", Job(scene_of().at(0.0), Raster(10**12, 1)), notes.append)

    assert chosen.name.startswith("torch:")
    words = "pip install halide" if missing else "where 2 is right"
    assert words in notes[0] or chosen.name != "torch:cpu"
    with pytest.raises(BackendUnavailable, match=words):
        select.choose("cpu")


@pytest.mark.parametrize("name", ["cpu:0", "halide"])
def test_unknown_names_are_refused(name: str) -> None:
    """What is no backend's name is a mistake and not a guess."""
    with pytest.raises(RecipeError, match="cpu"):
        select.choose(name)


def planes_from(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    """Convert colours in [0, 1], [height, width, 3], as BT.709 says, in float64."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    planes = [16 + 219 * grey]
    for part, divisor in ((blue, 1.8556), (red, 1.5748)):
        chroma = np.pad((part - grey) / divisor, ((0, 0), (1, 0)), mode="edge")
        left, middle, right = chroma[:, :-1:2], chroma[:, 1::2], chroma[:, 2::2]
        across = (left + 2 * middle + right) / 4
        planes.append(128 + 224 * (across[::2] + across[1::2]) / 2)
    return np.concatenate([np.floor(plane + 0.5).ravel() for plane in planes]).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), [(2, 2), (6, 4), (14, 10), (16, 16), (34, 18)])
@pytest.mark.parametrize("threads", [None, 1])
def test_planes_are_bt709(width: int, height: int, threads: int | None) -> None:
    """Any even size gives what the formula gives, but for roundings of a half."""
    rgb = np.random.default_rng(1).integers(0, 65536, (height, width, 3), dtype=np.uint16)
    frame = np.zeros((height * 3 // 2, width), np.uint8)

    yuv.yuv_pipeline().convert(rgb, yuv.planes_of(frame, height), threads or 16)

    wanted = planes_from(rgb / 65535)
    assert np.abs(frame.ravel().astype(int) - wanted).max() <= 1
    assert np.mean(frame.ravel() != wanted) <= 0.01


@pytest.mark.parametrize("samples", [1, 2, "auto"])
def test_frames_of_yuv_are_the_frames_of_rgb(
    samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn in several bands, they are the same picture to the rounding of RGB to 8 bits."""
    monkeypatch.setattr(cpu, "_POINTS_A_BAND", 40 * 20)
    scene = scene_of(camera={"scale": 5})
    raster = Raster(40, 22, samples)
    backend = cpu.CpuBackend()

    (frame,) = backend.render(scene, [0.3], replace(raster, pixel_format="yuv420p"))
    (rgb,) = backend.render(scene, [0.3], raster)

    assert frame.shape == (1, 33, 40)
    wanted = planes_from(rgb[0] / 255)
    assert np.abs(frame.ravel().astype(int) - wanted).max() <= 1


def test_flat_colours_survive_from_planes_to_file() -> None:
    """Patches that were converted here come back from an MP4 within 1.5 levels in every channel."""
    corners = [[r, g, b] for r in (16, 235) for g in (16, 235) for b in (16, 235)]
    colours = np.array([*corners, [255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 160, 40]])
    picture = colours.reshape(3, 4, 3).repeat(32, axis=0).repeat(32, axis=1)
    frame = np.empty((96 * 3 // 2, 128), np.uint8)
    yuv.yuv_pipeline().convert((picture * 257).astype(np.uint16), yuv.planes_of(frame, 96), 2)

    with open_file(
        "a.mp4", width=128, height=96, fps=Fraction(30), frames=4, pixel_format="yuv420p"
    ) as encoder:
        encoder.write(np.stack([frame] * 4))

    for decoded in decode("a.mp4"):
        patches = decoded.astype(float).reshape(3, 32, 4, 32, 3)[:, 8:24, :, 8:24]
        means = patches.mean(axis=(1, 3)).reshape(-1, 3)
        assert np.abs(means - colours).max() <= 1.5


def test_films_are_drawn_as_planes(monkeypatch: pytest.MonkeyPatch) -> None:
    """An MP4 and an even WebM get yuv420p from this backend; odd sizes and other files get RGB."""
    asked: list[str] = []
    drawing = cpu.CpuBackend.render

    def spy(self: cpu.CpuBackend, scene: Scene, times: Any, raster: Raster) -> Any:
        asked.append(raster.pixel_format)
        return drawing(self, scene, times, raster)

    monkeypatch.setattr(cpu.CpuBackend, "render", spy)
    for name, width in (("a.mp4", 32), ("a.webm", 32), ("b.webm", 33), ("a.gif", 32)):
        render_video(small(width, 18), name, Run(backend="cpu"))
        assert len(list(decode(name))) == 6

    # A GIF's number of colours is chosen by a few of its frames, which are drawn before.
    assert asked == ["yuv420p", "yuv420p", "rgb24", "rgb24", "rgb24"]

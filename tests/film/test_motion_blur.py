"""Motion blur: light is averaged while the shutter is open, and a loop stays a loop."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from cppnvid import Run, build_scene, decode, load_recipe, render_frames
from cppnvid.backends.torch_ import TorchBackend
from cppnvid.colour.pixels import Raster
from cppnvid.film.motion_blur import expose, exposure_times
from cppnvid.presets import Override
from cppnvid.recipe import Recipe
from tests.conftest import small, step
from tests.helpers import run


def film(shutter: float, loop: str = "closed") -> Recipe:
    """Return a small film of eight frames that turns once, its shutter open for so long."""
    return small(
        canvas={"shutter": shutter, "exposures": 4},
        output={"frames": 8},
        morph={"loop": loop},
        camera={"rotate": {"keys": [[0, 0], [1, 360]], "easing": "linear"}},
    )


def test_exposures_lie_around_their_frame() -> None:
    """Half open, four moments fill half of a frame's time, its own in their middle."""
    times = exposure_times([0.25, 0.5], film(0.5))

    assert times[:4] == pytest.approx([0.25 + k / 64 for k in (-1.5, -0.5, 0.5, 1.5)])
    assert np.mean(times[4:]) == pytest.approx(0.5)


def test_exposures_of_a_loop_reach_over_its_seam() -> None:
    """The first frame of a loop begins at its end; an open film is cut off at both ends."""
    assert exposure_times([0.0], film(1.0))[0] == pytest.approx(1 - 3 / 64)
    opened = film(1.0, "open")
    assert exposure_times([0.0], opened)[:2] == [0.0, 0.0]
    assert exposure_times([1.0], opened)[2:] == [1.0, 1.0]
    first, *_, last = exposure_times([0.5], opened)  # eight frames of it are seven apart
    assert last - first == pytest.approx(3 / 4 / 7)


def test_light_is_averaged_and_not_its_code() -> None:
    """Half black and half white is 188, not 128; frames may come in any batches."""
    frames = np.zeros((4, 1, 1, 3), dtype=np.uint8)
    frames[1::2] = 255

    made = list(expose([frames[:1], frames[1:]], 2))

    assert [frame.tolist() for frame in made] == [[[[[188] * 3]]]] * 2


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_level_survives(kind: type[Any]) -> None:
    """Three equal frames are the same frame, at all levels of 8 and of 16 bits."""
    levels = np.arange(np.iinfo(kind).max + 1).astype(kind)
    ramp = np.repeat(levels, 3).reshape(1, 1, -1, 3)

    (made,) = expose([ramp, ramp, ramp], 3)

    np.testing.assert_array_equal(made, ramp)


def test_a_blurred_frame_is_the_mean_of_its_moments() -> None:
    """Drawn moment by moment and averaged in float64, within a level."""
    recipe = film(1.0)
    blurred = np.concatenate(list(render_frames(recipe, Run(backend="torch:cpu"))))

    times = exposure_times([2 / 8], recipe)
    drawn = np.concatenate(
        list(TorchBackend("cpu").render(build_scene(recipe), times, Raster(33, 17)))
    )
    code = drawn / 255.0
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).mean(axis=0)
    expected = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)

    assert np.abs(blurred[2] - 255.0 * expected).max() < 0.6
    assert len(blurred) == 8


def test_shutter_from_the_command_line_blurs_and_loops() -> None:
    """A fast turn is smoother with --shutter, and its seam is no larger than other steps."""
    common = "render aurora --size 64 --frames 12 --set camera.rotate.keys=[[0,0],[1,360]] -q"
    frames = {}
    for name, more in (("sharp", ""), ("soft", " --shutter 1 --set canvas.exposures=6")):
        code, _, err = run([*common.split(), "-o", f"{name}.mp4", *more.split()])
        assert code == 0, err
        frames[name] = list(decode(f"{name}.mp4"))
    soft = frames["soft"]
    detail = {
        name: np.mean([np.diff(f.astype(int), axis=1).std() for f in frames[name]])
        for name in frames
    }
    steps = [step(one, other) for one, other in pairwise(soft)]

    assert detail["soft"] < 0.9 * detail["sharp"]
    assert step(soft[-1], soft[0]) < 1.5 * float(np.median(steps))
    assert load_recipe("soft.mp4").canvas.shutter == 1


def test_a_shutter_that_cannot_be_is_refused() -> None:
    """Told by the option's name, with what would be right."""
    code, _, err = run(["morph", "--seeds", "1", "2", "--shutter", "-1", "-o", "x.mp4"])

    assert code == 2
    assert "--shutter: must be at least 0" in err
    assert load_recipe({}, [Override("canvas.shutter", 0.5)]).canvas.exposures == 8

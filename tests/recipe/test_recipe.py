"""The recipe: what it accepts, what it refuses, and that it comes back equal from plain data."""

from fractions import Fraction
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from cppnvid.recipe import SIZES, Recipe, Track
from cppnvid.recipe.styles import STYLES


def refused(data: dict[str, Any]) -> str:
    """Return the mistakes for which a recipe is refused, each with its keys."""
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(data)
    lines = []
    for details in caught.value.errors():
        where = ".".join(map(str, details["loc"]))
        mistake = details.get("ctx", {}).get("mistake")
        words = mistake.words() if mistake else details["msg"]
        lines.append(f"{where}: {words}" if where else words)
    return "\n".join(lines)


RICH: dict[str, Any] = {
    "title": "Everything",
    "network": {
        "inputs": ["x", "r", "z"],
        "layers": ["2x8", {"width": 5, "activation": "sin", "bias": False}, 7],
        "init": {"weights": "uniform", "hidden": 3.0},
        "output": "sine",
        "channels": 1,
    },
    "morph": {"seeds": [3, 1], "of": "z", "path": "slerp", "loop": "ping-pong", "hold": 0.25},
    "camera": {
        "coordinates": "endpoints",
        "zoom": {"keys": [[0, 1], [0.5, 2]], "easing": "ease-in"},
        "warps": [{"kind": "kaleidoscope", "segments": 8}, {"kind": "wave", "phase": 30}],
    },
    "palette": {"colours": ["#000000", "#ffAA00"], "hue": {"keys": [[0, 0], [1, 360]]}},
    "canvas": {"size": "reel", "samples": 2},
    "output": {"frames": 30, "fps": "30000/1001", "crf": 20},
}


@pytest.mark.parametrize("data", [{}, RICH, *({"style": style} for style in STYLES)])
def test_recipes_come_back_equal_through_yaml(data: dict[str, Any]) -> None:
    """Recipe to plain data to YAML and back is the identity, for every style too."""
    recipe = Recipe.model_validate(data)

    text = yaml.safe_dump(recipe.to_data())

    assert Recipe.model_validate(yaml.safe_load(text)) == recipe


def test_recipes_are_frozen() -> None:
    """A recipe cannot be changed after it was validated."""
    with pytest.raises(ValidationError, match="frozen"):
        Recipe().canvas.samples = 3  # type: ignore[misc]


def test_style_is_laid_under_what_was_written() -> None:
    """A style gives what was left out, and nothing else."""
    recipe = Recipe.model_validate({"style": "article", "network": {"activation": "sin"}})

    assert recipe.network.activation == "sin"
    assert len(recipe.network.layers) == 9
    assert recipe.camera.coordinates == "corners"


def test_a_recipe_written_out_does_not_follow_its_style(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's recipe draws the same picture after the style it names has changed."""
    recipe = Recipe.model_validate({"style": "article"})
    data = recipe.to_data()

    monkeypatch.setitem(STYLES, "article", {"network": {"layers": [3], "activation": "cos"}})

    assert Recipe.model_validate(data) == recipe


@pytest.mark.parametrize(
    ("text", "size"), [*SIZES.items(), ("640x480", (640, 480)), ("64", (64, 64))]
)
def test_sizes_by_name_and_number(text: str, size: tuple[int, int]) -> None:
    """Sizes are names, WIDTHxHEIGHT, or one number for a square."""
    assert Recipe.model_validate({"canvas": {"size": text}}).canvas.size == size


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (30, Fraction(30)),
        (12.5, Fraction(25, 2)),
        (29.9, Fraction(299, 10)),
        (29.99, Fraction(2999, 100)),
        ("24.000", Fraction(24)),
        ("24000/1001", Fraction(24000, 1001)),
        ("2997/100", Fraction(2997, 100)),
    ],
)
def test_frame_rates_are_exact(fps: object, exact: Fraction) -> None:
    """A rate is kept as the ratio that was written."""
    assert Recipe.model_validate({"output": {"fps": fps}}).output.fps == exact


@pytest.mark.parametrize(
    ("fps", "whole"),
    [
        *((29.97, 30), ("29.97", 30), ("29.970", 30), (29.97003, 30), (30000 / 1001, 30)),
        *((23.976, 24), ("23.98", 24), ("23.97", 24), ("23.976024", 24), (24000 / 1001, 24)),
        *((59.94, 60), ("59.9401", 60), (47.952, 48), (119.88, 120), (14.985, 15)),
    ],
)
def test_decimals_of_broadcast_rates_are_these_rates(fps: object, whole: int) -> None:
    """What people call 29.97 is 30000/1001, in `seconds` as well, and is written so."""
    output = Recipe.model_validate({"output": {"seconds": 1001, "fps": fps}}).output

    assert output.fps == Fraction(whole * 1000, 1001)
    assert output.frames == whole * 1000
    assert output.model_dump(mode="json")["fps"] == f"{whole * 1000}/1001"


def test_seconds_become_frames() -> None:
    """A length in seconds is a number of frames at the rate given."""
    output = Recipe.model_validate({"output": {"seconds": 2.5, "fps": 24}}).output

    assert output.frames == 60
    assert output.seconds == 2.5


def test_own_words_replace_a_styles_under_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours of one's own void the style's palette name, a length its frames."""
    monkeypatch.setitem(STYLES, "own", {"palette": {"name": "neon"}, "output": {"frames": 9}})

    colours = ["#000000", "#ffffff"]
    recipe = Recipe.model_validate(
        {"style": "own", "palette": {"colours": colours}, "output": {"seconds": 2}}
    )

    assert recipe.palette.name == "custom"
    assert recipe.output.frames == 60


def test_layers_by_shorthand() -> None:
    """9x16 is nine layers of sixteen, alone or in a list."""
    network = Recipe.model_validate({"network": {"layers": ["2x16", 4]}}).network

    assert [layer.width for layer in network.layers] == [16, 16, 4]
    assert len(Recipe.model_validate({"network": {"layers": "9x16"}}).network.layers) == 9


def test_a_zoom_gets_what_it_zooms_into() -> None:
    """Path zoom adds an endless warp, animates one at rest, and leaves one that moves."""

    def warps(*given: object) -> list[dict[str, object]]:
        data = {"morph": {"seeds": [7], "path": "zoom"}, "camera": {"warps": list(given)}}
        recipe = Recipe.model_validate(data)
        assert Recipe.model_validate(recipe.to_data()) == recipe
        made: list[dict[str, object]] = recipe.to_data()["camera"]["warps"]
        return made

    inwards = {"keys": [[0, 0], [1, 360]], "easing": "linear"}
    fold = {"kind": "kaleidoscope"}
    (added,) = warps()
    assert (added["kind"], added["phase"]) == ("endless", inwards)
    assert [warp["kind"] for warp in warps(fold)] == ["kaleidoscope", "endless"]
    moved, _ = warps({"kind": "endless", "arms": 3}, fold)
    assert (moved["arms"], moved["phase"]) == (3, inwards)
    out = {"keys": [[0, 720], [1, 0]], "easing": "linear"}
    assert warps({"kind": "endless", "phase": out})[0]["phase"] == out


def test_a_constant_speed_shortens_the_film() -> None:
    """At 2 it has half the frames, an even number in a ping-pong, and then is at speed 1."""
    for morph, frames in (
        ({"speed": 2}, 150),
        ({"speed": 0.5}, 600),
        ({"speed": 7, "loop": "ping-pong"}, 42),
    ):
        made = Recipe.model_validate({"morph": morph})
        assert (made.output.frames, made.morph.speed.keys[0].value) == (frames, 1.0)
        assert Recipe.model_validate(made.to_data()) == made
    keyed = {"keys": [[0, 1], [0.5, 3]]}
    assert Recipe.model_validate({"morph": {"speed": keyed}}).output.frames == 300


def test_times_ask_for_a_spline() -> None:
    """Seeds with times are passed by a spline, unless another path was asked for."""
    morph = {"seeds": [1, 2, 3], "times": [0, 0.2, 0.7]}
    assert Recipe.model_validate({"morph": morph}).morph.path == "spline"
    assert "times, path: needs the path spline, given slerp" in refused(
        {"morph": morph | {"path": "slerp"}}
    )


def test_one_seed_orbits_unless_a_path_is_named() -> None:
    """A single seed goes round by itself; a path that needs two is refused by name."""
    assert Recipe.model_validate({"morph": {"seeds": [7]}}).morph.path == "orbit"
    assert "linear needs at least two seeds" in refused({"morph": {"seeds": [7], "path": "linear"}})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"network": {"layers": [2000]}}, "1024"),
        ({"network": {"layers": "257x4"}}, "256"),
        ({"network": {"layers": "200x1024"}}, "weights are allowed over all seeds"),
        ({"network": {"inputs": ["x", "x"]}}, "inputs: must be different inputs"),
        ({"network": {"layers": [8, {"width": 4, "residual": True}]}}, "given 8 -> 4"),
        ({"morph": {"seeds": []}}, "seeds: must not be empty"),
        ({"morph": {"seeds": [True]}}, "valid integer"),
        ({"morph": {"seeds": [-1]}}, "greater than or equal to 0"),
        (
            {"morph": {"seeds": [1, 2], "path": "orbit"}},
            "path, seeds, weights: orbit needs exactly one seed, given 2",
        ),
        (
            {"morph": {"seeds": [1], "path": "grow"}, "network": {"layers": [8]}},
            "morph.grow, morph.path, network.layers: depth needs at least 2 hidden layers, given 1",
        ),
        (
            {"morph": {"seeds": [1], "path": "grow", "grow": "width"}, "network": {"layers": [3]}},
            "width needs a hidden layer of more than 3 neurons",
        ),
        (
            {"morph": {"seeds": [1, 2], "times": [0]}},
            "times, seeds, weights: needs one number for each seed, given 1 for 2",
        ),
        ({"morph": {"seeds": [1, 2], "times": [0.1, 0.5]}}, "rising numbers that start at 0"),
        ({"morph": {"seeds": [1, 2], "times": [0, 0]}}, "rising numbers that start at 0"),
        ({"morph": {"seeds": [1, 2], "times": [0, 1]}}, "before 1, where a loop is back"),
        ({"morph": {"seeds": [1, 2], "times": [0, 0.9], "loop": "open"}}, "last seed at 1"),
        (
            {"morph": {"seeds": [1, 2], "times": [0, 0.5], "speed": {"keys": [[0, 1], [0.5, 2]]}}},
            "speed, times: keyframes of speed cannot be used with times",
        ),
        (
            {"morph": {"speed": 2}, "output": {"frames": 9}},
            "morph.speed, output.frames: 2 changes the length",
        ),
        (
            {"morph": {"speed": {"keys": [[0, 1], [0.5, 0]]}}},
            "morph.speed: must be above 0, given 0",
        ),
        (
            {"morph": {"speed": {"keys": [[0, 1], [1, 2]]}}},
            "morph.speed, morph.loop: jumps from 2 to 1 where the loop closes",
        ),
        ({"morph": {"speed": 0}}, "morph.speed: must be above 0, given 0"),
        ({"morph": {"speed": 250}}, "morph.speed: must be from 0.0003 to 150, given 250"),
        ({"morph": {"speed": 1e-5}}, "of 300 frames becomes one of 2 to 1,000,000"),
        (
            {"morph": {"of": "z"}, "network": {"inputs": ["x", "y"]}},
            "morph.of, network.inputs: needs the input z",
        ),
        ({"output": {"frames": 0}}, "greater than or equal to 1"),
        ({"output": {"frames": 9, "seconds": 3}}, "frames, seconds: give one of the two"),
        ({"morph": {"hold": 0.2, "holds": [0.1, 0.1, 0.1]}}, "hold, holds: give one of the two"),
        ({"morph": {"holds": [0.1, 0.1]}}, "given 2 for 3 seeds"),
        ({"output": {"fps": 0}}, "must be above 0 and at most 240, given 0"),
        ({"output": {"fps": float("nan")}}, "a number or a ratio"),
        ({"output": {"fps": "1e999999999"}}, "a number or a ratio"),
        ({"output": {"fps": "30/0"}}, "a number or a ratio"),
        ({"output": {"frames": 9}, "morph": {"loop": "ping-pong"}}, "given 9, use 10"),
        ({"canvas": {"size": "20000x10"}}, "16384"),
        ({"canvas": {"size": "reele"}}, "did you mean 'reel'"),
        ({"camera": {"scale": float("inf")}}, "finite"),
        ({"camera": {"zoom": -1}}, "camera.zoom: must be above 0, given -1"),
        (
            {"camera": {"warps": [{"kind": "tile", "size": 0}]}},
            "warps.0.size: must be above 0, given 0",
        ),
        ({"camera": {"pan_x": {"keys": [[0, 0], [1, 1]]}}}, "jumps from 1 to 0"),
        ({"camera": {"rotate": {"keys": [[0, 0], [1, 350]]}}}, "multiple of 360"),
        (
            {"camera": {"rotate": {"keys": [[0.5, 0], [0.5, 1]]}}},
            "keys: must be keyframes at rising times",
        ),
        ({"palette": "viridiss"}, "unknown palette 'viridiss'"),
        ({"palette": {"name": "custom"}}, "custom needs at least two palette.colours, given []"),
        ({"palette": "cmyk"}, "palette.name, network.channels: cmyk needs 4 channels, given 3"),
        ({"title": "a\x1b[2Jb"}, "without control characters"),
        ({"comment": "\x85"}, "without control characters"),
        ({"style": "hous"}, "did you mean 'house'"),
    ],
)
def test_impossible_recipes_are_refused_with_a_reason(data: dict[str, Any], words: str) -> None:
    """Each mistake is named with what was given or what would be right."""
    assert words in refused(data)


@pytest.mark.parametrize("loop", ["ping-pong", "open"])
def test_tracks_may_end_elsewhere_where_nothing_jumps(loop: str) -> None:
    """Only a closed loop needs its tracks closed."""
    camera = {"pan_x": {"keys": [[0, 0], [1, 1]]}}

    assert Recipe.model_validate({"camera": camera, "morph": {"loop": loop}})


def test_numbers_are_tracks() -> None:
    """A plain number and a track of one key are the same, and are written as the number."""
    track = Track.model_validate(2)

    assert track == Track.model_validate({"keys": [[0, 2]]})
    assert track.model_dump(mode="json") == 2.0  # type: ignore[comparison-overlap]

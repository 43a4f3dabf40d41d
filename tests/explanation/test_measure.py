"""What `explain` measures, against formulas written a second time in numpy, and its verdicts."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

import cppnvid
from cppnvid import build_scene, explain, load_network, load_recipe, sample_network, save_network
from cppnvid.animation.camera import View
from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment
from cppnvid.errors import RecipeError
from cppnvid.explanation import Explanation
from cppnvid.explanation.circle import bound_per_layer, fit_growth, measure_circle
from cppnvid.explanation.measure import measure
from cppnvid.explanation.verdict import factor, number, percent
from cppnvid.film.pacing import moment_of
from cppnvid.film.run import Run
from cppnvid.recipe import NetworkSpec, Recipe

Array = NDArray[np.float64]


def recipe(**network: object) -> Recipe:
    """Return the article's recipe of seed 1 with parts of the network replaced."""
    return Recipe.model_validate(
        {
            "style": "article",
            "network": network,
            "morph": {"seeds": [1]},
            "canvas": {"size": "96x96"},
        }
    )


def linear(*weights: Sequence[Sequence[float]], activation: str = "identity") -> Moment:
    """Return a moment of layers with these weights, an output of zeros at the end."""
    layers = [
        SceneLayer(np.array(w, np.float32), np.zeros(len(w), np.float32), activation, False)
        for w in weights
    ]
    inner = len(weights[-1])
    layers.append(
        SceneLayer(np.zeros((3, inner), np.float32), np.zeros(3, np.float32), "sigmoid", False)
    )
    view = View(2.0, 0.0, (0.0, 0.0), ())
    return Moment(("x", "y"), tuple(layers), "centres", view, Colouring("rgb", None, 0.0))


def forward(moment: Moment, points: Array) -> list[Array]:
    """Run a network of tanh and sigmoid in numpy: what every layer hands on, [n, width] each."""
    values, images = points, [points]
    for layer in moment.layers[:-1]:
        values = np.tanh(values @ layer.weight.astype(float).T + layer.bias.astype(float))
        images.append(values)
    last = moment.layers[-1]
    sums = values @ last.weight.astype(float).T + last.bias.astype(float)
    return [*images, 1.0 / (1.0 + np.exp(-sums))]


def grid_points(side: int = 128) -> Array:
    """Return the article's coordinates of a square picture: i/side - 1/2, [side², 2]."""
    axis = np.arange(side) / side - 0.5
    x, y = np.meshgrid(axis, axis)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def test_spreads_are_those_of_a_network_run_in_numpy() -> None:
    """Spread, flat share, shares of the output and the picture's deviation, on 128 x 128."""
    asked = recipe()
    moment = moment_of(asked, 0.0)

    measured = measure(moment, (96, 96))

    images = forward(moment, grid_points())
    expected = [float(np.sqrt(image.var(axis=0).mean())) for image in images[:-1]]
    assert measured.spreads == pytest.approx(expected, rel=1e-9)
    last = images[-1]
    assert measured.output.saturated == pytest.approx(((last < 0.02) | (last > 0.98)).mean())
    assert measured.output.near_half == pytest.approx((abs(last - 0.5) < 0.01).mean())
    deviation = 255 * np.sqrt(last.var(axis=0).mean())
    assert measured.picture.deviation == pytest.approx(deviation, rel=1e-4)  # drawn in float32
    flat = np.mean(np.abs(images[3]) > np.tanh(2.3))
    assert measured.layers[2].flat == pytest.approx(flat)
    pictures = images[4].T.reshape(16, 128, 128)
    assert np.abs(measured.layers[3].pictures - pictures).max() < 1e-6
    assert [layer.name for layer in measured.layers[:2]] == ["layer 1", "layer 2"]
    assert measured.layers[3].after.deviation == pytest.approx(images[4].std())
    assert measured.layers[3].after.counts.sum() == images[4].size


def test_the_ratio_is_that_of_the_spreads() -> None:
    """From the first hidden layer to the last, its power is the whole change."""
    measured = measure(moment_of(recipe(), 0.0), (96, 96))

    assert measured.ratio is not None
    first, last = measured.layers[0].spread, measured.layers[-1].spread
    assert first * measured.ratio**8 == pytest.approx(last)


def test_a_linear_layer_scales_the_circle() -> None:
    """Twice a turn doubles its length; the circle of a scale of 2 has radius 1."""
    turn = [[0.0, -2.0], [2.0, 0.0]]

    circle = measure_circle(linear(turn, turn), (64, 64))

    tau = 2 * math.pi
    assert circle.lengths == pytest.approx([tau, 2 * tau, 4 * tau], rel=1e-4)
    assert circle.converged == (True, True, True)
    assert fit_growth(circle) == pytest.approx(2.0)


def test_a_linear_layer_makes_an_ellipse() -> None:
    """Half-axes 3 and 1: its circumference by Ramanujan's formula of 1914, good to 1e-5 here."""
    circle = measure_circle(linear([[3.0, 0.0], [0.0, 1.0]]), (64, 64))

    share = 3 * ((3 - 1) / (3 + 1)) ** 2
    ellipse = math.pi * (3 + 1) * (1 + share / (10 + math.sqrt(4 - share)))
    assert circle.lengths[1] == pytest.approx(ellipse, rel=1e-4)


def test_the_circle_is_that_of_a_network_run_in_numpy() -> None:
    """With four times the points, numpy finds what the measured length settled to."""
    moment = moment_of(recipe(), 0.0)

    circle = measure_circle(moment, (96, 96))

    angles = np.linspace(0, 2 * np.pi, 2**15 + 1)
    images = forward(moment, 0.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    expected = [float(np.linalg.norm(np.diff(i, axis=0), axis=1).sum()) for i in images[:-1]]
    assert all(circle.converged)
    assert circle.lengths == pytest.approx(expected, rel=0.01)


def test_a_length_that_does_not_settle_is_said_to_be_so() -> None:
    """Nine wild layers fold the circle finer than any polygon; deeper is never settled again."""
    explained = cppnvid.explain(recipe(layers=["9x16"], init={"hidden": 30.0}), seeds=1)

    assert explained.circle.converged[1]
    assert not explained.circle.converged[-1]
    assert all(a or not b for a, b in pairwise(explained.circle.converged))
    assert "did not settle" in explained.verdict.circle


def test_the_bound_by_hand() -> None:
    """σ_w = 4, σ_b = 0, k = 16: 16 / √(16 + 64); with σ_b = 3 both are 25: 16 / √(25 + 80)."""
    assert bound_per_layer(4.0, 0.0, 16.0) == pytest.approx(16 / math.sqrt(80))
    assert bound_per_layer(4.0, 3.0, 16.0) == pytest.approx(16 / math.sqrt(105))
    assert bound_per_layer(0.0, 0.0, 16.0) == 0.0


def test_sigma_and_width_come_from_the_drawn_weights() -> None:
    """The article's N(0, 1) at width 16 is σ_w = 4, without biases, within sampling error."""
    growth = cppnvid.explain(recipe()).growth

    assert growth.weight_sigma == pytest.approx(4.0, rel=0.02)
    assert growth.bias_sigma == 0.0
    assert growth.width == pytest.approx(16.0)
    assert growth.bound == pytest.approx(16 / math.sqrt(80), rel=0.02)
    assert growth.seeds == (1, 2, 3, 4, 5)


def test_growth_over_five_seeds_has_the_right_sign() -> None:
    """N(0, 1) lengthens the circle in every layer, PyTorch's default shortens it, at any seed."""
    normal = cppnvid.explain(recipe()).growth
    default = cppnvid.explain(recipe(init={"weights": "pytorch"})).growth

    assert len(normal.factors) == len(default.factors) == 5
    assert min(normal.factors) > 1.2
    assert max(default.factors) < 0.7
    assert 0 < normal.deviation < 0.2


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({}, ["tanh, which bends sooner"]),
        ({"activation": "relu"}, ["these layers use relu"]),
        ({"residual": True}, ["residual"]),
        ({"layers": [16, 8, 4]}, ["one width"]),
        ({"init": {"weights": "pytorch"}}, ["uniform", "σ_w = 0.58"]),
    ],
)
def test_what_the_bound_assumes_and_does_not_hold_is_said(
    network: dict[str, object], words: list[str]
) -> None:
    """Each assumption that a network breaks is named."""
    caveats = " ".join(cppnvid.explain(recipe(**network), seeds=1).growth.caveats)

    for word in words:
        assert word in caveats


HUNDRED = {"weights": "uniform", "first": 100.0, "hidden": 100.0, "output": 100.0}


@pytest.mark.parametrize(
    ("network", "kind", "words"),
    [
        ({"init": {"weights": "pytorch"}}, "grey", ["multiplies the spread", "within 0.01 of one"]),
        ({}, "alive", ["The spread from point to point grows"]),
        ({"init": HUNDRED}, "saturated", ["pressed against 0 or 1"]),
        ({"layers": []}, "plain", ["no hidden layer"]),
        ({"layers": ["22x16"]}, "noise", ["too fine"]),
        ({"inputs": ["z"]}, "flat", ["does not read x, y or r"]),
        ({"init": {"output": 0.02}}, "faint", ["network.init.output"]),
    ],
)
def test_the_verdict_tells_networks_apart(
    network: dict[str, object], kind: str, words: list[str]
) -> None:
    """Grey goo, the article's normal draw, ±100, no depth, too much of it, and the rest."""
    explained = cppnvid.explain(recipe(**network), seeds=1)

    assert explained.verdict.kind == kind
    for word in words:
        assert word in str(explained)


def test_grey_goo_and_normal_differ_in_numbers() -> None:
    """The picture's deviation is under 1/255 and over fifty; the spread shrinks and grows."""
    goo = cppnvid.explain(recipe(init={"weights": "pytorch"}), seeds=1)
    normal = cppnvid.explain(recipe(), seeds=1)

    assert goo.picture.deviation < 1 < 50 < normal.picture.deviation
    assert goo.output.near_half > 0.99 > normal.output.near_half
    assert goo.measured.ratio is not None
    assert normal.measured.ratio is not None
    assert goo.measured.ratio < 0.7 < 1 < normal.measured.ratio


@pytest.mark.parametrize(
    "network",
    [
        *({"activation": name} for name in ("sin", "cos", "gaussian", "leaky_relu", "elu", "gelu")),
        *({"activation": name} for name in ("softplus", "sigmoid", "abs", "identity", "atan_pair")),
        *({"output": name} for name in ("sine", "ridge", "clip")),
        {"residual": True, "layers": ["4x16"]},
        {"inputs": ["x", "y", "r", "z"], "z_dim": 5},
        {"layers": [512]},
        {"channels": 1},
        {"activation": "relu", "layers": ["4x16"], "init": {"hidden": 1e6}},
        {"activation": "identity", "layers": ["20x16"], "init": {"hidden": 1e6}},
    ],
)
def test_every_kind_of_network_is_explained(network: dict[str, object]) -> None:
    """Every number is one, shares lie in 0 to 1, and there is something to say."""
    explained = cppnvid.explain(recipe(**network), seeds=1)

    output = explained.output
    for share in (output.near_half, output.near_rest, output.saturated):
        assert 0.0 <= share <= 1.0
    assert math.isfinite(explained.picture.deviation)
    assert explained.verdict.picture
    assert explained.measured.output.pictures.shape[0] == explained.recipe.network.channels


@pytest.mark.parametrize("name", ["aurora", "stained-glass", "sonar"])
def test_presets_are_explained_at_any_moment(name: str) -> None:
    """A preset's latents, warps and palette are taken as they are drawn."""
    asked = cppnvid.load_recipe(name).model_copy(
        update={
            "canvas": recipe().canvas,
            "output": recipe().output.model_copy(update={"frames": 8}),
        }
    )

    explained = cppnvid.explain(asked, time=0.3, seeds=1)

    drawn = cppnvid.render_still(asked, Run(backend="torch:cpu"), time=0.3).astype(float)
    levels = math.sqrt(float(drawn.reshape(-1, 3).var(axis=0).mean()))
    assert explained.picture.deviation == pytest.approx(levels, rel=0.03)


def test_of_a_walk_through_latents_the_networks_differ() -> None:
    """Growth is fitted over networks, which `of: z` names by network_seed."""
    data = {"style": "patterns", "morph": {"seeds": [7, 8], "of": "z", "network_seed": 40}}

    growth = cppnvid.explain(Recipe.model_validate(data), seeds=3).growth

    assert growth.seeds == (40, 41, 42)
    assert len({circle.lengths[-1] for circle in growth.circles}) == 3


def test_the_grid_has_the_canvas_shape() -> None:
    """A wide picture is measured wide, and raw pixels are those of the canvas."""
    wide = recipe().model_copy(
        update={"canvas": recipe().canvas.model_copy(update={"size": (400, 100)})}
    )
    assert measure(moment_of(wide, 0.0), (400, 100)).picture.rgb.shape == (64, 256, 3)

    raw = Recipe.model_validate(
        {"style": "article", "camera": {"coordinates": "pixels"}, "canvas": {"size": "400x400"}}
    )
    inputs = measure(moment_of(raw, 0.0), (400, 400)).input_pictures
    assert inputs[0].min() < 5
    assert inputs[0].max() > 394


@pytest.mark.parametrize(("time", "seeds", "words"), [(1.5, 5, "0 to 1"), (0.0, 0, "1 to 100")])
def test_what_cannot_be_explained_is_refused(time: float, seeds: int, words: str) -> None:
    """A moment outside the film, and a fit over no networks."""
    with pytest.raises(RecipeError, match=words):
        cppnvid.explain(recipe(), time=time, seeds=seeds)


def test_numbers_are_written_for_people() -> None:
    """Three figures, and a percentage that does not round a rest away."""
    numbers = {0.00612: "0.00612", 12.345: "12.3", 4210.4: "4,210", 3.2e-7: "3.2e-7", 0.0: "0"}
    shares = {0.99999: "99.9 %", 1.0: "100 %", 0.0: "0 %", 0.37: "37 %", 0.0001: "0.1 %"}
    factors = {1.114: "1.11", 0.0: "0.00", 2610734.67: "2.6e6"}

    for write, expected in ((number, numbers), (percent, shares), (factor, factors)):
        assert {value: write(value) for value in expected} == expected


def test_an_explanation_says_its_verdict() -> None:
    """`str` is what to print."""
    explained: Explanation = cppnvid.explain(recipe(), seeds=1)

    assert str(explained).startswith("Alive. ")


READ_KINDS = [
    ("flat", {"hidden": 0.01}),
    ("flat", {"output": 0.001}),
    ("saturated", {"hidden": 1.5, "output": 40}),
]


@pytest.mark.parametrize(("kind", "init"), READ_KINDS)
def test_advice_for_a_network_from_a_file_does_something(kind: str, init: dict[str, float]) -> None:
    """`network.init` changes no pixel of it, so its weights or the camera are named instead."""
    spec = NetworkSpec.model_validate({"inputs": ["x", "y"], "layers": "4x16", "init": init})
    save_network(sample_network(spec, 1), "net.npz", overwrite=True)
    read = load_recipe({"canvas": {"size": "48x48"}}, weights=["net.npz"])

    advice = explain(read, seeds=1).verdict.advice

    assert explain(read, seeds=1).verdict.kind == kind
    assert "network." not in advice
    assert "camera.scale (now 2)" in advice
    camera = read.camera.model_copy(update={"scale": 1.0 if kind == "saturated" else 4.0})
    scaled = read.model_copy(update={"camera": camera})
    assert explain(scaled, seeds=1).picture.deviation != explain(read, seeds=1).picture.deviation


def test_the_repr_of_what_python_returns_is_a_line() -> None:
    """A notebook or a traceback shows what it is, and no arrays."""
    save_network(sample_network(NetworkSpec(), 1), "net.npz")
    read = load_recipe({}, weights=["net.npz"])
    explained = explain(read, seeds=1)

    for value in (explained, build_scene(read), load_network("net.npz")):
        assert "array(" not in repr(value)
        assert len(repr(value)) < 200, repr(value)
    assert repr(explained) == f"<Explanation of house · net.npz: {explained.verdict.headline}>"
    assert len(repr(read)) < 4000

"""The length of a circle's image after each layer: how complex the computed function is.

A circle in the input plane, 2πr long, passes through the network, and its image is measured in each
layer's own space. Raghu et al., "On the Expressive Power of Deep Neural Networks" (ICML 2017), show
that for wide random weights the length grows exponentially with depth, and bound that growth below.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.definition import layer_by_layer
from cppnvid.backends.warps import to_field
from cppnvid.film.pacing import moment_of
from cppnvid.networks.inputs import inputs_at
from cppnvid.recipe import Recipe
from cppnvid.recipe.pedigree import family, pedigree

FEWEST_POINTS, MOST_POINTS = 2**10, 2**15
MOST_POINTS_A_SEED = 2**13  # growth is fitted over the layers that settled, so it needs fewer
MOST_WORK = 3 * 10**9  # multiplications for one circle: a second or two of one core
CHUNK = 2**12  # points in memory at once
# A polygon's error falls with the square of its sides, so what doubling them adds is three times
# what is still missing.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Circle:
    """The length of a circle's image in the input space and after every hidden layer."""

    lengths: tuple[float, ...]  # [hidden layers + 1], the first is the circle's own
    converged: tuple[bool, ...]  # whether the length settled, here and in every layer before
    points: int  # of the finest polygon


@dataclass(frozen=True)
class Growth:
    """The factor by which a hidden layer lengthens the circle's image, over several seeds."""

    seeds: tuple[int | str, ...]  # none for a network from a file
    factors: tuple[float, ...]  # one for each seed; empty if they could not be fitted
    circles: tuple[Circle, ...]  # one for each seed
    weight_sigma: float = 0.0  # σ_w: the root mean square of hidden weights times √fan-in
    bias_sigma: float = 0.0  # σ_b: the root mean square of hidden biases
    width: float = 0.0  # k: neurons of a hidden layer, the geometric mean
    bound: float | None = None  # Raghu et al.'s, per layer; None without two hidden layers
    caveats: tuple[str, ...] = ()  # why the bound is only a rough guide; empty if it holds

    @property
    def mean(self) -> float | None:
        """The mean factor over the seeds, or None."""
        return statistics.fmean(self.factors) if self.factors else None

    @property
    def deviation(self) -> float:
        """The standard deviation of the factor over the seeds; 0 for one."""
        return statistics.stdev(self.factors) if len(self.factors) > 1 else 0.0


def circle_of(moment: Moment, canvas: tuple[int, int]) -> tuple[tuple[float, float], float]:
    """Return the centre and radius, in the field, of the circle that fits the shorter side.

    Warps fold the screen, not the field, so they are left out.
    """
    match moment.coordinates:
        case "pixels":
            centre = (canvas[0] - 1) / 2, (canvas[1] - 1) / 2
            radius = max(min(canvas) - 1, 1) / 2
        case "endpoints":
            centre, radius = (0.0, 0.0), 1.0
        case _:
            centre, radius = (0.0, 0.0), 0.5
    view = replace(moment.view, warps=())
    x, y = to_field(np.array([centre[0]]), np.array([centre[1]]), view)
    return (float(x[0]), float(y[0])), radius * view.scale


def measure_circle(
    moment: Moment, canvas: tuple[int, int], *, most_points: int = MOST_POINTS
) -> Circle:
    """Measure a circle's image in every layer, adding points until its length settles."""
    centre, radius = circle_of(moment, canvas)
    work = sum(layer.weight.size for layer in moment.layers[:-1]) + 1
    most = min(max(MOST_WORK // work, FEWEST_POINTS), most_points)
    points = FEWEST_POINTS
    while True:
        coarse, fine = _lengths(moment, centre, radius, points)
        settled = [
            math.isfinite(whole) and abs(whole - half) <= TOLERANCE * whole
            for half, whole in zip(coarse, fine, strict=True)
        ]
        if all(settled) or 2 * points > most:
            return Circle(tuple(fine), tuple(itertools.accumulate(settled, min)), points)
        points *= 4 if 4 * points <= most else 2


@np.errstate(all="ignore")
def _lengths(
    moment: Moment, centre: tuple[float, float], radius: float, points: int
) -> tuple[list[float], list[float]]:
    """Return the length after each layer of the polygon with half the points, and with all."""
    count = len(moment.layers)  # the input and the hidden layers
    coarse, fine = [0.0] * count, [0.0] * count
    step = min(CHUNK, points)
    for start in range(0, points, step):
        angles = np.arange(start, start + step + 1) * (2 * math.pi / points)
        places = centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)
        inputs = inputs_at(moment.inputs, *places)
        images = itertools.chain([inputs], (values for _, values in layer_by_layer(moment, inputs)))
        for index, image in zip(range(count), images, strict=False):  # without the output
            fine[index] += _length(image)
            coarse[index] += _length(image[::2])
    return coarse, fine


def _length(corners: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(np.diff(corners, axis=0), axis=1).sum())


def fit_growth(circle: Circle) -> float | None:
    """Return the factor per layer: the slope of log length over the hidden layers that settled.

    The fit starts at the first layer, whose weights read coordinates and have a scale of their own.
    None with fewer than two layers to fit, or for a circle that the network does not see.
    """
    lengths = np.array(circle.lengths)
    layers = np.flatnonzero(np.array(circle.converged) & (lengths > 0.0))[1:]
    if len(layers) < 2 or not lengths[0]:
        return None
    return float(np.exp(np.polyfit(layers, np.log(lengths[layers]), 1)[0]))


def bound_per_layer(weight_sigma: float, bias_sigma: float, width: float) -> float:
    """Return Raghu et al.'s lower bound on the growth per layer, up to a constant factor.

    σ_w √k / √(σ_w² + σ_b² + k √(σ_w² + σ_b²)), for hard-tanh and weights N(0, σ_w²/k).
    """
    both = weight_sigma**2 + bias_sigma**2
    if not both:
        return 0.0
    return weight_sigma * math.sqrt(width) / math.sqrt(both + width * math.sqrt(both))


def measure_growth(recipe: Recipe, moment: Moment, count: int) -> Growth:
    """Measure the circle in the networks of `count` consecutive seeds, and work out the bound.

    A network from a file is measured alone, at this moment.
    """
    seeds = _seeds(recipe, count)
    circles, weights, biases = [], [], []
    for one in map(partial(_first_moment, recipe), seeds) if seeds else [moment]:
        circles.append(measure_circle(one, recipe.canvas.size, most_points=MOST_POINTS_A_SEED))
        hidden = one.layers[:-1]
        weights += [_rms(layer.weight) * layer.weight.shape[1] ** 0.5 for layer in hidden[1:]]
        biases += [_rms(layer.bias) for layer in hidden[1:]]
    factors = tuple(factor for circle in circles if (factor := fit_growth(circle)) is not None)
    growth = Growth(seeds, factors if len(factors) == len(circles) else (), tuple(circles))
    if not weights:
        return growth
    sigma, bias_sigma = _rms(weights), _rms(biases)
    width = math.exp(statistics.fmean(math.log(len(layer.bias)) for layer in hidden[1:]))
    return replace(
        growth,
        weight_sigma=sigma,
        bias_sigma=bias_sigma,
        width=width,
        bound=bound_per_layer(sigma, bias_sigma, width),
        caveats=_caveats(recipe, hidden, sigma),
    )


def _seeds(recipe: Recipe, count: int) -> tuple[int | str, ...]:
    """Return the seeds of networks from the recipe's own on; none if it is from a file.

    A child is followed by the seeds after that of its first ancestor.
    """
    morph = recipe.morph
    if morph.weights:
        return ()
    first = morph.network_seed if morph.of == "z" else morph.seeds[0]
    if isinstance(first, int):
        return tuple((first + step) % 2**63 for step in range(count))
    ancestor = next(member for member in family(pedigree(first)) if isinstance(member, int))
    return first, *((ancestor + step) % 2**63 for step in range(1, count))


def _first_moment(recipe: Recipe, seed: int | str) -> Moment:
    """Return the first moment of a recipe with another network."""
    own = {"network_seed": seed} if recipe.morph.of == "z" else {"seeds": (seed,), "path": "orbit"}
    morph = recipe.morph.model_copy(update=own)
    return moment_of(recipe.model_copy(update={"morph": morph}), 0.0)


def _rms(values: object) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(values, dtype=np.float64)))))


def _caveats(recipe: Recipe, hidden: Sequence[SceneLayer], weight_sigma: float) -> tuple[str, ...]:
    """Return what the bound assumes and these hidden layers do not keep."""
    activations = sorted({layer.activation for layer in hidden})
    reasons = []
    if activations == ["tanh"]:
        # While sums are broad, a function lengthens by the root of ∫ slope²: 2 and 4/3.
        reasons.append(
            "it is proved for hard-tanh; tanh, which bends sooner, reaches about 0.82 of it"
        )
    else:
        reasons.append(f"it is proved for hard-tanh, but these layers use {', '.join(activations)}")
    if recipe.morph.weights:
        reasons.append("it assumes normal weights, but these come from a file")
    elif recipe.network.init.weights not in ("normal", "variance"):
        reasons.append("it assumes normal weights, but these are uniform")
    if any(layer.residual for layer in hidden):
        reasons.append("it does not cover residual layers")
    if len({len(layer.bias) for layer in hidden}) > 1:
        reasons.append("it assumes layers of one width")
    if 0 < weight_sigma < 1:
        # A layer of weights N(0, σ_w²/k) lengthens by at most σ_w while it is linear; the formula
        # tends to √σ_w for wide layers, which is more.
        reasons.append(
            f"below σ_w = 1 it promises more than a layer can do, which without bending lengthens "
            f"by σ_w = {weight_sigma:.2f}"
        )
    return tuple(reasons)

"""The length of a circle's image after each layer: how complex the computed function is.

A circle in the input plane, 2πr long, is carried through the network and its image measured in each
layer's own space. Raghu et al., "On the Expressive Power of Deep Neural Networks" (ICML 2017), show
that for wide random weights the length grows exponentially with depth, and bound the growth below.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from cppnvid.animation.interpolation import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.explanation.layers import layer_by_layer
from cppnvid.networks.inputs import inputs_at

Drawn = Literal["normal", "uniform", "file"]

FEWEST_POINTS, MOST_POINTS = 2**10, 2**15
MOST_POINTS_A_SEED = 2**13  # a growth is fitted over the layers that settled, so it needs fewer
MOST_WORK = 3 * 10**9  # multiplications for one circle: a second or two of one core
CHUNK = 2**12  # points that are in memory at once
# A polygon's error falls with the square of its sides, so what doubling them still adds is three
# times what is missing.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Circle:
    """How long the image of a circle is, in the input space and after every hidden layer."""

    lengths: tuple[float, ...]  # [hidden layers + 1], the first is the circle's own
    converged: tuple[bool, ...]  # whether the length settled, here and in every layer before
    points: int  # of the finest polygon


@dataclass(frozen=True)
class Growth:
    """By what factor a hidden layer lengthens the circle's image, over several seeds."""

    seeds: tuple[int, ...]  # of a network from a file none
    factors: tuple[float, ...]  # one for each seed; empty if it could not be fitted
    lengths: tuple[tuple[float, ...], ...]  # of each seed, as `Circle.lengths`
    converged: tuple[tuple[bool, ...], ...]
    weight_sigma: float  # σ_w: the root mean square of hidden weights times √fan-in
    bias_sigma: float  # σ_b: the root mean square of hidden biases
    width: float  # k: neurons of a hidden layer, the geometric mean
    bound: float | None  # Raghu et al.'s, per layer; None without two hidden layers
    caveats: tuple[str, ...]  # why the bound is orientation only; empty if all it assumes holds

    @property
    def mean(self) -> float | None:
        """The mean factor over the seeds, or None."""
        return statistics.fmean(self.factors) if self.factors else None

    @property
    def deviation(self) -> float:
        """The standard deviation of the factor over the seeds; 0 for one."""
        return statistics.stdev(self.factors) if len(self.factors) > 1 else 0.0


def circle_of(moment: Moment, canvas: tuple[int, int]) -> tuple[tuple[float, float], float]:
    """Return the centre and radius, in the field, of the circle that the shorter side holds.

    Warps fold the screen and not the field, so they are left out.
    """
    match moment.coordinates:
        case "pixels":
            centre = (canvas[0] - 1) / 2, (canvas[1] - 1) / 2
            radius = max(min(canvas) - 1, 1) / 2
        case "endpoints":
            centre, radius = (0.0, 0.0), 1.0
        case _:
            centre, radius = (0.0, 0.0), 0.5
    view = moment.view
    cos, sin = math.cos(view.angle), math.sin(view.angle)
    x = (cos * centre[0] + sin * centre[1]) * view.scale + view.pan[0]
    y = (cos * centre[1] - sin * centre[0]) * view.scale + view.pan[1]
    return (x, y), radius * view.scale


def measure_circle(
    moment: Moment, canvas: tuple[int, int], *, most_points: int = MOST_POINTS
) -> Circle:
    """Measure a circle's image in every layer, with more points until its length settles."""
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


def _lengths(
    moment: Moment, centre: tuple[float, float], radius: float, points: int
) -> tuple[list[float], list[float]]:
    """Return the length after each layer of the polygon with half the points, and with all."""
    count = len(moment.layers)  # the input and the hidden layers
    coarse, fine = [0.0] * count, [0.0] * count
    step = min(CHUNK, points)
    for start in range(0, points, step):
        angles = torch.arange(start, start + step + 1, dtype=torch.float64) * (2 * math.pi / points)
        inputs = inputs_at(
            moment.inputs, centre[0] + radius * angles.cos(), centre[1] + radius * angles.sin()
        )
        images = itertools.chain([inputs], (values for _, values in layer_by_layer(moment, inputs)))
        for index, image in zip(range(count), images, strict=False):  # without the output
            fine[index] += float(image.diff(dim=0).norm(dim=1).sum())
            coarse[index] += float(image[::2].diff(dim=0).norm(dim=1).sum())
    return coarse, fine


def fit_growth(circle: Circle) -> float | None:
    """Return the factor per layer: the slope of log length over the hidden layers that settled.

    The first layer is where the fit starts: its weights come from the coordinates and have a scale
    of their own. None with fewer than two layers to fit.
    """
    layers = [
        index
        for index, (length, settled) in enumerate(
            zip(circle.lengths, circle.converged, strict=True)
        )
        if index > 0 and settled and length > 0.0
    ]
    if len(layers) < 2 or not circle.lengths[0]:  # a circle the network does not see
        return None
    logs = np.log([circle.lengths[index] for index in layers])
    return float(np.exp(np.polyfit(layers, logs, 1)[0]))


def bound_per_layer(weight_sigma: float, bias_sigma: float, width: float) -> float:
    """Return Raghu et al.'s lower bound on the growth per layer, up to a constant factor.

    σ_w √k / √(σ_w² + σ_b² + k √(σ_w² + σ_b²)), for hard-tanh and weights N(0, σ_w²/k).
    """
    both = weight_sigma**2 + bias_sigma**2
    if not both:
        return 0.0
    return weight_sigma * math.sqrt(width) / math.sqrt(both + width * math.sqrt(both))


def measure_growth(
    moments: Iterable[Moment], seeds: Sequence[int], canvas: tuple[int, int], *, drawn: Drawn
) -> Growth:
    """Measure the circle in the networks of several seeds and set the bound beside it.

    Args:
        moments: one for each seed, all of one architecture; taken one at a time.
        seeds: what they were drawn from; none of a file.
        canvas: width and height in pixels.
        drawn: where the weights come from.
    """
    circles, weights, biases = [], [], []
    for moment in moments:
        circles.append(measure_circle(moment, canvas, most_points=MOST_POINTS_A_SEED))
        hidden = moment.layers[:-1]
        weights += [_rms(layer.weight) * layer.weight.shape[1] ** 0.5 for layer in hidden[1:]]
        biases += [_rms(layer.bias) for layer in hidden[1:]]
    weight_sigma, bias_sigma, width, bound = 0.0, 0.0, 0.0, None
    caveats: tuple[str, ...] = ()
    if weights:
        weight_sigma, bias_sigma = _rms(weights), _rms(biases)
        width = math.exp(statistics.fmean(math.log(len(layer.bias)) for layer in hidden[1:]))
        bound = bound_per_layer(weight_sigma, bias_sigma, width)
        caveats = _caveats(hidden, weight_sigma, drawn)
    factors = [factor for circle in circles if (factor := fit_growth(circle)) is not None]
    return Growth(
        seeds=tuple(seeds),
        factors=tuple(factors) if len(factors) == len(circles) else (),
        lengths=tuple(circle.lengths for circle in circles),
        converged=tuple(circle.converged for circle in circles),
        weight_sigma=weight_sigma,
        bias_sigma=bias_sigma,
        width=width,
        bound=bound,
        caveats=caveats,
    )


def _rms(values: object) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(values, dtype=np.float64)))))


def _caveats(hidden: Sequence[SceneLayer], weight_sigma: float, drawn: Drawn) -> tuple[str, ...]:
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
    if drawn != "normal":
        given = "are uniform" if drawn == "uniform" else "come from a file"
        reasons.append(f"it assumes normal weights, but these {given}")
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

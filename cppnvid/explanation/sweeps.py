"""What a film of an explanation moves along: depth, width, the size of weights, or one weight.

A sweep is a function from a place on its way, 0 to 1, to a moment that any backend draws, with the
words that say where it is. Each starts at the recipe's own picture and comes back to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from cppnvid.animation.growth import fade_in, thin, widths_at
from cppnvid.animation.interpolation import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.errors import RecipeError
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe, unknown

Kind = Literal["reveal", "depth", "width", "init", "weight"]
KINDS: tuple[str, ...] = get_args(Kind)

LARGEST_INIT, SMALLEST_INIT = 2.0, 0.1  # times the recipe's own weights
WEIGHT_REACH = 4.0  # times the root mean square of the layer's weights, to both sides


@dataclass(frozen=True)
class Film:
    """Which film: a kind, and for one weight which, counted from 0: layer, to, from."""

    kind: Kind
    weight: tuple[int, int, int] | None = None

    def __str__(self) -> str:
        return self.kind + (f":{','.join(map(str, self.weight))}" if self.weight else "")


def parse_film(text: str) -> Film:
    """Read `depth`, or `weight:LAYER,TO,FROM`, layers and neurons counted from 1.

    Raises:
        RecipeError: it is no film that can be made.
    """
    kind, _, place = text.partition(":")
    if kind not in KINDS:
        raise RecipeError(unknown("--video", kind, KINDS))
    if not place and not text.endswith(":"):
        return Film(kind)  # type: ignore[arg-type]  # checked above
    found = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4})", place)
    if kind != "weight" or not found or "0" in found.groups():
        raise RecipeError(
            f"--video: only one weight takes more words, as in weight:2,5,7: layer 2, to its "
            f"neuron 5, from value 7, each counted from 1; given {text!r}"
        )
    layer, to, origin = (int(word) for word in found.groups())
    return Film("weight", (layer, to, origin))


@dataclass(frozen=True, eq=False)
class Sweep:
    """A way through networks."""

    at: Callable[[float], Moment]  # of a place in [0, 1]
    says: Callable[[float], str]  # what is seen at that place, in a few words
    share: Callable[[float], float]  # how far a bar is filled
    returns: bool  # whether it goes there and back, or round
    stages: tuple[float, ...] = (0.0,)  # a place for each architecture on the way


def sweep_of(recipe: Recipe, film: Film, time: float) -> Sweep:
    """Return the sweep of a recipe's network at one time.

    Raises:
        RecipeError: this network has nothing to sweep.
    """
    moment = at_any_size(moment_of(recipe, time), recipe.canvas.size)
    depth = len(moment.layers) - 1
    if film.kind == "depth" and depth < 2:
        raise RecipeError(
            f"--video depth: needs two hidden layers or more, given network.layers of {depth}"
        )
    if film.kind == "width" and max((len(x.bias) for x in moment.layers[:-1]), default=0) < 2:
        raise RecipeError(
            "--video width: needs a hidden layer of two neurons or more, see network.layers"
        )
    match film.kind:
        case "depth":
            return _depth(recipe, moment, time)
        case "width":
            return _width(recipe, moment)
        case "init":
            return _init(moment)
        case _:
            return _weight(moment, film.weight)


def at_any_size(moment: Moment, canvas: tuple[int, int]) -> Moment:
    """Return the same picture in coordinates that mean the same at any size of the frame.

    Raw pixels do not. Warps that are written in pixels stay as they are.
    """
    if moment.coordinates != "pixels" or moment.view.warps:
        return moment
    view, shorter = moment.view, min(canvas)
    across, down = ((side - 1) / 2 for side in canvas)
    cos, sin = math.cos(view.angle), math.sin(view.angle)
    pan = (
        view.pan[0] + view.scale * (cos * across + sin * down),
        view.pan[1] + view.scale * (cos * down - sin * across),
    )
    return replace(
        moment, coordinates="centres", view=replace(view, scale=view.scale * shorter, pan=pan)
    )


def prefix_outputs(recipe: Recipe, moment: Moment, time: float) -> list[SceneLayer]:
    """Return the output layer that reads each hidden layer, as if the network ended there.

    Tensors are drawn by name, so the network of fewer layers has the same ones; only an output
    that reads another number of values is another.
    """
    last = moment.layers[-1]
    outputs = []
    for count in range(1, len(moment.layers)):
        wanted = moment.layers[count].weight.shape[1]
        if wanted == last.weight.shape[1]:
            outputs.append(last)
            continue
        if recipe.morph.weights:
            raise RecipeError(
                "--video: a network from a file ends where it ends, and its layers hand on "
                "different numbers of values, so that none can be left out; take width or init"
            )
        network = recipe.network.model_copy(update={"layers": recipe.network.layers[:count]})
        shorter = recipe.model_copy(update={"network": network})
        outputs.append(moment_of(shorter, time).layers[-1])
    return outputs


def _depth(recipe: Recipe, moment: Moment, time: float) -> Sweep:
    hidden = moment.layers[:-1]
    outputs = prefix_outputs(recipe, moment, time)

    def depth(place: float) -> float:
        return len(hidden) - place * (len(hidden) - 1)

    def at(place: float) -> Moment:
        shown = min(max(depth(place), 1.0), float(len(hidden)))
        below = min(math.floor(shown), len(hidden) - 1)
        layers = fade_in(
            hidden[: below + 1], outputs[below - 1], outputs[below], smooth(shown - below)
        )
        return replace(moment, layers=layers)

    return Sweep(
        at,
        lambda place: f"{depth(place):.1f} of {len(hidden)} hidden layers",
        lambda place: depth(place) / len(hidden),
        returns=True,
        stages=tuple((index + 0.5) / (len(hidden) - 1) for index in range(len(hidden) - 1)),
    )


def smooth(share: float) -> float:
    """Return a share that starts and ends at rest, so that whole layers linger a little."""
    return share * share * (3.0 - 2.0 * share)


def _width(recipe: Recipe, moment: Moment) -> Sweep:
    widths = [len(layer.bias) for layer in moment.layers[:-1]]
    by_fan_in = recipe.network.init.weights in ("pytorch", "variance")

    def present(place: float) -> list[float]:
        return widths_at(widths, 1.0 - place)

    def at(place: float) -> Moment:
        return replace(moment, layers=thin(moment.layers, 1.0 - place, louder=by_fan_in))

    widest = max(widths)
    return Sweep(
        at,
        lambda place: f"{max(present(place)):.1f} of {widest} neurons a layer",
        lambda place: max(present(place)) / widest,
        returns=True,
    )


def _init(moment: Moment) -> Sweep:
    reach = math.log(LARGEST_INIT), -math.log(SMALLEST_INIT)

    def factor(place: float) -> float:
        wave = math.sin(2.0 * math.pi * place)
        return math.exp(wave * reach[wave < 0])

    def at(place: float) -> Moment:
        scale = np.float32(factor(place))
        layers = tuple(replace(layer, weight=layer.weight * scale) for layer in moment.layers)
        return replace(moment, layers=layers)

    return Sweep(
        at,
        lambda place: f"all weights × {factor(place):.2f}",
        lambda place: (math.log(factor(place)) + reach[1]) / sum(reach),
        returns=False,
    )


def _weight(moment: Moment, asked: tuple[int, int, int] | None) -> Sweep:
    layer, to, origin = _chosen_weight(moment, asked)
    turned = moment.layers[layer]
    own = float(turned.weight[to, origin])
    size = WEIGHT_REACH * float(np.sqrt(np.mean(np.square(turned.weight, dtype=np.float64))))

    def value(place: float) -> float:
        return own + size * math.sin(2.0 * math.pi * place)

    def at(place: float) -> Moment:
        weight = turned.weight.copy()
        weight[to, origin] = value(place)
        layers = list(moment.layers)
        layers[layer] = replace(turned, weight=weight)
        return replace(moment, layers=tuple(layers))

    name = f"layer {layer + 1}" if layer < len(moment.layers) - 1 else "the output"
    return Sweep(
        at,
        lambda place: f"{name}, weight {origin + 1} → {to + 1}: {value(place):+.2f}",
        lambda place: 0.5 + 0.5 * math.sin(2.0 * math.pi * place),
        returns=False,
    )


def _chosen_weight(moment: Moment, asked: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """Return layer, row and column from 0: as asked, or the largest of the second layer."""
    if asked is None:
        layer = min(1, len(moment.layers) - 1)
        weight = moment.layers[layer].weight
        if not weight.size:
            raise RecipeError("--video weight: the network reads neither x, y nor r")
        largest = int(np.abs(weight).argmax())
        return layer, largest // weight.shape[1], largest % weight.shape[1]
    layer, to, origin = (number - 1 for number in asked)
    if layer >= len(moment.layers):
        raise RecipeError(
            f"--video weight: layer {layer + 1} of {len(moment.layers)}, the last being the output"
        )
    rows, columns = moment.layers[layer].weight.shape
    if to >= rows or origin >= columns:
        raise RecipeError(
            f"--video weight: layer {layer + 1} has {rows} neurons that read {columns} values "
            f"(z is no weight of its own any more), given to {to + 1} from {origin + 1}"
        )
    return layer, to, origin

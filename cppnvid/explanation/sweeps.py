"""Sweeps: films along the depth, the width, the size of all weights, or one weight of a network.

A sweep maps a place on its way, 0 to 1, to a moment that any backend draws, and to a label. Each
starts at the recipe's own picture and returns to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.growth import fade_in, thin, widths_at
from cppnvid.animation.scene import Moment
from cppnvid.errors import RecipeError, Setting
from cppnvid.explanation.circle import circle_of
from cppnvid.film.pacing import moment_of
from cppnvid.recipe import Recipe, unknown

Kind = Literal["reveal", "depth", "width", "init", "weight"]
KINDS: tuple[str, ...] = get_args(Kind)

LARGEST_INIT, SMALLEST_INIT = 2.0, 0.1  # times the recipe's own weights
WEIGHT_REACH = 4.0  # times the root mean square of the layer's weights, to both sides


@dataclass(frozen=True)
class Film:
    """What a film shows: its kind, and for `weight` which one: layer, to, from, counted from 1."""

    kind: Kind
    weight: tuple[int, int, int] | None = None

    def __str__(self) -> str:
        return self.kind + (f":{','.join(map(str, self.weight))}" if self.weight else "")


def parse_film(text: str) -> Film:
    """Read `depth`, or `weight:LAYER,TO,FROM` with layers and neurons counted from 1.

    Raises:
        RecipeError: there is no such film.
    """
    kind, colon, place = text.partition(":")
    if kind not in KINDS:
        raise RecipeError(unknown("video", kind, KINDS), key="video", given=text)
    if not colon:
        return Film(kind)  # type: ignore[arg-type]  # checked above
    found = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4})", place)
    if kind != "weight" or not found or "0" in found.groups():
        raise RecipeError(
            "only a weight can be named, as in weight:2,5,7 (layer 2, to its neuron 5, from value "
            "7, each counted from 1); given {text!r}",
            key="video",
            given=text,
            text=text,
        )
    layer, to, origin = map(int, found.groups())
    return Film("weight", (layer, to, origin))


def cannot(film: str, problem: str, **facts: Any) -> RecipeError:
    """Return the error that a network has nothing this film could move.

    Besides `facts`, the problem may name the settings `{layers}` and `{inputs}`.
    """
    facts |= {"layers": Setting("network.layers"), "inputs": Setting("network.inputs")}
    return RecipeError(f"{{film}} {problem}", key="video", given=film, film=film, **facts)


@dataclass(frozen=True, eq=False)
class Sweep:
    """A way through networks."""

    at: Callable[[float], Moment]  # at a place in [0, 1]
    says: Callable[[float], str]  # a label for that place
    share: Callable[[float], float]  # how far its bar is filled
    returns: bool  # whether it goes back the way it came, or round
    places: tuple[float, ...] = (0.0,)  # one for each architecture on the way

    @property
    def stages(self) -> list[Moment]:
        """A moment of each architecture on the way."""
        return [self.at(place) for place in self.places]


def sweep_of(recipe: Recipe, film: Film, time: float) -> Sweep:
    """Return the sweep of a recipe's network at one time.

    Raises:
        RecipeError: this network has nothing to sweep.
    """
    moment = at_any_size(moment_of(recipe, time), recipe.canvas.size)
    match film.kind:
        case "depth":
            return _depth(recipe, moment, time)
        case "width":
            return _width(recipe, moment)
        case "init":
            return _init(moment)
        case _:
            return _weight(moment, film)


def at_any_size(moment: Moment, canvas: tuple[int, int]) -> Moment:
    """Return the same picture in coordinates that mean the same at any size of the frame.

    Raw pixels do not, and with warps, whose numbers are pixels too, they are left as they are.
    """
    if moment.coordinates != "pixels" or moment.view.warps:
        return moment
    centre, _ = circle_of(moment, canvas)
    view = replace(moment.view, scale=moment.view.scale * min(canvas), pan=centre)
    return replace(moment, coordinates="centres", view=view)


def prefix_outputs(film: str, recipe: Recipe, moment: Moment, time: float) -> list[SceneLayer]:
    """Return for each hidden layer the output layer that the network would have if it ended there.

    Tensors are drawn by name, so a network of fewer layers has the same ones, except an output that
    reads another number of values.
    """
    last = moment.layers[-1]
    outputs = []
    for count in range(1, len(moment.layers)):
        wanted = moment.layers[count].weight.shape[1]
        if wanted == last.weight.shape[1]:
            outputs.append(last)
            continue
        if recipe.morph.weights:
            raise cannot(
                film,
                "cannot leave out layers of a network from a file, because they pass on different "
                "numbers of values; use {width} or {init}",
                width=Setting("video", "width"),
                init=Setting("video", "init"),
            )
        network = recipe.network.model_copy(update={"layers": recipe.network.layers[:count]})
        shorter = recipe.model_copy(update={"network": network})
        outputs.append(moment_of(shorter, time).layers[-1])
    return outputs


def _depth(recipe: Recipe, moment: Moment, time: float) -> Sweep:
    hidden = moment.layers[:-1]
    if len(hidden) < 2:
        problem = "needs at least two hidden layers, and {layers} has {count}"
        raise cannot("depth", problem, count=len(hidden))
    outputs = prefix_outputs("depth", recipe, moment, time)

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
        places=tuple((index + 0.5) / (len(hidden) - 1) for index in range(len(hidden) - 1)),
    )


def smooth(share: float) -> float:
    """Return a share that starts and ends slowly, so that whole layers linger a little."""
    return share * share * (3.0 - 2.0 * share)


def _width(recipe: Recipe, moment: Moment) -> Sweep:
    widths = [len(layer.bias) for layer in moment.layers[:-1]]
    if max(widths, default=0) < 2:
        raise cannot("width", "needs a layer of at least two neurons, and {layers} has none")
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


def _weight(moment: Moment, film: Film) -> Sweep:
    layer, to, origin = _chosen_weight(moment, film)
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


def _chosen_weight(moment: Moment, film: Film) -> tuple[int, int, int]:
    """Return layer, row and column from 0: as asked, or the largest weight of the second layer."""
    if film.weight is None:
        layer = min(1, len(moment.layers) - 1)
        weight = moment.layers[layer].weight
        if not weight.size:
            raise cannot("weight", "needs a weight to move, and {inputs} has neither x, y nor r")
        largest = int(np.abs(weight).argmax())
        return layer, largest // weight.shape[1], largest % weight.shape[1]
    layer, to, origin = (number - 1 for number in film.weight)
    if layer >= len(moment.layers):
        problem = "names layer {layer} of {count}, the last being the output"
        raise cannot(str(film), problem, layer=layer + 1, count=len(moment.layers))
    rows, columns = moment.layers[layer].weight.shape
    if to >= rows or origin >= columns:
        problem = (
            "is no weight: layer {layer} has {rows} neurons that read {columns} values (z is part "
            "of its bias)"
        )
        raise cannot(str(film), problem, layer=layer + 1, rows=rows, columns=columns)
    return layer, to, origin

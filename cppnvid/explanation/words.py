"""The words beside the pictures: names of networks, captions that teach, differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from cppnvid.explanation.verdict import Findings, factor, number, percent, with_deviation
from cppnvid.recipe import Recipe

SUBTITLE = "what each layer does, and why it looks so"
LAYERS = (
    "Each small picture is one neuron: the value it passes on at every pixel. Orange is positive, "
    "blue is negative, dark is zero. The scale never shrinks from one layer to the next, so a "
    "fading signal goes dark. Sums are what a neuron receives: close to the middle, its activation "
    "acts like a straight line; far outside, it has gone flat."
)
SPREAD = (
    "How much a layer's values differ from pixel to pixel. A falling line ends in a single colour, "
    "whatever the output function does; a level line keeps its contrast."
)
OUTPUT = (
    "The curve is the output function, the histogram what reaches it. A narrow histogram in the "
    "middle paints a single tone; one that extends beyond both bends paints each colour either "
    "fully on or fully off."
)
CIRCLE = (
    "A circle in the picture is followed through the layers: the longer its image, the more the "
    "picture has been folded. A straight line on this scale is exponential growth. Open dots are "
    "lengths that did not settle."
)
_WEIGHTS = {
    "normal": "N(0, σ)",
    "uniform": "U(−a, a)",
    "pytorch": "U(±1/√fan-in)",
    "variance": "N(0, 1/√fan-in)",
}


def name_of(findings: Findings) -> str:
    """Return the name of the explained network: its title or style, and its seed."""
    recipe, morph = findings.recipe, findings.recipe.morph
    if morph.weights:
        seed = " · ".join(file.name for file in morph.weights[:1])
    elif morph.of == "weights":
        seed = f"seed {morph.seeds[0]}"
    else:
        seed = f"network {morph.network_seed}, latent {morph.seeds[0]}"
    moment = f", at {findings.time:g}" if findings.time else ""
    return f"{recipe.title or recipe.style} · {seed}{moment}"


def architecture_of(recipe: Recipe) -> str:
    """Return the network in one line: `x, y → 9 × 16 tanh → 3 sigmoid`."""
    network = recipe.network
    inputs = [f"z[{network.z_dim}]" if name == "z" else name for name in network.inputs]
    hidden = [(layer.width, network.activation_of(layer)) for layer in network.layers]
    runs = [(key, len(list(same))) for key, same in groupby(hidden)]
    parts = [
        f"{count} × {width} {activation}" if count > 1 else f"{width} {activation}"
        for (width, activation), count in runs
    ]
    if len(parts) > 6:
        parts = [*parts[:5], f"… {len(hidden)} layers in all"]
    residual = " (residual)" if network.residual else ""
    middle = " → ".join(parts) or "no hidden layer"
    return f"{', '.join(inputs)} → {middle}{residual} → {network.channels} {network.output}"


def init_of(recipe: Recipe) -> str:
    """Return in one line how the weights were drawn."""
    if recipe.morph.weights:
        return "weights from a file"
    init = recipe.network.init
    return (
        f"weights {_WEIGHTS[init.weights]}: first {init.first:g}, hidden {init.hidden:g}, "
        f"output {init.output:g}"
    )


def key_numbers(findings: Findings) -> list[tuple[str, str]]:
    """Return the four numbers worth remembering, each with its meaning."""
    measured, growth, output = findings.measured, findings.growth, findings.output
    ratio = "—" if measured.ratio is None else f"× {factor(measured.ratio)}"
    circle = "—" if growth.mean is None else f"× {with_deviation(growth)}"
    if findings.verdict.kind in ("saturated", "noise") or output.saturated > output.near_half:
        share = percent(output.saturated), "of the outputs at 0 or 1"
    else:
        share = percent(output.near_half), "of the outputs within 0.01 of one half"
    count = len(growth.seeds)
    over = f", over {count} seed{'s' * (count > 1)}" if count else ""
    return [
        (number(findings.picture.deviation), "of 255 levels: how much the colours vary"),
        (ratio, "change in spread per layer"),
        share,
        (circle, f"growth of the circle per layer{over}"),
    ]


def bound_note(findings: Findings) -> str:
    """Return what the published bound is here, and why it is only a rough guide."""
    growth = findings.growth
    if growth.bound is None:
        return "With fewer than two hidden layers there is no growth to fit, and no bound."
    text = (
        f"The published bound (Raghu et al. 2017) for σ_w = {growth.weight_sigma:.2f}, "
        f"σ_b = {growth.bias_sigma:.2f}, k = {growth.width:.0f} is × {growth.bound:.2f} per layer, "
        f"up to a constant."
    )
    caveats = "; ".join(growth.caveats)
    return f"{text} It is only a rough guide: {caveats}." if caveats else text


def omission(shown: int, count: int) -> str:
    """Return that layers are left out; empty if all are shown."""
    return f"{shown} of {count} layers are shown, evenly spaced." if shown < count else ""


# What a single picture depends on: not how a film moves, nor what it is called.
_OF_A_PICTURE = (
    *("style", "network.", "camera.", "palette.", "canvas.size"),
    *("morph.seeds", "morph.of", "morph.weights", "morph.network_seed"),
)


def differences(one: Recipe, other: Recipe) -> list[tuple[str, str, str]]:
    """Return each key by which two recipes paint different pictures, with both values."""
    left, right = dict(_flat(readable(one))), dict(_flat(readable(other)))
    keys = [*left, *(key for key in right if key not in left)]
    return [
        (key, left.get(key, "—"), right.get(key, "—"))
        for key in keys
        if left.get(key) != right.get(key) and key.startswith(_OF_A_PICTURE)
    ]


def readable(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe's data without the numbers of weight files, which nobody reads."""
    data = recipe.to_data()
    for file in data["morph"]["weights"]:
        if isinstance(file, dict):
            file.pop("data", None)
    return data


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif key == "layers":
            yield f"{above}{key}", ", ".join(_layers(value))
        elif f"{above}{key}" == "morph.weights":
            names = (file["name"] if isinstance(file, Mapping) else str(file) for file in value)
            yield f"{above}{key}", ", ".join(names) or "—"
        else:
            yield f"{above}{key}", f"{value:g}" if isinstance(value, float) else str(value)


def _layers(layers: list[Any]) -> Iterator[str]:
    for layer, same in groupby(str(layer) for layer in layers):
        count = len(list(same))
        yield f"{count}x{layer}" if count > 1 else layer

"""What is written beside the pictures: names of networks, captions that teach, differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from cppnvid.explanation.findings import Findings
from cppnvid.explanation.verdict import number, percent
from cppnvid.recipe import Recipe

CAPTIONS = {
    "layers": (
        "Every small picture is one neuron: what it hands on for each pixel. Orange is above zero, "
        "blue below, dark is zero. The scale never shrinks from a layer to the next, so a signal "
        "that dies goes dark. Sums are what arrives in a neuron; a heap in the middle means its "
        "activation works like a straight line, a heap far outside that it has gone flat."
    ),
    "spread": (
        "How much a layer's values differ from pixel to pixel. A line that falls ends in one "
        "colour, whatever the output makes of it; a level one keeps its contrast."
    ),
    "output": (
        "The curve is the output function, the heap what arrives at it. A narrow heap in the "
        "middle paints one tone; a heap beyond both bends paints only full and absent colour."
    ),
    "circle": (
        "A circle is drawn in the plane and followed through the layers: the longer its image, the "
        "more the picture has folded. A straight line on this scale is exponential growth. Open "
        "dots did not settle."
    ),
}


def name_of(explanation: Findings) -> str:
    """Return what the explained network is called: its title, or its style and seed."""
    recipe = explanation.recipe
    morph = recipe.morph
    if morph.weights:
        seed = " · ".join(file.name for file in morph.weights[:1])
    elif morph.of == "weights":
        seed = f"seed {morph.seeds[0]}"
    else:
        seed = f"network {morph.network_seed}, latent {morph.seeds[0]}"
    moment = f", at {explanation.time:g}" if explanation.time else ""
    return f"{recipe.title or recipe.style} · {seed}{moment}"


def architecture_of(recipe: Recipe) -> str:
    """Return the network in a line: `x, y → 9 × 16 tanh → 3 sigmoid`."""
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
    """Return how the weights were drawn, in a line."""
    if recipe.morph.weights:
        return "weights from a file"
    init = recipe.network.init
    kind = {
        "normal": "N(0, σ)", "uniform": "U(−a, a)", "pytorch": "U(±1/√fan-in)",
        "variance": "N(0, 1/√fan-in)",
    }[init.weights]  # fmt: skip
    return f"weights {kind}: first {init.first:g}, hidden {init.hidden:g}, output {init.output:g}"


def key_numbers(explanation: Findings) -> list[tuple[str, str]]:
    """Return the four numbers a reader takes along, each with what it is."""
    measured, growth, output = explanation.measured, explanation.growth, explanation.output
    ratio = "—" if measured.ratio is None else f"× {measured.ratio:.2f}"
    circle = "—" if growth.mean is None else f"× {growth.mean:.2f}"
    if growth.mean is not None and len(growth.factors) > 1:
        circle += f" ± {growth.deviation:.2f}"
    if explanation.verdict.kind in ("saturated", "noise") or output.saturated > output.near_half:
        share = percent(output.saturated), "of the outputs at 0 or 1"
    else:
        share = percent(output.near_half), "of the outputs within 0.01 of one half"
    count = len(growth.seeds)
    over = f", over {count} seed{'s' * (count > 1)}" if count else ""
    return [
        (number(explanation.picture.deviation), "of 255 levels: how much the colours vary"),
        (ratio, "what a layer makes of the spread"),
        share,
        (circle, f"what a layer makes of the circle{over}"),
    ]


def bound_note(explanation: Findings) -> str:
    """Return what the published bound is here, and why it is for orientation only."""
    growth = explanation.growth
    if growth.bound is None:
        return "With fewer than two hidden layers there is no growth to fit and no bound."
    text = (
        f"The published bound (Raghu et al. 2017) for σ_w = {growth.weight_sigma:.2f}, "
        f"σ_b = {growth.bias_sigma:.2f}, k = {growth.width:.0f} is × {growth.bound:.2f} a layer, "
        f"up to a constant"
    )
    return (
        f"{text}. For orientation only: {'; '.join(growth.caveats)}."
        if growth.caveats
        else f"{text}."
    )


# What one picture depends on, and not how a film walks or what it is called.
_OF_A_PICTURE = (
    "style", "network.", "morph.seeds", "morph.of", "morph.weights", "morph.network_seed",
    "camera.", "palette.", "canvas.size",
)  # fmt: skip


def differences(one: Recipe, other: Recipe) -> list[tuple[str, str, str]]:
    """Return the keys of a picture in which two recipes differ, with both values."""
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

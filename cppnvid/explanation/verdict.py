"""The verdict: what the measured numbers say, in words, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cppnvid.explanation.circle import Circle, Growth
from cppnvid.explanation.measure import Measurement
from cppnvid.recipe import Recipe

Kind = Literal["grey", "flat", "faint", "plain", "saturated", "noise", "alive"]

FLAT_LEVELS = 1.0  # a standard deviation under 1/255: on a screen, one colour
FAINT_LEVELS = 8.0  # forms are there, and one has to look for them
# By eye: at 0.9 hard patches, their edges a pixel wide; N(0, 1) at 9 x 16 has about a third.
MOSTLY_SATURATED = 0.8
NOISY_GRAIN = 0.6  # by eye, at 128 pixels: neighbours differ 0.6 times as much as strangers do
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What kind of picture it is, and why."""

    kind: Kind
    headline: str  # a few words
    picture: str  # one sentence about what is seen
    why: str  # how the layers come to it
    circle: str  # how complex the function is, and how that grows
    advice: str  # what to change, and what for

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, in order, without empty parts."""
        return tuple(part for part in (self.picture, self.why, self.circle, self.advice) if part)

    def __str__(self) -> str:
        return " ".join((f"{self.headline}.", *self.sentences))


def judge(recipe: Recipe, measured: Measurement, circle: Circle, growth: Growth) -> Verdict:
    """Return the verdict on a measured network."""
    kind = _kind(recipe, measured)
    return Verdict(
        kind=kind,
        headline=_HEADLINES[kind],
        picture=_picture(kind, measured),
        why=" ".join((_spread(measured, growth), _output(kind, measured))).strip(),
        circle=_circle(circle, growth),
        advice=_advice(kind, recipe, measured),
    )


_HEADLINES: dict[Kind, str] = {
    "grey": "Grey goo",
    "flat": "Flat: one colour",
    "faint": "Faint: almost one colour",
    "plain": "Plain: a slope",
    "saturated": "Saturated: hard patches",
    "noise": "Noise: finer than the pixels",
    "alive": "Alive",
}


def _kind(recipe: Recipe, measured: Measurement) -> Kind:
    picture, output = measured.picture, measured.output
    if picture.deviation < FLAT_LEVELS:
        colourless = recipe.palette.name in ("rgb", "grey") and output.near_half > 0.5
        return "grey" if colourless else "flat"
    if picture.deviation < FAINT_LEVELS:
        return "faint"
    if not measured.layers:
        return "plain"
    if picture.grain > NOISY_GRAIN:
        return "noise"
    return "saturated" if output.saturated > MOSTLY_SATURATED else "alive"


def _picture(kind: Kind, measured: Measurement) -> str:
    picture = measured.picture
    seen = f"The picture's colours vary by {_levels(picture.deviation)} (standard deviation)"
    match kind:
        case "grey" | "flat":
            return f"{seen}: a screen shows one colour, {picture.colour}."
        case "faint":
            return f"{seen}: its forms are there, but hardly stand out from {picture.colour}."
        case "noise":
            return (
                f"{seen}; on a grid of 128 pixels neighbours differ {percent(picture.grain)} as "
                f"much as pixels far apart: its detail is too fine "
                f"for this size."
            )
        case _:
            return (
                f"{seen}; on a grid of 128 pixels neighbours differ {percent(picture.grain)} as "
                f"much as pixels far apart."
            )


def _spread(measured: Measurement, growth: Growth) -> str:
    """Tell how the signal's spread comes through the layers."""
    count = len(measured.layers)
    if not measured.inputs:
        return "The network is told neither x, y nor r, so it paints every pixel the same."
    first = measured.input_spread
    if count == 0:
        return (
            f"There is no hidden layer: the coordinates, which vary by {number(first)}, go "
            f"straight into the output, so there is nothing but a slope."
        )
    last = measured.layers[-1].spread
    sigma = growth.weight_sigma if growth.weight_sigma < 1 else 0.0
    if measured.ratio is None or count < 2:
        return f"The one hidden layer turns a spread of {number(first)} into {number(last)}."
    ratio, depth = measured.ratio, count_word(count)
    if ratio < 0.9:
        small = f" (σ_w = {sigma:.2f}: a layer's sums are that much of its input)" if sigma else ""
        return (
            f"Each layer multiplies the spread from point to point by {ratio:.2f}{small}, so after "
            f"{depth} {number(last)} is left."
        )
    kept = "grows" if ratio > 1.1 else "is kept"
    return (
        f"The spread from point to point {kept}: {number(measured.layers[0].spread)} after one "
        f"layer, {number(last)} after {depth}, a factor of {ratio:.2f} a layer."
    )


def _output(kind: Kind, measured: Measurement) -> str:
    output = measured.output
    if not measured.inputs:
        return ""
    if kind in ("grey", "flat", "faint") and output.near_rest > 0.5:
        if output.rest == 0.5:
            near = f"{percent(output.near_half)} of the outputs lie within 0.01 of one half"
        else:
            near = f"{percent(output.near_rest)} of the outputs lie within 0.01 of {output.rest:g}"
        return (
            f"The output function, {output.function}, makes {output.rest:g} of 0, and {near}: "
            f"{_goo(kind)}."
        )
    flat = [layer.flat for layer in measured.layers if layer.flat is not None]
    hidden = (
        f" Of the hidden neurons' sums {percent(sum(flat) / len(flat))} lie where the "
        f"activation is flat."
        if flat
        else ""
    )
    if kind == "saturated":
        return (
            f"{percent(output.saturated)} of the outputs are pressed against 0 or 1, so colours "
            f"are full or absent with lines between.{hidden}"
        )
    return (
        f"Of the outputs {percent(output.near_half)} lie near one half and "
        f"{percent(output.saturated)} against 0 or 1; the rest is in between.{hidden}"
    )


def _goo(kind: Kind) -> str:
    return {"grey": "grey", "flat": "one colour"}.get(kind, "nearly one colour")


def _circle(circle: Circle, growth: Growth) -> str:
    if not circle.lengths or not circle.lengths[0]:
        return ""
    if len(circle.lengths) < 2:
        return ""
    settled = [i for i, good in enumerate(circle.converged) if good]
    deepest = settled[-1] if settled else 0
    text = ""
    if deepest:
        text = (
            f"A circle {number(circle.lengths[0])} long is {number(circle.lengths[deepest])} long "
            f"after {count_word(deepest)} {'layer' if deepest == 1 else 'layers'}."
        )
    if deepest < len(circle.lengths) - 1:
        text += (
            f" Deeper than {'that' if deepest else 'the input'} its length did not settle with "
            f"{circle.points:,} points: it is finer than they are."
        )
    mean = growth.mean
    if mean is None:
        return text.strip()
    verb = "grows" if mean > 1 else "shrinks"
    count = len(growth.seeds)
    over = f"Over {count_word(count)} seeds it" if count > 1 else "It"
    text += f" {over} {verb} by a factor of {mean:.2f}"
    text += f" ± {growth.deviation:.2f} a layer" if len(growth.factors) > 1 else " a layer"
    if growth.bound is not None:
        text += f" (published bound {growth.bound:.2f}"
        text += ", for orientation only)" if growth.caveats else ")"
    return f"{text}.".strip()


def _advice(kind: Kind, recipe: Recipe, measured: Measurement) -> str:
    init = recipe.network.init
    ratio = measured.ratio
    if not measured.inputs:
        return "Add x and y to network.inputs."
    match kind:
        case "grey" | "flat" | "faint":
            if ratio is not None and 0 < ratio < 0.9:
                advice = (
                    f"Weights {1 / ratio:.2g} times as large keep the spread from layer to layer: "
                    f"network.init.hidden={init.hidden / ratio:.2g}, now {init.hidden:g}"
                )
                normal = "; or take network.init.weights=normal, whose size does not shrink"
                return f"{advice}{'' if init.weights in ('normal', 'uniform') else normal}."
            return (
                f"The signal arrives, and the output makes little of it: raise "
                f"network.init.output, now {init.output:g}, or camera.scale, now "
                f"{recipe.camera.scale:g}."
            )
        case "saturated":
            return (
                f"Smaller weights bring tones back: lower network.init.output, now "
                f"{init.output:g}, for softer colours, or hidden, now {init.hidden:g}, for "
                f"smoother forms."
            )
        case "noise":
            return (
                f"Fewer layers, a smaller network.init.hidden, now {init.hidden:g}, or a closer "
                f"look (camera.zoom) make forms of it."
            )
        case _:
            return ""


def number(value: float) -> str:
    """Return a number with three figures, whatever its size: `0.0061`, `12.3`, `4,210`."""
    if value == 0 or 0.0001 <= abs(value) < 1000:
        return f"{value:.3g}"
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def percent(share: float) -> str:
    """Return a share as percent, never rounding a rest away: `99.8 %`, `0 %`, `37 %`."""
    value = 100.0 * share
    if value in (0.0, 100.0):
        return f"{value:.0f} %"
    if value < 1 or value > 99:
        return f"{min(max(value, 0.1), 99.9):.1f} %"
    return f"{value:.0f} %"


def count_word(count: int) -> str:
    """Return a small count as a word."""
    return _NUMBERS[count] if 0 < count < len(_NUMBERS) else str(count)


def _levels(value: float) -> str:
    return f"{number(round(value, 2) if value >= 0.1 else value)} of 255 levels"

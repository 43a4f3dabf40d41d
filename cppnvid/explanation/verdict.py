"""What was found out about a network, and the verdict: what it means, and what to try next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cppnvid.animation.scene import Moment
from cppnvid.explanation.circle import Circle, Growth
from cppnvid.explanation.measure import Measurement, OutputNumbers, PictureNumbers
from cppnvid.recipe import Recipe

Kind = Literal["grey", "flat", "faint", "plain", "saturated", "noise", "alive"]

FLAT_LEVELS = 1.0  # a standard deviation under 1/255: on a screen, one colour
FAINT_LEVELS = 8.0  # there are forms, for those who look closely
# By eye: at 0.9 hard patches, their edges a pixel wide; N(0, 1) at 9 x 16 has about a third.
MOSTLY_SATURATED = 0.8
NOISY_GRAIN = 0.6  # by eye, at 128 pixels: neighbours differ 0.6 times as much as strangers do
_WORDS = "no one two three four five six seven eight nine ten eleven twelve"


@dataclass(frozen=True, eq=False)
class Findings:
    """A recipe's network at one moment, measured; `str(findings)` is the verdict in words."""

    recipe: Recipe
    time: float  # in the film, in [0, 1]
    moment: Moment  # what was measured: every number of the picture
    measured: Measurement
    circle: Circle  # at this moment
    growth: Growth  # over several seeds of this architecture

    @property
    def picture(self) -> PictureNumbers:
        """The finished small picture."""
        return self.measured.picture

    @property
    def output(self) -> OutputNumbers:
        """The last layer."""
        return self.measured.output

    @cached_property
    def verdict(self) -> Verdict:
        """What the numbers mean."""
        kind = _kind(self)
        return Verdict(
            kind=kind,
            headline=_HEADLINES[kind],
            picture=_picture(kind, self.picture),
            why=f"{_spread(self.measured, self.growth)} {_output(kind, self.measured)}".strip(),
            circle=_circle(self.circle, self.growth),
            advice=_advice(kind, self),
        )

    def __str__(self) -> str:
        return str(self.verdict)


@dataclass(frozen=True)
class Verdict:
    """What kind of picture it is, and why."""

    kind: Kind
    headline: str  # a few words
    picture: str  # one sentence about what is seen
    why: str  # how the layers come to it
    circle: str  # how complex the function is, and how fast that grows
    advice: str  # what to change, and why

    @property
    def sentences(self) -> tuple[str, ...]:
        """All parts but the headline, in order, without empty ones."""
        return tuple(part for part in (self.picture, self.why, self.circle, self.advice) if part)

    def __str__(self) -> str:
        return " ".join((f"{self.headline}.", *self.sentences))


_HEADLINES: dict[Kind, str] = {
    "grey": "Grey goo",
    "flat": "Flat: one colour",
    "faint": "Faint: almost one colour",
    "plain": "Plain: a slope",
    "saturated": "Saturated: hard patches",
    "noise": "Noise: finer than the pixels",
    "alive": "Alive",
}


def _kind(found: Findings) -> Kind:
    picture, output = found.picture, found.output
    if picture.deviation < FLAT_LEVELS:
        colourless = found.recipe.palette.name in ("rgb", "grey") and output.near_half > 0.5
        return "grey" if colourless else "flat"
    if picture.deviation < FAINT_LEVELS:
        return "faint"
    if not found.measured.layers:
        return "plain"
    if picture.grain > NOISY_GRAIN:
        return "noise"
    return "saturated" if output.saturated > MOSTLY_SATURATED else "alive"


def _picture(kind: Kind, picture: PictureNumbers) -> str:
    seen = f"The picture's colours vary by {_levels(picture.deviation)} (standard deviation)"
    grain = (
        f"{seen}; on a 128-pixel grid, neighbouring pixels differ {percent(picture.grain)} as much "
        f"as distant ones"
    )
    match kind:
        case "grey" | "flat":
            return f"{seen}: on a screen that is one colour, {picture.colour}."
        case "faint":
            return f"{seen}: there are forms, but they barely stand out from {picture.colour}."
        case "noise":
            return f"{grain}: the detail is too fine for this size."
        case _:
            return f"{grain}."


def _spread(measured: Measurement, growth: Growth) -> str:
    """Return how the signal's spread fares from layer to layer."""
    if not measured.inputs:
        return "The network does not read x, y or r, so every pixel has the same colour."
    first, spreads = number(measured.input_spread), [number(one) for one in measured.spreads]
    if not measured.layers:
        return (
            f"There is no hidden layer: the coordinates, which vary by {first}, go straight to "
            f"the output, which can only paint a slope."
        )
    if measured.ratio is None:
        return f"The spread from point to point goes from {first} to {spreads[-1]}."
    ratio, depth = measured.ratio, count_word(len(measured.layers))
    if ratio < 0.9:
        sigma = growth.weight_sigma
        why = f" (σ_w = {sigma:.2f}: a layer's sums are that fraction of its input)"
        return (
            f"Each layer multiplies the spread from point to point by {ratio:.2f}"
            f"{why if 0 < sigma < 1 else ''}, so after {depth} layers only {spreads[-1]} is left."
        )
    return (
        f"The spread from point to point {'grows' if ratio > 1.1 else 'holds'}: {spreads[1]} after "
        f"one layer, {spreads[-1]} after {depth}, a factor of {factor(ratio)} per layer."
    )


def _output(kind: Kind, measured: Measurement) -> str:
    output = measured.output
    if not measured.inputs:
        return ""
    if kind in ("grey", "flat", "faint") and output.near_rest > 0.5:
        rest = "one half" if output.rest == 0.5 else f"{output.rest:g}"
        result = {"grey": "grey", "flat": "one colour"}.get(kind, "nearly one colour")
        return (
            f"The output function, {output.function}, turns 0 into {output.rest:g}, and "
            f"{percent(output.near_rest)} of the outputs lie within 0.01 of {rest}: {result}."
        )
    flat = [layer.flat for layer in measured.layers if layer.flat is not None]
    hidden = ""
    if flat:
        mean = percent(sum(flat) / len(flat))
        hidden = f" {mean} of the hidden neurons' sums lie where the activation is flat."
    if kind == "saturated":
        return (
            f"{percent(output.saturated)} of the outputs are pressed against 0 or 1, so colours "
            f"are either full or absent, with lines between them.{hidden}"
        )
    return (
        f"{percent(output.near_half)} of the outputs lie near one half and "
        f"{percent(output.saturated)} at 0 or 1; the rest lie in between.{hidden}"
    )


def _circle(circle: Circle, growth: Growth) -> str:
    """Return how long a circle becomes, and by what factor it grows."""
    if len(circle.lengths) < 2 or not circle.lengths[0]:
        return ""
    deepest = max((index for index, good in enumerate(circle.converged) if good), default=0)
    parts = []
    if deepest:
        parts.append(
            f"A circle {number(circle.lengths[0])} long is {number(circle.lengths[deepest])} long "
            f"after {count_word(deepest)} layer{'s' * (deepest > 1)}."
        )
    if deepest < len(circle.lengths) - 1:
        parts.append(
            f"{'Beyond that' if deepest else 'From the first layer on'} its length did not settle "
            f"with {circle.points:,} points: its folds are finer than they can follow."
        )
    if growth.mean is not None:
        count = len(growth.seeds)
        over = f"Over {count_word(count)} seeds it" if count > 1 else "It"
        guide = ", only a rough guide" if growth.caveats else ""
        bound = "" if growth.bound is None else f" (published bound {growth.bound:.2f}{guide})"
        parts.append(
            f"{over} {'grows' if growth.mean > 1 else 'shrinks'} by a factor of "
            f"{with_deviation(growth)} per layer{bound}."
        )
    return " ".join(parts)


def _advice(kind: Kind, found: Findings) -> str:
    init, ratio = found.recipe.network.init, found.measured.ratio
    if found.recipe.morph.weights:
        return _advice_for_file(kind, found)
    if not found.measured.inputs:
        return "Add x and y to network.inputs."
    match kind:
        case "grey" | "flat" | "faint":
            if ratio is None or not 0 < ratio < 0.9:
                return (
                    f"The signal arrives, but the output makes little of it: raise "
                    f"network.init.output (now {init.output:g}) or camera.scale (now "
                    f"{found.recipe.camera.scale:g})."
                )
            normal = ", or try network.init.weights=normal, whose size does not shrink"
            return (
                f"Weights {1 / ratio:.2g} times as large would keep the spread from layer to "
                f"layer: set network.init.hidden={init.hidden / ratio:.2g} (now {init.hidden:g})"
                f"{'' if init.weights in ('normal', 'uniform') else normal}."
            )
        case "saturated":
            return (
                f"Smaller weights bring back tones: lower network.init.output (now "
                f"{init.output:g}) for softer colours, or network.init.hidden (now "
                f"{init.hidden:g}) for smoother forms."
            )
        case "noise":
            return (
                f"For larger forms, take fewer layers, a smaller network.init.hidden (now "
                f"{init.hidden:g}), or a closer look with camera.zoom."
            )
        case _:
            return ""


def _advice_for_file(kind: Kind, found: Findings) -> str:
    """Return what to change where weights are read, so that network.init changes nothing."""
    ratio, scale = found.measured.ratio, f"camera.scale (now {found.recipe.camera.scale:g})"
    if not found.measured.inputs:
        return "The file's network needs x and y among its inputs: train it with them."
    match kind:
        case "grey" | "flat" | "faint":
            if ratio is None or not 0 < ratio < 0.9:
                return (
                    f"The signal arrives, but the output makes little of it: multiply the weights "
                    f"of the file's last layer, or raise {scale}."
                )
            return (
                f"Weights {1 / ratio:.2g} times as large would keep the spread from layer to "
                f"layer: multiply those of the file's hidden layers, or raise {scale}."
            )
        case "saturated":
            return (
                f"Smaller weights bring back tones: divide those of the file's last layer for "
                f"softer colours, or lower {scale} for smoother forms."
            )
        case "noise":
            return f"For larger forms, lower {scale}, or take a closer look with camera.zoom."
        case _:
            return ""


def number(value: float) -> str:
    """Return a number to three figures, whatever its size: `0.0061`, `12.3`, `4,210`."""
    if value == 0 or 0.0001 <= abs(value) < 1000:
        return f"{value:.3g}"
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def factor(value: float) -> str:
    """Return a factor with two decimals, or with two figures if it is huge: `1.11`, `2.6e6`."""
    return f"{value:.2f}" if value < 1000 else number(value)


def with_deviation(growth: Growth) -> str:
    """Return the mean factor with its standard deviation if there is one: `1.46 ± 0.03`."""
    deviation = f" ± {factor(growth.deviation)}" if len(growth.factors) > 1 else ""
    return f"{factor(growth.mean or 0.0)}{deviation}"


def percent(share: float) -> str:
    """Return a share as a percentage, 0 and 100 only if exact: `99.8 %`, `0 %`, `37 %`."""
    value = 100.0 * share
    if value in (0.0, 100.0):
        return f"{value:.0f} %"
    if value < 1 or value > 99:
        return f"{min(max(value, 0.1), 99.9):.1f} %"
    return f"{value:.0f} %"


def count_word(count: int) -> str:
    """Return a count as a word up to twelve."""
    return _WORDS.split()[count] if count <= 12 else str(count)


def _levels(value: float) -> str:
    return f"{number(round(value, 2) if value >= 0.1 else value)} of 255 levels"

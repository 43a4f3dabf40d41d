"""What of a moment is in a shader's source; everything else is handed to it as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from cppnvid.animation.camera import Warp
from cppnvid.animation.scene import Moment
from cppnvid.backends import warps as warp_rows
from cppnvid.backends.shader.colour import MODES
from cppnvid.backends.shader.field import INPUTS, WARPS
from cppnvid.backends.shader.functions import ACTIVATIONS, OUTPUT_FUNCTIONS
from cppnvid.backends.uniforms import colouring_numbers, missing_row, view_numbers
from cppnvid.networks.sampling import fan_out


@dataclass(frozen=True)
class HiddenLayer:
    """What of a hidden layer is in the source."""

    neurons: int
    activation: str
    residual: bool

    @property
    def values(self) -> int:
        """How many numbers it hands on: for some activations two of each neuron."""
        return fan_out(self.neurons, self.activation)


@dataclass(frozen=True)
class Architecture:
    """What of a moment is in the source: equal ones share one compiled shader.

    A film has one: its camera, hue and contrast are numbers, even where they change nothing.

    Attributes:
        inputs: those of x, y, r that the first layer reads, in this order.
        hidden: the hidden layers; there may be none.
        output_function: the last layer's.
        channels: 1, 3 or 4 numbers that the last layer makes.
        warps: in order, their kinds and where in the numbers those of each begin.
        mode: a colour mode, or "gradient".
        numbers: how many a frame has beside its weights: see `numbers_of`.
    """

    inputs: tuple[str, ...]
    hidden: tuple[HiddenLayer, ...]
    output_function: str
    channels: int
    warps: tuple[tuple[str, int], ...]
    mode: str
    numbers: int

    @classmethod
    def of(cls, moment: Moment) -> Self:
        """Return the architecture of a moment."""
        *hidden, output = moment.layers
        return cls(
            inputs=moment.inputs,
            hidden=tuple(
                HiddenLayer(len(layer.bias), layer.activation, layer.residual) for layer in hidden
            ),
            output_function=output.activation,
            channels=len(output.bias),
            warps=tuple(_numbered(moment.view.warps)),
            mode=moment.colouring.mode,
            numbers=len(numbers_of(moment)),
        )


def _numbered(warps: Iterable[Warp]) -> Iterator[tuple[str, int]]:
    """Yield the kind of each warp and where its numbers begin."""
    at = 0
    for warp in warps:
        yield warp.kind, at
        at += len(warp_rows.WARPS[warp.kind].packed(warp.numbers))


def numbers_of(moment: Moment) -> list[float]:
    """Return the few numbers of a frame beside its weights and gradient, in the shader's order."""
    return [*view_numbers(moment.view), *colouring_numbers(moment.colouring)]


def lacking(moment: Moment) -> str | None:
    """Return the first row of a table that a moment needs and shaders lack, or None."""
    return missing_row(
        moment,
        inputs=INPUTS,
        activations=ACTIVATIONS,
        output_functions=OUTPUT_FUNCTIONS,
        warps=WARPS,
        palettes=MODES,
    )

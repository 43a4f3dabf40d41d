"""What of a moment is compiled into the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from cppnvid.animation.scene import Moment
from cppnvid.backends.colours import turns
from cppnvid.backends.warps import WARPS
from cppnvid.networks.sampling import fan_out


@dataclass(frozen=True)
class LayerKind:
    """What of a hidden layer is compiled in."""

    fan_in: int  # values read
    values: int  # handed on
    activation: str
    residual: bool


@dataclass(frozen=True)
class Architecture:
    """What of a moment is compiled in."""

    inputs: tuple[str, ...]
    hidden: tuple[LayerKind, ...]
    channels: int
    output: str
    warps: tuple[tuple[str, int], ...]  # kind, and how many numbers it reads
    mode: str
    turned: bool
    contrasted: bool = False

    @property
    def widest(self) -> int:
        """Values that the widest hidden layer hands on."""
        return max((layer.values for layer in self.hidden), default=0)

    @property
    def runs(self) -> list[tuple[LayerKind, int]]:
        """The layers after the first, in runs of equal ones: which, and how many."""
        return [(kind, len(list(alike))) for kind, alike in groupby(self.hidden[1:])]


def architecture_of(moment: Moment) -> Architecture:
    """Return what of a moment is compiled in."""
    hidden: list[LayerKind] = []
    fan_in = len(moment.inputs)
    for layer in moment.layers[:-1]:
        values = fan_out(len(layer.bias), layer.activation)
        hidden.append(LayerKind(fan_in, values, layer.activation, layer.residual))
        fan_in = values
    return Architecture(
        inputs=moment.inputs,
        hidden=tuple(hidden),
        channels=len(moment.layers[-1].bias),
        output=moment.layers[-1].activation,
        warps=tuple(
            (warp.kind, len(WARPS[warp.kind].packed(warp.numbers))) for warp in moment.view.warps
        ),
        mode=moment.colouring.mode,
        turned=turns(moment.colouring),
        contrasted=moment.colouring.contrast != 1.0,
    )

"""The network's architecture, and how its weights are drawn."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_serializer, model_validator

from cppnvid.recipe.base import Flag, Part, Real, Whole

MAX_WIDTH = 1024
MAX_DEPTH = 256

Activation = Literal[
    "tanh",
    "sin",
    "cos",
    "gaussian",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "softplus",
    "sigmoid",
    "abs",
    "identity",
    "atan_pair",
]
OutputFunction = Literal["sigmoid", "sine", "ridge", "clip"]


class Layer(Part):
    """One hidden layer; omitted keys are those of the network."""

    form = "a width, or a mapping with width, activation, bias, residual"
    short: ClassVar[dict[str, Any]] = {
        "type": "integer",
        "minimum": 1,
        "maximum": 1024,
        "description": "Its width.",
    }
    width: Annotated[Whole, Field(ge=1, le=MAX_WIDTH)]
    """Number of neurons."""
    activation: Activation | None = None
    bias: Flag | None = None
    residual: Flag | None = None
    """Add the layer's input to its output, which must be as wide."""

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Take a number for a width."""
        return {"width": data} if isinstance(data, int) else data

    @model_serializer(mode="wrap")
    def _plain_as_width(self, handler: Any) -> Any:
        written = {name: value for name, value in handler(self).items() if value is not None}
        return self.width if len(written) == 1 else written


def _expand_layers(data: Any) -> Any:
    """Write out `9x16` as nine layers of sixteen, alone or in a list."""
    if isinstance(data, str):
        data = [data]
    if not isinstance(data, list | tuple):
        return data
    layers: list[Any] = []
    for item in data:
        text = item if isinstance(item, str) else ""
        repeated = re.fullmatch(r"\s*(\d{1,3})\s*x\s*(\d{1,4})\s*", text)
        layers.extend([int(repeated[2])] * int(repeated[1]) if repeated else [item])
    return layers


class Init(Part):
    """How weights are drawn.

    Each number is σ (normal), the half-width ±a (uniform), or a factor on 1/√fan-in.
    """

    weights: Literal["normal", "uniform", "pytorch", "variance"] = "normal"
    """`normal` N(0, σ); `uniform` U(−a, a); `pytorch` U(±1/√fan-in); `variance` N(0, 1/√fan-in)."""
    biases: Literal["normal", "uniform", "pytorch", "zero"] = "normal"
    first: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Weights from x, y and r: larger values show more of the field in one picture."""
    latent: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Weights from z."""
    hidden: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Weights between layers: small is smooth, large is sharp and intricate."""
    output: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Weights of the last layer: small is pastel, large is saturated."""
    bias: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Biases of all layers."""


class NetworkSpec(Part):
    """The architecture and the distribution of the weights; with a seed, this is a network."""

    inputs: Annotated[
        tuple[Literal["x", "y", "r", "z"], ...], Field(min_length=1, max_length=4)
    ] = ("x", "y", "r", "z")
    """What the network sees of a pixel: position, distance from the centre, and the latent z."""
    z_dim: Annotated[Whole, Field(ge=1, le=1024)] = 8
    """Dimension of the latent."""
    z_scale: Annotated[Real, Field(ge=0, le=1e6)] = 1.0
    """Factor on the latent."""
    z_distribution: Literal["normal", "uniform"] = "normal"
    """`normal` N(0, 1), `uniform` U(−1, 1)."""
    layers: Annotated[tuple[Layer, ...], Field(max_length=MAX_DEPTH)] = (Layer(width=16),) * 6
    """Hidden layers: widths, `9x16` for nine of sixteen, or mappings."""
    activation: Activation = "tanh"
    bias: Literal["all", "first", "none"] = "all"
    """Which hidden layers have a bias."""
    residual: Flag = False
    """Add its input to the output of every hidden layer but the first, where widths are equal."""
    output: OutputFunction = "sigmoid"
    """`sigmoid`; `sine` ½sin+½; `ridge` √(1−|tanh|); `clip` to 0…1."""
    output_bias: Flag = True
    channels: Literal[1, 3, 4] = 3
    """Number of values per pixel, from which the palette makes its colour."""
    init: Init = Init()

    @classmethod
    def written_out(cls, data: Any) -> Any:
        """Write out layers such as `9x16`."""
        if isinstance(data, dict) and "layers" in data:
            return data | {"layers": _expand_layers(data["layers"])}
        return data

    @model_validator(mode="after")
    def _is_drawable(self) -> Self:
        if len(set(self.inputs)) != len(self.inputs):
            raise self.mistake("inputs", allowed="different inputs")
        width = 0
        for index, layer in enumerate(self.layers):
            before, width = width, self.outputs_of(layer)
            if layer.residual and (index == 0 or before != width):
                problem = "needs an input as wide as the layer's output, given "
                problem += f"{before or 'the coordinates'} -> {width}"
                raise self.mistake(f"layers.{index}.residual", problem)
        return self

    def activation_of(self, layer: Layer) -> Activation:
        """Return the layer's own activation or the network's."""
        return layer.activation or self.activation

    def outputs_of(self, layer: Layer) -> int:
        """Return how many values a layer passes on."""
        return layer.width * (2 if self.activation_of(layer) == "atan_pair" else 1)

    @property
    def weight_count(self) -> int:
        """Approximate number of weights of one seed."""
        count, width = 0, len(self.inputs) - 1 + self.z_dim
        for layer in self.layers:
            count += layer.width * (width + 1)
            width = self.outputs_of(layer)
        return count + self.channels * (width + 1)

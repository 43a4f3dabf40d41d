"""The architecture of a file's layers, and whether it is that of a recipe."""

from collections.abc import Container, Mapping
from typing import Any

from cppnvid.errors import Message, RecipeError, Setting
from cppnvid.networks.weights.layers import Trained, called
from cppnvid.recipe import MAX_DEPTH, MAX_WIDTH, NetworkSpec

# The keys of `network` that follow from a file's numbers.
ARCHITECTURE = ("inputs", "z_dim", "layers", "bias", "channels", "output_bias")
_COORDINATES = ("x", "y", "r")
_USUAL_INPUTS = {2: ["x", "y"], 3: ["x", "y", "r"]}


def network_keys(
    trained: Trained,
    given_keys: Mapping[str, Any],
    *,
    base: Mapping[str, Any] | None = None,
    known: Container[str] = (),
) -> dict[str, Any]:
    """Return the `network` of a recipe that draws a file's network.

    Args:
        trained: the file.
        given_keys: keys that the user set; they win over those in the file.
        base: keys that yield to both.
        known: keys that a chosen style sets.

    Raises:
        RecipeError: the inputs or activations are not known from any of these.
    """
    words = {**(base or {}), **(trained.about or {}).get("network", {}), **given_keys}
    words = {**architecture(trained, words), **words}
    layers = words["layers"]
    each_named = isinstance(layers, list | tuple) and all(
        isinstance(layer, Mapping) and "activation" in layer for layer in layers
    )
    if "activation" not in words and "activation" not in known and not each_named:
        raise RecipeError(
            "does not name its activation: use {activation}, or tanh, sin, gelu, ...; after the "
            "last layer comes a sigmoid, unless you use {output}, or sine",
            file=trained.name,
            activation=Setting("network.activation", "relu"),
            output=Setting("network.output", "clip"),
        )
    return words


def architecture(trained: Trained, given_keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of `network` that follow from a file's numbers.

    Args:
        trained: the file.
        given_keys: what else is known of the network, such as its inputs.

    Raises:
        RecipeError: the network is wider or deeper than a recipe may be, or its inputs are
            ambiguous.
    """
    hidden, last = trained.layers[:-1], trained.layers[-1]
    if len(hidden) > MAX_DEPTH:
        raise RecipeError(
            f"has {len(hidden)} hidden layers, at most {MAX_DEPTH} are allowed", file=trained.name
        )
    for index, layer in enumerate(hidden):
        if len(layer.weight) > MAX_WIDTH:
            raise RecipeError(
                f"{called(trained.layers, index)} must have at most {MAX_WIDTH} neurons, given "
                f"{len(layer.weight)}",
                file=trained.name,
                given=len(layer.weight),
                allowed=f"at most {MAX_WIDTH}",
            )
    if len(last.weight) not in (1, 3, 4):
        raise RecipeError(
            f"{called(trained.layers, len(hidden))} must return 1 (grey), 3 (rgb) or 4 (cmyk) "
            f"values, given {len(last.weight)}",
            file=trained.name,
            given=len(last.weight),
            allowed="1, 3 or 4",
        )
    with_bias = [layer.bias is not None for layer in hidden]
    kinds = {"all": [True], "none": [False]}
    bias = next((kind for kind, all_of in kinds.items() if with_bias == all_of * len(hidden)), "")
    layers = [
        len(layer.weight) if bias else {"width": len(layer.weight), "bias": layer.bias is not None}
        for layer in hidden
    ]
    return {
        **_inputs(trained, given_keys),
        "layers": layers,
        "bias": bias or "all",
        "channels": len(last.weight),
        "output_bias": last.bias is not None,
    }


def _inputs(trained: Trained, given_keys: Mapping[str, Any]) -> dict[str, Any]:
    """Tell x, y, r and z apart by the number of columns of the first layer."""
    columns = trained.layers[0].weight.shape[1]
    given = given_keys.get("inputs")
    if given is None:
        if columns not in _USUAL_INPUTS:
            facts: dict[str, Any] = {"layer": called(trained.layers, 0), "ways": _could_be(columns)}
            problem = f"{{layer}} reads {_values(columns)}, which could be {{ways}}"
            raise RecipeError(problem, file=trained.name, **facts)
        return {"inputs": _USUAL_INPUTS[columns]}
    if not isinstance(given, list | tuple) or "z" not in given:
        return {"inputs": given}
    return {"inputs": given, "z_dim": max(columns - len(given) + 1, 1)}


def _could_be(columns: int) -> Message:
    """Return which inputs that many columns may be, and how to name each."""
    inputs = "network.inputs"
    if columns == 1:
        return Message("any one: use {one}, [x] or [y]", one=Setting(inputs, "[r]"))
    with_r, others = Setting(inputs, "[x,y,r,z]"), Setting(inputs, "[x,y,z]")
    text = f"x, y, r and a latent of {columns - 3}: use {{with_r}}; or x, y and a latent of "
    return Message(text + f"{columns - 2}: use {{others}}", with_r=with_r, others=others)


def _values(count: int) -> str:
    return f"{count} value{'s' * (count != 1)}"


def check_fit(trained: Trained, spec: NetworkSpec) -> None:
    """Check that a file's network has this architecture.

    Raises:
        RecipeError: names the first layer that does not fit, its shape, and what would fit.
    """
    layers = trained.layers

    def misfit(problem: str, key: str, **facts: Any) -> RecipeError:
        return RecipeError(problem, file=trained.name, setting=Setting(key), **facts)

    if (wanted := len(spec.layers) + 1) != len(layers):
        problem = f"has {len(layers)} layers, but {{setting}} makes {wanted} with the output"
        raise misfit(problem, "network.layers")
    inputs: list[str] = [item for item in _COORDINATES if item in spec.inputs]
    width = len(inputs) + (spec.z_dim if "z" in spec.inputs else 0)
    inputs += [f"z of {spec.z_dim}"] if "z" in spec.inputs else []
    before = f"{{setting}} ({', '.join(inputs)})"
    for index, layer in enumerate(layers):
        neurons, columns = layer.weight.shape
        where = f"{called(layers, index)} is {neurons}x{columns}"
        if columns != width:
            problem = f"{{where}}, but {before} gives {_values(width)}"
            name = layers[index - 1].name
            raise misfit(problem, "network.inputs", where=where, layer=name)
        is_last = index == len(spec.layers)
        wanted = spec.channels if is_last else spec.layers[index].width
        if neurons != wanted:
            key = "network.channels" if is_last else f"network.layers.{index}"
            problem = f"{{where}}, but {{setting}} needs {_values(wanted)}"
            raise misfit(problem, key, where=where)
        if layer.bias is not None and len(layer.bias) != neurons:
            problem = f"{where}, but its bias has {_values(len(layer.bias))}"
            raise RecipeError(problem, file=trained.name)
        if not is_last:
            width, kind = (
                spec.outputs_of(spec.layers[index]),
                spec.activation_of(spec.layers[index]),
            )
            before = f"layer {index + 1} ({{layer}}, {kind})"
    if trained.latent is not None and "z" in spec.inputs and len(trained.latent) != spec.z_dim:
        values = _values(len(trained.latent))
        raise misfit(f"has a latent of {values}, but {{setting}} is {spec.z_dim}", "network.z_dim")

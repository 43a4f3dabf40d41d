"""What of a moment is compiled into a pipeline, and how all the rest is laid out for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import halide as hl
import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.control_points import SceneLayer
from cppnvid.animation.scene import Moment
from cppnvid.backends.colours import turns
from cppnvid.backends.uniforms import colouring_numbers, view_numbers
from cppnvid.networks.activations import ACTIVATIONS
from cppnvid.networks.sampling import fan_out


@dataclass(frozen=True)
class LayerKind:
    """What of a layer is compiled in."""

    width: int  # values handed on
    activation: str
    residual: bool


@dataclass(frozen=True)
class Architecture:
    """What of a moment is compiled in: the key of the compiled pipelines."""

    inputs: tuple[str, ...]
    layers: tuple[LayerKind, ...]  # the last is the output
    warps: tuple[str, ...]
    mode: str
    turned: bool
    contrasted: bool
    supersampled: bool
    listed: bool = False  # pixels from anywhere in a frame; then supersampled
    bits: int = 8


def architecture_of(
    moment: Moment, samples: int, bits: int = 8, *, listed: bool = False
) -> Architecture:
    """Return the key of the pipeline that draws this moment with so many bits a value: 8 or 16."""
    *hidden, output = moment.layers
    kinds = [
        LayerKind(fan_out(len(layer.bias), layer.activation), layer.activation, layer.residual)
        for layer in hidden
    ]
    return Architecture(
        inputs=moment.inputs,
        layers=(*kinds, LayerKind(len(output.bias), output.activation, residual=False)),
        warps=tuple(warp.kind for warp in moment.view.warps),
        mode=moment.colouring.mode,
        turned=turns(moment.colouring),
        contrasted=moment.colouring.contrast != 1.0,
        supersampled=samples > 1,
        listed=listed,
        bits=bits,
    )


@dataclass(frozen=True)
class Schedule:
    """How a layer is computed: `tile` pixels × `neurons` are summed up in registers at once."""

    tile: int
    neurons: int
    lanes: int  # of a vector register


@lru_cache(maxsize=1)
def host_target() -> hl.Target:
    """Return this machine's target, without checks: the pipelines' callers hold their bounds."""
    target = hl.get_host_target()
    for feature in (hl.TargetFeature.NoAsserts, hl.TargetFeature.NoBoundsQuery):
        target = target.with_feature(feature)
    return target


def schedule_for(target: hl.Target) -> Schedule:
    """Return the best schedule measured for an instruction set.

    A sum takes a register for each vector of its pixels and each neuron; one vector of weights and
    the vectors of the pixels take others. Processor seconds of a 1920x1080 frame by one core,
    AVX2 (16 registers), AMD EPYC 2.4 GHz:

                24x4   40x2   32x2   16x4   16x6   24x2   8x8    16x8   48x2   64x4
        9x16    0.240  0.241  0.244  0.252  0.269  0.270  0.270  0.298  0.33   0.43
        9x32    0.585  0.567  0.592  0.586  0.637  0.684  0.634
        8x128   6.66   7.16   8.44   7.79   6.80   8.92

    so one schedule serves every width there. With AVX-512 (32 registers) 64x4 took half as long as
    64x2 or 96x4 at 9x16. Vectors of four are not measured: NEON has 32 registers and takes 16x4 in
    16 of them, SSE takes 12x4 as AVX2 takes 24x4.
    """
    lanes = target.natural_vector_size(hl.Float(32))
    if lanes >= 16:
        return Schedule(64, 4, 16)
    if lanes == 8:
        return Schedule(24, 4, 8)
    return Schedule(16 if target.arch == hl.TargetArch.ARM else 12, 4, 4)


def pack_weights(layers: tuple[SceneLayer, ...], neurons: int) -> NDArray[np.float32]:
    """Lay all weights and biases out in the order in which the pipeline reads them.

    Hidden layers are laid out in panels of `neurons` rows, each [in, neurons], so that the sums
    read one address after the other; at 8×128 plain rows cost a third more, by cache conflicts.
    """
    parts: list[NDArray[np.float32]] = []
    for index, layer in enumerate(layers):
        weight, bias = layer.weight, layer.bias.astype(np.float32)
        if index < len(layers) - 1:
            # A neuron that hands on two values is summed up for each.
            values = ACTIVATIONS[layer.activation].values
            weight, bias = np.tile(weight, (values, 1)), np.tile(bias, values)
            missing = -len(bias) % neurons
            weight = np.pad(weight, ((0, missing), (0, 0)))
            bias = np.pad(bias, (0, missing))
            weight = weight.reshape(len(bias) // neurons, neurons, -1 if weight.size else 0)
            weight = weight.transpose(0, 2, 1)
        else:
            weight = weight.T
        parts += [weight.ravel(), bias]
    return np.concatenate(parts, dtype=np.float32)


def pack_numbers(moment: Moment, samples: int) -> NDArray[np.float32]:
    """Lay out the few numbers of a frame other than weights as the pipeline reads them."""
    numbers = [*view_numbers(moment.view), *colouring_numbers(moment.colouring), 1.0 / samples**2]
    return np.array(numbers, dtype=np.float32)

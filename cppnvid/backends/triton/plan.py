"""How a tile is computed: how exact, how many points, by how many warps, and where values are kept.

Chosen by counting instructions in compiled code, for no GPU was at hand: the fewest for a neuron
and a point without a byte of registers spilled; benchmarks/kernels.py prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass

from cppnvid.backends.triton.architecture import Architecture
from cppnvid.backends.triton.layout import Layout

Capability = tuple[int, int]  # of a card, such as (9, 0), which the compiler calls 90

# Tensor cores of data centres take three products of tf32 in less time than one of float32; those
# of other cards do not.
_TENSOR_CARDS: tuple[Capability, ...] = ((8, 0), (9, 0), (10, 0))
_NARROW = 16  # up to here products are too small for tensor cores to pay
_NARROWEST = 16  # values that a matrix product takes at least


@dataclass(frozen=True)
class Plan:
    """What the kernel is compiled for, beside the architecture."""

    precision: str  # of the products: ieee, or tf32x3, which is as exact and uses tensor cores
    points: int  # of a tile
    warps: int  # that share a tile
    chunk: int = 0  # values of a layer that are read and made at once; 0 keeps all in registers
    registers: int | None = None  # of a thread, at most; None leaves the choice to the compiler

    def layout(self, architecture: Architecture) -> Layout:
        """Return the layout that suits this plan: no layer is narrower than a chunk."""
        return Layout(architecture, max(self.chunk, _NARROWEST))


def precision_for(architecture: Architecture, capabilities: list[Capability]) -> str:
    """Return the precision of a whole job on these cards.

    Both are as exact as float32, and differ from each other in 2 % of the values at 9×128, so that
    all frames of a job are drawn with one.
    """
    tensors = all(capability in _TENSOR_CARDS for capability in capabilities)
    return "tf32x3" if tensors and architecture.widest > _NARROW else "ieee"


def plan_for(
    architecture: Architecture, precision: str, capability: Capability, *, supersampled: bool
) -> Plan:
    """Return the plan for an architecture on a card.

    Antialiasing holds sums of light beside the values, so that fewer of these fit in registers.
    """
    widest = architecture.widest
    if precision == "ieee":
        if widest <= 32:
            # With four warps 9×32 and every warp of the camera spills 8 bytes on sm_120.
            crowded = supersampled and widest > 16 and capability >= (12, 0)
            return Plan(precision, points=128, warps=8 if crowded else 4)
        if widest <= 64 and not supersampled:
            return Plan(precision, points=64, warps=8)
        if supersampled:
            # By itself the compiler takes 64 registers, and spills for want of a few more.
            return Plan(precision, points=32, warps=8, chunk=32, registers=96)
        return Plan(precision, points=64, warps=4, chunk=32)
    if capability == (8, 0):
        # Its products hold both their factors in registers, where other cards read shared memory.
        if widest <= 32:
            return Plan(precision, points=128, warps=8)
        if supersampled:
            # Four warps spill at 8×128 whatever they are given; eight would take 128 registers.
            return Plan(precision, points=64, warps=8, chunk=32, registers=255)
        return Plan(precision, points=64, warps=4, chunk=32)
    if widest <= 32:
        return Plan(precision, points=64 if supersampled else 128, warps=4)
    if supersampled:
        return Plan(precision, points=32, warps=4, chunk=32)
    return Plan(precision, points=128, warps=8, chunk=64 if widest > 64 else 0)


def constants(
    architecture: Architecture,
    plan: Plan,
    steps: int,
    *,
    supersampled: bool,
    listed: bool,
    scattered: bool = False,
) -> dict[str, object]:
    """Return everything that is compiled into the kernel, by the names of its parameters.

    `steps` are those of a colour from black to white, 255 or 65535. With `listed` the pixels of a
    list are drawn, with `scattered` points that lie on no grid.
    """
    layout = plan.layout(architecture)
    return {
        **layout.places(),
        "POINTS": plan.points,
        "STEPS": steps,
        "LISTED": listed,
        "SCATTERED": scattered,
        "SUPERSAMPLED": supersampled,
        "INPUTS": architecture.inputs,
        "PRODUCTS": (plan.precision, plan.chunk, layout.pitch),
    }

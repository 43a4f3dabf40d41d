"""The order of a file's layers: by the numbers in their names, the file, or their shapes.

Numbers in names always decide. Where they leave a choice, a `.npz` is taken in its own order, since
whoever saved it listed the layers so; a `.safetensors` is sorted by name and has none. Else the
shapes must leave one order. A file of several whole networks, such as a model and its moving
average, is none of these: they could be chained, and the picture would be of neither.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from cppnvid.recipe import MAX_DEPTH

DRAWN = (1, 3, 4)  # values that a network may return: grey, rgb, cmyk
_MOST_STEPS = 5_000  # of a search that finds most orders in as many steps as there are layers
_MOST_NAMED = 6


@dataclass(frozen=True)
class Sides:
    """What decides on a layer's place: its owner's name and its shape, [out, in]."""

    owner: str
    neurons: int
    columns: int


def is_before(one: str, other: str) -> bool:
    """Tell whether numbers in two names place the first before the other.

    They do where the names first differ in a number: `net.2` and `net.10`, `fc1` and `fc2.a`; and
    Keras counts `dense`, `dense_1`. Words say nothing.
    """
    steps, others = (re.findall(r"_?\d+|[^\W\d_]+", name) for name in (one, other))
    for step, other_step in zip(steps, others, strict=False):
        if step != other_step:
            numbers = (step.lstrip("_"), other_step.lstrip("_"))
            return all(map(str.isdecimal, numbers)) and int(numbers[0]) < int(numbers[1])
    return len(steps) < len(others) and others[len(steps)].startswith("_")


def is_numbered(owners: Sequence[str]) -> bool:
    """Tell whether numbers in the names say the order of these layers, which is this one."""
    return all(is_before(one, other) for one, other in pairwise(owners))


def agrees(owners: Sequence[str]) -> bool:
    """Tell whether no numbers in the names contradict this order."""
    return not any(
        is_before(later, owner) for i, owner in enumerate(owners) for later in owners[i + 1 :]
    )


def orders(layers: Sequence[Sides]) -> list[tuple[int, ...]]:
    """Return the orders in which layers fit, by their indexes; no more than two are sought.

    Orders in which each layer reads what the one before it returns come before those in which it
    reads two values of each neuron, as after atan_pair; of these, those that end in a colour; of
    these, those that keep the layers of a module together, such as `encoder.0` and `encoder.2`.
    """
    if len(layers) > MAX_DEPTH + 1:
        return []
    for each, ends, together in product((1, 2), (DRAWN, ()), (True, False)):
        if found := _search(layers, each, ends, together=together):
            return found
    return []


def _search(
    layers: Sequence[Sides], each: int, ends: Sequence[int], *, together: bool
) -> list[tuple[int, ...]]:
    count = len(layers)
    modules = [_modules(layer.owner) for layer in layers]
    earlier = [
        {i for i in range(count) if is_before(layers[i].owner, layer.owner)} for layer in layers
    ]
    found: list[tuple[int, ...]] = []
    steps = 0

    def extend(order: tuple[int, ...], left: frozenset[int]) -> None:
        nonlocal steps
        steps += 1
        if steps > _MOST_STEPS or len(found) > 1:
            return
        width = layers[order[-1]].neurons if order else None
        if not left:
            if not ends or width in ends:
                found.append(order)
            return
        unfinished: frozenset[str] = frozenset()
        if together and order:
            unfinished = modules[order[-1]] & frozenset().union(*(modules[i] for i in left))
        for index in sorted(left):
            reads = layers[index].columns
            if width is not None and reads != width and (each == 1 or reads != 2 * width):
                continue
            if not earlier[index] & left and unfinished <= modules[index]:
                extend((*order, index), left - {index})

    extend((), frozenset(range(count)))
    # A search given up may have missed one: what it found is not known to be the only one.
    return [*found, *found] if steps > _MOST_STEPS else found


def whole_networks(layers: Sequence[Sides], turned: Sequence[Sides]) -> list[list[int]]:
    """Return the networks of a file that holds several, each whole, as indexes; else nothing.

    Args:
        layers: of the file, [out, in].
        turned: the same layers if they are [in, out].
    """
    for name_of in (_branches([layer.owner for layer in layers]), _template):
        groups: dict[str, list[int]] = {}
        for index, layer in enumerate(layers):
            groups.setdefault(name_of(layer.owner), []).append(index)
        if len(groups) > 1 and all(
            len(group) > 1 and any(_is_whole([side[i] for i in group]) for side in (layers, turned))
            for group in groups.values()
        ):
            return list(groups.values())
    return []


def _branches(owners: Iterable[str]) -> Callable[[str], str]:
    """Return what names the branch of a layer where the names first part: `model`, `ema`."""
    paths = [_path(owner) for owner in owners]
    depth = 0
    while all(len(path) > depth + 1 for path in paths) and len({path[depth] for path in paths}) < 2:
        depth += 1
    return lambda owner: "/".join(_path(owner)[depth : depth + 1])


def _modules(owner: str) -> frozenset[str]:
    """Return the names of the modules that a layer lies in: `net`, and `net/encoder`."""
    path = _path(owner)
    return frozenset("/".join(path[:depth]) for depth in range(1, len(path)))


def _path(owner: str) -> list[str]:
    return [step for step in re.split(r"[./:~]+", owner) if step]


def _template(owner: str) -> str:
    return re.sub(r"\d+", "#", owner)


def _is_whole(layers: Sequence[Sides]) -> bool:
    found = orders(layers)
    return bool(found) and layers[found[0][-1]].neurons in DRAWN


def listed(names: Sequence[str]) -> str:
    """Return names in their order for a message; of many, the first and the last."""
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return ", ".join((*names[: _MOST_NAMED - 1], "...", names[-1]))

"""What the page shows, in the article's order: the pictures, what changed, and why they look so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One experiment: a preset `article/NAME`."""

    name: str
    seeds: tuple[int, ...]  # its pictures; the first is drawn large and measured
    changed: str  # from the figure before
    why: str  # it looks so; what is measured stands below it


@dataclass(frozen=True)
class Sweep:
    """One network in several sizes: a contact sheet."""

    name: str
    title: str
    layers: tuple[str, ...]  # as `network.layers` says them
    labels: tuple[str, ...]
    seed: int
    changed: str
    why: str


FIGURES = (
    Figure(
        "grey-goo",
        (1, 2, 3, 4),
        "Nine layers of sixteen tanh neurons, with the weights PyTorch starts from: U(−1/√n, 1/√n) "
        "for n inputs.",
        "A neuron adds up sixteen small numbers with small weights, and the sum is smaller than "
        "what went in. tanh hands a small number on as it is. So every layer makes the signal "
        "smaller, until the last one receives nearly nothing, whatever the pixel: sigmoid(0) is "
        "one half, and one half of red, green and blue is grey.",
    ),
    Figure(
        "raw-pixels",
        (9, 12, 15, 10),
        "Weights from U(−100, 100), and coordinates that count pixels, from 0 to 127.",
        "Now every sum is huge, and tanh of a huge number is −1 or 1. A neuron is a switch: on one "
        "side of a line it says yes, on the other no. Nine layers of switches make patches, and "
        "their colours are pure because sigmoid is pressed against 0 or 1 too. The lines all start "
        "at pixel (0, 0), where sums change their sign, so they fan out toward the lower right.",
    ),
    Figure(
        "normalised",
        (5, 8, 10, 14),
        "The same weights; coordinates from −½ to ½.",
        "The place where sums change their sign is in the middle now, and lines grow outward from "
        "there, evenly in all directions. Twice as far out stands the same colour.",
    ),
    Figure(
        "mondrian",
        (5, 8, 14, 16),
        "The same weights; coordinates a hundred times smaller, which is a zoom.",
        "So near the middle the biases count again, which only the first layer has: lines no "
        "longer meet in one point, and between them lie whole fields of one colour.",
    ),
    Figure(
        "plus-minus-3",
        (13, 1, 5, 16),
        "Weights from U(−3, 3).",
        "Large enough that the signal survives nine layers, small enough that not every neuron is "
        "a switch. In between, tones appear.",
    ),
    Figure(
        "normal",
        (5, 11, 14, 9, 10, 6, 12, 2),
        "Weights from the normal distribution N(0, 1).",
        "Most weights are small and a few are large, and the picture has both: calm fields, and "
        "folds where much happens. Every seed is another draw.",
    ),
    Figure(
        "no-hidden-layer",
        (6, 15, 16, 14),
        "No hidden layer: colour is sigmoid of a sum of x and y.",
        "A weighted sum of x and y is a slope, and sigmoid only bends it. One direction for red, "
        "one for green, one for blue.",
    ),
    Figure(
        "one-hidden-layer",
        (1, 8, 13, 6),
        "One hidden layer of sixteen neurons.",
        "Sixteen soft steps, each across the whole picture, are added up: a few broad fields that "
        "run into each other. More neurons would add more of them and nothing finer.",
    ),
    Figure(
        "sixteen-layers",
        (3, 8, 14, 5),
        "Sixteen hidden layers.",
        "A layer folds the plane, the next folds what is folded already. What a circle in the "
        "picture becomes gets longer by the same factor in every layer, so complexity grows "
        "exponentially with depth (Raghu et al., 2017).",
    ),
    Figure(
        "eight-by-32",
        (9, 3, 15, 13),
        "Eight layers of 32: twice as wide, in place of twice as deep.",
        "Wider layers stretch more but fold no more often. Forms are broader than those of sixteen "
        "layers, and on zooming in there is less to find.",
    ),
    Figure(
        "pollock",
        (6, 10, 13, 16),
        "Eight layers of 128.",
        "Sums of 128 products of N(0, 1) spread about eleven wide, far past where tanh bends, so "
        "every layer is switches again, and there are 128 of them: splashes.",
    ),
    Figure(
        "taper",
        (4, 6, 9, 11),
        "Widths that halve: 128, 64, 32, 16, 8, 4.",
        "The wide layers make detail, the narrow ones can pass on only a little of it, so it comes "
        "out in order. The article finds these the most natural.",
    ),
)

SWEEPS = (
    Sweep(
        "depth",
        "From 2 to 29 layers",
        tuple(f"{depth}x16" for depth in range(2, 30, 3)),
        tuple(f"{depth} layers" for depth in range(2, 30, 3)),
        5,
        "The same seed with 2, 5, 8 … 29 layers of sixteen neurons, at 128×128.",
        "Each step adds three layers on top of the same first ones, so each picture is the one "
        "before it, folded three times more. Detail multiplies until it is finer than the pixels, "
        "and what is left is noise.",
    ),
    Sweep(
        "width",
        "From 2 to 512 neurons",
        tuple(f"9x{2**power}" for power in range(1, 10, 2)),
        tuple(f"{2**power} neurons" for power in range(1, 10, 2)),
        5,
        "Nine layers of 2, 8, 32, 128 and 512 neurons, at 128×128.",
        "With N(0, 1) a wider layer also has larger sums, so its neurons bend harder and the "
        "picture breaks up sooner: width acts here as a larger weight would.",
    ),
)

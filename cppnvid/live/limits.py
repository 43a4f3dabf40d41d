"""What is too large to be drawn live, and what would fit."""

from __future__ import annotations

from cppnvid.animation.scene import Moment
from cppnvid.backends.shader.architecture import lacking
from cppnvid.errors import RecipeError, Setting
from cppnvid.recipe import Recipe

# A phone computes about 10¹² operations a second. A weight is two for each pixel: with so many
# weights it still draws 30 frames a second of 250×250 pixels, and fewer than that is no picture.
MOST_WEIGHTS = 2**18
# Numbers that a pixel keeps at a time, of the layer it reads and the layer it makes: 16 KiB, beyond
# which shader compilers of phones give up.
MOST_NEURONS = 1024
# Numbers of all rows: at most 12 MB of text in the page, which still opens at once.
MOST_NUMBERS = 3_000_000


def check_network(moment: Moment) -> None:
    """Refuse a network that is too large, or has a function that shaders lack.

    Raises:
        RecipeError: names the size, the limit, and what would fit.
    """
    missing = lacking(moment)
    if missing is not None:
        raise RecipeError(f"cannot be drawn live: {missing}", key="network")
    weights = sum(layer.weight.size + len(layer.bias) for layer in moment.layers)
    widest = max(max(len(layer.bias), layer.weight.shape[1]) for layer in moment.layers)
    if weights <= MOST_WEIGHTS and widest <= MOST_NEURONS:
        return
    hidden = max(len(moment.layers) - 1, 1)
    read = moment.layers[-1].weight.shape[1] / max(len(moment.layers[-2].bias), 1)
    # Of each neuron the next layer reads one number, or two; about eight lead in and out.
    fits = 8 * int(MOST_NEURONS / read // 8)
    while (hidden - 1) * read * fits**2 + 8 * read * fits > MOST_WEIGHTS:
        fits -= 8
    raise RecipeError(
        "is too large to be drawn live: {weights:,} weights, layers of up to {widest:,} numbers; a "
        "phone draws up to {most:,} weights and layers of {most_widest:,}, such as {fits}; write a "
        "video instead",
        key="network.layers",
        given=weights,
        allowed=f"at most {MOST_WEIGHTS:,} weights",
        weights=weights,
        widest=widest,
        most=MOST_WEIGHTS,
        most_widest=MOST_NEURONS,
        fits=Setting("network.layers", f"{hidden}x{fits}"),
    )


def check_rows(recipe: Recipe, rows: int, moving: int) -> None:
    """Refuse a film whose rows of numbers would make a page too large.

    Args:
        recipe: of the film.
        rows: how many there are.
        moving: numbers of each that change.

    Raises:
        RecipeError: names the size, the limit, and how many frames would fit.
    """
    if rows * moving <= MOST_NUMBERS:
        return
    frames = recipe.output.frames
    fits = max(1, int(frames * MOST_NUMBERS / (rows * moving)))
    raise RecipeError(
        f"a page has at most {MOST_NUMBERS:,} numbers, and {frames} frames of this film are "
        f"{rows * moving:,}: {fits} frames fit",
        key="output.frames",
        given=frames,
        allowed=f"at most {fits}",
    )

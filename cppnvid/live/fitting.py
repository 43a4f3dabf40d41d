"""Make a film fit a host's text: fewer rows and decimals where that does not show, or refuse it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from cppnvid.animation.scene import Moment, Timeline
from cppnvid.errors import RecipeError
from cppnvid.live.blending import Blending
from cppnvid.live.compact import faithful, rounded, thinned
from cppnvid.live.matrix import Matrix
from cppnvid.recipe import Recipe

DECIMALS = (7, 6, 5)  # the first are all that a float32 has
STRIDES = (1, 2, 3, 4, 5, 6)
LEAST_FRAMES = 24  # fewer are no film that anybody wanted: then the network should be smaller


@dataclass(frozen=True)
class Host:
    """What takes a film as text.

    Attributes:
        text: what has the limit, in words.
        limit: its characters.
        blended: prints a matrix with so many decimals.
        printed: prints the host's texts, by name, for films like a moment.
    """

    text: str
    limit: int
    blended: Callable[[Matrix, int], Blending]
    printed: Callable[[Recipe, Moment, Blending], dict[str, str]]


def fitted(recipe: Recipe, scene: Timeline, host: Host) -> dict[str, str]:
    """Return a film's texts for a host, with as many rows and decimals as fit.

    Raises:
        RecipeError: it is too large even with the fewest, or they would show.
    """
    matrix, moment = Matrix.of(recipe, scene), scene.at(0.0)

    def longest(blending: Blending) -> int:
        return max(map(len, host.printed(recipe, moment, blending).values()))

    coarse = host.blended(rounded(matrix, DECIMALS[-1]), DECIMALS[-1])
    rest = longest(replace(coarse, rows=()))
    rows = longest(coarse) - rest
    for stride in (s for s in STRIDES if len(matrix.ways) % s == 0):
        if rest + rows / stride > 1.05 * host.limit:
            continue  # printing takes seconds where it is far too large
        fewer = thinned(matrix, stride)
        for decimals in DECIMALS:
            made = rounded(fewer, decimals)
            texts = host.printed(recipe, moment, host.blended(made, decimals))
            whole = (stride, decimals) == (1, DECIMALS[0])
            if max(map(len, texts.values())) <= host.limit and (
                whole or faithful(recipe, scene, made)
            ):
                return texts
    usual = host.blended(rounded(matrix, DECIMALS[1]), DECIMALS[1])
    raise _too_large(recipe, moment, host, longest(usual), longest(replace(usual, rows=())))


def _too_large(recipe: Recipe, moment: Moment, host: Host, size: int, rest: int) -> RecipeError:
    """Return the error for a text of so many characters, of which the rest are not rows."""
    frames, rows = recipe.output.frames, size - rest
    problem = f"{host.text} has at most {host.limit:,} characters, and this film needs {size:,}"
    hidden = max(len(moment.layers) - 1, 1)
    widest = max(len(layer.bias) for layer in moment.layers)
    # Rows stay, or every second of them. The rest goes with the square of the width.
    room = (host.limit - rows / 2) / rest * widest * (widest + 1)
    width = max((w for w in range(4, widest, 4) if w * (w + 1) <= room), default=0)
    fits = int(frames * (host.limit - rest) / max(rows, 1))
    if LEAST_FRAMES <= fits < frames:
        return RecipeError(
            f"{problem}: about {fits} frames fit",
            key="output.frames",
            given=frames,
            allowed=f"about {fits}",
        )
    fitting, words = f"about {hidden}x{width}", f"about {hidden} layers of {width}"
    if not width:  # then of the narrowest layers not all frames
        narrow = rest * 4 * 5 / (widest * (widest + 1))
        # A fifth less, as not all of the rest shrinks with the layers.
        frames = max(1, int(0.8 * frames * (host.limit - narrow) / max(rows, 1)))
        words = f"about {frames} frames of {hidden} layers of 4"
        fitting = f"about {hidden}x4, for {frames} frames"
    return RecipeError(
        f"{problem}: {words} fit",
        key="network.layers",
        given=json.dumps([len(layer.bias) for layer in moment.layers[:-1]]),
        allowed=fitting,
    )

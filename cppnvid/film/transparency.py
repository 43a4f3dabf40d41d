"""Frames with transparency: a film's colours, and beside them what its alpha is made from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cppnvid.animation.palette import Colouring
from cppnvid.animation.scene import Moment, Timeline
from cppnvid.colour.alpha import in_bytes, with_alpha
from cppnvid.colour.pixels import Pixels
from cppnvid.encode import Target
from cppnvid.recipe import Recipe

_AT_ONCE = 64 << 20  # bytes of frames that are drawn before what their alpha is made from

Draw = Callable[[Timeline], Iterator[Pixels]]


@dataclass(frozen=True)
class Channels:
    """A scene in which colours are the network's own channels, by the contrast of its palette."""

    scene: Timeline

    def at(self, time: float, /) -> Moment:
        """Return the moment at a time."""
        moment = self.scene.at(time)
        return replace(moment, colouring=Colouring("rgb", None, 0.0, moment.colouring.contrast))


def transparent_frames(
    recipe: Recipe,
    scene: Timeline,
    draw: Callable[[Timeline, Sequence[int]], Iterator[Pixels]],
    order: Sequence[int],
    target: Target,
) -> Iterator[Pixels]:
    """Draw the frames of these numbers: batches of uint8 or uint16 [n, height, width, 4].

    They have 16 bits where the target's file has more than 8, and are dithered where it is.
    `draw` draws frames of a timeline in rgb48.
    """
    alpha = recipe.palette.alpha or ""
    if alpha != "channel":
        for batch in draw(scene, order):
            yield np.stack([_levels(with_alpha(frame, alpha), target) for frame in batch])
        return
    width, height = recipe.canvas.size
    count = max(1, _AT_ONCE // (width * height * 12))
    # In turn and not at once: a backend may draw both into the same memory.
    for first in range(0, len(order), count):
        part = order[first : first + count]
        colours = np.concatenate([batch.copy() for batch in draw(scene, part)])
        channels = (frame for batch in draw(Channels(scene), part) for frame in batch)
        for frame, channel in zip(colours, channels, strict=True):
            yield _levels(with_alpha(frame, alpha, channel=channel), target)[None]


def transparent_bands(
    recipe: Recipe, scene: Timeline, draw: Draw, target: Target
) -> Iterator[Pixels]:
    """Draw one picture from top to bottom: bands [rows, width, 4], as of `transparent_frames`.

    `draw` draws the bands of a timeline's picture in rgb48.
    """
    alpha, top = recipe.palette.alpha or "", 0
    if alpha == "channel":
        colours, channel = (
            np.concatenate([band.copy() for band in draw(shown)])
            for shown in (scene, Channels(scene))
        )
        yield _levels(with_alpha(colours, alpha, channel=channel), target)
        return
    for band in draw(scene):
        made = with_alpha(band, alpha, place=(top, recipe.canvas.size[1]))
        yield _levels(made, target, top)
        top += len(band)


def _levels(picture: Pixels, target: Target, top: int = 0) -> Pixels:
    if target.container.depth > 8:
        return picture
    return in_bytes(picture, dither=target.container.dither, top=top)

"""Which pixels want sixteen points, in Triton: the twin of `adaptive.needy`, on the card.

Pictures stay where they are drawn: one kernel marks bends, one lists the pixels that want more, and
`kernel.draw` draws the list over the picture. How long it is, the host never learns, for it would
have to wait: as many programs are started as a frame has tiles, and most find nothing to do.
"""

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["width", "height"])
def mark(
    rgb, marks, width, height, BENT: tl.constexpr, EDGE: tl.constexpr, POINTS: tl.constexpr
):  # fmt: skip
    """Mark the pixels of frames that bend; the grid is (tiles, frames).

    Args:
        rgb: uint8 or uint16 [frames, height, width, 3], sRGB-encoded.
        marks: uint8 [frames, height, width]: 1 for a pixel that bends, 2 for an edge.
        width: of a frame.
        height: of a frame.
        BENT: see `adaptive.BENT`, and EDGE.
        EDGE: more is an edge.
        POINTS: pixels of a tile.
    """
    frame = tl.program_id(1).to(tl.int64)
    pixels = width * height
    rgb += frame * pixels * 3
    pixel = tl.program_id(0) * POINTS + tl.arange(0, POINTS)
    inside = pixel < pixels
    pixel = tl.minimum(pixel, pixels - 1)
    left, right, up, down = _steps(pixel, width, height)
    bend = tl.zeros((POINTS,), tl.int32)
    for channel in tl.static_range(3):
        colour = rgb + channel
        twice = 2 * _level(colour, pixel)
        bend = tl.maximum(bend, _bend(colour, pixel + left, pixel + right, twice))
        bend = tl.maximum(bend, _bend(colour, pixel + up, pixel + down, twice))
        bend = tl.maximum(bend, _bend(colour, pixel + up + left, pixel + down + right, twice))
        bend = tl.maximum(bend, _bend(colour, pixel + up + right, pixel + down + left, twice))
    marked = (bend > BENT).to(tl.uint8) + (bend > EDGE).to(tl.uint8)
    tl.store(marks + frame * pixels + pixel, marked, mask=inside)


@triton.jit
def _steps(pixel, width, height):
    """Return how far the pixels around one are from it: left, right, up and down.

    Beyond the border the picture goes on as it ends.
    """
    row = pixel // width
    column = pixel - row * width
    return (
        -(column > 0).to(tl.int32),
        (column < width - 1).to(tl.int32),
        tl.where(row > 0, -width, 0),
        tl.where(row < height - 1, width, 0),
    )


@triton.jit
def _bend(colour, before, after, twice):
    return tl.abs(_level(colour, before) + _level(colour, after) - twice)


@triton.jit
def _level(colour, pixel):
    """Return a colour in 8 bits, as `adaptive` judges it."""
    level = tl.load(colour + pixel.to(tl.int64) * 3).to(tl.int32)
    if colour.dtype.element_ty == tl.uint16:
        level = (level * 255 + 32895) >> 16
    return level


@triton.jit(do_not_specialize=["width", "height"])
def gather(marks, where, found, width, height, POINTS: tl.constexpr):
    """List the pixels of frames that bend, and those beside an edge; the grid is (tiles, frames).

    Args:
        marks: see `mark`.
        where: int32 [frames, height · width], filled from its start with pixels, in no order.
        found: int32 [frames], 0 before, how many they are.
        width: of a frame.
        height: of a frame.
        POINTS: pixels of a tile.
    """
    frame = tl.program_id(1).to(tl.int64)
    pixels = width * height
    marks += frame * pixels
    pixel = tl.program_id(0) * POINTS + tl.arange(0, POINTS)
    inside = pixel < pixels
    pixel = tl.minimum(pixel, pixels - 1)
    left, right, up, down = _steps(pixel, width, height)
    most = _largest(marks, pixel, left, right)
    most = tl.maximum(most, _largest(marks, pixel + up, left, right))
    most = tl.maximum(most, _largest(marks, pixel + down, left, right))
    wanted = ((tl.load(marks + pixel) > 0) | (most == 2)) & inside
    counted = wanted.to(tl.int32)
    start = tl.atomic_add(found + frame, tl.sum(counted, axis=0))
    place = start + tl.cumsum(counted, axis=0) - counted
    tl.store(where + frame * pixels + place, pixel, mask=wanted)


@triton.jit
def _largest(marks, pixel, left, right):
    """Return the largest mark of a pixel and those left and right of it."""
    beside = tl.maximum(tl.load(marks + pixel + left), tl.load(marks + pixel + right))
    return tl.maximum(tl.load(marks + pixel), beside)

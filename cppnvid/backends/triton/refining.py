"""Which pixels need more points, in Triton: the twin of `adaptive.marks` and `adaptive.needy`.

Pictures stay where they are drawn, on the card: one kernel marks bends, one lists the pixels that
need few points, or all, and `kernel.draw` draws the list over the picture. How long it is, the host
never learns, for it would have to wait: as many programs are started as a frame has tiles, and most
find nothing to do.
"""

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["width", "height", "top"])
def mark(
    rgb, marks, crowds, width, height, top, LIMITS: tl.constexpr, BLOCK: tl.constexpr,
    POINTS: tl.constexpr,
):  # fmt: skip
    """Mark how much the pixels of frames bend; the grid is (tiles, frames).

    Args:
        rgb: uint8 or uint16 [frames, height, width, 3], sRGB-encoded.
        marks: uint8 [frames, height, width]: how many of the limits a pixel exceeds.
        crowds: int32 [frames, 1 + blocks], 0 before: hard edges above `top`, and in each block.
        width: of a frame.
        height: of a frame.
        top: row that the first whole block begins with.
        LIMITS: see `adaptive`, and BLOCK.
        BLOCK: rows.
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
    marked = tl.zeros((POINTS,), tl.int32)
    for index in tl.static_range(len(LIMITS)):
        marked += (bend > LIMITS[index]).to(tl.int32)
    tl.store(marks + frame * pixels + pixel, marked.to(tl.uint8), mask=inside)
    crowd = crowds + _crowd(frame, pixel, width, height, top, BLOCK)
    tl.atomic_add(crowd, 1, mask=inside & (marked == len(LIMITS)), sem="relaxed")


@triton.jit
def _crowd(frame, pixel, width, height, top, BLOCK: tl.constexpr):
    """Return where in `crowds` the block of a pixel is."""
    blocks = (height - top + BLOCK - 1) // BLOCK
    return frame * (1 + blocks) + (pixel // width - top + BLOCK) // BLOCK


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


@triton.jit(do_not_specialize=["width", "height", "top"])
def gather(
    marks, crowds, where, found, width, height, top, ALL: tl.constexpr, CROWDED: tl.constexpr,
    BLOCK: tl.constexpr, POINTS: tl.constexpr,
):  # fmt: skip
    """List the pixels of frames that need few points, or all; the grid is (tiles, frames).

    Args:
        marks: see `mark`.
        crowds: see `mark`.
        where: int32 [frames, height · width], filled from its start with pixels, in no order.
        found: int32 [frames], 0 before, how many they are.
        width: of a frame.
        height: of a frame.
        top: see `mark`.
        ALL: whether to list those that need all points.
        CROWDED: see `adaptive`.
        BLOCK: rows.
        POINTS: pixels of a tile.
    """
    frame = tl.program_id(1).to(tl.int64)
    pixels = width * height
    marks += frame * pixels
    pixel = tl.program_id(0) * POINTS + tl.arange(0, POINTS)
    inside = pixel < pixels
    pixel = tl.minimum(pixel, pixels - 1)
    left, right, up, down = _steps(pixel, width, height)
    around = _largest(marks, pixel, left, right)
    around = tl.maximum(around, _largest(marks, pixel + up, left, right))
    around = tl.maximum(around, _largest(marks, pixel + down, left, right))
    here = tl.load(marks + pixel)
    crowd = tl.load(crowds + _crowd(frame, pixel, width, height, top, BLOCK))
    begin = (pixel // width - top) // BLOCK * BLOCK + top
    size = (tl.minimum(begin + BLOCK, height) - begin) * width
    many = (here >= 3) | (around >= 4) | (crowd * CROWDED > size)
    wanted = many if ALL else ((here >= 1) | (around >= 2)) & ~many
    wanted &= inside
    counted = wanted.to(tl.int32)
    start = tl.atomic_add(found + frame, tl.sum(counted, axis=0))
    place = start + tl.cumsum(counted, axis=0) - counted
    tl.store(where + frame * pixels + place, pixel, mask=wanted)


@triton.jit
def _largest(marks, pixel, left, right):
    """Return the largest mark of a pixel and those left and right of it."""
    beside = tl.maximum(tl.load(marks + pixel + left), tl.load(marks + pixel + right))
    return tl.maximum(tl.load(marks + pixel), beside)

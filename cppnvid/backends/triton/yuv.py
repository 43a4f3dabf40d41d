"""From drawn colours to planes of BT.709 in Triton, the twin of `halide/yuv.py`.

A kernel of its own, because chroma on the left of its two columns takes part in a column of the
tile beside it. It takes 50 instructions a pixel, where drawing 9×16 takes 3500.
"""

import triton
import triton.language as tl

# BT.709, limited range: luma 16 to 235, chroma 16 to 240 with 128 for grey.
_RED = tl.constexpr(0.2126)
_GREEN = tl.constexpr(0.7152)
_BLUE = tl.constexpr(0.0722)
_LUMA = tl.constexpr(219.0 / 65535.0)
_CB = tl.constexpr(224.0 / 65535.0 / (2.0 * (1.0 - 0.0722)))
_CR = tl.constexpr(224.0 / 65535.0 / (2.0 * (1.0 - 0.2126)))


@triton.jit(do_not_specialize=["width", "height"])
def planes(rgb, out, width, height, POINTS: tl.constexpr):
    """Make planes of frames; the grid is (tiles of chroma values, frames).

    Args:
        rgb: uint16 [frames, height, width, 3], sRGB-encoded, 65535 for 1.
        out: uint8 [frames, height · width · 3/2], the planes Y, Cb and Cr of each.
        width: of a frame, even.
        height: of a frame, even.
        POINTS: chroma values of a tile.
    """
    frame = tl.program_id(1).to(tl.int64)
    across = width // 2
    size = height // 2 * across
    rgb += frame * size * 12
    out += frame * size * 6

    place = tl.program_id(0) * POINTS + tl.arange(0, POINTS)
    inside = place < size
    place = tl.minimum(place, size - 1)
    row = place // across
    column = 2 * (place - row * across)
    above = row.to(tl.int64) * (2 * width) + column
    below = above + width
    left = -(column > 0).to(tl.int32)

    red, green, blue = _three(rgb, above + left)
    red, green, blue = _with_pair(rgb, out, above, red, green, blue, inside)
    more_red, more_green, more_blue = _three(rgb, below + left)
    red, green, blue = red + more_red, green + more_green, blue + more_blue
    red, green, blue = _with_pair(rgb, out, below, red, green, blue, inside)

    # Two rows of one, two and one: their weights are eight.
    red = red.to(tl.float32) * 0.125
    green = green.to(tl.float32) * 0.125
    blue = blue.to(tl.float32) * 0.125
    grey = _RED * red + _GREEN * green + _BLUE * blue
    chroma = out + 4 * size + place
    tl.store(chroma, ((blue - grey) * _CB + 128.5).to(tl.int32).to(tl.uint8), mask=inside)
    tl.store(chroma + size, ((red - grey) * _CR + 128.5).to(tl.int32).to(tl.uint8), mask=inside)


@triton.jit
def _with_pair(rgb, out, pixel, red, green, blue, inside):
    """Write the luma of a pixel and the next; add them, the first twice, to three sums."""
    one, two, three = _three(rgb, pixel)
    tl.store(out + pixel, _luma(one, two, three), mask=inside)
    red, green, blue = red + 2 * one, green + 2 * two, blue + 2 * three
    one, two, three = _three(rgb, pixel + 1)
    tl.store(out + pixel + 1, _luma(one, two, three), mask=inside)
    return red + one, green + two, blue + three


@triton.jit
def _three(rgb, pixel):
    colours = rgb + pixel * 3
    return (
        tl.load(colours).to(tl.int32),
        tl.load(colours + 1).to(tl.int32),
        tl.load(colours + 2).to(tl.int32),
    )


@triton.jit
def _luma(red, green, blue):
    grey = _RED * red.to(tl.float32) + _GREEN * green.to(tl.float32) + _BLUE * blue.to(tl.float32)
    return (grey * _LUMA + 16.5).to(tl.int32).to(tl.uint8)

"""The kernel: from coordinates to the colours of frames, with nothing in memory on the way.

A program draws a tile: so many pixels, one after the other along the rows of a frame, or those of
a list.
"""

import triton
import triton.language as tl

from cppnvid.backends.triton.colour import colour, from_linear, to_linear
from cppnvid.backends.triton.field import to_field
from cppnvid.backends.triton.layers import network


@triton.jit(do_not_specialize=["width", "pixels", "first", "samples"])
def draw(
    parameters, columns, lines, where, found, out, scratch, width, pixels, first, samples,
    SIZE: tl.constexpr, POINTS: tl.constexpr, STEPS: tl.constexpr, LISTED: tl.constexpr,
    SCATTERED: tl.constexpr, SUPERSAMPLED: tl.constexpr, WARPS: tl.constexpr, CAMERA: tl.constexpr,
    INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr, OUTPUT: tl.constexpr,
    COLOURING: tl.constexpr, PRODUCTS: tl.constexpr,
):  # fmt: skip
    """Draw tiles of frames; the grid is (tiles, frames).

    Args:
        parameters: float32 [frames, SIZE], each frame's numbers, gradient and weights.
        columns: float32 [width · samples], x of every sub-column.
        lines: float32 [height · samples], y of every sub-row.
        where: int32 [frames, pixels], which to draw; read if LISTED, and so is `found`.
        found: int32 [frames], how many of them.
        out: uint8, uint16 or float32 [frames, pixels, 3], sRGB-encoded.
        scratch: float32 [programs, 2, POINTS, pitch], used with a chunk only.
        width: of a frame.
        pixels: of a frame.
        first: tiles of a frame before those of this launch.
        samples: sub-columns and sub-rows of a pixel.
        SIZE: numbers of a frame.
        POINTS: pixels of a tile.
        STEPS: of a colour from black to white, 255 or 65535.
        LISTED: whether to draw the pixels of a list, rather than all.
        SCATTERED: whether `columns` and `lines` hold the x and y of every pixel, of one point.
        SUPERSAMPLED: whether `samples` is more than 1.
        WARPS: see `to_field`; so is CAMERA.
        CAMERA: where the camera's numbers begin.
        INPUTS: see `network`; so are FIRST, RUNS, OUTPUT and PRODUCTS.
        FIRST: first hidden layer.
        RUNS: further hidden layers.
        OUTPUT: output layer.
        COLOURING: see `colour`.
        PRODUCTS: how they are made.
    """
    frame = tl.program_id(1)
    numbers = parameters + frame.to(tl.int64) * SIZE
    program = frame.to(tl.int64) * tl.num_programs(0) + tl.program_id(0)
    own = scratch + program * (2 * POINTS * PRODUCTS[2])

    # Beyond the end the last pixel is drawn again, which takes no mask along.
    start = (first + tl.program_id(0)) * POINTS
    pixel = start + tl.arange(0, POINTS)
    if LISTED:
        count = tl.load(found + frame)
        if start >= count:
            return
        pixel = tl.load(where + frame.to(tl.int64) * pixels + tl.minimum(pixel, count - 1))
    else:
        pixel = tl.minimum(pixel, pixels - 1)
    row = pixel // width
    column = pixel - row * width

    if SUPERSAMPLED:
        red = tl.zeros((POINTS,), tl.float32)
        green = tl.zeros((POINTS,), tl.float32)
        blue = tl.zeros((POINTS,), tl.float32)
        for sample in tl.range(0, samples * samples, num_stages=1):
            x = tl.load(columns + column * samples + sample % samples)
            y = tl.load(lines + row * samples + sample // samples)
            one, two, three = _colour_at(
                x, y, numbers, own, WARPS, CAMERA, INPUTS, FIRST, RUNS, OUTPUT,
                COLOURING, PRODUCTS,
            )  # fmt: skip
            red += to_linear(one)
            green += to_linear(two)
            blue += to_linear(three)
        share = 1.0 / (samples * samples).to(tl.float32)
        red, green, blue = (
            from_linear(red * share),
            from_linear(green * share),
            from_linear(blue * share),
        )
    else:
        if SCATTERED:
            row = pixel
            column = pixel
        red, green, blue = _colour_at(
            tl.load(columns + column), tl.load(lines + row), numbers, own,
            WARPS, CAMERA, INPUTS, FIRST, RUNS, OUTPUT,
            COLOURING, PRODUCTS,
        )  # fmt: skip

    # Found out again: kept beside the network's values, it spills some of them on four cards.
    pixel = start + tl.arange(0, POINTS)
    if LISTED:
        last = tl.load(found + frame) - 1
        pixel = tl.load(where + frame.to(tl.int64) * pixels + tl.minimum(pixel, last))
    else:
        pixel = tl.minimum(pixel, pixels - 1)
    colours = out + frame.to(tl.int64) * pixels * 3 + pixel.to(tl.int64) * 3
    tl.store(colours, _whole(red, STEPS, out))
    tl.store(colours + 1, _whole(green, STEPS, out))
    tl.store(colours + 2, _whole(blue, STEPS, out))


@triton.jit
def _colour_at(
    x, y, numbers, own, WARPS: tl.constexpr, CAMERA: tl.constexpr,
    INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr, OUTPUT: tl.constexpr,
    COLOURING: tl.constexpr, PRODUCTS: tl.constexpr,
):  # fmt: skip
    """Return red, green and blue at points of the screen."""
    x, y = to_field(x, y, numbers, WARPS, CAMERA)
    first, second, third, fourth = network(
        x, y, numbers, own, INPUTS, FIRST, RUNS, OUTPUT, PRODUCTS
    )
    return colour(first, second, third, fourth, numbers, OUTPUT[2], COLOURING)


@triton.jit
def _whole(value, STEPS: tl.constexpr, out):
    """Round a value in [0, 1] to whole steps, of the type that `out` points at; floats stay."""
    if out.dtype.element_ty == tl.float32:
        return value
    else:
        return (value * STEPS + 0.5).to(tl.int32).to(out.dtype.element_ty)

"""The kernel: from coordinates to the bytes of a frame, with nothing in memory on the way.

A program draws a tile two rows high, whose points stand in the order (pair of columns, row,
column), so that four neighbours are the 2 × 2 pixels that share their chroma in yuv420p.
"""

import triton
import triton.language as tl

from cppnvid.backends.triton.colour import colour, from_linear, to_linear
from cppnvid.backends.triton.field import to_field
from cppnvid.backends.triton.layers import network


@triton.jit(do_not_specialize=["width", "height", "top", "samples"])
def draw(
    parameters, columns, lines, out, scratch, width, height, top, samples,
    SIZE: tl.constexpr, POINTS: tl.constexpr, FORMAT: tl.constexpr,
    SUPERSAMPLED: tl.constexpr, WARPS: tl.constexpr, CAMERA: tl.constexpr,
    INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr, OUTPUT: tl.constexpr,
    MODE: tl.constexpr, TURNED: tl.constexpr, CONTRASTED: tl.constexpr,
    HUE: tl.constexpr, GRADIENT: tl.constexpr,
    PRECISION: tl.constexpr, CHUNK: tl.constexpr, PITCH: tl.constexpr,
):  # fmt: skip
    """Draw tiles of frames; the grid is (tiles across, pairs of rows, frames).

    Args:
        parameters: float32 [frames, SIZE], each frame's numbers, gradient and weights.
        columns: float32 [width · samples], x of every sub-column.
        lines: float32 [height · samples], y of every sub-row.
        out: uint8, frames one after the other: [height, width, 3] in rgb24, the planes Y, Cb and
            Cr in yuv420p, BT.709 in limited range. Chroma is the mean of its four pixels, which is
            the siting `center`; beyond an odd edge the last row or column counts again.
        scratch: float32 [programs, 2, POINTS, PITCH], used with a chunk only.
        width: of the frame, in pixels.
        height: of the frame, in pixels.
        top: pairs of rows above those of this launch.
        samples: sub-columns and sub-rows of a pixel.
        SIZE: numbers of a frame.
        POINTS: pixels of a tile, half of them in each row.
        FORMAT: `rgb24` or `yuv420p`.
        SUPERSAMPLED: whether `samples` is more than 1.
        WARPS: see `to_field`; so is CAMERA.
        CAMERA: where the camera's numbers begin.
        INPUTS: see `network`; so are FIRST, RUNS, OUTPUT, PRECISION, CHUNK and PITCH.
        FIRST: first hidden layer.
        RUNS: further hidden layers.
        OUTPUT: output layer.
        MODE: see `colour`; so is TURNED.
        TURNED: whether the hue turns.
        CONTRASTED: whether the contrast is other than 1.
        HUE: where the hue's numbers begin.
        GRADIENT: where the gradient begins.
        PRECISION: of the products.
        CHUNK: values at once.
        PITCH: of scratch.
    """
    frame = tl.program_id(2)
    pair = top + tl.program_id(1)
    numbers = parameters + frame.to(tl.int64) * SIZE
    program = (frame * tl.num_programs(1) + tl.program_id(1)).to(tl.int64) * tl.num_programs(0)
    own = scratch + (program + tl.program_id(0)) * (2 * POINTS * PITCH)

    point = tl.arange(0, POINTS)
    column = tl.program_id(0) * (POINTS // 2) + (point // 4) * 2 + point % 2
    row = pair * 2 + (point // 2) % 2
    inside = (column < width) & (row < height)
    # Beyond the edge stands the edge again, so that chroma there is the mean of what exists.
    column = tl.minimum(column, width - 1)
    row = tl.minimum(row, height - 1)

    if SUPERSAMPLED:
        red = tl.zeros((POINTS,), tl.float32)
        green = tl.zeros((POINTS,), tl.float32)
        blue = tl.zeros((POINTS,), tl.float32)
        for sample in tl.range(0, samples * samples, num_stages=1):
            x = tl.load(columns + column * samples + sample % samples)
            y = tl.load(lines + row * samples + sample // samples)
            one, two, three = _colour_at(
                x, y, numbers, own, WARPS, CAMERA, INPUTS, FIRST, RUNS, OUTPUT,
                MODE, TURNED, CONTRASTED, HUE, GRADIENT, PRECISION, CHUNK, PITCH,
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
        red, green, blue = _colour_at(
            tl.load(columns + column), tl.load(lines + row), numbers, own,
            WARPS, CAMERA, INPUTS, FIRST, RUNS, OUTPUT,
            MODE, TURNED, CONTRASTED, HUE, GRADIENT, PRECISION, CHUNK, PITCH,
        )  # fmt: skip

    if FORMAT == "rgb24":
        picture = out + frame.to(tl.int64) * height * width * 3
        pixel = picture + (row.to(tl.int64) * width + column) * 3
        tl.store(pixel, _eight_bits(red * 255.0, 0.5), mask=inside)
        tl.store(pixel + 1, _eight_bits(green * 255.0, 0.5), mask=inside)
        tl.store(pixel + 2, _eight_bits(blue * 255.0, 0.5), mask=inside)
    else:
        tl.static_assert(FORMAT == "yuv420p", "no such pixel format")
        across = (width + 1) // 2
        luma_size = height.to(tl.int64) * width
        chroma_size = ((height + 1) // 2).to(tl.int64) * across
        picture = out + frame.to(tl.int64) * (luma_size + 2 * chroma_size)
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        tl.store(
            picture + row.to(tl.int64) * width + column, _eight_bits(luma * 219.0, 16.5),
            mask=inside,
        )  # fmt: skip
        # From −1 to 1 chroma takes 224 steps, divided by 2 · (1 − 0.0722) and 2 · (1 − 0.2126).
        cb = _mean_of_four(blue - luma, POINTS) * (224.0 / 1.8556)
        cr = _mean_of_four(red - luma, POINTS) * (224.0 / 1.5748)
        column = tl.program_id(0) * (POINTS // 4) + tl.arange(0, POINTS // 4)
        chroma = picture + luma_size + pair.to(tl.int64) * across + column
        tl.store(chroma, _eight_bits(cb, 128.5), mask=column < across)
        tl.store(chroma + chroma_size, _eight_bits(cr, 128.5), mask=column < across)


@triton.jit
def _colour_at(
    x, y, numbers, own, WARPS: tl.constexpr, CAMERA: tl.constexpr,
    INPUTS: tl.constexpr, FIRST: tl.constexpr, RUNS: tl.constexpr, OUTPUT: tl.constexpr,
    MODE: tl.constexpr, TURNED: tl.constexpr, CONTRASTED: tl.constexpr,
    HUE: tl.constexpr, GRADIENT: tl.constexpr,
    PRECISION: tl.constexpr, CHUNK: tl.constexpr, PITCH: tl.constexpr,
):  # fmt: skip
    """Return red, green and blue at points of the screen."""
    x, y = to_field(x, y, numbers, WARPS, CAMERA)
    first, second, third, fourth = network(
        x, y, numbers, own, INPUTS, FIRST, RUNS, OUTPUT, PRECISION, CHUNK, PITCH
    )  # fmt: skip
    return colour(
        first, second, third, fourth, numbers + HUE, numbers + GRADIENT,
        OUTPUT[2], MODE, TURNED, CONTRASTED,
    )  # fmt: skip


@triton.jit
def _eight_bits(value, OFFSET: tl.constexpr):
    return (value + OFFSET).to(tl.int32).to(tl.uint8)


@triton.jit
def _mean_of_four(values, POINTS: tl.constexpr):
    return tl.sum(tl.reshape(values, (POINTS // 4, 4)), axis=1) * 0.25

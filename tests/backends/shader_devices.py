"""Devices that run shaders in tests: OpenGL by EGL and Vulkan, both Mesa's software ones in CI."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cppnvid.animation.camera import axes
from cppnvid.animation.scene import Moment
from cppnvid.backends.shader import glsl, wgsl
from cppnvid.backends.shader.architecture import Architecture, numbers_of
from cppnvid.backends.shader.layout import Layout, layer_blocks

_VERTEX = """#version 300 es
void main() {
    gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}
"""

Space = Literal["uniform", "storage"]
GROUP = 64  # points of a workgroup
_MODULE = """struct Settings {{ points: u32, zero: u32 }}
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<{space}> weights: array<vec4<f32>{size}>;
@group(0) @binding(2) var<storage, read> numbers: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> places: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> colours: array<vec4<f32>>;

{functions}
@compute @workgroup_size({group})
fn draw(@builtin(global_invocation_id) id: vec3<u32>) {{
    if (id.x < settings.points) {{
        colours[id.x] = vec4<f32>(colour_at(places[id.x]), 1.0);
    }}
}}
"""


def module(architecture: Architecture, space: Space) -> str:
    """Return a compute shader `draw` of the colours at points."""
    vectors = layer_blocks(architecture)[-1].end
    uniform = space == "uniform"
    return _MODULE.format(
        space="uniform" if uniform else "storage, read",
        size=f", {vectors}" if uniform else "",
        functions=wgsl.functions(architecture),
        group=GROUP,
    )


def frame_of(coordinates: str, width: int, height: int) -> tuple[float, float, float, float]:
    """Return a picture's `frame`: place = (position − centre) / divisor, positions in pixels.

    Args:
        coordinates: the convention, of `axes`.
        width: of the picture, in pixels.
        height: likewise.
    """
    lines = []
    for axis in axes(coordinates, width, height, samples=2):
        divisor = 0.5 / (axis[1] - axis[0])  # its points lie at a quarter and three of a pixel
        lines.append((0.25 - axis[0] * divisor, divisor))
    (x, across), (y, down) = lines
    return float(x), float(y), float(across), float(down)


class OpenGl:
    """Draws moments with moderngl; raises where EGL or a driver is missing."""

    def __init__(self) -> None:
        import moderngl

        self._gl = moderngl
        # Typed wrongly in moderngl, as if each were a dict.
        names: dict[str, Any] = {
            "backend": "egl",
            "libegl": "libEGL.so.1",
            "libgl": "libGL.so.1",
        }
        self._context = moderngl.create_context(standalone=True, **names)
        self.program = cache(self._program)

    def _program(self, architecture: Architecture, weights: glsl.Weights) -> Any:
        text = glsl.fragment(architecture, weights)
        return self._context.program(vertex_shader=_VERTEX, fragment_shader=text)

    def draw(
        self,
        moment: Moment,
        width: int,
        height: int,
        samples: int = 1,
        weights: glsl.Weights = "texture",
        numbers: Sequence[float] | None = None,
    ) -> NDArray[np.float32]:
        """Return float32 [height, width, 3]; weights in a texture compile fastest in llvmpipe.

        `numbers` are other ones than the moment's own `numbers_of`.
        """
        program = self.program(Architecture.of(moment), weights)
        values = {
            "numbers": numbers_of(moment) if numbers is None else numbers,
            "frame": frame_of(moment.coordinates, width, height),
            "height": float(height),
            "samples": samples,
            "gradient": 0,
            "weights": 1,
        }
        for name, value in values.items():
            if name in program:
                program[name].value = value
        gradient = moment.colouring.gradient
        held = [] if gradient is None else [self._texture(0, gradient[None])]
        packed = Layout.of(moment).pack(moment.layers)
        if weights == "uniform":
            held.append(self._context.buffer(packed.tobytes()))
            held[-1].bind_to_uniform_block(0)
            program["Weights"].binding = 0
        else:
            rows = np.zeros((-(-len(packed) // 256) * 256, 4), np.float32)
            rows[: len(packed)] = packed
            held.append(self._texture(1, rows.reshape(-1, 256, 4)))
        held.append(self._context.texture((width, height), 4, dtype="f4"))
        frame = self._context.framebuffer([held[-1]])
        frame.use()
        array = self._context.vertex_array(program, [])
        array.render(self._gl.TRIANGLES, vertices=3)
        data = frame.read(components=4, dtype="f4")
        for resource in (*held, array, frame):
            resource.release()
        return np.frombuffer(data, np.float32).reshape(height, width, 4)[::-1, :, :3]

    def _texture(self, unit: int, data: NDArray[np.float32]) -> Any:
        height, width, channels = data.shape
        pixels = np.ascontiguousarray(data, np.float32).tobytes()
        texture = self._context.texture((width, height), channels, pixels, dtype="f4")
        texture.filter = self._gl.NEAREST, self._gl.NEAREST
        texture.use(unit)
        return texture


class WebGpu:
    """Computes colours at points with wgpu; raises where there is no adapter."""

    def __init__(self) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # or Mesa complains on stderr
        import wgpu

        self._use = wgpu.BufferUsage
        self._device = wgpu.gpu.request_adapter_sync().request_device_sync()
        self.pipeline = cache(self._pipeline)

    def _pipeline(self, architecture: Architecture, space: Space) -> Any:
        code = module(architecture, space)
        return self._device.create_compute_pipeline(
            layout="auto",
            compute={"module": self._device.create_shader_module(code=code), "entry_point": "draw"},
        )

    def colours(
        self, moment: Moment, places: NDArray[Any], space: Space = "storage"
    ) -> NDArray[np.float32]:
        """Return float32 [n, 3] at places [n, 2] of the screen."""
        pipeline = self.pipeline(Architecture.of(moment), space)
        storage, weights = self._use.STORAGE, self._use.STORAGE
        if space == "uniform":
            weights = self._use.UNIFORM
        count = len(places)
        buffers = {
            0: self._buffer(np.array([count, 0], np.uint32), self._use.UNIFORM),
            1: self._buffer(Layout.of(moment).pack(moment.layers), weights),
            2: self._buffer(np.array(numbers_of(moment), np.float32), storage),
            4: self._buffer(places.astype(np.float32), storage),
            5: self._device.create_buffer(size=16 * count, usage=storage | self._use.COPY_SRC),
        }
        if moment.colouring.gradient is not None:
            gradient = np.pad(moment.colouring.gradient, ((0, 0), (0, 1)))
            buffers[3] = self._buffer(gradient.astype(np.float32), storage)
        entries = [
            {"binding": at, "resource": {"buffer": buffer, "offset": 0, "size": buffer.size}}
            for at, buffer in buffers.items()
        ]
        group = self._device.create_bind_group(
            layout=pipeline.get_bind_group_layout(0), entries=entries
        )
        encoder = self._device.create_command_encoder()
        run = encoder.begin_compute_pass()
        run.set_pipeline(pipeline)
        run.set_bind_group(0, group)
        run.dispatch_workgroups(-(-count // GROUP))
        run.end()
        self._device.queue.submit([encoder.finish()])
        data = self._device.queue.read_buffer(buffers[5])
        return np.frombuffer(data, np.float32).reshape(-1, 4)[:, :3]

    def _buffer(self, data: NDArray[Any], usage: int) -> Any:
        return self._device.create_buffer_with_data(data=np.ascontiguousarray(data), usage=usage)
